"""One question to an OpenAI-compatible endpoint: which hosts may be asked, and what of an answer is taken."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

from yijiang.errors import OptionError, YijiangError

KEY = "YIJIANG_LLM_KEY"
"""The environment variable that holds the key, if the endpoint wants one."""

LIMIT = 4 * 1024 * 1024
"""An answer of more bytes is refused."""


class EndpointError(YijiangError):
    """The endpoint could not be reached, or did not give an answer of the shape asked for."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask: taken apart and allowed, see `endpoint_of`."""

    secure: bool
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.path}"


def endpoint_of(url: str, *, allow_remote: bool = False) -> Endpoint:
    """Return the endpoint at a base URL, without asking it anything.

    Parameters
    ----------
    url
        The base, as http://127.0.0.1:8080/v1: http or https, without user, query or fragment.
    allow_remote
        Let the text go to a host other than this computer.

    Returns
    -------
    Endpoint
        Where to ask.

    Raises
    ------
    OptionError
        If the URL is none of that, or its host is another computer and `allow_remote` is not set.

    Examples
    --------
    >>> str(endpoint_of("http://localhost:8080/v1/"))
    'http://localhost:8080/v1'
    >>> endpoint_of("https://example.org/v1")
    Traceback (most recent call last):
        ...
    yijiang.errors.OptionError: the text would leave this computer for example.org; allow that with --allow-remote
    """
    example = "give the base URL of an OpenAI-compatible endpoint, for example http://127.0.0.1:8080/v1"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise OptionError(f"the address of the endpoint can't be read; {example}") from error
    # What stands before an @ may be a password: it is refused, and not printed.
    if parts.username is not None or parts.password is not None:
        raise OptionError(f"the address of the endpoint holds a user or password; put the key in {KEY}")
    if not _plain(url) or parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise OptionError(f"{url!r} is no address of an endpoint; {example}")
    if not allow_remote and not is_loopback(host):
        raise OptionError(f"the text would leave this computer for {host}; allow that with --allow-remote")
    return Endpoint(parts.scheme == "https", host, port or _usual(parts), parts.path.rstrip("/"))


def is_loopback(host: str) -> bool:
    """Say whether a host is this computer: localhost, 127.0.0.0/8 or ::1.

    >>> [is_loopback(host) for host in ("localhost", "127.3.2.1", "::1", "127.0.0.1.example.org", "10.0.0.1")]
    [True, True, True, False, False]
    """
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def ask(endpoint: Endpoint, request: Mapping[str, Any], *, timeout: float) -> dict[str, Any]:
    """Send one request to /chat/completions and return the JSON object answered.

    No redirect is followed and no proxy is used: the text goes to the endpoint named, or nowhere.

    Parameters
    ----------
    endpoint
        Where to ask.
    request
        What to send.
    timeout
        Seconds for everything, from connecting to the last byte.

    Returns
    -------
    dict
        The answer as it came.

    Raises
    ------
    EndpointError
        If there is no answer in time, it is too large, its status is not 200, or it is no JSON object.
    OptionError
        If the key in the environment can't be sent.
    """
    body = json.dumps(request, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    key = _key()
    if key:
        headers["Authorization"] = f"Bearer {key}"
    connection = _connection(endpoint, timeout)
    late = threading.Event()
    clock: threading.Timer | None = None
    began = time.monotonic()
    try:
        connection.connect()
        # The timeout of a socket starts anew with every byte; an answer that drips in would hold for ever.
        left = max(0.0, timeout - (time.monotonic() - began))
        clock = threading.Timer(left, _cut, (connection.sock, late))
        clock.daemon = True
        clock.start()
        connection.request("POST", f"{endpoint.path}/chat/completions", body, headers)
        response = connection.getresponse()
        data = response.read(LIMIT + 1)
        whole = len(data) > LIMIT or not response.length
    except (OSError, http.client.HTTPException, ValueError) as error:
        if late.is_set() or isinstance(error, TimeoutError):
            _refuse(endpoint, f"gave no whole answer within {timeout:g} s", error)
        _refuse(endpoint, f"can't be asked: {_reason(error)}", error)
    finally:
        if clock is not None:
            clock.cancel()
        connection.close()
    if late.is_set():
        _refuse(endpoint, f"gave no whole answer within {timeout:g} s")
    if not whole:
        _refuse(endpoint, "broke off in the middle of its answer")
    if len(data) > LIMIT:
        _refuse(endpoint, f"answered with more than {LIMIT >> 20} MiB")
    status = response.status
    if 300 <= status < 400:
        place = printable(response.getheader("Location") or "?")
        _refuse(endpoint, f"points to another address, which is not followed: {place}")
    if status != 200:
        # Some servers repeat the key when they refuse it, so of those answers nothing is shown.
        said = "" if status in (401, 403) else _excerpt(data, key)
        _refuse(endpoint, f"answered with status {status}{said}")
    try:
        answer = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        _refuse(endpoint, "did not answer with JSON", error)
    if not isinstance(answer, dict):
        _refuse(endpoint, "did not answer with a JSON object")
    return answer


def printable(words: str, most: int = 200) -> str:
    """Return words of a stranger, fit for a terminal: no control signs, not too long.

    >>> printable("a\\x1b[2Jb" + "c" * 300, 8)
    'a [2Jbcc…'
    """
    clean = "".join(sign if sign.isprintable() else " " for sign in words[: most + 1])
    return clean[:most] + "…" if len(words) > most else clean


def _connection(endpoint: Endpoint, timeout: float) -> http.client.HTTPConnection:
    if endpoint.secure:
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=timeout, context=context)
    return http.client.HTTPConnection(endpoint.host, endpoint.port, timeout=timeout)


def _cut(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    # The other side may be gone already; the read ends in either case. A TLS socket is cut below its TLS.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _key() -> str:
    key = os.environ.get(KEY, "").strip()
    if not (key.isascii() and (key.isprintable() or not key)):
        raise OptionError(f"the key in {KEY} holds signs that can't be sent")
    return key


def _plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url


def _usual(parts: SplitResult) -> int:
    return 443 if parts.scheme == "https" else 80


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def _excerpt(data: bytes, key: str) -> str:
    words = data[:2000].decode("utf-8", "replace")
    words = words.replace(key, "…") if key else words
    return f": {printable(' '.join(words.split()))}" if words.strip() else ""


def _refuse(endpoint: Endpoint, what: str, error: Exception | None = None) -> NoReturn:
    raise EndpointError(f"the endpoint {endpoint} {what}") from error
