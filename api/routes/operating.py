"""For those who run the service and those who build on it: limits, the audit trail, webhooks."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from sqlalchemy import Connection

from api.access.doorkeeper import Caller
from api.refusals.refusal import Refusal, by_language
from api.requests.bodies import small_json
from api.requests.idempotency import Answer, Asked, once, recall
from api.routes.answers import ALWAYS, WITH_BODY, refusals
from api.routes.dependencies import Admin, Reader, ServiceOf
from api.routes.plans import IdempotencyKey
from api.schemas.answered import Limits, Trail, Webhook, Webhooks
from api.schemas.asked import NewWebhook, TrailQuery
from api.schemas.bodies import body_of
from api.statuses import Role
from api.store import access, outbox
from api.webhooks import REFUSALS, RefusedUrlError
from optimizer.domain.problem import MOST_DAYS
from optimizer.faults.decoding import MAX_DEPTH, MAX_JSON_INT
from optimizer.ingest.cells.values import MAX_TEXT
from optimizer.travel.matrix_document import MOST_PLACES

router = APIRouter(prefix="/v1", tags=["operating"])

WebhookId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", description="id of the webhook")]


@router.get(
    "/limits",
    summary="What is allowed",
    response_model=None,
    responses={200: {"model": Limits}, **refusals(*ALWAYS)},
)
def get_limits(service: ServiceOf, _caller: Reader) -> JSONResponse:
    """Return every limit, by role where it depends on that; what goes beyond one is refused by name."""
    settings = service.settings
    return JSONResponse(
        {
            "roles": {role: {"max_seconds": settings.max_seconds(role)} for role in Role},
            "default_seconds": settings.default_solve_s,
            "body_bytes": settings.max_body_bytes,
            "small_body_bytes": settings.max_small_body_bytes,
            "json_depth": MAX_DEPTH,
            "json_integer": MAX_JSON_INT,
            "json_objects": settings.max_objects,
            "text_characters": MAX_TEXT,
            "visits": settings.max_visits,
            "technicians": settings.max_technicians,
            "matrix_places": MOST_PLACES,
            "days": MOST_DAYS,
            "body_seconds": settings.body_s,
            "reading_seconds": settings.clerk_s,
            "wait_seconds": settings.wait_s,
            "queued": settings.queued,
            "queued_per_key": settings.queued_per_key,
            "queued_seconds_per_key": settings.queued_seconds_per_key,
            "reads_per_key": settings.reads_per_key,
            "connections_per_address": settings.connections_per_address,
            "requests_per_second": settings.requests_per_s,
            "burst": settings.burst,
            "event_streams": settings.streams,
            "draft_days": settings.keep_days,
            "idempotency_hours": settings.idempotency_hours,
        }
    )


@router.get(
    "/audit",
    summary="Who did what",
    response_model=None,
    responses={200: {"model": Trail}, **refusals(*ALWAYS, "BRANCH_FORBIDDEN")},
)
def list_audit_trail(service: ServiceOf, caller: Admin, query: Annotated[TrailQuery, Query()]) -> JSONResponse:
    """Return the trail of stops, publishes, receipts and webhooks, the newest first; for keys of all branches."""
    _need_all_branches(caller)
    before = None if query.cursor is None else int(query.cursor)
    with service.store.read() as tx:
        rows = access.trail(tx, before=before, limit=query.limit + 1)
    shown = rows[: query.limit]
    items = [{name: value for name, value in row.items() if name != "seq"} for row in shown]
    next_cursor = str(shown[-1]["seq"]) if len(rows) > query.limit else None
    return JSONResponse({"items": items, "next_cursor": next_cursor})


@router.post(
    "/webhooks",
    status_code=201,
    summary="Have events sent",
    response_model=None,
    responses={
        201: {
            "model": Webhook,
            "description": "made; its secret is shown this once",
            "headers": {"Location": {"schema": {"type": "string"}}},
        },
        **refusals(*ALWAYS, *WITH_BODY, "URL_REFUSED", "BRANCH_FORBIDDEN"),
    },
    openapi_extra={"requestBody": body_of(NewWebhook)},
)
async def add_webhook(
    request: Request, service: ServiceOf, caller: Admin, idempotency_key: IdempotencyKey = None
) -> Response:
    """Send `plan.solved`, `plan.failed`, `plan.published`, ... to an address, signed, until each is taken.

    Each comes as POST with a JSON object: `event`, `at`, `sequence`, and of a plan `id`, `branch_id`, `first_day`. The
    header `Paigong-Delivery` is the same when it is sent again. `Paigong-Signature` is `v1=` and the hexadecimal
    HMAC-SHA256, by the secret, of `Paigong-Timestamp`, a point and the body. Any 2xx takes it; what is not taken is
    sent again at growing distances.
    """
    wanted, sha = await small_json(request, service.settings, NewWebhook)
    asked = Asked.of(request, caller, sha)
    for branch_id in wanted.branches or ():
        caller.need_branch(branch_id)
    branches = wanted.branches if wanted.branches is not None else caller.branches

    def add() -> Response:
        answer = recall(service.store, asked)
        if answer is None:
            try:
                target = service.guard.check_url(wanted.url)
                service.guard.resolve(target.host, target.port, is_plain=target.is_plain)
            except RefusedUrlError as error:
                raise Refusal("URL_REFUSED", reason=by_language(REFUSALS[error.code], host=error.host)) from error
            answer = once(service.store, asked, make)
        return with_secret(answer).response()

    def with_secret(answer: Answer) -> Answer:
        """Return the answer with the secret, which is kept in no answer: it is opened again where it is sealed."""
        with service.store.read() as tx:
            row = outbox.webhook(tx, answer.body["id"])
        secret = None if row is None else service.seal.open(row["secret"])
        return replace(answer, body=answer.body | {"secret": secret})

    def make(tx: Connection) -> Answer:
        secret = service.seal.close("whsec_" + secrets.token_hex(24))
        listed = None if branches is None else list(branches)
        row = outbox.add_webhook(
            tx,
            key_id=caller.key_id,
            branches=listed,
            url=wanted.url,
            secret=secret,
            events=None if wanted.events is None else list(wanted.events),
        )
        access.note(tx, "add_webhook", row["webhook_id"], key_id=caller.key_id, request_id=request.scope["request_id"])
        location = f"{service.settings.root_path}/v1/webhooks/{row['webhook_id']}"
        return Answer(201, webhook_to_json(row), {"Location": location})

    return await run_in_threadpool(add)


@router.get(
    "/webhooks",
    summary="List webhooks",
    response_model=None,
    responses={200: {"model": Webhooks}, **refusals(*ALWAYS)},
)
def list_webhooks(service: ServiceOf, caller: Admin) -> JSONResponse:
    """Return the webhooks that the key may see, without their secrets."""
    with service.store.read() as tx:
        rows = outbox.all_webhooks(tx)
    return JSONResponse({"items": [webhook_to_json(row) for row in rows if _may_see(caller, row)]})


@router.get(
    "/webhooks/{webhook_id}",
    summary="Look at a webhook",
    response_model=None,
    responses={200: {"model": Webhook}, **refusals(*ALWAYS, "NOT_FOUND")},
)
def get_webhook(service: ServiceOf, caller: Admin, webhook_id: WebhookId) -> JSONResponse:
    """Return where events are sent, without the secret."""
    with service.store.read() as tx:
        return JSONResponse(webhook_to_json(found_webhook(tx, caller, webhook_id)))


@router.delete(
    "/webhooks/{webhook_id}",
    status_code=204,
    summary="Send no more events",
    response_model=None,
    responses={204: {"description": "removed"}, **refusals(*ALWAYS, "NOT_FOUND")},
)
def remove_webhook(request: Request, service: ServiceOf, caller: Admin, webhook_id: WebhookId) -> Response:
    """Remove a webhook, and what was still to be sent to it."""
    with service.store.write() as tx:
        found_webhook(tx, caller, webhook_id)
        outbox.remove_webhook(tx, webhook_id)
        access.note(tx, "remove_webhook", webhook_id, key_id=caller.key_id, request_id=request.scope["request_id"])
    return Response(status_code=204)


def found_webhook(tx: Connection, caller: Caller, webhook_id: str) -> Any:
    """Return a webhook that a caller may see."""
    row = next((row for row in outbox.all_webhooks(tx) if row["webhook_id"] == webhook_id), None)
    if row is None or not _may_see(caller, row):
        raise Refusal("NOT_FOUND")
    return row


def webhook_to_json(row: Any) -> dict[str, Any]:
    """Return a webhook without its secret."""
    return {
        "id": row["webhook_id"],
        "url": row["url"],
        "branches": row["branches"],
        "events": row["events"],
        "created_at": row["created_at"],
        "secret": None,
    }


def _may_see(caller: Caller, row: Any) -> bool:
    if caller.branches is None:
        return True
    return row["branches"] is not None and set(row["branches"]) <= set(caller.branches)


def _need_all_branches(caller: Caller) -> None:
    if caller.branches is not None:
        raise Refusal("BRANCH_FORBIDDEN", branch="*")
