"""What follows a plan: it is published, and technicians acknowledge it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from api.plans import publishing
from api.requests.bodies import small_json
from api.requests.idempotency import Asked
from api.routes.answers import ALWAYS, WITH_BODY, WITH_PRINTER, refusals
from api.routes.dependencies import JobId, Lang, Publisher, ServiceOf
from api.routes.plans import IdempotencyKey
from api.schemas.answered import JobWithPlan
from api.schemas.asked import PublishQuery, Receipt
from api.schemas.bodies import body_of

router = APIRouter(prefix="/v1/plans/{job_id}", tags=["publishing"])

IfMatch = Annotated[str | None, Header(alias="If-Match", description="ETag of the plan that was looked at")]


@router.post(
    "/publish",
    summary="Publish a plan",
    response_model=None,
    responses={
        200: {"model": JobWithPlan, "headers": {"ETag": {"schema": {"type": "string"}}}},
        **refusals(
            *ALWAYS, "NOT_FOUND", "NO_PLAN_YET", "NOTHING_PLANNED", "IF_MATCH_MISSING", "PLAN_STALE",
            "PLAN_BREAKS_RULES", "PLAN_BREAKS_NOW", "INPUT_FAULTS", *WITH_PRINTER,
            "IDEMPOTENCY_KEY_REUSED", "IDEMPOTENCY_KEY_INVALID",
        ),
    },
)  # fmt: skip
def publish_plan(
    request: Request,
    service: ServiceOf,
    caller: Publisher,
    job_id: JobId,
    lang: Lang,
    query: Annotated[PublishQuery, Query()],
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Make a plan the one that customers and technicians are told, and that later plans of its days stay near.

    It is refused when orders were submitted anew, or another plan was published, since the caller looked at it. With
    the orders submitted last it is judged once more: what differs and concerns the plan is listed, and what it breaks.
    """
    return publishing.publish(
        service,
        Asked.of(request, caller, ""),
        job_id,
        looked_at=query.etag or if_match,
        anyway=query.anyway,
        lang=lang,
        request_id=request.scope["request_id"],
    ).response()


@router.post(
    "/acknowledgements",
    summary="A technician has received a route",
    response_model=None,
    responses={
        200: {"model": JobWithPlan, "headers": {"ETag": {"schema": {"type": "string"}}}},
        **refusals(*ALWAYS, *WITH_BODY, "NOT_FOUND", "NOT_PUBLISHED", "TECHNICIAN_HAS_NO_ROUTE"),
    },
    openapi_extra={"requestBody": body_of(Receipt)},
)
async def acknowledge_route(
    request: Request,
    service: ServiceOf,
    caller: Publisher,
    job_id: JobId,
    lang: Lang,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Note the receipt, once, which stops that clock; with the last technician's the plan is handed out."""
    receipt, sha = await small_json(request, service.settings, Receipt)
    answer = await run_in_threadpool(
        publishing.acknowledge,
        service,
        Asked.of(request, caller, sha),
        job_id,
        receipt.technician_id,
        lang=lang,
        request_id=request.scope["request_id"],
    )
    return answer.response()
