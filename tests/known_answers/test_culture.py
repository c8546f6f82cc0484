"""Published answers of spatial interaction and of the orienteering problem with time windows."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yijiang.culture import Interaction, interaction, orienteering

SOLOMON = runpy.run_path(str(Path(__file__).with_name("solomon.py")))

# Austria 2006, migration between nine regions: Dennett (2012), UCL Working Paper 184, as in the tests of spint
# (pysal/spint, tests/test_gravity.py), from where the expected values below are taken.
PLACES = ("AT11", "AT12", "AT13", "AT21", "AT22", "AT31", "AT32", "AT33", "AT34")
FLOWS = """
1131 1887 69 738 98 31 43 19 1633 14055 416 1276 1850 388 303 159 2301 20164 1080 1831 1943 742 674 407 85 379 1597 1608
328 317 469 114 762 1110 2973 1252 1081 622 425 262 196 2027 3498 346 1332 2144 821 274 49 378 1349 310 851 2117 630 106
87 424 978 490 670 577 546 569 33 128 643 154 328 199 112 587
"""
KM = """
103.001845 84.204666 220.811933 132.00748 214.511814 246.933305 390.85611 505.089539 45.796272 216.994739 129.878172
140.706671 201.232355 343.50075 453.515594 249.932874 158.630661 186.420738 244.108305 387.61776 498.407152 92.407958
151.777157 92.894408 194.851669 306.105825 124.563096 122.433524 261.893783 376.34667 81.753652 208.456383 314.793199
145.076472 258.591197 114.46325
"""
LEAVING = (4320, 21478, 30500, 5012, 8811, 11349, 6021, 4477, 2275)
COMING = (5452, 27169, 28710, 4354, 9069, 8577, 4963, 3923, 2026)


def austria(model: str) -> Interaction:
    pairs = [(o, d) for o in PLACES for d in PLACES if o != d]
    table = pd.DataFrame(pairs, columns=["origin", "destination"]).assign(value=np.array(FLOWS.split(), float))
    half = iter(KM.split())
    km = {frozenset((a, b)): float(next(half)) for i, a in enumerate(PLACES) for b in PLACES[i + 1 :]}
    return interaction(
        table, [km[frozenset(p)] for p in pairs], model,
        origin_size=pd.Series(LEAVING, PLACES, dtype=float), destination_size=pd.Series(COMING, PLACES, dtype=float),
    )  # fmt: skip


def test_unconstrained_gravity_of_austria() -> None:
    found = austria("unconstrained")
    assert found.coefficients["value"].tolist() == pytest.approx(
        [-7.95447436, 0.863867812, 0.880474585, -0.00620544765], rel=1e-7
    )
    errors = [7.55583451e-02, 5.16838440e-03, 4.78122141e-03, 5.18488192e-05]
    assert found.coefficients["error"].tolist() == pytest.approx(errors, rel=5e-5)
    assert found.fit.deviance == pytest.approx(19806.408696637576, abs=1e-3)
    assert found.fit.log_likelihood == pytest.approx(-10193.542694454361, abs=1e-3)
    measures = found.measures
    assert measures["AIC"] == pytest.approx(20395.085388908723, abs=1e-3)
    assert measures["D2"] == pytest.approx(0.88713874099960177, abs=1e-7)
    assert measures["pseudo_R2"] == pytest.approx(0.88421303645743465, abs=1e-7)
    assert measures["SRMSE"] == pytest.approx(0.62063116008447083, abs=1e-4)
    first = found.flows["fitted"][[0, 1, 9]].tolist()
    assert first == pytest.approx([2053.49248, 2422.40706, 12287.11928], abs=1e-3)


def test_robust_errors_of_austria() -> None:
    """statsmodels 0.15.0, GLM Poisson with cov_type HC0 on the same data."""
    wanted = [1.48696557, 0.100694161, 0.092917192, 0.00102458127]
    assert austria("unconstrained").coefficients["robust_error"].tolist() == pytest.approx(wanted, rel=1e-8)


def test_constrained_gravity_of_austria() -> None:
    production, attraction, doubly = (austria(m) for m in ("origin", "destination", "doubly"))
    assert production.cost == pytest.approx(-138.07670549 * 5.26601057e-05, rel=1e-6)
    assert production.fit.deviance == pytest.approx(15279.974241770311, abs=1e-3)
    assert production.measures["D2"] == pytest.approx(0.912931356874, abs=1e-9)
    wanted = [-0.88439723, 1.62180605, 1.92772078, 0.12462001, 0.62378812, 0.69646073, 0.20909411, 0.6856777,
              0.48539625, 0.89235874, -0.00693755]  # fmt: skip
    assert attraction.coefficients["value"].tolist() == pytest.approx(wanted, abs=1e-7)
    assert attraction.fit.deviance == pytest.approx(15673.222613627502, abs=1e-3)
    wanted = [6.20471518, 1.5449095, 2.4414292, 0.69924374, 0.94869185, 1.28967637, 0.74270015, 1.19468573, 0.98874193,
              1.49709841, 2.18492741, 0.18784818, 0.66434515, 0.74264938, 0.21334535, 0.66765781, 0.39986094,
              -0.00791533]  # fmt: skip
    assert doubly.coefficients["value"].tolist() == pytest.approx(wanted, abs=1e-7)


@pytest.mark.parametrize(("name", "service", "best"), [("C101", 90.0, 320.0), ("R101", 10.0, 198.0)])
def test_orienteering_with_time_windows_of_solomon(name: str, service: float, best: float) -> None:
    """Optimal for one route of 100 sites: Righini and Salani (2009); Labadie and others (2012), table of one route."""
    found = orienteering(**SOLOMON["instance"](SOLOMON[name], service))
    assert (found.score, found.gap, found.method) == (best, 0.0, "labels")
