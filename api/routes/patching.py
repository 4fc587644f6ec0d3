"""Submitting a few changed rows instead of a whole branch."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.plans import patching
from api.readers.patching import Patch
from api.requests.idempotency import Asked
from api.routes.answers import ALWAYS, WITH_BODY, WITH_READER, refusals
from api.routes.dependencies import DocumentUpload, JobId, Lang, Planner, ServiceOf
from api.routes.plans import IdempotencyKey
from api.schemas.answered import Job
from api.schemas.asked import PatchQuery
from api.schemas.bodies import body_of

router = APIRouter(prefix="/v1/plans/{job_id}", tags=["plans"])


@router.post(
    "/patch",
    status_code=202,
    summary="Submit what has changed",
    operation_id="submitPatch",
    response_model=None,
    responses={
        202: {"model": Job, "description": "accepted: the job is on disk",
              "headers": {"Location": {"schema": {"type": "string"}}}},
        **refusals(*ALWAYS, *WITH_BODY, *WITH_READER, "NOT_FOUND", "NO_PLAN_YET", "INPUT_NO_JSON", "BRANCH_FORBIDDEN",
                   "SECONDS_OVER_LIMIT", "QUEUE_FULL", "QUEUE_FULL_OF_SECONDS", "TOO_MANY_OBJECTS", "TOO_MANY_VISITS",
                   "TOO_MANY_TECHNICIANS"),
    },
    openapi_extra={"requestBody": body_of(Patch)},
)  # fmt: skip
def patch(
    request: Request,
    service: ServiceOf,
    caller: Planner,
    job_id: JobId,
    lang: Lang,
    query: Annotated[PatchQuery, Query()],
    spooled: DocumentUpload,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Submit what a job was made from with some rows changed, added or taken out, as if the whole were sent again.

    A row is named by its key, as `order_id`; what it states takes the place of what was there, null takes it out.
    """
    return patching.submit_patched(
        service,
        Asked.of(request, caller, spooled.sha256),
        job_id,
        spooled,
        query,
        lang=lang,
        request_id=request.scope["request_id"],
    ).response()
