"""Complexity against a program of the field, against solutions by hand, and against what the literature derives."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from yijiang.complement import complexity

ROW, COLUMN = np.meshgrid(np.arange(6), np.arange(8), indexing="ij")
#: Six regions, eight activities; any program can rebuild it.
VALUES = ((7 * ROW**2 + 5 * COLUMN**2 + 3 * ROW * COLUMN + ROW + 2 * COLUMN) % 11 + 1).astype(float)

# Printed by ecomplexity 0.5.3 (Growth Lab at Harvard) for VALUES; pci, eci and fitness also by econcomplex 1.0.1.
ECI = [1.593741659, -0.736336446, -0.834579579, 0.97891141, 0.116086495, -1.11782354]
PCI = [-1.97726469, 1.648399269, 1.553914532, 2.4656239, -1.97726469, -1.032188203, 1.745520043, 0.515423424]
DENSITY_0 = [0.3125, 0.608695652, 0.45, 0.7, 0.3125, 0.363636364, 0.666666667, 0.583333333]
COI = [-1.535180692, 0.260421395, 0.927534954, -0.95456204, -0.04068734, 1.342473724]
COG_0 = [-1.038107637, 0.0, 0.106857118, 0.0, -1.038107637, -0.642548385, 0.0, 0.0]
FITNESS = [1.249755833, 0.481296477, 0.745190397, 1.170621388, 1.583642982, 0.769492924]
FITNESS_COMPLEXITY = [
    *(0.498500937, 0.890190478, 1.795322582, 1.863155605),
    *(0.498500937, 0.763018137, 0.714690839, 0.976620486),
]


@pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
def test_ecomplexity_0_5_3(form: type) -> None:
    found = complexity.outlook(form(VALUES))
    np.testing.assert_allclose(found.complexity.eci, ECI, atol=1e-8)
    np.testing.assert_allclose(found.complexity.pci, PCI, atol=1e-8)
    np.testing.assert_allclose(found.density[0], DENSITY_0, atol=1e-8)
    np.testing.assert_allclose(found.coi, COI, atol=1e-8)
    np.testing.assert_allclose(found.cog[0], COG_0, atol=1e-8)


def test_econcomplex_1_0_1_standardises_pci_by_its_own_spread() -> None:
    pci = complexity.pci(VALUES)
    expected = [-1.403740982, 0.766586022, 0.71002734, 1.255777714, -1.403740982, -0.838017009, 0.824722639]
    np.testing.assert_allclose(((pci - pci.mean()) / pci.std())[:7], expected, atol=1e-8)


def test_fitness_of_econcomplex_1_0_1() -> None:
    found = complexity.fitness(VALUES, tol=1e-13)
    np.testing.assert_allclose(found.fitness, FITNESS, atol=1e-8)
    # econcomplex stops with the activities' mean at 1 as well.
    np.testing.assert_allclose(found.complexity, FITNESS_COMPLEXITY, atol=1e-8)


def test_triangle_by_hand() -> None:
    """Perfect nesting: ECI is evenly spaced, and with n regions the second eigenvalue is 1 / (n (n + 1) / 2 …)."""
    found = complexity.indices([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]])
    # (D_u⁻¹ M D_v⁻¹ Mᵀ) (3, 1, −1, −3)ᵀ = (3, 1, −1, −3)ᵀ / 4, worked out by hand.
    np.testing.assert_allclose(found.eci, np.array([3, 1, -1, -3]) / np.sqrt(5), atol=1e-14)
    assert found.second == pytest.approx(1 / 4, abs=1e-14)
    assert found.third == pytest.approx(1 / 9, abs=1e-14)


def test_golden_fitness_by_hand() -> None:
    """M = [[1,1,1],[1,1,0],[0,1,1]]: the ratio r of the two fitnesses solves r² + r = 1."""
    found = complexity.fitness([[1, 1, 1], [1, 1, 0], [0, 1, 1]], tol=1e-14)
    assert found.fitness[1] / found.fitness[0] == pytest.approx((np.sqrt(5) - 1) / 2, abs=1e-12)


def test_fitness_that_dies_out_as_one_over_the_step() -> None:
    """M = [[1,1],[1,0]]: r′ = r / (1 + 2 r), so r = 1 / (1 + 2 n) after n steps (Pugliese and others 2016)."""
    found = complexity.fitness([[1, 1], [1, 0]], tol=1e-4)
    assert found.fitness[1] / found.fitness[0] == pytest.approx(1 / (1 + 2 * found.steps), rel=1e-12)


def test_proximity_of_hidalgo_2007_by_hand() -> None:
    """Two activities of 3 and 2 regions that 2 regions share: the smaller conditional probability is 2/3."""
    near = complexity.proximity([[1, 1, 0], [1, 1, 0], [1, 0, 1]])
    np.testing.assert_allclose(near, [[1, 2 / 3, 1 / 3], [2 / 3, 1, 0], [1 / 3, 0, 1]], atol=1e-15)


def test_location_quotient_by_hand() -> None:
    """Half of a region's 40 jobs against a fifth of the country's 1,000 jobs: 2.5."""
    np.testing.assert_allclose(complexity.lq([[20, 20]], reference=[200, 800]), [[2.5, 0.625]])
