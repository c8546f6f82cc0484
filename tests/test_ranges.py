"""The spread of figures over the trade draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import yijiang as yj
from yijiang.base import Base
from yijiang.errors import OptionError, SolveError
from yijiang.ranges import Spread, over_draws


def test_every_draw_is_what_evaluate_gives_for_it() -> None:
    belt = yj.case("tiny")
    found = yj.spread(belt, ["machine_tools"])
    assert found.by_draw.index.tolist() == belt.draws
    assert found.failed == ()
    for draw in belt.draws:
        alone = yj.evaluate(belt, ["machine_tools"], draw=draw).equivalent_variation
        np.testing.assert_allclose(found.by_draw.loc[draw], alone, rtol=1e-6, atol=1e-6)
    table = found.table()
    assert (table["low"] <= table["median"]).all()
    assert (table["median"] <= table["high"]).all()
    np.testing.assert_allclose(table["base"], found.by_draw.loc[0])
    assert found.choices["draw"].tolist() == belt.draws


def test_nothing_done_is_no_change_in_any_draw() -> None:
    found = yj.spread(yj.case("tiny"), of="real_income")
    np.testing.assert_allclose(found.by_draw, 0.0, atol=1e-9)


def test_figures_by_name_and_by_function() -> None:
    belt = yj.case("tiny")
    sections = yj.spread(belt, ["machine_tools"], 2, of="sections")
    assert sections.by_draw.columns.names == ["section", "pollutant"]
    assert len(sections.by_draw) == 2
    output = yj.spread(belt, ["machine_tools"], [0, 3], of="output")
    assert output.by_draw.index.tolist() == [0, 3]
    assert output.by_draw.columns.names == ["region", "sector"]
    own = yj.spread(belt, ["machine_tools"], 1, of=lambda outcome: outcome.real_income - 1)
    np.testing.assert_allclose(own.by_draw, yj.spread(belt, ["machine_tools"], 1, of="real_income").by_draw)
    with pytest.raises(OptionError, match="near matches: real_income"):
        yj.spread(belt, of="real_incomes")


def test_the_draws_asked_for() -> None:
    belt = yj.case("tiny")
    assert yj.spread(belt, draws=99).by_draw.index.tolist() == belt.draws
    with pytest.raises(OptionError, match="no draw"):
        yj.spread(belt, draws=[0, 77])
    with pytest.raises(OptionError, match="at least one draw"):
        yj.spread(belt, draws=0)


def test_a_sign_that_changes_is_not_identified() -> None:
    values = pd.DataFrame({"up": [1.0, 2.0], "both": [-1.0, 1.0], "noise": [1e-12, -1e-12], "none": [0.0, 0.0]})
    found = Spread(values, pd.DataFrame(), ())
    assert found.not_identified == ("both",)
    assert found.table()["sign"].tolist() == ["", "not identified", "", ""]


def test_draws_that_do_not_solve_are_counted() -> None:
    belt = yj.case("tiny")

    def figure(base: Base) -> pd.Series:
        if base.draw == 2:
            raise SolveError("no", residual=1.0)
        return pd.Series({"x": 1.0})

    with pytest.raises(SolveError, match="1 of 4 draws did not solve"):
        over_draws(belt, figure)
