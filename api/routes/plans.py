"""Plans as jobs: submitted, watched, looked at, stopped, printed."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from sqlalchemy import Connection, RowMapping
from starlette.background import BackgroundTask

from api.access.doorkeeper import Caller, unknown_key
from api.plans import editing, etags, judging, papers, submission, view
from api.plans.page_policy import with_policy
from api.readers import upload
from api.refusals.refusal import Refusal
from api.requests.bodies import small_json
from api.requests.idempotency import Answer, Asked, once, recall
from api.routes.answers import ALWAYS, WITH_BODY, WITH_PRINTER, WITH_READER, refusals
from api.routes.dependencies import BranchUpload, DocumentUpload, JobId, Lang, Planner, Reader, ServiceOf, note_refused
from api.schemas.answered import Job, JobPage, JobWithPlan, Submitted, Validated, Verdict
from api.schemas.asked import JobNotes, JudgeQuery, ListQuery, PlanQuery
from api.schemas.bodies import BRANCH_BODY, PLAN_FILE_BODY, body_of
from api.schemas.branch import named
from api.schemas.plan import PlanFile
from api.service import Service
from api.statuses import ENDED, Status
from api.store import access, jobs, plans, turns

router = APIRouter(prefix="/v1/plans", tags=["plans"])

IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="the same key and request again are answered as the first time"),
]
Prefer = Annotated[
    str | None, Header(description="`wait=10` waits that many seconds for the plan", examples=["wait=10"])
]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", description="number of the last event seen")]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", description="ETag of the answer at hand")]

#: A stream that has nothing to say says that it is still there.
SILENCE_S = 15.0


@router.post(
    "",
    status_code=202,
    summary="Submit a branch to be planned",
    response_model=None,
    responses={
        202: {"model": Job, "description": "accepted: the job is on disk", "headers": {
            "Location": {"schema": {"type": "string"}}, "Idempotency-Replayed": {"schema": {"type": "string"}},
            "Preference-Applied": {"schema": {"type": "string"}}}},
        200: {"model": Submitted, "description": "the plan, when `Prefer: wait` was long enough; "
              "or what a dry run found", "headers": {"Preference-Applied": {"schema": {"type": "string"}}}},
        **refusals(*ALWAYS, *WITH_BODY, *WITH_READER, "BRANCH_FORBIDDEN", "SECONDS_OVER_LIMIT", "QUEUE_FULL",
                   "QUEUE_FULL_OF_SECONDS", "NOT_FOUND", "NO_PLAN_YET", "TOO_MANY_OBJECTS", "TOO_MANY_VISITS",
                   "TOO_MANY_TECHNICIANS", "ARCHIVE_REFUSED"),
    },
    openapi_extra={"requestBody": BRANCH_BODY},
)  # fmt: skip
async def submit_plan(
    request: Request,
    service: ServiceOf,
    caller: Planner,
    lang: Lang,
    query: Annotated[PlanQuery, Query()],
    spooled: BranchUpload,
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Response:
    """Validate a branch and queue it: JSON, one workbook, or a zip of its CSV files, as the body itself.

    Every fault of the data is answered at once. With `dry_run=true` that is all.
    """
    asked = Asked.of(request, caller, spooled.sha256)
    request_id = request.scope["request_id"]
    if query.dry_run:

        def check() -> Response:
            answer = recall(service.store, asked)
            if answer is None:
                found = submission.validate(service, caller, spooled, submission.options_of(service, caller, query))
                body = {name: found[name] for name in Validated.model_fields} | {"warnings": found["warnings"][lang]}
                answer = once(service.store, asked, lambda _: Answer(200, body))
            return answer.response()

        return await run_in_threadpool(check)
    answer = await run_in_threadpool(
        submission.submit, service, asked, spooled, query, lang=lang, request_id=request_id
    )
    wait_s = _wait_of(prefer, service.settings.wait_s)
    waited = await _ended_within(service, caller, answer.body["id"], wait_s, lang) if wait_s > 0 else None
    response = answer.response() if waited is None else waited
    if answer.is_replay:
        response.headers["Idempotency-Replayed"] = "true"
    if wait_s > 0:
        response.headers["Preference-Applied"] = f"wait={wait_s:g}"
    return response


@router.get(
    "",
    summary="List plans",
    responses={200: {"model": JobPage}, **refusals(*ALWAYS)},
    response_model=None,
)
def list_plans(service: ServiceOf, caller: Reader, lang: Lang, query: Annotated[ListQuery, Query()]) -> JSONResponse:
    """List the plans that the key may see, the newest first."""
    with service.store.read() as tx:
        rows = plans.listing(
            tx,
            caller.branches,
            before=None if query.cursor is None else int(query.cursor),
            limit=query.limit + 1,
            branch_id=query.branch,
            status=query.status,
            state=query.state,
            days=() if query.day is None else view.days_up_to(query.day),
            label=query.label,
        )
        waiting = [row["job_id"] for row in rows if row["status"] == Status.QUEUED]
        places = {job_id: turns.place_of(tx, job_id) for job_id in waiting}
    shown = rows[: query.limit]
    next_cursor = str(shown[-1]["seq"]) if len(rows) > query.limit else None
    items = [view.as_json(row, lang, places.get(row["job_id"])) for row in shown]
    return JSONResponse({"items": items, "next_cursor": next_cursor})


@router.post(
    "/judge",
    summary="Judge any plan",
    response_model=None,
    responses={
        200: {"model": Verdict},
        **refusals(*ALWAYS, *WITH_BODY, *WITH_READER, "BRANCH_FORBIDDEN", "NOT_FOUND", "NOT_SUBMITTED"),
    },
    openapi_extra={"requestBody": PLAN_FILE_BODY},
)
def judge_plan(
    request: Request,
    service: ServiceOf,
    caller: Reader,
    query: Annotated[JudgeQuery, Query()],
    spooled: DocumentUpload,
    lang: Lang,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Check every rule and every claim of a plan file, from anywhere, and compute its costs anew.

    With a `branch` in the body it is judged with the branch as it is now, too: one in JSON, the one that a plan of
    the service was made from (its id), or `newest`, what was submitted last for each of the plan's days.
    """
    asked = Asked.of(request, caller, spooled.sha256)
    answer = recall(service.store, asked)
    if answer is None:
        verdict = judging.judge(service, caller, spooled, query, lang=lang)
        answer = once(service.store, asked, lambda _: Answer(200, verdict, {"Vary": "Accept-Language"}))
    return answer.response()


@router.get(
    "/{job_id}",
    summary="Look at a plan",
    response_model=None,
    responses={
        200: {"model": JobWithPlan, "headers": {"ETag": {"schema": {"type": "string"}}}},
        304: {"description": "as If-None-Match knows it"},
        **refusals(*ALWAYS, "NOT_FOUND"),
    },
)
def get_plan(
    service: ServiceOf, caller: Reader, job_id: JobId, lang: Lang, if_none_match: IfNoneMatch = None
) -> Response:
    """Return how a job stands, and its plan with key figures, costs and reasons when there is one."""
    with service.store.read() as tx:
        row = view.find(tx, caller, job_id)
        answer = shown(tx, row, lang, if_none_match)
    return _then_opened(answer, service, caller, row)


@router.delete(
    "/{job_id}",
    summary="Stop a solve and keep its best plan",
    response_model=None,
    responses={
        200: {"model": Job, "description": "it has ended"},
        202: {"model": Job, "description": "it has its best plan within a second or two"},
        **refusals(*ALWAYS, "NOT_FOUND"),
    },
)
def stop_plan(request: Request, service: ServiceOf, caller: Planner, job_id: JobId, lang: Lang) -> JSONResponse:
    """Ask a job to end; nothing is deleted."""
    status, job = submission.stop(service, caller, job_id, lang=lang, request_id=request.scope["request_id"])
    return JSONResponse(job, status_code=status)


@router.get(
    "/{job_id}/events",
    summary="Watch a solve",
    response_model=None,
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "server-sent events; ends with the job",
            "content": {"text/event-stream": {"schema": named("EventStream")}},
        },
        **refusals(*ALWAYS, "NOT_FOUND", "TOO_MANY_STREAMS"),
    },
)
async def watch_plan(
    service: ServiceOf, caller: Reader, job_id: JobId, last_event_id: LastEventId = None
) -> StreamingResponse:
    """Stream a job's events, from the one after `Last-Event-ID`: status, cost, served, bound, elapsed seconds."""
    number = int(last_event_id) if last_event_id and re.fullmatch(r"\d{1,9}", last_event_id, re.ASCII) else 0
    limit = service.settings.streams
    if service.streams >= limit:
        raise Refusal("TOO_MANY_STREAMS", headers={"Retry-After": "10"}, limit=limit)
    await run_in_threadpool(_events, service, caller, job_id, number)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(service, caller, job_id, number), media_type="text/event-stream", headers=headers)


@router.get(
    "/{job_id}/plan.json",
    summary="The plan file",
    response_model=None,
    responses={
        200: {"model": PlanFile},
        **refusals(*ALWAYS, "NOT_FOUND", "NO_PLAN_YET", *WITH_PRINTER, "PLAN_BREAKS_RULES"),
    },
)
def get_plan_file(service: ServiceOf, caller: Reader, job_id: JobId) -> Response:
    """Return the plan with its problem and travel times: anyone can judge it alone, and publish it at a branch."""
    content = papers.paper(service, caller, job_id, view.PLAN_FILE, "en")
    return Response(content, media_type="application/json", headers=_saved_as(view.PLAN_FILE))


@router.get(
    "/{job_id}/route-sheets.xlsx",
    summary="Route sheets and papers as a workbook",
    response_model=None,
    response_class=Response,
    responses={
        200: {"content": {upload.WORKBOOK: {"schema": {"type": "string", "format": "binary"}}}},
        **refusals(*ALWAYS, "NOT_FOUND", "NO_PLAN_YET", *WITH_PRINTER, "PLAN_BREAKS_RULES"),
    },
)
def get_workbook(service: ServiceOf, caller: Reader, job_id: JobId, lang: Lang) -> Response:
    """Return the plan's workbook in the language of Accept-Language."""
    content = papers.paper(service, caller, job_id, view.WORKBOOK, lang)
    headers = _saved_as(view.WORKBOOK) | {"Content-Language": lang, "Vary": "Accept-Language"}
    return Response(content, media_type=upload.WORKBOOK, headers=headers)


@router.get(
    "/{job_id}/route-sheets.html",
    summary="Route sheets and papers as one page",
    response_model=None,
    response_class=Response,
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string"}}}},
        **refusals(*ALWAYS, "NOT_FOUND", "NO_PLAN_YET", *WITH_PRINTER, "PLAN_BREAKS_RULES"),
    },
)
def get_page(service: ServiceOf, caller: Reader, job_id: JobId, lang: Lang) -> Response:
    """Return the plan's page, which needs nothing else, in the language of Accept-Language."""
    content, policy = with_policy(papers.paper(service, caller, job_id, view.PAGE, lang).decode())
    headers = {"Content-Language": lang, "Vary": "Accept-Language", "Content-Security-Policy": policy}
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)


@router.patch(
    "/{job_id}",
    summary="Label a plan",
    operation_id="labelPlan",
    response_model=None,
    responses={200: {"model": Job}, **refusals(*ALWAYS, *WITH_BODY, "NOT_FOUND")},
    openapi_extra={"requestBody": body_of(JobNotes)},
)
async def label(
    request: Request,
    service: ServiceOf,
    caller: Planner,
    job_id: JobId,
    lang: Lang,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Set labels, by which jobs are listed, or metadata, which comes back with the job; what is not given stays."""
    notes, sha = await small_json(request, service.settings, JobNotes)
    asked = Asked.of(request, caller, sha)
    answer = await run_in_threadpool(submission.note, service, asked, job_id, notes, lang=lang)
    return answer.response()


def shown(tx: Connection, row: RowMapping, lang: str, if_none_match: str | None) -> Response:
    """Return a job with its plan, unless whoever asks has it as it is."""
    seen = etags.etag_of(tx, row)
    headers = etags.tagged(seen, lang)
    if etags.is_known(if_none_match, seen, lang):
        return Response(status_code=304, headers=headers)
    return JSONResponse(view.with_plan(tx, row, lang), headers=headers)


def _then_opened(answer: Response, service: Service, caller: Caller, row: RowMapping) -> Response:
    """Return an answer that shows a plan; when it is sent, the plan is opened for the edits to come."""
    answer.background = BackgroundTask(editing.open_ahead, service, caller, row)
    return answer


# --- waiting ------------------------------------------------------------------------------------------------------


def _wait_of(prefer: str | None, most_s: float) -> float:
    """Return the seconds that a `Prefer` header asks to wait; what else it prefers is not for us."""
    match = re.search(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,5})", prefer or "", re.ASCII)
    return 0.0 if match is None else min(float(match[1]), most_s)


async def _ended_within(service: Service, caller: Caller, job_id: str, wait_s: float, lang: str) -> Response | None:
    """Return a job with its plan when it ends in time; else `None`."""
    until_s = asyncio.get_running_loop().time() + wait_s

    def look() -> tuple[int, Response | None]:
        with service.store.read() as tx:
            _check_in_force(service, tx, caller)
            row = view.find(tx, caller, job_id)
            if row["status"] not in ENDED:
                return row["event_count"], None
            body = view.with_plan(tx, row, lang)
        return 0, _then_opened(JSONResponse(body, headers=etags.tagged(body["etag"], lang)), service, caller, row)

    while True:
        seen, response = await run_in_threadpool(look)
        left_s = until_s - asyncio.get_running_loop().time()
        if response is not None or left_s <= 0:
            return response
        await service.notifier.wait(job_id, seen, left_s, key_id=caller.key_id)


def _check_in_force(service: Service, tx: Connection, caller: Caller) -> None:
    """Refuse who waits with a key that has been revoked meanwhile; the door remembers it for a moment as in force."""
    if not access.in_force(tx, [caller.key_id]):
        note_refused(service, caller.key_id)
        raise unknown_key()


def _events(service: Service, caller: Caller, job_id: str, number: int) -> tuple[list[dict[str, Any]], bool]:
    """Return a job's events after one, and whether no more will come."""
    with service.store.read() as tx:
        _check_in_force(service, tx, caller)
        row = view.find(tx, caller, job_id)
        return [dict(event) for event in jobs.events_after(tx, job_id, number)], row["status"] in ENDED


async def _stream(service: Service, caller: Caller, job_id: str, number: int) -> AsyncIterator[str]:
    service.streams += 1
    try:
        while True:
            try:
                found, has_ended = await run_in_threadpool(_events, service, caller, job_id, number)
            except Refusal:
                return  # The key was revoked, or the job is gone: whoever asks again is told so.
            for event in found:
                number = event["number"]
                yield f"id: {number}\nevent: {event['kind']}\ndata: {json.dumps(event['data'])}\n\n"
            if has_ended:
                return
            if not found:
                yield ": still here\n\n"
            await service.notifier.wait(job_id, number, SILENCE_S, key_id=caller.key_id)
    finally:
        service.streams -= 1


def _saved_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
