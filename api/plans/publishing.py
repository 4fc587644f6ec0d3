"""A plan is published, unless it is stale, and technicians acknowledge their routes."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.comparing import compare_with, each_once, submitted_last
from api.plans.documents import pack, unpack, whole
from api.plans.etags import etag_of, is_asked_for, tag, tagged
from api.plans.papers import paper_limit, printed
from api.plans.view import PLAN_FILE, days_of, find, technicians_with_routes, with_plan
from api.refusals.refusal import Refusal, by_language
from api.requests.idempotency import Answer, once, recall
from api.statuses import State
from api.store import access, jobs, outbox, plans
from optimizer.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping

    from api.plans.comparing import Submission
    from api.requests.idempotency import Asked
    from api.service import Service


def publish(
    service: Service, asked: Asked, job_id: str, *, looked_at: str | None, anyway: bool, lang: str, request_id: str
) -> Answer:
    """Make a plan the one that customers and technicians are told, unless it is stale.

    Where other orders were submitted since for one of its days, it is judged on that day with these, too.

    Parameters
    ----------
    looked_at
        `etag` of the plan that the caller has seen, or an If-Match that names it.

    Raises
    ------
    Refusal
        Without a plan that a solver made, without a word of what was looked at, when that has changed
        since, or when the plan breaks rules with the orders submitted last.
    """
    earlier = recall(service.store, asked)
    if earlier is not None:
        return earlier
    caller = asked.caller
    with service.store.read() as tx:
        row_before = find(tx, caller, job_id)
        stale = _staleness(tx, row_before, looked_at, anyway=anyway, lang=lang)
        newer = _newer(tx, row_before)
    found = _compare(service, row_before, newer, has_to=anyway, key_id=caller.key_id)
    if stale is not None:
        raise _with_faults(stale, found)
    if any(found.violations.values()):
        raise _with_faults(Refusal("PLAN_BREAKS_NOW", count=len(found.violations["en"])), found)
    content, about = printed(service, row_before, PLAN_FILE, "en", key_id=caller.key_id)

    def put_in_force(tx: Connection) -> Answer:
        plans.lock_days(tx, row_before["branch_id"])
        row = find(tx, caller, job_id)
        stale = _staleness(tx, row, looked_at, anyway=anyway, lang=lang)
        if stale is None and [one.key for one in _newer(tx, row)] != [one.key for one in newer]:
            stale = _stale(tx, row, lang)  # submitted while this was judged
        if stale is None and row["state"] == State.DRAFT and row["event_count"] != row_before["event_count"]:
            stale = _stale(tx, row, lang)  # what was printed for it is no longer what is kept
        if stale is not None:
            raise stale
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
        return _shown(tx, row, lang)

    return once(service.store, asked, put_in_force)


def _staleness(tx: Connection, row: RowMapping, looked_at: str | None, *, anyway: bool, lang: str) -> Refusal | None:
    """Return why a plan is stale, `None` when it is not.

    Raises
    ------
    Refusal
        Without a plan, or without a word of what was looked at.
    """
    if row["state"] is None:
        raise Refusal("NO_PLAN_YET", status=row["status"])
    _check_made(tx, row)
    if anyway:
        return None
    if looked_at is None:
        raise Refusal("IF_MATCH_MISSING")
    if row["state"] == State.DRAFT and not is_asked_for(looked_at, etag_of(tx, row)):
        return _stale(tx, row, lang)
    # What is published already stays so: the request may be the repeat of one whose answer was lost.
    heads = plans.in_force(tx, row["branch_id"], days_of(row))
    if row["state"] == State.DRAFT and any(head_sha != row["input_sha"] for _, head_sha, _ in heads if head_sha):
        return _stale(tx, row, lang)  # even when its ETag is of now
    return None


def _check_made(tx: Connection, row: RowMapping) -> None:
    """Refuse what an earlier version kept as a plan where its solver had not made any: nobody is visited in it."""
    is_empty = row["state"] == State.DRAFT and row["visits"] and not row["served"]
    kept = plans.plan(tx, row["job_id"]) if is_empty else None
    if kept is not None and not unpack(kept["content"])["run"]["marks"]:
        raise Refusal("NOTHING_PLANNED")


# --- with the orders of now ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Compared:
    """What differs from the facts of a plan and what it breaks with those of now, as faults by language."""

    differences: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    violations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def _newer(tx: Connection, row: RowMapping) -> list[Submission]:
    """Return what was submitted since for the days of a draft."""
    return [] if row["state"] != State.DRAFT else submitted_last(tx, row["branch_id"], days_of(row), row["input_sha"])


def _compare(service: Service, row: RowMapping, newer: Sequence[Submission], *, has_to: bool, key_id: str) -> _Compared:
    """Judge a plan with what was submitted last for each of its days.

    Raises
    ------
    Refusal
        When that cannot be done and has to.
    """
    if not newer:
        return _Compared()
    with service.store.read() as tx:
        kept, own = plans.plan(tx, row["job_id"]), plans.source(tx, row["input_sha"])
    assert kept is not None
    made = whole(kept)
    limit_s, too_long = paper_limit(service.settings)
    with tempfile.TemporaryDirectory(dir=service.spool.path, prefix="compare-") as place:
        folder = Path(place).resolve()
        (folder / "own").write_bytes(own["content"])
        (folder / "made").write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        task = {
            "task": "compare",
            "own": str(folder / "own"),
            "own_media_type": own["media_type"],
            "made": str(folder / "made"),
        }
        try:
            answers = compare_with(service, newer, task, limit_s=limit_s, too_long=too_long, key_id=key_id)
        except Refusal:
            if has_to:
                raise
            return _Compared()
    by_name = (
        {lang: each_once(answer[name][lang] for answer in answers) for lang in LANGUAGES}
        for name in ("differences", "violations")
    )
    return _Compared(*by_name)


def _with_faults(refusal: Refusal, found: _Compared) -> Refusal:
    """Return a refusal that lists what the plan breaks now, and what differs."""
    refusal.faults = {lang: [*found.violations[lang], *found.differences[lang]] for lang in found.differences}
    return refusal


def _stale(tx: Connection, row: RowMapping, lang: str) -> Refusal:
    heads = plans.in_force(tx, row["branch_id"], days_of(row))
    newer = [day for day, head_sha, _ in heads if head_sha and head_sha != row["input_sha"]]
    others = [job for _, _, job in heads if job and job != row["job_id"]]
    if newer:
        reason = by_language("Other orders have been handed in since for {days}.", days=newer)
    elif others:
        reason = by_language("Another plan has been published for these days: {plans}.", plans=sorted(set(others)))
    else:
        reason = by_language("The plan is not the one that you looked at.")
    return Refusal("PLAN_STALE", headers={"ETag": tag(etag_of(tx, row), lang)}, reason=reason)


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
        return _shown(tx, row, lang)

    return once(service.store, asked, note)


def _shown(tx: Connection, row: RowMapping, lang: str) -> Answer:
    body = with_plan(tx, row, lang)
    return Answer(200, body, tagged(body["etag"], lang))


def _announce(tx: Connection, row: RowMapping, event: str, **more: str) -> None:
    data = {"id": row["job_id"], "branch_id": row["branch_id"], "first_day": row["first_day"], **more}
    outbox.add_event(tx, event, row["branch_id"], data)
