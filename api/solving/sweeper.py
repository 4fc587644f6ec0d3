"""Jobs whose worker is silent are given to others, on a clock that never steps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from api.store import jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.settings import Settings
    from api.store.engine import Store

_log = structlog.get_logger(__name__)


class Sweeper:
    """Gives up jobs whose heartbeat has not grown for the time of a lease, on a clock that never steps.

    Moments of different machines are never compared: this process waits on its own clock for a heartbeat to grow.
    """

    def __init__(self, store: Store, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._seen: dict[str, tuple[int, int, float]] = {}

    def sweep(self) -> list[str]:
        """Look at every job in work once; return the ids of those given up."""
        with self._store.read() as tx:
            heartbeats = jobs.heartbeats(tx)
        moment = self._clock()
        seen = {}
        silent = []
        for job_id, token, heartbeat in heartbeats:
            before = self._seen.get(job_id)
            at = before[2] if before is not None and before[:2] == (token, heartbeat) else moment
            seen[job_id] = (token, heartbeat, at)
            if moment - at > self._settings.lease_s:
                silent.append((job_id, token))
        self._seen = seen
        return [
            job_id for job_id, token in silent if give_up(self._store, self._settings, job_id, token, has_vanished=True)
        ]


def give_up(store: Store, settings: Settings, job_id: str, fencing_token: int, *, has_vanished: bool = False) -> bool:
    """Take a job out of the hands that held it, as `jobs.give_up` does; return whether it was still in them."""
    with store.write() as tx:
        status = jobs.give_up(tx, job_id, fencing_token, attempts=settings.attempts, has_vanished=has_vanished)
    if status is not None:
        _log.warning("job_given_up", job_id=job_id, fencing_token=fencing_token, status=str(status))
    return status is not None
