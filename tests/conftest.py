"""Shared fixtures. Only tests that use `source_data` need the folder of source tables beside the checkout."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# The same examples on every run and machine; two busy cores are no reason to fail.
settings.register_profile("yijiang", derandomize=True, deadline=None)
settings.load_profile("yijiang")

# With several workers, all files of one of these rooms go to the same one, and before all others: a checkout that was
# never run compiles each kernel once, and what plans finds them compiled. Of the other files the long ones come first.
ROOMS = {
    "economy": ("test_equilibrium", "test_estimate"),
    "freight, river and science": ("test_transport", "test_river", "test_science", "test_culture"),
}
LONG = ("test_planning", "test_cli_failures", "test_cli.py", "test_ranges", "test_response", "test_report")

SOURCE_DATA = Path(os.environ.get("YIJIANG_FIXTURES", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture
def source_data() -> Callable[[str], Path]:
    """Return the folder of one source data set; without it the test is reported as skipped, with the reason."""

    def find(name: str) -> Path:
        folder = SOURCE_DATA / name
        if not folder.is_dir():
            pytest.skip(f"needs the source tables {name!r}; set YIJIANG_FIXTURES to the folder that holds them")
        return folder

    return find


def _begins(file: str, names: tuple[str, ...]) -> bool:
    return Path(file).name.startswith(names)


def _scope(file: str) -> str:
    return next((room for room, names in ROOMS.items() if _begins(file, names)), file)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests in the order in which workers take them; a run in one process keeps the order of the files."""
    if hasattr(config, "workerinput"):
        rooms = list(ROOMS)

        def rank(item: pytest.Item) -> int:
            file = item.nodeid.split("::", 1)[0]
            scope = _scope(file)
            return rooms.index(scope) if scope in rooms else len(rooms) + (not _begins(file, LONG))

        items.sort(key=rank)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give out rooms where pytest-xdist would give out files."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class ByRoom(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _scope(super()._split_scope(nodeid))

    config.option.loadscopereorder = False  # else the scopes of most tests came first
    return ByRoom(config, log)
