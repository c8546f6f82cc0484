"""What the regions of a belt make of what they use: frontiers from its indicators, over the years where they allow it.

A frontier compares volumes, so shares and figures per head are no inputs or outputs here unless somebody asks for them.
It is refused with fewer regions than 3 × (inputs + outputs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError, match_name
from yijiang.learning.frontier import Efficiency, Malmquist, efficiency, malmquist, units_needed
from yijiang.learning.reading import LANGUAGES, Indicator, Text
from yijiang.messages import message

FRONTIERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "research": (("rd_expenditure",), ("invention_grants", "tech_sold")),
    "industry": (("rd_expenditure", "hitech_enterprises"), ("hitech_revenue",)),
}
"""Built-in frontiers: inputs and outputs by the keys of their indicators."""


@dataclass(frozen=True, eq=False)
class Benchmark:
    """One frontier of a belt's regions.

    Attributes
    ----------
    key
        Name of the frontier.
    inputs, outputs
        Its indicators.
    year
        Year of the figures; None where it was refused.
    models
        Efficiencies by model: ccr (constant returns, with bounds), bcc (variable returns, with bounds), sbm.
    refused
        Why there is none, in both languages; None where there is one.
    years, paths
        Years with figures of every region, and the Malmquist index over them; None with fewer than two such years.
    regions
        Order of the units in `paths`.
    """

    key: str
    inputs: tuple[Indicator, ...]
    outputs: tuple[Indicator, ...]
    year: int | None
    models: dict[str, Efficiency] = field(repr=False)
    refused: Text | None
    regions: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    paths: Malmquist | None = field(repr=False, default=None)

    def since(self, region: str) -> dict[str, float] | None:
        """Return what productivity, catching up and the frontier multiplied by over all the years; None if unknown."""
        if self.paths is None or region not in self.regions:
            return None
        at = self.regions.index(region)
        return {
            name: float(np.prod(getattr(self.paths, name)[:, at]))
            for name in ("productivity", "catching_up", "frontier")
        }


def _frame(indicators: Sequence[Indicator], regions: Sequence[str], year: int) -> pd.DataFrame:
    cells = {one.key: [one.years[region][year].value for region in regions] for one in indicators}
    return pd.DataFrame(cells, index=list(regions))


def _years(indicators: Sequence[Indicator], regions: Sequence[str]) -> list[int]:
    sets = [
        {year for year, cell in one.years.get(region, {}).items() if cell.value > 0}
        for one in indicators
        for region in regions
    ]
    return sorted(set.intersection(*sets) - {0}) if sets else []


def _refused(key: str, uses: list[Indicator], makes: list[Indicator], why: str, **values: object) -> Benchmark:
    told = {lang: message(f"learning.{why}", lang, **values) for lang in LANGUAGES}
    return Benchmark(key, tuple(uses), tuple(makes), None, {}, told)


def _made(
    key: str, inputs: list[Indicator], outputs: list[Indicator], regions: Sequence[str], draws: int, seed: int
) -> Benchmark:
    needed = units_needed(len(inputs), len(outputs))
    if len(regions) < needed:
        values = {"units": len(regions), "inputs": len(inputs), "outputs": len(outputs), "needed": needed}
        return _refused(key, inputs, outputs, "refused_units", **values)
    years = _years([*inputs, *outputs], regions)
    if not years:
        return _refused(key, inputs, outputs, "refused_year", units=len(regions))
    used, made = (_frame(part, regions, years[-1]) for part in (inputs, outputs))
    models = {
        "ccr": efficiency(used, made, model="ccr", draws=draws, seed=seed),
        "bcc": efficiency(used, made, model="bcc", draws=draws, seed=seed),
        "sbm": efficiency(used, made, model="sbm"),
    }
    paths = None
    if len(years) > 1:
        cubes = [np.array([_frame(part, regions, year).to_numpy() for year in years]) for part in (inputs, outputs)]
        paths = malmquist(*(cube / cube[0].mean(axis=0) for cube in cubes))
    return Benchmark(key, tuple(inputs), tuple(outputs), years[-1], models, None, tuple(regions), tuple(years), paths)


def benchmarks(
    indicators: Sequence[Indicator],
    regions: Sequence[str],
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
    draws: int = 0,
    seed: int = 0,
) -> list[Benchmark]:
    """Return the built-in frontiers whose indicators are there, or the one asked for.

    Parameters
    ----------
    indicators, regions
        What is known, and who is compared.
    inputs, outputs
        Indicators of a frontier of your own, by key or name.
    draws, seed
        Draws behind the bounds, and the seed of chance.

    Raises
    ------
    OptionError
        If only one of inputs and outputs is given, or an indicator is unknown.
    DataError
        If the frontier asked for is refused: too few regions, or no year with every figure.
    """
    known = {one.key: one for one in indicators}
    if not inputs and not outputs:
        return [
            _made(key, [known[k] for k in uses], [known[k] for k in makes], regions, draws, seed)
            for key, (uses, makes) in FRONTIERS.items()
            if {*uses, *makes} <= known.keys()
        ]
    if not inputs or not outputs:
        raise OptionError("a frontier needs both inputs and outputs: give indicators for each")
    aliases = [(one.key, *one.name.values()) for one in indicators]
    uses, makes = ([known[match_name(name, aliases, "indicator")] for name in part] for part in (inputs, outputs))
    made = _made("own", uses, makes, regions, draws, seed)
    if made.refused is not None:
        hint = "give fewer inputs and outputs, or indicators with a figure above 0 for every region"
        raise DataError([Finding("indicators", 0, "", "", made.refused["en"], hint)])
    return [made]
