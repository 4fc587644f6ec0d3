"""A worker process: takes a job, has it done (`api.solving.task`), and takes the next.

It may be killed, paused or cut off from the database at any point: what it holds is given up by whoever watches, the
next taker goes on from the last plan kept, and anything that it still writes is refused by its fencing token.
"""

from __future__ import annotations

import gc
import signal
import threading
from typing import TYPE_CHECKING

import structlog

from api.leftovers import hold_temporary
from api.monitoring import logs
from api.requests.remembered import Remembered
from api.settings import Settings
from api.solving.task import Task
from api.store import jobs
from api.store.engine import Store, StoreError
from optimizer.running.preloaded import solver_server

if TYPE_CHECKING:
    from api.solving.task import Readings
    from optimizer.running.entry import Parent

#: How often the queue is looked at.
POLL_S = 0.05

_log = structlog.get_logger(__name__)


class Worker:
    """Does jobs, one after another.

    Parameters
    ----------
    owner
        Its name in the database, of this process alone.
    """

    def __init__(self, store: Store, settings: Settings, owner: str) -> None:
        self._store = store
        self._settings = settings
        self._owner = owner
        self._readings: Readings = Remembered(1)
        #: Take no more jobs; the one in hand is done to its end.
        self.last_one = threading.Event()
        #: End now: the job in hand goes back into the queue, with its best plan.
        self.hurry = threading.Event()

    def run(self) -> None:
        """Do jobs until told to stop."""
        while not self.last_one.is_set():
            try:
                claim = self._claim()
            except StoreError as error:
                _log.warning("queue_unreadable", error=str(error))
                self.last_one.wait(1.0)
                continue
            if claim is None:
                self.last_one.wait(POLL_S)
            else:
                Task(self._store, self._settings, claim, self.hurry, self._readings).run()

    def _claim(self) -> jobs.Claim | None:
        with self._store.read() as tx:
            if not jobs.is_anything_waiting(tx):
                return None
        with self._store.write() as tx:
            return jobs.claim(tx, self._owner)


def serve(parent: Parent, owner: str) -> None:
    """Work until the parent asks to stop, then do the job in hand to its end; at SIGTERM put it back into the queue."""
    settings = Settings()
    logs.configure(settings.log_level)
    worker = Worker(Store(settings.database_url), settings, owner)

    def listen() -> None:
        parent.receive()
        worker.last_one.set()

    def end_now(*_: object) -> None:
        worker.last_one.set()
        worker.hurry.set()

    hold_temporary()
    signal.signal(signal.SIGTERM, end_now)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=listen, name="parent-listener", daemon=True).start()
    # What every job needs is loaded now, and is no garbage to look through in any; beside this, the engine is loaded in
    # the server that forks a process for each.
    solver_server()
    import optimizer.explain.unassigned
    import optimizer.report.figures  # noqa: F401

    gc.collect()
    gc.freeze()
    worker.run()
