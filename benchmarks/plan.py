"""Generated cases of many projects, and many draws: how long the plan takes, with the gap that its solver reports.

`python benchmarks/plan.py 100` plans 100 generated projects; `python benchmarks/plan.py draws 1000` times the draws
with one and with two processes.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

import yijiang as yj
from yijiang.belt import Belt

PARTNERS = ("Hubei", "Jiangsu")


def generated(count: int, seed: int = 0) -> Belt:
    """The Yangtze case with generated projects of its two partners instead of its own.

    Two fifths ease trade, a fifth each raise technology, bring capital and remove phosphorus; sizes are log-normal.
    One in ten needs another, one in ten excludes another.
    """
    belt = yj.case("yangtze2017")
    rng = np.random.default_rng(seed)
    goods = belt.goods
    loads = belt.table("loads")
    reaches = loads[(loads["pollutant"] == "TP") & (loads["activity"] == "households") & loads["region"].isin(PARTNERS)]
    projects, levers, members, payers, relations = [], [], [], [], []
    for k in range(count):
        name = f"g{k:04}"
        kind = ("friction", "friction", "productivity", "capital", "removal")[int(rng.integers(5))]
        money = float(np.exp(rng.normal(5, 1)))
        first = int(rng.integers(2))
        here, there = PARTNERS[first], PARTNERS[1 - first]
        sector = goods[int(rng.integers(len(goods)))]
        row = {"region": here, "partner": "", "sector": "", "using": "", "target": "", "attribute": "", "pollutant": ""}
        capital, rate = 6 * money, float(rng.uniform(0.6, 2.0))
        if kind == "friction":
            row |= {"partner": there, "sector": sector}
        elif kind == "productivity":
            row |= {"sector": sector}
            rate *= 0.3
        elif kind == "capital":
            row |= {"partner": there}
            money, rate = 10 * money, 0.6
            capital = money
        else:
            load = reaches.iloc[int(rng.integers(len(reaches)))]
            row |= {"region": load["region"], "target": load["reach"], "attribute": "households", "pollutant": "TP"}
            rate *= 10
        levers.append({"project": name, "lever": 1, "kind": kind, **row, "amount": money, "rate": rate})
        projects.append({"project": name, "kind": "market", "capital_cost": capital, "running_cost": 0.3 * money})
        members += [{"project": name, "region": r} for r in PARTNERS]
        payers += [{"project": name, "region": r, "share": 0.5} for r in PARTNERS]
        if k and rng.random() < 0.1:
            relations.append({"project": name, "relation": "requires", "other": f"g{int(rng.integers(k)):04}"})
        if k and rng.random() < 0.1:
            relations.append({"project": name, "relation": "excludes", "other": f"g{int(rng.integers(k)):04}"})
    words = {"owner_en": "-", "owner_zh": "-", "text_en": "-", "text_zh": "-", "area": "industry"}
    common = {"year": 2017, "source": "projects_assumption", "status": "assumed"}
    ranges = {"effect_low": 0.6, "effect_high": 1.4, "cost_low": 0.85, "cost_high": 1.4}
    when = {"life": 20, "start_year": 2022, "ramp_years": 3, "joint": True, "smallest": 1.0}
    frame = pd.DataFrame(projects).assign(**words, **common, **ranges, **when)
    frame["name_en"] = frame["name_zh"] = frame["project"]
    frame["latest_start"] = pd.array([pd.NA] * count, dtype="Int64")
    rules = {"unit": "million CNY", "rule_en": "-", "rule_zh": "-"}
    return belt.with_tables(
        projects=frame,
        levers=pd.DataFrame(levers).assign(**rules, **common),
        members=pd.DataFrame(members),
        payers=pd.DataFrame(payers).assign(**{c: common[c] for c in belt.table("payers").columns if c in common}),
        relations=pd.DataFrame(relations, columns=["project", "relation", "other"]),
    ).require_clean()


def many(count: int) -> None:
    """Plan a generated case and print what it took."""
    belt = generated(count)
    steps: list[tuple[str, float]] = []
    began = time.perf_counter()
    plan = yj.plan(
        belt, PARTNERS, draws=0, gap=0.01, seconds=60.0, progress=lambda text: steps.append((text, time.perf_counter()))
    )
    seconds = time.perf_counter() - began
    for (text, at), (_, after) in zip(steps, [*steps[1:], ("", time.perf_counter())], strict=True):
        if after - at > 0.5:
            print(f"  {text:<36}{after - at:8.1f} s")
    couples = len(plan.search.responses.pair)
    gap, chosen = plan.found.solution.gap, len(plan.package)
    print(f"{count} projects, {couples} pairs: {seconds:.1f} s, {chosen} chosen, gap {gap:.4f}")
    print(f"  miss of the expansion {plan.miss:.2e}, packages proved {plan.found.proved}")
    began = time.perf_counter()
    points = plan.points
    widest = max((p.gap for p in points), default=0.0)
    print(f"  frontier: {len(points)} points in {time.perf_counter() - began:.1f} s, largest gap {widest:.4f}")


def draws(count: int) -> None:
    """Time the draws of the built-in case with one process and with two."""
    belt = yj.case("yangtze2017")
    plan = yj.plan(belt, PARTNERS, draws=0)
    from yijiang.planning import ensemble

    seconds = {}
    for workers in (1, 2):
        began = time.perf_counter()
        ensemble.run(plan.base, plan.ensemble.job, count, 0, workers)
        seconds[workers] = time.perf_counter() - began
        print(f"{count} draws, {workers} process{'es' if workers > 1 else ''}: {seconds[workers]:.1f} s")
    print(f"  two processes are {seconds[1] / seconds[2]:.2f} times as fast as one")


if __name__ == "__main__":
    words = sys.argv[1:] or ["100"]
    if words[0] == "draws":
        draws(int(words[1]) if len(words) > 1 else 1000)
    else:
        for word in words:
            many(int(word))
