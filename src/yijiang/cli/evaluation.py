"""What `yijiang evaluate` writes beside its figures: names and places for the page, and the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from yijiang.traffic import traffic
from yijiang.wordbook import names, places

if TYPE_CHECKING:
    from yijiang.belt import Belt
    from yijiang.evaluation import Outcome


def told(belt: Belt, outcome: Outcome) -> dict[str, Any]:
    """Return what the page of an evaluation needs beside its figures: names, places and the freight told in full."""
    told: dict[str, Any] = {
        "titles": {"en": belt.meta["title_en"], "zh": belt.meta["title_zh"]},
        "year": belt.year,
        "unit": f"{belt.money} per year",
        "names": names(belt),
    }
    freight, before, after = outcome.base.freight, outcome.base_state.freight, outcome.state.freight
    if freight is not None and before is not None and after is not None:
        regions = belt.meta.get("sides") or belt.members[:2]
        told |= {
            "map": places(belt),
            "transport": outcome.links.to_dict("records"),
            "freight": traffic(belt, freight, before, after, [str(r) for r in regions]),
        }
    return told


def outcome_tables(belt: Belt, outcome: Outcome) -> dict[str, pd.DataFrame]:
    """Return the tables of an outcome: regions, and sections and links where the belt has them."""
    gains = {"real_income": outcome.real_income, "equivalent_variation": outcome.equivalent_variation}
    frames = {"regions": pd.DataFrame(gains).rename_axis("region").reset_index()}
    for name, part in (("sections", "river"), ("links", "transport")):
        if part in belt.scope:
            frame = getattr(outcome, name)
            named = [n for n in frame.index.names if n is not None and n not in frame.columns]
            frames[name] = frame.reset_index() if named else frame.reset_index(drop=True)
    return frames


def freight_tables(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the freight of a document as tables; what it lacks is left out."""
    freight = document.get("freight") or {}
    kinds = ("modes", "users", "season", "counts")
    return {name: pd.DataFrame(freight[name]) for name in kinds if freight.get(name)}
