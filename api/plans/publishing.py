"""A plan is published, unless it is stale, and technicians acknowledge their routes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from api.plans.documents import pack, unpack
from api.plans.papers import printed
from api.plans.view import PLAN_FILE, days_of, etag, find, technicians_with_routes, with_plan
from api.refusals.refusal import Refusal, by_language
from api.requests.idempotency import Answer, once, recall
from api.statuses import State
from api.store import access, jobs, outbox, plans

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from api.requests.idempotency import Asked
    from api.service import Service


def publish(
    service: Service, asked: Asked, job_id: str, *, if_match: str | None, anyway: bool, lang: str, request_id: str
) -> Answer:
    """Make a plan the one that customers and technicians are told, unless it is stale.

    Raises
    ------
    Refusal
        Without a plan that a solver made, without If-Match, or when what the caller looked at has changed since.
    """
    earlier = recall(service.store, asked)
    if earlier is not None:
        return earlier
    caller = asked.caller
    with service.store.read() as tx:
        row_before = find(tx, caller, job_id)
        _check_publishable(tx, row_before, if_match, anyway=anyway)
    content, about = printed(service, row_before, PLAN_FILE, "en")

    def put_in_force(tx: Connection) -> Answer:
        plans.lock_days(tx, row_before["branch_id"])
        row = find(tx, caller, job_id)
        _check_publishable(tx, row, if_match, anyway=anyway)
        if row["state"] == State.DRAFT:
            days = days_of(row)
            before = [job for _, _, job in plans.in_force(tx, row["branch_id"], days) if job]
            plans.publish(tx, row, days, file_name=about["file_name"], content=pack(json.loads(content)))
            jobs.add_event(tx, job_id, "status", {"status": row["status"], "state": State.PUBLISHED})
            access.note(
                tx, "publish", job_id, key_id=caller.key_id, request_id=request_id, branch_id=row["branch_id"],
                anyway=anyway, before=sorted(set(before)),
            )  # fmt: skip
            _announce(tx, row, "plan.published", state=State.PUBLISHED)
            row = find(tx, caller, job_id)
        return Answer(200, with_plan(tx, row, lang), {"ETag": etag(tx, row)})

    return once(service.store, asked, put_in_force)


def _check_publishable(tx: Connection, row: RowMapping, if_match: str | None, *, anyway: bool) -> None:
    if row["state"] is None:
        raise Refusal("NO_PLAN_YET", status=row["status"])
    _check_made(tx, row)
    if anyway:
        return
    if if_match is None:
        raise Refusal("IF_MATCH_MISSING")
    matches = [tag.strip() for tag in if_match.split(",")]
    if row["state"] != State.DRAFT or "*" in matches or etag(tx, row) in matches:
        # What is published already stays so: the request may be the repeat of one whose answer was lost.
        _check_orders(tx, row, is_draft=row["state"] == State.DRAFT)
        return
    raise _stale(tx, row)


def _check_made(tx: Connection, row: RowMapping) -> None:
    """Refuse what an earlier version kept as a plan where its solver had not made any: nobody is visited in it."""
    is_empty = row["state"] == State.DRAFT and row["visits"] and not row["served"]
    kept = plans.plan(tx, row["job_id"]) if is_empty else None
    if kept is not None and not unpack(kept["content"])["run"]["marks"]:
        raise Refusal("NOTHING_PLANNED")


def _check_orders(tx: Connection, row: RowMapping, *, is_draft: bool) -> None:
    """Refuse a draft of orders that have been submitted anew since, even when its ETag is of now."""
    heads = plans.in_force(tx, row["branch_id"], days_of(row))
    if is_draft and any(head_sha != row["input_sha"] for _, head_sha, _ in heads if head_sha):
        raise _stale(tx, row)


def _stale(tx: Connection, row: RowMapping) -> Refusal:
    heads = plans.in_force(tx, row["branch_id"], days_of(row))
    newer = [day for day, head_sha, _ in heads if head_sha and head_sha != row["input_sha"]]
    others = [job for _, _, job in heads if job and job != row["job_id"]]
    if newer:
        reason = by_language("Other orders have been handed in since for {days}.", days=newer)
    elif others:
        reason = by_language("Another plan has been published for these days: {plans}.", plans=sorted(set(others)))
    else:
        reason = by_language("The plan is not the one that you looked at.")
    return Refusal("PLAN_STALE", headers={"ETag": etag(tx, row)}, reason=reason)


def acknowledge(
    service: Service, asked: Asked, job_id: str, technician_id: str, *, lang: str, request_id: str
) -> Answer:
    """Note that a technician has received a route; with the last one the plan is handed out."""
    earlier = recall(service.store, asked)
    if earlier is not None:
        return earlier
    caller = asked.caller

    def note(tx: Connection) -> Answer:
        row = find(tx, caller, job_id)
        plans.lock_days(tx, row["branch_id"])
        row = find(tx, caller, job_id)
        if row["state"] not in (State.PUBLISHED, State.HANDED_OUT):
            raise Refusal("NOT_PUBLISHED")
        kept = plans.plan(tx, job_id)
        assert kept is not None
        served = technicians_with_routes(unpack(kept["content"]))
        if technician_id not in served:
            raise Refusal("TECHNICIAN_HAS_NO_ROUTE", technician=technician_id)
        if plans.acknowledge(tx, job_id, technician_id, caller.key_id):
            jobs.add_event(tx, job_id, "acknowledgement", {"technician_id": technician_id})
            access.note(
                tx, "acknowledge", job_id, key_id=caller.key_id, request_id=request_id, branch_id=row["branch_id"],
                technician_id=technician_id,
            )  # fmt: skip
            received = {receipt["technician_id"] for receipt in plans.receipts(tx, job_id)}
            if received >= set(served) and row["state"] == State.PUBLISHED:
                plans.set_state(tx, job_id, State.HANDED_OUT)
                _announce(tx, row, "plan.handed_out", state=State.HANDED_OUT)
        row = find(tx, caller, job_id)
        return Answer(200, with_plan(tx, row, lang), {"ETag": etag(tx, row)})

    return once(service.store, asked, note)


def _announce(tx: Connection, row: RowMapping, event: str, **more: str) -> None:
    data = {"id": row["job_id"], "branch_id": row["branch_id"], "first_day": row["first_day"], **more}
    outbox.add_event(tx, event, row["branch_id"], data)
