"""How far the disease has come when it is diagnosed.

    stage_figures(rows, lives, ...)   `stage.at_diagnosis.patients`, `.metastatic.share`, `.burden.median`

Of the patients whose diagnosis falls in the measured period, all and by site of the primary. Metastatic is whose liver
metastases had been seen by then; burden is what imaging saw of the liver to be tumour, of those.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.measures.bundle import Rows
from sim.measures.columns import in_order
from sim.measures.facts import Window
from sim.measures.lives import Lives

MILLIONTHS = 1e6


def stage_figures(rows: Rows, lives: Lives, patients: pd.DataFrame, window: Window) -> None:
    """The stage at diagnosis.

    patients   the patient table, in any order
    """
    diagnosed = window.holds(lives.diagnosed)
    groups = {"all": diagnosed}
    if "site" in patients:
        order = in_order(patients["patient"].to_numpy(np.int64))
        site = patients["site"].iloc[order].astype(str).to_numpy()
        groups |= {name: diagnosed & (site == name) for name in sorted({*site.tolist()})}
    metastatic = (lives.seen >= 0) & (lives.seen <= lives.diagnosed)
    for group, chosen in groups.items():
        count = int(chosen.sum())
        share = float((chosen & metastatic).sum()) / count if count else float("nan")
        burden = lives.burden_at_diagnosis[chosen & metastatic]
        burden = burden[burden >= 0]
        median = float(np.median(burden)) / MILLIONTHS if len(burden) else float("nan")
        rows.add("stage.at_diagnosis.patients", float(count), "patients", group)
        rows.add("stage.at_diagnosis.metastatic.share", share, "share", group, "nobody was diagnosed")
        rows.add("stage.at_diagnosis.burden.median", median, "share", group, "nobody had liver metastases by then")
