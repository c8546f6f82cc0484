"""Steady transport of lanes of eight in one pass, with what passes between reaches on a stack.

The work of one reach is a handful of vector instructions on data that is read once; it is written for LLVM, because
numba does not turn it into vectors by itself. The order of every operation is fixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from yijiang.river.formulas import LANES, Floats, Ints

_HALF = 4
_VECTOR = ir.VectorType(ir.DoubleType(), _HALF)
_INT = ir.IntType(64)


def _reach(tributaries: int) -> Any:
    """Make the work of one reach on eight lanes: two, one or no tributaries, or (3) an inflow worked out already."""

    def step(
        typing: Any, stack: Any, inflow: Any, through: Any, share: Any, loads: Any, budget: Any, kept: Any, ends: Any,
        one: Any, two: Any, home: Any, row: Any, lanes: Any,
    ) -> Any:  # fmt: skip
        arrays = (stack, inflow, through, share, loads, budget)
        signature = types.void(*arrays, types.float64, types.float64, *([types.int64] * 5))

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            held, flow, pass_on, part, load, sums = (
                context.make_array(kind)(context, builder, value).data
                for kind, value in zip(signature.args[:6], arguments[:6], strict=True)
            )
            factor, mouth, at_one, at_two, at_home, at_row, width = arguments[6:]
            none = ir.Constant(_VECTOR, ir.Undefined)

            def every(value: Any) -> Any:
                first = builder.insert_element(none, value, ir.Constant(ir.IntType(32), 0))
                mask = ir.Constant(ir.VectorType(ir.IntType(32), _HALF), [0] * _HALF)
                return builder.shuffle_vector(first, none, mask)

            def spot(pointer: Any, index: Any, half: int) -> Any:
                at = builder.add(index, ir.Constant(_INT, _HALF * half))
                return builder.bitcast(builder.gep(pointer, [at]), _VECTOR.as_pointer())

            def get(pointer: Any, index: Any, half: int) -> Any:
                return builder.load(spot(pointer, index, half), align=8)

            def put(value: Any, pointer: Any, index: Any, half: int) -> None:
                builder.store(value, spot(pointer, index, half), align=8)

            zero, unit = (ir.Constant(_VECTOR, [number] * _HALF) for number in (0.0, 1.0))
            kept_all, mouth_all = every(factor), every(mouth)
            for half in range(LANES // _HALF):
                if tributaries == 0:
                    arriving = zero
                elif tributaries == 1:
                    arriving = get(held, at_one, half)
                elif tributaries == 2:
                    arriving = builder.fadd(get(held, at_one, half), get(held, at_two, half))
                else:
                    arriving = get(flow, at_one, half)
                here = builder.fmul(kept_all, arriving)
                f, g, w = (get(pointer, at_row, half) for pointer in (pass_on, part, load))
                out = builder.fadd(builder.fmul(here, f), builder.fmul(w, g))
                put(out, held, at_home, half)
                put(here, flow, ir.Constant(_INT, 0), half)
                decayed = builder.fadd(
                    builder.fmul(here, builder.fsub(unit, f)), builder.fmul(w, builder.fsub(unit, g))
                )
                gone = builder.fadd(builder.fsub(arriving, here), decayed)
                negative = builder.select(builder.fcmp_ordered("<", w, zero), unit, zero)
                terms = (w, builder.fmul(mouth_all, out), gone, negative)
                for k, term in enumerate(terms):
                    at = builder.mul(width, ir.Constant(_INT, k))
                    put(builder.fadd(get(sums, at, half), term), sums, at, half)
            return context.get_dummy_value()

        return signature, generate

    return intrinsic(step)


_source, _one, _two, _mixed = (_reach(tributaries) for tributaries in range(4))


@njit(cache=True, error_model="numpy", nogil=True)
def carry(
    ptr: Ints, above: Ints, part: Floats, slot: Ints, depth: int, mouth: Floats, kept: Floats, through: Floats,
    share: Floats, loads: Floats, wanted: Ints, head: Floats, budget: Floats,
) -> None:  # fmt: skip
    """Carry eight lanes of loads spread along reaches down the river, keeping what passes the heads of wanted reaches.

    Parameters
    ----------
    ptr, above, part, kept
        As in `kernels.sweep`.
    slot, depth, mouth
        Place of each reach on the stack, places needed, and 1 where it runs into no other.
    through, share, loads
        e^(−k τ), g(k τ) [-] and loads [t/yr] (reach, 8).
    wanted, head
        1 for reaches whose head is wanted, and the mass passing there (wanted reach, 8), in ascending order.
    budget
        (4, 8): loads, outflow at the mouths, abstracted and decayed, and the number of negative loads.
        Zeros.
    """
    stack, inflow = np.zeros((depth, LANES)), np.zeros(LANES)
    sums = np.zeros((4, LANES))
    row = 0
    for i in range(ptr.size - 1):
        begin, end = ptr[i], ptr[i + 1]
        plain = end - begin <= 2
        for e in range(begin, end):
            plain = plain and part[e] == 1.0
        home, at = slot[i] * LANES, i * LANES
        if not plain:
            for lane in range(LANES):
                inflow[lane] = 0.0
            for e in range(begin, end):
                for lane in range(LANES):
                    inflow[lane] += part[e] * stack[slot[above[e]], lane]
            _mixed(stack, inflow, through, share, loads, sums, kept[i], mouth[i], 0, 0, home, at, LANES)
        elif end == begin:
            _source(stack, inflow, through, share, loads, sums, kept[i], mouth[i], 0, 0, home, at, LANES)
        elif end == begin + 1:
            one = slot[above[begin]] * LANES
            _one(stack, inflow, through, share, loads, sums, kept[i], mouth[i], one, one, home, at, LANES)
        else:
            one, two = slot[above[begin]] * LANES, slot[above[begin + 1]] * LANES
            _two(stack, inflow, through, share, loads, sums, kept[i], mouth[i], one, two, home, at, LANES)
        if wanted[i] != 0:
            head[row] = inflow
            row += 1
    budget += sums
