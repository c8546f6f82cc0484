"""What goes wrong in mid-run: a killed worker, a full disk, a time limit, no money, limits that nothing meets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from tests.test_cli import ENVIRONMENT, files, here

from yijiang.belt import case, write
from yijiang.cli import main

PLAN = ("plan", "Upper", "Middle", "--belt", "tiny")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and limits a file's size")


def started(*words: object, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "yijiang", *map(str, words)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, preexec_fn=before
    )


def workers_of(pid: int) -> list[int]:
    """Processes that a command started for its draws."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == pid and b"spawn_main" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:  # it ended while it was looked at
                continue
    return found


@LINUX
def test_a_killed_worker_is_told_and_the_next_run_goes_on(tmp_path: Path) -> None:
    store = tmp_path / "store"
    words = (*PLAN, "--draws", 30, "--store", store)
    run = started(*words, "--workers", 2, "--out", tmp_path / "out")
    end = time.monotonic() + 400
    while time.monotonic() < end and run.poll() is None:
        there = workers_of(run.pid)
        # Some draws are kept by now; the responses of the candidates alone are ten files.
        if len(there) == 2 and store.is_dir() and len(list(store.iterdir())) >= 15:
            os.kill(there[0], signal.SIGKILL)
            break
        time.sleep(0.01)
    _, said = run.communicate(timeout=400)
    assert run.returncode == 4, said
    assert "a worker process was killed" in said
    assert "--store" in said
    assert not (tmp_path / "out").exists()
    kept = {f.name: f.read_bytes() for f in store.iterdir()}
    again = here(*words, "--workers", 1, "--out", tmp_path / "out", "--json")
    assert again.returncode == 0, again.stderr
    assert all((store / name).read_bytes() == was for name, was in kept.items()), "a finished draw was computed again"


@LINUX
def test_a_full_disk_leaves_the_earlier_results_as_they_were(tmp_path: Path) -> None:
    import resource

    out = tmp_path / "out"
    done = here(*PLAN, "--draws", 2, "--out", out)
    assert done.returncode == 0, done.stderr
    was = {name: (out / name).read_bytes() for name in files(out) if (out / name).is_file()}
    # No file may grow past 30 kB: the report is longer than that, so writing it fails as on a full disk.
    run = started(
        *PLAN, "--draws", 3, "--out", out, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
    )
    printed, said = run.communicate(timeout=400)
    assert run.returncode == 2, said
    assert "can't be written" in said or "File too large" in said
    assert "Traceback" not in said
    assert printed == ""
    assert {name: (out / name).read_bytes() for name in files(out) if (out / name).is_file()} == was
    assert files(tmp_path) == sorted(["out", *(f"out/{name}" for name in files(out))])


def test_a_time_limit_too_short_for_any_package_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*PLAN, "--draws", "2", "--time-limit", "1e-9", "--out", str(tmp_path / "out")]) == 4
    assert "Time limit reached" in capsys.readouterr().err
    assert files(tmp_path) == []
    assert main([*PLAN, "--time-limit", "0", "--out", str(tmp_path / "out")]) == 2
    assert "--time-limit must be above 0" in capsys.readouterr().err


def without_money(folder: Path, **more: pd.DataFrame) -> list[str]:
    """Words that plan the tiny case with budgets of zero."""
    belt = case("tiny")
    years = range(int(belt.table("projects")["start_year"].min()), 2060)
    rows = [(region, year, 0.0, "tiny", "assumed") for region in ("Upper", "Middle") for year in years]
    budgets = pd.DataFrame(rows, columns=["region", "year", "value", "source", "status"])
    write(belt.with_tables(budgets=budgets, **more), folder / "poor")
    return ["plan", "Upper", "Middle", "--belt", str(folder / "poor"), "--draws", "2", "--out", str(folder / "out")]


def test_without_money_and_without_targets_nothing_is_chosen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = without_money(tmp_path, **{name: case("tiny").table(name).iloc[:0] for name in ("targets", "compensation")})
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["package"] == []
    assert all(gain["after_transfer"] == pytest.approx(0, abs=1e-6) for gain in document["gains"].values())


def test_targets_that_no_money_can_reach_end_with_3_and_name_what_would_help(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(without_money(tmp_path)) == 3
    printed = capsys.readouterr()
    assert [line for line in printed.err.splitlines() if line.startswith("  ")]
    assert printed.out == ""
    assert not (tmp_path / "out").exists()
