"""Order of reaches and steady transport on them as kernels: plain float64 arrays in, plain arrays out.

Reaches are numbered in post-order (a reach comes after everything upstream of it; on a tree, what is upstream of a
reach is one contiguous block ending at it), so one loop upwards in the number carries mass down the river, and one loop
downwards in the number carries a section's sensitivity up the river. A river that divides by fixed shares is a
directed graph without circles and needs no more than that one loop. Every sum has one fixed order, so that results are
equal to the last bit in every run.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from yijiang.river.formulas import Floats, Ints


@njit(cache=True)
def post_order(ptr: Ints, above: Ints) -> Ints:
    """Order of reaches in which all upstream of a reach comes right before it, the tributary that needs most first.

    What a tributary needs is the number of series that must be held at once to work it out (Sethi and Ullman 1970,
    Journal of the ACM 17): 1 at a headwater, and max over its k-th tributary of (its need + k) elsewhere. Taken in
    falling order, that is the least a stack can do with; on a tree it is at most 1 + log₂ of the headwaters.

    Parameters
    ----------
    ptr, above
        Compressed lists of the reaches right upstream of each, in ascending order.

    Returns
    -------
    ndarray
        Numbers in the new order; shorter than the river if some reaches run in a circle.
    """
    count = ptr.size - 1
    tributaries = above.copy()
    waiting = ptr[1:] - ptr[:-1]
    down_ptr = np.zeros(count + 1, np.int64)
    for e in range(above.size):
        down_ptr[above[e] + 1] += 1
    for i in range(count):
        down_ptr[i + 1] += down_ptr[i]
    fill = down_ptr[:-1].copy()
    below = np.empty(above.size, np.int64)
    for i in range(count):
        for e in range(ptr[i], ptr[i + 1]):
            below[fill[above[e]]] = i
            fill[above[e]] += 1

    need = np.zeros(count, np.int64)
    queue = np.empty(count, np.int64)
    taken = ready = 0
    for i in range(count):
        if waiting[i] == 0:
            queue[ready] = i
            ready += 1
    while taken < ready:
        i = queue[taken]
        taken += 1
        begin, end = ptr[i], ptr[i + 1]
        # Sorted by need by insertion: few reaches meet in one place, and equal ones keep their order.
        for e in range(begin + 1, end):
            moved = tributaries[e]
            k = e
            while k > begin and need[tributaries[k - 1]] < need[moved]:
                tributaries[k] = tributaries[k - 1]
                k -= 1
            tributaries[k] = moved
        most = 1
        for e in range(begin, end):
            most = max(most, need[tributaries[e]] + e - begin)
        need[i] = most
        for e in range(down_ptr[i], down_ptr[i + 1]):
            waiting[below[e]] -= 1
            if waiting[below[e]] == 0:
                queue[ready] = below[e]
                ready += 1
    if ready < count:
        return queue[:ready]

    # Depth first from the mouths, without recursion; `at` is the next tributary of each reach on the path.
    order = np.empty(count, np.int64)
    placed = 0
    at = ptr[:-1].copy()
    seen = np.zeros(count, np.bool_)
    path = np.empty(count, np.int64)
    for mouth in range(count):
        if down_ptr[mouth + 1] > down_ptr[mouth]:
            continue
        path[0] = mouth
        seen[mouth] = True
        depth = 1
        while depth > 0:
            i = path[depth - 1]
            if at[i] < ptr[i + 1]:
                j = tributaries[at[i]]
                at[i] += 1
                if not seen[j]:
                    seen[j] = True
                    path[depth] = j
                    depth += 1
            else:
                order[placed] = i
                placed += 1
                depth -= 1
    return order


@njit(cache=True)
def stack_places(ptr: Ints, above: Ints, ways: Ints) -> tuple[Ints, Ints, int]:
    """Lowest number upstream of each reach, its place on the stack, and how many places the stack needs.

    A reach takes the place of the first tributary that nobody else still waits for, or else the place freed last.

    Parameters
    ----------
    ptr, above
        Compressed lists of the reaches right upstream of each, numbered upstream first.
    ways
        Number of reaches that take from each (reach).
    """
    count = ptr.size - 1
    first = np.arange(count)
    slot = np.empty(count, np.int64)
    left = ways.copy()
    free = np.empty(count, np.int64)
    spare = depth = 0
    for i in range(count):
        own = -1
        for e in range(ptr[i], ptr[i + 1]):
            j = above[e]
            first[i] = min(first[i], first[j])
            left[j] -= 1
            if left[j] == 0:
                if own < 0:
                    own = slot[j]
                else:
                    free[spare] = slot[j]
                    spare += 1
        if own < 0:
            if spare > 0:
                spare -= 1
                own = free[spare]
            else:
                own = depth
                depth += 1
        slot[i] = own
        if left[i] == 0:
            free[spare] = own
            spare += 1
    return first, slot, depth


@njit(cache=True)
def sweep(
    ptr: Ints,
    above: Ints,
    part: Floats,
    kept: Floats,
    through: Floats,
    share: Floats,
    pairs: Ints,
    pair_through: Floats,
    pair_share: Floats,
    at_head: Floats,
    spread: Floats,
    head: Floats,
    out: Floats,
) -> None:
    """Carry every lane of mass down the river once.

    For reach i with upstream neighbours u: head_i = kept_i Σ_u part_u out_u + at_head_i and
    out_i = head_i e^(−k τ_i) + spread_i g(k τ_i), and a pollutant that another one makes (a deficit of oxygen) gets
    pair_through · head + pair_share · spread of that one on top.

    Parameters
    ----------
    ptr, above, part
        Compressed lists of the reaches upstream of each, and the share of their mass that comes this way.
    kept
        Share of the arriving water that is not withdrawn at the head (reach) [-].
    through, share
        e^(−k τ) and g(k τ) (reach, pollutant) [-].
    pairs
        (pair, 2): number of the pollutant made, and of the one that makes it.
    pair_through, pair_share
        (reach, pair) [-].
    at_head, spread
        Loads entering at the head and along the reach (reach, pollutant, source) [t/yr].
    head, out
        Results (reach, pollutant, source) [t/yr]: mass passing the head and the end of every reach. Overwritten.
    """
    count, pollutants, sources = spread.shape
    for i in range(count):
        for p in range(pollutants):
            for s in range(sources):
                mass = 0.0
                for e in range(ptr[i], ptr[i + 1]):
                    mass += part[e] * out[above[e], p, s]
                mass = kept[i] * mass + at_head[i, p, s]
                head[i, p, s] = mass
                out[i, p, s] = mass * through[i, p] + spread[i, p, s] * share[i, p]
        for k in range(pairs.shape[0]):
            made, maker = pairs[k, 0], pairs[k, 1]
            for s in range(sources):
                out[i, made, s] += head[i, maker, s] * pair_through[i, k] + spread[i, maker, s] * pair_share[i, k]


@njit(cache=True)
def transfer(
    down_ptr: Ints,
    below: Ints,
    part: Floats,
    first: Ints,
    kept: Floats,
    through: Floats,
    share: Floats,
    base: Ints,
    section_reach: Ints,
    section_through: Floats,
    section_share: Floats,
    scale: Floats,
    to_spread: Floats,
    to_head: Floats,
) -> None:
    """Response of every section to every load, by one reverse pass up the river from each section.

    Only first[r] … r of a section's reach r are visited, and stand at base[j] + first[r] … base[j] + r: with
    base[j] = j · reaches the rows are whole (give zeros); laid end to end they are as short as can be.

    Parameters
    ----------
    down_ptr, below, part
        Compressed lists of the reaches downstream of each, and the share of its mass that goes there.
    first
        Lowest number of the reaches upstream of each (reach).
    kept
        As in `sweep`.
    through, share
        e^(−k τ) and g(k τ) (pollutant, reach) [-].
    base, section_reach
        Where the row of a section begins, and the number of the reach it lies in (section).
    section_through, section_share
        What arrives at the section of mass at its reach's head, and of a load spread along its reach
        (pollutant, section) [-].
    scale
        (mg/L) per (t/yr) at the section (section): 0.0317098 / flow.
    to_spread, to_head
        Results (pollutant, entry) [mg/L per t/yr]: response to a load spread along a reach, and to one entering at its
        head.
    """
    pollutants = through.shape[0]
    for p in range(pollutants):
        for j in range(section_reach.size):
            r, b = section_reach[j], base[j]
            to_head[p, b + r] = scale[j] * section_through[p, j]
            to_spread[p, b + r] = scale[j] * section_share[p, j]
            for i in range(r - 1, first[r] - 1, -1):
                at_end = 0.0
                for e in range(down_ptr[i], down_ptr[i + 1]):
                    if below[e] <= r:
                        at_end += part[e] * kept[below[e]] * to_head[p, b + below[e]]
                to_spread[p, b + i] = at_end * share[p, i]
                to_head[p, b + i] = at_end * through[p, i]


@njit(cache=True)
def transfer_pair(
    down_ptr: Ints,
    below: Ints,
    part: Floats,
    first: Ints,
    kept: Floats,
    through: Floats,
    share: Floats,
    pair_through: Floats,
    pair_share: Floats,
    base: Ints,
    section_reach: Ints,
    at_section: Floats,
    scale: Floats,
    made_to_head: Floats,
    to_spread: Floats,
    to_head: Floats,
) -> None:
    """Response of a pollutant at every section to loads of the one that makes it, by one reverse pass each.

    Parameters
    ----------
    down_ptr, below, part, first, kept, base, section_reach, scale
        As in `transfer`.
    through, share
        e^(−k τ) and g(k τ) of the maker (reach) [-].
    pair_through, pair_share
        What a reach makes of the mass at its head, and of a load spread along it (reach) [-].
    at_section
        (2, section): `pair_through` and `pair_share` as far as the section.
    made_to_head
        Response of the pollutant made to itself (entry), from `transfer`.
    to_spread, to_head
        Results (entry) [mg/L per t/yr].
    """
    for j in range(section_reach.size):
        r, b = section_reach[j], base[j]
        to_head[b + r] = scale[j] * at_section[0, j]
        to_spread[b + r] = scale[j] * at_section[1, j]
        for i in range(r - 1, first[r] - 1, -1):
            of_maker = of_made = 0.0
            for e in range(down_ptr[i], down_ptr[i + 1]):
                if below[e] <= r:
                    of_maker += part[e] * kept[below[e]] * to_head[b + below[e]]
                    of_made += part[e] * kept[below[e]] * made_to_head[b + below[e]]
            to_spread[b + i] = of_maker * share[i] + of_made * pair_share[i]
            to_head[b + i] = of_maker * through[i] + of_made * pair_through[i]


@njit(cache=True)
def respond(first: Ints, base: Ints, section_reach: Ints, response: Floats, loads: Floats) -> Floats:
    """Concentrations from a response and loads: C[j, p, s] = Σ_i response[p, base_j + i] · loads[i, p, s].

    Parameters
    ----------
    first, base, section_reach
        As in `transfer`.
    response
        (pollutant, entry) [mg/L per t/yr].
    loads
        (reach, pollutant, source) [t/yr].

    Returns
    -------
    ndarray (section, pollutant, source) [mg/L]
    """
    _, pollutants, sources = loads.shape
    result = np.zeros((section_reach.size, pollutants, sources))
    for j in range(section_reach.size):
        r = section_reach[j]
        for p in range(pollutants):
            for i in range(first[r], r + 1):
                weight = response[p, base[j] + i]
                for s in range(sources):
                    result[j, p, s] += weight * loads[i, p, s]
    return result
