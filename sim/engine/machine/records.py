"""The compiled engine's records: what a patient, a case, a resource is to the machine, field by field.

A reference is the row's number in its array; NONE is none. `memory` makes them reachable for compiled code.
"""

from __future__ import annotations

import numpy as np

from sim.log import EVENT_COLUMNS, RESOURCE_COLUMNS
from sim.steps import NOTE, ORDER, REPLY

NONE = -1

QUEUED, BOOKED, AWAITED, SERVED, OVER = range(5)
"""How far a case is: in a queue; booked; booked on a sitting that has opened; begun; ended or taken back."""

HERE, LEFT, DEAD = range(3)
"""How far a patient is."""

NOT_DUE, IS_DUE, WAS_DUE = range(3)
"""Whether her step is due in this minute."""

REPORT, SWAP, ERROR = range(3)
"""What becomes of rings."""

PERSON = np.dtype(
    [
        ("number", "i8"),
        ("state", "i1"),
        ("any_will_do", "i1"),
        ("step_due", "i1"),  # NOT_DUE, IS_DUE, or WAS_DUE and is taken back
        ("kept_logged", "i1"),
        ("stuck", "i1"),  # known to belong to a ring
        ("step", "i4"),  # that is running
        ("then", "i4"),  # that follows
        ("to_do", "i4"),  # orders that must end before
        ("steps", "i8"),  # run so far
        ("since", "i8"),  # the minute of the last one
        ("alarm", "i8"),
        ("alarm_due", "i4"),
        ("kept", "i4"),  # the case whose place she has although its use is over
        ("kept_since", "i8"),
        ("keeps", "i1"),  # is among the keepers
        ("keeps_place", "i4"),  # of which place
        ("keeps_before", "i4"),  # keepers in a row
        ("keeps_after", "i4"),
        ("path", "i4"),  # scratch of a search for rings: who came before her, who is looked at after her,
        ("path_next", "i4"),
        ("swaps", "i4"),  # and for which case she gives up her place
        ("busy_at", "i8"),
        ("busy", "i4"),
        ("first", "i4"),  # of her open cases, by serial number
        ("last", "i4"),
        ("rows", "i4"),  # of hers in the log
    ]
)

CASE = np.dtype(
    [
        # the key of every queue
        ("urgency", "i8"),
        ("joined", "i8"),
        ("tie", "f8"),  # below 0 until it is asked for
        ("number", "i8"),
        ("serial", "i8"),
        # its place in a queue: a line, and perhaps a treap over it, ordered by key
        ("queue_before", "i4"),
        ("queue_after", "i4"),
        ("left", "i4"),
        ("right", "i4"),
        ("above", "i4"),
        ("weight", "u4"),
        ("least", "i8"),  # fewest minutes below and here
        ("masks", "i8"),  # all masks below and here
        ("minutes", "i8"),
        ("mask", "i8"),
        # the order
        ("person", "i4"),  # NONE: a competing case
        ("kind", "i1"),
        ("state", "i1"),
        ("keep", "i1"),
        ("standing", "i1"),
        ("running", "i1"),  # of the step that is running
        ("counts", "i1"),  # the next step waits for it
        ("in_first", "i1"),
        ("in_second", "i1"),
        ("left_over", "i1"),  # has a place although it is over: 1 the first, kept, 2 the second
        ("order", "i1"),  # its number in the plan
        ("target", "i4"),
        ("second", "i4"),
        ("step", "i4"),
        ("then", "i4"),
        ("missed", "i4"),
        ("sitting", "i4"),
        ("due", "i4"),
        ("queue", "i4"),  # the class in which it waits
        ("second_minutes", "i8"),
        ("begun", "i8"),
        ("taken_at", "i8"),
        ("before", "i4"),  # open cases of its patient
        ("after", "i4"),
        ("booked_before", "i4"),  # cases of its sitting
        ("booked_after", "i4"),
        ("over_before", "i4"),  # cases that are over but have a place of one kind
        ("over_after", "i4"),
    ]
)

DUE = np.dtype(
    [
        ("minute", "i8"),
        ("rank", "i4"),
        ("act", "i1"),
        ("where", "i1"),  # IN_WHEEL or IN_HEAP
        ("subject", "i4"),
        ("serial", "i8"),
        ("before", "i4"),
        ("after", "i4"),
    ]
)

RESOURCE = np.dtype(
    [
        ("kind", "i1"),
        ("backfill", "i1"),
        ("closed", "i1"),  # its queue, for this round
        ("next", "i4"),  # of its kind
        ("waiting", "i8"),  # cases in its queue
        ("first_class", "i4"),
        # places
        ("places", "i8"),
        ("taken", "i8"),
        ("logged", "i8"),  # the occupancy last written
        ("has_changed", "i1"),
        ("left_over", "i4"),  # the first case that is over but has a place
        ("keeping", "i8"),  # patients who keep one
        # lists
        ("overrun", "i8"),
        ("notice", "i8"),
        ("longest", "i8"),  # the longest case any sitting can take
        ("sittings", "i8"),
        ("missed", "f8"),
        ("cancelled", "f8"),
        ("stream", "i8"),  # of draws about it
        ("opening", "i4"),  # sittings of this minute
        ("opening_last", "i4"),
        ("freezing", "i4"),
        ("freezing_last", "i4"),
        # offers
        ("gap", "f8"),  # mean minutes between them
        ("clock", "f8"),  # the moment of the last
        ("offers", "i8"),  # so many have been drawn
        ("coming", "i8"),  # the kind of the next
        ("kinds", "i8"),  # where the shares of its kinds begin, and end
        ("kinds_end", "i8"),
    ]
)

CLASS = np.dtype(
    [
        ("resource", "i4"),
        ("other", "i1"),  # 1: competing cases
        ("second", "i4"),
        ("planted", "i1"),  # 1: a tree stands over its line
        ("root", "i4"),
        ("head", "i4"),  # the first of its queue, and the last
        ("tail", "i4"),
        ("next", "i4"),  # class of the same resource
        ("cursor", "i4"),  # scratch of a search
    ]
)
"""The cases of one resource's queue that need the same: own or competing, with the same second place or none."""

SITTING = np.dtype(
    [
        ("opens", "i8"),
        ("minutes", "i8"),
        ("protected", "i8"),
        ("limit", "i8"),  # of cases, -1 none
        ("off", "i8"),
        ("resource", "i4"),
        ("room", "i4"),  # its number among those of the same opening
        ("frozen", "i1"),
        ("used", "i8"),
        ("by_others", "i8"),
        ("count", "i8"),
        ("first", "i4"),  # booked
        ("last", "i4"),
        ("opens_next", "i4"),  # the next that opens, or freezes, in this minute
        ("freezes_next", "i4"),
    ]
)

STREAM = np.dtype(
    [
        ("resource", "i4"),
        ("second", "i4"),
        ("kind", "i1"),
        ("gap", "f8"),  # mean minutes between cases
        ("clock", "f8"),  # the moment of the last
        ("number", "i8"),  # the next case's
        ("median", "f8"),
        ("sigma", "f8"),
        ("second_median", "f8"),
        ("second_sigma", "f8"),
        ("longest", "i8"),
        ("shares", "i8"),  # where the shares of its urgencies begin, and end
        ("shares_end", "i8"),
        ("pieces", "i8"),  # where the pieces of its intensity begin, and end
        ("pieces_end", "i8"),
        ("minutes", "i8"),  # the next case, as drawn
        ("urgency", "i8"),
        ("second_minutes", "i8"),
    ]
)
"""A competing demand."""

CAPACITY, FREEZES, OPENS = range(3)
"""Entries of the diary."""

ENTRY = np.dtype([("minute", "i8"), ("what", "i4"), ("subject", "i4"), ("places", "i8")])

ARRIVAL = np.dtype([("minute", "i8"), ("patient", "i8")])
SHARE = np.dtype([("bound", "f8"), ("factor", "f8"), ("growth", "f8")])
"""A cumulative share; or a piece of an intensity: where it begins, its factor and growth."""

HEAP = np.dtype([("first", "i8"), ("second", "i8")])  # minute and rank; serial number and due
DAY_OF_WHEEL = np.dtype([("due", "i4")])  # the first of that day
SHORT = np.dtype([("person", "i4"), ("member", "i4")])
OFFERED = np.dtype([("resource", "i8"), ("kind", "i8")])
EVENT_ROW = np.dtype([(name, "i8") for name in EVENT_COLUMNS])
RESOURCE_ROW = np.dtype([(name, "i8") for name in RESOURCE_COLUMNS])
LATER = np.dtype([("key", "i8")])
"""A row of a minute that has not come yet, in a heap: its minute, and where it waits."""

ARRAYS = {
    "people": PERSON,  # those who are here
    "cases": CASE,
    "dues": DUE,
    "resources": RESOURCE,
    "classes": CLASS,
    "sittings": SITTING,  # list by list, each by opening
    "streams": STREAM,
    "diary": ENTRY,  # by minute
    "arrivals": ARRIVAL,  # by minute and patient
    "shares": SHARE,
    "heap": HEAP,
    "wheel": DAY_OF_WHEEL,
    "short": SHORT,  # patients whose step is due; members of rings
    "table": OFFERED,  # offers of this minute
    "events": EVENT_ROW,
    "happenings": RESOURCE_ROW,
    "later": LATER,
    "waiting": RESOURCE_ROW,  # the rows themselves; of a free one `minute` is the next free one
    "reply": REPLY,  # the pathway's plan
    "orders": ORDER,
    "notes": NOTE,
}
"""What the memory holds besides itself, and of which records."""

MEMORY = np.dtype(
    [
        ("now", "i8"),  # the minute
        ("ends", "i8"),  # the horizon
        ("key", "i8"),  # of the replication
        ("first_step", "i8"),
        ("day", "i8"),  # whose entries are in the heap
        ("tomorrow", "i8"),  # minute and rank at which the next day begins
        ("arrival", "i8"),  # the next one
        ("arrives", "i8"),  # its minute and rank
        ("entry", "i8"),  # the diary's next one
        ("enters", "i8"),  # its minute and rank
        ("heap", "i8"),  # entries in the heap
        ("far", "i4"),  # dues beyond the wheel
        ("steps", "i8"),  # patients whose step is due in this minute
        ("giving_due", "i1"),
        ("giving", "i1"),  # now
        ("freed", "i1"),  # while giving
        ("rings_due", "i1"),
        ("places_waited", "i8"),  # cases in the queues of all places
        ("standing_waited", "i8"),  # standing ones among them
        ("tables", "i8"),  # offers on the table
        ("sittings_due", "i8"),  # in this minute
        ("first_place", "i4"),  # resources of one kind in a row: places by number, others by rank
        ("first_list", "i4"),
        ("first_offer", "i4"),
        ("rings", "i8"),  # REPORT, SWAP or ERROR
        ("keepers", "i4"),  # the first of them
        ("keeping", "i8"),  # how many
        ("known_stuck", "i8"),  # patients known to belong to a ring
        ("members", "i8"),  # of rings, found last
        ("changed", "i1"),  # the occupancy of some place has changed in this minute
        ("free_case", "i4"),  # the first free row of each array
        ("free_person", "i4"),
        ("free_due", "i4"),
        ("cases", "i8"),  # rows in use
        ("people", "i8"),
        ("dues", "i8"),
        ("top_case", "i4"),  # rows ever in use
        ("top_person", "i4"),
        ("top_due", "i4"),
        ("classes", "i8"),
        ("events", "i8"),  # rows of the logs that wait to be taken away
        ("happenings", "i8"),
        ("ordered_events", "i8"),  # of them, those of minutes that are over, in order
        ("ordered_happenings", "i8"),
        ("later", "i8"),  # rows of resources whose minute has not come
        ("free_waiting", "i8"),  # the first free row for one of them
        ("top_waiting", "i8"),  # rows for them ever in use
        ("chunk", "i8"),  # rows that are taken away together
        ("most_people", "i8"),  # up to so many of each there is room for whatever may happen next
        ("most_cases", "i8"),
        ("most_dues", "i8"),
        ("most_tables", "i8"),
        ("most_events", "i8"),
        ("most_happenings", "i8"),
        ("most_later", "i8"),
        ("person", "i8"),  # whom the clinic is asked about
        ("patient", "i8"),  # her number
        ("step", "i8"),
        ("trouble", "i8"),  # `complaints`, 0 for none
        ("order", "i8"),  # the order or resource complained of
    ]
    + [(f"{name}_at", "i8") for name in ARRAYS]  # addresses
    + [(f"{name}_rows", "i8") for name in ARRAYS]
)
"""The machine's own state, and where everything else lies."""

CHUNK = 1 << 15  # rows of the log that are taken away together
MOST_DAYS = 1 << 15  # of the wheel; what is due later waits in a list of its own
