"""Putting a finished page in its place."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def put_page(page: str, target: Path) -> Path:
    """Write a page beside its place and move it there, so that no half page is ever seen.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     put_page("a", Path(folder) / "new" / "page.html").read_text()
    'a'
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(page)
        # A temporary file is private to its owner; a report is meant to be passed on.
        part.chmod(0o644)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target
