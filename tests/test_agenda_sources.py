"""Files of every kind and encoding; those meant to hurt are in test_agenda_hostile.py."""

from __future__ import annotations

import io
import runpy
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from yijiang.agenda import Agenda, read_report, read_reports
from yijiang.agenda.sources import load
from yijiang.errors import DataError, OptionError, YijiangError

PROSE = [
    "湖北日报讯(记者李保林)4月15日,由湖北省委书记应勇率领的湖北省党政代表团在江苏省学习考察。",
    "应勇说,共抓长江大保护,确保一江清水永续东流;深化交通运输合作,共同打造长江综合交通运输体系。",
    "湖北省领导王忠林、李乐成参加有关活动。",
]
NAV = "".join(f'<li><a href="/n{k}">省委书记张某某调研第{k}个项目</a></li>' for k in range(80))
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def page(separator: str) -> str:
    body = "".join(f"<p>{p}</p>" for p in PROSE) if separator == "p" else "<br/>".join(PROSE)
    return (
        "<html><head><title>合作_新闻频道</title><script>var a='。。。。';</script></head><body>"
        f"<div class='nav'><ul>{NAV}</ul></div><h1>湖北江苏合作发展</h1><div>来源:湖北日报 2021-04-17 09:02</div>"
        f"<div class='text'>{body}</div><div>编辑:肖潇</div><div><ul>{NAV}</ul></div><div>版权所有</div></body></html>"
    )


@pytest.mark.parametrize("separator", ["p", "br"])
def test_a_page_full_of_navigation_keeps_only_the_report(separator: str) -> None:
    loaded = load(page(separator).encode())
    assert loaded.kind == "html"
    assert "张某某" not in loaded.text
    for words in PROSE:
        assert words[-9:] in loaded.text
    agenda = read_report(page(separator).encode())
    assert [p.name for p in agenda.participants] == ["应勇", "王忠林", "李乐成"]
    assert agenda.publisher == "湖北日报"
    assert {m.name for m in agenda.mentions} == {"李保林", "肖潇"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str) -> None:
    text = "\n".join(PROSE)
    loaded = load(text.encode(encoding))
    assert loaded.text == text
    assert loaded.notes == ()


def test_big5_is_told_from_gb18030() -> None:
    text = "廣東省委書記率代表團到廣西學習考察，雙方表示要共同推動經濟發展，加強合作。"
    assert load(text.encode("big5")).text == text


def test_lines_in_several_encodings_are_all_read() -> None:
    data = PROSE[0].encode() + b"\n" + PROSE[1].encode("gb18030") + b"\n" + PROSE[2].encode()
    loaded = load(data)
    assert loaded.text.split("\n") == PROSE
    assert loaded.notes


def docx(xml: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)
    return stream.getvalue()


def test_docx_paragraphs_and_tables_without_what_was_deleted() -> None:
    body = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in PROSE)
    gone = "<w:p><w:del><w:r><w:t>删去</w:t></w:r></w:del><w:r><w:t>留下</w:t></w:r></w:p>"
    table = (
        "<w:tbl><w:tr>"
        "<w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>乙</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    loaded = load(docx(f'<w:document xmlns:w="{WORD}"><w:body>{body}{gone}{table}</w:body></w:document>'))
    assert loaded.kind == "docx"
    assert loaded.text.split("\n") == [*PROSE, "留下", "甲\t乙"]


def test_faults_are_told_not_thrown() -> None:
    entity = '<!DOCTYPE a [<!ENTITY b "ccc">]><w:document xmlns:w="w">&b;</w:document>'
    for data in (
        b"PK\x03\x04 not a zip",
        docx("<w:document"),
        docx(entity),
        docx(f'<w:document xmlns:w="{WORD}"/>')[:-30],
        b"\x00\x01\x02" * 3000,
        b"%PDF-1.4\nbroken",
    ):
        with pytest.raises(DataError) as caught:
            load(data)
        assert caught.value.findings[0].remedy
    with pytest.raises(OptionError, match="unknown kind"):
        load(b"", kind="rtf")


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join(PROSE), encoding="utf-8")
    (tmp_path / "b.docx").write_bytes(b"PK\x03\x04 broken")
    (tmp_path / "c.txt").write_text("\n".join(PROSE), encoding="gb18030")
    seen: list[str] = []
    results = [found for _, found in read_reports(sorted(tmp_path.iterdir()), seen.append)]
    assert seen == ["a.txt", "b.docx", "c.txt"]
    assert isinstance(results[1], YijiangError)
    assert not isinstance(results[0], YijiangError)
    assert not isinstance(results[2], YijiangError)
    assert results[0].participants == results[2].participants


@pytest.mark.parametrize(
    "name", ["report.pdf", "a folder/report.docx", "C:\\reports\\纪要.txt", "minutes.html", "二○二四年纪要.doc"]
)
def test_a_str_is_the_text_and_never_the_name_of_a_file(name: str) -> None:
    with pytest.raises(OptionError, match="give it as a path"):
        read_report(name)


def test_a_str_that_is_an_existing_file_is_refused_too(tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text("\n".join(PROSE), encoding="utf-8")
    with pytest.raises(OptionError, match="give it as a path"):
        read_report(str(file))
    assert read_report(file).participants == read_report("\n".join(PROSE)).participants
    assert read_report("湖北省领导王忠林参加。").participants[0].name == "王忠林"


def test_a_missing_file_and_a_folder_are_findings(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(DataError) as caught:
            read_report(path)
        assert caught.value.findings[0].remedy


# Real files: a pdf of the tiny writer beside this file, a docx of python-docx.

tiny_pdf: Callable[..., bytes] = runpy.run_path(str(Path(__file__).with_name("tiny_pdf.py")))["tiny_pdf"]
POSTS = {
    ("应勇", "中共湖北省委", "书记"),
    ("王晓东", "中共湖北省委", "副书记"),
    ("王晓东", "湖北省人民政府", "省长"),
    ("吴政隆", "江苏省人民政府", "省长"),
}
LINES = (
    "湖北江苏合作发展座谈会在南京举行",
    "来源：湖北日报　2021年4月17日",
    "　　湖北日报讯　4月15日至16日，由湖北省委书记应勇，湖北省委副书记、省长王晓",
    "东率领的湖北省党政代表团，在江苏省省长吴政隆陪同下，在江苏省学习考察。",
    "　　应勇说，要共抓长江大保护，确保一江清水永续东流；深化交通运输合作，共同打",
    "造长江综合交通运输体系。湖北省领导王忠林、李乐成参加有关活动。",
)


def posts(agenda: Agenda) -> set[tuple[str, str | None, str | None]]:
    return {(p.name, q.organisation, q.title) for p in agenda.participants for q in p.positions}


def test_a_pdf_is_read_to_people_and_positions() -> None:
    pytest.importorskip("pdfplumber")
    agenda = read_report(tiny_pdf([LINES[:3], LINES[3:]]))
    assert posts(agenda) == POSTS
    # 王晓东 stands on two lines and two pages.
    assert [p.name for p in agenda.participants] == ["应勇", "王晓东", "吴政隆", "王忠林", "李乐成"]
    assert {(s.region, s.role) for s in agenda.sides} == {("湖北省", "visiting"), ("江苏省", "host")}
    assert {a.code for a in agenda.areas} == {"river_protection", "integrated_transport"}
    for person in agenda.participants:
        assert {agenda.quote(span) for span in person.spans} == {person.name}


def test_an_english_pdf_with_broken_lines_is_read() -> None:
    pytest.importorskip("pdfplumber")
    lines = (
        "Minutes of the meeting of the port towns, Linz, 4 May 2023",
        "Present: Ada Weiss (Mayor of Linz), Petr Novak (Director, Port of Brno)",
        "1. Locks",
        "Ms Weiss said that the city would pay for a second lock keeper before the",
        "next season. It was agreed that the two towns will open the lock at night.",
    )
    agenda = read_report(tiny_pdf([lines]))
    assert posts(agenda) == {("Ada Weiss", "Linz", "Mayor"), ("Petr Novak", "Port of Brno", "Director")}
    assert [(c.kind, " ".join(c.text.split())) for c in agenda.commitments] == [
        ("own_pledge", "the city would pay for a second lock keeper before the next season"),
        ("agreed", "the two towns will open the lock at night"),
    ]


def real_docx(paragraphs: Sequence[str], table: Sequence[Sequence[str]] = ()) -> bytes:
    module = pytest.importorskip("docx")
    document = module.Document()
    for words in paragraphs:
        document.add_paragraph(words)
    if table:
        rows = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(rows.rows, table, strict=True):
            for cell, words in zip(row.cells, cells, strict=True):
                cell.text = words
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_a_word_document_is_read_to_people_and_positions() -> None:
    whole = ["".join(LINES[2:4]), "".join(LINES[4:])]
    agenda = read_report(real_docx([*LINES[:2], *whole]))
    assert posts(agenda) == POSTS
    assert agenda.publisher == "湖北日报"
    assert agenda.published == "2021-04-17"


def test_a_table_of_actions_in_a_word_document_gives_owner_and_deadline() -> None:
    head = ["Minutes of the second meeting", "Date: 3 May 2024", "1. Actions", "The chair read the list of actions."]
    table = [
        ("No", "Action", "Responsible", "Deadline"),
        ("1", "Publish the depth forecast for the lower reach", "Hubei Port Group", "1 June 2024"),
        ("2", "Draft a list of shared instruments", "Dr. Weiss", "open"),
    ]
    agenda = read_report(real_docx(head, table))
    assert [(c.text, c.owner, c.deadline, c.strength) for c in agenda.commitments] == [
        ("Publish the depth forecast for the lower reach", "Hubei Port Group", "1 June 2024", "dated"),
        ("Draft a list of shared instruments", "Dr Weiss", None, "owned"),
    ]
