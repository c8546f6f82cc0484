"""Blocked candidates: for each row of one side the likeliest rows of the other that pass every hard filter."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]


@njit(cache=True, nogil=True)
def failing(a: int, b: int, left: NDArray[np.float64], right: NDArray[np.float64], open_: NDArray[np.bool_]) -> int:
    """Return the first hard filter that an offer and a need fail, 0 if they pass all.

    Columns of `left` (offer): kind, region, set of partner regions, readiness, licence, low, high, group; of `right`
    (need): kind, region, set of partner regions, least and most readiness, licence, low, high, group. −1 is blank for
    readiness, licence (0 open, 1 shared, 2 exclusive); low and high are 0 and infinite where not stated.
    """
    if left[a, 0] != right[b, 0]:
        return 1
    if not open_[np.int64(left[a, 2]), np.int64(right[b, 1])] or not open_[np.int64(right[b, 2]), np.int64(left[a, 1])]:
        return 2
    if left[a, 3] >= 0 and (left[a, 3] < right[b, 3] or left[a, 3] > right[b, 4]):
        return 3
    # What is exclusive wants an exclusive offer; shared takes what is shared or open; open takes what is open.
    if left[a, 4] >= 0 and right[b, 5] >= 0:
        if right[b, 5] == 2 and left[a, 4] != 2:
            return 4
        if right[b, 5] < 2 and left[a, 4] > right[b, 5]:
            return 4
    if left[a, 5] > right[b, 7] or left[a, 6] < right[b, 6]:
        return 5
    if left[a, 7] >= 0 and left[a, 7] == right[b, 8]:
        return 6
    return 0


@njit(cache=True, nogil=True)
def invert(
    ends: Whole, tokens: NDArray[np.int32], weight: NDArray[np.float64], width: int
) -> tuple[Whole, NDArray[np.int32], NDArray[np.float32]]:
    """Turn rows of tokens into lists of rows by token, in the order of the rows."""
    heads = np.zeros(width + 1, np.int64)
    for token in tokens:
        heads[token + 1] += 1
    for token in range(width):
        heads[token + 1] += heads[token]
    at = heads[:-1].copy()
    rows, values = np.empty(len(tokens), np.int32), np.empty(len(tokens), np.float32)
    for row in range(len(ends) - 1):
        for k in range(ends[row], ends[row + 1]):
            place = at[tokens[k]]
            rows[place], values[place] = row, weight[k]
            at[tokens[k]] += 1
    return heads, rows, values


@njit(cache=True, nogil=True)
def taken(
    ends: Whole, tokens: NDArray[np.int32], weight: NDArray[np.float64], rows: Whole
) -> tuple[Whole, NDArray[np.int32], NDArray[np.float64]]:
    """Some rows of a table of tokens, as a table of their own."""
    own = np.zeros(len(rows) + 1, np.int64)
    for k in range(len(rows)):
        own[k + 1] = own[k] + ends[rows[k] + 1] - ends[rows[k]]
    names, values = np.empty(own[-1], np.int32), np.empty(own[-1])
    for k in range(len(rows)):
        names[own[k] : own[k + 1]] = tokens[ends[rows[k]] : ends[rows[k] + 1]]
        values[own[k] : own[k + 1]] = weight[ends[rows[k]] : ends[rows[k] + 1]]
    return own, names, values


@njit(cache=True, nogil=True)
def _push(best: NDArray[np.float32], name: NDArray[np.int32], size: int, value: float, other: int) -> int:
    """Put a value into a heap with the weakest on top (of equals the later row), and return its new size."""
    most = len(best)
    if size < most:
        k = size
        best[k], name[k] = value, other
        while k > 0:
            up = (k - 1) // 2
            if best[k] > best[up] or (best[k] == best[up] and name[k] <= name[up]):
                break
            best[k], best[up] = best[up], best[k]
            name[k], name[up] = name[up], name[k]
            k = up
        return size + 1
    if value < best[0] or (value == best[0] and other >= name[0]):
        return size
    best[0], name[0] = value, other
    k = 0
    while True:
        low = k
        for child in (2 * k + 1, 2 * k + 2):
            if child < most and (best[child] < best[low] or (best[child] == best[low] and name[child] > name[low])):
                low = child
        if low == k:
            return size
        best[k], best[low] = best[low], best[k]
        name[k], name[low] = name[low], name[k]
        k = low


@njit(cache=True, nogil=True)
def likeliest(
    ends: Whole,
    tokens: NDArray[np.int32],
    weight: NDArray[np.float64],
    heads: Whole,
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    open_: NDArray[np.bool_],
    most: int,
    cap: int,
    searched: int,
) -> tuple[Whole, Whole]:
    """Return pairs (offer, need): for each row of both sides up to `most` others with the largest inner products.

    Parameters
    ----------
    ends, tokens, weight
        Texts of the needs.
    heads, rows, values
        Offers by token.
    left, right, open_
        What `failing` reads.
    most
        Others kept per row.
    cap
        Tokens with more offers than this are left out of the search (they are common and tell little).
    searched
        So many of a need's tokens are searched by, those that weigh most in it.
    """
    needs, offers = len(right), len(left)
    score = np.zeros(offers, np.float32)
    touched = np.empty(offers, np.int64)
    of_need, name_need = np.empty((needs, most), np.float32), np.empty((needs, most), np.int32)
    of_offer, name_offer = np.empty((offers, most), np.float32), np.empty((offers, most), np.int32)
    in_need, in_offer = np.zeros(needs, np.int64), np.zeros(offers, np.int64)
    for need in range(needs):
        size, begin, end = 0, ends[need], ends[need + 1]
        # What weighs most is rarest as well: the short lists are read, the long ones left.
        order = np.argsort(-weight[begin:end], kind="mergesort")
        for i in range(min(searched, end - begin)):
            k = begin + order[i]
            token, own = tokens[k], np.float32(weight[k])
            if heads[token + 1] - heads[token] > cap:
                continue
            for j in range(heads[token], heads[token + 1]):
                offer = rows[j]
                if score[offer] == 0:
                    touched[size] = offer
                    size += 1
                score[offer] += own * values[j]
        for k in range(size):
            offer, value = touched[k], score[touched[k]]
            score[offer] = 0
            full = in_need[need] == most and in_offer[offer] == most
            if full and value < of_need[need, 0] and value < of_offer[offer, 0]:
                continue
            if failing(int(np.int64(offer)), int(np.int64(need)), left, right, open_):
                continue
            in_need[need] = _push(of_need[need], name_need[need], in_need[need], value, offer)
            in_offer[offer] = _push(of_offer[offer], name_offer[offer], in_offer[offer], value, need)
    total = in_need.sum() + in_offer.sum()
    first, second = np.empty(total, np.int64), np.empty(total, np.int64)
    filled = 0
    for need in range(needs):
        for k in range(in_need[need]):
            first[filled], second[filled] = name_need[need, k], need
            filled += 1
    for offer in range(offers):
        for k in range(in_offer[offer]):
            first[filled], second[filled] = offer, name_offer[offer, k]
            filled += 1
    return first, second


@njit(cache=True, nogil=True)
def every(
    ends: Whole,
    tokens: NDArray[np.int32],
    heads: Whole,
    rows: NDArray[np.int32],
    left: NDArray[np.float64],
    right: NDArray[np.float64],
    open_: NDArray[np.bool_],
) -> tuple[Whole, Whole]:
    """Return all pairs (offer, need) with a token in common that pass every hard filter."""
    needs, offers = len(right), len(left)
    seen = np.full(offers, -1)
    room = 4 * needs + offers
    first, second = np.empty(room, np.int64), np.empty(room, np.int64)
    filled = 0
    for need in range(needs):
        for k in range(ends[need], ends[need + 1]):
            for j in range(heads[tokens[k]], heads[tokens[k] + 1]):
                offer = rows[j]
                if seen[offer] == need:
                    continue
                seen[offer] = need
                if failing(int(np.int64(offer)), int(np.int64(need)), left, right, open_):
                    continue
                if filled == len(first):
                    first = np.concatenate((first, np.empty(len(first), np.int64)))
                    second = np.concatenate((second, np.empty(len(second), np.int64)))
                first[filled], second[filled] = offer, need
                filled += 1
    return first[:filled].copy(), second[:filled].copy()


@njit(cache=True)
def products(
    a_ends: Whole, a_tokens: NDArray[np.int32], a_weight: NDArray[np.float64], a: Whole,
    b_ends: Whole, b_tokens: NDArray[np.int32], b_weight: NDArray[np.float64], b: Whole,
) -> NDArray[np.float64]:  # fmt: skip
    """Exact inner products of pairs of texts."""
    result = np.empty(len(a))
    for pair in range(len(a)):
        i, j, total = a_ends[a[pair]], b_ends[b[pair]], 0.0
        while i < a_ends[a[pair] + 1] and j < b_ends[b[pair] + 1]:
            if a_tokens[i] == b_tokens[j]:
                total += a_weight[i] * b_weight[j]
                i += 1
                j += 1
            elif a_tokens[i] < b_tokens[j]:
                i += 1
            else:
                j += 1
        result[pair] = total
    return result


@njit(cache=True)
def failures(
    a: Whole, b: Whole, left: NDArray[np.float64], right: NDArray[np.float64], open_: NDArray[np.bool_]
) -> Whole:
    """Return the first hard filter every pair fails, 0 where it passes."""
    result = np.empty(len(a), np.int64)
    for pair in range(len(a)):
        result[pair] = failing(a[pair], b[pair], left, right, open_)
    return result
