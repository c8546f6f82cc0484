"""From an official report or minutes to records: who met, where, what was said and promised, each with its span.

>>> agenda = read_report("湖北日报讯 4月15日,湖北省委书记应勇率湖北省党政代表团在江苏省学习考察。")
>>> [(p.name, p.side, p.positions[0].organisation) for p in agenda.participants]
[('应勇', 'visiting', '中共湖北省委')]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from yijiang.agenda.records import (
    KINDS,
    STRENGTHS,
    TIERS,
    Agenda,
    Area,
    Commitment,
    DateRecord,
    Fact,
    Meeting,
    Mention,
    Participant,
    Position,
    Record,
    Side,
    Site,
    Span,
    Statement,
    Unresolved,
)
from yijiang.errors import DataError, Finding, YijiangError


def read_text(text: str) -> Agenda:
    """Return what a Chinese text says.

    Examples
    --------
    >>> read_text("湖北省领导王忠林参加。").participants[0].name
    '王忠林'
    """
    from yijiang.agenda.reader import is_chinese, read_chinese

    if is_chinese(text):
        return read_chinese(text)
    hint = "give the Chinese text; reports in other languages are not read yet"
    raise DataError([Finding("report", 0, "", "", "this text is not Chinese", hint)])


def read_report(source: str | Path | bytes, *, kind: str | None = None) -> Agenda:
    """Read one report or set of minutes.

    Parameters
    ----------
    source
        The text itself (str), or a file (Path) or its bytes: text, HTML, docx or pdf, in any usual encoding.
    kind
        "text", "html", "docx" or "pdf"; told from the content unless given.

    Returns
    -------
    Agenda
        Records with spans in `Agenda.text`; what the text does not state is None.

    Raises
    ------
    DataError
        If the source can't be read: broken, too large, encrypted, not a text.
    OptionError
        If the kind is unknown, or reading it needs an extra that is not installed.

    Examples
    --------
    >>> read_report("会议由湖北省省长王晓东主持。").participants[0].role
    'chair'
    """
    from yijiang.agenda.sources import load

    return read_text(load(source, kind=kind).text)


def read_reports(
    files: Iterable[Path], progress: Callable[[str], None] | None = None
) -> Iterator[tuple[Path, Agenda | YijiangError]]:
    """Read many files in one call; one that can't be read comes back as its error and does not stop the others.

    Parameters
    ----------
    files
        The files.
    progress
        Is told each file's name before it is read.
    """
    for file in files:
        if progress is not None:
            progress(file.name)
        try:
            yield file, read_report(file)
        except YijiangError as error:
            yield file, error


__all__ = [
    "KINDS",
    "STRENGTHS",
    "TIERS",
    "Agenda",
    "Area",
    "Commitment",
    "DateRecord",
    "Fact",
    "Meeting",
    "Mention",
    "Participant",
    "Position",
    "Record",
    "Side",
    "Site",
    "Span",
    "Statement",
    "Unresolved",
    "read_report",
    "read_reports",
    "read_text",
]
