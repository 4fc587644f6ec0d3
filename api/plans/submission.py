"""A branch is submitted to be planned, and its job can be stopped."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from api.plans.view import as_json, days_of, find
from api.refusals.parameters import naive_doubts
from api.refusals.refusal import Refusal
from api.requests.idempotency import Answer, once, recall
from api.requests.remembered import reading_key
from api.statuses import ENDED
from api.store import access, jobs, plans, revisions, turns
from api.store.engine import now
from optimizer.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.access.doorkeeper import Caller
    from api.requests.bodies import Spooled
    from api.requests.idempotency import Asked
    from api.schemas.asked import JobNotes, PlanQuery, ReoptimiseQuery
    from api.service import Service
    from api.settings import Settings


def validate(service: Service, caller: Caller, spooled: Spooled, options: dict[str, Any]) -> dict[str, Any]:
    """Return what an upload holds.

    Raises
    ------
    Refusal
        With every fault of it, when it goes beyond a limit, or is of a branch that the key is not for.
    """
    settings = service.settings
    task = {
        "task": "read",
        "file": str(spooled.path.resolve()),
        "media_type": spooled.media_type,
        "options": options,
        "most_objects": settings.max_objects,
        "most_visits": settings.max_visits,
        "most_technicians": settings.max_technicians,
    }
    too_long = Refusal("BODY_TOO_COSTLY", limit=f"{settings.clerk_s:g}")
    key = reading_key(spooled.sha256, spooled.media_type, options)
    found = service.validated.get(
        key, lambda: service.readers.do(task, limit_s=settings.clerk_s, too_long=too_long, key_id=caller.key_id)
    )
    caller.need_branch(found["branch_id"])
    doubts = {lang: naive_doubts(options["as_of"], lang) for lang in LANGUAGES}
    warnings = {lang: [*doubts[lang], *found["warnings"][lang]] for lang in LANGUAGES}
    return found | {"warnings": warnings, "warning_count": found["warning_count"] + len(doubts["en"])}


def submit(service: Service, asked: Asked, spooled: Spooled, query: PlanQuery, *, lang: str, request_id: str) -> Answer:
    """Submit a branch to be planned; when this returns, the job is on disk."""
    earlier = recall(service.store, asked)
    if earlier is not None:
        return earlier
    caller, settings = asked.caller, service.settings
    options = options_of(service, caller, query)
    found = validate(service, caller, spooled, options)
    content = spooled.path.read_bytes()
    job_id = secrets.token_hex(16)
    values = {
        "job_id": job_id,
        "key_id": caller.key_id,
        "branch_id": found["branch_id"],
        "first_day": found["first_day"],
        "days": found["days"],
        "as_of": found["as_of"],
        "visits": found["visits"],
        "technicians": found["technicians"],
        "options": options,
        "input_sha": spooled.sha256,
        "warnings": found["warnings"] | {"count": found["warning_count"]},
        "asked_s": turns.expected_s(options["seconds"], options["iterations"]),
        "request_id": request_id,
        "created_at": now(),
        "labels": plans.label_lines(query.label),
        "notes": None if query.metadata is None else json.loads(query.metadata),
    }

    def add(tx: Connection) -> Answer:
        check_queue(tx, settings, caller, values["asked_s"])
        jobs.submit(tx, values, media_type=spooled.media_type, content=content)
        if query.start_from is not None:
            begin_from(tx, caller, job_id, values["branch_id"], query.start_from)
        plans.lock_days(tx, values["branch_id"])
        plans.note_orders(tx, values["branch_id"], days_of(values), spooled.sha256)
        row = plans.job(tx, job_id, None)
        assert row is not None
        place = turns.place_of(tx, job_id)
        return Answer(202, as_json(row, lang, place), {"Location": f"{settings.root_path}/v1/plans/{job_id}"})

    return once(service.store, asked, add)


def check_queue(tx: Connection, settings: Settings, caller: Caller, asked_s: float) -> None:
    """Refuse a plan when too many wait, or when the key's ask for too many seconds; one alone may ask for any."""
    of_key, of_all, seconds = jobs.waiting(tx, caller.key_id)
    again = {"Retry-After": "10"}
    for waiting, limit in ((of_key, settings.queued_per_key), (of_all, settings.queued)):
        if waiting >= limit:
            raise Refusal("QUEUE_FULL", headers=again, waiting=waiting, limit=limit)
    most_s = settings.queued_seconds_per_key
    if of_key and seconds + asked_s > most_s:
        raise Refusal("QUEUE_FULL_OF_SECONDS", headers=again, waiting=f"{seconds:.0f}", limit=f"{most_s:g}")


def options_of(service: Service, caller: Caller, query: PlanQuery) -> dict[str, Any]:
    """Return how a job is to be solved.

    Raises
    ------
    Refusal
        When the key's role may not take so long.
    """
    return {
        **budget_of(service, caller, query),
        "stage": query.stage,
        "as_of": query.as_of,
        "days": query.days,
        "skip_bad": query.skip_bad,
        "allow_unknown": query.lenient or query.allow_unknown,
        "broken_locks": query.broken_locks,
        "start_from": query.start_from,
        "freeze_before": query.freeze_before,
    }


def begin_from(tx: Connection, caller: Caller, job_id: str, branch_id: str, start_from: str) -> None:
    """Have a job begin from the routes of another plan of its branch.

    Raises
    ------
    Refusal
        When there is no such plan.
    """
    base = find(tx, caller, start_from)
    kept = plans.plan(tx, start_from)
    if base["branch_id"] != branch_id:
        raise Refusal("NOT_FOUND")
    if kept is None:
        raise Refusal("NO_PLAN_YET", status=base["status"])
    revisions.begin_from(tx, job_id, kept["content"], None)


def budget_of(service: Service, caller: Caller, query: PlanQuery | ReoptimiseQuery) -> dict[str, Any]:
    """Return how long a job may search.

    Raises
    ------
    Refusal
        When the key's role may not take so long.
    """
    limit = service.settings.max_seconds(caller.role)
    if query.seconds is not None and query.seconds > limit:
        raise Refusal("SECONDS_OVER_LIMIT", value=f"{query.seconds:g}", limit=f"{limit:g}", role=caller.role)
    seconds = query.seconds or (limit if query.iterations is not None else service.settings.default_solve_s)
    return {"seconds": min(seconds, limit), "iterations": query.iterations, "seed": query.seed}


def note(service: Service, asked: Asked, job_id: str, notes: JobNotes, *, lang: str) -> Answer:
    """Set the labels and notes of a job, each as far as it is given."""
    earlier = recall(service.store, asked)
    if earlier is not None:
        return earlier

    def say(tx: Connection) -> Answer:
        find(tx, asked.caller, job_id)
        said: dict[str, Any] = {}
        if notes.labels is not None:
            said["labels"] = plans.label_lines(notes.labels)
        if notes.metadata is not None:
            said["notes"] = notes.metadata
        if said:
            plans.label(tx, job_id, **said)
        return Answer(200, as_json(find(tx, asked.caller, job_id), lang))

    return once(service.store, asked, say)


def stop(service: Service, caller: Caller, job_id: str, *, lang: str, request_id: str) -> tuple[int, dict[str, Any]]:
    """Ask a job to stop and keep its best plan; return the status of the answer and the job."""
    with service.store.write() as tx:
        row = find(tx, caller, job_id)
        if row["status"] not in ENDED:
            access.note(tx, "stop", job_id, key_id=caller.key_id, request_id=request_id, branch_id=row["branch_id"])
            jobs.ask_to_stop(tx, job_id)
            row = find(tx, caller, job_id)
        return (200 if row["status"] in ENDED else 202), as_json(row, lang)
