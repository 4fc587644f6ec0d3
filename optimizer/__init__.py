"""Paigong (派工): route and schedule optimizer for technician assignment.

    from optimizer import read_branch, solve
    outcome = solve(read_branch("data/hangzhou"), seconds=10)

The public names are loaded when they are first used, so that importing the package compiles and loads nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Branch": "domain.problem",
    "CancelToken": "runner",
    "Customer": "domain.order",
    "InputError": "errors",
    "Interval": "domain.order",
    "Judgement": "judge",
    "LockConflictError": "errors",
    "Order": "domain.order",
    "Outcome": "solve",
    "PaigongError": "errors",
    "Place": "domain.order",
    "Plan": "domain.plan",
    "Policy": "domain.policy",
    "Problem": "domain.problem",
    "Progress": "runner",
    "Rule": "domain.rules",
    "Shift": "domain.technician",
    "Technician": "domain.technician",
    "TravelMatrix": "travel.matrix",
    "Violation": "domain.rules",
    "Visit": "domain.order",
    "judge": "judge",
    "read_branch": "ingest.read",
    "solve": "solve",
    "time_routes": "judge",
    "travel_for": "travel.provider",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'optimizer' has no attribute {name!r}")
    value = getattr(import_module(f"optimizer.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
