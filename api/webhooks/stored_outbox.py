"""The outbox of the database, as the deliverer of webhooks takes it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from api.store import outbox
from api.webhooks.deliverer import Deliverer, Delivery

if TYPE_CHECKING:
    from api.store.engine import Store
    from api.webhooks.guard import AddressGuard


class StoredOutbox:
    """What is to be sent, in the database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def undelivered(self, limit: int) -> list[Delivery]:
        """Return what is to be sent, the oldest first."""
        with self._store.read() as tx:
            rows = outbox.undelivered(tx, limit)
        return [
            Delivery(
                id=row["delivery_id"],
                url=row["url"],
                secret=row["secret"],
                event=row["event"],
                body=row["body"],
                attempts=row["attempts"],
            )
            for row in rows
        ]

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


def outgoing_deliverer(store: Store, guard: AddressGuard) -> Deliverer:
    """Return the deliverer of a database's outbox."""
    return Deliverer(StoredOutbox(store), guard, random.Random())
