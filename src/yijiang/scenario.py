"""A scenario: which projects are done, and what their money moves.

Every lever follows a stated rule from money or from an engineering figure:

- ``productivity``: T̂ = 1 + spending × return ÷ output of the sector;
- ``capital``: K̂ = 1 + investment × share not crowded out ÷ capital stock, the return going to the owner;
- ``friction``: κ̂ = 1 − spending × saving per yuan ÷ value of the trade it eases (never below 1 − `friction_cap`);
- ``link``, ``terminal``, ``lock``, ``mode``, ``ship``, ``zone``: a new figure of the freight network: a depth, length,
  time, charge, rate, capacity or limit; ``open`` 1 adds what is planned, 0 closes what is there;
- ``removal``: tonnes removed = spending × tonnes per million yuan (never more than `removal_cap` of a load).

Levers of the same kind add up before they are applied, so the order of the projects cannot matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError, Finding, OptionError

if TYPE_CHECKING:
    import pandas as pd

    from .belt import Belt

Floats = NDArray[np.float64]

#: Lever kinds that change the freight network.
NETWORK_KINDS = ("link", "terminal", "lock", "mode", "ship", "zone")


@dataclass(frozen=True)
class Project:
    """One candidate project: what it costs, who must agree, who pays, and what it moves.

    `annual_cost` [million yuan a year] = capital cost × r ÷ (1 − (1 + r)^−life) + running cost.
    """

    project: str
    kind: str
    area: str
    members: tuple[str, ...]
    payers: Mapping[str, float]
    annual_cost: float
    joint: bool
    effect: tuple[float, float]
    cost: tuple[float, float]
    levers: tuple[Mapping[str, Any], ...]
    row: Mapping[str, Any] = field(repr=False)

    @property
    def protects_only(self) -> bool:
        """Whether every lever removes pollution and nothing else."""
        return all(lever["kind"] == "removal" for lever in self.levers)


def annuity(capital: float, rate: float, life: float) -> float:
    """Spread a capital cost over its life: A = K r ÷ (1 − (1 + r)^−life).

    Parameters
    ----------
    capital
        Investment [money].
    rate
        Discount rate [1/year]; 0 spreads it evenly.
    life
        Years in service.

    Returns
    -------
    float
        Payment per year [money/year].

    Examples
    --------
    >>> round(annuity(1000, 0.06, 30), 3)
    72.649
    >>> annuity(1000, 0, 20)
    50.0
    """
    return capital / life if rate == 0 else capital * rate / -np.expm1(-life * np.log1p(rate)).item()


def read_projects(belt: Belt) -> dict[str, Project]:
    """Read the candidate projects of a belt; those that say why no rule sizes them are left out (see `unsized`).

    Raises
    ------
    DataError
        If a project has no lever, no member, no payer or no cost, or a lever has no amount or no rate: a change that
        no money and no rule stands behind is refused.
    """
    rate = belt.parameter("discount_rate") if len(belt.tables["projects"]) else 0.0
    levers = _group(belt.tables["levers"])
    members = {p: tuple(str(r["region"]) for r in rows) for p, rows in _group(belt.tables["members"]).items()}
    payers = {
        p: {str(r["region"]): float(r["share"]) for r in rows} for p, rows in _group(belt.tables["payers"]).items()
    }
    found: list[Finding] = []
    projects: dict[str, Project] = {}
    left_out = unsized(belt)
    for position, row in enumerate(belt.tables["projects"].to_dict("records")):
        name = str(row["project"])
        if name in left_out:
            continue
        cost = annuity(float(row["capital_cost"]), rate, float(row["life"])) + float(row["running_cost"])
        own = levers.get(name, [])
        faults = []
        if not cost > 0:
            faults.append(("capital_cost", "a project without a cost moves something for nothing"))
        if not own:
            faults.append(("project", "no lever says what it moves"))
        if not members.get(name):
            faults.append(("project", "no member says who must agree"))
        if not payers.get(name):
            faults.append(("project", "no payer bears its cost"))
        if any(not np.isfinite([float(v["amount"]), float(v["rate"])]).all() for v in own):
            faults.append(("project", "a lever has no amount or no rate"))
        found += [
            Finding("projects", position + 2, column, str(row.get(column, "")), problem, "state it or drop the project")
            for column, problem in faults
        ]
        projects[name] = Project(
            name, str(row["kind"]), str(row["area"]), members.get(name, ()), payers.get(name, {}), cost,
            bool(row["joint"]), (float(row["effect_low"]), float(row["effect_high"])),
            (float(row["cost_low"]), float(row["cost_high"])), tuple(own), {str(k): v for k, v in row.items()},
        )  # fmt: skip
    if found:
        raise DataError(found)
    return projects


def unsized(belt: Belt) -> dict[str, dict[str, str]]:
    """Return the candidates that no rule sizes, with the reason in both languages; nothing is planned with them.

    Examples
    --------
    >>> import yijiang as yj
    >>> unsized(yj.case("tiny"))
    {}
    """
    reasons = {
        str(row["project"]): (str(row["unsized_en"]), str(row["unsized_zh"]))
        for row in belt.tables["projects"].to_dict("records")
    }
    return {name: {"en": en or zh, "zh": zh or en} for name, (en, zh) in reasons.items() if en or zh}


def _refuse_unsized(belt: Belt, name: str) -> None:
    """Raise for a project that no rule sizes: its blanks are not filled in with anything."""
    reason = unsized(belt).get(name)
    if reason is not None:
        line = belt.projects.index(name) + 2
        remedy = "enter its cost and the amount and rate of its levers, and clear unsized_en and unsized_zh"
        problem = f"no rule sizes this project, so nothing can be worked out with it: {reason['en']}"
        raise DataError([Finding("projects", line, "project", name, problem, remedy)])


def _group(table: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_dict("records"):
        groups.setdefault(str(row["project"]), []).append({str(k): v for k, v in row.items()})
    return groups


@dataclass(frozen=True)
class Changes:
    """What a scenario changes in each room; arrays in the belt's own order.

    Attributes
    ----------
    productivity : (region, sector)
        T̂.
    endowment : (region, factor)
        Factor amounts, new ÷ old.
    kappa : (importer, exporter, sector)
        κ̂ from eased trade, without freight.
    using
        κ̂ of single uses, {(importer, exporter, sector, using sector): ratio}.
    transfer : (region,)
        Returns paid to owners elsewhere [million yuan a year]; sums to zero.
    network
        {kind: {target: {attribute: new value}}}.
    removed : (load,)
        Tonnes a year taken out of each row of the belt's loads.
    """

    productivity: Floats
    endowment: Floats
    kappa: Floats
    using: Mapping[tuple[str, str, str, str], float]
    transfer: Floats
    network: Mapping[str, Mapping[str, Mapping[str, float]]]
    removed: Floats


class Rules:
    """The lever rules of one belt and one draw, with the base figures they divide by.

    Parameters
    ----------
    belt
        The belt.
    trade : (importer, exporter, sector)
        Base trade of the draw [million yuan].
    output : (region, sector)
        Base output [million yuan].
    capital_income : (region,)
        Income of capital in the base [million yuan].
    projects
        The candidates.
    tonnes : (load,), optional
        Loads of the draw, where they are drawn too [t/yr].
    """

    def __init__(
        self,
        belt: Belt,
        trade: Floats,
        output: Floats,
        capital_income: Floats,
        projects: Mapping[str, Project],
        tonnes: Floats | None = None,
    ) -> None:
        self.projects = projects
        self._belt = belt
        self._capital_income = capital_income
        self.trade, self.output = trade, output
        self._region = {name: i for i, name in enumerate(belt.regions)}
        self._sector = {name: i for i, name in enumerate(belt.sectors)}
        self._factors = belt.factors
        stock = belt.tables["capital"]
        self._stock = dict(zip(stock["region"], stock["value"].astype(float), strict=True))
        have = set(belt.tables["parameters"]["parameter"])
        self._removal_cap = belt.parameter("removal_cap") if "removal_cap" in have else 1.0
        self._friction_cap = belt.parameter("friction_cap") if "friction_cap" in have else 0.5
        loads = belt.tables["loads"]
        self._loads = {c: loads[c].astype(str).to_numpy() for c in ("region", "reach", "activity", "pollutant")}
        self._listed = loads["value"].to_numpy(float)
        self._tonnes = self._listed if tonnes is None else tonnes
        self._shares: dict[tuple[str, ...], Floats] = {}
        self._using = self._using_values(belt)

    def on(self, trade: Floats, output: Floats, capital_income: Floats, tonnes: Floats | None = None) -> Rules:
        """The same rules on the base figures of another draw."""
        twin = copy(self)
        twin.trade, twin.output, twin._capital_income = trade, output, capital_income
        twin._tonnes = self._listed if tonnes is None else tonnes
        return twin

    def _using_values(self, belt: Belt) -> Floats:
        """Spending of each using sector on each product, by region [million yuan]."""
        size = len(self._region), len(self._sector), len(self._sector)
        values = np.zeros(size)
        table = belt.tables["intermediate"]
        np.add.at(
            values,
            (table["region"].map(self._region), table["input"].map(self._sector), table["using"].map(self._sector)),
            table["value"].to_numpy(float),
        )
        return values

    def changes(
        self, package: Sequence[str], effect: Mapping[str, float] | None = None, lever: int | None = None
    ) -> Changes:
        """What a package changes; `effect` multiplies the effect of single projects (for draws).

        With `lever`, only the levers of that number count.

        Raises
        ------
        OptionError
            If a project is unknown or named twice.
        DataError
            If no rule sizes a project.
        """
        if len(set(package)) != len(package):
            raise OptionError(f"a project is named twice in {list(package)}")
        regions, sectors = len(self._region), len(self._sector)
        gain_t = np.zeros((regions, sectors))
        gain_k = np.zeros((regions, len(self._factors)))
        saving = np.zeros_like(self.trade)
        using: dict[tuple[str, str, str, str], float] = {}
        transfer = np.zeros(regions)
        network: dict[str, dict[str, dict[str, float]]] = {kind: {} for kind in NETWORK_KINDS}
        removed = np.zeros(self._tonnes.size)
        # Sorted, so that floating-point sums do not depend on the order the user typed.
        for name in sorted(package):
            if name not in self.projects:
                _refuse_unsized(self._belt, name)
                raise OptionError(f"unknown project {name!r}; candidates: {', '.join(self.projects)}")
            scale = 1.0 if effect is None else effect.get(name, 1.0)
            for row in self.projects[name].levers:
                if lever is not None and int(row["lever"]) != lever:
                    continue
                kind, amount, rate = row["kind"], float(row["amount"]), float(row["rate"])
                if kind == "productivity":
                    cell = self._region[row["region"]], self._sector[row["sector"]]
                    gain_t[cell] += scale * amount * rate / self.output[cell]
                elif kind == "capital":
                    region = self._region[row["region"]]
                    share = scale * amount * rate / self._stock[row["region"]]
                    factor = self._factors.index("capital")
                    gain_k[region, factor] += share
                    owner = self._region[row["partner"]] if row["partner"] else region
                    # The owner lives elsewhere: the return on the added stock crosses the border every year.
                    earned = share * float(self._capital_income[region])
                    transfer[owner] += earned
                    transfer[region] -= earned
                elif kind == "friction":
                    self._ease(row, scale * amount * rate, saving, using)
                elif kind == "removal":
                    removed += self._remove(row, scale * amount * rate)
                else:
                    network[kind].setdefault(row["target"], {})[row["attribute"]] = amount
        floor = 1 - self._friction_cap
        traded = np.where(self.trade > 0, self.trade, 1.0)
        return Changes(
            1 + gain_t, 1 + gain_k, np.maximum(1 - saving / traded, floor),
            {key: max(1 - value, floor) for key, value in using.items()}, transfer, network,
            np.minimum(removed, self._removal_cap * self._tonnes),
        )  # fmt: skip

    def ceilings(self, name: str) -> dict[tuple[str | int, ...], float]:
        """What one project at full effect takes up of the most that levers can do in a cell, 1 = all of it.

        A trade cost falls by at most `friction_cap` and a load by at most `removal_cap`; what projects spend beyond
        that in the same cell is wasted.

        Returns
        -------
        dict
            ("trade", importer, exporter, sector), ("using", the same and the using sector) or ("load", row).
        """
        saving, removed = np.zeros_like(self.trade), np.zeros(self._tonnes.size)
        using: dict[tuple[str, str, str, str], float] = {}
        for row in self.projects[name].levers:
            amount = float(row["amount"]) * float(row["rate"])
            if row["kind"] == "friction":
                self._ease(row, amount, saving, using)
            elif row["kind"] == "removal":
                removed += self._remove(row, amount)
        found: dict[tuple[str | int, ...], float] = {}
        if self._friction_cap > 0:
            for n, i, j in np.argwhere((saving > 0) & (self.trade > 0)).tolist():
                found["trade", n, i, j] = float(saving[n, i, j] / self.trade[n, i, j] / self._friction_cap)
            found |= {("using", *key): value / self._friction_cap for key, value in using.items() if value > 0}
        if self._removal_cap > 0:
            for k in np.flatnonzero((removed > 0) & (self._tonnes > 0)).tolist():
                found["load", k] = float(removed[k] / self._tonnes[k] / self._removal_cap)
        return found

    def _ease(
        self, lever: Mapping[str, Any], saved: float, saving: Floats, using: dict[tuple[str, str, str, str], float]
    ) -> None:
        n, i, j = self._region[lever["region"]], self._region[lever["partner"]], self._sector[lever["sector"]]
        if not lever["using"]:
            saving[n, i, j] += saved
            return
        k = self._sector[lever["using"]]
        # A use draws on every seller like all other uses, final ones included, so purchases are what it shares.
        bought = self.trade[n, :, j].sum()
        spent = self.trade[n, i, j] * (self._using[n, j, k] / bought if bought > 0 else 0.0)
        key = (str(lever["region"]), str(lever["partner"]), str(lever["sector"]), str(lever["using"]))
        using[key] = using.get(key, 0.0) + (saved / spent if spent > 0 else 0.0)

    def _remove(self, lever: Mapping[str, Any], tonnes: float) -> Floats:
        """Spread removed tonnes over the matching loads in proportion to their size."""
        key = tuple(str(lever[c]) for c in ("region", "pollutant", "target", "attribute"))
        if key not in self._shares:
            match = (self._loads["region"] == lever["region"]) & (self._loads["pollutant"] == lever["pollutant"])
            if lever["target"]:
                match &= self._loads["reach"] == lever["target"]
            if lever["attribute"]:
                match &= self._loads["activity"] == lever["attribute"]
            # Of the table's loads: a draw changes all of one region and pollutant alike, so shares stay.
            total = self._listed[match].sum()
            self._shares[key] = np.where(match, self._listed, 0.0) / total if total > 0 else np.zeros_like(self._listed)
        return self._shares[key] * tonnes
