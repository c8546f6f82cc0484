"""Traffic and queues settle for any falling response, smooth or with a jump."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from yijiang.numerics.settling import mixed, settle

WIDTH = np.full(2, 1e-7)


@given(st.floats(1.0, 100.0), st.floats(0.0, 30.0), st.floats(0.1, 1.0))
def test_a_falling_response_is_met(level: float, steepness: float, share: float) -> None:
    def caused(flow: np.ndarray) -> np.ndarray:
        return np.array([1.0, share]) * level * np.exp(-steepness * flow.sum() / level)

    found = settle(caused, np.zeros(2), -np.ones(2), WIDTH)
    np.testing.assert_allclose(caused(found.flow), found.flow, atol=2e-7)


@given(st.floats(1.0, 50.0), st.floats(0.1, 0.9), st.floats(0.2, 1.0))
def test_a_jump_two_queues_share_is_split(level: float, place: float, share: float) -> None:
    both = np.array([1.0, share]) * level

    def caused(flow: np.ndarray) -> np.ndarray:
        return both if flow.sum() < place * both.sum() else 0.05 * place * both

    found = settle(caused, np.zeros(2), -np.ones(2), WIDTH)
    part = mixed(found.flow, caused(found.below), caused(found.above))
    assert 0 < part < 1
    mixture = part * caused(found.below) + (1 - part) * caused(found.above)
    np.testing.assert_allclose(mixture, found.flow, atol=2e-7)
    np.testing.assert_allclose(found.flow.sum(), place * both.sum(), rtol=1e-6)
