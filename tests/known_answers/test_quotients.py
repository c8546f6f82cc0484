"""Location quotients against published figures."""

from __future__ import annotations

import pytest

from yijiang.economy.estimate import location_quotients


def test_location_quotient_of_farhauer_and_kroell() -> None:
    """Farhauer & Kröll (2013), Standorttheorien: 1,714 of 79,006 jobs in the region, 879,213 of 15,593,224 in all.

    0.3847623 as printed in the manual of the R package REAT, function locq.
    """
    region, nation = [1714, 79006 - 1714], [879213, 15593224 - 879213]
    assert location_quotients(region, nation, "slq")[0, 0] == pytest.approx(0.3847623, abs=5e-8)
