"""Opens the belt that a command names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yijiang.belt import Belt


def open_belt(name: str) -> Belt:
    """Return a belt by the name of a built-in case, or from a folder or workbook; a case's name goes first."""
    from yijiang.belt import case, cases, read

    known = {str(n).casefold() for n in cases()["name"]}
    place = Path(name)
    looks_like_path = place.exists() or place.name != name or place.suffix.lower() == ".xlsx"
    if name.strip().casefold() not in known and looks_like_path:
        return read(place)
    return case(name)
