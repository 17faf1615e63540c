"""What the literature says about neuroendocrine liver metastases, number by number, and who says so.

    read_evidence(folder)  -> Ledger    all cards and sources, checked
    Ledger, Card, Source                what was read

One YAML file per topic stands beside this file, and `sources.yaml`. How to read them: docs/evidence.md.
Knows no medicine beyond what the cards say, and nothing of scenarios.
"""

from sim.evidence.cards import Card, Source
from sim.evidence.ledger import Ledger, read_evidence

__all__ = ["Card", "Ledger", "Source", "read_evidence"]
