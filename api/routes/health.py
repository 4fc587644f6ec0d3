"""Whether the service is alive, whether it can take work, and its figures."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from api.monitoring.metrics import MEDIA_TYPE
from api.refusals.refusal import Refusal
from api.routes.answers import ALWAYS, refusals
from api.routes.dependencies import Reader, ServiceOf
from api.schemas.answered import Health, Readiness

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the process alive?", response_model=Health)
async def get_health() -> dict[str, str]:
    """Answer as soon as the process runs; nothing is looked at."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Can work be taken?",
    response_model=None,
    responses={200: {"model": Readiness}, 503: {"model": Readiness, "description": "not now, by part"}},
)
def get_readiness(service: ServiceOf) -> JSONResponse:
    """Return whether the database takes writes, a reader is there, the kernels are compiled, and nobody drains it."""
    parts = {
        "database": service.store.is_writable(),
        "readers": service.readers.are_ready,
        "workers": service.supervisor.is_ready.is_set(),
        "not_draining": not service.supervisor.is_draining,
    }
    is_ready = all(parts.values())
    body = {"status": "ready" if is_ready else "not_ready", "parts": parts}
    return JSONResponse(body, status_code=200 if is_ready else 503)


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_model=None,
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}, **refusals(*ALWAYS, "BRANCH_FORBIDDEN")},
)
def get_metrics(service: ServiceOf, caller: Reader) -> Response:
    """Return queue, solve times, served ratio, judge failures and requests; for keys of all branches."""
    if caller.branches is not None:
        raise Refusal("BRANCH_FORBIDDEN", branch="*")
    return Response(service.metrics.text(), media_type=MEDIA_TYPE)
