"""The Belt: what is there, as named tables with checked types, names in two languages and a content digest."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from yijiang.belt import columns
from yijiang.belt.findings import Findings, as_frame
from yijiang.belt.head import check_head
from yijiang.belt.schema import schemas
from yijiang.belt.texts import toml_value
from yijiang.cells import format_csv
from yijiang.errors import DataError, Finding, OptionError, match_name
from yijiang.units import currency

KINDS: Mapping[str, tuple[str, str]] = {
    "region": ("regions", "region"),
    "sector": ("sectors", "sector"),
    "factor": ("factors", "factor"),
    "node": ("nodes", "node"),
    "link": ("links", "link"),
    "lock": ("locks", "lock"),
    "mode": ("modes", "mode"),
    "section": ("sections", "section"),
    "pollutant": ("kinetics", "pollutant"),
    "project": ("projects", "project"),
    "indicator": ("indicators", "indicator"),
    "item": ("agreement", "item"),
}
"""Things that have names: the table and column of their identifiers."""

# With copy-on-write (pandas 3) a shallow copy is safe and costs nothing.
_DEEP = int(pd.__version__.split(".")[0]) < 3


class _Tables(Mapping[str, pd.DataFrame]):
    """The tables by name; each access hands out a copy, so that a belt cannot be changed by accident."""

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        self._frames = dict(frames)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._frames:
            raise OptionError(f"unknown table {name!r}; all: {', '.join(self._frames)}")
        return self._frames[name].copy(deep=_DEEP)

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __contains__(self, name: object) -> bool:
        return name in self._frames

    def __len__(self) -> int:
        return len(self._frames)


@dataclass(frozen=True, eq=False)
class Belt:
    """Regions along a river as tables: accounts, freight network, river, projects.

    Made by `read`, `case` or `Belt.from_tables`. Every table of the schemas is there, absent ones without rows. Tables
    are handed out as copies; `with_tables` makes a new belt. Two belts are equal when their contents are. Values are in
    the belt's unit of money (`money`) or in the unit their schema states; blank text is "", a missing number NaN (<NA>
    in a column of whole numbers).

    Parameters
    ----------
    name
        Short name.
    meta
        The head of the belt, as in belt.toml: name, title_en, title_zh, year, money, scope, and anything else.
    tables
        Typed frames by table name.
    faults
        What was wrong with single cells, files or the head; `check` adds what is wrong between tables.

    Examples
    --------
    >>> from yijiang.belt import case
    >>> tiny = case("tiny")
    >>> tiny.regions, tiny.region("中游"), tiny.money
    (['Upper', 'Middle', 'Lower'], 'Middle', 'million CNY')
    >>> tiny.check().empty
    True
    """

    name: str
    meta: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    faults: tuple[Finding, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "meta", MappingProxyType(dict(self.meta)))
        object.__setattr__(self, "tables", _Tables(self.tables))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by content, for worker processes."""
        return Belt, (self.name, dict(self.meta), {name: self.tables[name] for name in self.tables}, self.faults)

    @classmethod
    def from_tables(
        cls, meta: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], faults: Iterable[Finding] = ()
    ) -> Belt:
        """Make a belt from frames whose cells may be text or typed; they are not changed.

        Parameters
        ----------
        meta
            The head: name, title_en, title_zh, year, money, scope.
        tables
            Frames by table name; a table left out is empty.
        faults
            Findings already made, for example while the files were read.

        Raises
        ------
        OptionError
            If a table is not one of the schemas. Faults in cells do not raise; `check` lists them.

        Examples
        --------
        >>> import pandas as pd
        >>> head = {"name": "x", "title_en": "x", "title_zh": "x", "year": 2020, "money": "亿元", "scope": ["river"]}
        >>> b = Belt.from_tables(head, {"factors": pd.DataFrame({"factor": ["labour"]})})
        >>> b.factors, b.check().query("table == 'factors'").column.tolist()
        (['labour'], ['name_en', 'name_zh'])
        """
        _refuse_unknown(tables)
        found = Findings()
        found.extend(faults)
        money = check_head(meta, found)
        typed = {
            table: columns.typed(schema, tables[table], money, found) if table in tables else columns.empty(schema)
            for table, schema in schemas().items()
        }
        return cls(str(meta.get("name", "")), meta, typed, found.all())

    def with_tables(self, **frames: pd.DataFrame) -> Belt:
        """Return a new belt in which the named tables are replaced; this one stays as it is.

        >>> from yijiang.belt import case
        >>> tiny = case("tiny")
        >>> tiny.with_tables(projects=tiny.table("projects").head(1)).projects, len(tiny.projects)
        (['phosphorus'], 4)
        """
        _refuse_unknown(frames)
        found = Findings()
        found.extend(f for f in self.faults if f.table not in frames)
        typed = {table: columns.typed(schemas()[table], frame, self._money, found) for table, frame in frames.items()}
        return Belt(self.name, self.meta, {**self.tables, **typed}, found.all())

    def with_meta(self, **changes: Any) -> Belt:
        """Return a new belt whose head is changed in the given keys (the unit of money cannot be).

        >>> from yijiang.belt import case
        >>> case("tiny").with_meta(scope=["economy"]).scope
        ('economy',)
        """
        if changes.get("money", self.money) != self.money:
            raise OptionError("the unit of money cannot be changed: the tables are in it")
        meta = {**self.meta, **changes}
        found = Findings()
        found.extend(f for f in self.faults if f.table != "belt.toml")
        check_head(meta, found)
        return Belt(str(meta.get("name", "")), meta, dict(self.tables), found.all())

    @cached_property
    def _money(self) -> str | None:
        return check_head(self.meta, Findings())

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of one table; an unknown name is an error that lists the tables."""
        return self.tables[match_name(name, ((t,) for t in self.tables), "table")]

    @property
    def regions(self) -> list[str]:
        """Identifiers of all regions, in the order of the table."""
        return list(self._names["region"]["id"])

    @property
    def members(self) -> list[str]:
        """Regions that are members of the belt (not the rest of the country, not abroad)."""
        frame = self.tables["regions"]
        return [str(v) for v in frame["region"][frame["kind"] == "member"]]

    @property
    def abroad(self) -> list[str]:
        """Regions abroad: they have a fixed foreign cost and no accounts; none in a closed belt."""
        frame = self.tables["regions"]
        return [str(v) for v in frame["region"][frame["kind"] == "abroad"]]

    @property
    def sectors(self) -> list[str]:
        """Identifiers of the sectors."""
        return list(self._names["sector"]["id"])

    @property
    def goods(self) -> list[str]:
        """Sectors whose products are carried as freight."""
        frame = self.tables["sectors"]
        return [str(v) for v in frame["sector"][frame["goods"].fillna(False).astype(bool)]]

    @property
    def factors(self) -> list[str]:
        """Identifiers of the primary factors."""
        return list(self._names["factor"]["id"])

    @property
    def projects(self) -> list[str]:
        """Identifiers of the candidate projects."""
        return list(self._names["project"]["id"])

    @property
    def draws(self) -> list[int]:
        """Numbers of the trade estimates; 0 is the base."""
        return sorted({int(d) for d in self.tables["trade"]["draw"].dropna()})

    @property
    def year(self) -> int:
        """Base year of the accounts."""
        return int(self.meta["year"])

    @property
    def money(self) -> str:
        """Unit of every value, for example million CNY (a year, where it is a flow)."""
        return str(self.meta["money"])

    @property
    def currency(self) -> str:
        """Currency of the unit of money."""
        return currency(self.money)

    @property
    def scope(self) -> tuple[str, ...]:
        """Parts the belt covers: economy, transport, river, projects."""
        return tuple(str(part) for part in self.meta["scope"])

    def aliases(self, kind: str) -> list[tuple[str, ...]]:
        """Return identifier, English name and Chinese name of every thing of a kind."""
        names = self._names[match_name(kind, ((k,) for k in KINDS), "kind of thing")]
        return list(dict.fromkeys(zip(*names.values(), strict=True)))

    @cached_property
    def _names(self) -> dict[str, dict[str, list[str]]]:
        """By kind of thing: the columns of identifiers, English and Chinese names that its table has."""
        # Evaluations ask for the same few names thousands of times, and every look at a table is a copy.
        return {
            kind: {c: [str(v) for v in frame[k].tolist()] for c, k in wanted if k in frame.columns}
            for kind, (table, column) in KINDS.items()
            for frame, wanted in [(self.tables[table], [("id", column), ("en", "name_en"), ("zh", "name_zh")])]
        }

    def find(self, kind: str, name: str) -> str:
        """Return the identifier of a thing by any of its names, in any case.

        Raises
        ------
        OptionError
            If there is none; the message lists near matches.

        Examples
        --------
        >>> from yijiang.belt import case
        >>> case("tiny").find("sector", "机械")
        'machines'
        >>> case("tiny").find("region", "Uper")
        Traceback (most recent call last):
            ...
        yijiang.errors.OptionError: unknown region 'Uper'; near matches: Upper; all: Upper, Middle, Lower
        """
        return match_name(name, self.aliases(kind), kind)

    def region(self, name: str) -> str:
        """Return the identifier of a region by any of its names."""
        return self.find("region", name)

    def sector(self, name: str) -> str:
        """Return the identifier of a sector by any of its names."""
        return self.find("sector", name)

    def project(self, name: str) -> str:
        """Return the identifier of a project by any of its names."""
        return self.find("project", name)

    def name_of(self, kind: str, identifier: str, lang: str = "en") -> str:
        """Return the English ("en") or Chinese ("zh") name of a thing; its identifier where the table gives none.

        >>> from yijiang.belt import case
        >>> case("tiny").name_of("region", "Upper", "zh"), case("tiny").name_of("pollutant", "TP")
        ('上游', 'TP')
        """
        if lang not in ("en", "zh"):
            raise OptionError(f"unknown language {lang!r}; all: en, zh")
        names = self._names[match_name(kind, ((k,) for k in KINDS), "kind of thing")]
        key = self.find(kind, identifier)
        return names[lang][names["id"].index(key)] or key if lang in names else key

    def parameter(self, name: str) -> float:
        """Return the value of a parameter, in the unit its row states.

        >>> from yijiang.belt import case
        >>> case("tiny").parameter("discount_rate")
        0.06
        """
        frame = self.tables["parameters"].set_index("parameter")
        key = match_name(name, ((str(p),) for p in frame.index), "parameter")
        return float(frame["value"].loc[key])

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every fault: in single cells, between tables, and in what the tables mean."""
        from yijiang.belt.rules import run

        found = Findings()
        found.extend(self.faults)
        found.extend(run(self))
        return found.all()

    def check(self) -> pd.DataFrame:
        """Return every fault as a table (table, row, column, value, problem, remedy); empty when there is none."""
        return as_frame(self.findings)

    def require_clean(self) -> Belt:
        """Return this belt, or raise with every finding.

        Raises
        ------
        DataError
            If `check` finds anything.
        """
        if self.findings:
            raise DataError(self.findings)
        return self

    @cached_property
    def _digest(self) -> str:
        return self._sum(())

    def _sum(self, without: Collection[str]) -> str:
        sums = hashlib.sha256()
        for key in sorted(self.meta):
            sums.update(f"{key}={toml_value(self.meta[key])}\n".encode())
        for name in sorted(set(self.tables) - set(without)):
            frame = self.tables[name]
            if not frame.empty:
                cells = zip(*(columns.texts(frame[c]) for c in frame.columns), strict=True)
                sums.update(f"[{name}]\n".encode())
                sums.update(format_csv(list(frame.columns), cells).encode("utf-8", "surrogatepass"))
        return sums.hexdigest()

    def digest(self, without: Collection[str] = ()) -> str:
        """Return the SHA-256 of the belt's head and tables: the same content, the same digest.

        Parameters
        ----------
        without
            Tables left out.
        """
        return self._sum(without) if without else self._digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Belt) and self.digest() == other.digest()

    def __hash__(self) -> int:
        return hash(self.digest())

    def datapackage(self) -> dict[str, Any]:
        """Return the description of the tables as a Frictionless data package."""
        from yijiang.belt.package import datapackage

        return datapackage(self)

    def write(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the belt as a folder or, for a path that ends in .xlsx, a workbook; see `yijiang.belt.write`."""
        from yijiang.belt.writing import write

        return write(self, path, overwrite=overwrite)


def _refuse_unknown(tables: Iterable[str]) -> None:
    for table in tables:
        name = match_name(table, ((t,) for t in schemas()), "table")
        if name != table:
            raise OptionError(f"unknown table {table!r}; did you mean {name!r}?")
