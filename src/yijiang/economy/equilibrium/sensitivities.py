"""What the reverse mode carries: sensitivities by lane, one lane per figure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .problem import Array, Problem, compiled


class Seed(NamedTuple):
    """Sensitivities that enter inside the map, by lane: of incomes, outputs, ln ĉ and amounts of factors that moved."""

    income: Array  # (lane, region)
    output: Array  # (lane, region, sector)
    cost: Array  # (lane, region, sector)
    moved: Array  # (lane, region, factor)


class Pull(NamedTuple):
    """Sensitivities inside the map, by lane, from which the gradients of the levers are read."""

    cost: Array  # (lane, region, sector): of ln ĉ
    endowment: Array  # (lane, region, factor): of ln of the amount of a factor
    attraction: Array  # (lane, region): of ln of what else draws people
    price_index: Array  # (lane, region): of ln of the price index that people look at
    income: Array  # (lane, region): of income
    use: Array  # (lane, region, sector): of spending on a good by all uses
    split_use: Array  # (lane, row): of the spending of a split row
    price: Array  # (lane, sector, importer): of the ln P̂ that leaves the map
    row: Array  # (lane, sector, importer): of ln of the price sum
    output: Array  # (lane, sector, exporter): of sales; 0 for exporters of fixed cost
    split_price: Array  # (lane, row)
    split_row: Array  # (lane, row)


def pull(p: Problem, lanes: int) -> Pull:
    """Room for the sensitivities inside the map."""
    sectors, regions, exporters = p.weights.shape
    factors, rows = p.income.shape[1], p.split_scale.size
    shapes = (
        (regions, sectors), (regions, factors), (regions,), (regions,), (regions,), (regions, sectors), (rows,),
        (sectors, regions), (sectors, regions), (sectors, exporters), (rows,), (rows,),
    )  # fmt: skip
    return Pull(*(np.zeros((lanes, *shape)) for shape in shapes))


class Room(NamedTuple):
    """Scratch space of one pull, by lane."""

    wage: Array  # (lane, region, factor)
    move: Array  # (lane, sector, importer)
    cost: Array  # (lane, sector, exporter)
    bent: Array  # (lane, sector, exporter)
    back: Array  # (lane, sector, exporter)


def room(p: Problem, lanes: int) -> Room:
    """Scratch space of one pull."""
    sectors, regions, exporters = p.weights.shape
    each = (lanes, sectors, exporters)
    shapes = ((lanes, *p.income.shape), (lanes, sectors, regions), each, each, each)
    return Room(*(np.empty(shape) for shape in shapes))


def no_seed(p: Problem, lanes: int) -> Seed:
    """Nothing enters inside the map."""
    cells = (lanes, *p.unit.shape)
    return Seed(np.zeros(cells[:2]), np.zeros(cells), np.zeros(cells), np.zeros((lanes, *p.income.shape)))


@compiled
def seed_of(x: Seed, s: int) -> Seed:
    """What enters in lane `s`."""
    return Seed(x.income[s], x.output[s], x.cost[s], x.moved[s])


@compiled
def pull_of(q: Pull, s: int) -> Pull:
    """The sensitivities of lane `s`."""
    return Pull(
        q.cost[s], q.endowment[s], q.attraction[s], q.price_index[s], q.income[s], q.use[s], q.split_use[s], q.price[s],
        q.row[s], q.output[s], q.split_price[s], q.split_row[s],
    )  # fmt: skip
