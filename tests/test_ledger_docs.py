"""What the page and the help of the ledger show runs as it stands."""

from __future__ import annotations

import importlib
import json
import re
import shlex
from pathlib import Path

import pytest
from tests.iati_rules import broken

from yijiang.cli import main
from yijiang.cli.ledger import application
from yijiang.ledger import Ledger

PAGE = Path(__file__).resolve().parents[1] / "docs" / "ledger.md"


def commands(text: str) -> list[list[str]]:
    """The commands of the page's shell blocks; a file is written from the lines up to its END."""
    found: list[list[str]] = []
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        lines = iter(block.splitlines())
        for line in lines:
            if line.startswith("cat > "):
                name, end = re.fullmatch(r"cat > (\S+) <<'(\w+)'", line).groups()  # type: ignore[union-attr]
                content = []
                while (inside := next(lines)) != end:
                    content.append(inside)
                found.append(["write", name, "".join(f"{one}\n" for one in content)])
            else:
                found.append(shlex.split(line))
    return found


def test_the_worked_example_runs_and_ends_in_a_verified_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    steps = commands(PAGE.read_text(encoding="utf-8"))
    assert len(steps) > 25
    for words in steps:
        if words[0] == "write":
            Path(words[1]).write_text(words[2], encoding="utf-8")
            continue
        assert words[:2] == ["yijiang", "ledger"]
        assert main(words[1:]) == 0, (words, capsys.readouterr())
        if words[2] == "erase":
            assert "李卫国" not in capsys.readouterr().out
    with Ledger.open("hubei.db") as ledger:
        state = ledger.state("2025-06-30").to_dict()
        assert ledger.verify() == []
    (milestone,), (indicator,) = state["milestones"], state["indicators"]
    point = next(row for row in state["commitments"] if row["projects"])
    assert (milestone["status"], milestone["substantive"], point["status"]) == ("verified", True, "delivered")
    assert indicator["verified"]["reached"]
    assert "李卫国" not in str(state)
    assert broken(Path("iati.xml").read_text(encoding="utf-8")) == []
    assert "首航" in Path("status.html").read_text(encoding="utf-8")
    assert len(list(Path("tables").iterdir())) == 9


def examples() -> dict[str, str]:
    """The example in the help of each command, by its name."""
    found = {}
    for name in ("init", "join", "import", "add", "sign", "evidence", "accept", "status", "verify", "merge", "witness"):
        found[name] = ""
    for name in (*found, "erase", "remove", "export"):
        module = importlib.import_module("yijiang.cli.ledger")
        text = getattr(module, "import_" if name == "import" else name).__doc__ or ""
        shown = re.search(r"Example: (yijiang ledger .*)", text)
        assert shown is not None, name
        found[name] = shown[1]
    return found


def test_every_command_has_an_example_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = examples()

    def run(name: str, **changes: str) -> None:
        words = shlex.split(shown[name])
        assert words[:3] == ["yijiang", "ledger", name]
        assert main([changes.get(word, word) for word in words[1:]]) == 0, (words, capsys.readouterr())

    run("init")
    with Ledger.open("two.db", "two.db.key") as hubei:
        hubei.export("from-hubei.jsonl")
        run("join")
        jiangsu = Ledger.open("ours.db", "ours.db.key")
        sides = list(hubei.sides)
        hubei.add("commitment", id="c1", text="Berths", sides=sides)
        hubei.add("owner", of="c1", organisation="Department", person="Wang Xiaodong")
        hubei.add("project", id="p1", title="Berth", commitments=["c1"])
        run("add")
        hubei.add("milestone", id="m1", project="p1", title="Handed over")
        hubei.merge(jiangsu)
        jiangsu.merge(hubei)
        jiangsu.add("evidence", id="e1", of="m1", kind="data")
        jiangsu.export("from-jiangsu.jsonl")
        for name in ("from-jiangsu.json", "jiangsu-heads.json"):
            Path(name).write_text(json.dumps(jiangsu.heads()), encoding="utf-8")
        digest = hubei.add_document("t", "text of a source")
    jiangsu.close()
    Path("report.txt").write_text(
        "湖北省领导王忠林参加座谈会。王忠林说，深化湖北和江苏两省产业合作，共同打造长江综合交通运输体系。",
        encoding="utf-8",
    )
    Path("minutes.pdf").write_bytes(b"%PDF-1.4 handed over")
    for name in ("merge", "import", "sign", "evidence", "accept", "status", "verify", "witness", "export", "erase"):
        run(name)
    run("remove", **{"4bbda28ed34c": digest[:12]})
    assert broken(Path("iati.xml").read_text(encoding="utf-8")) == []


def test_the_help_of_the_ledger_lists_its_commands_and_an_example() -> None:
    help_ = application().help
    assert "Example: yijiang ledger init" in str(help_)
    assert set(examples()) <= set(application())
