"""What would be otherwise: plans made anew with other facts, beside the one in hand; nothing is applied.

    from optimizer.whatif import Branch, Scenario

is what analysts begin with (`branch.py`); the names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.whatif.branch import Branch as Branch
    from optimizer.whatif.certainty import Verdict as Verdict
    from optimizer.whatif.comparison import Comparison as Comparison
    from optimizer.whatif.scenario import Scenario as Scenario

#: Public name: the module it lives in.
_HOME = {
    "Branch": "branch",
    "Comparison": "comparison",
    "Scenario": "scenario",
    "Verdict": "certainty",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'optimizer.whatif' has no attribute {name!r}")
    return getattr(import_module(f"optimizer.whatif.{_HOME[name]}"), name)
