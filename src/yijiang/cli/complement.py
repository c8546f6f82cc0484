"""`yijiang complement`: where some regions complement each other; joins the belt's freight network to the channels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yijiang.cli.belts import open_belt
from yijiang.cli.common import as_json, progress_line, show
from yijiang.errors import OptionError
from yijiang.outputs import folder_for, refuse_file, write_tables

if TYPE_CHECKING:
    from yijiang.belt import Belt
    from yijiang.complement import Complement
    from yijiang.freight import Freight
    from yijiang.planning import Plan

#: Random tables behind the bands in a plan's report.
PLAN_NULLS = 499
#: Pairs in a plan's document; complement.json holds more.
PLAN_PAIRS = 10


def found_between(
    belt: Belt,
    regions: Sequence[str],
    nulls: int,
    seed: int,
    progress: Callable[[str], None],
    freight: Freight | None = None,
) -> Complement:
    """Return where regions complement each other, with the market potential at the cost of the belt's network."""
    from yijiang.complement import between
    from yijiang.freight import Freight, delivered

    if freight is None and "transport" in belt.scope:
        progress("network")
        freight = Freight(belt.require_clean())
    price = None if freight is None else delivered(freight)
    return between(belt, regions, delivered=price, nulls=nulls, seed=seed, progress=progress)


def with_complement(document: dict[str, Any], plan: Plan, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return the plan document with the key `complement`: what the partners could do for each other."""
    if "economy" not in plan.base.belt.scope:
        return document
    progress("complement")
    found = found_between(plan.base.belt, plan.regions, PLAN_NULLS, plan.seed, lambda step: None, plan.base.freight)
    shown = found.document["pairs"][:PLAN_PAIRS]
    return {**document, "complement": {**found.document, "pairs": shown}}


def complement(
    *regions: str,
    belt: str = "yangtze2017",
    nulls: int = 499,
    top: int = 8,
    out: Path | None = None,
    lang: Literal["zh", "en", "both"] = "both",
    seed: int = 0,
    json: bool = False,
) -> int:
    """Show where regions complement each other: technology, industry chain, market and capital.

    Prints the largest openings: who gives what to whom, how much, how sure. With --out also complement.html,
    complement.json, tables/, and projects/: the belt's own and the new candidates, for yijiang plan --projects.
    Example: yijiang complement Upper Middle --belt tiny

    Parameters
    ----------
    regions
        Two or more regions, by English or Chinese name: Hubei Jiangsu, 湖北 江苏.
    belt
        A built-in case (see `yijiang cases`), a folder of tables, or an .xlsx workbook.
    nulls
        Random tables behind what is called chance.
    top
        Openings printed; the files hold more.
    out
        Folder for the results; nothing is written unless given.
    lang
        Language of the page and the summary.
    seed
        Seed of chance.
    json
        Print everything as JSON instead of the summary.
    """
    from yijiang.report.complement import summary, write_html

    if len(regions) < 2:
        raise OptionError("complement needs two or more regions, for example: yijiang complement Hubei Jiangsu")
    if top < 1:
        raise OptionError(f"--top must be 1 or more, not {top}")
    if out is not None:
        refuse_file(out)
    chosen = open_belt(belt)
    with progress_line("complement") as progress:
        found = found_between(chosen, regions, nulls, seed, progress)
        document = found.document
        if out is not None:
            progress("report")
            with folder_for(out) as folder:
                write_html(document, folder / "complement.html", lang, str(out / "projects"))
                (folder / "complement.json").write_text(as_json(document) + "\n", encoding="utf-8", newline="\n")
                write_tables({"pairs": found.table, "figures": found.figure_table}, folder / "tables")
                (folder / "projects").mkdir()
                for name, frame in found.with_own().items():
                    frame.to_csv(
                        folder / "projects" / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n"
                    )
    if json:
        show(as_json(document))
        return 0
    show("\n\n".join(summary(document, one, top) for one in (("en", "zh") if lang == "both" else (lang,))))
    if out is not None:
        show(f"\n{out / 'complement.html'}\n{out / 'projects'}")
    return 0
