"""Kernels of the path set: columns traced from trees and merged in, flows added up over links, ties listed."""

from __future__ import annotations

import numpy as np
from numba import njit

from yijiang.transport.assignment.kernels import Bools, Floats, Ints, Shorts


@njit(cache=True)
def trace(wanted: Ints, tree: Shorts, end: Shorts, pred: Shorts, tail: Shorts, link: Shorts) -> tuple[Ints, Shorts]:
    """Walk from the end of every wanted group to the root of its tree; returns ptr and links, from end to root."""
    ptr = np.zeros(len(wanted) + 1, np.int64)
    out = np.empty(16 * len(wanted) + 64, np.int32)
    size = 0
    for n in range(len(wanted)):
        g = wanted[n]
        arc = pred[tree[g], end[g]]
        while arc >= 0:
            if size == len(out):
                more = np.empty(2 * len(out), np.int32)
                more[:size] = out
                out = more
            out[size] = link[arc]
            size += 1
            arc = pred[tree[g], tail[arc]]
        ptr[n + 1] = size
    return ptr, out[:size]


@njit(cache=True)
def merge(
    group_ptr: Ints, flow: Floats, constant: Floats, fac_ptr: Ints, fac: Shorts, link_ptr: Ints, link: Shorts,
    new_ptr: Ints, new_links: Shorts, new_group: Ints, fixed: Floats, group_class: Ints, moving: Shorts,
    amount: Floats,
) -> tuple[Ints, Floats, Floats, Ints, Shorts, Ints, Shorts]:  # fmt: skip
    """Drop paths without flow, add new ones, and lay all out by group again.

    Parameters
    ----------
    new_ptr, new_links, new_group
        New paths, at most one per group, by rising group.
    fixed : (class, link)
        Cost of a link that does not depend on the load.
    moving : (link)
        Facility of the link, or −1 where it neither delays nor limits.
    amount : (new)
        Flow a new path starts with.
    """
    keep = 0
    fac_size, link_size = 0, 0
    for p in range(len(flow)):
        if flow[p] > 0.0:
            keep += 1
            fac_size += fac_ptr[p + 1] - fac_ptr[p]
            link_size += link_ptr[p + 1] - link_ptr[p]
    for i in range(len(new_links)):
        fac_size += 1 if moving[new_links[i]] >= 0 else 0
    total = keep + len(new_group)
    groups = len(group_ptr) - 1
    out_group, out_flow, out_constant = np.zeros(groups + 1, np.int64), np.empty(total), np.empty(total)
    out_fac_ptr, out_fac = np.zeros(total + 1, np.int64), np.empty(fac_size, np.int32)
    out_link_ptr, out_link = np.zeros(total + 1, np.int64), np.empty(link_size + len(new_links), np.int32)
    at, n, a, b = 0, 0, 0, 0
    for g in range(groups):
        for p in range(group_ptr[g], group_ptr[g + 1]):
            if flow[p] <= 0.0:
                continue
            out_flow[at], out_constant[at] = flow[p], constant[p]
            for i in range(fac_ptr[p], fac_ptr[p + 1]):
                out_fac[a] = fac[i]
                a += 1
            for i in range(link_ptr[p], link_ptr[p + 1]):
                out_link[b] = link[i]
                b += 1
            at += 1
            out_fac_ptr[at], out_link_ptr[at] = a, b
        if n < len(new_group) and new_group[n] == g:
            k = group_class[g]
            cost = 0.0
            for i in range(new_ptr[n], new_ptr[n + 1]):
                cost += fixed[k, new_links[i]]
                out_link[b] = new_links[i]
                b += 1
                if moving[new_links[i]] >= 0:
                    out_fac[a] = moving[new_links[i]]
                    a += 1
            out_flow[at], out_constant[at] = amount[n], cost
            at += 1
            n += 1
            out_fac_ptr[at], out_link_ptr[at] = a, b
        out_group[g + 1] = at
    return out_group, out_flow, out_constant, out_fac_ptr, out_fac, out_link_ptr, out_link


@njit(cache=True)
def link_flows(
    group_ptr: Ints, flow: Floats, link_ptr: Ints, link: Shorts, group_class: Ints, classes: int, links: int
) -> Floats:
    """Sum the flows of the paths over their links: (class, link)."""
    out = np.zeros((classes, links))
    for g in range(len(group_ptr) - 1):
        for p in range(group_ptr[g], group_ptr[g + 1]):
            for i in range(link_ptr[p], link_ptr[p + 1]):
                out[group_class[g], link[i]] += flow[p]
    return out


@njit(cache=True)
def facility_loads(
    group_ptr: Ints, flow: Floats, fac_ptr: Ints, fac: Shorts, group_class: Ints, pce: Floats, load: Floats
) -> None:
    """Write the load of every facility afresh from the flows of the paths, so that round-off does not pile up."""
    load[:] = 0.0
    for g in range(len(group_ptr) - 1):
        unit = pce[group_class[g]]
        for p in range(group_ptr[g], group_ptr[g + 1]):
            for i in range(fac_ptr[p], fac_ptr[p + 1]):
                load[fac[i]] += unit * flow[p]


@njit(cache=True)
def longer(array: Ints, more: int) -> Ints:
    """Return a longer array that begins with this one."""
    out = np.zeros(len(array) + more, np.int64)
    out[: len(array)] = array
    return out


@njit(cache=True)
def list_paths(
    tree: Ints, end: Ints, kind: Ints, root: Ints, dist: Floats, order: Shorts, weight: Floats, into_ptr: Ints,
    into: Shorts, tail: Shorts, link: Shorts, through: Bools, slack: float, most: int,
) -> tuple[Ints, Ints, Shorts, int]:  # fmt: skip
    """List, pair by pair, the paths whose cost is within the slack of the least: a search back from the end.

    An arc may be part of one if it leads on in the order in which the tree settled its nodes, so that no path turns
    in a circle of no cost, and if what it adds beyond the least costs fits into the slack left.

    Returns
    -------
    pair (path), ptr, links from end to root, and the pair that has more than `most` paths, or −1.
    """
    pairs, nodes = len(tree), dist.shape[1]
    owner, ptr = np.empty(2 * pairs + 16, np.int64), np.zeros(2 * pairs + 17, np.int64)
    out = np.empty(32 * pairs + 64, np.int32)
    paths, size = 0, 0
    rank = np.empty((dist.shape[0], nodes), np.int64)
    for t in range(dist.shape[0]):
        rank[t] = nodes
        for i in range(nodes):
            if order[t, i] < 0:
                break
            rank[t, order[t, i]] = i
    way, next_arc, left = np.empty(nodes + 1, np.int32), np.empty(nodes + 1, np.int64), np.empty(nodes + 1)
    node = np.empty(nodes + 1, np.int64)
    for i in range(pairs):
        t, k, found, depth = tree[i], kind[i], 0, 0
        node[0], next_arc[0], left[0] = end[i], into_ptr[end[i]], slack * dist[tree[i], end[i]]
        while depth >= 0:
            v = node[depth]
            if v == root[t]:
                if found == most:
                    return owner[:paths], ptr[: paths + 1], out[:size], i
                if paths + 1 >= len(owner):
                    owner, ptr = longer(owner, len(owner)), longer(ptr, len(ptr))
                if size + depth > len(out):
                    more_links = np.empty(2 * len(out) + depth, np.int32)
                    more_links[:size] = out[:size]
                    out = more_links
                out[size : size + depth] = way[:depth]
                size += depth
                owner[paths] = i
                paths += 1
                ptr[paths] = size
                found += 1
                depth -= 1
                continue
            if next_arc[depth] == into_ptr[v + 1]:
                depth -= 1
                continue
            arc = into[next_arc[depth]]
            next_arc[depth] += 1
            u = tail[arc]
            if rank[t, u] >= rank[t, v] or (not through[u] and u != root[t]):
                continue
            more = dist[t, u] + weight[k, arc] - dist[t, v]
            if more > left[depth]:
                continue
            way[depth] = link[arc]
            depth += 1
            node[depth], next_arc[depth], left[depth] = u, into_ptr[u], left[depth - 1] - max(more, 0.0)
    return owner[:paths], ptr[: paths + 1], out[:size], -1
