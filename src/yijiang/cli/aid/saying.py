"""What the commands of aid say, in both languages."""

from __future__ import annotations

from yijiang.cli.common import show
from yijiang.messages import LANGUAGES, message


def said(key: str, **values: object) -> None:
    """Print a line of the catalogue in every language; a stage by its name."""

    def text(lang: str) -> str:
        named = {k: message(f"aid.stage_{v}", lang) if k == "stage" else v for k, v in values.items()}
        return message(f"aid.{key}", lang, **named)

    show("\n".join(dict.fromkeys(text(lang) for lang in LANGUAGES)))
