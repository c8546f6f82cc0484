"""An optional second opinion: a model behind an OpenAI-compatible endpoint quotes, the text decides what is kept."""

from __future__ import annotations

from dataclasses import replace

from yijiang.agenda.endpoint.client import EndpointError, ask, endpoint_of
from yijiang.agenda.endpoint.merge import Merger
from yijiang.agenda.endpoint.prompt import answer_of, prompt_sha256, request_for
from yijiang.agenda.records import Agenda, Span
from yijiang.errors import OptionError

MODEL = "default"
"""The model asked for unless another is named; servers of one model take any name."""

TIMEOUT = 300.0
"""Seconds for a whole answer: a model on a computer without an accelerator is slow."""


def with_model(
    agenda: Agenda, url: str, *, model: str | None = None, allow_remote: bool = False, timeout: float = TIMEOUT
) -> Agenda:
    """Return an agenda with what a model found beside the rules.

    The body of the page is sent, nothing else. The model answers with quotes; each is searched in the body sign for
    sign, and one that does not stand there is refused. What is kept is tier D until a person confirms it: a person has
    no side, a commitment is never firm, and nothing takes the place of a record that the rules made.

    Parameters
    ----------
    agenda
        As the rules read it.
    url
        Base URL of the endpoint; the question goes to /chat/completions below it. A key is taken from the environment
        variable YIJIANG_LLM_KEY.
    model
        The model's name as the endpoint knows it; "default" unless given.
    allow_remote
        Let the text leave this computer.
    timeout
        Seconds for the whole answer.

    Returns
    -------
    Agenda
        The records of the rules first, then those of the model; `refused` and `notes` say what else it answered.

    Raises
    ------
    OptionError
        If the URL is no endpoint, or its host another computer and `allow_remote` is not set.
    EndpointError
        If the endpoint can't be asked, or its answer is not of the shape asked for.

    Notes
    -----
    Method: quotes instead of offsets, because models count characters badly; see docs/method.md.

    Examples
    --------
    >>> with_model(Agenda(text=""), "https://example.org/v1")
    Traceback (most recent call last):
        ...
    yijiang.errors.OptionError: the text would leave this computer for example.org; allow that with --allow-remote
    """
    endpoint = endpoint_of(url, allow_remote=allow_remote)
    if not timeout > 0:
        raise OptionError(f"the time to wait must be above 0 s, not {timeout:g}")
    body = agenda.body if agenda.body.end > agenda.body.start else Span(0, len(agenda.text))
    name = model or MODEL
    answer = answer_of(ask(endpoint, request_for(agenda.quote(body), name), timeout=timeout))
    notes = {"model": name, "endpoint": str(endpoint), "prompt_sha256": prompt_sha256()}
    if answer.model is not None:
        notes["model_answered"] = answer.model
    return Merger(replace(agenda, notes={**agenda.notes, **notes}), body).merged(answer)


__all__ = ["MODEL", "TIMEOUT", "EndpointError", "endpoint_of", "with_model"]
