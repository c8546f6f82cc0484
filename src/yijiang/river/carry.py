"""Steady transport of lanes of eight in one pass, with what passes between reaches on a stack.

The work of one reach is a handful of vector instructions on data that is read once; the loop is written for LLVM,
because numba does not turn it into vectors by itself. The order of every operation is fixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from yijiang.river.formulas import LANES, Floats, Ints

_HALF = 4
_DOUBLE = ir.DoubleType()
_VECTOR = ir.VectorType(_DOUBLE, _HALF)
_INT = ir.IntType(64)
_SMALL = ir.IntType(32)
_HALVES = range(LANES // _HALF)


def _loop(builder: Any, pointers: list[Any], begin: Any, end: Any) -> None:
    """Write the loop over ordinary reaches from `begin` to before `end`."""
    stack, places, kept, pace, rate, gone, loads, sums = pointers

    def spot(pointer: Any, index: Any, half: int) -> Any:
        at = builder.add(index, ir.Constant(_INT, _HALF * half))
        return builder.bitcast(builder.gep(pointer, [at]), _VECTOR.as_pointer())

    def get(pointer: Any, index: Any, half: int) -> Any:
        return builder.load(spot(pointer, index, half), align=8)

    def every(pointer: Any, index: Any) -> Any:
        none = ir.Constant(_VECTOR, ir.Undefined)
        first = builder.insert_element(none, builder.load(builder.gep(pointer, [index])), ir.Constant(_SMALL, 0))
        return builder.shuffle_vector(first, none, ir.Constant(ir.VectorType(_SMALL, _HALF), [0] * _HALF))

    def place(which: int) -> Any:
        at = builder.add(builder.mul(i, ir.Constant(_INT, 3)), ir.Constant(_INT, which))
        return builder.sext(builder.load(builder.gep(places, [at])), _INT)

    zero = ir.Constant(_INT, 0)
    unit = ir.Constant(_VECTOR, [1.0] * _HALF)
    rates = [get(rate, zero, h) for h in _HALVES]
    start = [[get(sums, ir.Constant(_INT, LANES * k), h) for h in _HALVES] for k in range(3)]
    entry, body, done = builder.block, builder.append_basic_block("reach"), builder.append_basic_block("carried")
    builder.cbranch(builder.icmp_signed("<", begin, end), body, done)

    builder.position_at_end(body)
    i = builder.phi(_INT)
    i.add_incoming(begin, entry)
    held = [[builder.phi(_VECTOR) for _ in _HALVES] for _ in range(3)]
    for phis, values in zip(held, start, strict=True):
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, entry)
    one, two, home = (place(k) for k in range(3))
    row = builder.mul(i, ir.Constant(_INT, LANES))
    kept_here, pace_here = every(kept, i), every(pace, i)
    later: list[list[Any]] = [[], [], []]
    for h in _HALVES:
        arriving = builder.fadd(get(stack, one, h), get(stack, two, h))
        here = builder.fmul(kept_here, arriving)
        u, w = get(gone, row, h), get(loads, row, h)
        share = builder.fmul(u, builder.fmul(rates[h], pace_here))
        passing = builder.fadd(builder.fmul(here, builder.fsub(unit, u)), builder.fmul(w, share))
        builder.store(passing, spot(stack, home, h), align=8)
        decayed = builder.fadd(builder.fmul(here, u), builder.fmul(w, builder.fsub(unit, share)))
        lost = builder.fadd(builder.fsub(arriving, here), decayed)
        later[0].append(builder.fadd(held[0][h], w))
        later[1].append(builder.fadd(held[1][h], lost))
        # Not ordered: a load that is no number is kept, and shows in the sums.
        later[2].append(builder.select(builder.fcmp_unordered("<", w, held[2][h]), w, held[2][h]))
    following = builder.add(i, ir.Constant(_INT, 1))
    i.add_incoming(following, body)
    for phis, values in zip(held, later, strict=True):
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, body)
    builder.cbranch(builder.icmp_signed("<", following, end), body, done)

    builder.position_at_end(done)
    for k, (values, new) in enumerate(zip(start, later, strict=True)):
        for h, (value, updated) in enumerate(zip(values, new, strict=True)):
            total = builder.phi(_VECTOR)
            total.add_incoming(value, entry)
            total.add_incoming(updated, body)
            # All phi nodes stand before the first other instruction of a block.
            new[h] = total
        later[k] = new
    for k, totals in enumerate(later):
        for h, total in enumerate(totals):
            builder.store(total, spot(sums, ir.Constant(_INT, LANES * k), h), align=8)


def _ordinary(
    typing: Any, stack: Any, places: Any, kept: Any, pace: Any, rate: Any, gone: Any, loads: Any, sums: Any, begin: Any,
    end: Any,
) -> Any:  # fmt: skip
    """Type and write the loop over ordinary reaches."""
    arrays = (stack, places, kept, pace, rate, gone, loads, sums)
    signature = types.void(*arrays, types.int64, types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointers = [
            context.make_array(kind)(context, builder, value).data
            for kind, value in zip(signature.args[:8], arguments[:8], strict=True)
        ]
        _loop(builder, pointers, arguments[8], arguments[9])
        return context.get_dummy_value()

    return signature, generate


ordinary: Any = intrinsic(_ordinary)


@njit(cache=True, error_model="numpy", nogil=True)
def carry(
    ptr: Ints, above: Ints, part: Floats, slot: Ints, depth: int, mouth: Ints, places: Ints, special: Ints,
    kept: Floats, pace: Floats, rate: Floats, gone: Floats, loads: Floats, wanted: Ints, head: Floats, budget: Floats,
) -> None:  # fmt: skip
    """Carry eight lanes of loads spread along reaches down the river, keeping what passes the heads of wanted reaches.

    With u = 1 − e^(−k τ) in a river and u = kτ/(1 + kτ) in a lake, 1 − u of the mass at a head leaves a reach, and
    u/(k τ) of a load spread along it.

    Parameters
    ----------
    ptr, above, part, kept
        As in `kernels.sweep`.
    slot, depth, mouth
        Place of each reach on the stack, places needed, and 1 where it runs into no other.
    places, special
        Where on the stack (× 8) the first two tributaries and the reach itself stand, the place `depth` being empty
        (reach, 3); and the reaches this is not all about, ascending: mouths, wanted ones, those with more tributaries
        or parts of them.
    pace, rate
        1/τ [1/day] (reach) and 1/k [day] (8); k must not be 0, and is a tiny number where it should be.
    gone, loads
        u [-] and loads [t/yr] (reach, 8).
    wanted, head
        1 for reaches whose head is wanted, and the mass passing there (wanted reach, 8), in ascending order.
    budget
        Results (4, 8): loads, abstracted and decayed, the least load or 0, and outflow at the mouths. Zeros.
    """
    stack = np.zeros((depth + 1, LANES))
    row = begin = 0
    for i in special:
        ordinary(stack, places, kept, pace, rate, gone, loads, budget, begin, i)
        begin = i + 1
        for lane in range(LANES):
            arriving = 0.0
            for e in range(ptr[i], ptr[i + 1]):
                arriving += part[e] * stack[slot[above[e]], lane]
            here = kept[i] * arriving
            u, w = gone[i, lane], loads[i, lane]
            share = u * (rate[lane] * pace[i])
            passing = here * (1.0 - u) + w * share
            budget[0, lane] += w
            budget[1, lane] += (arriving - here) + (here * u + w * (1.0 - share))
            if not w >= budget[2, lane]:
                budget[2, lane] = w
            if mouth[i] != 0:
                budget[3, lane] += passing
            if wanted[i] != 0:
                head[row, lane] = here
            # The places of the tributaries are read lane by lane, so that of the reach itself may be one of them.
            stack[slot[i], lane] = passing
        row += wanted[i]
    ordinary(stack, places, kept, pace, rate, gone, loads, budget, begin, ptr.size - 1)
