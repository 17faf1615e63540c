"""When the clock of a patient starts, and what stops it, is read from a few rows of the log, typed by hand."""

from __future__ import annotations

import pytest

from sim.clinic.imaging import SIZE_BITS
from sim.units import DAY
from sim.validation.care import Arm, Care
from sim.validation.samples import ended, free_of_symptoms, sample, started
from sim.validation.targets import ENDPOINTS, STARTS, Group

JOURNEY = [
    (0, "arrived", 0, ""),
    (10, "referred", 0, ""),
    (20, "diagnosed", 200, ""),
    (25, "management_changed", 1, ""),
    (28, "measured", 1000, ""),
    (29, "staged", 0, ""),
    (30, "measured", 5000, ""),
    (31, "staged", 1, ""),
    (31, "enrolled", 0, "trial"),
    (40, "treated", 1, "ssa"),
    (50, "treated", 2, "minor_resection"),
    (60, "progressed", 0, ""),
    (70, "treated", 3, "prrt"),
    (80, "treated", 4, "minor_resection"),
    (90, "died", 0, "cancer"),
]


@pytest.fixture(scope="module")
def one(cohort_of):
    """One patient whose liver metastases are first seen on day 30."""
    return cohort_of({1: JOURNEY}, {1: {"nelm_minute": 30 * DAY}})


@pytest.mark.parametrize(
    ("t0", "day"),
    [
        ("first_symptom", 0),
        ("referral", 10),
        ("diagnosis", 20),
        ("receptor_imaging", 25),
        ("liver_metastases_seen", 30),
        ("first_board", 31),
        ("enrolment", 31),
        ("ssa", 40),
        ("any_treatment", 50),
        ("minor_resection", 50),
        ("resections", 50),
        ("progression", 60),
        ("prrt", 70),
    ],
)
def test_a_clock_starts_the_first_time(one, t0: str, day: int) -> None:
    journeys = one.journeys
    assert (journeys.minute[started(journeys, t0)] / DAY).tolist() == [day]


def test_every_word_for_a_start_is_understood(one) -> None:
    for t0 in STARTS:
        assert len(started(one.journeys, t0)) == 1, t0


def test_who_never_comes_to_a_start_is_not_in_the_sample(one) -> None:
    assert len(started(one.journeys, "transplant")) == 0


IN_TRIAL = {
    1: [  # ablated before the trial, in it, and after it
        *[(0, "arrived", 0, ""), (20, "diagnosed", 200, ""), (25, "treated", 1, "microwave")],
        *[(30, "progressed", 0, ""), (31, "staged", 1, ""), (31, "enrolled", 0, "trial")],
        *[(40, "treated", 2, "microwave"), (60, "progressed", 0, ""), (70, "treated", 3, "microwave")],
        (90, "died", 0, "cancer"),
    ],
    2: [  # ablated without the trial
        *[(0, "arrived", 0, ""), (21, "diagnosed", 200, ""), (26, "treated", 1, "microwave")],
        *[(50, "progressed", 0, ""), (90, "died", 0, "cancer")],
    ],
    3: [  # enrolled, and never ablated
        *[(0, "arrived", 0, ""), (22, "diagnosed", 200, ""), (31, "staged", 1, ""), (31, "enrolled", 0, "trial")],
        (90, "died", 0, "cancer"),
    ],
}


@pytest.fixture(scope="module")
def trial(cohort_of):
    return cohort_of(IN_TRIAL)


@pytest.mark.parametrize(
    ("t0", "days"),
    [
        ("microwave", [40]),  # neither her ablation of before nor that of somebody who is not enrolled
        ("progression", [60]),
        ("enrolment", [31, 31]),
        ("diagnosis", [20, 21, 22]),
    ],
)
def test_in_a_trial_what_may_come_again_counts_from_enrolment_on(trial, t0: str, days: list[int]) -> None:
    journeys = trial.journeys
    assert (journeys.minute[started(journeys, t0, in_trial=True)] / DAY).tolist() == days


@pytest.mark.parametrize(("enrolled", "who"), [("yes", [1, 3]), ("no", [2])])
def test_who_is_enrolled_can_be_told_from_who_is_not(trial, part_of, enrolled: str, who: list[int]) -> None:
    arm = Arm("ablation", "microwave", {}, ("microwave",), "", ())
    group = Group(Care("baseline.yaml", arm=arm), (("enrolled", enrolled),), "diagnosis")
    found = sample(trial, group, part_of("survival", group=group))
    assert (found.time / DAY).tolist() == [90 - 20 - number + 1 for number in who]


def ends(cohort, t0: str, endpoint: str) -> list[tuple[float, int]]:
    time, cause = ended(cohort, started(cohort.journeys, t0), endpoint)
    return list(zip((time / DAY).tolist(), cause.tolist(), strict=True))


def test_death_is_of_any_cause_or_of_the_one_that_is_asked_for(one) -> None:
    assert ends(one, "diagnosis", "death") == [(70, 1)]
    assert ends(one, "diagnosis", "cancer_death") == [(70, 1)]
    assert ends(one, "diagnosis", "treatment_death") == [(70, 2)]
    assert ends(one, "diagnosis", "other_death") == [(70, 2)]


def test_death_before_an_endpoint_is_told_apart_from_leaving_alive(cohort_of) -> None:
    cohort = cohort_of(
        {1: [(0, "arrived", 0, ""), (9, "died", 0, "cancer")], 2: [(0, "arrived", 0, ""), (9, "left", 0, "discharged")]}
    )
    assert ends(cohort, "first_symptom", "progression") == [(9, 2), (9, 0)]
    assert ends(cohort, "first_symptom", "progression_or_death") == [(9, 1), (9, 0)]
    assert ends(cohort, "first_symptom", "death") == [(9, 1), (9, 0)]


def test_an_endpoint_is_the_first_one_after_the_start(one) -> None:
    assert ends(one, "diagnosis", "progression") == [(40, 1)]
    assert ends(one, "prrt", "progression") == [(20, 2)]
    assert ends(one, "prrt", "progression_or_death") == [(20, 1)]
    assert ends(one, "diagnosis", "prrt") == [(50, 1)]
    assert ends(one, "any_treatment", "any_treatment") == [(20, 1)]
    assert ends(one, "minor_resection", "resections") == [(30, 1)], "the one that starts the clock does not stop it"


def test_recurrence_is_any_disease_that_is_seen_again(cohort_of) -> None:
    cohort = cohort_of(
        {
            1: [
                (0, "treated", 1, "minor_resection"),
                (5, "recurred", 0, ""),
                (7, "progressed", 0, ""),
                (9, "died", 0, "cancer"),
            ]
        }
    )
    assert ends(cohort, "resections", "recurrence") == [(5, 1)]
    assert ends(cohort, "progression", "recurrence") == [(2, 1)]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_word_for_an_endpoint_is_understood(one, endpoint: str) -> None:
    ((days, cause),) = ends(one, "first_symptom", endpoint)
    assert 0 < days <= 90
    assert cause in ((0, 1, 2) if endpoint == "symptoms_return" else (1, 2)), "the next treatment ends the question"


def test_symptoms_are_relieved_and_return(cohort_of) -> None:
    cohort = cohort_of(
        {
            1: [(0, "arrived", 0, ""), (1, "symptomatic", 1, ""), (5, "treated", 1, "prrt"), (15, "symptomatic", 0, ""),
                (45, "symptomatic", 1, ""), (99, "died", 0, "cancer")],
        }
    )  # fmt: skip
    assert ends(cohort, "prrt", "relief") == [(10, 1)]
    assert ends(cohort, "prrt", "symptoms_return") == [(40, 1)]


def test_what_a_further_treatment_relieves_is_no_merit_of_the_first(cohort_of) -> None:
    relieved = [(0, "arrived", 0, ""), (1, "symptomatic", 1, ""), (5, "treated", 1, "prrt"), (5, "symptomatic", 0, "")]
    cohort = cohort_of(
        {
            1: [*relieved, (25, "treated", 2, "tae"), (45, "symptomatic", 1, ""), (99, "died", 0, "cancer")],
            2: [*relieved, (25, "symptomatic", 1, ""), (45, "treated", 2, "tae"), (99, "died", 0, "cancer")],
        }
    )
    assert ends(cohort, "prrt", "symptoms_return") == [(20, 0), (20, 1)]


def test_symptoms_return_in_nobody_who_has_not_lost_them(cohort_of) -> None:
    suffers = [(0, "arrived", 0, ""), (1, "symptomatic", 1, ""), (5, "treated", 1, "prrt")]
    cohort = cohort_of(
        {
            1: [*suffers, (9, "symptomatic", 0, ""), (45, "symptomatic", 1, ""), (999, "died", 0, "cancer")],
            2: [*suffers, (400, "symptomatic", 0, ""), (450, "symptomatic", 1, ""), (999, "died", 0, "cancer")],
            3: [
                (0, "arrived", 0, ""),
                (5, "treated", 1, "prrt"),
                (30, "symptomatic", 1, ""),
                (99, "died", 0, "cancer"),
            ],
        }
    )
    free = free_of_symptoms(cohort.journeys, started(cohort.journeys, "prrt"))
    assert free.tolist() == [True, False, True]


def sized(all_cm: float) -> int:
    """A scan on which what was seen before measures as much as all it shows."""
    return (round(all_cm * 1000) << SIZE_BITS) | round(all_cm * 1000)


def test_a_response_is_three_tenths_less_than_before_the_start_and_comes_before_any_growth(cohort_of) -> None:
    begun = [(0, "arrived", 0, ""), (1, "sized", sized(10), ""), (5, "treated", 1, "prrt")]
    cohort = cohort_of(
        {
            1: [*begun, (15, "sized", sized(7.1), ""), (25, "sized", sized(7.0), ""), (99, "died", 0, "cancer")],
            2: [*begun, (15, "progressed", 0, ""), (25, "sized", sized(6.0), ""), (99, "died", 0, "cancer")],
            3: [
                (0, "arrived", 0, ""),
                (5, "treated", 1, "prrt"),
                (15, "sized", sized(1), ""),
                (99, "died", 0, "cancer"),
            ],
        }
    )
    assert ends(cohort, "prrt", "response") == [(20, 1), (94, 2), (94, 2)]


def test_slow_decline_of_the_liver_is_the_complication_that_costs_no_minutes_in_hospital(cohort_of) -> None:
    cohort = cohort_of(
        {
            1: [(0, "treated", 1, "tare"), (5, "complicated", 1440, "tare"), (9, "complicated", 0, "tare"),
                (99, "died", 0, "treatment")],
        }
    )  # fmt: skip
    assert ends(cohort, "tare", "liver_decline") == [(9, 1)]
    assert ends(cohort, "tare", "complication") == [(5, 1)]


def test_a_sample_holds_who_fits_with_what_is_asked_of_them(cohort_of, part_of) -> None:
    cohort = cohort_of(
        {p: [(0, "arrived", 0, ""), (p, "died", 0, "cancer")] for p in (1, 2, 3, 4)},
        {1: {"sex": "male"}, 2: {"functioning": True}, 3: {"age": 40.0}},
    )
    group = Group(Care("baseline.yaml"), (("sex", "female"),), "first_symptom")
    part = part_of("log_hazard", of="age_years", beside=((("functioning", "yes"),),), where=(("age_years", "<= 50"),))
    found = sample(cohort, group, part)
    assert (found.time / DAY).tolist() == [2, 3, 4]
    assert found.values.tolist() == [[60, 1], [40, 0], [60, 0]]
    assert found.holds.tolist() == [False, True, False]
    assert len(found.without(int(found.block[0]))) == 2
