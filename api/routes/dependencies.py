"""What endpoints are given, by type: the service, who asks (and may), the reader's language, an upload."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

import structlog
from fastapi import Depends, Path, Request, Security
from fastapi.security import APIKeyCookie, APIKeyHeader, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from api.access.doorkeeper import Caller, shown_id
from api.readers import upload
from api.refusals.refusal import Refusal, language
from api.requests.bodies import Spooled, spool
from api.schemas.asked import ID_PATTERN
from api.service import Service
from api.statuses import Role

_log = structlog.get_logger(__name__)

_bearer = HTTPBearer(auto_error=False, scheme_name="bearer", description="Authorization: Bearer <key>")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="key", description="the same key in a header")
#: The cookie of a browser that has shown a key.
SESSION_COOKIE = "paigong_session"
_cookie = APIKeyCookie(
    name=SESSION_COOKIE,
    auto_error=False,
    scheme_name="session",
    description="a browser's session (POST /v1/session); what changes something needs X-CSRF-Token, too",
)


# What waits for nothing is `async`, and runs where the request is: anything else would go by way of a thread.
async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _lang(request: Request) -> str:
    return language(request.headers.get("accept-language", ""))


ServiceOf = Annotated[Service, Depends(_service)]
Lang = Annotated[str, Depends(_lang)]
JobId = Annotated[str, Path(pattern=ID_PATTERN, description="id of the plan")]


def _caller(
    request: Request,
    service: ServiceOf,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    header: Annotated[str | None, Security(_header)],
    cookie: Annotated[str | None, Security(_cookie)],
) -> Caller:
    key = bearer.credentials if bearer is not None else header
    try:
        if key or not cookie:
            caller = service.doorkeeper.admit(key)
        else:
            token, changes = request.headers.get("x-csrf-token"), request.method not in ("GET", "HEAD", "OPTIONS")
            caller = service.doorkeeper.admit_session(cookie, token, changes=changes)
    except Refusal as refused:
        if refused.code == "KEY_UNKNOWN":
            note_refused(service, shown_id(key))
        raise
    request.scope["key_id"] = caller.key_id
    return caller


def note_refused(service: Service, tried: str | None) -> None:
    """Count a key that is not in force, and put it into the log by its id."""
    service.metrics.keys_refused.inc()
    _log.warning("key_refused", tried=tried)


def _at_least(role: Role) -> Callable[[Caller], Awaitable[Caller]]:
    async def check(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
        caller.need(role)
        return caller

    return check


Reader = Annotated[Caller, Depends(_at_least(Role.READ))]
Planner = Annotated[Caller, Depends(_at_least(Role.PLAN))]
Publisher = Annotated[Caller, Depends(_at_least(Role.PUBLISH))]
Admin = Annotated[Caller, Depends(_at_least(Role.ADMIN))]


async def _branch_upload(request: Request, service: ServiceOf, _caller: Planner) -> AsyncIterator[Spooled]:
    async for spooled in spool(request, service.settings, service.spool.path, upload.MEDIA_TYPES):
        yield spooled


async def _document_upload(request: Request, service: ServiceOf, _caller: Reader) -> AsyncIterator[Spooled]:
    async for spooled in spool(request, service.settings, service.spool.path, (upload.JSON,)):
        yield spooled


#: A branch as JSON, workbook or archive; who sends it is known before a byte is read.
BranchUpload = Annotated[Spooled, Depends(_branch_upload)]
#: One JSON document: a plan file, or what has changed of a branch. An endpoint that only some may ask names them first.
DocumentUpload = Annotated[Spooled, Depends(_document_upload)]
