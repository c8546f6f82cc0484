"""Paths by group, and how they pass from one problem to another."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from yijiang.transport.assignment.kernels import Bools, Floats, Ints, Shorts
from yijiang.transport.assignment.problem import Problem


class PathSet(NamedTuple):
    """Paths by group: flow, constant cost, facilities and links; see `kernels`."""

    group_ptr: Ints
    flow: Floats
    constant: Floats
    fac_ptr: Ints
    fac: Shorts
    link_ptr: Ints
    link: Shorts

    @classmethod
    def empty(cls, groups: int) -> Self:
        """No path in any group."""
        start, none = np.zeros(1, np.int64), np.zeros(0, np.int32)
        return cls(np.zeros(groups + 1, np.int64), np.zeros(0), np.zeros(0), start, none, start, none)


def picked(p: PathSet, rows: Ints | None, problem: Problem, before: Problem) -> PathSet:
    """Take the groups `rows` (−1: none; None: all as they are) of a path set, with constants and facilities of another
    problem.

    Paths over links that are closed in that problem lose their flow.
    """
    groups = len(p.group_ptr) - 1
    everything = rows is None or (len(rows) == groups and np.array_equal(rows, np.arange(groups)))
    if everything and (problem.moving is before.moving or np.array_equal(problem.moving, before.moving)):
        out = p._replace(flow=p.flow.copy(), constant=p.constant.copy())
        if problem.fixed is before.fixed:
            return out
        touched = (problem.fixed != before.fixed).any(axis=0)
        which = using(p, touched) if touched.any() else np.zeros(0, np.int64)
        group = np.searchsorted(p.group_ptr, which, side="right") - 1
    else:
        rows = np.arange(groups) if rows is None else rows
        size = np.where(rows >= 0, np.diff(p.group_ptr)[rows], 0)
        old = _runs(p.group_ptr[:-1][rows], size)
        group = np.repeat(np.arange(len(rows)), size)
        lengths = np.diff(p.link_ptr)[old]
        link = p.link[_runs(p.link_ptr[:-1][old], lengths)]
        facility = problem.moving[link]
        on = np.bincount(np.repeat(np.arange(len(old)), lengths)[facility >= 0], minlength=len(old))
        out = PathSet(
            np.concatenate([[0], np.cumsum(size)]).astype(np.int64), p.flow[old].copy(), np.empty(len(old)),
            np.concatenate([[0], np.cumsum(on)]).astype(np.int64), facility[facility >= 0].astype(np.int32),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), link,
        )  # fmt: skip
        which = np.arange(len(old))
    lengths = np.diff(out.link_ptr)[which]
    owner = np.repeat(np.arange(len(which)), lengths)
    cost = problem.fixed[problem.group_class[group][owner], out.link[_runs(out.link_ptr[:-1][which], lengths)]]
    out.constant[which] = np.bincount(owner, weights=cost, minlength=len(which))
    out.flow[~np.isfinite(out.constant)] = 0.0
    return out


def using(p: PathSet, links: Bools) -> Ints:
    """Numbers of the paths that use some links (link,)."""
    places = np.flatnonzero(links[p.link])
    out: Ints = np.unique(np.searchsorted(p.link_ptr, places, side="right") - 1)
    return out


def _runs(first: Ints, size: Ints) -> Ints:
    """Numbers first_i … first_i + size_i − 1, one run after the other."""
    total = int(size.sum())
    begin = np.repeat(first - np.concatenate([[0], np.cumsum(size)[:-1]]), size)
    out: Ints = begin + np.arange(total)
    return out.astype(np.int64)
