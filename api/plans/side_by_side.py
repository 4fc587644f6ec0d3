"""Two plans of a branch side by side: what the one does otherwise than the other, and what it costs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.documents import whole
from api.plans.papers import paper_limit
from api.plans.view import find
from api.refusals.refusal import Refusal
from api.store import plans

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.access.doorkeeper import Caller
    from api.service import Service


def lay_beside(service: Service, caller: Caller, job_id: str, other_id: str) -> dict[str, Any]:
    """Return what a plan does otherwise than another one of its branch.

    Raises
    ------
    Refusal
        Where one of them has no plan, or they are of two branches.
    """
    with service.store.read() as tx:
        made, branch_id = _made(tx, caller, job_id)
        other, other_branch_id = _made(tx, caller, other_id)
    if branch_id != other_branch_id:
        raise Refusal("BRANCHES_DIFFER")
    limit_s, too_long = paper_limit(service.settings)
    with tempfile.TemporaryDirectory(dir=service.spool.path, prefix="compare-") as place:
        folder = Path(place).resolve()
        for name, document in (("made", made), ("other", other)):
            (folder / name).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        task = {"task": "compare_plans", "made": str(folder / "made"), "other": str(folder / "other")}
        found = service.readers.do(task, limit_s=limit_s, too_long=too_long, key_id=caller.key_id)
    then, now = other["plan"], made["plan"]
    return {
        "before": other_id,
        "after": job_id,
        "cost_cents": {"before": other["cost_cents"], "after": made["cost_cents"]},
        "costs": _differing(then["costs"], now["costs"]),
        "figures": _differing(then["kpis"], now["kpis"]),
        "changes": found["changes"],
    }


def _made(tx: Connection, caller: Caller, job_id: str) -> tuple[dict[str, Any], str]:
    row = find(tx, caller, job_id)
    kept = plans.plan(tx, job_id)
    if kept is None:
        raise Refusal("NO_PLAN_YET", status=row["status"])
    return whole(kept), row["branch_id"]


def _differing(before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, float | None]]:
    """Return the numbers of two tables that differ; what is no number is left aside."""
    found = {}
    for name in sorted({*before, *after}):
        sides = [table.get(name) if isinstance(table.get(name), int | float) else None for table in (before, after)]
        if sides[0] != sides[1]:
            found[name] = {"before": sides[0], "after": sides[1]}
    return found
