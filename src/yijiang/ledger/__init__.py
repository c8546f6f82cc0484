"""The ledger two or more sides keep together: signed chains of events, and what they amount to."""

from __future__ import annotations

from yijiang.ledger.keys import create_key
from yijiang.ledger.ledger import Ledger
from yijiang.ledger.state import State
from yijiang.ledger.verify import Fault

__all__ = ["Fault", "Ledger", "State", "create_key"]
