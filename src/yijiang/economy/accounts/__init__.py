"""The Leontief family: one table of regions and sectors, one factorisation, many questions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .exports import ExportDecomposition
    from .extension import Extension
    from .extraction import Extraction
    from .footprint import Footprint
    from .model import Accounts
    from .prices import PriceEffect
    from .structural import StructuralDecomposition

_HOME = {
    "Accounts": "model",
    "ExportDecomposition": "exports",
    "Extension": "extension",
    "Extraction": "extraction",
    "Footprint": "footprint",
    "PriceEffect": "prices",
    "StructuralDecomposition": "structural",
}

__all__ = [
    "Accounts",
    "ExportDecomposition",
    "Extension",
    "Extraction",
    "Footprint",
    "PriceEffect",
    "StructuralDecomposition",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
