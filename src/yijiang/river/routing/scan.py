"""One reach over all steps for eight lanes at once, written for the vector unit.

A lane is one constituent of one scenario. In every step the water of the reach takes the share p of all that is in it:

    A_t = M_{t−1} + F (x_t + y_t) + G w_t,   out_t = A_t p_t,   M_t = A_t (1 − p_t)

The recurrence runs along time, so lanes side by side are what keeps the processor busy. numba does not vectorise the
state of such a loop; here the loop is given to LLVM in vectors of four. Nothing is fused or reordered, so the bits are
those of the same loop written plainly.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from yijiang.river.formulas import LANES, Floats

_LANES = 4
_DOUBLE = ir.DoubleType()
_VECTOR = ir.VectorType(_DOUBLE, _LANES)
_INT = ir.IntType(64)
_SMALL = ir.IntType(32)


def _build(builder: Any, pointers: list[Any], numbers: list[Any], children: int, wide: bool) -> None:
    """Write the loop: eight lanes from `offset` of rows that are `stride` apart, for `steps` rows.

    Every series begins at a number of its own in its array, so that no views of arrays have to be made.
    """
    steps, stride, offset, apart, width = numbers[5:]
    # One pointer for each series, moved to where it begins.
    moved = [builder.gep(pointer, [begin]) for pointer, begin in zip(pointers[:5], numbers[:5], strict=True)]
    first, second, out, taken, lateral = moved
    through, share, mass, total = pointers[5:]

    def spot(pointer: Any, index: Any, half: int) -> Any:
        at = builder.add(index, ir.Constant(_INT, _LANES * half))
        return builder.bitcast(builder.gep(pointer, [at]), _VECTOR.as_pointer())

    def load(pointer: Any, index: Any, half: int) -> Any:
        return builder.load(spot(pointer, index, half), align=8)

    halves = range(LANES // _LANES)
    f, g = ([load(pointer, offset, h) for h in halves] for pointer in (through, share))
    start = [[load(pointer, offset, h) for h in halves] for pointer in (mass, total)]
    entry, body, done = builder.block, builder.append_basic_block("scan"), builder.append_basic_block("scanned")
    zero = ir.Constant(_INT, 0)
    builder.cbranch(builder.icmp_signed(">", steps, zero), body, done)

    builder.position_at_end(body)
    step, row, at_taken = builder.phi(_INT), builder.phi(_INT), builder.phi(_INT)
    step.add_incoming(zero, entry)
    row.add_incoming(offset, entry)
    at_taken.add_incoming(zero, entry)
    held = [[builder.phi(_VECTOR) for _ in halves] for _ in range(2)]
    for phis, values in zip(held, start, strict=True):
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, entry)
    unit = ir.Constant(_VECTOR, [1.0] * _LANES)
    if not wide:
        one = builder.load(builder.gep(taken, [step]))
        none = ir.Constant(_VECTOR, ir.Undefined)
        spread = builder.insert_element(none, one, ir.Constant(_SMALL, 0))
        every = builder.shuffle_vector(spread, none, ir.Constant(ir.VectorType(_SMALL, _LANES), [0] * _LANES))
        stays = builder.fsub(unit, every)
    later: list[list[Any]] = [[], []]
    for h in halves:
        into = builder.fmul(g[h], load(lateral, row, h))
        if children:
            inflow = load(first, row, h)
            if children == 2:
                inflow = builder.fadd(inflow, load(second, row, h))
            into = builder.fadd(builder.fmul(f[h], inflow), into)
        there = builder.fadd(held[0][h], into)
        if wide:
            # Four lanes are four scenarios that lie side by side; the other four begin `apart` from them.
            every = load(taken, builder.add(at_taken, builder.mul(apart, ir.Constant(_INT, h))), 0)
            stays = builder.fsub(unit, every)
        leaves = builder.fmul(there, every)
        builder.store(leaves, spot(out, row, h), align=8)
        # Not A − out: the chain from step to step would be half as long again.
        later[0].append(builder.fmul(there, stays))
        later[1].append(builder.fadd(held[1][h], leaves))
    following = builder.add(step, ir.Constant(_INT, 1))
    step.add_incoming(following, body)
    row.add_incoming(builder.add(row, stride), body)
    at_taken.add_incoming(builder.add(at_taken, width), body)
    for phis, values in zip(held, later, strict=True):
        for phi, value in zip(phis, values, strict=True):
            phi.add_incoming(value, body)
    builder.cbranch(builder.icmp_signed("<", following, steps), body, done)

    builder.position_at_end(done)
    ends = []
    for values, new in zip(start, later, strict=True):
        for value, updated in zip(values, new, strict=True):
            end = builder.phi(_VECTOR)
            end.add_incoming(value, entry)
            end.add_incoming(updated, body)
            ends.append(end)
    for k, pointer in enumerate((mass, total)):
        for h in halves:
            builder.store(ends[k * len(halves) + h], spot(pointer, offset, h), align=8)


def _scan(children: int, wide: bool) -> Any:
    """Make the loop for a number of tributaries, with p by step or (`wide`) by step and scenario."""

    def scan(
        typing: Any, first: Any, second: Any, out: Any, taken: Any, lateral: Any, through: Any, share: Any, mass: Any,
        total: Any, at_first: Any, at_second: Any, at_out: Any, at_taken: Any, at_lateral: Any, steps: Any, stride: Any,
        offset: Any, apart: Any, width: Any,
    ) -> Any:  # fmt: skip
        arrays = (first, second, out, taken, lateral, through, share, mass, total)
        signature = types.void(*arrays, *([types.int64] * 10))

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pointers = [
                context.make_array(kind)(context, builder, value).data
                for kind, value in zip(signature.args[:9], arguments[:9], strict=True)
            ]
            _build(builder, pointers, list(arguments[9:]), children, wide)
            return context.get_dummy_value()

        return signature, generate

    return intrinsic(scan)


scan_source, scan_one, scan_two = (_scan(children, wide=False) for children in range(3))
scan_source_wide, scan_one_wide, scan_two_wide = (_scan(children, wide=True) for children in range(3))


@njit(cache=True, nogil=True)
def scan_eight(
    tributaries: int, wide: bool, series: Floats, made: Floats, one: int, two: int, out: int, taken: Floats,
    lateral: Floats, side: int, through: Floats, share: Floats, held: Floats, total: Floats, begin: int, end: int,
    eight: int,
) -> None:  # fmt: skip
    """Carry eight lanes of mass through one sub-reach from step `begin` to before `end`: see `scan`.

    Parameters
    ----------
    tributaries
        Number of series that make up the inflow, or −1: `made` has all that enters.
    wide
        Whether there are several scenarios of water.
    series, made, one, two, out
        Series (place, step, lane), what enters (1, step, lane), and the places of tributaries and outflow.
    taken
        Share of the water that leaves (step, scenario).
    lateral, side
        Loads (series, step, lane) and which of them.
    through, share, held, total
        F, G, M and Σ out (lane); the last two are updated.
    """
    steps, lanes = series.shape[1], series.shape[2]
    length, row = end - begin, begin * lanes
    # A multiple of four, or one: four lanes never straddle two constituents.
    width = taken.shape[1]
    a, b, c = one * steps * lanes + row, two * steps * lanes + row, out * steps * lanes + row
    d, p = side * steps * lanes + row, begin * width + eight % width
    apart = (eight + 4) % width - eight % width
    if wide:
        if tributaries < 0:
            scan_source_wide(
                series, series, series, taken, made, through, share, held, total, a, b, c, p, row, length, lanes,
                eight, apart, width,
            )  # fmt: skip
        elif tributaries == 0:
            scan_source_wide(
                series, series, series, taken, lateral, through, share, held, total, a, b, c, p, d, length, lanes,
                eight, apart, width,
            )  # fmt: skip
        elif tributaries == 1:
            scan_one_wide(
                series, series, series, taken, lateral, through, share, held, total, a, b, c, p, d, length, lanes,
                eight, apart, width,
            )  # fmt: skip
        else:
            scan_two_wide(
                series, series, series, taken, lateral, through, share, held, total, a, b, c, p, d, length, lanes,
                eight, apart, width,
            )  # fmt: skip
    elif tributaries < 0:
        scan_source(
            series, series, series, taken, made, through, share, held, total, a, b, c, begin, row, length, lanes,
            eight, 0, 0,
        )  # fmt: skip
    elif tributaries == 0:
        scan_source(
            series, series, series, taken, lateral, through, share, held, total, a, b, c, begin, d, length, lanes,
            eight, 0, 0,
        )  # fmt: skip
    elif tributaries == 1:
        scan_one(
            series, series, series, taken, lateral, through, share, held, total, a, b, c, begin, d, length, lanes,
            eight, 0, 0,
        )  # fmt: skip
    else:
        scan_two(
            series, series, series, taken, lateral, through, share, held, total, a, b, c, begin, d, length, lanes,
            eight, 0, 0,
        )  # fmt: skip
