"""What every command needs: printing, JSON, the moving line of progress."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any


def show(text: str) -> None:
    """Print a result."""
    sys.stdout.write(text + "\n")


def plain(value: Any) -> Any:
    """Return a value as JSON knows it: numbers that are not finite become null, arrays and numpy numbers plain ones."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def as_json(value: Any) -> str:
    """Return a value as JSON text, Chinese as it is."""
    import json

    return json.dumps(plain(value), ensure_ascii=False, indent=1, allow_nan=False)


@contextmanager
def progress_line(what: str) -> Iterator[Callable[[str], None]]:
    """Give a function that shows a step: one moving line on a terminal, plain lines elsewhere; always on stderr."""
    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status(what) as status:
            yield lambda text: status.update(f"{what}: {text}")
        return

    def line(text: str) -> None:
        sys.stderr.write(f"{what}: {text}\n")
        sys.stderr.flush()

    line("started")
    yield line
