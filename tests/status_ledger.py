"""A ledger of two sides at every stage, and what the status page of it holds; several tests build on it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from yijiang.ledger import Ledger, create_key
from yijiang.report.status import render

HB, JS = "湖北", "江苏"
SIDES = [HB, JS]
TEXT = "应勇说,深化交通运输合作,共同打造长江综合交通运输体系;深化产业合作。"
VOID = {"meta", "br", "input", "col"}


class Page(HTMLParser):
    """What a page holds: ids, links, resources, and the words outside style and script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[dict[str, str]] = []
        self.tags: set[str] = set()
        self.words: list[str] = []
        self.policy = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if tag not in VOID:
            self._open.append(tag)
        if "http-equiv" in values:
            self.policy = values["content"]
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values)
        assert not [name for name in values if name.startswith("on") or name in ("src", "srcset")]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


class Pair:
    """Two sides' copies of one ledger, with a clock that a test can set."""

    def __init__(self, folder: Path) -> None:
        self.time = "2026-03-01T08:00:00Z"
        keys = [folder / "hb.pem", folder / "js.pem"]
        for path in keys:
            create_key(path)
        self.hb = Ledger.create(
            folder / "hb.db", side=HB, sides=SIDES, title="两省合作", key=keys[0], clock=lambda: self.time
        )
        self.js = Ledger.join(folder / "js.db", self.hb.exchange(), JS, keys[1], clock=lambda: self.time)
        self.swap()

    def swap(self) -> None:
        self.hb.merge(self.js)
        self.js.merge(self.hb)

    def state(self, as_of: str = "2026-06-30") -> dict[str, Any]:
        self.swap()
        return self.hb.state(as_of).to_dict()

    def page(self, lang: str = "en", **options: Any) -> Page:
        return Page(render(self.state(), lang=lang, **options))

    def agree(self, id_: str) -> None:
        for ledger in (self.hb, self.js):
            ledger.add("owner", of=id_, organisation=f"{ledger.side}交通运输厅")
            ledger.sign(id_, "agreed")
        self.swap()


def one_point(pair: Pair) -> Pair:
    """Enter one point with its place in a source."""
    digest = pair.hb.add_document("会谈纪要", TEXT)
    source = {"digest": digest, "start": 4, "end": 26}
    pair.hb.add("commitment", id="c1", text="共建长江航运", sides=SIDES, deadline="2026-05", source=source)
    pair.swap()
    return pair


def everything(spoken: Pair) -> Pair:
    """Enter something of every kind."""
    hb, js = spoken.hb, spoken.js
    hb.know(["王晓东"])
    spoken.agree("c1")
    digest = hb.state().to_dict()["sources"][0]["digest"]
    place = {"digest": digest, "start": 0, "end": 3}
    hb.add("visit", id="v1", title="学习考察", who=["王晓东"], start="2026-02-15", end="2026-02-16", source=place)
    hb.add("visit", id="v2", title="回访", source="https://example.org/visit", seen=["港口"], where=["南京"])
    hb.add("commitment", id="c2", text="产业合作", area="industry", sides=SIDES, amount=3.5, deadline="年底前")
    hb.add("commitment", id="c3", text="学习借鉴", area="benchmark", kind="learning_intent", sides=[HB])
    hb.add("project", id="p1", title="江海联运班轮", commitments=["c1", "c2"], belt_project="shuttle")
    hb.add("project", id="p2", title="无主项目")
    hb.add("milestone", id="m1", project="p1", title="首航", due="2026-04")
    hb.add("milestone", id="m2", project="p1", title="每周四班", due="2026-05-10")
    spoken.swap()
    js.add("status", of="m1", status="delivered", on="2026-04-20", note="按期")
    js.add("evidence", id="e1", of="m1", kind="document", digest="4bbda28ed34c99", url="https://example.org/a?b=1")
    js.add("evidence", id="e2", of="m1", kind="photo", note="照片", url="javascript:alert(1)")
    js.add("indicator", id="i1", of="p1", title="运量", unit="万标箱", baseline=2, target=6, year=2027)
    js.add("actual", indicator="i1", value=3, on="2026-06")
    spoken.swap()
    hb.add("accept", of="e1", note="已核对")
    hb.add("accept", of="e2", accepted=False)
    hb.add("note", of="c1", text="会议备注")
    spoken.swap()
    for ledger in (hb, js):
        ledger.sign("m1", "verified")
    hb.add("amend", of="c2", fields={"area": "general"})
    js.add("amend", of="c2", fields={"area": "benchmark", "deadline": None})
    hb.add("status", of="m2", status="stalled", note="船期不足")
    js.add("status", of="m2", status="running")
    spoken.swap()
    hb.add("owner", of="c1", organisation="湖北省交通运输厅", person="王晓东")
    js.take_heads(hb.heads())
    hb.add("erase", person="王晓东")
    return spoken
