"""A scenario's overrides of evidence: typed as the card is, checked alone and together."""

import numpy as np
import pytest

from sim.clinic.known import Known
from sim.errors import InputError
from sim.evidence import read_evidence


def test_without_overrides_the_array_is_the_cards_in_the_order_of_known():
    ledger = read_evidence()
    known = ledger.known()
    assert known.dtype == np.float64
    assert known.shape == (len(Known),)
    assert [Known(place).name for place in range(len(known))] == [
        name.replace(".", "_").upper() for name in ledger.flat
    ]
    assert known[Known.PRRT_SCHEDULE_INTERVAL] == 8 * 7 * 1440
    share = str(ledger.cards["prrt_response"].amounts[""].written)
    assert share.endswith(" %")
    assert known[Known.PRRT_RESPONSE] == pytest.approx(float(share.split()[0]) / 100)
    written = str(ledger.cards["growth"].amounts["reference"].written)
    assert written.endswith(" per month")
    assert known[Known.GROWTH_REFERENCE] * 43830 == pytest.approx(float(written.split()[0]))


def test_an_override_changes_its_own_place_and_no_other():
    ledger = read_evidence()
    before, after = ledger.known(), ledger.known({"delay_small_intestine.median": "13 months"})
    assert after[Known.DELAY_SMALL_INTESTINE_MEDIAN] == 13 * 43830
    assert np.flatnonzero(before != after).tolist() == [Known.DELAY_SMALL_INTESTINE_MEDIAN]


def test_the_shipped_numbers_survive_an_override():
    ledger = read_evidence()
    array = ledger.known({"growth_nec": 2.0})
    array[:] = 0
    assert ledger.known()[Known.GROWTH_NEC] == ledger.flat["growth_nec"] != 2.0


def test_all_wrong_overrides_are_said_at_once_each_with_its_path():
    wrong = {
        "delay_pancrea.median": "3 months",
        "delay_pancreas": "3 months",
        "ssa_interval": "21 days",
        "male_share": 1.2,
        "board_case_minutes": 9,
    }
    with pytest.raises(InputError) as caught:
        read_evidence().known(wrong)
    assert [(problem.path, problem.todo) for problem in caught.value.problems] == [
        ("evidence.delay_pancrea.median", "did you mean 'delay_pancreas.median'?"),
        ("evidence.delay_pancreas", "write delay_pancreas.median or delay_pancreas.sigma"),
        ("evidence.ssa_interval", "this card is context: it is cited, not read"),
        ("evidence.male_share", "the card says 52 %"),
        ("evidence.board_case_minutes", "the card says 9 min"),
    ]


def test_shares_of_a_whole_must_still_add_up_to_1():
    ledger = read_evidence()
    (problem,) = ledger.check({"site_share.pancreas": "30 %"})
    assert str(problem) == (
        "evidence.site_share\n"
        "  found:    shares that add up to 1.08\n"
        "  expected: shares of a whole, which add up to 1\n"
        "  to do:    set its other parts too"
    )
    assert ledger.check({"site_share.pancreas": "30 %", "site_share.other": "36.5 %"}) == []


def test_a_lowest_above_its_highest_is_refused():
    (problem,) = read_evidence().check({"egfr_disease.lowest": 100})
    assert problem.found == "lowest above highest"


def test_one_override_by_itself_says_what_would_have_been_right():
    ledger = read_evidence()
    assert ledger.override("board_deferral", "20 %") == 0.2
    with pytest.raises(ValueError, match="a share from 0 to 1"):
        ledger.override("board_deferral", "2 days")
    with pytest.raises(ValueError, match="the name of a number the model reads"):
        ledger.override("nothing", 1)
