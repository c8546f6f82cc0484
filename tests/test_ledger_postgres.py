"""The same ledger in PostgreSQL: a real server is started where the system has one."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import yijiang
from yijiang.errors import DataError, OptionError
from yijiang.ledger import Ledger, create_key

A, B = "甲", "乙"
psycopg = pytest.importorskip("psycopg", reason="the extra yijiang[postgres] is not installed")


def server_programs() -> Path | None:
    """The folder of the newest server's programs."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4))
    found = shutil.which("initdb")
    return folders[-1] if folders else Path(found).parent if found else None


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The socket folder of a server started for these tests; it listens on no network."""
    programs = server_programs()
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if programs is None or (root and not shutil.which("runuser")):
        pytest.skip("no PostgreSQL server here")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    prefix: list[str] = []
    if root:
        # The server refuses to run as root; the system's package brings a user of its own.
        shutil.chown(folder, "postgres")
        prefix = ["runuser", "-u", "postgres", "--"]
    data = str(folder / "data")

    def call(*command: str) -> None:
        # The server inherits the streams, and a pipe would stay open as long as it runs.
        done = subprocess.run([*prefix, *command], cwd=folder, stdout=subprocess.DEVNULL, timeout=60, check=False)
        assert done.returncode == 0, command

    call(str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale")
    options = f"-k {folder} -c listen_addresses='' -c max_connections=20"
    call(str(programs / "pg_ctl"), "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield str(folder)
    finally:
        call(str(programs / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def database(server: str, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Make an empty database and return its address."""

    def make(name: str) -> str:
        whole = f"{request.node.name}_{name}"[:60]
        with psycopg.connect(f"postgresql:///postgres?host={server}&user=postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{whole}"')
        return f"postgresql:///{whole}?host={server}&user=postgres"

    return make


def keys(folder: Path) -> dict[str, Path]:
    made = {A: folder / "a.pem", B: folder / "b.pem"}
    for path in made.values():
        create_key(path)
    return made


def test_two_sides_one_in_a_file_one_in_a_server(database: Callable[[str], str], tmp_path: Path) -> None:
    key, url = keys(tmp_path), database("a")
    with (
        Ledger.create(url, side=A, sides=[A, B], title="t", key=key[A]) as a,
        Ledger.join(tmp_path / "b.db", a, B, key[B]) as b,
    ):
        a.add("commitment", id="c1", text="王晓东希望合作", sides=[A, B])
        b.merge(url)
        for ledger in (a, b):
            ledger.add("owner", of="c1", organisation="x", person="王晓东")
            ledger.sign("c1", "agreed")
        a.merge(tmp_path / "b.db")
        a.take_heads(b.heads())
        b.merge(a)
        assert a.state("2026-01-01").to_dict() == b.state("2026-01-01").to_dict()
        assert a.state("2026-01-01").find("c1")["status"] == "agreed"
        digest = a.add_document("报道", "原文")
        a.remove_document(digest)
        a.add("erase", person="王晓东")
        assert a.state("2026-01-01").find("c1")["owners"][A]["person"] == "—"
        assert a.verify() == b.verify() == []
    with Ledger.open(url) as again, Ledger.join(database("b"), again.exchange(), B, key[B]) as copy:
        assert copy.state("2026-01-01").to_dict() == again.state("2026-01-01").to_dict()


def test_events_are_neither_changed_nor_deleted(database: Callable[[str], str], tmp_path: Path) -> None:
    key, url = keys(tmp_path), database("a")
    with Ledger.create(url, side=A, sides=[A, B], title="t", key=key[A]) as a:
        a.add("note", text="one")
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in (
                "UPDATE ledger_events SET seq = 9",
                "DELETE FROM ledger_events",
                "TRUNCATE ledger_events",
            ):
                with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
                    connection.execute(statement)
            assert a.verify() == []
            connection.execute("ALTER TABLE ledger_events DISABLE TRIGGER ALL")
            connection.execute("UPDATE ledger_events SET payload = replace(payload, 'one', 'two')")
        assert [(fault.side, fault.seq, fault.what) for fault in a.verify()] == [(A, 2, "changed")]


WRITER = """
import sys
from yijiang.ledger import Ledger
place, key, name = sys.argv[1:]
with Ledger.open(place, key) as ledger:
    for number in range(100):
        ledger.add("note", text=f"{name} {number}")
"""


def test_two_processes_writing_at_once_are_both_kept(database: Callable[[str], str], tmp_path: Path) -> None:
    key, url = keys(tmp_path), database("a")
    Ledger.create(url, side=A, sides=[A, B], title="t", key=key[A]).close()
    paths = os.pathsep.join(filter(None, [str(Path(yijiang.__file__).parents[1]), os.environ.get("PYTHONPATH")]))
    commands = [[sys.executable, "-c", WRITER, url, str(key[A]), name] for name in ("one", "two")]
    writers = [subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}) for command in commands]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    with Ledger.open(url) as ledger:
        assert ledger.verify() == []
        texts = [row["text"] for row in ledger.state("2026-01-01").to_dict()["history"] if row["kind"] == "note"]
    assert sorted(texts) == sorted(f"{name} {number}" for name in ("one", "two") for number in range(100))


def test_wrong_places_are_refused(database: Callable[[str], str], server: str, tmp_path: Path) -> None:
    key, url = keys(tmp_path), database("a")
    with pytest.raises(OptionError, match="no ledger"):
        Ledger.open(url)
    Ledger.create(url, side=A, sides=[A, B], title="t", key=key[A]).close()
    with pytest.raises(OptionError, match="holds a ledger already"):
        Ledger.create(url, side=A, sides=[A, B], title="t", key=key[A])
    with pytest.raises(OptionError, match="no connection") as refused:
        Ledger.open(f"postgresql://{getpass.getuser()}:secret@/nowhere?host={server}")
    assert "secret" not in str(refused.value)
    with Ledger.open(url, key[A]) as ledger:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP TABLE ledger_meta")
        with pytest.raises(DataError, match="database fails"):
            ledger.add("note", text="x")
