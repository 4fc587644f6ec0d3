"""A branch: the plan that people have been told for a day, and its customers, who may be forgotten."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from api.plans import erasing, view
from api.refusals.refusal import Refusal
from api.routes.answers import ALWAYS, WITH_PRINTER, refusals
from api.routes.dependencies import Admin, Lang, Reader, ServiceOf
from api.routes.plans import IfNoneMatch, shown
from api.schemas.answered import Erasure, JobWithPlan
from api.schemas.asked import DATE_PATTERN, TEXT_PATTERN
from api.store import plans

router = APIRouter(prefix="/v1/branches/{branch_id}", tags=["plans"])

BranchId = Annotated[str, Path(min_length=1, max_length=200, pattern=TEXT_PATTERN, description="id of the branch")]
CustomerId = Annotated[
    str, Path(min_length=1, max_length=200, pattern=TEXT_PATTERN, description="number of the customer")
]
Day = Annotated[str, Path(pattern=DATE_PATTERN, description="the day", examples=["2026-11-30"])]


@router.get(
    "/days/{day}/plan",
    summary="The plan that is published for a day",
    operation_id="showPublishedPlan",
    response_model=None,
    responses={
        200: {"model": JobWithPlan, "headers": {"ETag": {"schema": {"type": "string"}}}},
        304: {"description": "as If-None-Match knows it"},
        **refusals(*ALWAYS, "NOT_FOUND", "NOTHING_PUBLISHED"),
    },
)
def published(
    service: ServiceOf, caller: Reader, branch_id: BranchId, day: Day, lang: Lang, if_none_match: IfNoneMatch = None
) -> Response:
    """Return what customers and technicians were told for a day, as it is now: the job that was published last for it.

    A plan of several days may have been replaced on one of them; each day answers its own.
    """
    if caller.branches is not None and branch_id not in caller.branches:
        raise Refusal("NOT_FOUND")
    with service.store.read() as tx:
        job_id = next((job for _, _, job in plans.in_force(tx, branch_id, [day]) if job), None)
        if job_id is None:
            raise Refusal("NOTHING_PUBLISHED", day=day)
        return shown(tx, view.find(tx, caller, job_id), lang, if_none_match)


@router.delete(
    "/customers/{customer_id}",
    summary="Forget a customer",
    operation_id="eraseCustomer",
    response_model=None,
    responses={
        200: {"model": Erasure, "description": "nothing that is kept names the customer any more"},
        **refusals(*ALWAYS, *WITH_PRINTER, "BRANCH_FORBIDDEN"),
    },
)
def erase_customer(
    request: Request, service: ServiceOf, caller: Admin, branch_id: BranchId, customer_id: CustomerId
) -> JSONResponse:
    """Take name, phone, address and remarks of a customer out of all that is kept, and give another number instead.

    Plans, times and costs stay as they were and can still be judged. Whoever asks again is answered 0 plans.
    """
    return JSONResponse(erasing.erase(service, caller, branch_id, customer_id, request_id=request.scope["request_id"]))
