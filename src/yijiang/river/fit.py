"""How well calculated concentrations fit the observed ones."""

from __future__ import annotations

import numpy as np
import pandas as pd


def fit(table: pd.DataFrame) -> pd.DataFrame:
    """Fit by section and for all values.

    NSE = 1 − Σ(m − o)²/Σ(o − ō)²; KGE = 1 − √((r − 1)² + (σm/σo − 1)² + (μm/μo − 1)²).

    Parameters
    ----------
    table
        `section`, `value` and `modelled` [mg/L].

    Examples
    --------
    >>> table = pd.DataFrame({"section": ["a"] * 3, "value": [1.0, 2.0, 3.0], "modelled": [1.0, 2.0, 4.0]})
    >>> fit(table).loc["a"].astype(float).round(3).to_dict()
    {'count': 3.0, 'observed': 2.0, 'modelled': 2.333, 'bias': 0.333, 'rmse': 0.577, 'nse': 0.5, 'kge': 0.446}
    """
    groups = [*table.groupby("section", sort=True), ("all", table)]
    rows = {}
    for name, part in groups:
        seen, model = (part[c].to_numpy(dtype=np.float64) for c in ("value", "modelled"))
        miss = model - seen
        enough = seen.size >= 3 and float(np.ptp(seen)) > 0
        nse = 1 - float(miss @ miss) / float(((seen - seen.mean()) ** 2).sum()) if enough else pd.NA
        kge: object = pd.NA
        if enough and float(np.ptp(model)) > 0:
            r = float(np.corrcoef(seen, model)[0, 1])
            kge = 1 - float(np.hypot(np.hypot(r - 1, model.std() / seen.std() - 1), model.mean() / seen.mean() - 1))
        bias, rmse = float(miss.mean()), float(np.sqrt((miss**2).mean()))
        rows[str(name)] = (seen.size, float(seen.mean()), float(model.mean()), bias, rmse, nse, kge)
    columns = ["count", "observed", "modelled", "bias", "rmse", "nse", "kge"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("section")
