"""Browsers: a key is shown once, and a cookie that no script can read stands for it until it expires."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.access.doorkeeper import Caller, csrf_token_of, open_session
from api.refusals.refusal import Refusal
from api.routes.answers import ALWAYS, refusals
from api.routes.dependencies import SESSION_COOKIE, Reader, ServiceOf
from api.schemas.answered import Session
from api.store import access
from api.store.engine import moment_text
from api.store.upkeep import utc_now

router = APIRouter(prefix="/v1/session", tags=["sessions"])


@router.post(
    "",
    status_code=201,
    summary="Begin a browser's session",
    operation_id="beginSession",
    response_model=None,
    responses={
        201: {"model": Session, "headers": {"Set-Cookie": {"schema": {"type": "string"}}}},
        **refusals(*ALWAYS),
    },
)
def begin(request: Request, service: ServiceOf, caller: Reader) -> JSONResponse:
    """Change a key for a cookie (HttpOnly, SameSite=Strict) with its role and branches; the key itself is not kept.

    Requests with the cookie that change something need the header `X-CSRF-Token` as answered here. The session is over
    with its time, with its key, or by DELETE.
    """
    hours = service.settings.session_hours
    expires_at = moment_text(utc_now() + timedelta(hours=hours))
    with service.store.write() as tx:
        secret = open_session(tx, caller, expires_at)
        access.note(tx, "begin_session", caller.key_id, key_id=caller.key_id, request_id=request.scope["request_id"])
    response = JSONResponse(_shown(caller, secret, expires_at), status_code=201)
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=hours * 3600,
        path=service.settings.root_path or "/",
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="strict",
    )
    return response


@router.get(
    "",
    summary="Whose session it is",
    operation_id="showSession",
    response_model=None,
    responses={200: {"model": Session}, **refusals(*ALWAYS, "NOT_FOUND")},
)
def show(request: Request, service: ServiceOf, caller: Reader) -> JSONResponse:
    """Return role, branches, end and token of the session; a page that was loaded anew asks for it."""
    secret = _secret(request)
    with service.store.read() as tx:
        row = access.session(tx, service.doorkeeper.digest(secret))
    if row is None:
        raise Refusal("SESSION_OVER")
    return JSONResponse(_shown(caller, secret, row["expires_at"]))


@router.delete(
    "",
    status_code=204,
    summary="End a browser's session",
    operation_id="endSession",
    response_model=None,
    responses={204: {"description": "over"}, **refusals(*ALWAYS, "NOT_FOUND")},
)
def end(request: Request, service: ServiceOf, caller: Reader) -> Response:
    """End the session at once; its cookie is worth nothing from now on."""
    service.doorkeeper.forget_session(_secret(request))
    response = Response(status_code=204)
    response.delete_cookie(SESSION_COOKIE, path=service.settings.root_path or "/", httponly=True, samesite="strict")
    return response


def _secret(request: Request) -> str:
    """Return the session of a request; one that came with a key alone has none."""
    secret = request.cookies.get(SESSION_COOKIE)
    if not secret:
        raise Refusal("NOT_FOUND")
    return secret


def _shown(caller: Caller, secret: str, expires_at: str) -> dict[str, Any]:
    branches = None if caller.branches is None else list(caller.branches)
    return {"role": caller.role, "branches": branches, "csrf_token": csrf_token_of(secret), "expires_at": expires_at}
