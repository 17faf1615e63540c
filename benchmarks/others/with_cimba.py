"""cimba: compiled processes. W1 as its authors benchmark a queue, with a store of times; W2 spawns each patient.

cimba compiles a model in every process anew; `prepare` has it done before the clock starts.
"""

# No annotations as strings here: cimba reads them from the classes.

import cimba as cb
from cimba import random

from others.tally import Tally
from workloads import numbers
from workloads.numbers import CAPACITIES, MOST_RECURRENCES, RECURS, RESOURCES, SERVERS, SHARE_BOUNDS, VISITS

VERSION = cb.__version__


class Queue(cb.Model):
    """M/M/3: arrivals put the time into a store, three servers take it out."""

    size: cb.Param[int]
    gap: cb.Input[float] = cb.inputs.dist.exponential(mean=1 / numbers.W1_RATE)
    service: cb.Input[float] = cb.inputs.dist.exponential(mean=1.0)
    queue: cb.Store[float]
    left: cb.Output[int] = 0
    waited: cb.Output[float] = 0.0
    served: cb.Output[float] = 0.0

    @cb.process
    def arrivals(self):
        for _ in range(self.size):
            cb.hold(self.gap.next())
            self.queue.put(cb.now())

    @cb.process(copies=SERVERS)
    def server(self):
        while True:
            arrived = self.queue.get()
            self.waited += cb.now() - arrived
            service = self.service.next()
            self.served += service
            cb.hold(service)
            self.left += 1


GAP, BOARD_EVERY, BOARD_SLOTS = 1 / numbers.W2_RATE, float(numbers.BOARD_EVERY), numbers.BOARD_SLOTS
TRIAGE, SCAN, BIOPSY, INTERVAL = numbers.TRIAGE, numbers.SCAN, numbers.BIOPSY, numbers.INTERVAL
(MEAN_0, SIGMA), (MEAN_1, _), (MEAN_2, _) = numbers.TREATMENT_LOGARITHMS
STAY, STAY_SIGMA = numbers.STAY_LOGARITHM
FIRST, SECOND = SHARE_BOUNDS
ROOMS = dict(zip(RESOURCES, CAPACITIES, strict=True))


class Clinic(cb.Model):
    """The clinic of W2: its rooms, the tickets that the board gives out each week, and the sums."""

    size: cb.Param[int]
    scanner: cb.Resource = cb.Resource(capacity=ROOMS["scanner"])
    biopsy: cb.Resource = cb.Resource(capacity=ROOMS["biopsy"])
    suite_0: cb.Resource = cb.Resource(capacity=ROOMS["suite_0"])
    suite_1: cb.Resource = cb.Resource(capacity=ROOMS["suite_1"])
    suite_2: cb.Resource = cb.Resource(capacity=ROOMS["suite_2"])
    ward: cb.Resource = cb.Resource(capacity=ROOMS["ward"])
    tickets: cb.Container
    waiting: int = 0
    left: cb.Output[int] = 0
    visits: cb.Output[int] = 0
    stayed: cb.Output[float] = 0.0
    served_scanner: cb.Output[int] = 0
    waited_scanner: cb.Output[float] = 0.0
    served_biopsy: cb.Output[int] = 0
    waited_biopsy: cb.Output[float] = 0.0
    served_board: cb.Output[int] = 0
    waited_board: cb.Output[float] = 0.0
    served_suite_0: cb.Output[int] = 0
    waited_suite_0: cb.Output[float] = 0.0
    served_suite_1: cb.Output[int] = 0
    waited_suite_1: cb.Output[float] = 0.0
    served_suite_2: cb.Output[int] = 0
    waited_suite_2: cb.Output[float] = 0.0
    served_ward: cb.Output[int] = 0
    waited_ward: cb.Output[float] = 0.0

    @cb.process
    def arrivals(self):
        for _ in range(self.size):
            cb.hold(random.exponential(GAP))
            cb.spawn(Patient, clinic=self)

    @cb.process
    def board(self):
        while self.left < self.size:
            cb.hold(BOARD_EVERY)
            seen = min(BOARD_SLOTS, self.waiting)
            if seen > 0:
                self.waiting -= seen
                self.tickets.put(seen)


class Patient(cb.Model):
    """One patient's way."""

    clinic: cb.Ref[Clinic]

    @cb.process
    def way(self):
        clinic = self.clinic
        cb.hold(random.exponential(TRIAGE))

        joined = cb.now()
        clinic.scanner.acquire()
        clinic.waited_scanner += cb.now() - joined
        cb.hold(random.exponential(SCAN))
        clinic.scanner.release()
        clinic.served_scanner += 1

        joined = cb.now()
        clinic.biopsy.acquire()
        clinic.waited_biopsy += cb.now() - joined
        cb.hold(random.exponential(BIOPSY))
        clinic.biopsy.release()
        clinic.served_biopsy += 1

        passes = 0
        again = True
        while again:
            passes += 1
            joined = cb.now()
            clinic.waiting += 1
            clinic.tickets.get(1)
            clinic.waited_board += cb.now() - joined
            clinic.served_board += 1

            u = random.uniform(0.0, 1.0)
            joined = cb.now()
            if u < FIRST:
                clinic.suite_0.acquire()
                clinic.waited_suite_0 += cb.now() - joined
                cb.hold(random.lognormal(MEAN_0, SIGMA))
                clinic.suite_0.release()
                clinic.served_suite_0 += 1
            elif u < SECOND:
                clinic.suite_1.acquire()
                clinic.waited_suite_1 += cb.now() - joined
                cb.hold(random.lognormal(MEAN_1, SIGMA))
                clinic.suite_1.release()
                clinic.served_suite_1 += 1
            else:
                clinic.suite_2.acquire()
                clinic.waited_suite_2 += cb.now() - joined
                cb.hold(random.lognormal(MEAN_2, SIGMA))
                clinic.suite_2.release()
                clinic.served_suite_2 += 1

            joined = cb.now()
            clinic.ward.acquire()
            clinic.waited_ward += cb.now() - joined
            stay = random.lognormal(STAY, STAY_SIGMA)
            clinic.stayed += stay
            cb.hold(stay)
            clinic.ward.release()
            clinic.served_ward += 1

            again = False
            visit = 0
            while visit < VISITS and not again:
                cb.hold(random.exponential(INTERVAL))
                clinic.visits += 1
                visit += 1
                again = passes <= MOST_RECURRENCES and random.uniform(0.0, 1.0) < RECURS
        clinic.left += 1


def _run(model: cb.Model, size: int, seed: int):
    model.size = size
    results = cb.Experiment(model, seed=seed, window=cb.Window.until_idle()).run(workers=1)
    if results.failed.any():
        raise RuntimeError(f"cimba: {results.failure_reasons}")
    return lambda name: float(getattr(results[model], name)[0, 0])


def prepare(workload: str) -> None:
    """Compile the model."""
    _run(Queue() if workload == "W1" else Clinic(), 10, 1)


def W1(size: int, seed: int) -> dict[str, float]:  # noqa: N802
    """M/M/3."""
    result = _run(Queue(), size, seed)
    left = result("left")
    return {"customers": left, "events": 2 * left, "wait": result("waited") / left, "service": result("served") / left}


def W2(size: int, seed: int) -> dict[str, float]:  # noqa: N802
    """The pathway."""
    result = _run(Clinic(), size, seed)
    tally = Tally()
    tally.left, tally.visits, tally.stayed = int(result("left")), int(result("visits")), result("stayed")
    for name in RESOURCES:
        tally.served[name], tally.waited[name] = int(result(f"served_{name}")), result(f"waited_{name}")
    return tally.figures()
