"""The door of the service: what every request passes before and behind its endpoint."""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING, Any

import structlog
from starlette.requests import Request

from api.monitoring.metrics import method_label
from api.refusals.refusal import Refusal, answer

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

_log = structlog.get_logger(__name__)


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

        client = scope.get("client")
        about = {"request_id": request_id, "client": client[0] if client else None}
        with structlog.contextvars.bound_contextvars(**about):
            try:
                await self._app(scope, receive, send_on)
            except Exception:
                # Whatever it is: who asks sees nothing of our insides, and the log has all of it. A half answer is cut.
                _log.exception("request_failed")
                if status:
                    raise
                await answer(Refusal("INTERNAL"), Request(scope))(scope, receive, send_on)
            finally:
                _log.info(
                    "request",
                    method=method_label(scope["method"]),
                    route=_route(scope),
                    status=status,
                    ms=round(1000 * (time.monotonic() - began_s), 1),
                    key_id=scope.get("key_id"),
                )

    def _measure(self, scope: Scope, status: int, elapsed_s: float) -> None:
        service = getattr(scope["app"].state, "service", None)
        if service is not None:
            method = method_label(scope["method"])
            service.metrics.requests.labels(method, _route(scope), status).inc()
            service.metrics.request_s.labels(method, _route(scope)).observe(elapsed_s)


def _with_ours(headers: Any, request_id: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with ours, where it does not say otherwise itself."""
    present = {name.lower() for name, _ in headers}
    ours = [(name, value) for name, value in _HEADERS if name not in present]
    return [*headers, *ours, (b"x-request-id", request_id.encode())]


def _route(scope: MutableMapping[str, Any]) -> str:
    """Return the template of a request's path: what is asked for, without whose it is."""
    return str(getattr(scope.get("route"), "path", "other"))
