"""How a job and its plan are shown, to who may see them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from api.plans.conversion import lock_remedy
from api.plans.documents import unpack
from api.plans.etags import days_of as days_of
from api.plans.etags import etag_of
from api.refusals.refusal import Refusal, problem
from api.statuses import State, Status
from api.store import plans, turns
from api.store.engine import moment_text
from optimizer.domain.problem import MOST_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, RowMapping

    from api.access.doorkeeper import Caller
    from api.store.turns import Place

#: The papers of a plan, by the names under which they are asked for.
PLAN_FILE, WORKBOOK, PAGE = "plan.json", "route-sheets.xlsx", "route-sheets.html"
SHEET, DETAILS = "route-sheet.html", "details.json"


def find(tx: Connection, caller: Caller, job_id: str) -> RowMapping:
    """Return a job that the caller may see.

    Raises
    ------
    Refusal
        NOT_FOUND, whether there is none or it is another branch's.
    """
    row = plans.job(tx, job_id, caller.branches)
    if row is None:
        raise Refusal("NOT_FOUND")
    return row


def days_up_to(day: str) -> list[str]:
    """Return a day and those before it on which a plan may begin that has it, the nearest first."""
    return [(date.fromisoformat(day) - timedelta(days=number)).isoformat() for number in range(MOST_DAYS)]


def as_json(row: RowMapping, lang: str, place: Place | None = None) -> dict[str, Any]:
    """Return a job without its plan; one that waits, with its place in the queue."""
    options, job_id = row["options"], row["job_id"]
    links = {"self": "", "events": "/events"}
    if row["state"] is not None:
        links |= {"edits": "/edits", "revisions": "/revisions"}
        links |= {
            "plan_file": f"/{PLAN_FILE}",
            "workbook": f"/{WORKBOOK}",
            "page": f"/{PAGE}",
            "details": f"/{DETAILS}",
            "publish": "/publish",
        }
    failure = row["failure"]
    return {
        "id": job_id,
        "status": row["status"],
        "state": row["state"],
        "revision": row["revision"],
        "branch_id": row["branch_id"],
        "first_day": row["first_day"],
        "days": row["days"],
        "as_of": row["as_of"],
        "stage": options["stage"],
        "seconds": options["seconds"],
        "iterations": options["iterations"],
        "seed": options["seed"],
        "visits": row["visits"],
        "technicians": row["technicians"],
        "created_at": row["created_at"],
        "started_at": row["started_at"],
        "finished_at": row["finished_at"],
        "published_at": row["published_at"],
        "queue": None if place is None else _queue(place),
        "labels": [one for one in row["labels"].split("\n") if one],
        "metadata": row["notes"] or {},
        "progress": {
            "cost_cents": row["cost_cents"],
            "served": row["served"],
            "bound": row["bound_cents"],
            "elapsed_s": row["elapsed_s"],
        },
        "warnings": row["warnings"].get(lang, []),
        "warning_count": row["warnings"].get("count", 0),
        "failure": None if failure is None else _failure(failure, lang),
        "links": {name: f"/v1/plans/{job_id}{path}" for name, path in links.items()},
    }


def _queue(place: Place) -> dict[str, Any]:
    """Return a place in the queue, and the moment when it is expected to be over."""
    starts_in_s = place.starts_in_s
    start = None if starts_in_s is None else moment_text(datetime.now(UTC) + timedelta(seconds=starts_in_s))
    return {"position": place.position, "expected_start": start}


def _failure(failure: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return why a job has no plan; of locks, earlier versions kept no remedy, and offered to keep them always."""
    values = failure["values"]
    if failure["code"] == "LOCKS_CONFLICT":
        values = {"remedy": lock_remedy(), **values}
    return problem(failure["code"], lang, values=values, faults=failure.get("faults"))


def with_plan(tx: Connection, row: RowMapping, lang: str) -> dict[str, Any]:
    """Return a job with its plan, as far as there is one."""
    kept = plans.plan(tx, row["job_id"])
    made: dict[str, Any] = {} if kept is None else unpack(kept["content"])
    receipts = [dict(receipt) for receipt in plans.receipts(tx, row["job_id"])]
    served = technicians_with_routes(made) if row["state"] in (State.PUBLISHED, State.HANDED_OUT) else []
    place = turns.place_of(tx, row["job_id"]) if row["status"] == Status.QUEUED else None
    return as_json(row, lang, place) | {
        "etag": etag_of(tx, row),
        "plan": made.get("plan"),
        "changes": made.get("changes", []),
        "released": made.get("released", []),
        "assumptions": made.get("assumptions", {}).get(lang, []),
        "run": made.get("run"),
        "acknowledgements": receipts,
        "unacknowledged": sorted(set(served) - {receipt["technician_id"] for receipt in receipts}),
    }


def technicians_with_routes(made: dict[str, Any]) -> list[str]:
    """Return who has a stop: the route's own technician, and whoever helps."""
    routes = made["plan"]["routes"] if made else []
    return sorted({who for route in routes for stop in route["stops"] for who in (route["technician"], *stop["crew"])})
