"""Who waits for a job is woken when it has a new event: one look at the database for all that wait."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from api.store import jobs
from api.store.engine import StoreError

if TYPE_CHECKING:
    from api.store.engine import Store

#: How often the database is looked at while anybody waits.
LOOK_S = 0.1

_log = structlog.get_logger(__name__)


class EventNotifier:
    """Wakes those who wait for events, whichever process writes them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: set[tuple[str, int, asyncio.Future[None]]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._look_on(), name="event-notifier")

    async def stop(self) -> None:
        """Wake everybody and end."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        for _, _, future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, job_id: str, seen: int, timeout_s: float) -> None:
        """Return when the job has more events than were seen, or when the time is up."""
        future = asyncio.get_running_loop().create_future()
        entry = (job_id, seen, future)
        self._waiting.add(entry)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(future, timeout_s)
        finally:
            self._waiting.discard(entry)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._waiting:
                continue
            ids = sorted({job_id for job_id, _, _ in self._waiting})
            try:
                counts = await asyncio.to_thread(self._counts, ids)
            except StoreError as error:
                _log.warning("events_unreadable", error=str(error))
                await asyncio.sleep(1.0)
                continue
            for job_id, seen, future in list(self._waiting):
                # A job that is gone wakes them, too: they find that out themselves.
                if counts.get(job_id, seen + 1) > seen and not future.done():
                    future.set_result(None)

    def _counts(self, ids: list[str]) -> dict[str, int]:
        with self._store.read() as tx:
            return jobs.event_counts(tx, ids)
