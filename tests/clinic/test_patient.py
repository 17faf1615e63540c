"""Who the patients are: shares as on the cards, traits of one address, and the few that are not left to chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.clinic.boardfile import read_board
from sim.clinic.cohort import by_grade, by_site, grade_shares, growth_rate, other_death, share_able
from sim.clinic.known import Known
from sim.clinic.patient import COURSE, LIVER, TRAITS, Ask, Grade, Hormone, Site, later, whole
from sim.clinic.protocols import Role
from sim.clinic.world import arrival_minutes, make_world, patient_table
from sim.draws import key
from sim.evidence import read_evidence
from sim.steps import NEVER

MANY = 20_000
YEAR = 525_960
TINY = 1e-4  # a true share is refused once in ten thousand runs of a seed, and the seed is fixed


@pytest.fixture(scope="module")
def many(world_of):
    return world_of(MANY)


def agrees(hits: np.ndarray, share: float) -> bool:
    """Whether so many hits are possible with this share, by an exact test."""
    return bool(stats.binomtest(int(hits.sum()), len(hits), float(share)).pvalue > TINY)


def test_sites_have_the_shares_of_their_card(many):
    for site in (Site.SMALL_INTESTINE, Site.PANCREAS, Site.OTHER):
        assert agrees(many.traits.site == site, many.known[Known[f"SITE_SHARE_{site.name}"]]), site.name
    rest = 1 - sum(many.known[Known[f"SITE_SHARE_{site.name}"]] for site in Site if site != Site.UNKNOWN)
    assert agrees(many.traits.site == Site.UNKNOWN, rest)


@pytest.mark.parametrize("site", Site)
def test_grades_have_the_shares_of_their_site(many, site):
    hers = many.traits.grade[many.traits.site == site]
    shares = grade_shares(many.known, site.value)
    for grade, share in zip(Grade, (*shares, 1 - sum(shares)), strict=True):
        assert agrees(hers == grade, share), grade.name


def test_men_hormones_kidneys_and_fitness_have_the_shares_of_their_cards(many):
    traits, known = many.traits, many.known
    assert agrees(traits.male == 1, known[Known.MALE_SHARE])
    assert agrees(traits.functioning == 1, known[Known.FUNCTIONING_SHARE])
    assert agrees(traits.kidney_disease == 1, known[Known.KIDNEY_DISEASE])
    assert agrees(traits.ecog == 0, known[Known.ECOG_AT_SYMPTOM_ECOG_0])
    assert agrees(traits.ecog == 1, known[Known.ECOG_AT_SYMPTOM_ECOG_1])
    assert set(traits.ecog.tolist()) == {0, 1, 2}
    pancreas = traits.site == Site.PANCREAS
    assert agrees(traits.biliary[pancreas] == 1, known[Known.BILIARY_PROCEDURE_PANCREAS])
    assert agrees(traits.biliary[~pancreas] == 1, known[Known.BILIARY_PROCEDURE_OTHER])


@pytest.mark.parametrize("grade", Grade)
def test_ki67_lies_within_its_grade_and_receptors_have_its_share(many, grade):
    hers = many.traits.grade == grade
    low, high, receptors = by_grade(many.known, grade.value)
    assert low <= many.traits.ki67[hers].min() <= many.traits.ki67[hers].max() <= high
    spread = (np.log(many.traits.ki67[hers]) - math.log(low)) / math.log(high / low)
    assert stats.kstest(spread, "uniform").pvalue > TINY
    assert agrees(many.traits.receptors[hers] == 1, receptors)


def test_the_grades_meet_at_3_and_at_20_per_cent(many):
    """The boundaries of the WHO classification: G1 below 3 %, G2 from 3 to 20 %, G3 above."""
    bounds = [by_grade(many.known, grade.value)[:2] for grade in Grade]
    assert bounds[0][1] <= bounds[1][0] == 3
    assert bounds[1][1] == 20 <= bounds[2][0]
    assert bounds[3][0] >= 20
    assert all(low < high <= 100 for low, high in bounds)


def test_metastatic_fate_has_the_shares_of_its_cards(many):
    traits, known = many.traits, many.known
    for site in (Site.SMALL_INTESTINE, Site.PANCREAS, Site.OTHER):
        hers = traits.site == site
        share, _, _ = by_site(known, site.value)
        for grade in Grade:
            those = hers & (traits.grade == grade)
            capable = share_able(share, known[Known[f"METASTATIC_BY_GRADE_{grade.name}"]])
            at_symptom = capable * known[Known.METASTASISED_AT_SYMPTOM]
            assert agrees(traits.metastasis_at[those] <= traits.arrived[those], at_symptom), (site.name, grade.name)
            assert agrees(traits.metastasis_at[those] < NEVER, capable), (site.name, grade.name)


def test_an_unknown_primary_has_always_metastasised_already(many, world_of):
    unknown = many.traits.site == Site.UNKNOWN
    assert unknown.sum() > 100
    assert (many.traits.metastasis_at[unknown] == many.traits.arrived[unknown]).all()
    incapable = world_of(2000, metastatic_capacity__unknown="0 %").traits
    assert (incapable.metastasis_at[incapable.site == Site.UNKNOWN] == 0).all()


@pytest.mark.parametrize("site", Site)
def test_the_delay_has_its_sites_median_for_a_tumour_of_typical_growth(world_of, site):
    world = world_of(8000, delay_growth_exponent=0.0)
    delays = world.traits.delay[(world.traits.site == site) & (world.traits.by_chance == 0)]
    _, median, sigma = by_site(world.known, site.value)
    assert stats.kstest(np.log(delays), stats.norm(math.log(median), sigma).cdf).pvalue > TINY


def test_who_is_found_by_chance_has_no_hormones_and_no_delay(many):
    found = many.traits.by_chance == 1
    assert (many.traits.delay[found] == 0).all()
    assert (many.traits.functioning[found] == 0).all()
    for site in Site:
        hers = (many.traits.site == site) & (many.traits.functioning == 0)
        share = many.known[Known[f"BY_CHANCE_{site.name}"]]
        assert found[hers].mean() == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / max(hers.sum(), 1)))


def test_what_a_functioning_tumour_makes_hangs_on_where_the_primary_is(many):
    for site in Site:
        hers = many.traits.hormone[many.traits.site == site]
        for hormone in Hormone:
            share = many.known[Known[f"HORMONE_{site.name}_{hormone.name}"]] if hormone else 0
            assert (hers == hormone).mean() == pytest.approx(share, abs=4 * math.sqrt(0.25 / max(len(hers), 1)))


def test_faster_tumours_are_found_sooner(many):
    for site in (Site.SMALL_INTESTINE, Site.PANCREAS, Site.OTHER):
        hers = (many.traits.site == site) & (many.traits.by_chance == 0)
        assert stats.spearmanr(many.traits.growth[hers], many.traits.delay[hers]).statistic < -0.05


def test_growth_rises_with_ki67_and_with_carcinoma(many):
    rates = [growth_rate(many.known, Site.OTHER.value, Grade.G2.value, ki67) for ki67 in (1.0, 5.0, 20.0)]
    assert rates == sorted(rates)
    same = (Site.OTHER.value, 40.0)
    carcinoma, tumour = (growth_rate(many.known, same[0], grade.value, same[1]) for grade in (Grade.NEC, Grade.NET_G3))
    assert carcinoma / tumour == pytest.approx(many.known[Known.GROWTH_NEC])


def test_growth_varies_around_its_median_as_the_card_says(many):
    typical = [growth_rate(many.known, t.site, t.grade, t.ki67) for t in many.traits[:4000]]
    logs = np.log(many.traits.growth[:4000] / np.array(typical))
    assert stats.kstest(logs, stats.norm(0, many.known[Known.GROWTH_SIGMA]).cdf).pvalue > TINY


def test_ages_stay_within_their_bounds(many):
    ages = many.traits.age
    assert many.known[Known.AGE_LOWEST] <= ages.min() < ages.max() <= many.known[Known.AGE_HIGHEST]
    assert np.median(ages) == pytest.approx(many.known[Known.AGE_MEAN], abs=0.5)


# ------------------------------------------------------------------ other deaths


@pytest.mark.parametrize("male", [0, 1])
@pytest.mark.parametrize("age", [30.0, 65.0, 90.0])
def test_death_of_other_causes_comes_when_the_life_tables_hazard_is_spent(many, male, age):
    sex = "MALE" if male else "FEMALE"
    at_65, slope = many.known[Known[f"BACKGROUND_{sex}_AT_65"]] * YEAR, many.known[Known[f"BACKGROUND_{sex}_SLOPE"]]
    for threshold in (0.01, 1.0, 3.0):
        years = other_death(many.known, male, age, threshold)
        spent = at_65 / slope * (math.exp(slope * (age + years - 65)) - math.exp(slope * (age - 65)))
        assert spent == pytest.approx(threshold)


def test_a_hazard_that_does_not_rise_with_age_kills_all_the_same(world_of):
    flat = world_of(0, background_male__slope=0, background_male__at_65="0.02 per year").known
    assert other_death(flat, 1, 40.0, 1.0) == pytest.approx(50)


def test_nobody_dies_before_she_comes(many):
    assert (many.traits.other_death_at > many.traits.arrived).all()


# ------------------------------------------------------------------ addresses


def test_traits_do_not_hang_on_who_else_is_there_or_when_they_come(world_of, many):
    few = world_of(50)
    assert np.array_equal(few.traits, many.traits[:50])
    assert not np.array_equal(world_of(50, seed=2).traits, few.traits)


def test_a_new_number_on_one_card_leaves_the_luck_of_all_other_traits(world_of):
    before, after = world_of(500), world_of(500, male_share="80 %")
    unchanged = [name for name in before.traits.dtype.names if name not in ("male", "other_death_at")]
    for name in unchanged:
        assert np.array_equal(before.traits[name], after.traits[name]), name
    assert (after.traits.male >= before.traits.male).all()
    assert (after.traits.male > before.traits.male).sum() > 100


def test_the_clinics_questions_have_numbers_of_their_own():
    numbers = [ask.value for ask in Ask]
    assert len(set(numbers)) == len(numbers) == len(Ask.__members__)
    assert min(numbers) >= 100  # those below are the engine's


# ------------------------------------------------------------------ arrivals


def test_arrivals_are_a_poisson_stream():
    minutes = arrival_minutes(key(1), 500.0, 20 * YEAR)
    assert (np.diff(minutes) >= 0).all()
    assert 0 <= minutes[0] <= minutes[-1] < 20 * YEAR
    assert abs(len(minutes) - 10_000) < 4 * 100
    assert stats.kstest(np.diff(minutes) / YEAR * 500, "expon").pvalue > TINY


def test_a_longer_run_begins_with_the_same_arrivals():
    short, long = (arrival_minutes(key(1), 100.0, years * YEAR) for years in (2, 5))
    assert long[: len(short)].tolist() == short.tolist()
    assert len(arrival_minutes(key(1), -1.0, YEAR)) == 0


# ------------------------------------------------------------------ small words


@pytest.mark.parametrize(
    ("minutes", "rounded"),
    [(0.49, 0), (0.5, 1), (1.5, 2), (2.5, 3), (1e15, NEVER), (math.inf, NEVER), (math.nan, NEVER)],
)
def test_durations_are_rounded_once_halves_up_and_what_is_beyond_all_calendars_is_never(minutes, rounded):
    assert whole(minutes) == rounded


def test_later_than_never_is_never():
    assert later(5, 2.4) == 7
    assert later(5, math.inf) == NEVER
    assert later(10**9, 9e14) == 10**9 + 9 * 10**14


def test_the_table_of_patients_says_who_they_are(many):
    table = patient_table(many)
    assert len(table) == MANY
    assert table["patient"].tolist() == list(range(MANY))
    assert (table["site"].astype(str) == [Site(s).name.lower() for s in many.traits.site]).all()
    assert (table["grade"].astype(str) == [Grade(g).name for g in many.traits.grade]).all()
    assert ((table["sex"] == "male") == (many.traits.male == 1)).all()
    assert table["growth_per_month"].to_numpy() == pytest.approx(many.traits.growth * 43_830)
    assert (table["nelm_at_symptom"] == (many.traits.metastasis_at <= many.traits.arrived)).all()


def test_a_world_without_patients_has_a_table_without_rows(world_of):
    assert len(patient_table(world_of(0))) == 0


def test_only_who_will_have_metastases_gets_a_row_for_them():
    known, resources = read_evidence().known({}), {role.name.lower(): role.value for role in Role}
    world = make_world(key(1), known, read_board(), resources, np.zeros(500, np.int64))
    needed = world.traits.metastasis_at < NEVER
    assert 0.1 < needed.mean() < 0.6
    assert world.traits.row[needed].tolist() == list(range(len(world.livers)))
    assert (world.traits.row[~needed] == -1).all()


def test_a_metastasis_in_someone_without_a_row_is_an_error(world_of, doors):
    world = world_of(1)
    world.traits[0].row = -1
    with pytest.raises(ValueError, match="to have none"):
        doors.add_lesion(world, 0, 0.01, 0)


def test_a_patient_takes_little_memory():
    assert TRAITS.itemsize <= 128  # of everybody; the rest of those who are here
    assert COURSE.itemsize <= 832
    assert LIVER.itemsize <= 1152
