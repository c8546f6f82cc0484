"""What can go wrong, as types: every error of the package derives from `YijiangError`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class YijiangError(Exception):
    """Base of every error the package raises on purpose; `exit_status` is what the command line ends with."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in the input: where it is, what was found, and what to do about it.

    `row` is the line of the file as a person counts it (the header is line 1); 0 means the whole table.

    >>> print(Finding("reaches", 3, "flow_mean", "-5", "flow must be at least 0", "enter the mean flow in m³/s"))
    reaches, line 3, flow_mean = '-5': flow must be at least 0; enter the mean flow in m³/s
    """

    table: str
    row: int
    column: str
    value: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = self.table + (f", line {self.row}" if self.row else "")
        if self.column:
            where += f", {self.column}" + (f" = {self.value!r}" if self.value else "")
        return f"{where}: {self.problem}; {self.remedy}"


class DataError(YijiangError):
    """The input has faults; `findings` holds all of them, not only the first."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        count = len(self.findings)
        head = f"{count} finding{'s' if count != 1 else ''} in the input"
        super().__init__("\n".join([head, *(f"  {f}" for f in self.findings)]))


class OptionError(YijiangError):
    """An argument is wrong: an unknown name, a value out of range, options that exclude each other."""


class SolveError(YijiangError):
    """A solver did not converge; `figures` holds its residuals by name."""

    exit_status = 4

    def __init__(self, message: str, **figures: float) -> None:
        self.figures = figures
        detail = ", ".join(f"{name} {value:.3e}" for name, value in figures.items())
        super().__init__(f"{message} ({detail})" if detail else message)


class InfeasibleError(YijiangError):
    """No package satisfies every limit; `relaxations` names the smallest changes that would let one."""

    exit_status = 3

    def __init__(self, message: str, relaxations: Sequence[str] = ()) -> None:
        self.relaxations = tuple(relaxations)
        super().__init__("\n".join([message, *(f"  {r}" for r in self.relaxations)]))


def match_name(name: str, names: Iterable[tuple[str, ...]], what: str) -> str:
    """Find a name among aliases, whatever its case, and return the first alias (the identifier).

    Parameters
    ----------
    name
        What the user typed.
    names
        One tuple per item: the identifier first, then its other names (English, Chinese).
    what
        The kind of thing, for the message: "region", "sector", "project".

    Raises
    ------
    OptionError
        If nothing matches; the message lists near matches.

    Examples
    --------
    >>> match_name("湖北", [("Hubei", "Hubei", "湖北"), ("Hunan", "Hunan", "湖南")], "region")
    'Hubei'
    >>> match_name("Hubie", [("Hubei", "湖北"), ("Hunan", "湖南")], "region")
    Traceback (most recent call last):
        ...
    yijiang.errors.OptionError: unknown region 'Hubie'; near matches: Hubei; all: Hubei, Hunan
    """
    entries = [tuple(str(alias) for alias in aliases if alias) for aliases in names]
    folded = {alias.strip().casefold(): aliases[0] for aliases in reversed(entries) for alias in aliases}
    wanted = name.strip().casefold()
    if wanted in folded:
        return folded[wanted]
    near: list[str] = []
    close = difflib.get_close_matches(wanted, folded, n=5, cutoff=0.5)
    # A name that is like none still gets the nearest ones, so that a reader sees what kind of name is meant.
    for alias in close or difflib.get_close_matches(wanted, folded, n=3, cutoff=0.0):
        if folded[alias] not in near:
            near.append(folded[alias])
    everything = [aliases[0] for aliases in entries]
    shown = ", ".join(everything[:40]) + (", …" if len(everything) > 40 else "")
    hint = f"near matches: {', '.join(near)}; " if near else ""
    raise OptionError(f"unknown {what} {name!r}; {hint}all: {shown}")
