"""The scenario file: what may be typed, what it means, and how it is checked.

    read_scenario(path, set=...)   -> Scenario
    check_file(path, readers)      -> kind, what was read
    Known, shipped()               what the rest of the model asks of a scenario; what the shipped one does
    ListResource, PlaceResource, OfferResource, Sitting, Competing, Spread, NOTHING, NO_LIMIT   its parts

`words` the kinds of value; `parts`, `model`, `demand`, `clinical` and `staff` the keys; `merge` changes on a base;
`calendar` holidays, `timetable` dated sittings, `rates` what changes with time; `lines`, `preference` and `check` how
it all fits together; `read` the front door.
"""

from sim.scenario.check import CLINIC_ASKS_FOR, Known, shipped
from sim.scenario.clinical import Board, Care, Cohort
from sim.scenario.demand import NOTHING, Competing, Spread
from sim.scenario.model import ListResource, OfferResource, PlaceResource, Resource, Sitting
from sim.scenario.read import Scenario, check_file, digest_of, read_scenario
from sim.scenario.staff import Unstaffed
from sim.scenario.timetable import Held
from sim.scenario.words import END, NO_LIMIT, START

__all__ = [
    "CLINIC_ASKS_FOR",
    "END",
    "NOTHING",
    "NO_LIMIT",
    "START",
    "Board",
    "Care",
    "Cohort",
    "Competing",
    "Held",
    "Known",
    "ListResource",
    "OfferResource",
    "PlaceResource",
    "Resource",
    "Scenario",
    "Sitting",
    "Spread",
    "Unstaffed",
    "check_file",
    "digest_of",
    "read_scenario",
    "shipped",
]
