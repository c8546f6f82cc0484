"""yijiang (一江): plans cooperation between regions that share a river.

Names are loaded when they are first used, so that `import yijiang` takes no time.

>>> import yijiang as yj
>>> yj.case("tiny").regions
['Upper', 'Middle', 'Lower']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from yijiang._version import __version__
from yijiang.errors import DataError, Finding, InfeasibleError, OptionError, SolveError, YijiangError

if TYPE_CHECKING:
    from yijiang.belt import Belt, case, new, read, write
    from yijiang.belt.cases import cases
    from yijiang.evaluation import evaluate, evaluate_many
    from yijiang.planning import plan
    from yijiang.ranges import spread

_HOME = {
    "Belt": "yijiang.belt",
    "case": "yijiang.belt",
    "cases": "yijiang.belt",
    "new": "yijiang.belt",
    "read": "yijiang.belt",
    "write": "yijiang.belt",
    "evaluate": "yijiang.evaluation",
    "evaluate_many": "yijiang.evaluation",
    "plan": "yijiang.planning",
    "spread": "yijiang.ranges",
}

__all__ = [
    "Belt",
    "DataError",
    "Finding",
    "InfeasibleError",
    "OptionError",
    "SolveError",
    "YijiangError",
    "__version__",
    "case",
    "cases",
    "evaluate",
    "evaluate_many",
    "new",
    "plan",
    "read",
    "spread",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
