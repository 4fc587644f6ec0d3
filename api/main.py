"""The application: its parts, its endpoints, what stands before and behind every request."""

from __future__ import annotations

import errno
import re
import secrets
import time
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Match

from api.docs import docs_router
from api.refusals.parameters import faults_of
from api.refusals.refusal import Refusal, answer
from api.routes import health, operating, plans, publishing
from api.service import Service
from api.store.engine import StoreError
from optimizer.text.catalogue import translator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, MutableMapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.settings import Settings
    from api.store.engine import Store

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

#: A disk that is full, over its quota, read-only or broken; any other error of the system is a defect of ours.
_DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})

_log = structlog.get_logger(__name__)


def create_app(settings: Settings, store: Store) -> FastAPI:
    """Return the application over a database that has been brought up to date."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Read now, so that no request waits for it.
        translator("zh")
        service = Service.of(settings, store)
        app.state.service = service
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
            store.close()

    app = FastAPI(
        title="Paigong 派工",
        summary="Plans who visits whom, when, in what order and with which parts.",
        description=_ABOUT,
        version=version("paigong"),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.docs else None,
        root_path=settings.root_path,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    for module in (plans, publishing, operating, health):
        app.include_router(module.router)
    if settings.docs:
        app.include_router(docs_router())
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(StoreError, _store_failed)
    app.add_exception_handler(OSError, _system_failed)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_failed)
    app.add_middleware(Door)
    return app


_ABOUT = """\
Submit a branch with `POST /v1/plans`, watch `GET /v1/plans/{id}/events`, take the judged plan from
`GET /v1/plans/{id}`.

Keys go into `Authorization: Bearer`. Every refusal is answered as problem details (RFC 9457) with a stable code, its
cause and the way out, in English or Chinese by `Accept-Language`. Every POST may be repeated safely with an
`Idempotency-Key`.
"""


# --- faults -------------------------------------------------------------------------------------------------------


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
    return [method for method in methods if any(route.matches(scopes[method])[0] is Match.FULL for route in routes)]


# --- the door -----------------------------------------------------------------------------------------------------


class Door:
    """What every request passes: it gets an id, safe headers, a line in the log, a place in the figures.

    A defect of ours becomes an answer here, with nothing of its insides.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        scope["request_id"] = request_id
        began_s = time.monotonic()
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._measure(scope, status, time.monotonic() - began_s)
                message["headers"] = _with_ours(message.get("headers", []), request_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_on)
            except Exception:
                _log.exception("request_failed")
                if status:
                    raise
                await answer(Refusal("INTERNAL"), Request(scope))(scope, receive, send_on)
            finally:
                _log.info(
                    "request",
                    method=scope["method"],
                    route=_route(scope),
                    status=status,
                    ms=round(1000 * (time.monotonic() - began_s), 1),
                    key_id=scope.get("key_id"),
                )

    def _measure(self, scope: Scope, status: int, elapsed_s: float) -> None:
        service = getattr(scope["app"].state, "service", None)
        if service is not None:
            service.metrics.requests.labels(scope["method"], _route(scope), status).inc()
            service.metrics.request_s.labels(scope["method"], _route(scope)).observe(elapsed_s)


def _with_ours(headers: Any, request_id: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with ours, where it does not say otherwise itself."""
    present = {name.lower() for name, _ in headers}
    ours = [(name, value) for name, value in _HEADERS if name not in present]
    return [*headers, *ours, (b"x-request-id", request_id.encode())]


def _route(scope: MutableMapping[str, Any]) -> str:
    """Return the template of a request's path: what is asked for, without whose it is."""
    return str(getattr(scope.get("route"), "path", "other"))
