"""To and from pymrio, and through it everything pymrio parses (EXIOBASE, WIOD, OECD ICIO, Eora26, GLORIA)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError

if TYPE_CHECKING:
    from yijiang.economy.accounts.model import Accounts


def from_pymrio(io: Any, factor_inputs: str | None = "factor_inputs", **options: Any) -> Accounts:
    """Take the tables of a pymrio IOSystem: Z, Y and every extension with F (and F_Y).

    Parameters
    ----------
    io
        A pymrio.IOSystem with Z and Y, or A, x and Y. It need not be calculated and is not changed.
    factor_inputs
        Name of the extension that holds value added; None, or a name that is not there: value added is output less
        inputs, and noted.
    **options
        For `Accounts`, such as accept_negative_value_added=True.

    Returns
    -------
    Accounts

    Raises
    ------
    DataError
        If Y, or both Z and A, are missing, or the tables have faults.
    """
    from yijiang.economy.accounts.model import Accounts

    lacking = [name for name in ("Y",) if getattr(io, name, None) is None]
    flows: Any = getattr(io, "Z", None)
    if flows is None and getattr(io, "A", None) is not None and getattr(io, "x", None) is not None:
        flows = io.A * io.x.to_numpy().ravel()
    if flows is None:
        lacking.append("Z")
    if lacking:
        remedy = "parse the flows, not only coefficients; or give A and x"
        raise DataError([Finding("pymrio", 0, name, "", "is not in the IOSystem", remedy) for name in lacking])
    tables, direct, units = {}, {}, {}
    for name in io.get_extensions():
        extension = getattr(io, name)
        values = extension.F
        if values is None and extension.S is not None:
            values = extension.S * (flows.sum(axis=1) + io.Y.sum(axis=1)).to_numpy()
        if values is None:
            continue
        own = "factor_inputs" if name == factor_inputs else name
        tables[own] = values
        if extension.F_Y is not None:
            direct[own] = extension.F_Y
        if extension.unit is not None:
            units[own] = [str(u) for u in np.asarray(extension.unit).reshape(len(values), -1)[:, 0]]
    factors = tables.pop("factor_inputs", None) if factor_inputs else None
    notes = [f"from pymrio: {io.name}" if getattr(io, "name", None) else "from pymrio", *options.pop("notes", ())]
    money = "" if getattr(io, "unit", None) is None else str(np.asarray(io.unit).ravel()[0])
    return Accounts(
        flows, io.Y, factors, tables, final_extensions=direct, units=units, unit=money, notes=notes, **options
    )


def to_pymrio(acc: Accounts, name: str = "yijiang") -> Any:
    """Make a pymrio IOSystem with Z, Y, the factor inputs and every extension.

    Parameters
    ----------
    acc
        The accounts.
    name
        Name of the system.

    Returns
    -------
    pymrio.IOSystem, not yet calculated

    Raises
    ------
    OptionError
        If pymrio is not installed.
    """
    try:
        pymrio = importlib.import_module("pymrio")
    except ImportError as error:
        raise OptionError("to_pymrio needs pymrio: pip install 'yijiang[pymrio]'") from error
    unit = pd.DataFrame({"unit": acc.tables.unit or "money"}, index=acc.index)
    io = pymrio.IOSystem(Z=acc.Z, Y=acc.Y, unit=unit, name=name)
    for extension in acc.every_extension.values():
        names = extension.rows.names
        money = acc.tables.unit if extension is acc.factor_inputs else ""
        units = list(extension.rows.units or (money,) * len(names))
        made = pymrio.Extension(
            name=extension.name, F=extension.F, F_Y=extension.F_Y, unit=pd.DataFrame({"unit": units}, index=names)
        )
        setattr(io, extension.name, made)
    return io
