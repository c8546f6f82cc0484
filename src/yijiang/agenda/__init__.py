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
    Refusal,
    Side,
    Site,
    Span,
    Statement,
    Unresolved,
)
from yijiang.errors import DataError, Finding, OptionError, YijiangError


def read_text(
    text: str, *, ner: bool = False, llm: str | None = None, allow_remote: bool = False, model: str | None = None
) -> Agenda:
    """Return what a Chinese or English text says; its language is told from the text.

    Parameters
    ----------
    text
        The text.
    ner, llm, allow_remote, model
        As for `read_report`.

    Examples
    --------
    >>> read_text("湖北省领导王忠林参加。").participants[0].name
    '王忠林'
    """
    from yijiang.agenda.language import language_of

    _check(ner=ner, llm=llm, allow_remote=allow_remote, model=model)
    language = language_of(text)
    if language == "zh":
        from yijiang.agenda.reader import read_chinese

        agenda = read_chinese(text)
    elif language == "en":
        if ner:
            raise OptionError("the name tagger reads Chinese only; read this English text without it")
        from yijiang.agenda.english import read_english

        agenda = read_english(text)
    else:
        hint = "give the report in Chinese or English; other languages are not read"
        raise DataError([Finding("report", 0, "", "", "this text is neither Chinese nor English", hint)])
    # The vote first: what a model adds is no part of what the rules and the network may agree on.
    if ner:
        from yijiang.agenda.vote import with_vote

        agenda = with_vote(agenda)
    if llm is not None:
        from yijiang.agenda.endpoint import with_model

        agenda = with_model(agenda, llm, model=model, allow_remote=allow_remote)
    return agenda


def read_report(
    source: str | Path | bytes,
    *,
    kind: str | None = None,
    ner: bool = False,
    llm: str | None = None,
    allow_remote: bool = False,
    model: str | None = None,
) -> Agenda:
    """Read one report or set of minutes.

    Parameters
    ----------
    source
        A text is a str, a file is a Path: `read_report("…")` reads the words between the quotation marks,
        `read_report(Path("report.pdf"))` the file. Bytes are those of a file: text, HTML, docx or pdf, in any usual
        encoding.
    kind
        "text", "html", "docx" or "pdf"; told from the content unless given.
    ner
        Let the name tagger vote on the persons (extra `ner`): tier A where it agrees with the rules.
    llm
        Base URL of an OpenAI-compatible endpoint; what its model quotes from the body is added in tier D.
    allow_remote
        Let the body of the report go to an endpoint on another computer.
    model
        The model's name as the endpoint knows it.

    Returns
    -------
    Agenda
        Records with spans in `Agenda.text`; what the text does not state is None.

    Raises
    ------
    DataError
        If the source can't be read: broken, too large, encrypted, not a text.
    OptionError
        If the kind is unknown, a str is the name of a file, reading it needs an extra that is not installed, or the
        endpoint may not be asked.
    YijiangError
        If the endpoint fails or answers in another shape than asked for; then there is no agenda at all.

    Examples
    --------
    >>> read_report("会议由湖北省省长王晓东主持。").participants[0].role
    'chair'
    """
    from yijiang.agenda.sources import load

    _check(ner=ner, llm=llm, allow_remote=allow_remote, model=model)
    text = load(source, kind=kind).text
    return read_text(text, ner=ner, llm=llm, allow_remote=allow_remote, model=model)


def read_reports(
    files: Iterable[Path],
    progress: Callable[[str], None] | None = None,
    *,
    ner: bool = False,
    llm: str | None = None,
    allow_remote: bool = False,
    model: str | None = None,
) -> Iterator[tuple[Path, Agenda | YijiangError]]:
    """Read many files in one call; one that can't be read comes back as its error and does not stop the others.

    Parameters
    ----------
    files
        The files.
    progress
        Is told each file's name before it is read.
    ner, llm, allow_remote, model
        As for `read_report`; wrong ones are an error at once, before the first file.
    """
    _check(ner=ner, llm=llm, allow_remote=allow_remote, model=model)
    for file in files:
        if progress is not None:
            progress(file.name)
        try:
            yield file, read_report(file, ner=ner, llm=llm, allow_remote=allow_remote, model=model)
        except YijiangError as error:
            yield file, error


def _check(*, ner: bool, llm: str | None, allow_remote: bool, model: str | None) -> None:
    """Refuse wrong options before any work; cheap once the network is loaded."""
    if llm is None and (allow_remote or model is not None):
        raise OptionError("to name a model, or allow another computer, needs the address of an endpoint (llm)")
    if llm is not None:
        from yijiang.agenda.endpoint import endpoint_of

        endpoint_of(llm, allow_remote=allow_remote)
    if ner:
        from yijiang.agenda.vote import ready

        ready()


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
    "Refusal",
    "Side",
    "Site",
    "Span",
    "Statement",
    "Unresolved",
    "read_report",
    "read_reports",
    "read_text",
]
