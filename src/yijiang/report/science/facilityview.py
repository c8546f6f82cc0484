"""Facilities, worded."""

from __future__ import annotations

from typing import Any

from yijiang.report.wording import Document


def facility_view(document: Document) -> dict[str, Any]:
    """Return everything the page prints."""
    return dict(document)
