"""Adding up what a run has done, for simulators in plain Python."""

from __future__ import annotations

from workloads.numbers import RESOURCES


class Tally:
    """Counts and sums of one run of W2, and its figures."""

    def __init__(self) -> None:
        self.left = 0
        self.visits = 0
        self.waited = dict.fromkeys(RESOURCES, 0.0)
        self.served = dict.fromkeys(RESOURCES, 0)
        self.stayed = 0.0

    def figures(self) -> dict[str, float]:
        """As `workloads.numbers.FIGURES` names them, with the number of customers and events."""
        served = self.served
        done = sum(served.values()) - served["board"]  # the board sits at fixed times
        return {
            "customers": self.left,
            "events": 2 * self.left + done + self.visits,
            "passes": served["board"] / self.left,
            "visits": self.visits / self.left,
            "stay": self.stayed / served["ward"],
            **{f"wait_{name}": self.waited[name] / served[name] for name in RESOURCES},
        }
