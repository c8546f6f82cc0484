"""The layout of CEADs: a file made here in that layout is read back, whatever the names, and its totals are audited."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yijiang.economy import Accounts
from yijiang.economy.accounts.ceads import provinces
from yijiang.errors import DataError, OptionError

SECTORS = ["Agriculture", "Coal mining", "Others"]
USES = ["Rural household", "Urban household", "Government", "Capital formation", "Inventory changes"]
ADDED = ["Compensation of employees", "Net taxes on production", "Depreciation", "Operating surplus"]
HEAD = 2


class Made:
    """A balanced table of three provinces in the layout: cells, and the parts it was made of."""

    def __init__(self, names: list[str], competitive: bool = False, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        size = len(names) * len(SECTORS)
        self.names = names
        self.Z = rng.uniform(1, 9, (size, size)).round(1)
        self.Y = rng.uniform(20, 60, (size, len(names) * len(USES))).round(1)
        self.Y[:, 4] -= 25.0  # stock changes of the first province are negative in places
        self.exports, self.error = rng.uniform(5, 9, size).round(1), rng.uniform(-1, 1, size).round(2)
        self.taken = rng.uniform(2, 4, size).round(1) if competitive else np.zeros(size)
        self.imports = np.zeros(size) if competitive else rng.uniform(1, 3, size).round(1)
        self.final_imports = np.zeros(self.Y.shape[1]) if competitive else rng.uniform(1, 3, self.Y.shape[1]).round(1)
        self.x = self.Z.sum(1) + self.Y.sum(1) + self.exports + self.error - self.taken
        rest = self.x - self.Z.sum(0) - self.imports
        self.added = np.outer([0.5, 0.1, 0.1, 0.3], rest)
        self.competitive = competitive

    def cells(self) -> pd.DataFrame:
        size, uses = len(self.Z), self.Y.shape[1]
        width = 3 + size + 1 + uses + 1 + 1 + 1 + 1 + (1 if self.competitive else 0)
        labels = [(name, sector) for name in self.names for sector in SECTORS]
        head: list[list[object]] = [[""] * width for _ in range(HEAD)]
        at = 3
        for name, sector in labels:
            head[0][at], head[1][at] = name, sector
            at += 1
        head[1][at] = "TIU"
        at += 1
        for name in self.names:
            for k, use in enumerate(USES):
                # As in merged cells: the province stands over its first use only.
                head[0][at], head[1][at] = (name if k == 0 else ""), use
                at += 1
        extra = ["Export", "TFU", *(["Import"] if self.competitive else []), "Others", "X"]
        for name in extra:
            head[1][at] = name
            at += 1
        final = self.Y.sum(1) + self.exports
        rows: list[list[object]] = list(head)
        for i, (name, sector) in enumerate(labels):
            tail = [final[i], *([self.taken[i]] if self.competitive else []), self.error[i], self.x[i]]
            first = name if i % len(SECTORS) == 0 else ""
            rows.append(
                [first, str(i % 3 + 1), sector, *self.Z[i], self.Z[i].sum(), *self.Y[i], self.exports[i], *tail]
            )

        def below(text: str, values: np.ndarray, more: np.ndarray | None = None) -> list[object]:
            line: list[object] = ["", "", text, *values, ""]
            return line + ([*more] if more is not None else [""] * uses) + [""] * (width - len(line) - uses)

        if not self.competitive:
            rows.append(below("Import", self.imports, self.final_imports))
        rows.append(below("TII", self.Z.sum(0) + self.imports))
        rows += [below(text, values) for text, values in zip(ADDED, self.added, strict=True)]
        rows.append(below("TVA", self.added.sum(0)))
        rows.append(below("X", self.x))
        return pd.DataFrame(rows)


@pytest.mark.parametrize(
    "names", [["Hubei", "Jiangsu", "Shanghai"], ["湖北", "江苏省", "上海市"], ["420000", "320000", "310000"]]
)
def test_every_part_is_found_by_its_label(names: list[str]) -> None:
    made = Made(names)
    acc = Accounts.read_ceads(made.cells(), unit="10 000 CNY")
    assert acc.regions == ["Hubei", "Jiangsu", "Shanghai"]
    assert acc.sectors == SECTORS
    np.testing.assert_allclose(acc.Z, made.Z)
    np.testing.assert_allclose(acc.Y, np.column_stack([made.Y, made.exports]))
    assert acc.Y.columns[[0, 4, -1]].tolist() == [("Hubei", USES[0]), ("Hubei", USES[4]), ("abroad", "exports")]
    np.testing.assert_allclose(acc.F, made.added)
    assert acc.F.index.tolist() == ADDED
    np.testing.assert_allclose(acc.tables.discrepancy, made.error)
    np.testing.assert_allclose(acc.tables.imports, made.imports)
    np.testing.assert_allclose(acc.extensions["imports"].F, [made.imports])
    np.testing.assert_allclose(acc.extensions["imports"].F_Y, [[*made.final_imports, 0.0]])
    np.testing.assert_allclose(acc.x["indout"], made.x)
    assert acc.balance < 1e-12
    assert acc.extract("湖北省", "coal mining").total > 0
    assert acc.export_decomposition(["420000", "Jiangsu"], as_one="pair").residual < 1e-12


def test_imports_inside_the_rows_are_taken_out() -> None:
    made = Made(["Hubei", "Jiangsu", "Shanghai"], competitive=True)
    acc = Accounts.read_ceads(made.cells(), imports="competitive")
    share = made.taken / (made.Z.sum(1) + made.Y.sum(1))
    np.testing.assert_allclose(acc.Z, made.Z * (1 - share)[:, None])
    np.testing.assert_allclose(acc.Y.iloc[:, -1], made.exports)
    np.testing.assert_allclose(acc.tables.imports, share @ made.Z)
    np.testing.assert_allclose(acc.x["indout"], made.x)
    assert acc.balance < 1e-12
    assert any("[assumed]" in note and "imports" in note for note in acc.notes)


@pytest.mark.parametrize("form", ["utf-8", "gb18030", "xlsx"])
def test_files(tmp_path: Path, form: str) -> None:
    made = Made(["湖北", "江苏", "上海"])
    path = tmp_path / ("table.xlsx" if form == "xlsx" else "table.csv")
    if form == "xlsx":
        made.cells().to_excel(path, index=False, header=False)
    else:
        path.write_bytes(made.cells().to_csv(index=False, header=False).encode(form))
    np.testing.assert_allclose(Accounts.read_ceads(path).Z, made.Z)


def test_totals_that_do_not_add_up_are_all_named() -> None:
    made = Made(["Hubei", "Jiangsu", "Shanghai"])
    cells = made.cells()
    cells.iloc[HEAD, 3 + 9] = 999.0  # total uses of Hubei's agriculture
    cells.iloc[HEAD + 4, cells.shape[1] - 1] = 1.0  # output of Jiangsu's coal
    with pytest.raises(DataError) as error:
        Accounts.read_ceads(cells)
    found = [(f.column, f.problem) for f in error.value.findings]
    assert ("Hubei, Agriculture", "the printed total uses differs from the sum of its parts") in found
    assert ("Jiangsu, Coal mining", "the printed output differs from the sum of its parts") in found
    assert len(found) == 2


def test_cells_and_layouts_that_cannot_be_read() -> None:
    cells = Made(["Hubei", "Jiangsu", "Shanghai"]).cells()
    cells.iloc[HEAD + 1, 5] = "n.a."
    with pytest.raises(DataError, match=r"Hubei, Coal mining → Hubei, Others = 'n.a.'"):
        Accounts.read_ceads(cells)
    with pytest.raises(DataError, match="no row of labels names a province"):
        Accounts.read_ceads(pd.DataFrame([["a", 1.0], ["b", 2.0]]))
    with pytest.raises(DataError, match="no column of imports"):
        Accounts.read_ceads(Made(["Hubei", "Jiangsu", "Shanghai"]).cells(), imports="competitive")
    with pytest.raises(OptionError, match="competitive"):
        Accounts.read_ceads(cells, imports="some")


def test_every_province_has_its_names() -> None:
    known, others = provinces()
    assert len(others) == 31
    assert known["陕西"] == "Shaanxi" != known["山西"] == "Shanxi"
    assert known["neimenggu"] == known["innermongolia"] == "InnerMongolia"
    assert known["xizang"] == "Tibet"
