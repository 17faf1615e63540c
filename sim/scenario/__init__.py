"""The scenario file: what may be typed, what it means, and how it is checked.

    read_scenario(path, set=...)   -> Scenario
    check_file(path, readers)      -> kind, what was read
    Known, shipped()               what the rest of the model asks of a scenario; what the shipped one does
    ListResource, PlaceResource, OfferResource, Sitting, Competing, Spread, NOTHING, NO_LIMIT   its parts

`words` the kinds of value, `model` the keys, `merge` changes on a base, `calendar` holidays, `check` how it all
fits together, `read` the front door.
"""

from sim.scenario.check import CLINIC_ASKS_FOR, Known, shipped
from sim.scenario.model import (
    NOTHING,
    Competing,
    ListResource,
    OfferResource,
    PlaceResource,
    Resource,
    Sitting,
    Spread,
)
from sim.scenario.read import Scenario, check_file, read_scenario
from sim.scenario.words import END, NO_LIMIT, START

__all__ = [
    "CLINIC_ASKS_FOR",
    "END",
    "NOTHING",
    "NO_LIMIT",
    "START",
    "Competing",
    "Known",
    "ListResource",
    "OfferResource",
    "PlaceResource",
    "Resource",
    "Scenario",
    "Sitting",
    "Spread",
    "check_file",
    "read_scenario",
    "shipped",
]
