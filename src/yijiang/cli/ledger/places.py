"""Where a ledger and the key of a side are: the words of the command line, the environment, and what lies beside."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yijiang.errors import DataError, Finding, OptionError

if TYPE_CHECKING:
    from yijiang.ledger import Ledger

KEY = "YIJIANG_KEY"
"""The environment variable that names a key file."""


def key_file(place: str, key: Path | None) -> Path:
    """Return the file of the key: as given, as the environment says, or beside the ledger (`two.db` → `two.db.key`).

    Raises
    ------
    OptionError
        If the ledger is on a server and no key is named.
    """
    if key is not None:
        return key
    if os.environ.get(KEY):
        return Path(os.environ[KEY])
    if "://" in place:
        raise OptionError(f"name the key of your side with --key FILE, or in the environment as {KEY}")
    return Path(f"{place}.key")


def to_write(place: str, key: Path | None) -> Ledger:
    """Open a ledger to add to it as the side whose key is found.

    Raises
    ------
    OptionError
        If there is no ledger or no key, or the key is that of no side.
    """
    from yijiang.ledger import Ledger

    file = key_file(place, key)
    if not file.is_file():
        raise OptionError(f"there is no key at {str(file)!r}; name that of your side with --key FILE")
    return Ledger.open(place, file)


def key_if_there(place: str, key: Path | None) -> Path | None:
    """Return the key file for what can be done without one: None if there is none and none was named."""
    if key is not None or os.environ.get(KEY):
        return key_file(place, key)
    file = Path(f"{place}.key")
    return file if "://" not in place and file.is_file() else None


def new_key(place: str, key: Path | None) -> tuple[Path, bool]:
    """Return the key file for a new copy, made if it is not there yet, and whether it was made."""
    from yijiang.ledger import create_key

    file = key_file(place, key)
    if file.is_file():
        return file, False
    create_key(file)
    return file, True


def other_place(place: str) -> str | Path:
    """Return a copy or an exchange as the ledger takes it; a missing file is named here."""
    if "://" in place:
        return place
    if not Path(place).is_file():
        raise OptionError(f"there is no file {place!r}")
    return Path(place)


def json_file(file: Path) -> Any:
    """Return what a JSON file holds."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as failed:
        raise OptionError(f"{str(file)!r} can't be read: {failed.strerror}") from failed
    except (ValueError, RecursionError) as bad:
        hint = "give the file as yijiang wrote it"
        raise DataError([Finding(str(file), 0, "", "", f"this is not JSON ({bad})", hint)]) from bad
