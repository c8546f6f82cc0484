"""Shared fixtures. Only tests that use `source_data` need the folder of source tables beside the checkout."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run and machine; two busy cores are no reason to fail.
settings.register_profile("yijiang", derandomize=True, deadline=None)
settings.load_profile("yijiang")

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
