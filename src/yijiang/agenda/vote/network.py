"""Two layers of gated recurrent units in both directions and a linear-chain CRF, in NumPy, many sentences at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HIDDEN = 128
"""Width of the embedding and of each direction."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Packing:
    """Sentences sorted long to short, laid out step by step: step t holds the first `counts[t]` sentences.

    Nothing is padded, so a long sentence costs the short ones nothing.

    >>> Packing.of([3, 1]).counts
    (2, 1, 1)
    """

    counts: tuple[int, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, lengths: Sequence[int]) -> Packing:
        """Return the layout of sentences of these lengths, which must not increase."""
        steps = np.arange(lengths[0] if lengths else 0)
        counts = np.searchsorted(-np.asarray(lengths), -steps, side="left")
        starts = np.concatenate([[0], np.cumsum(counts)])[: len(steps)]
        return cls(tuple(counts.tolist()), tuple(starts.tolist()))


@dataclass(frozen=True, slots=True)
class Gru:
    """One direction of a layer: h ← (1-u)·h + u·c, with update gate u, reset gate r and candidate c (Cho et al., 2014).

    The columns of both gates carry half their weight, because σ(x) = (1 + tanh(x/2))/2 and NumPy's tanh is fast.
    """

    into: Floats
    bias: Floats
    gates: Floats
    candidate: Floats

    @classmethod
    def of(cls, *, into: Floats, bias: Floats, gates: Floats, candidate: Floats) -> Gru:
        """Return a layer from its weights as published; columns are update, reset, candidate."""
        width = candidate.shape[0]
        half = np.ones(3 * width, dtype=np.float32)
        half[: 2 * width] = 0.5
        return cls(into * half, bias * half, np.ascontiguousarray(gates * np.float32(0.5)), candidate)

    def run(self, inputs: Floats, packing: Packing, *, backward: bool = False) -> Floats:
        """Return the states at every row of `inputs`; backward each sentence is read from its own end."""
        width = self.candidate.shape[0]
        given = inputs @ self.into + self.bias
        out = np.empty((len(inputs), width), dtype=np.float32)
        state = np.zeros((packing.counts[0] if packing.counts else 0, width), dtype=np.float32)
        steps = range(len(packing.counts))
        for step in reversed(steps) if backward else steps:
            count, start = packing.counts[step], packing.starts[step]
            before = state[:count]
            row = given[start : start + count]
            gate = before @ self.gates
            gate += row[:, : 2 * width]
            np.tanh(gate, out=gate)
            gate += 1.0
            gate *= 0.5
            new = (gate[:, width:] * before) @ self.candidate
            new += row[:, 2 * width :]
            np.tanh(new, out=new)
            new -= before
            new *= gate[:, :width]
            before += new
            out[start : start + count] = before
        return out


def viterbi(scores: Floats, start: Floats, stop: Floats, moves: Floats, packing: Packing) -> NDArray[np.int64]:
    """Return the best path of every sentence through a linear-chain CRF (Viterbi, 1967).

    Parameters
    ----------
    scores
        One row per sign, packed; one column per tag.
    start, stop
        Score of beginning, and of ending, with each tag.
    moves
        Score of going from one tag (row) to the next (column).
    packing
        How the rows are laid out.

    Returns
    -------
    NDArray
        The tag of every row.

    Examples
    --------
    >>> scores = np.array([[0, 1], [1, 0], [0, 1]], dtype=np.float32)
    >>> flat, stay = np.zeros(2, np.float32), np.array([[2, 0], [0, 2]], np.float32)
    >>> viterbi(scores, flat, flat, stay, Packing.of([3])).tolist()
    [1, 1, 1]
    """
    tags = scores.shape[1]
    came = np.empty((len(scores), tags), dtype=np.intp)
    path = np.empty(len(scores), dtype=np.int64)
    if not packing.counts:
        return path
    total = start + scores[: packing.counts[0]]
    # Rows of the transposed table are contiguous in the tag one comes from, which is what the maximum runs over.
    arriving = np.ascontiguousarray(moves.T)
    for count, begin in zip(packing.counts[1:], packing.starts[1:], strict=True):
        ways = total[:count, None, :] + arriving
        best = ways.argmax(axis=2)
        came[begin : begin + count] = best
        total[:count] = np.take_along_axis(ways, best[:, :, None], axis=2)[:, :, 0] + scores[begin : begin + count]
    last = (total + stop).argmax(axis=1)
    for step in reversed(range(len(packing.counts))):
        count, begin = packing.counts[step], packing.starts[step]
        path[begin : begin + count] = last[:count]
        if step:
            last[:count] = came[np.arange(begin, begin + count), last[:count]]
    return path


@dataclass(frozen=True, slots=True)
class Network:
    """The tagger: embedding, two layers of two directions, a linear map to scores, a CRF."""

    words: dict[str, int]
    labels: tuple[str, ...]
    embedding: Floats
    layers: tuple[tuple[Gru, Gru], ...]
    out: Floats
    out_bias: Floats
    start: Floats
    stop: Floats
    moves: Floats

    def label(self, sentences: Sequence[str]) -> list[list[str]]:
        """Return a label per sign of every sentence; no sentence may be empty."""
        order = sorted(range(len(sentences)), key=lambda i: -len(sentences[i]))
        packing = Packing.of([len(sentences[i]) for i in order])
        unknown = self.words["OOV"]
        signs = [
            self.words.get(sentences[i][step], unknown)
            for step, count in enumerate(packing.counts)
            for i in order[:count]
        ]
        rows = self.embedding[signs]
        for forward, backward in self.layers:
            rows = np.hstack([forward.run(rows, packing), backward.run(rows, packing, backward=True)])
        path = viterbi(rows @ self.out + self.out_bias, self.start, self.stop, self.moves, packing).tolist()
        found: list[list[str]] = [[] for _ in sentences]
        for count, begin in zip(packing.counts, packing.starts, strict=True):
            for place in range(count):
                found[order[place]].append(self.labels[path[begin + place]])
        return found
