"""Results into a folder: checked before the work, written beside it, moved into place when everything is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from yijiang.errors import OptionError

if TYPE_CHECKING:
    import pandas as pd


def refuse_file(out: Path) -> None:
    """Say before any work, not after it, that the results could not be put there."""
    for place in (out, *out.absolute().parents):
        if place.exists():
            if not place.is_dir():
                raise OptionError(
                    f"{str(place)!r} is a file, so no folder of results can be made there; choose another --out"
                )
            return


@contextmanager
def folder_for(out: Path) -> Iterator[Path]:
    """Give an empty folder to fill; its files move to `out` when the block ends well, else nothing is left."""
    parent = out.absolute().parent
    missing = [p for p in (parent, *parent.parents) if not p.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    # Beside the target, so that each move is a rename on the same file system.
    work = Path(tempfile.mkdtemp(prefix=".yijiang-", dir=parent))
    done = False
    try:
        yield work
        for file in sorted(f for f in work.rglob("*") if f.is_file()):
            target = out / file.relative_to(work)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
        done = True
    finally:
        shutil.rmtree(work)
        if not done:
            for folder in missing:
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()


def write_text(target: Path, text: str) -> None:
    """Write a text to a file: first beside it, then moved into place, so that no half file is ever seen.

    Raises
    ------
    OptionError
        If the file can't be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as failed:
        raise OptionError(f"{str(target)!r} can't be written: {failed.strerror}") from failed
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        # A temporary file is private to its owner; a result is meant to be passed on.
        part.chmod(0o644)
        part.replace(target)
    except OSError as failed:
        raise OptionError(f"{str(target)!r} can't be written: {failed.strerror}") from failed
    finally:
        part.unlink(missing_ok=True)


def write_tables(frames: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write every table as CSV and as Parquet into a new folder."""
    folder.mkdir()
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
        # A column without one kind of value in it has no Parquet type: its values are written as text.
        loose = [c for c in frame.columns if frame[c].dtype == object]
        mixed = [c for c in loose if len(set(map(type, frame[c].dropna()))) > 1]
        typed = frame.assign(**{c: frame[c].map(str, na_action="ignore") for c in mixed}) if mixed else frame
        typed.to_parquet(folder / f"{name}.parquet", index=False)
