"""Independent pieces of work: here, in processes of this machine, or on a Dask cluster, always in the same order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from yijiang.errors import SolveError

T = TypeVar("T")
R = TypeVar("R")

#: Evaluations in the time that another process takes to start.
WORTH_WORKERS = 1000
MOST_WORKERS = 4


def each(
    work: Callable[[Any, T], R], shared: Any, items: Sequence[T], workers: int = 1, executor: Any = None
) -> Iterator[R]:
    """Give ``work(shared, item)`` for every item, in order, whatever runs it.

    Parameters
    ----------
    work
        A function of a module, so that other processes can find it.
    shared
        What every piece needs; sent once to each process.
    items
        The pieces.
    workers
        Processes of this machine; 1 = this one. A script that asks for more needs the usual
        ``if __name__ == "__main__":``.
    executor
        A `dask.distributed.Client` instead (extra `dask`).

    Raises
    ------
    SolveError
        If a process is killed before its work is done.

    Examples
    --------
    >>> list(each(pow, 2, [1, 2, 3]))
    [2, 4, 8]
    """
    if executor is not None:
        yield from _on_dask(work, shared, items, executor)
    elif workers <= 1 or len(items) <= 1:
        for item in items:
            yield work(shared, item)
    else:
        yield from _in_processes(work, shared, items, min(workers, len(items)))


def paying(evaluations: int) -> int:
    """How many processes pay for about so many evaluations: starting one costs as much as `WORTH_WORKERS` of them."""
    return min(os.cpu_count() or 1, MOST_WORKERS) if evaluations >= WORTH_WORKERS else 1


class _Process:
    """What one process was sent."""

    work: Callable[[Any, Any], Any]
    shared: Any

    @classmethod
    def start(cls, work: Callable[[Any, Any], Any], shared: Any) -> None:
        cls.work, cls.shared = staticmethod(work), shared

    @classmethod
    def run(cls, item: Any) -> Any:
        return cls.work(cls.shared, item)


def _in_processes(work: Callable[[Any, T], R], shared: Any, items: Sequence[T], workers: int) -> Iterator[R]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    # Spawned, not forked: the same on every system, and safe beside threads of the caller.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _Process.start, (work, shared)) as pool:
        done = 0
        try:
            for result in pool.map(_Process.run, items):
                done += 1
                yield result
        except BrokenProcessPool as error:
            raise SolveError(
                "a worker process was killed before its work was done; what a store (--store FOLDER) holds by now will "
                "not be computed again",
                done=float(done),
                of=float(len(items)),
            ) from error


def _on_dask(work: Callable[[Any, T], R], shared: Any, items: Sequence[T], client: Any) -> Iterator[R]:
    # Scattered once to every worker; each piece then carries only its own item.
    sent = client.scatter(shared, broadcast=True)
    futures = [client.submit(work, sent, item, pure=False) for item in items]
    try:
        for future in futures:
            yield future.result()
    finally:
        client.cancel(futures)
