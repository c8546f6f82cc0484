"""What the ledger gives to other systems: IATI activities with results, and tidy tables."""

from __future__ import annotations

from yijiang.ledger.exports.iati import activities
from yijiang.ledger.exports.tables import tables

__all__ = ["activities", "tables"]
