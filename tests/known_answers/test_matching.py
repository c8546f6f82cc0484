"""Matching against published answers: Gale & Shapley 1962, hospital–residents, an assignment."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from yijiang.science import match
from yijiang.science.matching.kernels.assignment import auction, augment
from yijiang.science.matching.result import Matching
from yijiang.science.matching.tables import checked

GOOD = {"kind": "technology", "state": "published", "source": "test", "status": "assumed", "title_en": "the same words"}


def played(
    offers: dict[str, str], needs: dict[str, str], rule: str, rooms: int = 1, capacities: int = 1
) -> tuple[set[str], Matching]:
    """Match by stated lists, written as letters with the best first; pairs come back as two letters."""
    tables = {}
    for table, names, limit in (("offer", offers, rooms), ("need", needs, capacities)):
        frame = pd.DataFrame([{table: name, "region": "x", "capacity": limit, **GOOD} for name in names])
        tables[table] = checked(frame, f"{table}s")
    rows = [
        {"side": side, "who": who, "other": other, "rank": place}
        for side, lists in (("offer", offers), ("need", needs))
        for who, order in lists.items()
        for place, other in enumerate(order, start=1)
    ]
    found = match(
        tables["offer"], tables["need"], preferences=checked(pd.DataFrame(rows), "preferences"),
        day=date(2024, 1, 1), rule=rule, across=False, least=0.0,
    )  # fmt: skip
    return set(found.table["offer"] + found.table["need"]), found


def test_gale_and_shapleys_first_example_has_several_stable_matchings() -> None:
    # D. Gale, L. S. Shapley, College admissions and the stability of marriage, 1962, example 1: a circle.
    men, women = {"a": "ABC", "b": "BCA", "c": "CAB"}, {"A": "bca", "B": "cab", "C": "abc"}
    first, found = played(men, women, "offers")
    assert first == {"aA", "bB", "cC"}
    assert (found.blocking, found.other_way, found.stated) == (0, 3, 6)
    assert played(men, women, "needs")[0] == {"bA", "cB", "aC"}


def test_gale_and_shapleys_second_example_has_one() -> None:
    # The same paper, example 2: a-C b-D c-A d-B and no other.
    men = {"a": "ABCD", "b": "ADCB", "c": "BACD", "d": "DBCA"}
    women = {"A": "dcab", "B": "bdac", "C": "dabc", "D": "cbad"}
    for rule in ("offers", "needs"):
        pairs, found = played(men, women, rule)
        assert pairs == {"aC", "bD", "cA", "dB"}
        assert (found.blocking, found.other_way) == (0, 0)


def test_hospitals_and_residents() -> None:
    # The example of `matching` 1.4.3 (PyPI): capacities of 2; M takes L and S, C takes D and A, G takes J.
    residents = {"A": "C", "S": "CM", "D": "CMG", "L": "MCG", "J": "CGM"}
    hospitals = {"M": "DLSJ", "C": "DASLJ", "G": "DJL"}
    for rule in ("offers", "needs"):
        pairs, found = played(residents, hospitals, rule, capacities=2)
        assert pairs == {"LM", "SM", "DC", "AC", "JG"}
        assert found.blocking == 0


def test_assignment_of_scipys_page() -> None:
    # SciPy's page of linear_sum_assignment: cost [[4, 1, 3], [2, 0, 5], [3, 2, 2]], least 5 with columns 1, 0, 2.
    value = 10.0 - np.array([[4, 1, 3], [2, 0, 5], [3, 2, 2]])
    ends, thing, one = np.arange(4) * 3, np.tile(np.arange(3), 3), np.ones(3, np.int64)
    held, price = auction(ends, thing, value.ravel(), one, one, 100)
    held, worth, price, _ = augment(ends, thing, value.ravel(), one, one, held, price)
    assert thing[held].tolist() == [1, 0, 2]
    assert value.ravel()[held].sum() == pytest.approx(30 - 5)
    over = np.maximum(value.ravel() - np.repeat(worth, 3) - price[thing], 0).sum()
    assert worth.sum() + price.sum() + over == pytest.approx(25)
