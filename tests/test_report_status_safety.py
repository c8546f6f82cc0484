"""The status page holds any content safely, leads nowhere it should not, and opens in a browser."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from yijiang.messages import LANGUAGES, message
from yijiang.report.status import render, write

shared = runpy.run_path(str(Path(__file__).with_name("status_ledger.py")))
Page, Pair = shared["Page"], shared["Pair"]
HB, SIDES, TEXT = shared["HB"], shared["SIDES"], shared["TEXT"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NASTY = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Any]:
    made = Pair(tmp_path)
    yield made
    made.hb.close()
    made.js.close()


@pytest.fixture
def spoken(pair: Any) -> Any:
    return shared["one_point"](pair)


@pytest.fixture
def whole(spoken: Any) -> Any:
    return shared["everything"](spoken)


def test_every_link_within_the_page_leads_somewhere(whole: Any) -> None:
    for lang in ("both", *LANGUAGES):
        page = whole.page(lang)
        assert len(page.ids) == len(set(page.ids))
        inner = [link["href"][1:] for link in page.links if link["href"].startswith("#")]
        assert len(inner) > 20
        assert set(inner) <= set(page.ids)


def test_a_point_and_its_words_in_the_source_lead_to_each_other(spoken: Any) -> None:
    page = render(spoken.state(), lang="en")
    assert f'<mark id="q-c-1">{TEXT[4:26]}</mark><sup><a href="#c-1">1</a></sup>' in page
    assert '<a href="#q-c-1">' in page
    assert 'id="c-1"' in page
    digest = spoken.state()["sources"][0]["digest"]
    spoken.hb.remove_document(digest)
    page = render(spoken.state(), lang="en")
    assert TEXT[4:26] not in page
    assert "<mark" not in page
    assert f"{message('follow.source_gone', 'en')} ({digest[:12]})" in Page(page).text


def test_overlapping_quotes_all_have_their_place(spoken: Any) -> None:
    digest = spoken.state()["sources"][0]["digest"]
    for name, start, end in (("c2", 4, 12), ("c3", 10, 30), ("c4", 4, 26), ("c5", 0, 999)):
        source = {"digest": digest, "start": start, "end": end}
        spoken.hb.add("commitment", id=name, text=name, sides=SIDES, source=source)
    page = spoken.page()
    assert {"q-c-1", "q-c-2", "q-c-3", "q-c-4"} <= set(page.ids)
    assert "q-c-5" not in page.ids
    assert TEXT in re.sub(r"<sup>.*?</sup>|<[^>]*>", "", render(spoken.state(), lang="en"))


def test_hostile_content_stays_text(pair: Any) -> None:
    hb = pair.hb
    digest = hb.add_document(NASTY, NASTY)
    source = {"digest": digest, "start": 3, "end": 11}
    names = [NASTY, "c<2>&\"'", "onload=x"]
    hb.add("commitment", id=names[0], text=NASTY, area="<b>", kind="<i>", strength="<u>", sides=SIDES, source=source)
    hb.add("commitment", id=names[1], text=NASTY, sides=SIDES, deadline=NASTY, amount=NASTY, speaker=NASTY)
    hb.add("owner", of=names[0], organisation=NASTY)
    hb.add("project", id=names[2], title=NASTY, commitments=names[:2], belt_project="<s>")
    hb.add("milestone", id="m", project=names[2], title=NASTY, due="2026-01")
    hb.add("status", of="m", status="delivered", by=NASTY, note=NASTY)
    for at, url in enumerate(
        ("javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", 'https://a/"><script>', "//evil")
    ):
        hb.add("evidence", id=f"e{at}", of="m", kind="data", url=url, note=NASTY, digest="<d>")
    hb.add("indicator", id="i", of="m", title=NASTY, unit="<u>", baseline=1, target=1)
    hb.add("visit", title=NASTY, who=[NASTY], where=[NASTY], source="javascript:alert(3)")
    hb.add("note", text=NASTY)
    pair.js.merge(hb)
    hb.add("amend", of=names[0], fields={"text": NASTY + "a", "amount": "<b>"})
    pair.js.add("amend", of=names[0], fields={"text": NASTY + "b"})
    faults = [{"side": NASTY, "seq": 1, "what": "<what>", "detail": NASTY}]
    html = render(pair.state(), faults=faults, names={HB: {"en": NASTY, "zh": NASTY}})
    page = Page(html)
    assert not page.tags & {"img", "b", "i", "u", "s", "d", "what", "iframe", "link"}
    assert html.count("<script") == 1
    assert "{{ 7*7 }}" in page.text
    outside = [link for link in page.links if not link["href"].startswith("#")]
    assert [link["href"] for link in outside] == ['https://a/"><script>']
    assert all(link["rel"] == "noreferrer" for link in outside)


def test_only_web_addresses_become_links(whole: Any) -> None:
    page = whole.page()
    outside = {link["href"]: link.get("rel") for link in page.links if not link["href"].startswith("#")}
    assert outside == {"https://example.org/a?b=1": "noreferrer", "https://example.org/visit": "noreferrer"}
    assert "address javascript:alert(1)" in page.text


def test_the_page_may_load_nothing(whole: Any) -> None:
    html = render(whole.state())
    page = Page(html)
    assert page.policy.startswith("default-src 'none'; script-src 'sha256-")
    assert not re.search(r"url\(|@import|<link|<img|<iframe", html)
    assert "script-src 'none'" in whole.page().policy
    assert "<script" not in render(whole.state(), lang="en")


def shown_page(path: Path, profile: Path) -> str:
    """Return the page as a browser asked for Chinese holds it; where there is none, as it is written."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        return path.read_text(encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--dump-dom"]
    done = subprocess.run([browser, *options, f"{path.as_uri()}#zh"], capture_output=True, check=True, timeout=60)
    dom = done.stdout.decode("utf-8")
    # The one script of the page passed its own policy and ran.
    assert 'lang="zh-CN"' in dom.split("<head>")[0]
    return dom


@pytest.mark.browser
def test_the_page_opens_by_itself(whole: Any, tmp_path: Path) -> None:
    path = write(whole.state(), tmp_path / "status.html", faults=[])
    page = Page(shown_page(path, tmp_path / "profile"))
    assert {"lang-en", "lang-zh"} <= set(page.ids)
    assert page.text.count("svg") == 0
    for lang in LANGUAGES:
        assert message("follow.section_points", lang) in page.text
