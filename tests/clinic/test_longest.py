"""The longest case of a list, as the front door knows it, against what patients really ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import read_scenario, running
from sim.engines import REFERENCE
from sim.errors import InputError
from sim.running import clinic_known, walk_without_queues
from sim.steps import Kind, lists_as_places

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.yaml"
BRIEF = ("run.warm_up=0 days", "run.measured=3 years", "run.follow_up=0 days", "arrivals.rate=300 per year")


def offered(treatment: str, when: str = "ecog: '<= 0', lesions: '>= 1'") -> str:
    """A row that offers a treatment to whoever is fit, whatever has been seen."""
    return f"board.add.fit={{before: too_frail, offer: {treatment}, when: {{{when}}}, assumption: A test.}}"


WORLDS = {
    "as it is": (),
    "two steps, whatever is seen": (offered("two_step_resection"),),
    "ablation in the operation, whatever is seen": (offered("resection_with_ablation"),),
    "ablation through the skin, whatever is seen": (offered("radiofrequency"),),
    "one lobe, and the primary first": (offered("major_resection", "ecog: '<= 0', pattern: type_1"),),
    "a primary that takes longest": (
        "evidence.primary_combined_minutes.pancreas=500 min",
        "evidence.resection_minutes.minor=400 min",
    ),
    "radioembolisation and chemotherapy elsewhere": tuple(
        f"treatments.{its}={{where: elsewhere, delay: {{median: 8 weeks, sigma: 0}}, assumption: A test.}}"
        for its in ("tare", "streptozocin", "platinum", "prrt", "prrt_again")
    ),
}
EVERYDAY = ("board", "ct", "mri", "pet", "biopsy", "clinic", "navigator", "day_unit", "prrt")
LONG = tuple(f"resources.{its}.overrun=1000 days" for its in ("theatre", "ir_list"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch):
    """`asked(scenario)`: the longest case that each list is asked for, where nobody waits."""
    longest: dict[str, int] = {}

    class Noting(running._Unqueued):
        def advance(self, patient: int, step: int, now: int) -> None:
            running.Clinic.advance(self, patient, step, now)
            orders = self.plan.orders[: int(self.plan.reply[0].orders)]
            for order in orders[orders.kind == Kind.LIST]:
                name = self.names["resources"][order.resource]
                longest[name] = max(longest.get(name, 0), int(order.minutes))
            lists_as_places(self.plan)

    def walk(scenario):
        longest.clear()
        monkeypatch.setattr(running, "_Unqueued", Noting)
        walk_without_queues(scenario, engine=REFERENCE)
        return dict(longest)

    return walk


def bound(scenario):
    found = clinic_known().longest(scenario.board, scenario.numbers(), scenario.treatments)
    return {name: minutes for name, (minutes, _, _) in found.items()}


@pytest.mark.parametrize("world", WORLDS)
def test_no_patient_asks_for_a_longer_case_than_the_front_door_knows(asked, world):
    scenario = read_scenario(str(BASELINE), (*BRIEF, *LONG, *WORLDS[world]))
    longest = bound(scenario)
    found = asked(scenario)
    assert found.keys() <= longest.keys()
    assert all(minutes <= longest[name] for name, minutes in found.items())
    assert all(found[name] == longest[name] for name in EVERYDAY if name in longest)
    assert all(found[name] >= longest[name] / 2 for name in ("theatre", "ir_list"))  # it is no empty promise


def test_the_longest_case_is_that_of_a_row_that_is_used_and_of_a_treatment_that_is_given_here():
    here = bound(read_scenario(str(BASELINE)))
    away = "treatments.two_step_resection={where: none}"
    less = bound(read_scenario(str(BASELINE), (away,)))
    rows = "board.rows_off=[two_step_resection_type_2, two_step_resection_small_remnant]"
    assert here["theatre"] == 180 + 9 * 20 + 180
    assert less["theatre"] == bound(read_scenario(str(BASELINE), (rows,)))["theatre"] == 300 + 10 * 20


def test_a_list_that_a_case_would_not_fit_is_refused_before_the_run():
    short = "resources.theatre.sittings=[{name: all, days: [monday], start: '08:30', minutes: 240 min}]"
    with pytest.raises(InputError) as refused:
        read_scenario(str(BASELINE), (short,))
    assert str(refused.value).splitlines()[1:] == [
        "  found:    240 min, with 60 min of overrun",
        "  expected: a sitting that can take its longest case: 540 min for the first step of two_step_resection with "
        "9 metastases ablated and the primary taken out",
        "  to do:    lengthen a sitting, allow more `overrun`, or see `evidence.resection_minutes`; to close the list, "
        "write no sittings",
    ]


@pytest.mark.parametrize(
    "setting",
    [
        "evidence.ct_minutes=400 min",
        "resources.board.sittings.weekly.minutes=5 min",
        # The long line of the two never sits: it ended before the first day.
        "resources.ir_list.sittings=[{name: a, days: [monday], start: '08:00', minutes: 100 min}, "
        "{name: b, days: [monday], start: '08:00', minutes: 400 min, until: 2013-12-31}]",
        # The same where nobody is there to hold it.
        "staff={eve: {means: A radiologist., people: [{name: eve, leave: "
        "[{name: all, from: 2000-01-01, until: 2050-01-01, why: She has left.}]}]}}",
    ],
)
def test_so_is_one_whose_longer_sittings_never_take_place(setting):
    lists = "resources.ir_list.sittings=[{name: a, days: [monday], start: '08:00', minutes: 100 min}, "
    staffed = lists + "{name: b, days: [monday], start: '08:00', minutes: 400 min, staff: {eve: 1}}]"
    with pytest.raises(InputError) as refused:
        read_scenario(str(BASELINE), (setting, *([staffed] if setting.startswith("staff") else [])))
    assert "longest case" in refused.value.problems[0].expected


def test_a_list_without_sittings_is_closed_and_nothing_is_too_long_for_it():
    assert not read_scenario(str(BASELINE), ("resources.theatre.sittings=[]",)).sittings("theatre")
