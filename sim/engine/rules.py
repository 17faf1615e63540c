"""The contract between a pathway and an engine: what happens when, and who comes first.

Two engines that keep these rules write the same log, row for row; nothing else is left to chance or to the
order in which things were created. `docs/engine.md` says the same for readers who do not programme.

    Pathway            what an engine needs of the clinic
    Question           what an engine asks of chance; the numbers are addresses and never used again
    rank(...)          who comes first inside a minute
    visit(...)         the address of a draw about one order of one patient
    fits(...)          whether a case still fits into a sitting
    pick, whole        a class from its shares; a duration as whole minutes

Knows no medicine, no clock and no queue.

TIME is a whole number of minutes from midnight of day 0. Durations are rounded once, where they are drawn.
What would happen at the horizon, or later, does not happen; whoever is still there leaves then, for the
reason `horizon`.

AN INSTANT has two halves. First everyone who is due moves; then what is free is given out, in one giving-out
for the whole hospital. Its rounds repeat until one frees nothing more (while giving out, only kept places and
those of withdrawn bookings are freed), and nobody moves in between. Then the first half goes on, even for stays
of zero minutes. When nothing is left to do, the clock moves.

RANKS inside a minute: alarm 0; capacity changes, offers, freezes, openings 5; end, call or release of order k
10 + k; step 100; competing arrival 100; giving-out 200; test for rings 300. At equal rank a patient's older
order comes first. Patients do not meet in the first half, so their order there cannot matter.

A QUEUE is ordered by urgency (0 first), minute of joining, a tie-break drawn at the address (patient or
competing case, TIE, `visit`), number of the patient or case, and serial number of the order.

A STEP is run for one patient: it first takes back what the step before still had in a queue or booked
(`withdrawn`, plan_changed; waits are void), then the clinic answers. Of the answer the engine carries out: the
alarm, the notes, the withdrawal of standing orders, the end or the orders. Rows keep this order, and carry the
step that placed the order they speak of. Orders that have started run on, but no longer count. A plan with no
order besides standing ones goes on with `then` at once; without `then` an alarm or a standing order must be
able to bring the journey on, else the plan is refused. More than MOST_AT_ONCE steps and alarms of one patient
in one minute are refused too.

AN ALARM is one per patient. Set at or before now it rings this minute, before that patient's next step. When
it rings it is spent; the clinic sets the next. Death takes her out of everything at once and the row `died`
closes all that was open. A redirect withdraws what is queued or booked (not what is standing), voids waits,
and its step runs when what had started of the running step's orders has ended. A later redirect replaces an
earlier one that is still pending. Who has left has no alarm; what had started runs out.

PLACES are given out as one queue: of the heads of all queues the first in queue order is looked at; if all it
needs is free it takes all at once, else its queue is closed for the round (with `backfill` the next of that
queue is looked at). The second place is held until the first ends plus its own minutes; `released` says when
it is free again and how long it was held.

OFFERS follow, once per giving-out and by rank of the resource: the first in the queue whom the kind suits and
whose second place is free; who suits but lacks it is logged `declined`; then the offer is lost. Who joined in
the very minute is considered.

LISTS follow, once per giving-out and by rank. Of one list, sittings that do not take place come first, then
openings, then freezes, each by number (by opening, and among equal openings by their other attributes).
Only those who joined before this minute are considered.
  Booking: `notice` minutes ahead (a freeze before minute 0 happens at 0; with notice 0 it is part of the
  opening), in queue order, without looking at second needs. A case fits while its start lies before the
  sitting's end, it ends no later than the allowance for overrun, and the limit of cases is not reached. The
  first that does not fit ends the booking (with `backfill` it is passed over). Other diseases' cases leave
  `protected` minutes alone: the sitting is that much shorter for them, counted over their own minutes. One that
  is stopped only by this ends the booking of its kind, not of this pathway's patients.
  Opening: of those booked, in booking order, each is first asked whether she comes (chance `missed`): if not,
  the row is `missed`, her minutes are spent, and she queues again with her urgency, this minute and a new
  tie-break. Then her second place is looked at: without one she is `cancelled` (no_second), is back with old
  urgency, minute and tie-break, and her minutes are a gap. With one, it is hers from the opening on. Then the
  gaps, and all minutes not booked, protected or not, are given once more in queue order to those who fit and
  have their second place; those passed over are not logged; who is called in like this does come. A sitting that
  does not take place sends all its cases back (`cancelled`, sitting_off).
  Running: case i starts at the opening plus the planned minutes of those before it. Until she is called she is
  booked, and may be withdrawn or die; the minutes stay spent, and the second place is free at once.
  `called` and `started` are of one minute. `closed` says how many of the sitting's own minutes were spent.

STANDING ORDERS stay beside the journey through steps and redirects until they are withdrawn, she leaves, or
dies. A place is held for its minutes (NEVER: until withdrawn). With a step of its own, being given redirects:
what she has queued or booked is withdrawn (redirected) inside the giving-out, and the step runs when what had
started has ended; an offer's own minutes are then part of what must end, a place's are not. Nobody stands
twice at one resource; lists and waits cannot stand.

BLOCKING: a place ordered with `keep`, by a plan of one order and without a second place, stays hers after its
end. The step that follows decides: if it places one order (not a wait), she keeps the place (`kept`) until
that is given, on lists until she is called; else it is free at the step. A redirect leaves the decision to its
step. Any other place is free at its end, also when other orders of the plan still run.
What she still has from an order that is over, kept or as its second place, counts as free for herself (but not
for standing orders), and is given up when she is given the same kind of place again. Ordering it without a
second prolongs the stay without queueing, even where a cut has left fewer places. Being given a place of a kind
she has for an order that is not over is refused: nobody is in two places.

RINGS, patients who wait for each other's places, are looked for once a minute while somebody keeps. A kind of
place is stuck if none is free, nobody in it is still being served, and every keeper in it waits for a stuck
kind. Who newly belongs to a ring gets the row `stuck`. `report` leaves it there, `error` stops, `swap` lets
the shortest ring change places at once, found from the first keeper in queue order, as long as there is one (who
needs a second place as well, or is in a kind with more people than places, cannot change).

A CAPACITY CUT evicts nobody; fewer than no places may be free. OCCUPANCY is logged once a minute at its last
value, where it changed. Competing cases obey the same rules; a missed or cancelled case is in the queue again
without a new row `joined`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Protocol

from sim.jit import jit
from sim.steps import Plan

MOST_AT_ONCE = 100
"""Steps and alarms of one patient in one minute; more is a pathway that goes in circles."""


class Pathway(Protocol):
    """What an engine needs of the clinic. `patient` is a whole number; minutes are those of the run.

    plan        where the answer is written
    first_step  the step of arrival
    names       `steps` and `whys`, lists of names by number
    """

    plan: Plan
    first_step: int
    names: Mapping[str, Sequence[str]]

    def advance(self, patient: int, step: int, now: int) -> None:
        """Clear the plan and fill it with what follows for this patient at this step."""

    def ring(self, patient: int, now: int) -> None:
        """The alarm rings: clear the plan and say in it what that means, and when it next rings."""


class Question(IntEnum):
    """What an engine asks of chance. The clinic's own questions have numbers from 100."""

    TIE = 1  # order among equals in a queue: patient or case, `visit`
    NO_SHOW = 2  # does a booked case come: patient or case, `visit`
    SITTING = 3  # does a sitting take place: `sitting_entity`, minute of its opening
    OFFER_GAP = 4  # minutes since the offer before: `resource_entity` and number of the offer
    OFFER_KIND = 5
    ARRIVAL_GAP = 6  # minutes since the competing case before: `competing_entity` and number of the case
    CASE_MINUTES = 7
    CASE_URGENCY = 8
    CASE_SECOND = 9  # minutes of its second place


class Rank(IntEnum):
    """Who comes first inside a minute."""

    ALARM = 0
    DIARY = 5  # capacity changes, offers, freezes, openings
    ORDER = 10  # plus the number of the order in its plan
    STEP = 100
    GIVING = 200
    RINGS = 300


def resource_stream(name: str) -> str:
    """The stream of draws about a resource (its offers, its sittings)."""
    return f"resource {name}"


def competing_stream(name: str) -> str:
    """The stream of a competing demand; case i of it is `draws.stream(..., i)`, also in the log."""
    return f"competing {name}"


@jit
def serial(steps_before: int, order: int) -> int:
    """The serial number of a patient's order: her steps run before, times 8, plus its number in the plan."""
    return steps_before * 8 + order


@jit
def visit(serial: int, missed: int) -> int:
    """Which visit to a queue this is, for draws about it: repeat visits draw anew.

    serial   of the order; 0 for competing cases
    missed   how often this order was missed before

    >>> visit(serial(2, 1), 0), visit(serial(2, 1), 1)
    (17408, 17409)
    """
    return serial * 1024 + missed


@jit
def fits(planned: int, used: int, minutes: int, overrun: int) -> bool:
    """Whether a case of `planned` minutes still fits after `used` of a sitting's `minutes`.

    >>> fits(60, 180, 240, 0), fits(90, 180, 240, 0), fits(90, 180, 240, 30), fits(10, 240, 240, 30)
    (True, False, True, False)
    """
    return used < minutes and used + planned <= minutes + overrun


def pick(u: float, cumulative: Sequence[float]) -> int:
    """The class into which `u` in (0, 1) falls, given cumulative shares.

    >>> [pick(u, (0.3, 1.0)) for u in (0.1, 0.3, 0.9)]
    [0, 1, 1]
    """
    for number, bound in enumerate(cumulative):
        if u < bound:
            return number
    return len(cumulative) - 1


def whole(minutes: float) -> int:
    """Minutes rounded once, halves upwards.

    >>> whole(2.5), whole(2.4)
    (3, 2)
    """
    return math.floor(minutes + 0.5)


def name_of(names: Sequence[Any], number: int) -> str:
    """A name by number, or the number itself where there is none.

    >>> name_of(["ct"], 0), name_of(["ct"], 4)
    ('ct', '4')
    """
    return str(names[number]) if 0 <= number < len(names) else str(number)
