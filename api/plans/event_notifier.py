"""Who waits for a job is woken when it has a new event: one look at the database for all that wait."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from api.store import access, jobs
from api.store.engine import StoreError

if TYPE_CHECKING:
    from api.store.engine import Store

#: How often the database is looked at while anybody waits.
LOOK_S = 0.05
#: How often it is looked whether the keys of those who wait are still in force.
KEYS_S = 2.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """Who waits for a job to have more events than were seen."""

    job_id: str
    seen: int
    key_id: str
    future: asyncio.Future[None]

    def wake(self) -> None:
        if not self.future.done():
            self.future.set_result(None)


class EventNotifier:
    """Wakes those who wait for events, whichever process writes them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: set[_Waiting] = set()
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
        for one in self._waiting:
            one.wake()

    async def wait(self, job_id: str, seen: int, timeout_s: float, *, key_id: str) -> None:
        """Return when the job has more events than were seen, the key that asks is revoked, or the time is up."""
        future = asyncio.get_running_loop().create_future()
        entry = _Waiting(job_id, seen, key_id, future)
        self._waiting.add(entry)
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(future, timeout_s)
        finally:
            self._waiting.discard(entry)

    async def _look_on(self) -> None:
        looked_s = 0.0
        while True:
            await asyncio.sleep(LOOK_S)
            if not self._waiting:
                continue
            ids = sorted({one.job_id for one in self._waiting})
            now_s = asyncio.get_running_loop().time()
            key_ids = sorted({one.key_id for one in self._waiting}) if now_s - looked_s > KEYS_S else []
            try:
                counts, revoked = await asyncio.to_thread(self._news, ids, key_ids)
            except StoreError as error:
                _log.warning("events_unreadable", error=str(error))
                await asyncio.sleep(1.0)
                continue
            looked_s = now_s if key_ids else looked_s
            for one in list(self._waiting):
                # A job that is gone wakes them, too: they find that out themselves.
                if counts.get(one.job_id, one.seen + 1) > one.seen or one.key_id in revoked:
                    one.wake()

    def _news(self, ids: list[str], key_ids: list[str]) -> tuple[dict[str, int], set[str]]:
        """Return how many events each job has, and which keys are no longer in force."""
        with self._store.read() as tx:
            return jobs.event_counts(tx, ids), set(key_ids) - access.in_force(tx, key_ids)
