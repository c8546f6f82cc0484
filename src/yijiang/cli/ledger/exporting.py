"""The command `yijiang ledger export`: for another side, for an IATI registry, for a spreadsheet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from yijiang.cli.common import as_json, show
from yijiang.cli.ledger.places import to_write
from yijiang.errors import OptionError
from yijiang.messages import LANGUAGES, message
from yijiang.outputs import folder_for, refuse_file, write_text


def export(
    place: str,
    out: Path,
    /,
    *,
    format: Literal["exchange", "heads", "iati", "csv"] = "exchange",
    no_names: bool = False,
    as_of: str | None = None,
    org: str | None = None,
    org_name: str | None = None,
    org_type: str | None = None,
    country: str | None = None,
    key: Path | None = None,
) -> int:
    """Write the ledger for another side, for an IATI registry, or as tables.

    Example: yijiang ledger export two.db iati.xml --format iati --org CN-REG-1 --country CN

    Parameters
    ----------
    place
        The ledger.
    out
        File to write; for csv a folder.
    format
        exchange: all events, for `join` and `merge`; heads: where this side's chain ends; iati: IATI 2.03 activities
        with results; csv: one table each of commitments, projects, milestones, evidence, outcomes, sign-offs, visits.
    no_names
        Leave the names of persons and the source documents out.
    as_of
        For iati and csv: the day that says what is overdue, YYYY-MM-DD; today unless given.
    org
        For iati: identifier of the reporting organisation; the ledger's own id unless given.
    org_name
        For iati: its name; the names of the sides unless given.
    org_type
        For iati: its type in the codelist OrganisationType, such as 10 for government; 90 (other) unless given.
    country
        For iati: the recipient country, as CN.
    key
        The side's private key, for heads.
    """
    from yijiang.ledger import Ledger

    for_iati = {"--org": org, "--org-name": org_name, "--org-type": org_type, "--country": country}
    unused = [name for name, value in for_iati.items() if value is not None and format != "iati"]
    unused += ["--as-of"] if as_of is not None and format not in ("iati", "csv") else []
    unused += ["--key"] if key is not None and format != "heads" else []
    if unused:
        raise OptionError(f"the format {format} has no use for {', '.join(unused)}")
    if format == "csv":
        refuse_file(out)
    elif out.is_dir():
        raise OptionError(f"{str(out)!r} is a folder; name a file for the format {format}")
    if format == "heads":
        with to_write(place, key) as ledger:
            write_text(out, as_json(ledger.heads()) + "\n")
    elif format == "exchange":
        with Ledger.open(place) as ledger:
            ledger.export(out, names=not no_names)
    else:
        with Ledger.open(place) as ledger:
            state = ledger.state(as_of, names=not no_names).to_dict()
        if format == "csv":
            from yijiang.ledger.exports import tables

            with folder_for(out) as folder:
                for name, text in tables(state).items():
                    write_text(folder / f"{name}.csv", text)
        else:
            from yijiang.cli.ledger.importing import side_names
            from yijiang.ledger.exports import activities

            sides = side_names(row["side"] for row in state["sides"])
            text = activities(
                state, org=org, org_name=org_name, org_type=org_type or "90", country=country, names=sides
            )
            write_text(out, text)
            if org is None:
                sys.stderr.write(" · ".join(message("ledger.no_org", lang) for lang in LANGUAGES) + "\n")
    show(str(out))
    return 0
