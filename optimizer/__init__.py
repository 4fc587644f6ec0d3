"""Paigong (派工): route and schedule optimizer for technician assignment.

    from optimizer import read_branch, solve
    outcome = solve(read_branch("data/hangzhou"), seconds=10)

The public names are loaded when they are first used, so that importing the package compiles and loads nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.domain.order import Customer as Customer
    from optimizer.domain.order import Interval as Interval
    from optimizer.domain.order import Order as Order
    from optimizer.domain.order import Place as Place
    from optimizer.domain.order import Visit as Visit
    from optimizer.domain.plan import Plan as Plan
    from optimizer.domain.policy import Policy as Policy
    from optimizer.domain.problem import Branch as Branch
    from optimizer.domain.problem import Problem as Problem
    from optimizer.domain.rules import Rule as Rule
    from optimizer.domain.rules import Violation as Violation
    from optimizer.domain.technician import Shift as Shift
    from optimizer.domain.technician import Technician as Technician
    from optimizer.errors import InputError as InputError
    from optimizer.errors import InputWarning as InputWarning
    from optimizer.errors import LockConflictError as LockConflictError
    from optimizer.errors import PaigongError as PaigongError
    from optimizer.ingest.read import read_branch as read_branch
    from optimizer.judge.verdict import Judgement as Judgement
    from optimizer.judge.verdict import judge_plan as judge_plan
    from optimizer.judge.verdict import time_routes as time_routes
    from optimizer.running.child import CancelToken as CancelToken
    from optimizer.running.child import Progress as Progress
    from optimizer.solver import Outcome as Outcome
    from optimizer.solver import solve as solve
    from optimizer.travel.matrix import TravelMatrix as TravelMatrix
    from optimizer.travel.provider import travel_for as travel_for
    from optimizer.whatif.closely import explain_visit as explain_visit
    from optimizer.whatif.counterfactual import plan_instead as plan_instead
    from optimizer.whatif.proposals import smallest_change as smallest_change

#: Public name: the module it lives in.
_HOME = {
    "Branch": "domain.problem",
    "CancelToken": "running.child",
    "Customer": "domain.order",
    "InputError": "errors",
    "InputWarning": "errors",
    "Interval": "domain.order",
    "Judgement": "judge.verdict",
    "LockConflictError": "errors",
    "Order": "domain.order",
    "Outcome": "solver",
    "PaigongError": "errors",
    "Place": "domain.order",
    "Plan": "domain.plan",
    "Policy": "domain.policy",
    "Problem": "domain.problem",
    "Progress": "running.child",
    "Rule": "domain.rules",
    "Shift": "domain.technician",
    "Technician": "domain.technician",
    "TravelMatrix": "travel.matrix",
    "Violation": "domain.rules",
    "Visit": "domain.order",
    "explain_visit": "whatif.closely",
    "judge_plan": "judge.verdict",
    "plan_instead": "whatif.counterfactual",
    "read_branch": "ingest.read",
    "smallest_change": "whatif.proposals",
    "solve": "solver",
    "time_routes": "judge.verdict",
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
