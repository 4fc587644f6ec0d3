"""Webhooks and what is to be sent to them: written with the event in one transaction, so that none is forgotten."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from api.store.engine import now
from api.store.tables import deliveries, webhooks

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping


def add_webhook(
    tx: Connection,
    *,
    key_id: str,
    branches: list[str] | None,
    url: str,
    secret: str,
    events: list[str] | None = None,
) -> RowMapping:
    """Add a webhook for some events and branches (`None` all), signed with a secret, which is given sealed."""
    wanted = insert(webhooks).values(
        webhook_id=secrets.token_hex(8), key_id=key_id, branches=branches, url=url, secret=secret, events=events,
        created_at=now(),
    )  # fmt: skip
    return tx.execute(wanted.returning(*webhooks.c)).mappings().one()


def all_webhooks(tx: Connection) -> list[RowMapping]:
    """Return every webhook, in the order of their making."""
    return list(tx.execute(select(webhooks).order_by(webhooks.c.created_at, webhooks.c.webhook_id)).mappings())


def set_secret(tx: Connection, webhook_id: str, secret: str) -> None:
    """Keep another secret, sealed, for a webhook."""
    tx.execute(update(webhooks).where(webhooks.c.webhook_id == webhook_id).values(secret=secret))


def webhook(tx: Connection, webhook_id: str) -> RowMapping | None:
    """Return a webhook."""
    return tx.execute(select(webhooks).where(webhooks.c.webhook_id == webhook_id)).mappings().first()


def remove_webhook(tx: Connection, webhook_id: str) -> bool:
    """Remove a webhook with what was still to be sent to it; return whether it was there."""
    tx.execute(delete(deliveries).where(deliveries.c.webhook_id == webhook_id))
    return tx.execute(delete(webhooks).where(webhooks.c.webhook_id == webhook_id)).rowcount == 1


def add_event(tx: Connection, event: str, branch_id: str, data: dict[str, Any]) -> None:
    """Put an event of a branch into the outbox, for every webhook that wants it."""
    for hook in tx.execute(select(webhooks.c.webhook_id, webhooks.c.branches, webhooks.c.events)).all():
        is_its_branch = hook.branches is None or branch_id in hook.branches
        if is_its_branch and (hook.events is None or event in hook.events):
            add_delivery(tx, hook.webhook_id, event, data)


def add_delivery(tx: Connection, webhook_id: str, event: str, data: dict[str, Any]) -> RowMapping:
    """Put an event into the outbox for one webhook, with the next of its numbers."""
    counted = update(webhooks).where(webhooks.c.webhook_id == webhook_id).values(sent=webhooks.c.sent + 1)
    number = tx.execute(counted.returning(webhooks.c.sent)).scalar_one()
    body = json.dumps({"event": event, "at": now(), "sequence": number, **data}, ensure_ascii=False).encode()
    wanted = insert(deliveries).values(
        delivery_id=secrets.token_hex(16), webhook_id=webhook_id, event=event, body=body, attempts=0, state="waiting",
        created_at=now(),
    )  # fmt: skip
    return tx.execute(wanted.returning(*deliveries.c)).mappings().one()


def deliveries_of(tx: Connection, webhook_id: str, *, state: str | None, limit: int) -> list[RowMapping]:
    """Return what was sent, or is to be sent, to a webhook, the newest first."""
    wanted = select(deliveries).where(deliveries.c.webhook_id == webhook_id)
    if state is not None:
        wanted = wanted.where(deliveries.c.state == state)
    newest = wanted.order_by(deliveries.c.created_at.desc(), deliveries.c.delivery_id).limit(limit)
    return list(tx.execute(newest).mappings())


def send_again(tx: Connection, webhook_id: str, delivery_id: str) -> RowMapping | None:
    """Have a delivery sent once more, from its first attempt on; `None` where there is none."""
    wanted = update(deliveries).where(deliveries.c.webhook_id == webhook_id, deliveries.c.delivery_id == delivery_id)
    return tx.execute(wanted.values(state="waiting", attempts=0).returning(*deliveries.c)).mappings().first()


def undelivered(tx: Connection, limit: int) -> list[RowMapping]:
    """Return what is to be sent, the oldest first, with address and sealed secret."""
    wanted = (
        select(deliveries, webhooks.c.url, webhooks.c.secret)
        .join(webhooks, webhooks.c.webhook_id == deliveries.c.webhook_id)
        .where(deliveries.c.state == "waiting")
        .order_by(deliveries.c.created_at)
        .limit(limit)
    )
    return list(tx.execute(wanted).mappings())


def claim(tx: Connection, delivery_id: str, attempts: int) -> bool:
    """Begin the next attempt, the one after `attempts`; return whether nobody else has begun it."""
    wanted = update(deliveries).where(
        deliveries.c.delivery_id == delivery_id, deliveries.c.attempts == attempts, deliveries.c.state == "waiting"
    )
    return tx.execute(wanted.values(attempts=attempts + 1)).rowcount == 1


def close(tx: Connection, delivery_id: str, *, state: str, answer: str) -> None:
    """Note how an attempt went: `waiting` for the next one, `delivered`, or `given_up`."""
    wanted = update(deliveries).where(deliveries.c.delivery_id == delivery_id)
    tx.execute(wanted.values(state=state, last_answer=answer[:500]))
