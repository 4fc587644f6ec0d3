"""A plan by hand: edits, their revisions, undo, and the rest planned anew."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from api.plans import editing
from api.requests.bodies import small_json
from api.requests.idempotency import Asked
from api.routes.answers import ALWAYS, WITH_BODY, WITH_PRINTER, refusals
from api.routes.dependencies import JobId, Lang, Planner, Reader, ServiceOf
from api.routes.plans import IdempotencyKey
from api.routes.publishing import IfMatch
from api.schemas.answered import Job, JobWithPlan
from api.schemas.asked import EditQuery, ReoptimiseQuery, UndoQuery
from api.schemas.bodies import body_of
from api.schemas.editing import EditAnswer, Edits, Revisions

router = APIRouter(prefix="/v1/plans/{job_id}", tags=["editing"])

_ETAG = {"ETag": {"schema": {"type": "string"}}}
_IDEMPOTENCY = ("IDEMPOTENCY_KEY_REUSED", "IDEMPOTENCY_KEY_INVALID")


@router.post(
    "/edits",
    summary="Edit a plan by hand",
    response_model=None,
    responses={
        200: {"model": EditAnswer, "headers": _ETAG},
        **refusals(
            *ALWAYS, *WITH_BODY, "NOT_FOUND", "NO_PLAN_YET", "PLAN_TOLD", "IF_MATCH_MISSING", "EDIT_STALE",
            "EDIT_BREAKS_RULES", *WITH_PRINTER, "BODY_TOO_COSTLY",
        ),
    },
    openapi_extra={"requestBody": body_of(Edits)},
)  # fmt: skip
async def edit_plan(
    request: Request,
    service: ServiceOf,
    caller: Planner,
    job_id: JobId,
    lang: Lang,
    query: Annotated[EditQuery, Query()],
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Move visits, lock and unlock them, forbid a technician, take visits out, or allow an exception by name.

    All edits of a request are applied together, or none. What breaks a hard rule is answered with the rules in words
    and not applied, unless an exception among the edits allows it. With `dry_run=true` nothing is applied, and the
    answer says what would break, what it costs, and which routes change.
    """
    wanted, sha = await small_json(request, service.settings, Edits)
    answer = await run_in_threadpool(
        editing.edit,
        service,
        Asked.of(request, caller, sha),
        job_id,
        wanted.rows(),
        is_dry=query.dry_run,
        looked_at=query.etag or if_match,
        lang=lang,
        request_id=request.scope["request_id"],
    )
    return answer.response()


@router.get(
    "/revisions",
    summary="What people made of a plan",
    response_model=None,
    responses={200: {"model": Revisions}, **refusals(*ALWAYS, "NOT_FOUND", "NO_PLAN_YET")},
)
def list_revisions(request: Request, service: ServiceOf, caller: Reader, job_id: JobId) -> JSONResponse:
    """List the revisions of a plan, the solver's first, with the edits that made each of them from another."""
    return JSONResponse(editing.listed(service, Asked.of(request, caller, ""), job_id))


@router.post(
    "/undo",
    summary="Take back an edit",
    response_model=None,
    responses={
        200: {"model": JobWithPlan, "headers": _ETAG},
        **refusals(
            *ALWAYS, "NOT_FOUND", "NO_PLAN_YET", "PLAN_TOLD", "IF_MATCH_MISSING", "EDIT_STALE", "NO_SUCH_REVISION",
            *_IDEMPOTENCY,
        ),
    },
)  # fmt: skip
def undo_edit(
    request: Request,
    service: ServiceOf,
    caller: Planner,
    job_id: JobId,
    lang: Lang,
    query: Annotated[UndoQuery, Query()],
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Use the revision again that the present one was made from, or any other of this plan: nothing is lost by it."""
    return editing.undo(
        service,
        Asked.of(request, caller, ""),
        job_id,
        to=query.to,
        looked_at=query.etag or if_match,
        lang=lang,
        request_id=request.scope["request_id"],
    ).response()


@router.post(
    "/reoptimise",
    status_code=202,
    summary="Plan the rest anew",
    response_model=None,
    responses={
        202: {"model": Job, "description": "accepted: the job is on disk",
              "headers": {"Location": {"schema": {"type": "string"}}}},
        **refusals(
            *ALWAYS, "NOT_FOUND", "NO_PLAN_YET", "SECONDS_OVER_LIMIT", "QUEUE_FULL", "QUEUE_FULL_OF_SECONDS",
            *_IDEMPOTENCY,
        ),
    },
)  # fmt: skip
def reoptimise_plan(
    request: Request,
    service: ServiceOf,
    caller: Planner,
    job_id: JobId,
    lang: Lang,
    query: Annotated[ReoptimiseQuery, Query()],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Queue a new job that begins from this plan, edited as it is, and keeps what people decided.

    What is locked stays, and so do the technician and the day of every visit that was moved by hand. The new plan is a
    draft of its own; this one stays as it is.
    """
    return editing.reoptimise(
        service,
        Asked.of(request, caller, ""),
        job_id,
        query,
        lang=lang,
        request_id=request.scope["request_id"],
    ).response()
