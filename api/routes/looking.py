"""A plan looked at closer: in detail for other systems, beside another one, one technician's sheet."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse, Response

from api.plans import papers, view
from api.plans.page_policy import with_policy
from api.plans.side_by_side import lay_beside
from api.routes.answers import ALWAYS, WITH_PRINTER, refusals
from api.routes.dependencies import JobId, Lang, Reader, ServiceOf
from api.schemas.asked import ID_PATTERN, TEXT_PATTERN
from api.schemas.details import Details, PlansCompared

router = APIRouter(prefix="/v1/plans/{job_id}", tags=["plans"])

_PAPER = ("NOT_FOUND", "NO_PLAN_YET", "PLAN_BREAKS_RULES", *WITH_PRINTER)
OtherId = Annotated[str, Path(pattern=ID_PATTERN, description="id of the plan that it is compared with")]
TechnicianId = Annotated[
    str, Path(min_length=1, max_length=200, pattern=TEXT_PATTERN, description="id of the technician")
]


@router.get(
    "/details.json",
    summary="A plan in detail",
    operation_id="showPlanDetails",
    response_model=None,
    responses={200: {"model": Details}, **refusals(*ALWAYS, *_PAPER)},
)
def details(service: ServiceOf, caller: Reader, job_id: JobId, lang: Lang) -> Response:
    """Return travel seconds and metres, waiting, coordinates, ids, the way as GeoJSON, and a sentence per reason."""
    content = papers.paper(service, caller, job_id, view.DETAILS, lang)
    headers = {"Content-Language": lang, "Vary": "Accept-Language"}
    return Response(content, media_type="application/json", headers=headers)


@router.get(
    "/compared-with/{other_id}",
    summary="Two plans side by side",
    operation_id="comparePlans",
    response_model=None,
    responses={
        200: {"model": PlansCompared},
        **refusals(*ALWAYS, "NOT_FOUND", "NO_PLAN_YET", "BRANCHES_DIFFER", *WITH_PRINTER),
    },
)
def compared(service: ServiceOf, caller: Reader, job_id: JobId, other_id: OtherId) -> JSONResponse:
    """Return what a plan does otherwise than another one of its branch: visits, costs, key figures."""
    return JSONResponse(lay_beside(service, caller, job_id, other_id))


@router.get(
    "/technicians/{technician_id}/route-sheet.html",
    summary="One technician's route sheet",
    operation_id="showRouteSheet",
    response_model=None,
    response_class=Response,
    responses={
        200: {"content": {"text/html": {"schema": {"type": "string"}}}},
        **refusals(*ALWAYS, *_PAPER, "TECHNICIAN_HAS_NO_ROUTE"),
    },
)
def route_sheet(service: ServiceOf, caller: Reader, job_id: JobId, technician_id: TechnicianId, lang: Lang) -> Response:
    """Return the page of one technician: own day, parts and calls, and nobody else's customers."""
    content = papers.paper(service, caller, job_id, view.SHEET, lang, technician_id=technician_id)
    page, policy = with_policy(content.decode())
    headers = {"Content-Language": lang, "Vary": "Accept-Language", "Content-Security-Policy": policy}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)
