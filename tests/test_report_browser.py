"""Opens the report in headless Chromium; where there is none, the same claims are checked on the parsed page."""

from __future__ import annotations

import runpy
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from yijiang.messages import LANGUAGES, catalogue
from yijiang.report import write_html
from yijiang.report.views import headline

sample_document = runpy.run_path(str(Path(__file__).with_name("sample_document.py")))["sample_document"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.resources: list[str] = []
        self.switches: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("link", "script", "img", "iframe", "source", "use"):
            self.resources += [values[name] or "" for name in ("src", "href", "srcset") if name in values]
        if "data-set" in values:
            self.switches.append(values["data-set"] or "")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def shown_page(path: Path, profile: Path) -> str:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        return path.read_text(encoding="utf-8")
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={profile}",
        "--lang=zh-CN",
        "--dump-dom",
    ]
    done = subprocess.run([*command, path.as_uri()], capture_output=True, check=True, timeout=60)
    dom = done.stdout.decode("utf-8")
    # The script ran: it has told one of the two buttons that it is pressed.
    assert dom.count('aria-pressed="true"') == 1
    return dom


@pytest.mark.browser
def test_report_opens_by_itself_in_two_languages(tmp_path: Path) -> None:
    document = sample_document()
    dom = shown_page(write_html(document, tmp_path / "plan.html"), tmp_path / "profile")
    page = Page()
    page.feed(dom)
    assert page.resources == []
    assert "@import" not in dom
    assert "url(" not in dom
    assert page.switches == ["en", "zh"]
    words = "".join(page.text)
    assert all(headline(document)[lang] in words for lang in LANGUAGES)
    assert all(set(text) == set(LANGUAGES) and all(text.values()) for text in catalogue().values())
