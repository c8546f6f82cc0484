"""What is kept between runs, and work spread over processes: whole or not at all, always in order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from yijiang.errors import OptionError
from yijiang.numerics.executor import each
from yijiang.numerics.store import Store, key


def test_the_same_content_is_computed_once(tmp_path: Path) -> None:
    store, calls = Store(tmp_path / "kept"), []

    def compute() -> dict[str, np.ndarray]:
        calls.append(1)
        return {"x": np.array([1 / 3, np.nan]), "n": np.zeros((0, 2))}

    first = store.get({"a": 0.1}, compute)
    again = store.get({"a": 0.1}, compute)
    assert len(calls) == 1
    assert store.found == 1
    assert np.array_equal(first["x"], again["x"], equal_nan=True)
    assert again["n"].shape == (0, 2)
    # The last bit of a figure counts.
    store.get({"a": np.nextafter(0.1, 1)}, compute)
    assert len(calls) == 2


def test_a_broken_file_is_computed_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.get("one", lambda: {"x": np.ones(3)})
    (file,) = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:40])
    assert store.get("one", lambda: {"x": np.ones(3)})["x"].sum() == 3
    assert store.found == 0
    assert Store(tmp_path).get("one", lambda: {})["x"].sum() == 3


def test_a_computation_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        Store(tmp_path).get("one", lambda: {"x": np.array(1 / 0)})
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.get("before", lambda: {"x": np.ones(2)})

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(np, "savez", full)
        with pytest.raises(OSError, match="No space"):
            store.get("after", lambda: {"x": np.ones(2)})
    assert Store(tmp_path).get("before", lambda: {})["x"].tolist() == [1.0, 1.0]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("")
    with pytest.raises(OptionError, match="is a file"):
        Store(tmp_path / "kept")


def test_keys_take_only_plain_values() -> None:
    assert key({"b": 1, "a": np.float64(2)}) == key({"a": 2.0, "b": 1})
    with pytest.raises(TypeError):
        key(object())


SCRIPT = """
import os
from yijiang.numerics.executor import each

def work(shared, item):
    if item == 99:
        os._exit(9)
    return item / shared

if __name__ == "__main__":
    print(list(each(work, 2, range(8), workers=2)))
    try:
        list(each(work, 2, [1, 99, 3], workers=2))
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_processes_keep_the_order_and_a_killed_one_is_told(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=True)
    order, error = done.stdout.splitlines()
    assert order == str([k / 2 for k in range(8)])
    assert error.startswith("SolveError a worker process was killed before its work was done")


def test_a_cluster_gives_the_same() -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert list(each(pow, 2, [1, 2, 3], executor=client)) == [2, 4, 8]
