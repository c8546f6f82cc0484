"""Siting against published answers: spopt's own tests, and the OR-Library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import floyd_warshall

from yijiang.siting import maximal_covering, p_centre, p_median

DATA = Path(__file__).with_name("data")


@pytest.fixture(scope="module")
def stores() -> tuple[pd.DataFrame, pd.Series]:
    table = pd.read_csv(DATA / "san_francisco_stores.csv", dtype={"tract": str}).set_index("tract")
    return table.drop(columns="population"), table["population"]


@pytest.fixture(scope="module")
def pmed1() -> np.ndarray:
    (n, _, p), *edges = np.loadtxt(DATA / "pmed1.txt", dtype=int)
    assert p == 5
    length = np.full((n, n), np.inf)
    for a, b, cost in edges:
        length[a - 1, b - 1] = length[b - 1, a - 1] = cost
    return np.asarray(floyd_warshall(length))


def test_p_median_of_san_francisco_is_spopts(stores: tuple[pd.DataFrame, pd.Series]) -> None:
    # spopt 0.7.0, tests/test_locate/test_p_median.py: mean_dist 2982.1268579890657 with p = 4.
    found = p_median(*stores, p=4, method="exact")
    assert found.mean_distance == pytest.approx(2982.1268579890657, rel=1e-12)
    assert found.gap == 0
    quick = p_median(*stores, p=4, method="heuristic")
    assert quick.bound <= found.objective <= quick.objective <= 1.02 * found.objective


def test_maximal_covering_of_san_francisco_is_spopts(stores: tuple[pd.DataFrame, pd.Series]) -> None:
    # spopt 0.7.0, tests/test_locate/test_mclp.py: 21 tracts uncovered, 89.75609756097561 % of the tracts covered.
    found = maximal_covering(*stores, p=4, radius=5000)
    assert len(found.uncovered) == 21
    assert 100 * (1 - len(found.uncovered) / len(found.assigned)) == pytest.approx(89.75609756097561)
    assert found.gap == 0


def test_p_median_of_pmed1_is_the_or_librarys(pmed1: np.ndarray) -> None:
    # OR-Library, pmedopt: 5819.
    found = p_median(pmed1, p=5, method="exact")
    assert (found.objective, found.gap) == (5819, 0)
    quick = p_median(pmed1, p=5, method="heuristic")
    assert quick.objective <= 1.01 * 5819
    assert 0.99 * 5819 <= quick.bound <= 5819


def test_p_centre_of_pmed1_is_the_published_one(pmed1: np.ndarray) -> None:
    # W. Pullan, A memetic genetic algorithm for the vertex p-center problem, Evolutionary Computation 16 (2008): 127.
    assert p_centre(pmed1, p=5).objective == 127
