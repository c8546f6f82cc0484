"""Published answers for frontiers, shift-share and differences in differences; each names its source."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yijiang.learning import effect, efficiency
from yijiang.learning.frontier import malmquist, radial, slack_based
from yijiang.learning.shiftshare import classic

HOSPITALS = np.array(
    [
        *([20, 151, 100, 90], [19, 131, 150, 50], [25, 160, 160, 55], [27, 168, 180, 72], [22, 158, 94, 66]),
        *([55, 255, 230, 90], [33, 235, 220, 88], [31, 206, 152, 80], [30, 244, 190, 100], [50, 268, 250, 100]),
        *([53, 306, 260, 147], [38, 284, 250, 120]),
    ],
    dtype=float,
)
"""Doctors and nurses, out- and inpatients: Cooper, Seiford & Tone (2007), Data Envelopment Analysis, table 1.5."""


@pytest.mark.parametrize(
    ("model", "published"),
    [
        ("ccr", [1, 1, 0.883, 1, 0.763, 0.835, 0.902, 0.796, 0.960, 0.871, 0.955, 0.958]),
        ("bcc", [1, 1, 0.896, 1, 0.882, 0.939, 1, 0.799, 0.989, 1, 1, 1]),
    ],
)
def test_twelve_hospitals(model: str, published: list[float]) -> None:
    """Cooper, Seiford & Tone (2007), table 1.5 (CCR), and the same data at variable returns (as dealib 1.0.0)."""
    names = list("ABCDEFGHIJKL")
    used = pd.DataFrame(HOSPITALS[:, :2], names, ["doctors", "nurses"])
    made = pd.DataFrame(HOSPITALS[:, 2:], names, ["outpatients", "inpatients"])
    found = efficiency(used, made, model=model)  # type: ignore[arg-type]
    assert found.score.round(3).tolist() == pytest.approx(published, abs=1e-9)
    assert max(found.gap, found.residual) < 1e-9


ELEVEN = (
    np.array([[5, 16, 16, 17, 18, 23, 25, 27, 37, 42, 5], [13, 12, 26, 15, 14, 6, 10, 22, 14, 25, 17]]).T,
    np.array([[12], [14], [25], [26], [8], [9], [27], [30], [31], [26], [12]]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("returns", "orientation", "published"),
    [
        ("constant", "input", [1, 0.6222896791, 0.8198562444, 1, 0.3103709311, 0.5555555556, 1, 0.7576690896,
                               0.8201058201, 0.4905660377, 1]),
        ("constant", "output", [1, 1.606968641, 1.219726027, 1, 3.221951220, 1.8, 1, 1.319837398, 1.219354839,
                                2.038461538, 1]),
        ("variable", "input", [1, 0.8699861687, 1, 1, 0.7116402116, 1, 1, 1, 1, 0.4931209269, 1]),
        ("variable", "output", [1, 1.507518797, 1, 1, 3.203947368, 1, 1, 1, 1, 1.192307692, 1]),
    ],
)  # fmt: skip
def test_eleven_firms(returns: str, orientation: str, published: list[float]) -> None:
    """DataEnvelopmentAnalysis.jl (Barbero & Zofío), test/dea.jl, checked there against R."""
    x, y = (part.astype(float) for part in ELEVEN)
    found, solved = radial(x, y, x, y, returns, orientation)  # type: ignore[arg-type]
    assert found == pytest.approx(published, rel=1e-8)
    assert max(solved.gap, solved.residual) < 1e-9


def test_slacks_of_eleven_firms() -> None:
    """Input slacks beyond the radial cut, DataEnvelopmentAnalysis.jl test/dea.jl: firms 6, 9 and 11."""
    names = [f"f{k}" for k in range(1, 12)]
    used, made = pd.DataFrame(ELEVEN[0], names, ["a", "b"]), pd.DataFrame(ELEVEN[1], names, ["y"])
    found = efficiency(used, made)
    slack = used.mul(found.score, axis=0) - found.target_inputs
    assert slack.loc["f6", "a"] == pytest.approx(4.444444444, rel=1e-7)
    assert slack.loc["f9", "a"] == pytest.approx(1.640211640, rel=1e-7)
    assert slack.loc["f11", "b"] == pytest.approx(4.0, rel=1e-7)
    assert slack.drop(index=["f6", "f9", "f11"]).abs().to_numpy().max() < 1e-7


@pytest.mark.parametrize(
    ("returns", "published"),
    [
        ("constant", [0.4, 1, 0.8, 0.6, 0.4, 0.4, 0.514285714285650, 0.2]),
        ("variable", [1, 1, 1, 1, 0.4, 0.476190476190476, 0.857142857142857, 0.2]),
    ],
)
def test_slack_based_measure(returns: str, published: list[float]) -> None:
    """The enhanced Russell graph measure, which is Tone's: DataEnvelopmentAnalysis.jl, test/deaerg.jl."""
    x = np.array([[2], [4], [8], [12], [6], [14], [14], [9.412]])
    y = np.array([[1], [5], [8], [9], [3], [7], [9], [2.353]])
    found, _, _ = slack_based(x, y, x, y, returns)  # type: ignore[arg-type]
    assert found == pytest.approx(published, rel=1e-9)


def test_malmquist_over_three_years() -> None:
    """DataEnvelopmentAnalysis.jl, test/malmquist.jl: five firms, one input, one output, three years."""
    x = np.array([[2, 3, 5, 4, 4], [1, 2, 4, 3, 4], [0.5, 1.5, 3, 2, 4]])[:, :, None]
    y = np.array([[1, 4, 6, 3, 5], [1, 4, 6, 3, 3], [2.0, 4, 6, 3, 1]])[:, :, None]
    found = malmquist(x, y)
    assert found.productivity == pytest.approx(
        np.array([[2, 1.5, 1.25, 4 / 3, 0.6], [4, 4 / 3, 4 / 3, 1.5, 1 / 3]]), rel=1e-9
    )
    assert found.catching_up == pytest.approx(
        np.array([[4 / 3, 1, 5 / 6, 8 / 9, 0.4], [2, 2 / 3, 2 / 3, 0.75, 1 / 6]]), rel=1e-9
    )
    assert found.frontier == pytest.approx(np.array([[1.5] * 5, [2.0] * 5]), rel=1e-9)


def test_shift_share_of_holukuluku() -> None:
    """Krumme, University of Washington, Geography 350: shift and share table (faculty.washington.edu/krumme/350)."""
    before, after = np.array([500.0, 100, 200, 200]), np.array([1000.0, 100, 250, 280])
    nation = np.array([10.0, 20, 40, 30])
    grown = nation * (1 + np.array([0.10, 0.20, 0.30, 0.40]))
    national, mix, local = classic(before, after, nation, grown)
    assert national.sum() == pytest.approx(290)
    assert mix == pytest.approx([-95, -9, 2, 22])
    assert local == pytest.approx([450, -20, -10, 0])


def test_difference_in_differences_of_fast_food() -> None:
    """Card & Krueger (1994), table 3: full-time employment in New Jersey and in Pennsylvania, before and after."""
    found = effect({1992: 20.44, 1993: 21.03}, {"Pennsylvania": {1992: 23.33, 1993: 21.17}}, 1992, 1993, relative=False)
    assert found.change == pytest.approx(0.59)
    assert found.peers["Pennsylvania"] == pytest.approx(-2.16)
    # The paper prints 2.76, from figures before rounding.
    assert found.difference == pytest.approx(2.76, abs=0.011)
