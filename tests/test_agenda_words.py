"""The word lists of the agenda: counts known from the standard, and characters that must not be touched."""

from __future__ import annotations

from collections import Counter

import pytest

from yijiang.agenda.folding import fold
from yijiang.agenda.words import regions, simplify_table, surnames


def test_prefectures_per_province() -> None:
    count = Counter(row.parent for row in regions() if row.level == "prefecture")
    known = {
        "湖北省": 13,
        "江苏省": 13,
        "广东省": 21,
        "四川省": 21,
        "新疆维吾尔自治区": 14,
        "云南省": 16,
        "内蒙古自治区": 12,
    }
    assert {name: count[name] for name in known} == known
    assert sum(row.level == "province" for row in regions()) == 34
    assert sum(count.values()) == 333
    names = [row.name for row in regions()]
    assert len(set(names)) == len(names)
    assert {row.parent for row in regions()} - {""} <= set(names)


@pytest.mark.parametrize(
    ("written", "simple"),
    [
        ("廣東臺灣長江書記會議", "广东台湾长江书记会议"),
        ("廣西壯族自治區強調張劉陳鄧馬黃呂產業衛為", "广西壮族自治区强调张刘陈邓马黄吕产业卫为"),
        ("发后干里余云台系制征面松丰沈范郁叶", "发后干里余云台系制征面松丰沈范郁叶"),
        ("ＡＢ１２，；：（）", "AB12,;:()"),
    ],
)
def test_folding(written: str, simple: str) -> None:
    assert fold(written) == simple
    assert len(fold(written)) == len(written)


def test_every_character_stands_for_one_other() -> None:
    table = simplify_table()
    assert len(table) > 2000
    assert all(source != target for source, target in table.items())


def test_surnames() -> None:
    single, compound = surnames()
    assert set("应王娄吴黄李马韩赵惠昝逄郄亓乜禤") <= single
    assert {"欧阳", "司马", "尉迟", "皇甫"} <= compound
