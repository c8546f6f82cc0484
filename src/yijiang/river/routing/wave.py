"""Water of several scenarios through one reach over all steps, four scenarios at once in the vector unit.

It is `reach.wave_one` for every scenario, to the last bit: the same sums in one order, none of them fused. Scenarios
lie side by side (place, step, scenario), a multiple of four of them. See `scan` for why the loop is given to LLVM.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from yijiang.river.formulas import Floats

FOUR = 4
_VECTOR = ir.VectorType(ir.DoubleType(), FOUR)
_INT = ir.IntType(64)
_SMALL = ir.IntType(32)
CONSTANTS = 7
"""Through, stays, enters, left, c, dead and hold: the coefficients of `wave_four`, in this order."""


def _spread(builder: Any, pointer: Any, index: int) -> Any:
    """One number in all four lanes."""
    one = builder.load(builder.gep(pointer, [ir.Constant(_INT, index)]))
    none = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(none, one, ir.Constant(_SMALL, 0))
    return builder.shuffle_vector(first, none, ir.Constant(ir.VectorType(_SMALL, FOUR), [0] * FOUR))


def _build(builder: Any, pointers: list[Any], numbers: list[Any], children: int) -> None:
    """Write the loop over the steps for the four scenarios from `offset`; rows of a series are `stride` apart."""
    steps, stride, offset = numbers[4:]
    first, second, out, lateral, taken, constants, held, total = pointers
    series = [builder.gep(p, [begin]) for p, begin in zip((first, second, out, lateral), numbers[:4], strict=True)]
    first, second, out, lateral = series

    def spot(pointer: Any, index: Any) -> Any:
        return builder.bitcast(builder.gep(pointer, [index]), _VECTOR.as_pointer())

    def load(pointer: Any, index: Any) -> Any:
        return builder.load(spot(pointer, index), align=8)

    through, stays, enters, left, c, dead, hold = (_spread(builder, constants, k) for k in range(CONSTANTS))
    start = load(held, offset), load(total, offset)
    entry, body, done = builder.block, builder.append_basic_block("wave"), builder.append_basic_block("waved")
    zero = ir.Constant(_INT, 0)
    builder.cbranch(builder.icmp_signed(">", steps, zero), body, done)

    builder.position_at_end(body)
    step, row = builder.phi(_INT), builder.phi(_INT)
    step.add_incoming(zero, entry)
    row.add_incoming(offset, entry)
    state, whole = builder.phi(_VECTOR), builder.phi(_VECTOR)
    state.add_incoming(start[0], entry)
    whole.add_incoming(start[1], entry)
    side = load(lateral, row)
    now, later = builder.fmul(enters, side), builder.fmul(left, side)
    if children:
        arrives = load(first, row)
        if children == 2:
            arrives = builder.fadd(arrives, load(second, row))
        now = builder.fadd(builder.fmul(through, arrives), now)
        later = builder.fadd(builder.fmul(stays, arrives), later)
    leaves = builder.fadd(state, now)
    following = builder.fadd(builder.fmul(c, state), later)
    there = builder.fadd(builder.fadd(dead, builder.fmul(hold, following)), leaves)
    wet = builder.fcmp_ordered(">", there, ir.Constant(_VECTOR, [0.0] * FOUR))
    share = builder.select(wet, builder.fdiv(leaves, there), ir.Constant(_VECTOR, [1.0] * FOUR))
    builder.store(share, spot(taken, row), align=8)
    builder.store(leaves, spot(out, row), align=8)
    summed = builder.fadd(whole, leaves)
    count = builder.add(step, ir.Constant(_INT, 1))
    step.add_incoming(count, body)
    row.add_incoming(builder.add(row, stride), body)
    state.add_incoming(following, body)
    whole.add_incoming(summed, body)
    builder.cbranch(builder.icmp_signed("<", count, steps), body, done)

    builder.position_at_end(done)
    ends = []
    for before, after in ((start[0], following), (start[1], summed)):
        end = builder.phi(_VECTOR)
        end.add_incoming(before, entry)
        end.add_incoming(after, body)
        ends.append(end)
    for pointer, end in zip((held, total), ends, strict=True):
        builder.store(end, spot(pointer, offset), align=8)


def _wave(children: int) -> Any:
    """Make the loop for a number of tributaries."""

    def wave(
        typing: Any, first: Any, second: Any, out: Any, lateral: Any, taken: Any, constants: Any, held: Any, total: Any,
        at_first: Any, at_second: Any, at_out: Any, at_lateral: Any, steps: Any, stride: Any, offset: Any,
    ) -> Any:  # fmt: skip
        arrays = (first, second, out, lateral, taken, constants, held, total)
        signature = types.void(*arrays, *([types.int64] * 7))

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pointers = [
                context.make_array(kind)(context, builder, value).data
                for kind, value in zip(signature.args[:8], arguments[:8], strict=True)
            ]
            _build(builder, pointers, list(arguments[8:]), children)
            return context.get_dummy_value()

        return signature, generate

    return intrinsic(wave)


wave_source, wave_one_above, wave_two_above = (_wave(children) for children in range(3))


@njit(cache=True, nogil=True, error_model="numpy")
def wave_many(
    a: float, b: float, c: float, dead: float, empty: bool, tributaries: int, series: Floats, one: int, two: int,
    out: int, kept: float, before: Floats, lateral: Floats, side: int, weight: float, taken: Floats, ends: Floats,
    held: Floats, total: Floats,
) -> None:  # fmt: skip
    """Route the water of several scenarios through one sub-reach.

    Parameters
    ----------
    a, b, c, dead, empty, tributaries, series, one, two, out, kept, lateral, side, weight, taken, ends
        As in `reach.wave_one`.
    before
        Inflow before the first step (scenario).
    held, total
        Room to work in (scenario).
    """
    steps, scenarios = series.shape[1], series.shape[2]
    d = 1.0 - c
    hold = 1.0 / d
    constants = np.array([a * kept, (b + c * a) * kept, d * weight, c * d * weight, c, dead, hold])
    for s in range(scenarios):
        into = kept * before[s]
        start = 0.0 if empty else into + weight * lateral[side, 0, s]
        held[s] = 0.0 if empty else b * into + c * start
        total[s] = 0.0
        ends[s, 0] = start
        ends[s, 1] = dead + hold * held[s]
    size = steps * scenarios
    for four in range(0, scenarios, FOUR):
        if tributaries == 2:
            wave_two_above(
                series, series, series, lateral, taken, constants, held, total, one * size, two * size, out * size,
                side * size, steps, scenarios, four,
            )  # fmt: skip
        elif tributaries == 1:
            wave_one_above(
                series, series, series, lateral, taken, constants, held, total, one * size, two * size, out * size,
                side * size, steps, scenarios, four,
            )  # fmt: skip
        else:
            wave_source(
                series, series, series, lateral, taken, constants, held, total, one * size, two * size, out * size,
                side * size, steps, scenarios, four,
            )  # fmt: skip
    for s in range(scenarios):
        ends[s, 2] = dead + hold * held[s]
        ends[s, 3] = total[s]
