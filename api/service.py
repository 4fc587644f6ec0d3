"""The parts of a running service, made once; endpoints find them at `request.app.state.service`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from api.access.doorkeeper import Doorkeeper
from api.leftovers import HeldFolder, held_folder
from api.monitoring.metrics import Metrics
from api.plans.event_notifier import EventNotifier
from api.readers.pool import ReaderPool
from api.requests.remembered import Remembered
from api.solving.supervisor import Supervisor
from api.store.engine import Store
from api.webhooks import AddressGuard, Deliverer
from api.webhooks.sealing import Seal
from api.webhooks.stored_outbox import outgoing_deliverer

if TYPE_CHECKING:
    from api.connections.limits import Limits
    from api.settings import Settings


#: So many answers of readers are remembered.
MOST_VALIDATED = 8


@dataclass(slots=True)
class Service:
    """Everything that an endpoint may need.

    Parameters
    ----------
    spool
        Folder of what is being uploaded and printed.
    validated
        What readers said of the uploads that came last.
    """

    settings: Settings
    store: Store
    readers: ReaderPool
    doorkeeper: Doorkeeper
    notifier: EventNotifier
    metrics: Metrics
    guard: AddressGuard
    seal: Seal
    deliverer: Deliverer
    supervisor: Supervisor
    spool: HeldFolder
    streams: int = field(default=0)
    validated: Remembered[dict[str, Any]] = field(default_factory=lambda: Remembered(MOST_VALIDATED))

    @classmethod
    def of(cls, settings: Settings, store: Store, limits: Limits | None = None) -> Service:
        """Return the parts, not yet started."""
        guard, seal = AddressGuard(settings.webhook_networks), Seal.of(settings.data, settings.webhook_key)
        return cls(
            settings=settings,
            store=store,
            readers=ReaderPool(
                settings.clerks,
                memory_bytes=settings.clerk_memory_bytes,
                folder=settings.data.resolve(),
                per_key=settings.reads_per_key,
            ),
            doorkeeper=Doorkeeper(store, requests_per_s=settings.requests_per_s, burst=settings.burst),
            notifier=EventNotifier(store),
            metrics=Metrics(store, limits),
            guard=guard,
            seal=seal,
            deliverer=outgoing_deliverer(store, guard, seal),
            supervisor=Supervisor(store, settings),
            spool=held_folder("server", settings.data),
        )
