"""The base: one belt and one draw, joined once — economy, freight network and river, each solved as it stands.

The rooms do not know each other; here their tables become one consistent state from which every scenario starts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .economy import Accounts, TradeModel
from .numerics.labels import positions
from .readings import Readings, Tables
from .river.formulas import GRAMS_PER_SECOND
from .river.transfer import TransferMatrix
from .scenario import Project, Rules, read_projects

if TYPE_CHECKING:
    from .belt import Belt
    from .freight import Freight
    from .river import RiverNetwork

Floats = NDArray[np.float64]

#: Activities whose loads are washed in by rain, so that less of them arrives at low flow.
DIFFUSE = ("agriculture", "land", "upstream")
#: Activities that nobody can be asked to reduce.
NATURAL = ("land", "upstream")
#: Parts of a base that do not depend on the draw.
SHARED = ("readings", "projects", "freight", "river", "transfer", "listed_loads", "compensation")


def accounts(belt: Belt, draw: int = 0) -> Accounts:
    """Input–output accounts of a belt: who delivers what to whom, in the regions' own names.

    Z[i j, n k] = π[n, i, j] · intermediate[n, j, k],  Y[i j, n] = π[n, i, j] · final[n, j],  π = trade ÷ all bought

    Every use of a product in a region comes from the same regions in the same shares, as in the equilibrium [assumed].
    A region outside (`belt.abroad`) delivers and buys; what it delivers counts as value added "outside", for its own
    inputs are not in the table.

    Parameters
    ----------
    belt
        A clean belt.
    draw
        Trade draw; 0 is the base estimate.

    Returns
    -------
    Accounts, in the belt's unit of money; value added by factor.

    Raises
    ------
    DataError
        If the belt has faults, or its tables make no accounts.

    Examples
    --------
    >>> import yijiang as yj
    >>> accounts(yj.case("tiny")).footprint().table.round(-3).loc["Upper"].to_dict()
    {'Upper': 314000.0, 'Middle': 47000.0, 'Lower': 36000.0}
    """
    tables = Tables.of(belt.require_clean(), draw)
    bought = tables.trade.sum(axis=1)
    share = np.divide(tables.trade, bought[:, None, :], out=np.zeros_like(tables.trade), where=bought[:, None, :] > 0)
    regions, sectors = len(belt.regions), len(belt.sectors)
    flows = np.einsum("nij,njk->ijnk", share, tables.intermediate).reshape(regions * sectors, regions * sectors)
    # A belt states no final use abroad: there, everything bought is final.
    abroad = np.isin(belt.regions, belt.abroad)[:, None]
    used = np.where(abroad, bought - tables.intermediate.sum(axis=2), tables.final)
    final = np.einsum("nij,nj->ijn", share, used).reshape(regions * sectors, regions)
    added = dict(zip(belt.factors, tables.value_added.transpose(1, 0, 2).reshape(len(belt.factors), -1), strict=True))
    outside = np.repeat(abroad, sectors)
    notes = [f"belt {belt.name}, draw {draw}: every use of a product has its region's mean origin [assumed]"]
    if outside.any():
        added["outside"] = np.where(outside, tables.output.ravel() - flows.sum(axis=0) - sum(added.values()), 0.0)
        notes.append(f"deliveries of {', '.join(belt.abroad)} count as value added there [assumed]")
    names = belt.tables["regions"], belt.tables["sectors"]
    aliases = {
        str(row[key]): [str(row["name_en"]), str(row["name_zh"])]
        for table, key in zip(names, ("region", "sector"), strict=True)
        for row in table.to_dict("records")
    }
    return Accounts(
        flows, final, added, regions=belt.regions, sectors=belt.sectors, aliases=aliases, unit=belt.money, notes=notes
    )


@dataclass(frozen=True, eq=False)
class Loads:
    """The pollutant loads as arrays, one row per row of the belt's table.

    Attributes
    ----------
    tonnes : (load,)
        Yearly load [t/yr].
    low_share : (load,)
        Share of the mean rate that enters at low flow: diffuse loads wait for rain.
    diffuse : (load,)
        Whether rain washes it in.
    region, sector, reach, pollutant : (load,)
        Positions; sector is −1 for people and land.
    """

    tonnes: Floats
    low_share: Floats
    diffuse: NDArray[np.bool_]
    region: NDArray[np.int64]
    sector: NDArray[np.int64]
    reach: NDArray[np.int64]
    pollutant: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Compensation:
    """The belt's payments at border sections as arrays, one row per rule.

    Attributes
    ----------
    upstream, downstream : (rule,)
        Positions of the regions.
    section, pollutant : (rule,)
        Positions of the section and the pollutant.
    price : (rule,)
        Payment per unit of concentration at mean flow [million yuan per mg/L].
    """

    upstream: NDArray[np.int64]
    downstream: NDArray[np.int64]
    section: NDArray[np.int64]
    pollutant: NDArray[np.int64]
    price: Floats


class Base:
    """One belt, one draw, solved: the state every scenario is compared with.

    Parameters
    ----------
    belt
        A clean belt.
    draw
        Trade draw; 0 is the base estimate.
    theta : (sector,), optional
        Trade elasticities instead of the belt's.
    like
        A base of the same belt, of which all that does not depend on the draw is used again.
    load : (region, pollutant), optional
        Multipliers of what each region sends into the river.

    Raises
    ------
    DataError
        With every finding, if the belt has faults.

    Examples
    --------
    >>> import yijiang as yj
    >>> base = Base(yj.case("tiny"))
    >>> base.accounts.trade.shape
    (3, 3, 4)
    """

    def __init__(
        self,
        belt: Belt,
        draw: int = 0,
        theta: Floats | None = None,
        like: Base | None = None,
        load: Floats | None = None,
    ) -> None:
        self.belt = belt.require_clean()
        self.draw = draw
        shares = like is not None and like.belt is belt
        if like is not None and shares:
            # What does not depend on the draw is used again where another base has built it.
            self.__dict__.update({name: like.__dict__[name] for name in SHARED if name in like.__dict__})
        self.accounts = accounts = self.readings.tables(draw, theta)
        labels = {"region": belt.regions, "sector": belt.sectors, "factor": belt.factors}
        self.model = TradeModel.from_flows(
            accounts.trade, accounts.intermediate, accounts.final, accounts.value_added, accounts.theta,
            fixed=self.readings.abroad, labels=labels,
        )  # fmt: skip
        self.still = self.model.counterfactual()
        capital = np.zeros(len(belt.regions))
        if "capital" in belt.factors:
            capital = accounts.value_added[:, belt.factors.index("capital")].sum(1)
        # Money spent on a sector that does not exist here moves nothing.
        output = np.where(accounts.output > 0, accounts.output, np.inf)
        self._load = load
        drawn = self.loads.tonnes if load is not None and self.river is not None else None
        self.rules: Rules
        if like is not None and shares:
            self.rules = like.rules.on(accounts.trade, output, capital, drawn)
        else:
            self.rules = Rules(belt, accounts.trade, output, capital, self.projects, drawn)

    @cached_property
    def readings(self) -> Readings:
        """The economy's tables, read for all draws."""
        return Readings(self.belt)

    @cached_property
    def projects(self) -> dict[str, Project]:
        """The candidate projects by identifier."""
        return read_projects(self.belt)

    @cached_property
    def freight(self) -> Freight | None:
        """The freight side, or None when the belt has no network."""
        if "transport" not in self.belt.scope:
            return None
        from .freight import Freight

        return Freight(self.belt)

    @cached_property
    def river(self) -> RiverNetwork | None:
        """The river, or None when the belt has none."""
        if "river" not in self.belt.scope:
            return None
        from .ecology import river_of

        return river_of(self.belt)

    @cached_property
    def transfer(self) -> dict[str, TransferMatrix]:
        """Response of every section to every reach, by regime, found when first asked for [mg/L per t/yr]."""
        assert self.river is not None
        return _Transfers(self.river)

    def rates(self, regime: str) -> Floats:
        """Rate of every load in a regime ÷ its yearly mean rate (load,) [-]."""
        loads = self.loads
        if regime == "mean":
            return np.ones(loads.tonnes.size)
        if regime == "low":
            return loads.low_share
        months = self.belt.tables["months"]
        row = months[months["month"] == int(regime.removeprefix("m"))].iloc[0]
        return np.where(loads.diffuse, float(row["diffuse"]), 1.0)

    @cached_property
    def loads(self) -> Loads:
        """The loads of this base: those of the belt, times what is drawn."""
        listed = self.listed_loads
        if self._load is None:
            return listed
        return replace(listed, tonnes=listed.tonnes * self._load[listed.region, listed.pollutant])

    @cached_property
    def listed_loads(self) -> Loads:
        """The belt's loads as arrays."""
        table = self.belt.tables["loads"]
        matrix = self.transfer["mean"]
        share = self.belt.parameter("diffuse_low_flow_share")
        position = {name: i for i, name in enumerate(self.belt.sectors)}
        region = {name: i for i, name in enumerate(self.belt.regions)}
        activity = table["activity"].astype(str)
        return Loads(
            table["value"].to_numpy(float),
            np.where(activity.isin(DIFFUSE), share, 1.0),
            activity.isin(DIFFUSE).to_numpy(),
            positions(table["region"], region),
            positions(activity, position, missing=-1),
            positions(table["reach"], {r: i for i, r in enumerate(matrix.reaches)}),
            positions(table["pollutant"], {p: i for i, p in enumerate(matrix.pollutants)}),
        )

    @cached_property
    def compensation(self) -> Compensation:
        """The belt's payments at border sections as arrays; no rows without a river."""
        table = self.belt.tables["compensation"]
        if self.river is None or not len(table):
            none = np.zeros(0, dtype=np.int64)
            return Compensation(none, none, none, none, np.zeros(0))
        region = {name: i for i, name in enumerate(self.belt.regions)}
        matrix = self.transfer["mean"]
        section = positions(table["section"], {s: i for i, s in enumerate(matrix.sections)})
        # 1 mg/L at 1 m³/s is 1 g/s.
        tonnes = self.section_flow("mean")[section] / GRAMS_PER_SECOND
        return Compensation(
            positions(table["upstream"], region),
            positions(table["downstream"], region),
            section,
            positions(table["pollutant"], {p: i for i, p in enumerate(matrix.pollutants)}),
            table["value"].to_numpy(float) * tonnes / 1e6,
        )

    def section_flow(self, regime: str) -> Floats:
        """Flow at every section (section,) [m³/s]."""
        assert self.river is not None
        reach = dict(zip(self.river.sections["section"], self.river.sections["reach"], strict=True))
        reaches = self.river.reaches
        matrix = self.transfer[regime]
        flow = dict(zip(reaches["reach"], reaches[f"flow_{regime}"].astype(float), strict=True))
        return np.array([flow[reach[s]] for s in matrix.sections])

    def concentration(self, tonnes: Floats, regime: str) -> Floats:
        """Concentration at every section (section, pollutant) for loads given per row [mg/L]."""
        loads, matrix = self.loads, self.transfer[regime]
        shape = len(matrix.reaches), len(matrix.pollutants)
        cell = loads.reach * shape[1] + loads.pollutant
        rated = tonnes if regime == "mean" else tonnes * self.rates(regime)
        spread = np.bincount(cell, rated, shape[0] * shape[1]).astype(np.float64, copy=False)
        return matrix.concentration(spread.reshape(shape))

    def long_loads(self, tonnes: Floats, regime: str) -> pd.DataFrame:
        """The loads of a scenario as the river room reads them, with who sends them."""
        table = self.belt.tables["loads"][["region", "activity", "reach", "pollutant"]].copy()
        table["tonnes"] = tonnes * self.rates(regime)
        return table.rename(columns={"activity": "source"})


class _Transfers(dict[str, TransferMatrix]):
    """Responses by regime, each found when it is first asked for."""

    def __init__(self, river: RiverNetwork) -> None:
        self._river = river

    def __missing__(self, regime: str) -> TransferMatrix:
        found = self[regime] = self._river.transfer(regime=regime)
        return found
