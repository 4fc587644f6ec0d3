"""The outbox of the database, as the deliverer of webhooks takes it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import structlog

from api.store import outbox
from api.webhooks.deliverer import Deliverer, Delivery
from api.webhooks.sealing import Seal, SealError, is_sealed

if TYPE_CHECKING:
    from api.store.engine import Store
    from api.webhooks.guard import AddressGuard

_log = structlog.get_logger(__name__)


class StoredOutbox:
    """What is to be sent, in the database.

    Parameters
    ----------
    seal
        What opens the secrets of webhooks.
    """

    def __init__(self, store: Store, seal: Seal) -> None:
        self._store, self._seal = store, seal
        self._told: set[str] = set()

    def undelivered(self, limit: int) -> list[Delivery]:
        """Return what is to be sent, the oldest first; what another key sealed is for a service that has it."""
        with self._store.read() as tx:
            rows = outbox.undelivered(tx, limit)
        found = []
        for row in rows:
            try:
                secret = self._seal.open(row["secret"])
            except SealError:
                self._tell(row["webhook_id"])
                continue
            found.append(
                Delivery(
                    id=row["delivery_id"],
                    url=row["url"],
                    secret=secret,
                    event=row["event"],
                    body=row["body"],
                    attempts=row["attempts"],
                )
            )
        return found

    def _tell(self, webhook_id: str) -> None:
        """Log a webhook that cannot be served here, once."""
        if webhook_id not in self._told:
            self._told.add(webhook_id)
            _log.error("webhook_sealed_with_another_key", webhook_id=webhook_id)

    def claim(self, delivery_id: str, attempts: int) -> bool:
        """Begin the next attempt; return whether nobody else has begun it."""
        with self._store.write() as tx:
            return outbox.claim(tx, delivery_id, attempts)

    def delivered(self, delivery_id: str, status: int) -> None:
        """Note that the receiver has it."""
        with self._store.write() as tx:
            outbox.close(tx, delivery_id, state="delivered", answer=str(status))

    def failed(self, delivery_id: str, error: str, is_last: bool) -> None:
        """Note that an attempt failed."""
        with self._store.write() as tx:
            outbox.close(tx, delivery_id, state="given_up" if is_last else "waiting", answer=error)


def outgoing_deliverer(store: Store, guard: AddressGuard, seal: Seal) -> Deliverer:
    """Return the deliverer of a database's outbox."""
    return Deliverer(StoredOutbox(store, seal), guard, random.Random())


def seal_all(store: Store, seal: Seal) -> int:
    """Seal the secrets that an earlier version kept in plain; return how many."""
    with store.write() as tx:
        plain = [row for row in outbox.all_webhooks(tx) if not is_sealed(row["secret"])]
        for row in plain:
            outbox.set_secret(tx, row["webhook_id"], seal.close(row["secret"]))
    return len(plain)
