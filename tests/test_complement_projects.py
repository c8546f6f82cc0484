"""Candidate projects of complement: sized by the stated rule, or left blank, told, and never planned with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import yijiang as yj
from yijiang.base import Base
from yijiang.belt import Belt
from yijiang.complement import Complement, between
from yijiang.complement.candidates import MOST_SIZED, unit_rule
from yijiang.errors import DataError


@pytest.fixture(scope="module")
def found() -> Complement:
    return between(yj.case("tiny"), ("Upper", "Middle"), nulls=9)


@pytest.fixture(scope="module")
def belt(found: Complement) -> Belt:
    return found.belt.with_tables(**found.with_own())


def test_the_tables_are_a_belts_own_and_clean(found: Complement, belt: Belt) -> None:
    assert belt.check().empty
    sized = found.projects["projects"].query("unsized_en == ''")
    assert 0 < len(sized) <= MOST_SIZED
    assert set(sized["kind"]) <= {"chain", "market"}
    assert (sized["running_cost"] > 0).all()
    blank = found.projects["projects"].query("unsized_en != ''")
    assert set(blank["kind"]) == {"technology"}
    assert blank[["capital_cost", "running_cost"]].isna().all(axis=None)
    assert (blank["unsized_zh"] != "").all()
    assert (found.projects["projects"]["status"] == "assumed").all()


def test_a_chain_project_brings_its_use_to_what_sizes_alone_predict() -> None:
    """The lever's κ̂, put back into buyers of constant elasticity, gives the predicted share again."""
    found = between(yj.case("yangtze2017"), ("Hubei", "Jiangsu"), nulls=9)
    pairs = {(p.giver, p.offer, p.taker, p.need): p for p in found.pairs}
    floor, theta = (
        1 - found.belt.parameter("friction_cap"),
        found.belt.table("elasticities").set_index("sector")["value"],
    )
    levers = found.projects["levers"].query("kind == 'friction' and using != ''").to_dict("records")
    assert levers
    for lever in levers:
        pair = pairs[lever["partner"], lever["sector"], lever["region"], lever["using"]]
        assert pair.current is not None
        assert pair.expected is not None
        assert pair.used is not None
        ratio = 1 - lever["amount"] * lever["rate"] / pair.current
        share, pull = pair.current / pair.used, ratio ** -theta[lever["sector"]]
        reached = pair.used * share * pull / (1 - share + share * pull)
        if ratio > floor + 1e-9:
            assert reached == pytest.approx(pair.expected)
        else:
            assert ratio == pytest.approx(floor)
            assert pair.current < reached < pair.expected


def test_a_lever_on_one_use_saves_what_it_states(belt: Belt) -> None:
    """κ̂ = 1 − saving ÷ what that use buys from the seller: T · N / Q, final use sharing in Q."""
    own = belt.table("levers").head(1).assign(
        project="one_market", lever=9, kind="friction", region="Middle", partner="Upper", sector="materials",
        using="machines", target="", attribute="", pollutant="", amount=10.0, rate=3.0,
    )  # fmt: skip
    levers = pd.concat([belt.table("levers"), own], ignore_index=True)
    base = Base(belt.with_tables(levers=levers))
    trade = belt.table("trade").query("draw == 0 and importer == 'Middle' and sector == 'materials'")
    trade = trade.set_index("exporter")["value"]
    used = belt.table("intermediate").set_index(["region", "input", "using"])["value"][
        "Middle", "materials", "machines"
    ]
    spent = trade["Upper"] * used / trade.sum()
    ratio = base.rules.changes(["one_market"], lever=9).using["Middle", "Upper", "materials", "machines"]
    assert ratio == pytest.approx(1 - 30.0 / spent)


def test_a_project_without_a_size_is_refused_when_selected(belt: Belt) -> None:
    with pytest.raises(DataError, match="no rule sizes this project, so nothing can be worked out with it") as caught:
        yj.evaluate(belt, projects=["technology_middle_contracts_upper"])
    (finding,) = caught.value.findings
    assert (finding.table, finding.column, finding.value) == (
        "projects",
        "project",
        "technology_middle_contracts_upper",
    )
    assert finding.row == belt.projects.index("technology_middle_contracts_upper") + 2


def test_a_plan_of_nothing_but_blanks_is_refused() -> None:
    tiny = yj.case("tiny")
    belt = tiny.with_tables(projects=tiny.table("projects").assign(unsized_en="nobody has costed it"))
    with pytest.raises(DataError, match="not sized: nobody has costed it") as caught:
        yj.plan(belt, ("Upper", "Middle"), draws=2)
    assert len(caught.value.findings) == 4


@pytest.mark.parametrize(("table", "column"), [("projects", "running_cost"), ("levers", "amount"), ("levers", "rate")])
def test_a_blank_without_a_reason_is_still_a_fault(table: str, column: str) -> None:
    tiny = yj.case("tiny")
    frame = tiny.table(table)
    frame.loc[0, column] = np.nan
    findings = tiny.with_tables(**{table: frame}).check()
    assert findings[["table", "row", "column", "problem"]].to_numpy().tolist() == [[table, 2, column, "no value"]]
    assert "unsized_en" in findings["remedy"].iloc[0]


def test_without_levers_on_trade_nothing_is_sized() -> None:
    danube = yj.case("danube2011")
    tables = {name: danube.table(name).head(0) for name in ("projects", "members", "payers", "levers")}
    found = between(danube.with_tables(**tables).with_meta(scope=["economy"]), ("Germany", "Romania"), nulls=9)
    assert unit_rule(found.belt, True) is None
    rows = found.projects["projects"]
    assert (rows["unsized_en"] != "").all()
    assert "whose saving per unit of money could be used" in rows["unsized_en"].iloc[0]


def test_a_written_folder_reads_back(found: Complement, tmp_path: Path) -> None:
    from yijiang.cli import _with_projects

    for name, frame in found.with_own().items():
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    back = _with_projects(found.belt, tmp_path)
    pd.testing.assert_frame_equal(
        back.table("levers"), found.belt.with_tables(**found.with_own()).table("levers"), check_exact=False
    )
