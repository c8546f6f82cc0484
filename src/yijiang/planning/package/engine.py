"""A HiGHS instance for one linopy model, with the options every solve of a plan uses."""

from __future__ import annotations

from typing import Any

import numpy as np

from yijiang.errors import OptionError


def engine(model: Any, gap: float) -> Any:
    """Hand a linopy model to HiGHS (silent, one thread, fixed seed, tight tolerances).

    linopy's own hand-over lets HiGHS print its banner to stdout.

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
    highs = _silent(gap)
    m = model.matrices
    highs.addVars(len(m.vlabels), m.lb, m.ub)
    whole = np.flatnonzero(m.vtypes != "C").astype(np.int32)
    if len(whole):
        highs.changeColsIntegrality(len(whole), whole, np.full(len(whole), 1, dtype=np.uint8))
    rows = m.A.tocsr()
    lower, upper = np.where(m.sense != "<", m.b, -np.inf), np.where(m.sense != ">", m.b, np.inf)
    highs.addRows(rows.shape[0], lower, upper, rows.nnz, rows.indptr, rows.indices, rows.data)
    return highs


def copied(highs: Any, gap: float) -> Any:
    """Another instance of the same model, cuts and all."""
    other = _silent(gap)
    other.passModel(highs.getModel())
    return other


def _silent(gap: float) -> Any:
    import highspy

    class Silent(highspy.Highs):
        def enableCallbacks(self) -> None:
            # The constructor calls this, which prints a banner to stdout, where results go, unless told before.
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    highs = Silent()  # type: ignore[no-untyped-call]
    options = {
        "threads": 1, "random_seed": 0, "mip_rel_gap": gap, "mip_abs_gap": 1e-9, "mip_feasibility_tolerance": 1e-9,
        "primal_feasibility_tolerance": 1e-9,
    }  # fmt: skip
    for name, value in options.items():
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise OptionError(f"HiGHS does not take {name} = {value}")
    return highs
