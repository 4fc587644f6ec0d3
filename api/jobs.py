"""What can be done with plans: hand in, look at, stop, print, publish, acknowledge. Endpoints only parse and answer."""

from __future__ import annotations

import hashlib
import json
import secrets
import tempfile
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.documents import pack, unpack
from api.errors import Refusal, problem
from api.idempotency import Answer, once, recall
from api.statuses import ENDED, State
from api.store import access, jobs, outbox, plans
from api.store.engine import StoreError, now

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from api.auth import Caller
    from api.bodies import Spooled
    from api.idempotency import Asked
    from api.schemas import PlanQuery
    from api.service import Service

PLAN_FILE, WORKBOOK, PAGE = "plan.json", "route-sheets.xlsx", "route-sheets.html"


# --- handing in ---------------------------------------------------------------------------------------------------


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
    found = service.clerks.do(task, limit_s=settings.clerk_s, too_long=too_long)
    caller.need_branch(found["branch_id"])
    return found


def submit(service: Service, asked: Asked, spooled: Spooled, query: PlanQuery, *, lang: str, request_id: str) -> Answer:
    """Hand a branch in to be planned; when this returns, the job is on disk."""
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
        "request_id": request_id,
        "created_at": now(),
    }

    def add(tx: Connection) -> Answer:
        of_key, of_all = jobs.waiting(tx, caller.key_id)
        for waiting, limit in ((of_key, settings.queued_per_key), (of_all, settings.queued)):
            if waiting >= limit:
                raise Refusal("QUEUE_FULL", headers={"Retry-After": "10"}, waiting=waiting, limit=limit)
        jobs.submit(tx, values, media_type=spooled.media_type, content=content)
        plans.lock_days(tx, values["branch_id"])
        plans.note_orders(tx, values["branch_id"], days_of(values), spooled.sha256)
        row = plans.job(tx, job_id, None)
        assert row is not None
        return Answer(202, as_json(row, lang), {"Location": f"/v1/plans/{job_id}"})

    return once(service.store, asked, add)


def options_of(service: Service, caller: Caller, query: PlanQuery) -> dict[str, Any]:
    """Return how a job is to be solved.

    Raises
    ------
    Refusal
        When the key's role may not take so long.
    """
    limit = service.settings.max_seconds(caller.role)
    if query.seconds is not None and query.seconds > limit:
        raise Refusal("SECONDS_OVER_LIMIT", value=f"{query.seconds:g}", limit=f"{limit:g}", role=caller.role)
    seconds = query.seconds or (limit if query.iterations is not None else service.settings.default_solve_s)
    return {
        "seconds": min(seconds, limit),
        "iterations": query.iterations,
        "seed": query.seed,
        "stage": query.stage,
        "as_of": query.as_of,
        "days": query.days,
        "skip_bad": query.skip_bad,
        "broken_locks": query.broken_locks,
    }


# --- looking at ---------------------------------------------------------------------------------------------------


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


def days_of(row: Any) -> list[str]:
    """Return the days that a job plans."""
    first = date.fromisoformat(row["first_day"])
    return [(first + timedelta(days=n)).isoformat() for n in range(row["days"])]


def etag(tx: Connection, row: RowMapping) -> str:
    """Return what changes when the job, the orders of its days, or the plan in force for them changes."""
    seen = [
        row["job_id"], row["status"], row["state"], row["event_count"],
        plans.in_force(tx, row["branch_id"], days_of(row)),
        len(plans.receipts(tx, row["job_id"])),
    ]  # fmt: skip
    return '"' + hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32] + '"'


def as_json(row: RowMapping, lang: str) -> dict[str, Any]:
    """Return a job without its plan."""
    options, job_id = row["options"], row["job_id"]
    links = {"self": "", "events": "/events"}
    if row["state"] is not None:
        links |= {"plan_file": f"/{PLAN_FILE}", "workbook": f"/{WORKBOOK}", "page": f"/{PAGE}", "publish": "/publish"}
    failure = row["failure"]
    return {
        "id": job_id,
        "status": row["status"],
        "state": row["state"],
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
        "progress": {
            "cost_cents": row["cost_cents"],
            "served": row["served"],
            "bound": row["bound_cents"],
            "elapsed_s": row["elapsed_s"],
        },
        "warnings": row["warnings"].get(lang, []),
        "warning_count": row["warnings"].get("count", 0),
        "failure": None
        if failure is None
        else problem(failure["code"], lang, values=failure["values"], faults=failure.get("faults")),
        "links": {name: f"/v1/plans/{job_id}{path}" for name, path in links.items()},
    }


def with_plan(tx: Connection, row: RowMapping, lang: str) -> dict[str, Any]:
    """Return a job with its plan, as far as there is one."""
    kept = plans.plan(tx, row["job_id"])
    made: dict[str, Any] = {} if kept is None else unpack(kept["content"])
    receipts = [dict(receipt) for receipt in plans.receipts(tx, row["job_id"])]
    served = _technicians_with_routes(made) if row["state"] in (State.PUBLISHED, State.HANDED_OUT) else []
    return as_json(row, lang) | {
        "plan": made.get("plan"),
        "changes": made.get("changes", []),
        "released": made.get("released", []),
        "assumptions": made.get("assumptions", {}).get(lang, []),
        "run": made.get("run"),
        "acknowledgements": receipts,
        "unacknowledged": sorted(set(served) - {receipt["technician_id"] for receipt in receipts}),
    }


def _technicians_with_routes(made: dict[str, Any]) -> list[str]:
    """Return who has a stop: the route's own technician, and whoever helps."""
    routes = made["plan"]["routes"] if made else []
    return sorted({who for route in routes for stop in route["stops"] for who in (route["technician"], *stop["crew"])})


# --- stopping -----------------------------------------------------------------------------------------------------


def stop(service: Service, caller: Caller, job_id: str, *, lang: str, request_id: str) -> tuple[int, dict[str, Any]]:
    """Ask a job to stop and keep its best plan; return the status of the answer and the job."""
    with service.store.write() as tx:
        row = find(tx, caller, job_id)
        if row["status"] not in ENDED:
            access.note(tx, "stop", job_id, key_id=caller.key_id, request_id=request_id, branch_id=row["branch_id"])
            jobs.ask_to_stop(tx, job_id)
            row = find(tx, caller, job_id)
        return (200 if row["status"] in ENDED else 202), as_json(row, lang)


# --- printing -----------------------------------------------------------------------------------------------------


def paper(service: Service, caller: Caller, job_id: str, name: str, lang: str) -> bytes:
    """Return a paper of a plan, printed now or before.

    Raises
    ------
    Refusal
        While there is no plan, or when printing takes too long.
    """
    with service.store.read() as tx:
        row = find(tx, caller, job_id)
        known = plans.paper(tx, job_id, name, lang)
    if known is not None:
        return known
    content, _ = _printed(service, row, name, lang)
    # A paper that cannot be kept is printed anew the next time.
    with suppress(StoreError), service.store.write() as tx:
        if plans.job(tx, job_id, None) is not None:
            plans.keep_paper(tx, job_id, name, lang, content)
    return content


def _printed(service: Service, row: RowMapping, name: str, lang: str) -> tuple[bytes, dict[str, Any]]:
    with service.store.read() as tx:
        kept = plans.plan(tx, row["job_id"])
        if kept is None:
            raise Refusal("NO_PLAN_YET", status=row["status"])
        source = plans.source(tx, row["input_sha"])
    with tempfile.TemporaryDirectory(dir=service.settings.data, prefix="print-") as place:
        folder = Path(place).resolve()
        (folder / "input").write_bytes(source["content"])
        made = unpack(kept["content"]) | {"problem": unpack(kept["problem"])}
        (folder / "made").write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        task = {
            "task": "print",
            "paper": name,
            "lang": lang,
            "file": str(folder / "input"),
            "media_type": source["media_type"],
            "options": row["options"],
            "made": str(folder / "made"),
            "out": str(folder / f"out{Path(name).suffix}"),
        }
        limit_s = service.settings.paper_s
        too_long = Refusal("PAPER_FAILED", headers={"Retry-After": "30"}, limit=f"{limit_s:g}")
        answer = service.clerks.do(task, limit_s=limit_s, too_long=too_long)
        return Path(task["out"]).read_bytes(), answer


# --- publishing ---------------------------------------------------------------------------------------------------


def publish(
    service: Service, asked: Asked, job_id: str, *, if_match: str | None, anyway: bool, lang: str, request_id: str
) -> Answer:
    """Make a plan the one that customers and technicians are told, unless it is stale.

    Raises
    ------
    Refusal
        Without a plan, without If-Match, or when what the caller looked at has changed since.
    """
    earlier = recall(service.store, asked)
    if earlier is not None:
        return earlier
    caller = asked.caller
    with service.store.read() as tx:
        row_before = find(tx, caller, job_id)
        _check_publishable(tx, row_before, if_match, anyway=anyway)
    content, about = _printed(service, row_before, PLAN_FILE, "en")

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
            _tell(tx, row, "plan.published", state=State.PUBLISHED)
            row = find(tx, caller, job_id)
        return Answer(200, with_plan(tx, row, lang), {"ETag": etag(tx, row)})

    return once(service.store, asked, put_in_force)


def _check_publishable(tx: Connection, row: RowMapping, if_match: str | None, *, anyway: bool) -> None:
    if row["state"] is None:
        raise Refusal("NO_PLAN_YET", status=row["status"])
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


def _check_orders(tx: Connection, row: RowMapping, *, is_draft: bool) -> None:
    """Refuse a draft of orders that have been handed in anew since, even when its ETag is of now."""
    heads = plans.in_force(tx, row["branch_id"], days_of(row))
    if is_draft and any(head_sha != row["input_sha"] for _, head_sha, _ in heads if head_sha):
        raise _stale(tx, row)


def _stale(tx: Connection, row: RowMapping) -> Refusal:
    heads = plans.in_force(tx, row["branch_id"], days_of(row))
    newer = [day for day, head_sha, _ in heads if head_sha and head_sha != row["input_sha"]]
    others = [job for _, _, job in heads if job and job != row["job_id"]]
    if newer:
        reason = f"Other orders have been handed in since for {', '.join(newer)}."
        reason_zh = f"{'、'.join(newer)} 的派工单在此之后又有提交。"
    elif others:
        reason = f"Another plan has been published for these days: {', '.join(sorted(set(others)))}."
        reason_zh = f"这些日期已发布另一个计划：{'、'.join(sorted(set(others)))}。"
    else:
        reason, reason_zh = "The plan is not the one that you looked at.", "该计划与您所查看的不一致。"
    return Refusal("PLAN_STALE", headers={"ETag": etag(tx, row)}, reason=reason, reason_zh=reason_zh)


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
        served = _technicians_with_routes(unpack(kept["content"]))
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
                _tell(tx, row, "plan.handed_out", state=State.HANDED_OUT)
        row = find(tx, caller, job_id)
        return Answer(200, with_plan(tx, row, lang), {"ETag": etag(tx, row)})

    return once(service.store, asked, note)


def _tell(tx: Connection, row: RowMapping, event: str, **more: str) -> None:
    told = {"id": row["job_id"], "branch_id": row["branch_id"], "first_day": row["first_day"], **more}
    outbox.tell(tx, event, row["branch_id"], told)
