"""Files of every kind and encoding, and files meant to hurt: read or refused within five seconds and 300 MB."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import yijiang
from yijiang.agenda import read_report, read_reports
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


HOSTILE = {
    "deep": "b'<div>' * 2_000_000",
    "signs": "b'<' * 10_000_000",
    "comment": "b'<!--' + b'a' * 10_000_000",
    "comments": "b'<!--' * 2_500_000",
    "declarations": "b'<html>' + b'<!a' * 3_000_000",
    "scripts": "b'<html>' + b'<script>' * 1_200_000",
    "attribute": "b'<p a=\"' + b'x' * 10_000_000",
    "entities": "b'<p>' + b'&#xFFFFFFFF;' * 800_000",
    "ampersands": "b'<html>' + b'&' * 10_000_000",
    "one_line": "('<p>' + '省委书记、' * 600_000).encode()",
    "names": "('省长张三、' * 300_000).encode()",
    "no_stop": "('推动合作,' * 600_000).encode()",
}
RUN = """
import re, time
from pathlib import Path
from yijiang.agenda import read_report
from yijiang.errors import YijiangError
read_report("湖北省领导王忠林参加。")
data = {data}
began = time.perf_counter()
try:
    read_report(data)
except YijiangError:
    pass
status = Path("/proc/self/status")
# What getrusage tells of a child holds its parent's memory as well.
peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
print(time.perf_counter() - began, int(peak[1]) / 1024 if peak else 0)
"""


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_page_is_read_or_refused_in_time(name: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(yijiang.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(data=HOSTILE[name])],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    seconds, megabytes = map(float, done.stdout.split())
    assert seconds < 10  # 5 s on a quiet machine; another worker may hold half of it
    assert megabytes < 300


def test_a_zip_bomb_is_refused_in_time() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(300):
            part.write(b" " * 1_000_000)
    with pytest.raises(DataError, match="unpacks to more"):
        load(stream.getvalue())
