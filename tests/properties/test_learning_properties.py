"""What must hold for any figures: order of the models, units of measure, sums, and who learns from whom."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from yijiang.learning import effect, efficiency
from yijiang.learning.frontier import malmquist, radial
from yijiang.learning.profile import line_of
from yijiang.learning.reading import Indicator, Value
from yijiang.learning.shiftshare import classic, dynamic, homothetic

FEW = settings(max_examples=7)
positive = st.floats(0.5, 20.0)


def figures(units: int, columns: int) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float64, (units, columns), elements=positive)


@FEW
@given(x=figures(9, 2), y=figures(9, 1))
def test_models_are_in_order_and_peers_are_on_the_frontier(x: np.ndarray, y: np.ndarray) -> None:
    names = list("abcdefghi")
    used, made = pd.DataFrame(x, names, ["p", "q"]), pd.DataFrame(y, names, ["r"])
    ccr, bcc, sbm = (efficiency(used, made, model=model) for model in ("ccr", "bcc", "sbm"))
    assert (sbm.score <= ccr.score + 1e-7).all()
    assert (ccr.score <= bcc.score + 1e-7).all()
    assert bcc.score.max() == pytest.approx(1)
    for unit in names:
        assert all(ccr.score[peer] > 1 - 1e-6 for peer in ccr.peers(unit))
    assert (ccr.target_inputs <= used + 1e-6).to_numpy().all()
    assert (ccr.target_outputs >= made - 1e-6).to_numpy().all()


@FEW
@given(x=figures(6, 1), y=figures(6, 1), scale=positive)
def test_no_score_depends_on_the_unit_or_the_order(x: np.ndarray, y: np.ndarray, scale: float) -> None:
    names = list("abcdef")
    used, made = pd.DataFrame(x, names, ["p"]), pd.DataFrame(y, names, ["r"])
    plain = efficiency(used, made, model="bcc").score
    other = efficiency((used * scale).iloc[::-1], made, model="bcc").score
    assert other[names].to_numpy() == pytest.approx(plain.to_numpy(), abs=1e-7)


@FEW
@given(x=figures(6, 1), y=figures(6, 1))
def test_one_input_and_output_at_constant_returns_is_a_ratio(x: np.ndarray, y: np.ndarray) -> None:
    ratio = (y / x).ravel()
    for orientation, expected in (("input", ratio / ratio.max()), ("output", ratio.max() / ratio)):
        found, _ = radial(x, y, x, y, "constant", orientation)  # type: ignore[arg-type]
        assert found == pytest.approx(expected, rel=1e-7)


@FEW
@given(x=arrays(np.float64, (3, 5, 1), elements=positive), y=arrays(np.float64, (3, 5, 1), elements=positive))
def test_malmquist_of_one_input_and_output_is_growth_of_the_ratio(x: np.ndarray, y: np.ndarray) -> None:
    found = malmquist(x, y)
    ratio = (y / x)[:, :, 0]
    assert found.productivity == pytest.approx(ratio[1:] / ratio[:-1], rel=1e-6)
    assert found.catching_up * found.frontier == pytest.approx(found.productivity, rel=1e-12)
    assert found.frontier == pytest.approx(np.repeat(ratio.max(1)[1:, None] / ratio.max(1)[:-1, None], 5, 1), rel=1e-6)


@FEW
@given(path=arrays(np.float64, (3, 4), elements=positive), rest=arrays(np.float64, (3, 4), elements=positive))
def test_the_parts_of_growth_add_up(path: np.ndarray, rest: np.ndarray) -> None:
    whole = path + rest
    ends = (path[0], path[-1], whole[0], whole[-1])
    change = path[-1] - path[0]
    for parts in (classic(*ends), homothetic(*ends), dynamic(path, whole)):
        assert parts.sum(axis=0) == pytest.approx(change, rel=1e-9, abs=1e-9)
    assert homothetic(*ends)[2:].sum(axis=0) == pytest.approx(classic(*ends)[2], rel=1e-9, abs=1e-9)
    # A region that is the whole has neither mix nor local part.
    own = classic(path[0], path[-1], path[0], path[-1])
    assert own[1].sum() == pytest.approx(0, abs=1e-9)
    assert own[2] == pytest.approx(0, abs=1e-12)


values = st.dictionaries(st.integers(2010, 2020), st.floats(0.1, 100.0), min_size=1, max_size=6)


@FEW
@given(a=values, b=values, better=st.sampled_from(["high", "low", "none"]))
def test_two_places_may_swap_sides(a: dict[int, float], b: dict[int, float], better: str) -> None:
    years = {
        place: {year: Value(value, "s", "official") for year, value in path.items()}
        for place, path in (("A", a), ("B", b))
    }
    one = Indicator("x", {"en": "x", "zh": "x"}, "t", "CNY", better, years)
    line, turned = line_of(one, ("A", "B")), line_of(one, ("B", "A"))
    assert line.year == turned.year == (max(set(a) & set(b)) if set(a) & set(b) else None)
    assert (line.ahead, line.learner) == (turned.ahead, turned.learner)
    if line.gap is not None:
        assert turned.gap == -line.gap
        assert {line.ahead, line.learner} in ({"A", "B"}, {""})
        assert (line.ahead == "") == (better == "none" or line.gap == 0)
    if line.trend and turned.trend:
        assert line.trend.moving == turned.trend.moving
        assert line.trend.crossed == turned.trend.crossed
    if line.frontier:
        assert max(line.frontier.reached.values()) == pytest.approx(1)


@FEW
@given(own=st.tuples(positive, positive), peers=st.lists(st.tuples(positive, positive), min_size=1, max_size=6))
def test_what_moves_all_alike_is_no_effect(own: tuple[float, float], peers: list[tuple[float, float]]) -> None:
    def path(pair: tuple[float, float], shock: float) -> dict[int, float]:
        return {2020: pair[0], 2021: pair[1] * shock}

    named = {str(k): pair for k, pair in enumerate(peers)}
    plain, shocked = (
        effect(path(own, shock), {k: path(v, shock) for k, v in named.items()}, 2020, 2021) for shock in (1.0, 1.7)
    )
    assert plain.difference is not None
    assert shocked.difference == pytest.approx(plain.difference, rel=1e-9, abs=1e-12)
    expected = math.log(own[1] / own[0]) - sum(math.log(b / a) for a, b in peers) / len(peers)
    assert math.log1p(plain.difference) == pytest.approx(expected, abs=1e-9)
    if plain.chance is not None:
        assert 1 / (1 + len(peers)) <= plain.chance <= 1
