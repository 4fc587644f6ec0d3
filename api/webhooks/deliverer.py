"""The outbox and its deliverer: each delivery is posted until it is taken or given up."""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import structlog

from api.webhooks.guard import AddressGuard, RefusedUrlError
from api.webhooks.post import Reply, send_post
from api.webhooks.retries import Backoff
from api.webhooks.signature import sign

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


log = structlog.get_logger()

#: Deliveries that one look into the outbox may add, beside as many again as are at hand.
BATCH = 100


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one receiver. What must not be seen is left out of its `repr`: URLs may hold tokens.

    Parameters
    ----------
    attempts
        How often it was claimed so far.
    """

    id: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    event: str
    body: bytes = field(repr=False)
    attempts: int


class Outbox(Protocol):
    """Where deliveries wait, shared by threads and processes."""

    def undelivered(self, limit: int) -> list[Delivery]:
        """Return deliveries that were neither delivered nor given up, at most `limit`, the oldest first."""

    def claim(self, delivery_id: str, attempts: int) -> bool:
        """Count one more attempt if there were so many; return whether it did. Of two takers, one is told yes."""

    def delivered(self, delivery_id: str, status: int) -> None:
        """Note that the receiver took it."""

    def failed(self, delivery_id: str, error: str, is_last: bool) -> None:
        """Note why an attempt failed; after the last, the delivery is given up."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A delivery at hand, its host, and when it is due on the monotonic clock."""

    delivery: Delivery
    host: str
    due_s: float


class _Agenda:
    """What waits and what is being sent; one delivery to a host at a time. Not thread-safe."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}
        self._sending: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._waiting) + len(self._sending)

    def knows(self, delivery: Delivery) -> bool:
        """Return whether a delivery is at hand, with every attempt that was made."""
        held = self._waiting.get(delivery.id)
        return delivery.id in self._sending or (held is not None and held.delivery.attempts >= delivery.attempts)

    def put(self, delivery: Delivery, *, host: str, due_s: float) -> None:
        self._waiting[delivery.id] = _Waiting(delivery, host, due_s)

    def keep_only(self, delivery_ids: set[str]) -> None:
        """Forget what waits in vain: others delivered it, or its webhook was removed."""
        self._waiting = {key: waiting for key, waiting in self._waiting.items() if key in delivery_ids}

    def wait_s(self, now_s: float) -> float | None:
        """Return how long nothing is due; `None` is until something changes."""
        first = self._first()
        return None if first is None else max(0.0, first.due_s - now_s)

    def take(self, now_s: float) -> _Waiting | None:
        """Take what has been due longest; its host is busy until `release`."""
        first = self._first()
        if first is None or first.due_s > now_s:
            return None
        del self._waiting[first.delivery.id]
        self._sending[first.delivery.id] = first.host
        return first

    def release(self, delivery_id: str) -> None:
        del self._sending[delivery_id]

    def _first(self) -> _Waiting | None:
        busy = set(self._sending.values())
        free = (waiting for waiting in self._waiting.values() if waiting.host not in busy)
        return min(free, key=lambda waiting: waiting.due_s, default=None)


class Deliverer:
    """Post what the outbox holds until each delivery is taken or given up.

    One thread reads the outbox, a few send. What the first reading finds is due at once, whatever rest it had before a
    restart. What turns up later with attempts on it is another deliverer's: it is left alone until that one must have
    answered and rested, and taken over if it has not.

    Parameters
    ----------
    random
        Where the chance in the rests comes from.
    backoff
        How long failed deliveries rest; see `Backoff` for what it is by default.
    senders
        Threads that send: so many slow receivers can be borne before others wait.
    timeout_s
        For one POST, everything included.
    poll_s
        Between two looks into the outbox.
    wall
        Seconds since 1970, for the signed timestamp and nothing else.
    tls
        Which certificates to trust; the system's by default.
    """

    def __init__(
        self,
        outbox: Outbox,
        guard: AddressGuard,
        random: Random,
        *,
        backoff: Backoff | None = None,
        senders: int = 4,
        timeout_s: float = 10.0,
        poll_s: float = 1.0,
        wall: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._outbox = outbox
        self._guard = guard
        self._random = random
        self._backoff = backoff or Backoff()
        self._timeout_s = timeout_s
        self._poll_s = poll_s
        self._wall = wall
        self._tls = tls
        self._agenda = _Agenda()
        self._is_stopping = False
        self._changed = threading.Condition()  # guards the agenda, the flag and the generator
        self._threads = [threading.Thread(target=self._read, name="webhook-outbox", daemon=True)]
        self._threads += [
            threading.Thread(target=self._send, name=f"webhook-sender-{number}", daemon=True)
            for number in range(senders)
        ]

    def start(self) -> None:
        """Start the threads; once only."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Begin nothing more, let what is being sent come to its end, and return whether it did in time."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        end_s = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, end_s - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    # --- reading ---

    def _read(self) -> None:
        is_restart = True
        while not self._is_stopping:
            is_all = True
            try:
                is_all = self._read_once(is_restart)
                is_restart = is_restart and not is_all
            except Exception as trouble:  # the outbox may be back at the next look
                log.error("webhook_outbox_unreadable", cause=type(trouble).__name__)
            if is_all:
                with self._changed:
                    self._changed.wait_for(lambda: self._is_stopping, self._poll_s)

    def _read_once(self, is_restart: bool) -> bool:
        """Bring the agenda up to date; return whether the whole outbox was read."""
        with self._changed:
            limit = 2 * len(self._agenda) + BATCH  # doubles, so that a long outbox is read in a few looks
        deliveries = self._outbox.undelivered(limit)
        is_all = len(deliveries) < limit
        with self._changed:
            if is_all:
                self._agenda.keep_only({delivery.id for delivery in deliveries})
            for delivery in deliveries:
                if not self._agenda.knows(delivery):
                    due_s = time.monotonic()
                    if delivery.attempts and not is_restart:
                        due_s += self._timeout_s + self._backoff.delay_s(delivery.attempts, self._random)
                    self._agenda.put(delivery, host=self._host_of(delivery), due_s=due_s)
            self._changed.notify_all()
        return is_all

    def _host_of(self, delivery: Delivery) -> str:
        try:
            return self._guard.check_url(delivery.url).host
        except RefusedUrlError as refused:
            return refused.host

    # --- sending ---

    def _send(self) -> None:
        while (due := self._wait_for_due()) is not None:
            again = None
            try:
                again = self._attempt(due.delivery, due.host)
            except Exception as trouble:  # the delivery is not lost: the next reading finds it, with its attempts
                log.error("webhook_attempt_broke", delivery_id=due.delivery.id, cause=type(trouble).__name__)
            with self._changed:
                self._agenda.release(due.delivery.id)
                if again is not None:
                    due_s = time.monotonic() + self._backoff.delay_s(again.attempts, self._random)
                    self._agenda.put(again, host=due.host, due_s=due_s)
                self._changed.notify_all()

    def _wait_for_due(self) -> _Waiting | None:
        """Wait for a delivery that is due to a host that is free; `None` when stopping."""
        with self._changed:
            while not self._is_stopping:
                now_s = time.monotonic()
                if due := self._agenda.take(now_s):
                    return due
                self._changed.wait(self._agenda.wait_s(now_s))
        return None

    def _attempt(self, delivery: Delivery, host: str) -> Delivery | None:
        """Send a delivery if nobody else does; return it with its attempts if it is to be sent again."""
        if not self._outbox.claim(delivery.id, delivery.attempts):
            return None
        attempt = delivery.attempts + 1
        if attempt > self._backoff.most_attempts:  # the last attempt never came to its end
            reply = Reply(None, "attempts_exhausted")
        else:
            reply = send_post(
                delivery.url, delivery.body, self._headers(delivery), self._guard, self._timeout_s, tls=self._tls
            )
        facts = {"delivery_id": delivery.id, "host": host, "status": reply.status, "attempt": attempt}
        if reply.error is None:
            assert reply.status is not None  # only an answer is without error
            self._outbox.delivered(delivery.id, reply.status)
            log.info("webhook_delivered", **facts)
            return None
        is_last = attempt >= self._backoff.most_attempts
        self._outbox.failed(delivery.id, reply.error, is_last)
        log.warning("webhook_given_up" if is_last else "webhook_failed", error=reply.error, **facts)
        return None if is_last else replace(delivery, attempts=attempt)

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        timestamp = int(self._wall())
        return {
            "Content-Type": "application/json",
            "User-Agent": "paigong",
            "Paigong-Event": delivery.event,
            "Paigong-Delivery": delivery.id,
            "Paigong-Timestamp": str(timestamp),
            "Paigong-Signature": sign(delivery.secret, timestamp, delivery.body),
        }
