"""The table of elasticities is complete, and the built-in cases take theirs from it."""

from __future__ import annotations

import pytest

import yijiang as yj
from yijiang.economy import elasticities, elasticity
from yijiang.errors import OptionError


def test_every_row_says_where_it_comes_from() -> None:
    table = elasticities()
    assert table.index.is_unique
    assert set(table["status"]) <= {"estimated", "assumed"}
    assert ((table["source"] != "") | table["value"].isna()).all()
    ranged = table.dropna(subset=["value", "low", "high"])
    assert ((ranged["low"] <= ranged["value"]) & (ranged["value"] <= ranged["high"])).all()
    # what was not looked up again says so and is not called an estimate
    memory = table["note"].str.contains("from memory")
    assert memory.any()
    assert (table.loc[memory, "status"] == "assumed").all()
    with pytest.raises(OptionError, match="near matches: migration"):
        elasticity("migrations")


@pytest.mark.parametrize("case", ["yangtze2017", "danube2011"])
def test_the_built_in_cases_use_it(case: str) -> None:
    belt = yj.case(case)
    goods = set(belt.goods)
    for row in belt.tables["elasticities"].itertuples():
        known = elasticity("theta_provinces" if row.sector in goods else "theta_services")
        assert (float(row.value), float(row.low), float(row.high)) == (known.value, known.low, known.high), row.sector
        assert row.status == "assumed"
