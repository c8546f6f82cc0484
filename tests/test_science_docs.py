"""The examples of docs/science.md run as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import yijiang as yj
from yijiang.cli import main

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "science.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    tiny = yj.case("tiny")
    for table in ("offers", "needs"):
        tiny.table(table).to_csv(f"{table}.csv", index=False)
    lines = [line for kind, text in BLOCKS if not kind for line in text.splitlines() if line.startswith("yijiang ")]
    assert len(lines) == 9
    for line in lines:
        words = shlex.split(line, comments=True)
        assert main(words[1:]) == 0, (line, capsys.readouterr().err)
    assert {"found", "shared", "shared.ics", "shared.db"} <= {p.name for p in tmp_path.iterdir()}


def test_the_python_runs() -> None:
    (block,) = [text for kind, text in BLOCKS if kind == "python"]
    names: dict[str, object] = {}
    exec(compile(block, "docs/science.md", "exec"), names)
    assert names["found"].blocking == 0  # type: ignore[attr-defined]
