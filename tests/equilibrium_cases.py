"""A small economy with everything in it, and central differences to check its gradients with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from yijiang.economy import Counterfactual, TradeModel
from yijiang.economy.equilibrium import reverse
from yijiang.economy.equilibrium.problem import Problem, Work
from yijiang.economy.equilibrium.sensitivities import no_seed, pull, room

REGIONS = ["Hubei", "Abroad", "Jiangsu", "Anhui"]
SECTORS = ["Steel", "Cars", "Rice"]
FACTORS = ["labour", "capital"]


def random_case(regions: int, sectors: int, factors: int = 1, seed: int = 0, inputs: bool = True) -> dict[str, Any]:
    r = np.random.default_rng(seed)
    shares = r.lognormal(0, 0.7, (regions, regions, sectors))
    shares[range(regions), range(regions)] *= 6
    added = r.uniform(0.3, 0.6, (regions, sectors)) if inputs else np.ones((regions, sectors))
    mix = r.dirichlet(np.full(sectors, 0.6), (regions, sectors)).transpose(0, 2, 1)
    by_factor = r.dirichlet(np.full(factors, 3.0), (regions, sectors)).transpose(0, 2, 1)
    return {
        "shares": shares / shares.sum(1, keepdims=True),
        "inputs": mix * (1 - added)[:, None, :],
        "value_added": added[:, None, :] * by_factor,
        "final_demand": r.dirichlet(np.ones(sectors), regions),
        "income": r.lognormal(0, 0.6, (regions, factors)),
        "theta": r.uniform(3, 9, sectors),
    }


def case(fixed: bool, tariff: bool = True, seed: int = 0) -> TradeModel:
    r = np.random.default_rng(seed)
    shares = r.lognormal(0, 0.7, (4, 4, 3))
    shares[range(4), range(4)] *= 4
    shares[2, 3, 1] = 0
    added = r.uniform(0.3, 0.6, (4, 3))
    mix = r.dirichlet(np.full(3, 0.6), (4, 3)).transpose(0, 2, 1)
    levels = r.uniform(0, 0.15, (4, 4, 3)) * (1 - np.eye(4))[:, :, None]
    return TradeModel.from_shares(
        shares / shares.sum(1, keepdims=True),
        mix * (1 - added)[:, None, :],
        added[:, None, :] * r.dirichlet([3.0, 3.0], (4, 3)).transpose(0, 2, 1),
        r.dirichlet(np.ones(3), 4),
        r.lognormal(0, 0.5, (4, 2)),
        r.uniform(3, 9, 3),
        tariff=levels if tariff else None,
        fixed=("Abroad",) if fixed else (),
        labels={"region": REGIONS, "sector": SECTORS, "factor": FACTORS},
    )


LEVERS: dict[str, Any] = {
    "kappa_hat": {("Hubei", "Jiangsu", "Cars"): 0.8, ("Abroad", "Hubei", "Steel"): 0.9},
    "tariff": {("Anhui", "Abroad", "Rice"): 0.12, ("Abroad", "Jiangsu", "Cars"): 0.05},
    "productivity_hat": {("Jiangsu", "Steel"): 1.2},
    "endowment_hat": {("Anhui", "capital"): 1.1},
    "deficit": {"Hubei": 0.05, "Jiangsu": -0.05},
    "final_scale": {("Hubei", "Rice"): 1.3},
}
USES = {("Hubei", "Jiangsu", "Cars", "final"): 0.8, ("Hubei", "Anhui", "Cars", "Steel"): 0.9}


def solve(m: TradeModel, **more: Any) -> Counterfactual:
    return m.counterfactual(**{**LEVERS, **more}, tol=1e-13)


def difference(m: TradeModel, lever: str, name: Any, figure: Any, log: bool, **fixed: Any) -> float:
    """Central difference of ln of a figure, Richardson's extrapolation of two step lengths."""

    def at(e: float) -> float:
        old = dict(fixed.get(lever, LEVERS.get(lever, {})) or {})
        rest = {"tariff": None, "deficit": 0.0, "transfer": 0.0}.get(lever, 1.0)
        here = old.get(name, rest if rest is not None else levels(m, name))
        old[name] = here * np.exp(e) if log else here + e
        return float(np.log(figure(solve(m, **{**fixed, lever: old}))))

    def slope(e: float) -> float:
        return (at(e) - at(-e)) / (2 * e)

    return (4 * slope(1e-3) - slope(2e-3)) / 3


def levels(m: TradeModel, name: tuple[str, str, str]) -> float:
    i, e, s = (m._base.labels.position(d, x) for d, x in zip(("importer", "exporter", "sector"), name, strict=True))
    order = m._base.labels.inverse
    n = m._base.modelled
    if order[i] < n:
        return float(m._base.tariff[s, order[i], order[e]])
    return float(m._base.sales_tariff[s, order[i] - n, order[e]])


def transposed(p: Problem, w: Work, b: np.ndarray, side_by_side: bool = False) -> np.ndarray:
    """``F′(z)ᵗ b``."""
    out, seed, q, r = np.empty((1, b.size)), no_seed(p, 1), pull(p, 1), room(p, 1)
    if side_by_side:
        reverse.before(p, w, seed, b[None], q, r)
        reverse.sectors_parallel(p, w, q, r)
        reverse.after(p, w, seed, q, r, out)
    else:
        reverse.backward(p, w, seed, b[None], q, r, out)
    return out[0]


def same(found: float, expected: float) -> None:
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9), (found, expected)
