"""Texts and files meant to hurt: read or refused within five seconds and 300 MB, never a crash.

Times are the processor's, not the clock's: other work on the machine does not count. Memory is that of a process of
its own.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

import yijiang
from yijiang.agenda import read_report, read_text
from yijiang.agenda.sources import load
from yijiang.errors import DataError

SECONDS = 10.0
"""5 s on the machine the rules were timed on; another one may be half as fast."""

MEGABYTES = 300
RUN = """
import json, re, sys, time
from pathlib import Path
from yijiang.agenda import read_report
from yijiang.errors import YijiangError
read_report("湖北省领导王忠林参加。")
rows = {{}}
for name, make in {cases}.items():
    data = make()
    began = time.process_time()
    try:
        read_report(data)
        how = "read"
    except YijiangError:
        how = "refused"
    rows[name] = (time.process_time() - began, how)
    del data
status = Path("/proc/self/status")
# getrusage tells of a fresh child what its parent held as well; the high-water mark of the new program does not.
peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
print(json.dumps([rows, int(peak[1]) / 1024 if peak else 0]))
"""

PAGES = {
    "deep": "lambda: b'<div>' * 2_000_000",
    "signs": "lambda: b'<' * 10_000_000",
    "comment": "lambda: b'<!--' + b'a' * 10_000_000",
    "comments": "lambda: b'<!--' * 2_500_000",
    "declarations": "lambda: b'<html>' + b'<!a' * 3_000_000",
    "scripts": "lambda: b'<html>' + b'<script>' * 1_200_000",
    "attribute": "lambda: b'<p a=\"' + b'x' * 10_000_000",
    "entities": "lambda: b'<p>' + b'&#xFFFFFFFF;' * 800_000",
    "ampersands": "lambda: b'<html>' + b'&' * 10_000_000",
    "one_line": "lambda: ('<p>' + '省委书记、' * 600_000).encode()",
    "names": "lambda: ('省长张三、' * 300_000).encode()",
    "no_stop": "lambda: ('推动合作,' * 600_000).encode()",
}
# One sign or one phrase again and again, what each rule looks for: the slowest a hundred thousand characters long.
SLOWEST = ("县", "江苏省", "省长王小明、", "书记", "2024年底前", "on 1 May the ", "visited the port, the ")
SIGNS = (
    *("区", "市", "、", "1", "（", "王小明", "县\n", "代", "和", "1月1日", "来到", "签署《", "希望", "由甲局负责,"),
    *("湖北省委书记王小明率", "the ", "Mr ", "and the ", '"the ', "Ada Li, Mayor of Linz, ", "- ", "Owner: the "),
    *("It was agreed that the ", "signed an agreement on the ", "EUR 5 of the "),
)
CHINESE_HEAD = "湖北省领导王忠林参加。\n"
ENGLISH_HEAD = "Minutes of the meeting\nThe two sides met in the town and the parties agreed on the plan.\n" * 2


def run(cases: dict[str, str]) -> tuple[dict[str, tuple[float, str]], float]:
    import json

    listed = "{" + ", ".join(f"{name!r}: {make}" for name, make in cases.items()) + "}"
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(cases=listed)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(Path(yijiang.__file__).parents[1])},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    rows, megabytes = json.loads(done.stdout)
    return rows, megabytes


def test_hostile_pages_of_ten_megabytes() -> None:
    rows, megabytes = run(PAGES)
    assert {name: row for name, row in rows.items() if row[0] > SECONDS} == {}
    assert megabytes < MEGABYTES


def test_one_sign_a_hundred_thousand_times() -> None:
    cases = {}
    for sign in (*SLOWEST, *SIGNS):
        size = 100_000 if sign in SLOWEST else 30_000
        head = ENGLISH_HEAD if sign.isascii() and sign != "1" else CHINESE_HEAD
        cases[sign] = f"lambda: ({head!r} + {sign!r} * {size})[:{size}]"
    rows, megabytes = run(cases)
    assert {name: row for name, row in rows.items() if row[0] > SECONDS} == {}
    assert {row[1] for name, row in rows.items() if not name.isascii()} == {"read"}
    assert megabytes < MEGABYTES


def test_time_grows_with_the_length_and_not_with_its_square() -> None:
    # The slowest sign when this was written: four times the text, at most ten times the time.
    rows, _ = run({n: f"lambda: '省长王小明、县' * {n}" for n in ("2000", "8000")})
    assert rows["8000"][0] < 10 * max(rows["2000"][0], 0.02)


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(xml: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)
    return stream.getvalue()


def test_hostile_word_documents_cost_little(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(400):
            part.write(b" " * 1_000_000)
    head = f'<w:document xmlns:w="{WORD}"><w:body><w:p>'
    files = {
        "bomb": bomb.getvalue(),
        "runs": docx(head + "<w:r/>" * 1_900_000),
        "deep": docx(head + "<w:r>" * 2_300_000),
        "words": docx(head + "<w:r><w:t>县</w:t></w:r>" * 300_000 + "</w:p></w:body></w:document>"),
        "attributes": docx(f'{head}<w:r a="{"x" * 11_000_000}"/>'),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    rows, megabytes = run({name: f"lambda: Path({str(tmp_path / name)!r})" for name in files})
    assert {name: row for name, row in rows.items() if row[0] > SECONDS} == {}
    assert {row[1] for row in rows.values()} == {"refused"}
    assert megabytes < MEGABYTES


def test_a_zip_bomb_is_refused_by_name() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as part:
        for _ in range(100):
            part.write(b" " * 1_000_000)
    with pytest.raises(DataError, match="unpacks to more"):
        load(stream.getvalue())
    entity = f'<!DOCTYPE a [<!ENTITY b "{"c" * 1000}">]><w:document xmlns:w="{WORD}">{"&b;" * 1000}</w:document>'
    with pytest.raises(DataError, match="declares entities"):
        load(docx(entity))


def test_hostile_pdfs_are_refused() -> None:
    pytest.importorskip("pdfplumber")
    import runpy

    tiny_pdf = runpy.run_path(str(Path(__file__).with_name("tiny_pdf.py")))["tiny_pdf"]
    sound = tiny_pdf([["湖北省领导王忠林参加。"]])
    assert load(sound).text == "湖北省领导王忠林参加。"
    press = zlib.compressobj(9)
    packed = b"".join(press.compress(b" " * 1_000_000) for _ in range(900)) + press.flush()
    begin, end = sound.index(b"7 0 obj"), sound.index(b"endobj", sound.index(b"7 0 obj"))
    stream = b"7 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream\n"
    for data in (
        tiny_pdf([["湖北"]], encrypted=True),
        sound[: len(sound) // 3],
        b"%PDF-1.7\n" + b"1 0 obj\n" * 200_000,
        sound[:begin] + stream + sound[end:],
        tiny_pdf([[]]),
    ):
        with pytest.raises(DataError) as caught:
            load(data)
        assert caught.value.findings[0].remedy


CHINESE = "湖北日报讯 4月15日,湖北省委书记应勇率湖北省党政代表团在江苏省学习考察。\n湖北省领导王忠林参加有关活动。\n"


@pytest.mark.parametrize(
    "data",
    [
        CHINESE.encode("utf-16"),
        CHINESE.encode("utf-16-le"),
        CHINESE.encode("utf-16-be"),
        b"\xff\xfe" + CHINESE.encode("utf-16-le"),
        b"\xef\xbb\xbf" + CHINESE.encode(),
        CHINESE.encode("gb18030"),
        # A file that was cut, or put together, inside a character.
        CHINESE.encode("gb18030") + b"\xb9",
        CHINESE.encode("gb18030").replace(b"\n", b"\n\xff\xfe\x81\n", 1),
        CHINESE.split("\n")[0].encode("gb18030") + b"\n" + CHINESE.split("\n")[1].encode() + b"\n",
    ],
    ids=["utf-16", "le", "be", "bom-le", "bom-8", "gb", "gb-cut", "gb-broken", "mixed"],
)
def test_encodings_broken_and_mixed(data: bytes) -> None:
    agenda = read_report(data)
    assert [p.name for p in agenda.participants] == ["应勇", "王忠林"]


def test_a_recursive_name_list_does_not_end_the_program() -> None:
    assert read_text("和" * 5000).participants == ()
    assert read_text("王和" * 3000) is not None
