"""Fields of an event given as words on the command line: `name=value`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from yijiang.errors import OptionError, match_name


def body_of(kind: str, words: Sequence[str]) -> dict[str, Any]:
    """Return the body of an event from words `name=value`.

    A value is taken as text where the field holds text, else as JSON (numbers, true, null, lists), else as a list
    parted by commas; what fits none of them is refused by the ledger itself, which names the field.

    Parameters
    ----------
    kind
        Kind of event, such as "commitment" or "milestone".
    words
        The words, `name=value` each.

    Raises
    ------
    OptionError
        If the kind or a field is unknown, a word has no `=`, or a field is given twice.

    Examples
    --------
    >>> body_of("commitment", ["text=共建长江航运", "sides=湖北,江苏", "amount=8.6"])
    {'text': '共建长江航运', 'sides': ['湖北', '江苏'], 'amount': '8.6'}
    >>> body_of("actual", ["indicator=i1", "value=3.5"])["value"]
    3.5
    """
    from yijiang.ledger.kinds import KINDS

    open_kinds = [name for name in KINDS if name != "genesis"]
    if kind not in open_kinds:
        raise OptionError(f"there is no kind of event {kind!r}; one of: {', '.join(open_kinds)}")
    body: dict[str, Any] = {}
    for word in words:
        name, sign, raw = word.partition("=")
        if not sign:
            raise OptionError(f"{word!r} is no field: write name=value; fields of {kind}: {', '.join(KINDS[kind])}")
        field = KINDS[kind][match_name(name, [(n,) for n in KINDS[kind]], f"field of {kind}")]
        if name in body:
            raise OptionError(f"the field {name!r} is given twice")
        readings = [raw, _json(raw), [part.strip() for part in raw.split(",")]]
        body[name] = next((value for value in readings if field.check(value)), raw)
    return body


def _json(raw: str) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw
