"""What `yijiang evaluate` writes of an outcome: the document of its page, and its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from yijiang.belt import Belt
    from yijiang.evaluation import Outcome


def told(belt: Belt, outcome: Outcome) -> dict[str, object]:
    """Return what the page of an evaluation needs beside its figures: names, places and the freight told in full."""
    from yijiang.wordbook import names, places

    found: dict[str, object] = {
        "titles": {"en": belt.meta["title_en"], "zh": belt.meta["title_zh"]},
        "year": belt.year,
        "unit": f"{belt.money} per year",
        "names": names(belt),
    }
    if outcome.base.river is not None:
        from yijiang.waters import outcome_document

        found |= outcome_document(outcome)
    freight, before, after = outcome.base.freight, outcome.base_state.freight, outcome.state.freight
    if freight is not None and before is not None and after is not None:
        from yijiang.traffic import traffic

        regions = belt.meta.get("sides") or belt.members[:2]
        found |= {
            "map": places(belt),
            "transport": outcome.links.to_dict("records"),
            "freight": traffic(belt, freight, before, after, [str(r) for r in regions]),
        }
    return found


def outcome_frames(belt: Belt, outcome: Outcome) -> dict[str, pd.DataFrame]:
    """Return the tables of an evaluation: regions, and sections and links where the belt has them."""
    import pandas as pd

    gains = {"real_income": outcome.real_income, "equivalent_variation": outcome.equivalent_variation}
    frames = {"regions": pd.DataFrame(gains).rename_axis("region").reset_index()}
    for name, part in (("sections", "river"), ("links", "transport")):
        if part in belt.scope:
            frame = getattr(outcome, name)
            named = [n for n in frame.index.names if n is not None and n not in frame.columns]
            frames[name] = frame.reset_index() if named else frame.reset_index(drop=True)
    return frames
