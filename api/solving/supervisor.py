"""What watches over workers: processes that end are replaced, jobs whose worker is silent are given to others."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from api.drain import is_draining
from api.leftovers import HeldFolder, clear_leftovers, held_folder
from api.solving.sweeper import Sweeper, give_up
from api.store import jobs, upkeep
from api.store.engine import StoreError
from optimizer.running.processes import Child

if TYPE_CHECKING:
    from pathlib import Path

    from api.settings import Settings
    from api.store.engine import Store

#: How often processes and heartbeats are looked at.
LOOK_S = 0.25
#: A worker that dies is replaced after a pause that doubles up to this, so that a broken machine does not spin.
LONGEST_PAUSE_S = 10.0
#: How often what dead processes have left is looked for.
CLEARING_S = 60.0
#: How often old plans are looked for.
UPKEEP_S = 3600.0

_log = structlog.get_logger(__name__)


class Supervisor:
    """A thread that keeps the workers of this machine running and sweeps."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._sweeper = Sweeper(store, settings)
        self._is_stopping = threading.Event()
        self._workers: list[_WorkerSlot] = []
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        #: Set when the kernels are compiled and the workers have been started.
        self.is_ready = threading.Event()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Have every worker put its job back with its best plan, wait for that as long as settings say, and end."""
        self._is_stopping.set()
        self._thread.join()
        for slot in self._workers:
            slot.ask_to_end()
        until_s = time.monotonic() + self._settings.grace_s
        for slot in self._workers:
            # One that is not done in time is ended by us, which its job has nothing to do with.
            self._give_up_all_of(slot.end(until_s - time.monotonic()), has_vanished=True)

    @property
    def is_draining(self) -> bool:
        """Whether no more jobs are taken here."""
        return is_draining(self._settings.data)

    def _run(self) -> None:
        if self._settings.workers:
            self._warm_up()
        self._workers = [_WorkerSlot(self._settings.data.resolve()) for _ in range(self._settings.workers)]
        upkeep_at_s = clearing_at_s = time.monotonic()
        while not self._is_stopping.is_set():
            try:
                self._look_after_workers()
                self._sweeper.sweep()
                if time.monotonic() >= upkeep_at_s:
                    upkeep_at_s = time.monotonic() + UPKEEP_S
                    self._forget_old()
                if time.monotonic() >= clearing_at_s:
                    clearing_at_s = time.monotonic() + CLEARING_S
                    self._clear_leftovers()
            except (StoreError, OSError) as error:
                _log.warning("sweep_failed", error=str(error))
            self.is_ready.set()
            self._is_stopping.wait(LOOK_S)

    def _look_after_workers(self) -> None:
        for slot in self._workers:
            gone = slot.finish() if self.is_draining else slot.keep_running()
            if gone is not None:
                self._give_up_all_of(gone)

    def _clear_leftovers(self) -> None:
        gone = clear_leftovers(self._settings.data)
        if gone:
            _log.info("leftovers_cleared", count=len(gone))

    def _warm_up(self) -> None:
        from optimizer.running.warming import warm_up

        took_s = warm_up(lambda sentence: _log.info("warming_up", message=sentence))
        _log.info("kernels_ready", took_s=round(took_s, 1))

    def _give_up_all_of(self, owner: str, *, has_vanished: bool = False) -> None:
        """Give the jobs of a dead worker to others at once; if that fails, the sweep does it later."""
        try:
            with self._store.read() as tx:
                held = jobs.held_by(tx, owner)
            for job_id, token in held:
                give_up(self._store, self._settings, job_id, token, has_vanished=has_vanished)
        except StoreError as error:
            _log.warning("give_up_failed", owner=owner, error=str(error))

    def _forget_old(self) -> None:
        settings = self._settings
        with self._store.write() as tx:
            count = upkeep.forget_old(
                tx,
                keep_days=settings.keep_days,
                idempotency_hours=settings.idempotency_hours,
                at=upkeep.utc_now(),
            )
        if count:
            _log.info("old_plans_deleted", count=count)


class _WorkerSlot:
    """A place for one worker process, started again when it ends; what a dead one leaves on disk is deleted.

    Parameters
    ----------
    data
        Folder in which each worker has its own for what it works on, which is customers' data.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._child: Child | None = None
        self._folder: HeldFolder | None = None
        self._owner = ""
        self._pause_s = 0.0
        self._began_s = 0.0
        self._next_s = 0.0

    def keep_running(self) -> str | None:
        """Start a worker when none runs; return the name of one that has ended, once."""
        gone = self._noted_end()
        if self._child is None and time.monotonic() >= self._next_s:
            self._owner = f"{socket.gethostname()[:32]}-{os.getpid()}-{secrets.token_hex(4)}"
            self._began_s = time.monotonic()
            self._folder = held_folder("worker", self._data, self._owner)
            env = os.environ | {"TMPDIR": str(self._folder.path)}
            self._child = Child("api.solving.worker", self._owner, env=env, keeps_stderr=False)
            _log.info("worker_started", owner=self._owner, pid=self._child.process.pid)
        return gone

    def finish(self) -> str | None:
        """Let the worker do the job in hand to its end and start none after it; return the name of one that ended."""
        if self._child is not None:
            self._child.close_input()
        return self._noted_end()

    def ask_to_end(self) -> None:
        """Ask it to put its job back, with the best plan so far, and to end."""
        if self._child is not None:
            with suppress(ProcessLookupError):
                self._child.process.send_signal(signal.SIGTERM)

    def end(self, wait_s: float) -> str:
        """Wait for the end, then make it; return the worker's name, empty when there is none."""
        if self._child is None:
            return ""
        self._child.end(max(0.0, wait_s))
        self._clear()
        return self._owner

    def _noted_end(self) -> str | None:
        """Return the name of a worker that has ended, once."""
        if self._child is None or self._child.is_alive:
            return None
        code = self._child.end()
        lived_s = time.monotonic() - self._began_s
        self._pause_s = 0.0 if lived_s > 30 else min(LONGEST_PAUSE_S, 2 * self._pause_s or 0.1)
        self._next_s = time.monotonic() + self._pause_s
        _log.warning("worker_ended", owner=self._owner, code=code)
        self._clear()
        return self._owner

    def _clear(self) -> None:
        self._child = None
        if self._folder is not None:
            self._folder.release()
