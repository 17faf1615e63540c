"""Measures: from the two logs and the patient table to figures that a planner can read.

    measure(log, patients, window, facts)    everything that is measured of one replication
    measure_parts(log, parts, ...)           the same of a log that comes in parts, by patients
    Measures, combine                        the small tables in which it comes, of one replication or several
    summarise(kpis)                          each figure over the replications, with its 95 % interval
    pooled_survival, pooled_waits            curves of all replications together, with intervals
    littles_law(log, ...)                    Little's law, queue by queue
    Window, Facts                            what has to be told besides the logs

Every figure is computed from the logs, so the logs of a hospital in the same columns can be measured alike.
docs/measures.md says what each figure means. Knows nothing of scenarios, engines or files.
"""

from sim.measures.bundle import COLUMNS, Measures, combine
from sim.measures.facts import Facts, Window
from sim.measures.kpis import littles_law, measure, measure_parts, pooled_survival, pooled_waits, summarise

__all__ = [
    "COLUMNS",
    "Facts",
    "Measures",
    "Window",
    "combine",
    "littles_law",
    "measure",
    "measure_parts",
    "pooled_survival",
    "pooled_waits",
    "summarise",
]
