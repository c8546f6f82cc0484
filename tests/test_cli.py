"""The command line as a user meets it: by exit status, stdout and files; every command once in its own process."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from yijiang import errors
from yijiang.belt import case, write
from yijiang.cli import main

# The package these tests import, wherever a command is started.
SOURCE = Path(errors.__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONIOENCODING": "utf-8"}

KEYS = {
    "regions", "belt", "objective", "package", "gains", "outsiders", "transfers", "shapley", "river", "transport",
    "frontier", "alternatives", "robustness", "verify", "assumed", "provenance", "names", "projects", "areas", "flows",
}  # fmt: skip
GAINS = {"gross", "cost", "compensation", "alone", "together", "after_transfer", "low", "high", "by_status", "unit"}
PROVENANCE = {"version", "seed", "solver", "mip_gap", "relative_gap", "mass_balance", "seconds"}


def yijiang(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "yijiang", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, env=ENVIRONMENT, timeout=300
    )


def here(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`yijiang` in this process, where all that it imports is loaded: for what does not hang on how it is started."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd or Path.cwd()), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([*map(str, words)])
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def files(folder: Path) -> list[str]:
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*"))


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    out = tmp_path_factory.mktemp("plan") / "deep" / "out"
    return yijiang("plan", "Upper", "中游", "--belt", "tiny", "--draws", 3, "--out", out), out


def broken_belt(folder: Path) -> Path:
    """Write the tiny case with a population that is negative and a reach that flows into itself."""
    write(case("tiny"), folder)
    table = folder / "regions.csv"
    frame = pd.read_csv(table, dtype=str, keep_default_na=False)
    frame.loc[0, "population"] = "-5"
    frame.to_csv(table, index=False)
    return folder


def test_help_names_every_command() -> None:
    done = yijiang("--help")
    assert done.returncode == 0
    assert all(
        command in done.stdout for command in ("plan", "evaluate", "complement", "agenda", "cases", "check", "new")
    )


def test_help_of_plan_names_its_options_and_no_other() -> None:
    text = yijiang("plan", "--help").stdout
    options = ("belt", "agenda", "projects", "objective", "draws", "out", "lang", "seed", "json")
    assert all(f"--{option}" in text for option in ("store", "workers", "time-limit"))
    assert all(f"--{option}" in text for option in options)
    assert "--no-json" not in text


REPORT = """湖北江苏合作发展座谈会举行
来源:湖北日报 2021-04-17
湖北日报讯 4月15日,湖北省委书记应勇率湖北省党政代表团在江苏省学习考察。
应勇说,我们要共抓长江大保护,确保一江清水永续东流;深化医疗卫生合作,共同培养医护人员。
"""


def test_agenda_prints_both_languages_and_json(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_text(REPORT, encoding="utf-8")
    done = yijiang("agenda", str(file))
    assert done.returncode == 0
    assert "应勇" in done.stdout
    assert "River protection" in done.stdout
    assert "长江保护" in done.stdout
    rows = json.loads(yijiang("agenda", str(file), "--json").stdout)
    assert [p["name"] for p in rows["participants"]] == ["应勇"]
    assert all(rows["text"][s:e] in c["quotes"] for c in rows["commitments"] for s, e in c["spans"])


def test_agenda_of_a_broken_file_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "report.docx"
    file.write_bytes(b"PK\x03\x04 broken")
    done = yijiang("agenda", str(file))
    assert done.returncode == 2
    assert "docx" in done.stderr
    assert done.stdout == ""


def test_plan_goes_through_an_agenda_point_by_point(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_text(REPORT, encoding="utf-8")
    out = tmp_path / "out"
    done = here("plan", "Upper", "Middle", "--belt", "tiny", "--agenda", str(file), "--draws", "2", "--out", str(out))
    assert done.returncode == 0, done.stderr
    agenda = json.loads((out / "plan.json").read_text(encoding="utf-8"))["agenda"]
    assert {p["area"] for p in agenda["points"]} == {"river_protection", "health_education"}
    without = {p["area"] for p in agenda["points"] if not p["projects"]}
    assert without == {"health_education"}
    assert len(agenda["without_project"]) == 1
    page = (out / "plan.html").read_text(encoding="utf-8")
    assert "共抓长江大保护" in page
    assert "no project yet" in page


MINUTES = """Upper and Middle Region River Council
Minutes of the Second Meeting

Date: 14 March 2024
Present: Tom Reed (Vice Governor, Upper Region), Ada Weiss (Governor, Middle Region)

1. Water quality
Mr Reed said that Upper Region would build a treatment plant for its two largest towns.
2. Shipping
It was agreed to deepen the channel at the lock. Ms Weiss suggested that schools should exchange teachers.
3. Action items
A1. Draft the lock schedule. Owner: Middleton Port. Deadline: 30 June 2024.
"""


def test_plan_goes_through_english_minutes(tmp_path: Path) -> None:
    file, out = tmp_path / "minutes.txt", tmp_path / "out"
    file.write_text(MINUTES, encoding="utf-8")
    done = here("plan", "Upper", "Middle", "--belt", "tiny", "--agenda", str(file), "--draws", "2", "--out", str(out))
    assert done.returncode == 0, done.stderr
    agenda = json.loads((out / "plan.json").read_text(encoding="utf-8"))["agenda"]
    said = {p["quote"]: (p["area"], p["projects"], p["owner"], p["deadline"], p["firm"]) for p in agenda["points"]}
    assert said == {
        "Upper Region would build a treatment plant for its two largest towns": (
            ("river_protection", ["phosphorus"], None, None, False)
        ),
        "deepen the channel at the lock": ("integrated_transport", ["channel"], None, None, True),
        "schools should exchange teachers": ("health_education", [], None, None, False),
        "Draft the lock schedule": ("integrated_transport", ["channel"], "Middleton Port", "30 June 2024", True),
    }
    for point in agenda["points"]:
        assert all((gain is None) == (not point["projects"]) for gain in point["effect"].values())
    assert len(agenda["without_project"]) == 1
    page = (out / "plan.html").read_text(encoding="utf-8")
    assert "no project yet" in page
    assert "Draft the lock schedule" in page


def test_a_thousand_reports_in_one_call_with_progress(tmp_path: Path) -> None:
    names = []
    for k in range(1000):
        file = tmp_path / f"{k:04d}.txt"
        file.write_text(f"6月{k % 30 + 1}日,湖北省领导王忠林参加会议。", encoding="utf-8")
        names.append(str(file))
    names[500] = str(tmp_path / "missing.txt")
    done = yijiang("agenda", *names, "--json")
    assert done.returncode == 2
    rows = json.loads(done.stdout)
    assert len(rows) == 999
    assert {p["name"] for row in rows for p in row["participants"]} == {"王忠林"}
    assert "agenda: 1 of 1000: 0000.txt" in done.stderr
    assert "agenda: 1000 of 1000: 0999.txt" in done.stderr
    assert "missing.txt" in done.stderr


def test_version() -> None:
    from yijiang import __version__

    assert yijiang("--version").stdout.strip() == __version__


@pytest.mark.parametrize(
    "words",
    [
        ("bogus",),
        ("plan", "--no-such-option"),
        ("plan",),
        ("plan", "Upper", "--belt", "tiny"),
        ("plan", "Upper", "Upper", "--belt", "tiny"),
        ("plan", "Upper", "Middle", "--belt", "tiny", "--objective", "most"),
        ("plan", "Upper", "Middle", "--belt", "tiny", "--draws", "0"),
        ("evaluate", "--belt", "no/such/folder"),
        ("check",),
    ],
)
def test_bad_usage_ends_with_2_and_writes_nothing(words: tuple[str, ...], tmp_path: Path) -> None:
    done = (yijiang if words == ("bogus",) else here)(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines()[0].startswith(("yijiang: ", "plan: started"))
    assert "\nyijiang: " in "\n" + done.stderr
    assert "Traceback" not in done.stderr
    assert files(tmp_path) == []


def test_cases_as_json_and_as_text() -> None:
    listed = json.loads(yijiang("cases", "--json").stdout)
    tiny = next(row for row in listed if row["name"] == "tiny")
    assert (tiny["regions"], tiny["sectors"], tiny["year"]) == (3, 4, 2017)
    assert "小例" in here("cases").stdout


def test_unknown_case_names_near_matches() -> None:
    done = here("evaluate", "--belt", "tinny")
    assert done.returncode == 2
    assert "near matches: tiny" in done.stderr


def test_unknown_region_names_near_matches_and_writes_nothing(tmp_path: Path) -> None:
    done = here("plan", "Hubei", "Jiangsi", "--out", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert "unknown region 'Jiangsi'" in done.stderr
    assert "Jiangsu" in done.stderr.split("all:")[0]
    assert files(tmp_path) == []
    done = here("plan", "Hubei", "Atlantis", cwd=tmp_path)
    assert done.returncode == 2
    assert "unknown region 'Atlantis'" in done.stderr
    assert "Hubei" in done.stderr
    assert files(tmp_path) == []


def test_new_then_check_lists_what_is_missing(tmp_path: Path) -> None:
    made = yijiang("new", "mine", cwd=tmp_path)
    assert made.returncode == 0
    assert {"belt.toml", "README.md", "regions.csv"} <= set(files(tmp_path / "mine"))
    checked = here("check", "mine", cwd=tmp_path)
    assert checked.returncode == 2
    assert "finding" in checked.stdout.splitlines()[0]
    found = json.loads(here("check", "mine", "--json", cwd=tmp_path).stdout)["findings"]
    assert len(found) == len(checked.stdout.splitlines()) - 1
    assert set(found[0]) == {"table", "row", "column", "value", "problem", "remedy"}
    again = here("new", "mine", cwd=tmp_path)
    assert again.returncode == 2
    assert "not empty" in again.stderr


def test_check_of_a_clean_belt_and_of_none(tmp_path: Path) -> None:
    write(case("tiny"), tmp_path / "copy")
    assert yijiang("check", tmp_path / "copy").returncode == 0
    assert here("check", "tiny").returncode == 0
    none = here("check", tmp_path / "nothing", "--json")
    assert none.returncode == 2
    assert len(json.loads(none.stdout)["findings"]) == 1


def test_broken_belt_ends_with_2_and_nothing_is_written(tmp_path: Path) -> None:
    broken = broken_belt(tmp_path / "broken")
    before = files(tmp_path)
    done = yijiang("plan", "Upper", "Middle", "--belt", broken, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "regions, line 2, population = '-5'" in done.stderr
    assert files(tmp_path) == before
    assert here("evaluate", "--belt", broken, "--out", tmp_path / "out").returncode == 2
    assert files(tmp_path) == before


def test_results_cannot_go_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    done = here("plan", "Upper", "Middle", "--belt", "tiny", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "is a file" in done.stderr
    assert (tmp_path / "out").read_text() == "mine"


def test_plan_writes_report_document_and_tables(planned: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, out = planned
    assert done.returncode == 0, done.stderr
    document = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    assert set(document) >= KEYS
    assert document["regions"] == ["Upper", "Middle"]
    assert document["belt"] == "tiny"
    assert document["robustness"]["draws"] == 3
    assert all(set(gain) >= GAINS for gain in document["gains"].values())
    assert set(document["provenance"]) >= PROVENANCE
    page = (out / "plan.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    gains = pd.read_parquet(out / "tables" / "gains.parquet")
    assert list(gains["region"]) == ["Upper", "Middle"]
    both = {f.stem for f in (out / "tables").glob("*.csv")}
    assert both == {f.stem for f in (out / "tables").glob("*.parquet")}
    assert {"gains", "river", "transport", "projects"} <= both
    assert [f.name for f in out.parent.iterdir()] == ["out"]


def test_plan_prints_the_result_on_stdout_and_progress_on_stderr(
    planned: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, out = planned
    assert done.stdout.rstrip().endswith(str(out / "plan.html"))
    assert "上游" in done.stdout
    assert "Upper" in done.stdout
    assert done.stderr.splitlines()[0] == "plan: started"


def test_plan_again_keeps_what_else_is_in_the_folder(
    planned: tuple[subprocess.CompletedProcess[str], Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    words = ("plan", "Upper", "Middle", "--belt", "tiny", "--draws", 3, "--lang", "en", "--json", "--out", out)
    done = here(*words)
    assert done.returncode == 0, done.stderr
    assert (out / "notes.txt").read_text() == "mine"
    document = json.loads(done.stdout)
    assert document == json.loads((out / "plan.json").read_text(encoding="utf-8"))
    first = json.loads((planned[1] / "plan.json").read_text(encoding="utf-8"))
    document["provenance"].pop("seconds")
    first["provenance"].pop("seconds")
    assert document == first


def own_projects(folder: Path, *projects: str) -> Path:
    folder.mkdir()
    for table in ("projects", "members", "payers", "levers"):
        frame = case("tiny").table(table)
        frame.loc[frame["project"].isin(projects)].to_csv(folder / f"{table}.csv", index=False)
    return folder


def test_projects_from_a_folder_replace_those_of_the_belt(tmp_path: Path) -> None:
    mine = own_projects(tmp_path / "mine", "phosphorus", "machine_tools", "one_market")
    words = ("plan", "Upper", "Middle", "--belt", "tiny", "--draws", 2, "--projects", mine)
    done = here(*words, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    assert {p["project"] for p in json.loads(done.stdout)["projects"]} == {"phosphorus", "machine_tools", "one_market"}
    (mine / "projects.csv").write_text("\n".join((mine / "projects.csv").read_text().splitlines()[:2]) + "\n")
    done = here(*words, "--out", tmp_path / "other")
    assert done.returncode == 2
    assert "members, line" in done.stderr
    assert not (tmp_path / "other").exists()
    done = here("plan", "Upper", "Middle", "--belt", "tiny", "--projects", tmp_path / "none")
    assert done.returncode == 2
    assert "no projects.csv" in done.stderr


def test_no_feasible_package_ends_with_3_and_says_what_would_let_one(tmp_path: Path) -> None:
    # Cleaning alone costs more than it brings the two sides, and does not reach the agreed target.
    mine = own_projects(tmp_path / "mine", "phosphorus")
    words = ("plan", "Upper", "Middle", "--belt", "tiny", "--projects", mine, "--out", tmp_path / "out")
    done = yijiang(*words)
    assert done.returncode == 3
    relaxations = [line for line in done.stderr.splitlines() if line.startswith("  ")]
    assert relaxations
    assert done.stdout == ""
    assert files(tmp_path) == sorted(["mine", *(f"mine/{f.name}" for f in mine.iterdir())])


def test_evaluate_base_changes_nothing(tmp_path: Path) -> None:
    done = yijiang("evaluate", "--belt", "tiny", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(abs(v - 1) < 1e-8 for v in json.loads(done.stdout)["real_income"].values())
    assert files(tmp_path) == []


def test_evaluate_a_project_writes_tables_when_asked(tmp_path: Path) -> None:
    done = here("evaluate", "机床升级", "--belt", "tiny", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "tiny: machine_tools"
    income = pd.read_csv(tmp_path / "out" / "tables" / "regions.csv").set_index("region")["real_income"]
    assert income["Middle"] > 1
    assert "<svg" in (tmp_path / "out" / "evaluation.html").read_text(encoding="utf-8")
    assert (tmp_path / "out" / "tables" / "modes.csv").is_file()
    assert json.loads((tmp_path / "out" / "evaluation.json").read_text(encoding="utf-8"))["package"] == [
        "machine_tools"
    ]
    assert {"sections.parquet", "links.parquet"} <= {f.name for f in (tmp_path / "out" / "tables").iterdir()}
