"""Candidate projects that a room proposes, put below a belt's own: tables that a plan weighs together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from yijiang.belt.model import Belt


def below_own(belt: Belt, candidates: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the candidate tables below the belt's own rows, as tables that replace the belt's; sources once only.

    Examples
    --------
    >>> from yijiang.belt import case
    >>> tiny = case("tiny")
    >>> both = below_own(tiny, {"sources": tiny.table("sources")})
    >>> len(both["sources"]) == len(tiny.table("sources"))
    True
    """
    tables = {}
    for name, frame in candidates.items():
        own = belt.table(name)
        fresh = frame[~frame["source"].isin(set(own["source"]))] if name == "sources" else frame
        tables[name] = pd.concat([own.astype(object), fresh.astype(object)], ignore_index=True)
    return tables
