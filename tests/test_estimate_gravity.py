"""The fitted distance exponent: exact laws, another way to the same likelihood, a table that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

import yijiang as yj
from yijiang.economy.estimate import Draw, RegionalTables, fit_gravity, interregional
from yijiang.errors import DataError

NAMES = list("ABCDE")


def places(seed: int = 0) -> pd.DataFrame:
    at = np.random.default_rng(seed).uniform(0, 10, (5, 2))
    return pd.DataFrame(np.linalg.norm(at[:, None] - at, axis=2) + np.eye(5), NAMES, NAMES)


def test_an_exact_law_is_found_whatever_is_blank() -> None:
    km = places()
    flows = pd.DataFrame(np.outer([5.0, 2, 3, 1, 4], [2.0, 4, 1, 3, 2]), NAMES, NAMES) * km**-1.7
    flows.loc["A", "C"] = np.nan
    found = fit_gravity(flows.loc[NAMES[::-1]], km)
    assert found.exponent == pytest.approx(1.7, abs=1e-9)
    assert found.standard_error < 1e-6
    assert found.residual <= 1e-12


def test_it_is_the_greatest_poisson_likelihood() -> None:
    km, rng = places(1), np.random.default_rng(2)
    flows = pd.DataFrame(rng.poisson(40 * km.to_numpy() ** -0.8), NAMES, NAMES).astype(float)
    found = fit_gravity(flows, km)
    away = ~np.eye(5, dtype=bool)
    t, x = flows.to_numpy(), np.log(km.to_numpy())

    def loss(p: np.ndarray) -> float:
        log = p[:5, None] + np.concatenate([[0.0], p[5:9]]) - p[9] * x
        return float((np.exp(log) - t * log)[away].sum())

    best = optimize.minimize(loss, np.zeros(10), method="BFGS", options={"gtol": 1e-8, "maxiter": 2000})
    assert found.exponent == pytest.approx(best.x[9], abs=1e-5)
    np.testing.assert_allclose(found.fitted.sum(axis=1), np.where(away, t, 0).sum(axis=1), rtol=1e-9)


def test_faults_are_named() -> None:
    km = places()
    flows = pd.DataFrame(1.0, NAMES, NAMES)
    with pytest.raises(DataError, match="no cost is given"):
        fit_gravity(flows, km.drop(index="B"))
    with pytest.raises(DataError, match=r"A to B.*at least 0"):
        fit_gravity(flows.replace(1.0, -1.0), km)
    with pytest.raises(DataError, match="there is no flow"):
        fit_gravity(flows * 0, km)
    with pytest.raises(DataError, match="does not vary"):
        fit_gravity(flows, km * 0 + 3)


def danube() -> tuple[pd.DataFrame, pd.DataFrame]:
    """True trade of the Danube countries among themselves in all sectors, and the distance of their capitals."""
    belt = yj.case("danube2011")
    table = belt.tables["regions"].set_index("region")
    names = [r for r in belt.regions if table.loc[r, "kind"] == "member"]
    lon, lat = (np.radians(table.loc[names, c].astype(float).to_numpy()) for c in ("lon", "lat"))
    h = np.sin((lat[:, None] - lat) / 2) ** 2 + np.outer(np.cos(lat), np.cos(lat)) * (
        np.sin((lon[:, None] - lon) / 2) ** 2
    )
    km = pd.DataFrame(2 * 6371 * np.arcsin(np.sqrt(h)) + np.eye(len(names)), names, names)
    trade = belt.tables["trade"].pivot_table(index="exporter", columns="importer", values="value", aggfunc="sum")
    return trade.loc[names, names].astype(float), km


def test_a_table_that_is_known_comes_back_within_a_fifth_and_a_survey_helps() -> None:
    trade, km = danube()
    away = ~np.eye(len(trade), dtype=bool)
    true = np.where(away, trade.to_numpy(), 0.0)
    beta = max(fit_gravity(trade, km).exponent, 0.0)
    o, f = true.sum(axis=1)[:, None], true.sum(axis=0)[:, None]
    own, one = 2 * (o + f), np.ones_like(o)
    tables = RegionalTables(
        own + o, np.zeros((len(o), 1, 1)), own + f, 0 * one, 0 * one, o, f, own + o, tuple(trade.index), ("all",)
    )

    def miss(known: pd.DataFrame | None = None) -> float:
        found = interregional(tables, km, [Draw(beta)], known=known).trade[0, :-1, :-1, 0].to_numpy().T
        return float(np.abs(np.where(away, found, 0) - true).sum() / true.sum())

    alone = miss()
    assert alone < 0.2
    i, n = np.unravel_index(int(np.argmax(np.where(away, true, 0))), true.shape)
    row = {"exporter": trade.index[i], "importer": trade.columns[n], "sector": "all", "value": true[i, n]}
    assert miss(pd.DataFrame([row | {"status": "official"}])) < alone
