"""Accounts: the tables of several regions, one factorisation of I − A, and the questions asked of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

from yijiang.economy.accounts import labels as lb
from yijiang.economy.accounts.extension import Extension, home_content
from yijiang.economy.accounts.labels import Floats, Integers
from yijiang.economy.accounts.productive import answered, require_productive
from yijiang.economy.accounts.solver import Leontief
from yijiang.economy.accounts.tables import Rows, Tables, read
from yijiang.errors import OptionError

if TYPE_CHECKING:
    from yijiang.economy.accounts.exports import ExportDecomposition
    from yijiang.economy.accounts.extraction import Extraction
    from yijiang.economy.accounts.footprint import Footprint
    from yijiang.economy.accounts.prices import PriceEffect
    from yijiang.economy.accounts.structural import StructuralDecomposition


class Accounts:
    """Input–output accounts of several regions (the Leontief family), with the names of pymrio.

    x = Z 1 + Y 1,  A = Z x̂⁻¹,  L = (I − A)⁻¹,  B = x̂⁻¹ Z,  G = (I − B)⁻¹

    I − A is factored once, at the first question; only the columns asked for are solved. L, B and G are formed when
    `.L`, `.B` or `.G` is read, not before. Labelled tables are aligned by name, never by position, and never changed.

    Parameters
    ----------
    Z : (region and sector, region and sector) [money of a year]
        Deliveries between sectors: DataFrame with two levels of labels, array, or SciPy sparse array with `labels`.
    Y : (region and sector, region and category) [the same]
        Final use. Regions that only use (exports to abroad) may stand here without being rows of Z.
    factor_inputs : (kind, region and sector) [the same], optional
        Value added by kind: DataFrame, Series, array, or mapping from name to values.
    extensions : mapping from name to (stressor, region and sector) [any unit], optional
        Satellite accounts.
    final_extensions : mapping from name to (stressor, region and category), optional
        What final use itself emits or uses (F_Y of pymrio).
    labels, final_labels
        Names (region, sector) and (region, category) of arrays without names of their own.
    regions, sectors
        Instead of `labels`: names whose product, regions outermost, labels the rows.
    discrepancy : (region and sector), optional
        Statistical error of the rows, kept as an account of its own: x = Z 1 + Y 1 + discrepancy.
    imports : (region and sector), optional
        Inputs from outside the table.
    aliases
        Other names of regions and sectors, such as Chinese ones: name → names.
    units : mapping from extension to one unit per stressor, optional
    unit
        Unit of money.
    notes
        Remarks to keep, for example what was assumed when the table was made.
    accept_negative_value_added
        Negative value added is an error unless this is True; then it is noted.

    Raises
    ------
    DataError
        With every finding, named by region and sector: labels that do not match, missing values, output that is
        negative or 0 beside inputs, negative value added, I − A singular or not productive (spectral radius ≥ 1).

    References
    ----------
    Miller, R. E. & Blair, P. D. (2009), Input–Output Analysis, 2nd ed., chapters 2, 3, 6, 12.

    Examples
    --------
    Two sectors of one region, section 2.3 of Miller & Blair:

    >>> acc = Accounts([[150, 500], [200, 100]], [350, 1700], regions=["here"], sectors=["farm", "works"])
    >>> acc.A.round(3).to_numpy().tolist()
    [[0.15, 0.25], [0.2, 0.05]]
    >>> acc.solve([600, 1500]).round(1).tolist()
    [1247.5, 1841.6]
    """

    def __init__(
        self, Z: Any, Y: Any, factor_inputs: Any = None, extensions: Mapping[str, Any] | None = None, *,
        final_extensions: Mapping[str, Any] | None = None, labels: Any = None, final_labels: Any = None,
        regions: Sequence[str] | None = None, sectors: Sequence[str] | None = None, discrepancy: Any = None,
        imports: Any = None, aliases: Mapping[str, Sequence[str]] | None = None,
        units: Mapping[str, Sequence[str]] | None = None, unit: str = "", notes: Sequence[str] = (),
        accept_negative_value_added: bool = False,
    ) -> None:  # fmt: skip
        self.tables: Tables = read(
            Z, Y, factor_inputs, extensions, final_extensions=final_extensions, labels=labels,
            final_labels=final_labels, regions=regions, sectors=sectors, discrepancy=discrepancy, imports=imports,
            aliases=aliases, units=units, unit=unit, notes=notes,
            accept_negative_value_added=accept_negative_value_added,
        )  # fmt: skip
        self.regions, self.region_of = lb.groups(self.index.get_level_values("region"))
        self.sectors, self.sector_of = lb.groups(self.index.get_level_values("sector"))
        self.consumers, self.consumer_of = lb.groups(self.tables.uses.get_level_values("region"))
        self.system = Leontief(self.coefficients)
        require_productive(self)

    @property
    def index(self) -> pd.MultiIndex:
        """Names (region, sector) of the rows."""
        return self.tables.index

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed about the tables, and what is worth knowing of them."""
        return self.tables.notes

    @property
    def balance(self) -> float:
        """Largest difference of a column's inputs plus factor inputs from output ÷ largest output [1]."""
        return self.tables.balance

    @property
    def residual(self) -> float:
        """Largest residual of every solve so far, ‖(I − A) x − y‖∞ ÷ max(‖x‖∞, ‖y‖∞) [1]."""
        return self.system.residual

    @cached_property
    def coefficients(self) -> Floats | sp.csr_array:
        """A as an array, dense or sparse (row, row) [1]."""
        inverse = self.per_output(np.ones(len(self.index)))
        if isinstance(self.tables.Z, sp.csr_array):
            return sp.csr_array(self.tables.Z @ sp.diags_array(inverse))
        return self.tables.Z * inverse

    def per_output(self, flows: Floats) -> Floats:
        """Flows (…, row) divided by output; 0 in empty sectors, which have no flows."""
        return np.divide(
            flows, self.tables.output, out=np.zeros_like(flows, dtype=np.float64), where=~self.tables.empty
        )

    @cached_property
    def final(self) -> Floats:
        """Final use by consuming region as an array (row, consumer)."""
        return lb.summed(self.tables.Y, self.consumer_of, len(self.consumers))

    @cached_property
    def inverse(self) -> Floats:
        """L as an array (row, row); the first call forms it."""
        return self.system.inverse()

    @cached_property
    def output_by_consumer(self) -> Floats:
        """Output that each region's final use needs, L Y, as an array (row, consumer)."""
        return self.system.solve(self.final)

    def square(self, values: Floats | sp.csr_array) -> pd.DataFrame:
        """Label a matrix of rows and columns."""
        dense = values.toarray() if isinstance(values, sp.csr_array) else values
        return pd.DataFrame(lb.frozen(np.asarray(dense)), index=self.index, columns=self.index, copy=False)

    def vector(self, values: Floats, name: str | None = None) -> pd.Series:
        """Label a vector of rows."""
        return pd.Series(values, index=self.index, name=name)

    @property
    def Z(self) -> pd.DataFrame:
        """Deliveries between sectors [money of a year]."""
        return self.square(self.tables.Z)

    @property
    def Y(self) -> pd.DataFrame:
        """Final use [money of a year]."""
        return pd.DataFrame(self.tables.Y, index=self.index, columns=self.tables.uses)

    @property
    def x(self) -> pd.DataFrame:
        """Output, as one column `indout` [money of a year]."""
        return self.vector(self.tables.output, "indout").to_frame()

    @property
    def A(self) -> pd.DataFrame:
        """Input coefficients Z x̂⁻¹ [1]."""
        return self.square(self.coefficients)

    @property
    def L(self) -> pd.DataFrame:
        """Leontief inverse (I − A)⁻¹ [1]; formed when first read."""
        return self.square(self.inverse)

    @cached_property
    def allocations(self) -> Floats | sp.csr_array:
        """B as an array (row, row) [1]."""
        share = self.per_output(np.ones(len(self.index)))
        flows = self.tables.Z
        return sp.csr_array(sp.diags_array(share) @ flows) if sp.issparse(flows) else flows * share[:, None]

    @property
    def B(self) -> pd.DataFrame:
        """Allocation coefficients x̂⁻¹ Z [1]."""
        return self.square(self.allocations)

    @property
    def G(self) -> pd.DataFrame:
        """Ghosh inverse (I − B)⁻¹ = x̂⁻¹ L x̂ [1]; empty sectors have a 1 on the diagonal."""
        output = np.where(self.tables.empty, 1.0, self.tables.output)
        return self.square(self.inverse * output / output[:, None])

    @cached_property
    def factor_inputs(self) -> Extension:
        """Value added as an extension; one row, output less inputs, where none was given."""
        rows = self.tables.factors
        if rows is None:
            rows = Rows(pd.Index(["value added"], name="stressor"), self.tables.value_added[None, :].copy())
        return Extension(self, "factor_inputs", rows)

    @cached_property
    def extensions(self) -> Mapping[str, Extension]:
        """Satellite accounts by name; value added is `factor_inputs`."""
        return MappingProxyType({name: Extension(self, name, rows) for name, rows in self.tables.extensions.items()})

    @property
    def every_extension(self) -> dict[str, Extension]:
        """The factor inputs and the satellite accounts by name."""
        return {"factor_inputs": self.factor_inputs, **self.extensions}

    def extension(self, name: str) -> Extension:
        """One extension by name, or the factor inputs."""
        return self.every_extension[lb.find(name, list(self.every_extension), {}, "extension")]

    @cached_property
    def multiplier_arrays(self) -> Mapping[str, Floats]:
        """M of every extension, from one transposed solve: name → (stressor, row)."""
        every = self.every_extension
        stacked = self.system.solve_transposed(np.vstack([e.intensity for e in every.values()]).T).T
        ends = np.cumsum([len(e.rows.names) for e in every.values()])
        return dict(zip(every, np.split(stacked, ends[:-1]), strict=True))

    @cached_property
    def home_arrays(self) -> Mapping[str, Floats]:
        """The part of D_cba that arises at home, of every extension: name → (stressor, consumer and sector)."""
        return home_content(self)

    def __getattr__(self, name: str) -> Any:
        # The accounts of pymrio (F, S, M, D_cba …) on the object itself are those of the factor inputs.
        if name in Extension.PUBLIC:
            return getattr(self.factor_inputs, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __dir__(self) -> Collection[str]:
        return sorted({*super().__dir__(), *Extension.PUBLIC})

    def __repr__(self) -> str:
        return f"<Accounts: {len(self.regions)} regions, {len(self.index)} rows, {', '.join(self.every_extension)}>"

    def region(self, name: object) -> str:
        """Identifier of a region, whatever the case or language of the name."""
        return lb.find(name, self.regions, self.tables.aliases, "region")

    def sector(self, name: object) -> str:
        """Identifier of a sector, whatever the case or language of the name."""
        return lb.find(name, self.sectors, self.tables.aliases, "sector")

    def rows_of(self, region: Any = None, sector: Any = None) -> Integers:
        """Positions of the rows of some regions and sectors; None means every one."""
        chosen = np.ones(len(self.index), dtype=bool)
        for value, match, names, codes in (
            (region, self.region, self.regions, self.region_of),
            (sector, self.sector, self.sectors, self.sector_of),
        ):
            if value is not None:
                wanted = [value] if isinstance(value, str) else list(value)
                chosen &= np.isin(codes, [names.index(match(name)) for name in wanted])
        if not chosen.any():
            raise OptionError(f"no row has region {region!r} and sector {sector!r}")
        return np.flatnonzero(chosen)

    def solve(self, y: Any) -> Any:
        """Return the output that a final demand needs, L y.

        Parameters
        ----------
        y : (region and sector), or with columns [money]
            Series, DataFrame (aligned by name) or array; the answer has its form, and `.attrs["residual"]`.

        Examples
        --------
        >>> acc = Accounts([[150, 500], [200, 100]], [350, 1700], regions=["here"], sectors=["farm", "works"])
        >>> acc.solve(pd.Series({("here", "works"): 1.0, ("here", "farm"): 0.0})).round(4).tolist()
        [0.33, 1.1221]
        """
        return answered(self, y, self.system.solve)

    def solve_transposed(self, s: Any) -> Any:
        """Content of one unit of final demand, Lᵀ s: of coefficients s per unit of output."""
        return answered(self, s, self.system.solve_transposed)

    def multipliers(self, kind: str = "I", income: Any = None, consumption: Any = None) -> pd.DataFrame:
        """Multipliers of output and of every stressor, type I or II; see `multipliers.multipliers`."""
        from yijiang.economy.accounts.multipliers import multipliers

        return multipliers(self, kind, income, consumption)  # type: ignore[arg-type]

    def linkages(self, weights: Any = None, spread: bool = False) -> pd.DataFrame:
        """Backward, forward and Ghosh linkages of every sector; see `linkages.linkages`."""
        from yijiang.economy.accounts.linkages import linkages

        return linkages(self, weights, spread)

    def position(self) -> pd.DataFrame:
        """Upstreamness and downstreamness of every sector; see `linkages.position`."""
        from yijiang.economy.accounts.linkages import position

        return position(self)

    def average_propagation_lengths(self, region: Any = None, sector: Any = None) -> pd.DataFrame:
        """Mean number of rounds between sectors; see `linkages.average_propagation_lengths`."""
        from yijiang.economy.accounts.linkages import average_propagation_lengths

        return average_propagation_lengths(self, region, sector)

    def field_of_influence(self, cells: Any = None) -> pd.DataFrame | pd.Series:
        """Influence of single coefficients on the whole inverse; see `linkages.field_of_influence`."""
        from yijiang.economy.accounts.linkages import field_of_influence

        return field_of_influence(self, cells)

    def inoperability(self, loss: Any) -> pd.Series:
        """Share of output lost when final demand falls; see `linkages.inoperability`."""
        from yijiang.economy.accounts.linkages import inoperability

        return inoperability(self, loss)

    def prices(self, changes: Mapping[str, Any]) -> PriceEffect:
        """Prices after a rise of primary costs; see `prices.prices`."""
        from yijiang.economy.accounts.prices import prices

        return prices(self, changes)

    def extract(self, region: Any = None, sector: Any = None, kind: str = "total", partner: Any = None) -> Extraction:
        """Output lost without a sector, a region or the trade of two regions; see `extraction.extract`."""
        from yijiang.economy.accounts.extraction import extract

        return extract(self, region, sector, kind, partner)  # type: ignore[arg-type]

    def extract_all(self, by: str = "sector") -> pd.DataFrame:
        """Output lost without each sector, or each region, in turn; see `extraction.extract_all`."""
        from yijiang.economy.accounts.extraction import extract_all

        return extract_all(self, by)  # type: ignore[arg-type]

    def footprint(
        self, extension: str = "factor_inputs", stressor: Any = None, approach: str = "cba", by: str = "region"
    ) -> Footprint:
        """Flows by origin and by the region that causes them; see `footprint.footprint`."""
        from yijiang.economy.accounts.footprint import footprint

        return footprint(self, extension, stressor, approach, by)  # type: ignore[arg-type]

    def export_decomposition(self, regions: Any = None, method: str = "bm", **options: Any) -> ExportDecomposition:
        """Gross exports by origin, absorption and double counting; see `exports.export_decomposition`."""
        from yijiang.economy.accounts.exports import export_decomposition

        return export_decomposition(self, regions, method, **options)  # type: ignore[arg-type]

    def structural_decomposition(
        self, end: Accounts, extension: str = "factor_inputs", **options: Any
    ) -> StructuralDecomposition:
        """Why flows changed from these accounts to others; see `structural.structural_decomposition`."""
        from yijiang.economy.accounts.structural import structural_decomposition

        return structural_decomposition(self, end, extension, **options)

    def aggregate(self, regions: Mapping[str, str] | None = None, sectors: Mapping[str, str] | None = None) -> Accounts:
        """Sum regions and sectors into groups; see `aggregation.aggregate`."""
        from yijiang.economy.accounts.aggregation import aggregate

        return aggregate(self, regions, sectors)

    @classmethod
    def from_pymrio(cls, io: Any, factor_inputs: str | None = "factor_inputs", **options: Any) -> Accounts:
        """Take the tables of a pymrio IOSystem; see `pymrio.from_pymrio`."""
        from yijiang.economy.accounts.pymrio import from_pymrio

        return from_pymrio(io, factor_inputs, **options)

    def to_pymrio(self, name: str = "yijiang") -> Any:
        """Make a pymrio IOSystem; see `pymrio.to_pymrio`."""
        from yijiang.economy.accounts.pymrio import to_pymrio

        return to_pymrio(self, name)

    @classmethod
    def read_ceads(cls, source: Any, sheet: str | int = 0, **options: Any) -> Accounts:
        """Read a table of Chinese provinces in the layout of CEADs; see `ceads.read_ceads`."""
        from yijiang.economy.accounts.ceads import read_ceads

        return read_ceads(source, sheet, **options)
