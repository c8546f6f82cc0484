"""Gross exports against what the R packages decompr and icio print for the leather table."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from yijiang.economy import Accounts

# Tests are imported by file (--import-mode=importlib), so a neighbour is too.
_spec = importlib.util.spec_from_file_location("leather", Path(__file__).with_name("leather.py"))
assert _spec is not None
assert _spec.loader is not None
leather = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(leather)

PRINTED = 6e-6  # half a unit of the last digit printed


@pytest.fixture(scope="module")
def acc() -> Accounts:
    return Accounts(leather.INTER, leather.FINAL, regions=leather.REGIONS, sectors=leather.SECTORS)


def test_output_is_the_printed_one(acc: Accounts) -> None:
    np.testing.assert_allclose(acc.x["indout"], leather.OUTPUT, rtol=1e-12)


def test_leontief_decomposition_of_decompr(acc: Accounts) -> None:
    sold = leather.FINAL.sum(1) + leather.INTER.sum(1)
    home = [
        leather.INTER[3 * r : 3 * r + 3, 3 * r : 3 * r + 3].sum(1) + leather.FINAL[3 * r : 3 * r + 3, r]
        for r in range(3)
    ]
    content = acc.S.to_numpy().T * acc.L.to_numpy() * (sold - np.concatenate(home))
    np.testing.assert_allclose(content[:2, :2], leather.LEONTIEF, atol=1e-8)


@pytest.mark.parametrize("approach", ["source", "sink"])
def test_countries(acc: Accounts, approach: str) -> None:
    found = acc.export_decomposition(approach=approach)
    np.testing.assert_allclose(found.table[list(leather.TERMS)], leather.COUNTRY, rtol=PRINTED)
    assert found.residual < 1e-14


def test_koopman_wang_wei_share_the_domestic_side(acc: Accounts) -> None:
    found = acc.export_decomposition().table
    np.testing.assert_allclose(found["DVA"], leather.KWW_DVA, rtol=PRINTED)
    np.testing.assert_allclose(found["REF"], leather.KWW_RETURNS, rtol=PRINTED)


def test_corrected_kww(acc: Accounts) -> None:
    found = acc.export_decomposition(perspective="world", approach="sink")
    np.testing.assert_allclose(found.table[["FVA", "FDC"]], leather.WORLD_SINK, rtol=PRINTED)
    first = acc.export_decomposition(perspective="world", approach="source").table
    # Borin & Mancini (2019), section 5.1: both ways of recording have the same sum over the world.
    assert first["FVA"].sum() == pytest.approx(found.table["FVA"].sum(), rel=1e-12)


def test_sectors(acc: Accounts) -> None:
    found = acc.export_decomposition(level="sector").table
    np.testing.assert_allclose(found[list(leather.SECTOR_TERMS)], leather.SECTOR, rtol=PRINTED)


@pytest.mark.parametrize(
    ("options", "terms", "printed"),
    [
        ({}, leather.BILATERAL_TERMS, leather.BILATERAL),
        ({"approach": "sink"}, leather.SINK_TERMS, leather.SINK),
        ({"perspective": "self"}, leather.SELF_TERMS, leather.SELF),
    ],
)
def test_bilateral_flows(acc: Accounts, options: dict, terms: tuple, printed: dict) -> None:
    found = acc.export_decomposition(level="bilateral", **options).table
    for (exporter, importer), values in printed.items():
        rows = found.xs((exporter, importer), level=("exporter", "importer"))
        np.testing.assert_allclose(rows[list(terms)], values, rtol=PRINTED)


def test_miroudot_ye_is_extraction_of_the_exports(acc: Accounts) -> None:
    """By hand: the inverse of the table without a country's exports, formed outright."""
    found = acc.export_decomposition(method="my").table
    A, v = acc.A.to_numpy(), 1 - acc.A.to_numpy().sum(0)
    for g, name in enumerate(leather.REGIONS):
        own = np.arange(3 * g, 3 * g + 3)
        other = np.setdiff1d(np.arange(9), own)
        without = A.copy()
        without[np.ix_(own, other)] = 0
        B, Bx = np.linalg.inv(np.eye(9) - A), np.linalg.inv(np.eye(9) - without)
        e = leather.INTER[np.ix_(own, other)].sum(1) + np.delete(leather.FINAL[own], g, axis=1).sum(1)
        dva, fva = v[own] @ Bx[np.ix_(own, own)] @ e, v[other] @ Bx[np.ix_(other, own)] @ e
        ddc, fdc = v[own] @ (B - Bx)[np.ix_(own, own)] @ e, v[other] @ (B - Bx)[np.ix_(other, own)] @ e
        np.testing.assert_allclose(found.loc[name, ["DVA", "DDC", "FVA", "FDC"]], [dva, ddc, fva, fdc], rtol=1e-12)
    np.testing.assert_allclose(found["DVA"], acc.export_decomposition().table["DVA"], rtol=1e-12)
