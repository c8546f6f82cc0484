"""Levers as a user gives them, checked and turned into the solver's layout."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import OptionError, match_name

from .levers import Shock, with_rows, without_rows
from .options import Migration, MobileCapital, cost_exponent
from .options import mobility as factor_rules
from .structure import Array, Base

TRADE = ("importer", "exporter", "sector")
#: Balances that miss zero by less than this share of world income are rounding.
DEFICIT_SUM, TRANSFER_SUM = 1e-6, 1e-9


#: Levers and rules that the weights of the map, or its other shared parts, depend on.
SHARED = (
    "kappa_hat",
    "tariff",
    "using_kappa_hat",
    "inputs_hat",
    "foreign_elasticity",
    "mobility",
    "deficit_rule",
)


def shock(
    base: Base,
    *,
    kappa_hat: Any = None,
    tariff: Any = None,
    productivity_hat: Any = None,
    endowment_hat: Any = None,
    deficit: Any = None,
    using_kappa_hat: Mapping[tuple[str, str, str, str], float] | None = None,
    transfer: Any = None,
    final_scale: Any = None,
    deficit_rule: str = "fixed",
    inputs_hat: Any = None,
    emission_hat: Any = None,
    abatement_elasticity: float | None = None,
    mobility: Sequence[Migration | MobileCapital] = (),
    attraction_hat: Any = None,
    foreign_elasticity: Any = None,
) -> Shock:
    """The levers of `TradeModel.counterfactual` in the solver's layout."""
    n, world = base.modelled, float(base.income.sum())
    if deficit_rule not in ("fixed", "income_share"):
        raise OptionError(f"deficit_rule is {deficit_rule!r}; use 'fixed' or 'income_share'")
    kappa, sales_kappa = _trade_costs(base, kappa_hat)
    levels, sales_levels = _tariffs(base, tariff)
    cells, log_split = _uses(base, using_kappa_hat)
    balance = base.deficit if deficit is None else _money(base, deficit, "deficit", base.deficit)
    gift = np.zeros(n) if transfer is None else _money(base, transfer, "transfer", np.zeros(n))
    if base.closed and abs(balance.sum()) > DEFICIT_SUM * world:
        raise OptionError(f"deficit adds up to {balance.sum():g}; in a closed case it must add up to 0")
    if abs(gift.sum()) > TRANSFER_SUM * world:
        raise OptionError(f"transfer adds up to {gift.sum():g}; what one region receives another must pay")
    technology = _ratio(base, productivity_hat, ("region", "sector"), "productivity_hat")
    emission = _ratio(base, emission_hat, ("region", "sector"), "emission_hat")
    if emission is not None:
        saved = cost_exponent(abatement_elasticity) * np.minimum(emission, 0.0)
        technology = saved if technology is None else technology + saved
    rule, assumed = factor_rules(base, mobility)
    return Shock(
        balance - balance.sum() / n if base.closed else balance,
        gift - gift.sum() / n,
        kappa,
        sales_kappa,
        levels,
        sales_levels,
        technology,
        _ratio(base, endowment_hat, ("region", "factor"), "endowment_hat"),
        _ratio(base, final_scale, ("region", "sector"), "final_scale"),
        cells,
        log_split,
        deficit_rule == "income_share",
        _structure(base, inputs_hat),
        _foreign(base, foreign_elasticity),
        rule,
        _ratio(base, attraction_hat, ("region",), "attraction_hat"),
        emission,
        0.0 if emission is None else cost_exponent(abatement_elasticity),
        assumed,
    )


def _structure(base: Base, value: Any) -> Array | None:
    """New shares of cost: each input times its ratio, then every column scaled to the old share of all inputs."""
    if value is None:
        return None
    ratio = base.labels.align(value, ("region", "input", "using"), "inputs_hat", 1.0)
    weighted = base.inputs * np.exp(_logarithm(ratio, "inputs_hat")[base.labels.order[: base.modelled]])
    total = weighted.sum(1)
    old = base.inputs.sum(1)
    return np.ascontiguousarray(weighted * np.divide(old, total, out=np.ones_like(old), where=total > 0)[:, None, :])


def _foreign(base: Base, value: Any) -> Array | None:
    """Elasticity of what regions of fixed cost buy (sector,)."""
    if value is None:
        return None
    if base.closed:
        raise OptionError("foreign_elasticity: no region of this model has fixed cost")
    out = base.labels.align(value, ("sector",), "foreign_elasticity", base.theta)
    if not (np.all(out > 0) and np.all(np.isfinite(out))):
        raise OptionError("foreign_elasticity must be positive")
    return out


def known(levers: Mapping[str, Any]) -> None:
    """Refuse levers that there are not, with near matches."""
    for name in levers:
        if name not in LEVERS:
            raise OptionError(f"write {match_name(name, [(x,) for x in LEVERS], 'lever')!r}, not {name!r}")


def scenarios(
    base: Base, given: Sequence[Mapping[str, Any]], common: Mapping[str, Any]
) -> tuple[list[Shock], list[list[int]]]:
    """Shocks of several scenarios, and which of them share the weights of the map (`SHARED`).

    Two scenarios share them when they are given the same object for each of these levers, or none.
    """
    shocks: list[Shock] = []
    groups: dict[tuple[int, ...], list[int]] = {}
    for s, own in enumerate(given):
        levers = {**common, **own}
        known(levers)
        groups.setdefault(tuple(id(levers.get(name)) for name in SHARED), []).append(s)
        first = groups[tuple(id(levers.get(name)) for name in SHARED)][0]
        if first == s:
            shocks.append(shock(base, **levers))
            continue
        # What is shared was read once.
        here = shock(base, **{name: x for name, x in levers.items() if name not in SHARED or name == "deficit_rule"})
        like = shocks[first]
        shocks.append(replace(here, **{name: getattr(like, name) for name in READ_ONCE}))
    return shocks, list(groups.values())


#: Fields of a shock that the levers of `SHARED` become.
READ_ONCE = (
    "log_kappa", "sales_log_kappa", "tariff", "sales_tariff", "split_cell", "split_log_kappa", "inputs",
    "foreign_theta", "mobility", "assumed",
)  # fmt: skip
LEVERS = tuple(name for name in inspect.signature(shock).parameters if name != "base")


def start(base: Base, levers: Shock, given: Any) -> Array | None:
    """The state to begin from, out of a `Counterfactual` or an array; uses of their own begin at their good's state."""
    if given is None:
        return None
    z = np.asarray(getattr(given, "state", given), dtype=np.float64)
    cells = getattr(getattr(given, "shock", None), "split_cell", None)
    wanted = levers.split_cell
    if cells is not None and (wanted is None or not np.array_equal(cells, wanted)):
        z = without_rows(base, z, cells)
    rows = 0 if wanted is None else len(wanted)
    plain = base.income.size + 2 * base.expenditure.size
    if wanted is not None and z.shape == (plain,):
        z = with_rows(base, z, wanted)
    if z.shape != (plain + 2 * rows,) or not np.isfinite(z).all():
        raise OptionError(
            f"start has shape {z.shape}; a state of this model under these levers has {plain + 2 * rows} finite entries"
        )
    return z


def _logarithm(ratio: Array, name: str) -> Array:
    if ratio.size and not (ratio.min() > 0.0 and ratio.max() < np.inf):
        raise OptionError(f"{name} holds a ratio that is not positive; 1 means no change")
    return np.asarray(np.log(ratio))


def _ratio(base: Base, value: Any, dims: Sequence[str], name: str) -> Array | None:
    """ln of a ratio by modelled region; None when nothing changes."""
    if value is None:
        return None
    logs = _logarithm(base.labels.align(value, dims, name, 1.0), name)[base.labels.order[: base.modelled]]
    return np.ascontiguousarray(logs) if logs.any() else None


def _money(base: Base, value: Any, name: str, rest: Array) -> Array:
    order = base.labels.order[: base.modelled]
    full = np.zeros(len(base.labels.region))
    full[order] = rest
    out = base.labels.align(value, ("region",), name, full)[order]
    if not np.isfinite(out).all():
        raise OptionError(f"{name} holds a number that is not finite")
    return out


def _blocks(base: Base, cube: Array) -> tuple[Array, Array]:
    """Purchases of modelled and of fixed regions, sector axis first, from (importer, exporter, sector)."""
    labels, n = base.labels, base.modelled
    if labels.fixed:
        cube = cube[labels.order[:, None], labels.order]
    turned = cube.transpose(2, 0, 1)
    return np.ascontiguousarray(turned[:, :n]), np.ascontiguousarray(turned[:, n:, :n])


def _trade_costs(base: Base, value: Any) -> tuple[Array | None, Array | None]:
    if value is None:
        return None, None
    bought, sales = _blocks(base, _logarithm(base.labels.align(value, TRADE, "kappa_hat", 1.0), "kappa_hat"))
    return (bought if bought.any() else None), (sales if sales.any() else None)


def _tariffs(base: Base, value: Any) -> tuple[Array | None, Array | None]:
    if value is None:
        return None, None
    labels, n = base.labels, base.modelled
    count = len(labels.region)
    old = np.zeros((count, count, base.theta.size))
    old[:n] = np.moveaxis(base.tariff, 0, 2)
    old[n:, :n] = np.moveaxis(base.sales_tariff, 0, 2)
    old = old[np.ix_(labels.inverse, labels.inverse)] if labels.fixed else old
    new = labels.align(value, TRADE, "tariff", old)
    if not (np.all(new > -1) and np.all(np.isfinite(new))):
        raise OptionError("tariff holds a level of −100 % or less, or not a number; 0.05 = 5 %")
    bought, sales = _blocks(base, new)
    same = np.array_equal(bought, base.tariff), np.array_equal(sales, base.sales_tariff)
    return (None if same[0] else bought), (None if same[1] else sales)


def _uses(
    base: Base, value: Mapping[tuple[str, str, str, str], float] | None
) -> tuple[NDArray[np.int64] | None, Array | None]:
    """Split rows (importer, sector, use) and their extra ln κ̂ by exporter, in a fixed order."""
    if not value:
        return None, None
    labels, sectors = base.labels, base.theta.size
    found: dict[tuple[int, int, int], Array] = {}
    for key, ratio in value.items():
        if not isinstance(key, tuple) or len(key) != 4:
            raise OptionError(f"using_kappa_hat: {key!r} is not (importer, exporter, sector, using sector)")
        n, i = (int(labels.inverse[labels.position("region", x)]) for x in key[:2])
        j = labels.position("sector", key[2])
        to_final = key[3] == "final" and "final" not in labels.sector
        k = sectors if to_final else labels.position("sector", key[3])
        if n >= base.modelled:
            raise OptionError(f"using_kappa_hat: {key[0]!r} has fixed cost, so its uses are not modelled")
        if not (ratio > 0 and np.isfinite(ratio)):
            raise OptionError(f"using_kappa_hat of {key!r} is {ratio}; a ratio is positive and 1 means no change")
        found.setdefault((n, j, k), np.zeros(base.share.shape[2]))[i] = np.log(ratio)

    def used(n: int, j: int, k: int) -> bool:
        return bool((base.final[n, j] if k == sectors else base.inputs[n, j, k]) > 0)

    cells = sorted(c for c, x in found.items() if x.any() and used(*c))
    if not cells:
        return None, None
    return np.array(cells, dtype=np.int64), np.array([found[c] for c in cells])
