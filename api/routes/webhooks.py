"""A webhook after it was made: tried, its secret changed, what was sent to it listed, and sent again."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import Connection

from api.access.doorkeeper import Caller
from api.refusals.refusal import Refusal
from api.requests.idempotency import Answer, Asked, once, recall
from api.routes.answers import ALWAYS, refusals
from api.routes.dependencies import Admin, ServiceOf
from api.routes.operating import WebhookId, found_webhook, webhook_to_json
from api.routes.plans import IdempotencyKey
from api.schemas.answered import Deliveries, Delivery, Webhook
from api.schemas.asked import DeliveriesQuery
from api.service import Service
from api.store import access, outbox

router = APIRouter(prefix="/v1/webhooks/{webhook_id}", tags=["operating"])

DeliveryId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="id of the delivery")]
_IDEMPOTENCY = ("IDEMPOTENCY_KEY_REUSED", "IDEMPOTENCY_KEY_INVALID")


@router.post(
    "/ping",
    status_code=202,
    summary="Try a webhook",
    operation_id="pingWebhook",
    response_model=None,
    responses={
        202: {"model": Delivery, "description": "it is sent now"},
        **refusals(*ALWAYS, "NOT_FOUND", *_IDEMPOTENCY),
    },
)
def ping(
    request: Request, service: ServiceOf, caller: Admin, webhook_id: WebhookId, idempotency_key: IdempotencyKey = None
) -> Response:
    """Send the event `ping`, signed and numbered as any other; the list of deliveries says how it went."""

    def send(tx: Connection) -> Answer:
        return Answer(202, _delivery(outbox.add_delivery(tx, webhook_id, "ping", {})))

    return _done(request, service, caller, webhook_id, send).response()


@router.post(
    "/rotate",
    summary="Change a webhook's secret",
    operation_id="rotateWebhookSecret",
    response_model=None,
    responses={
        200: {"model": Webhook, "description": "its new secret is shown this once"},
        **refusals(*ALWAYS, "NOT_FOUND", *_IDEMPOTENCY),
    },
)
def rotate(
    request: Request, service: ServiceOf, caller: Admin, webhook_id: WebhookId, idempotency_key: IdempotencyKey = None
) -> Response:
    """Sign with another secret from now on, whatever is still to be sent, too."""

    def change(tx: Connection) -> Answer:
        outbox.set_secret(tx, webhook_id, service.seal.close("whsec_" + secrets.token_hex(24)))
        access.note(tx, "rotate_webhook", webhook_id, key_id=caller.key_id, request_id=request.scope["request_id"])
        return Answer(200, webhook_to_json(found_webhook(tx, caller, webhook_id)))

    answer = _done(request, service, caller, webhook_id, change)
    # The secret is kept in no answer: it is opened where it is sealed.
    with service.store.read() as tx:
        row = found_webhook(tx, caller, webhook_id)
    return replace(answer, body=answer.body | {"secret": service.seal.open(row["secret"])}).response()


@router.get(
    "/deliveries",
    summary="What was sent to a webhook",
    operation_id="listDeliveries",
    response_model=None,
    responses={200: {"model": Deliveries}, **refusals(*ALWAYS, "NOT_FOUND")},
)
def list_deliveries(
    service: ServiceOf, caller: Admin, webhook_id: WebhookId, query: Annotated[DeliveriesQuery, Query()]
) -> JSONResponse:
    """List what was sent or is to be sent, the newest first, with what the receiver answered last."""
    with service.store.read() as tx:
        found_webhook(tx, caller, webhook_id)
        rows = outbox.deliveries_of(tx, webhook_id, state=query.state, limit=query.limit)
    return JSONResponse({"items": [_delivery(row) for row in rows]})


@router.post(
    "/deliveries/{delivery_id}/redeliver",
    status_code=202,
    summary="Send an event again",
    operation_id="redeliverEvent",
    response_model=None,
    responses={
        202: {"model": Delivery, "description": "it is sent now"},
        **refusals(*ALWAYS, "NOT_FOUND", *_IDEMPOTENCY),
    },
)
def redeliver(
    request: Request,
    service: ServiceOf,
    caller: Admin,
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Send the same event with the same id and number once more, tried again as often as a new one."""

    def again(tx: Connection) -> Answer:
        row = outbox.send_again(tx, webhook_id, delivery_id)
        if row is None:
            raise Refusal("NOT_FOUND")
        return Answer(202, _delivery(row))

    return _done(request, service, caller, webhook_id, again).response()


def _done(
    request: Request, service: Service, caller: Caller, webhook_id: str, do: Callable[[Connection], Answer]
) -> Answer:
    """Return what came of a deed to a webhook that the caller may see, done now or when it was asked for before."""
    asked = Asked.of(request, caller, "")

    def on_it(tx: Connection) -> Answer:
        found_webhook(tx, caller, webhook_id)
        return do(tx)

    return recall(service.store, asked) or once(service.store, asked, on_it)


def _delivery(row: Any) -> dict[str, Any]:
    shown = ("event", "state", "attempts", "last_answer", "created_at")
    return {"id": row["delivery_id"], **{name: row[name] for name in shown}}
