"""A HiGHS instance for one linopy model, with the options every solve of a plan uses."""

from __future__ import annotations

from typing import Any

import numpy as np

from yijiang.errors import OptionError


def engine(model: Any, gap: float) -> Any:
    """Hand a linopy model to HiGHS (silent, one thread, fixed seed, tight tolerances).

    linopy's own hand-over prints a banner to stdout, where results go.

    Parameters
    ----------
    model : linopy.Model
        Linear, continuous and binary variables.
    gap
        Relative gap at which the solver may stop.

    Raises
    ------
    OptionError
        If HiGHS does not take an option: a wrong name would otherwise be ignored in silence.
    """
    import highspy

    highs = highspy.Highs()
    options = {
        "output_flag": False, "threads": 1, "random_seed": 0, "mip_rel_gap": gap, "mip_abs_gap": 1e-9,
        "mip_feasibility_tolerance": 1e-9, "primal_feasibility_tolerance": 1e-9,
    }  # fmt: skip
    for name, value in options.items():
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise OptionError(f"HiGHS does not take {name} = {value}")
    m = model.matrices
    highs.addVars(len(m.vlabels), m.lb, m.ub)
    whole = np.flatnonzero(m.vtypes != "C").astype(np.int32)
    if len(whole):
        highs.changeColsIntegrality(len(whole), whole, np.full(len(whole), 1, dtype=np.uint8))
    rows = m.A.tocsr()
    lower, upper = np.where(m.sense != "<", m.b, -np.inf), np.where(m.sense != ">", m.b, np.inf)
    highs.addRows(rows.shape[0], lower, upper, rows.nnz, rows.indptr, rows.indices, rows.data)
    return highs
