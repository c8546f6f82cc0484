"""The optional endpoint, against a stub server on this computer: what is kept, what is refused, what fails and how."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from yijiang.agenda import Agenda, Commitment, DateRecord, Participant, Span, read_report, read_reports, read_text
from yijiang.agenda.endpoint import EndpointError, client, endpoint_of, with_model
from yijiang.agenda.endpoint.prompt import answer_of, prompt_sha256, request_for
from yijiang.errors import OptionError, YijiangError

REPORT = """湖北江苏合作发展座谈会举行
来源:湖北日报 2021-04-17
湖北日报讯 4月15日,湖北省委书记应勇率湖北省党政代表团在江苏省学习考察。
应勇说,我们要共抓长江大保护,确保一江清水永续东流。
巴特尔顾问在场,歇脚处是老码头。当晚,双方又提到把船闸排队时间减半;巴特尔表示支持。
责任编辑:刘亮
"""
GOOD = {
    "participants": [
        {"name": "应勇", "position": "湖北省委书记"},
        {"name": "巴特尔", "position": "顾问"},
        {"name": "张三丰", "position": None},
    ],
    "dates": [{"quote": "4月15日"}, {"quote": "当晚"}, {"quote": "2021年4月18日"}],
    "sites": [{"quote": "老码头"}],
    "commitments": [
        {"quote": "共抓长江大保护", "kind": "joint_proposal"},
        {"quote": "把船闸排队时间减半", "kind": "own_pledge"},
        {"quote": "共建一座跨江大桥", "kind": "agreed"},
    ],
}


def span(words: str) -> Span:
    return Span(REPORT.index(words), REPORT.index(words) + len(words))


# Written by hand, so that better rules do not change what is left for a model.
RULES = Agenda(
    text=REPORT,
    body=Span(REPORT.index("4月15日"), REPORT.index("责任编辑")),
    participants=(Participant(name="应勇", side="visiting", spans=(span("应勇"),), rule="people.chain"),),
    dates=(DateRecord(kind="event", start="2021-04-15", end="2021-04-15", spans=(span("4月15日"),)),),
    commitments=(Commitment(id="c1", text="共抓长江大保护", kind="joint_proposal", spans=(span("共抓长江大保护"),)),),
)
NOTHING: dict[str, Any] = {"participants": [], "dates": [], "sites": [], "commitments": []}


def reply(said: Any, **more: Any) -> bytes:
    content = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return json.dumps({"choices": [{"message": {"content": content}}], **more}).encode()


@dataclass
class Stub:
    """A server that gives one answer to everything and keeps what it was sent."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0
    seen: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def stub() -> Iterator[Stub]:
    told = Stub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            told.seen.append({"path": self.path, "headers": dict(self.headers), "sent": json.loads(sent)})
            try:
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in told.headers:
                    self.send_header("Content-Length", str(len(told.body)))
                self.end_headers()
                if told.drip:
                    for byte in told.body:
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                        time.sleep(told.drip)
                else:
                    self.wfile.write(told.body)
            except OSError:
                return  # the client has gone, as it should

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(client.KEY, raising=False)


def test_quotes_become_records_and_the_rules_win(stub: Stub) -> None:
    stub.body = reply(GOOD, model="tiny-1")
    plain, agenda = RULES, with_model(RULES, stub.url, model="tiny")
    assert agenda.participants[: len(plain.participants)] == plain.participants
    assert agenda.commitments[: len(plain.commitments)] == plain.commitments
    assert agenda.dates[: len(plain.dates)] == plain.dates
    (person,) = agenda.participants[len(plain.participants) :]
    assert (person.name, person.side, person.confidence, person.rule) == ("巴特尔", None, "D", "model.participant")
    assert [agenda.quote(s) for s in person.spans] == ["巴特尔", "巴特尔"]
    assert [(p.title, p.confidence) for p in person.positions] == [("顾问", "D")]
    (promise,) = agenda.commitments[len(plain.commitments) :]
    assert (promise.id, promise.text, promise.confidence) == ("m1", "把船闸排队时间减半", "D")
    assert not promise.firm
    assert [agenda.quote(d.spans[0]) for d in agenda.dates if d.rule == "model.date"] == ["当晚"]
    assert [s.name for s in agenda.sites if s.rule == "model.site"] == ["老码头"]
    assert all(agenda.quote(s) in REPORT for r in agenda.records() for s in r.spans)
    assert agenda == with_model(RULES, stub.url, model="tiny")


def test_invented_quotes_are_refused_counted_and_listed(stub: Stub) -> None:
    stub.body = reply(GOOD)
    agenda = with_model(RULES, stub.url)
    assert [(r.kind, r.text, r.why) for r in agenda.refused] == [
        ("participant", "张三丰", "not in the text"),
        ("date", "2021年4月18日", "not in the text"),
        ("commitment", "共建一座跨江大桥", "not in the text"),
    ]
    figures = {name: agenda.notes[f"model_{name}"] for name in ("kept", "known", "refused")}
    assert figures == {"kept": "4", "known": "3", "refused": "3"}
    assert agenda.to_dict()["refused"][0] == {
        "kind": "participant", "text": "张三丰", "why": "not in the text", "rule": "model.absent"
    }  # fmt: skip


def test_what_was_asked_whom_is_recorded(stub: Stub) -> None:
    stub.body = reply(NOTHING, model="tiny-1")
    agenda = read_text(REPORT, llm=stub.url, model="tiny")
    asked = {k: agenda.notes[k] for k in ("model", "model_answered", "endpoint", "prompt_sha256")}
    assert asked == {
        "model": "tiny", "model_answered": "tiny-1", "endpoint": stub.url, "prompt_sha256": prompt_sha256()
    }  # fmt: skip
    (seen,) = stub.seen
    assert seen["path"] == "/v1/chat/completions"
    assert seen["sent"] == request_for(agenda.quote(agenda.body), "tiny")
    assert seen["sent"]["response_format"]["type"] == "json_schema"
    # The body only: no title, no source line, no editor.
    assert "责任编辑" not in seen["sent"]["messages"][1]["content"]
    assert "Authorization" not in seen["headers"]


def test_a_quote_that_stands_twice_keeps_both_places(stub: Stub) -> None:
    text = "湖北省领导王忠林参加。\n甲方重申要修通那条老路;乙方说要修通那条老路。"
    stub.body = reply({**NOTHING, "commitments": [{"quote": "要修通那条老路", "kind": "own_pledge"}] * 2})
    plain = Agenda(text=text)
    agenda = with_model(plain, stub.url)
    (promise,) = agenda.commitments
    assert [agenda.quote(s) for s in promise.spans] == ["要修通那条老路"] * 2
    assert promise.spans[0] != promise.spans[1]
    assert promise.speaker is None
    assert agenda.notes["model_known"] == "1"


def test_who_the_rules_say_took_no_part_does_not_take_part(stub: Stub) -> None:
    text = "湖北日报讯(记者李保林)4月15日,湖北省委书记应勇在江苏省学习考察。"
    assert [m.name for m in read_text(text).mentions] == ["李保林"]
    agenda = read_text(text)
    whole = Agenda(text=text, participants=agenda.participants, mentions=agenda.mentions)
    stub.body = reply({**NOTHING, "participants": [{"name": "李保林", "position": None}]})
    merged = with_model(whole, stub.url)
    assert merged.participants == whole.participants
    assert [(r.text, r.rule) for r in merged.refused] == [("李保林", "model.barred")]


def test_a_post_in_another_paragraph_is_not_the_persons(stub: Stub) -> None:
    stub.body = reply({**NOTHING, "participants": [{"name": "巴特尔", "position": "厂长"}]})
    agenda = with_model(Agenda(text="巴特尔在场。\n厂长发言。"), stub.url)
    assert agenda.participants[0].positions == ()
    assert [(r.kind, r.rule) for r in agenda.refused] == [("position", "model.apart")]


def test_what_the_model_says_cannot_reach_the_terminal_or_fill_the_record(stub: Stub) -> None:
    rows = [{"quote": f"\x1b[2J假的{i}" + "长" * 70} for i in range(1000)]
    stub.body = reply({**NOTHING, "sites": rows, "dates": [{"quote": "一"}, {"quote": "长" * 500}, {"quote": "九月"}]})
    agenda = read_text(REPORT, llm=stub.url)
    assert agenda.notes["model_refused"] == "1003"
    assert len(agenda.refused) == 200
    assert {r.rule for r in agenda.refused} == {"model.short", "model.long", "model.absent"}
    assert all(r.text.isprintable() and len(r.text) <= 201 for r in agenda.refused)


def test_an_answer_in_a_fence_is_read(stub: Stub) -> None:
    stub.body = reply("```json\n" + json.dumps(GOOD) + "\n```")
    assert with_model(RULES, stub.url).notes["model_kept"] == "4"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "did not answer with JSON"),
        (b"\xff\xfe", "did not answer with JSON"),
        (b"[" * 100_000, "did not answer with JSON"),
        (b"[1]", "did not answer with a JSON object"),
        (b'{"error": "no"}', r"no choices\[0\]"),
        (b'{"choices": []}', r"no choices\[0\]"),
        (b'{"choices": [{"message": {"content": null}}]}', "holds no text"),
        (reply("Certainly! Here is"), "not the JSON asked for"),
        (reply("[" * 100_000), "not the JSON asked for"),
        (reply([]), "not the JSON object asked for"),
        (reply({"participants": []}), "dates is no list"),
        (reply({**NOTHING, "sites": ["老码头"]}), "sites is no list of objects"),
        (reply({**NOTHING, "sites": [{"quote": 7}]}), "a quote is no text"),
        (reply({**NOTHING, "participants": [{"name": "应勇", "position": 1}]}), "a position is no text"),
        (reply({**NOTHING, "commitments": [{"quote": "共抓长江大保护", "kind": "rm -rf"}]}), "'rm -rf' is no kind"),
    ],
)
def test_another_shape_is_an_error(stub: Stub, body: bytes, words: str) -> None:
    stub.body = body
    with pytest.raises(EndpointError, match=words) as caught:
        read_text(REPORT, llm=stub.url)
    assert caught.value.exit_status == 2


def test_an_answer_cut_for_its_length_says_so() -> None:
    choice = {"message": {"content": '{"participants": ['}, "finish_reason": "length"}
    with pytest.raises(EndpointError, match="limit of tokens"):
        answer_of({"choices": [choice]})


def test_a_server_error_is_told_with_its_words(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(client.KEY, "sk-secret")
    stub.status, stub.body = 500, b"out of\x1b[2J memory, key sk-secret"
    with pytest.raises(EndpointError, match=r"status 500: out of \[2J memory, key …$"):
        read_text(REPORT, llm=stub.url)


def test_the_key_is_sent_and_never_shown(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(client.KEY, "sk-secret")
    stub.body = reply(NOTHING)
    agenda = read_text(REPORT, llm=stub.url)
    assert stub.seen[0]["headers"]["Authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in json.dumps(agenda.to_dict())
    stub.status, stub.body = 401, b"wrong key sk-sec***"
    with pytest.raises(EndpointError, match=r"status 401$"):
        read_text(REPORT, llm=stub.url)
    monkeypatch.setenv(client.KEY, "sk\nsecret")
    with pytest.raises(OptionError) as caught:
        read_text(REPORT, llm=stub.url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(stub: Stub, status: int) -> None:
    stub.status, stub.headers = status, {"Location": "http://198.51.100.7/v1/chat/completions"}
    with pytest.raises(EndpointError, match=r"not followed: http://198\.51\.100\.7"):
        read_text(REPORT, llm=stub.url)
    assert len(stub.seen) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.org/v1",
        "http://127.0.0.1.example.org/v1",
        "http://10.0.0.1:8080/v1",
        "http://2130706433/v1",
        "http://[2001:db8::1]/v1",
        "http://localhost.example.org/",
        "http://0.0.0.0:8080/v1",
    ],
)
def test_another_computer_needs_leave(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it was asked"))
    with pytest.raises(OptionError, match="--allow-remote"):
        read_text(REPORT, llm=url)
    assert str(endpoint_of(url, allow_remote=True))


@pytest.mark.parametrize(
    "url",
    [
        "", "localhost:8080", "file:///etc/passwd", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/v1",
        "http://127.0.0.1/v1?key=1", "http://127.0.0.1/v1#a", "http://127.0.0.1/v1\r\nX: 1", "http://[::1/v1",
        "http://user:hidden@127.0.0.1/v1", "http://127.0.0.1/v 1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_even_with_leave(url: str) -> None:
    with pytest.raises(OptionError, match="address") as caught:
        endpoint_of(url, allow_remote=True)
    assert "hidden" not in str(caught.value)


def test_a_proxy_of_the_environment_is_not_used(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    stub.body = reply(NOTHING)
    assert read_text(REPORT, llm=stub.url).notes["model_kept"] == "0"


@pytest.mark.parametrize(("body", "drip"), [(b"x", 5.0), (b" " * 1000, 0.02)])
def test_a_slow_server_is_not_waited_for(stub: Stub, body: bytes, drip: float) -> None:
    # The second sends a byte now and then, so that no single wait is long.
    stub.body, stub.drip, stub.headers = body + reply(NOTHING), drip, {"Connection": "close"}
    began = time.monotonic()
    with pytest.raises(EndpointError, match=r"no whole answer within 0\.3 s"):
        with_model(read_text(REPORT), stub.url, timeout=0.3)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("told", [True, False])
def test_too_large_an_answer_is_refused(stub: Stub, monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    monkeypatch.setattr(client, "LIMIT", 1 << 20)
    stub.body = b" " * (2 << 20)
    stub.headers = {"Content-Length": str(1 << 40)} if told else {"Connection": "close"}
    with pytest.raises(EndpointError, match="more than 1 MiB"):
        read_text(REPORT, llm=stub.url)


def test_half_an_answer_is_none(stub: Stub) -> None:
    stub.body = reply(NOTHING)
    stub.headers = {"Content-Length": str(len(stub.body) + 10), "Connection": "close"}
    with pytest.raises(EndpointError, match="broke off"):
        read_text(REPORT, llm=stub.url)


def test_nobody_there_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(EndpointError, match="can't be asked: Connection refused"):
            read_text(REPORT, llm=url)


def test_options_of_the_endpoint_without_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="endpoint"):
        read_report(REPORT, allow_remote=True)
    with pytest.raises(OptionError, match="endpoint"):
        next(read_reports([tmp_path / "a.txt"], model="tiny"))
    with pytest.raises(OptionError, match="above 0"):
        with_model(Agenda(text="湖北"), "http://127.0.0.1:9", timeout=0.0)


def test_one_file_that_fails_does_not_stop_the_others(stub: Stub, tmp_path: Path) -> None:
    stub.body = b"{}"
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file in files:
        file.write_text(REPORT, encoding="utf-8")
    assert [type(found) for _, found in read_reports(files, llm=stub.url)] == [EndpointError, EndpointError]
    assert issubclass(EndpointError, YijiangError)


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    file = tmp_path / "report.txt"
    file.write_text(REPORT, encoding="utf-8")

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "yijiang", "agenda", str(file), *options]
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        return subprocess.run(words, capture_output=True, text=True, encoding="utf-8", timeout=60, env=environment)

    return run


def test_the_command_shows_what_is_not_confirmed(stub: Stub, command: Callable[..., Any]) -> None:
    stub.body = reply(GOOD)
    done = command("--llm", stub.url, "--model", "tiny")
    assert done.returncode == 0, done.stderr
    marked = [line for line in done.stdout.splitlines() if "not confirmed]" in line]
    assert any("老码头" in line for line in marked)
    assert "张三丰 (not in the text)" in done.stdout
    assert "张三丰 (原文中没有)" in done.stdout
    rows = json.loads(command("--llm", stub.url, "--json").stdout)
    assert rows["refused"][0]["text"] == "张三丰"
    assert rows["notes"]["model"] == "default"


def test_the_command_fails_clearly_and_writes_nothing(stub: Stub, command: Callable[..., Any]) -> None:
    stub.status = 500
    done = command("--llm", stub.url, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "status 500" in done.stderr
    assert "Traceback" not in done.stderr
    done = command("--llm", "https://api.example.org/v1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--allow-remote" in done.stderr
