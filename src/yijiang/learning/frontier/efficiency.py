"""`efficiency`: labelled units against their common frontier, with peers, targets and bounds; refused for too few."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from yijiang.errors import DataError, Finding, OptionError, match_name
from yijiang.learning.frontier.bounds import bootstrap
from yijiang.learning.frontier.programs import Orientation, Returns, largest_slacks, radial, slack_based

Floats = NDArray[np.float64]
Model = Literal["ccr", "bcc", "sbm"]
MODELS = ("ccr", "bcc", "sbm")
#: A weight below this is no peer.
SMALL = 1e-8
#: Units needed for every input and output.
UNITS_PER_VARIABLE = 3


def units_needed(inputs: int, outputs: int) -> int:
    """Return the fewest units a frontier of so many inputs and outputs is estimated from: 3 × (inputs + outputs).

    With fewer, most units have nobody to be compared with and come out efficient.

    References
    ----------
    Banker, Charnes, Cooper, Swarts & Thomas (1989), Research in Governmental and Nonprofit Accounting 5; Cooper,
    Seiford & Tone (2007), section 9.7.

    Examples
    --------
    >>> units_needed(2, 2)
    12
    """
    return UNITS_PER_VARIABLE * (inputs + outputs)


@dataclass(frozen=True, eq=False)
class Efficiency:
    """Efficiencies of units against their common frontier.

    Attributes
    ----------
    model, orientation, returns
        As asked for.
    score : (unit)
        Efficiency [1, 1 is on the frontier]: θ, 1/φ, or ρ of the slack-based measure.
    weights : (unit, peer)
        λ of every unit's peers; a peer is on the frontier.
    target_inputs, target_outputs : (unit, …)
        What the peers' mix would use and make.
    low, high, corrected : (unit)
        Bounds of the bootstrap and the score without its bias; None where none were asked for, `unbounded` says why
        there are none though they were.
    gap, residual
        Largest relative gap to the dual and largest broken constraint of the programmes.
    """

    model: Model
    orientation: Orientation
    returns: Returns
    inputs: pd.DataFrame = field(repr=False)
    outputs: pd.DataFrame = field(repr=False)
    score: pd.Series
    weights: pd.DataFrame = field(repr=False)
    target_inputs: pd.DataFrame = field(repr=False)
    target_outputs: pd.DataFrame = field(repr=False)
    gap: float
    residual: float
    low: pd.Series | None = None
    high: pd.Series | None = None
    corrected: pd.Series | None = None
    unbounded: str = ""

    def peers(self, unit: str) -> dict[str, float]:
        """Return the peers of a unit with their weights, the largest first; a unit on the frontier is its own."""
        name = match_name(unit, [(str(u),) for u in self.weights.index], "unit")
        at = [str(one) for one in self.weights.index].index(name)
        # Eight digits: the programmes are solved to about ten.
        row = zip(map(str, self.weights.columns), self.weights.to_numpy()[at].round(8).tolist(), strict=True)
        return {k: v for k, v in sorted(row, key=lambda one: -one[1]) if v > SMALL}


def _checked(frame: pd.DataFrame, table: str, found: list[Finding]) -> Floats:
    values = frame.to_numpy(dtype=np.float64)
    for column in frame.columns[frame.columns.duplicated()]:
        found.append(Finding(table, 1, str(column), "", "the column occurs twice", "keep one of them"))
    for i, j in np.argwhere(~(np.isfinite(values) & (values > 0))):
        cell = "" if np.isnan(values[i, j]) else f"{values[i, j]:g}"
        where = f"{frame.columns[j]} of {frame.index[i]}"
        problem = f"no figure for {where}" if not cell else f"{where} must be above 0"
        found.append(Finding(table, int(i) + 2, str(frame.columns[j]), cell, problem, "give a figure above 0"))
    return values


def efficiency(
    inputs: pd.DataFrame,
    outputs: pd.DataFrame,
    *,
    model: Model = "ccr",
    orientation: Orientation = "input",
    returns: Returns | None = None,
    draws: int = 0,
    seed: int = 0,
) -> Efficiency:
    """Return how much of what it uses every unit would need if it did as well as its peers.

    ccr: constant returns; bcc: variable returns; sbm: the slack-based measure, which also counts what is left over
    beyond the radial cut. Rows are aligned by name.

    Parameters
    ----------
    inputs : (unit, input)
        What is used, each in a unit of its own, above 0.
    outputs : (unit, output)
        What is made, above 0.
    model
        "ccr", "bcc" or "sbm".
    orientation
        "input": how much less would do; "output": how much more would come (ccr and bcc).
    returns
        "constant" or "variable", for sbm (constant unless given).
    draws, seed
        Draws of the bootstrap behind the bounds, 0 for none (ccr and bcc).

    Returns
    -------
    Efficiency

    Raises
    ------
    DataError
        With every finding: fewer than 3 × (inputs + outputs) units, figures missing or not above 0, units without
        a row on both sides.
    OptionError
        For an unknown model or orientation.
    SolveError
        If a programme does not meet its dual.

    References
    ----------
    Charnes, Cooper & Rhodes (1978); Banker, Charnes & Cooper (1984); Tone (2001); Simar & Wilson (1998).

    Examples
    --------
    >>> names = list("abcdef")
    >>> used = pd.DataFrame({"staff": [2.0, 4, 8, 12, 6, 14]}, index=names)
    >>> made = pd.DataFrame({"patents": [1.0, 5, 8, 9, 3, 7]}, index=names)
    >>> found = efficiency(used, made)
    >>> found.score.round(3).tolist(), found.peers("c")
    ([0.4, 1.0, 0.8, 0.6, 0.4, 0.4], {'b': 1.6})
    """
    model, orientation, returns = _options(model, orientation, returns, draws)
    found: list[Finding] = []
    for name in (*inputs.index.difference(outputs.index), *outputs.index.difference(inputs.index)):
        hint = "give every unit a row in both tables"
        found.append(Finding("units", 0, "", str(name), "has only inputs or only outputs", hint))
    if found:
        raise DataError(found)
    outputs = outputs.loc[inputs.index]
    x, y = _checked(inputs, "inputs", found), _checked(outputs, "outputs", found)
    needed = units_needed(x.shape[1], y.shape[1])
    if len(x) < needed or not x.shape[1] or not y.shape[1]:
        problem = f"{len(x)} units are too few for {x.shape[1]} inputs and {y.shape[1]} outputs"
        hint = f"give at least {needed} units, 3 × (inputs + outputs), or fewer inputs and outputs"
        found.append(Finding("units", 0, "", str(len(x)), problem, hint))
    if found:
        raise DataError(found)
    return _measured(inputs, outputs, x, y, model, orientation, returns, draws, seed)


def _options(model: str, orientation: str, returns: str | None, draws: int) -> tuple[Model, Orientation, Returns]:
    one: Model = match_name(model, [(m,) for m in MODELS], "model")  # type: ignore[assignment]
    way: Orientation = match_name(orientation, [("input",), ("output",)], "orientation")  # type: ignore[assignment]
    if one == "sbm":
        if draws or way != "input":
            raise OptionError("the slack-based measure has no orientation and no bounds here; leave both out")
        scale: Returns = match_name(returns or "constant", [("constant",), ("variable",)], "returns")  # type: ignore[assignment]
        return one, way, scale
    if returns is not None:
        raise OptionError("returns belong to sbm; ccr has constant and bcc variable returns")
    if draws < 0:
        raise OptionError(f"draws must be 0 or more, not {draws}")
    return one, way, "constant" if one == "ccr" else "variable"


def _measured(
    inputs: pd.DataFrame,
    outputs: pd.DataFrame,
    x: Floats,
    y: Floats,
    model: Model,
    orientation: Orientation,
    returns: Returns,
    draws: int,
    seed: int,
) -> Efficiency:
    # In units of the mean: no programme mixes yuan with persons, and no score depends on it.
    by_x, by_y = x.mean(axis=0), y.mean(axis=0)
    u, v = x / by_x, y / by_y
    units, m = len(x), x.shape[1]
    extra: dict[str, object] = {}
    if model == "sbm":
        score, solved, parts = slack_based(u, v, u, v, returns)
        gap, residual = solved.gap, solved.residual
        slacks = parts[:, units:]
        aim_x, aim_y = u - slacks[:, :m], v + slacks[:, m:]
    else:
        measure, solved = radial(u, v, u, v, returns, orientation)
        score = np.minimum(measure if orientation == "input" else 1 / measure, 1.0)
        aim_x = u * measure[:, None] if orientation == "input" else u
        aim_y = v if orientation == "input" else v * measure[:, None]
        second = largest_slacks(aim_x, aim_y, u, v, returns)
        parts, slacks = second.solution, second.solution[:, units:]
        gap, residual = max(solved.gap, second.gap), max(solved.residual, second.residual)
        aim_x, aim_y = aim_x - slacks[:, :m], aim_y + slacks[:, m:]
        if draws:
            try:
                found = bootstrap(u, v, score, returns, orientation, draws=draws, seed=seed)
                named = {"low": found.low, "high": found.high, "corrected": found.corrected}
                extra = {name: pd.Series(values, inputs.index) for name, values in named.items()}
            except OptionError as why:
                extra = {"unbounded": str(why)}
    return Efficiency(
        model, orientation, returns, inputs, outputs, pd.Series(score, inputs.index, name="efficiency"),
        pd.DataFrame(parts[:, :units], inputs.index, inputs.index),
        pd.DataFrame(aim_x * by_x, inputs.index, inputs.columns),
        pd.DataFrame(aim_y * by_y, inputs.index, outputs.columns),
        gap, residual, **extra,  # type: ignore[arg-type]
    )  # fmt: skip
