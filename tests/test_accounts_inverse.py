"""The inverse by halves beside LAPACK's, and the way back to LAPACK where halves have no inverse."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from yijiang.economy.accounts.solver import Leontief


@given(size=st.integers(min_value=301, max_value=420), spent=st.floats(min_value=0.05, max_value=0.98))
def test_an_inverse_by_halves_is_that_of_lapack(size: int, spent: float) -> None:
    A = np.random.default_rng(size).random((size, size)) ** 4
    A *= spent / A.sum(0)
    system = Leontief(A)
    found = system.inverse()
    np.testing.assert_allclose(found, np.linalg.inv(np.eye(size) - A), rtol=1e-11, atol=1e-14)
    assert not system.factored
    right = A[:, :3]
    np.testing.assert_allclose(system.solve(right), Leontief(A).solve(right), rtol=1e-11)
    np.testing.assert_allclose(system.solve_transposed(right), Leontief(A).solve_transposed(right), rtol=1e-11)


def test_a_table_that_halves_cannot_invert_is_left_to_lapack() -> None:
    # The first half of I − A is singular, the whole is not: only an order with pivots gets through.
    A = np.eye(400)
    A[:200, 200:], A[200:, :200] = -np.eye(200), -np.eye(200)
    A[200:, 200:] = 0.0
    system = Leontief(A)
    np.testing.assert_allclose(system.inverse(), np.linalg.inv(np.eye(400) - A), atol=1e-12)
    assert system.factored
