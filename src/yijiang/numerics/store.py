"""A folder of computed arrays, found again by what they were computed from."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yijiang.errors import OptionError

Arrays = Mapping[str, NDArray[Any]]


class Store:
    """Arrays by the content they follow from: one file each, written whole or not at all.

    A run that is killed leaves only finished files, so the next one goes on where it stopped; two runs at once write
    the same bytes. A file that cannot be read is computed again.

    Parameters
    ----------
    folder
        Where the files are; made when the first one is written. None keeps nothing.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     store = Store(place)
    ...     first = store.get({"x": 1.0}, lambda: {"y": np.arange(3.0)})
    ...     again = store.get({"x": 1.0}, lambda: {"y": np.zeros(0)})
    >>> again["y"].tolist(), store.found
    ([0.0, 1.0, 2.0], 1)
    """

    def __init__(self, folder: str | Path | None) -> None:
        self.folder = None if folder is None else Path(folder)
        self.found = 0
        if self.folder is not None and self.folder.exists() and not self.folder.is_dir():
            raise OptionError(f"{str(self.folder)!r} is a file; name a folder for what is kept between runs")

    def get(self, content: Any, compute: Callable[[], Arrays]) -> dict[str, NDArray[Any]]:
        """Read the arrays that follow from some content, or compute and keep them.

        Parameters
        ----------
        content
            Everything the arrays depend on: values that JSON can hold, floats to the last bit.
        compute
            Called when they are not there.

        Raises
        ------
        OSError
            If a file cannot be written (a full disk): what was kept before stays.
        """
        if self.folder is None:
            return dict(compute())
        file = self.folder / f"{key(content)}.npz"
        kept = _read(file)
        if kept is not None:
            self.found += 1
            return kept
        fresh = dict(compute())
        _write(file, fresh)
        return fresh


def key(content: Any) -> str:
    """SHA-256 of some content as canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be part of a key")


def _read(file: Path) -> dict[str, NDArray[Any]] | None:
    try:
        # Opened here, so that a file that is no archive is closed again.
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None


def _write(file: Path, arrays: Arrays) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".part-")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, allow_pickle=False, **dict(arrays))
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
