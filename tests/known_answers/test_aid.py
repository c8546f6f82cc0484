"""Published answers of the cheapest flow."""

from __future__ import annotations

import numpy as np

from yijiang.aid import cheapest_flow


def test_the_example_of_networkx() -> None:
    """networkx 3, `min_cost_flow`: a sends 5 to d; 24, with 4 over b and 1 over c."""
    tail, head = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])
    found = cheapest_flow(tail, head, np.array([3.0, 6, 1, 2]), np.array([5.0, 0, 0, -5]), np.array([4.0, 10, 9, 5]))
    assert (found.cost, found.flow.tolist()) == (24.0, [4.0, 1.0, 4.0, 1.0])


def test_the_example_of_or_tools() -> None:
    """OR-Tools, guide to network flows, minimum cost flows: five nodes, 20 units, cost 150."""
    tail, head = np.array([0, 0, 1, 1, 1, 2, 2, 3, 4]), np.array([1, 2, 2, 3, 4, 3, 4, 4, 2])
    room = np.array([15.0, 8, 20, 4, 10, 15, 4, 20, 5])
    cost = np.array([4.0, 4, 2, 2, 6, 1, 3, 2, 3])
    found = cheapest_flow(tail, head, cost, np.array([20.0, 0, 0, -5, -15]), room)
    assert found.cost == 150.0
    assert found.gap < 1e-12
    # A unit more at the last node is worth what the prices say.
    more = cheapest_flow(tail, head, cost, np.array([21.0, 0, 0, -5, -16]), room)
    assert more.cost - found.cost == found.price[4] - found.price[0]
