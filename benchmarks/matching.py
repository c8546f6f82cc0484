"""Matching at size, and beside its peers: `python benchmarks/matching.py [ROWS]`.

Peers: `matching` (PyPI) for hospital–resident games, SciPy's `linear_sum_assignment` (dense) and
`min_weight_full_bipartite_matching` (sparse) for assignment. Each is timed at sizes it can do, turn about with ours.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from yijiang.science.matching.kernels.assignment import auction, augment
from yijiang.science.matching.kernels.candidates import failures, products
from yijiang.science.matching.kernels.deferred import propose
from yijiang.science.matching.pairs import WEIGHTS, pairs
from yijiang.science.matching.sides import sides
from yijiang.science.matching.similarity import terms
from yijiang.science.matching.tables import KINDS, blank

PROVINCES = 11


def market(rows: int, side: str, seed: int) -> pd.DataFrame:
    """Offers or needs with texts of one to three known terms and eight words of a Zipf vocabulary, half in Chinese."""
    rng = np.random.default_rng(seed)
    words = np.random.default_rng(99)
    han = ["".join(chr(c) for c in words.integers(0x4E00, 0x4E00 + 3000, words.integers(2, 5))) for _ in range(20_000)]
    latin = ["".join(chr(97 + c) for c in words.integers(0, 26, words.integers(4, 10))) for _ in range(20_000)]
    chance = 1 / np.arange(20, 20_020)
    chance /= chance.sum()
    picked = rng.choice(20_000, (rows, 8), p=chance)
    known = terms()
    concepts = rng.integers(0, len(known), (rows, 3))
    count = rng.integers(1, 4, rows)
    chinese = rng.random(rows) < 0.5
    texts = []
    for k in range(rows):
        lang, vocabulary, sign = ("zh", han, "，") if chinese[k] else ("en", latin, " ")
        named = [known[c][lang].split("|")[0] for c in concepts[k, : count[k]]]
        texts.append(sign.join([*named, *(vocabulary[w] for w in picked[k])]))
    zh = np.where(chinese, texts, "")
    readiness = rng.integers(1, 10, rows)
    frame = pd.DataFrame(
        {
            side: [f"{side[0]}{k}" for k in range(rows)],
            "region": [f"p{k}" for k in rng.integers(0, PROVINCES, rows)],
            "kind": np.array(KINDS)[rng.integers(0, len(KINDS), rows)],
            "title_zh": zh, "title_en": np.where(chinese, "", texts), "text_en": "", "text_zh": "",
            "sector": [f"s{k}" for k in rng.integers(0, 9, rows)],
            "value": np.round(rng.lognormal(1, 1, rows), 3), "capacity": rng.integers(1, 4, rows),
        }
    )  # fmt: skip
    frame["low"], frame["high"] = frame["value"] * 0.3, frame["value"] * 3
    if side == "offer":
        frame["readiness"] = readiness
    else:
        frame["readiness_low"], frame["readiness_high"] = np.maximum(readiness - 3, 1), np.minimum(readiness + 3, 9)
    whole = blank(f"{side}s")
    for column in whole.columns:
        if column not in frame:
            frame[column] = "" if column not in ("year",) else 2024
    return frame.assign(state="published", basis="stated", unit="million CNY", secrecy="public")[
        list(whole.columns) + (["secrecy"] if side == "need" else [])
    ]


def at_size(rows: int) -> None:
    """Match so many offers with so many needs, by both rules, and say what it took."""
    from yijiang.science import match

    match(market(200, "offer", 1), market(200, "need", 2), day=date(2024, 6, 1))  # compiles
    offers, needs = market(rows, "offer", 3), market(rows, "need", 4)
    for rule in ("value", "needs"):
        steps: list[tuple[str, float]] = []
        began = time.perf_counter()
        found = match(
            offers, needs, day=date(2024, 6, 1), rule=rule,
            progress=lambda text, steps=steps: steps.append((text, time.perf_counter())),
        )  # fmt: skip
        took = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{rows:,} x {rows:,} by {rule}: {took:.1f} s, peak {peak:.2f} GB; {found.candidates:,} candidates, "
            f"{len(found.table):,} matched, gap {found.gap:.1e}, blocking {found.blocking}"
        )
        print("   " + ", ".join(f"{text} at {at - began:.1f}" for text, at in steps))
    recall(offers, needs)


def recall(offers: pd.DataFrame, needs: pd.DataFrame) -> None:
    """Say how many of the best partners of a sample of needs the blocked search finds."""

    some = needs.sample(min(200, len(needs)), random_state=0).sort_index()
    whole = sides(offers, needs, True, {})
    found = pairs(whole, blank("interests"), WEIGHTS, None, 20, 0.1)
    known = set(zip(found.offer.tolist(), found.need.tolist(), strict=True))
    position = dict(zip(needs["need"], range(len(needs)), strict=True))
    hit = total = 0
    for n in some["need"]:
        k = position[n]
        a, b = whole.texts
        every = np.arange(len(offers))
        at = np.full(len(offers), k)
        value = products(a.ends, a.tokens, a.weight, every, b.ends, b.tokens, b.weight, at)
        value[failures(every, at, whole.left, whole.right, whole.open) > 0] = 0
        best = np.argsort(-value)[:10]
        best = best[value[best] >= 0.1]
        hit += sum((int(o), k) in known for o in best)
        total += len(best)
    print(f"   of the 10 best partners of {len(some)} needs the search holds {100 * hit / max(total, 1):.1f} %")


def turn_about(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each, measured turn about."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(repeats):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(found) for name, found in seconds.items()}


def sparse_value(n: int, degree: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ends, things and values of n takers with so many pairs each; a diagonal keeps a full matching possible."""
    rng = np.random.default_rng(seed)
    picked = [np.unique(np.append(rng.integers(0, n, degree - 1), k)) for k in range(n)]
    ends = np.concatenate([[0], np.cumsum([len(p) for p in picked])])
    thing = np.concatenate(picked)
    return ends, thing, rng.random(len(thing))


def solved(ends: np.ndarray, thing: np.ndarray, value: np.ndarray, n: int) -> float:
    """Ours: total value of the assignment."""
    one = np.ones(n, np.int64)
    held, price = auction(ends, thing, value, one, one, 60 * n)
    held, _, _, _ = augment(ends, thing, value, one, one, held, price)
    return float(value[held].sum())


def beside_scipy() -> None:
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    for n in (1000, 2000):
        value = np.random.default_rng(n).random((n, n))
        ends, thing = np.arange(n + 1) * n, np.tile(np.arange(n), n)
        flat = value.ravel()
        total = value[linear_sum_assignment(value, maximize=True)].sum()
        assert abs(solved(ends, thing, flat, n) - total) < 1e-9 * total
        found = turn_about(
            {
                "ours": lambda e=ends, t=thing, f=flat, n=n: solved(e, t, f, n),
                "scipy": lambda v=value: linear_sum_assignment(v, maximize=True),
            }, 5,
        )  # fmt: skip
        print(
            f"dense {n} x {n}: ours {found['ours']:.3f} s, linear_sum_assignment {found['scipy']:.3f} s, same optimum"
        )
    for n in (5_000, 20_000):
        ends, thing, value = sparse_value(n, 20, 1)
        # A full matching of largest weight, which scipy wants: a constant on every pair makes leaving out never pay.
        lifted = value + 10.0
        table = csr_array((lifted, thing, ends), shape=(n, n))
        rows, columns = min_weight_full_bipartite_matching(table, maximize=True)
        total = float(table[rows, columns].sum())
        assert abs(solved(ends, thing, lifted, n) - total) < 1e-9 * total
        found = turn_about(
            {
                "ours": lambda e=ends, t=thing, f=lifted, n=n: solved(e, t, f, n),
                "scipy": lambda t=table: min_weight_full_bipartite_matching(t, maximize=True),
            }, 3,
        )  # fmt: skip
        print(
            f"sparse {n:,} x {n:,}, 20 pairs a row, full: ours {found['ours']:.3f} s, "
            f"min_weight_full_bipartite_matching {found['scipy']:.3f} s, same optimum"
        )


def beside_matching() -> None:
    # This file has the peer's name and lies where Python looks first.
    here = Path(__file__).resolve().parent
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != here]
    sys.modules.pop("matching", None)
    try:
        from matching.games import HospitalResident

        import matching
    except ImportError as missing:
        print(f"matching (PyPI) cannot be imported: {missing}")
        return
    # It copies its players one within another: beyond some hundreds Python's limit of recursion stops it.
    sys.setrecursionlimit(100_000)
    for n in (100, 200, 400):
        rng = np.random.default_rng(n)
        hospitals = n // 10
        first = {k: rng.permutation(hospitals).tolist() for k in range(n)}
        second = {h: rng.permutation(n).tolist() for h in range(hospitals)}
        rooms = dict.fromkeys(range(hospitals), 10)
        game = HospitalResident.create_from_dictionaries(first, second, rooms)
        peer = game.solve()
        # Pairs in the order resident, hospital.
        place = np.empty((hospitals, n), np.int64)
        for h, order in second.items():
            place[h, order] = np.arange(n)
        edges = np.concatenate([k * hospitals + np.array(first[k]) for k in range(n)])
        other, ends = np.tile(np.arange(hospitals), n), np.arange(n + 1) * hospitals
        seat = place.T.ravel().copy()
        one, room = np.ones(n, np.int64), np.full(hospitals, 10)
        held, _ = propose(ends, edges, other, seat, one, room)
        told = {h: sorted(int(getattr(r, "name", r)) for r in taken) for h, taken in (
            (int(getattr(h, "name", h)), taken) for h, taken in peer.items())}  # fmt: skip
        own = {h: sorted((np.flatnonzero(held.reshape(n, hospitals)[:, h])).tolist()) for h in range(hospitals)}
        assert told == own
        found = turn_about(
            {
                "ours": lambda e=ends, d=edges, o=other, s=seat, a=one, b=room: propose(e, d, o, s, a, b),
                "matching": lambda f=first, s=second, r=rooms: HospitalResident.create_from_dictionaries(
                    f, s, r
                ).solve(),
            }, 3,
        )  # fmt: skip
        print(
            f"{n} residents, {hospitals} hospitals: ours {1e3 * found['ours']:.2f} ms, matching {matching.__version__} "
            f"{1e3 * found['matching']:.0f} ms ({found['matching'] / found['ours']:,.0f} x), same matching"
        )


if __name__ == "__main__":
    beside_matching()
    beside_scipy()
    at_size(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
