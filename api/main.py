"""The application: its parts, its endpoints, and how what goes wrong is answered."""

from __future__ import annotations

import errno
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog
from anyio import to_thread
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Match

from api.docs import docs_router
from api.readers import upload
from api.refusals.parameters import faults_of
from api.refusals.refusal import Refusal, answer
from api.requests.carriage import Heads, Packing, cross_origin
from api.requests.door import Door
from api.routes import branches, editing, health, looking, operating, patching, plans, publishing, sessions, webhooks
from api.schemas.document import DescribedApp, operation_id
from api.service import Service
from api.store.engine import StoreError
from api.webhooks.stored_outbox import seal_all
from optimizer.text.catalogue import translator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI
    from starlette.responses import Response

    from api.connections.limits import Limits
    from api.settings import Settings
    from api.store.engine import Store

#: A disk that is full, over its quota, read-only or broken; any other error of the system is a defect of ours.
_DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})

#: Requests that are worked on at once; some of them wait for a reader, and others must not wait for these.
THREADS = 160

_log = structlog.get_logger(__name__)


def create_app(settings: Settings, store: Store, limits: Limits | None = None) -> FastAPI:
    """Return the application over a database that has been brought up to date.

    Parameters
    ----------
    limits
        What counts the connections, to be told in the figures.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Read now, so that no request waits for it.
        translator("zh")
        service = Service.of(settings, store, limits)
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        app.state.service = service
        with suppress(StoreError):  # One that takes no write now is told of by every request that needs it.
            seal_all(store, service.seal)
        service.notifier.start()
        service.deliverer.start()
        service.supervisor.start()
        try:
            yield
        finally:
            await service.notifier.stop()
            service.readers.close()
            service.supervisor.stop()
            service.deliverer.stop(2.0)
            service.spool.release()
            store.close()

    app = DescribedApp(
        title="Paigong 派工",
        summary="Plans who visits whom, when, in what order and with which parts.",
        description=_ABOUT,
        version=version("paigong"),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.docs else None,
        lifespan=lifespan,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    # As a parameter it is deprecated: a server is to state it, and ours would ask proxies not to cut it off.
    app.root_path = settings.root_path
    for module in (plans, publishing, editing, patching, looking, branches, sessions, operating, webhooks, health):
        app.include_router(module.router)
    if settings.docs:
        app.include_router(docs_router())
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(StoreError, _store_failed)
    app.add_exception_handler(OSError, _system_failed)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_failed)
    # The last one is the outermost.
    app.add_middleware(Packing, never=[upload.WORKBOOK])
    app.add_middleware(Heads)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, **cross_origin(settings.cors_origins))
    app.add_middleware(Door)
    return app


_ABOUT = """\
Submit a branch with `POST /v1/plans`, watch `GET /v1/plans/{id}/events`, take the judged plan from
`GET /v1/plans/{id}`.

Keys go into `Authorization: Bearer`. Every refusal is answered as problem details (RFC 9457) with a stable code, its
cause and the way out, in English or Chinese by `Accept-Language`. Every POST may be repeated safely with an
`Idempotency-Key`.
"""


# --- refusals -----------------------------------------------------------------------------------------------------


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return answer(error, request)


async def _store_failed(request: Request, error: Exception) -> Response:
    _log.error("store_unavailable", error=str(error))
    return answer(Refusal("STORE_UNAVAILABLE", headers={"Retry-After": "5"}), request)


async def _system_failed(request: Request, error: Exception) -> Response:
    """Answer a disk that does not take an upload or a paper as what it is."""
    if isinstance(error, OSError) and error.errno in _DISK_FAULTS:
        return await _store_failed(request, error)
    raise error


async def _hung_up(request: Request, _error: Exception) -> Response:
    """Answer, though nobody reads it, who hung up before the whole body had come: no defect, for log and figures."""
    return answer(Refusal("BAD_REQUEST"), request)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    return answer(Refusal("PARAMETER_INVALID", faults=faults_of(found), count=len(found)), request)


async def _http_failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "BAD_REQUEST")
    headers = {**(error.headers or {})}
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    return answer(Refusal(code, headers=headers, method=request.method), request)


def _allowed(request: Request) -> list[str]:
    """Return what an address takes; the routes that it has, one a method, know only their own."""
    methods = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
    scopes = {method: {**request.scope, "method": method} for method in methods}
    routes = request.app.routes
    found = [method for method in methods if any(route.matches(scopes[method])[0] is Match.FULL for route in routes)]
    return sorted({*found, "HEAD"}) if "GET" in found else found
