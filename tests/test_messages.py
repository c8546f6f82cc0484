from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import yijiang
from yijiang.errors import OptionError
from yijiang.messages import LANGUAGES, catalogue, has_message, message

ROOMS = [Path(next(iter(yijiang.__path__))) / room for room in ("report", "charts")]


def test_every_key_has_every_language() -> None:
    assert len(catalogue()) > 100
    assert all(text[lang].strip() for text in catalogue().values() for lang in LANGUAGES)


def test_both_languages_name_the_same_values() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    uneven = [key for key, text in catalogue().items() if fields(text["en"]) != fields(text["zh"])]
    assert uneven == []


def test_chinese_texts_are_chinese() -> None:
    plain = [key for key, text in catalogue().items() if not re.search("[\u4e00-\u9fff\u2160-\u217f]", text["zh"])]
    assert plain == ["project.payer"]


def test_every_key_the_report_names_exists() -> None:
    used = set()
    for room in ROOMS:
        for path in sorted([*room.glob("*.py"), *room.glob("*.j2")]):
            used |= set(re.findall(r'\b(?:say|m)\("([a-z_]+\.[a-z_]+)"[,)]', path.read_text(encoding="utf-8")))
    assert len(used) > 60
    assert sorted(key for key in used if not has_message(key)) == []


def test_values_are_filled_in() -> None:
    assert message("first.pays", "en", payer="A", payee="B", amount="1") == "A pays B 1 a year."


@pytest.mark.parametrize(("key", "lang"), [("no.such", "en"), ("first.pays", "fr"), ("first.pays", "en")])
def test_faults_are_named(key: str, lang: str) -> None:
    with pytest.raises(OptionError):
        message(key, lang)
