"""Who asks, and what may be asked: API keys (only a digest is kept), their roles, their branches, their pace."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.refusals.refusal import Refusal
from api.statuses import Role
from api.store import access

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, RowMapping

    from api.store.engine import Store

_KEY = re.compile(r"pg_([0-9a-f]{12})_([0-9a-f]{48})")
#: A key found in the database is believed for so long, so that a burst of requests is one look-up.
REMEMBERED_S = 2.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Parameters
    ----------
    branches
        The branches that the key is for; `None` is all of them.
    """

    key_id: str
    role: Role
    branches: tuple[str, ...] | None

    def need(self, role: Role) -> None:
        """Refuse a caller whose role is not enough."""
        if not self.role.may(role):
            raise Refusal("ROLE_TOO_LOW", needed=role, role=self.role)

    def need_branch(self, branch_id: str) -> None:
        """Refuse a caller whose key is for other branches."""
        if self.branches is not None and branch_id not in self.branches:
            raise Refusal("BRANCH_FORBIDDEN", branch=branch_id)


def make_key(tx: Connection, role: Role, *, branches: list[str] | None, label: str) -> str:
    """Make a key and return it; it is shown this once."""
    key_id, secret = secrets.token_hex(6), secrets.token_hex(24)
    access.add_key(tx, key_id=key_id, digest=_digest(secret), role=role, branches=branches, label=label)
    return f"pg_{key_id}_{secret}"


def unknown_key() -> Refusal:
    """Return what is said to a key that is not in force."""
    return Refusal("KEY_UNKNOWN", headers={"WWW-Authenticate": 'Bearer realm="paigong", error="invalid_token"'})


def shown_id(key: str | None) -> str | None:
    """Return the id of what is said to be a key, to be logged: never its secret, nor anything that is no key."""
    match = _KEY.fullmatch(key or "")
    return None if match is None else match[1]


class Doorkeeper:
    """Finds out who asks, and keeps each key to its pace.

    Parameters
    ----------
    requests_per_s, burst
        What a key may ask on average, and at once.
    clock
        A clock that never steps back.
    """

    def __init__(
        self,
        store: Store,
        *,
        requests_per_s: float,
        burst: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._rate, self._burst = requests_per_s, float(burst)
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Caller]] = {}
        self._buckets: dict[str, tuple[float, float]] = {}

    def admit(self, key: str | None) -> Caller:
        """Return who a key belongs to.

        Raises
        ------
        Refusal
            Without a key, with an unknown one, or when it asks too often.
        """
        if not key:
            raise Refusal("KEY_MISSING", headers={"WWW-Authenticate": 'Bearer realm="paigong"'})
        caller = self._remembered(key) or self._looked_up(key)
        self._pace(caller)
        return caller

    def admit_session(self, secret: str, csrf_token: str | None, *, changes: bool) -> Caller:
        """Return who the session of a browser belongs to.

        Parameters
        ----------
        csrf_token
            What the page says of itself, which other pages cannot know.
        changes
            Whether the request may change something; then the token is needed.

        Raises
        ------
        Refusal
            When the session is over, without the token, or when its key asks too often.
        """
        caller = self._remembered(secret) or self._session(secret)
        if changes and not hmac.compare_digest((csrf_token or "").encode(), csrf_token_of(secret).encode()):
            raise Refusal("CSRF_INVALID")
        self._pace(caller)
        return caller

    def _session(self, secret: str) -> Caller:
        with self._store.read() as tx:
            row = access.session(tx, _digest(secret))
        if row is None:
            raise Refusal("SESSION_OVER", headers={"WWW-Authenticate": 'Bearer realm="paigong"'})
        return self._known_as(secret, row)

    @staticmethod
    def digest(secret: str) -> str:
        """Return what is kept of a secret."""
        return _digest(secret)

    def forget_session(self, secret: str) -> None:
        """End a session now."""
        with self._store.write() as tx:
            access.end_session(tx, _digest(secret))
        with self._lock:
            self._known.pop(_digest(secret), None)

    def _remembered(self, key: str) -> Caller | None:
        entry = self._known.get(_digest(key))
        return entry[1] if entry is not None and self._clock() - entry[0] < REMEMBERED_S else None

    def _looked_up(self, key: str) -> Caller:
        match = _KEY.fullmatch(key)
        if match is None:
            raise unknown_key()
        with self._store.read() as tx:
            row = access.key(tx, match[1])
        # A key that does not exist takes as long as one whose secret is wrong.
        digest = row["digest"] if row is not None else "0" * 64
        if not hmac.compare_digest(_digest(match[2]), digest) or row is None:
            raise unknown_key()
        return self._known_as(key, row)

    def _known_as(self, secret: str, row: RowMapping) -> Caller:
        """Return whose row it is, and remember for a moment that a secret is theirs."""
        branches = row["branches"]
        caller = Caller(row["key_id"], Role(row["role"]), None if branches is None else tuple(branches))
        with self._lock:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[_digest(secret)] = (self._clock(), caller)
        return caller

    def _pace(self, caller: Caller) -> None:
        """Refuse a key that asks too often."""
        wait_s = self._wait_s(caller.key_id)
        if wait_s > 0:
            headers = {"Retry-After": str(max(1, round(wait_s + 0.5)))}
            raise Refusal("TOO_MANY_REQUESTS", headers=headers, limit=f"{self._rate:g}")

    def _wait_s(self, key_id: str) -> float:
        """Take one from the key's bucket; return how long it has to wait until there is one."""
        with self._lock:
            moment = self._clock()
            left, at = self._buckets.get(key_id, (self._burst, moment))
            left = min(self._burst, left + (moment - at) * self._rate)
            if left < 1:
                self._buckets[key_id] = (left, moment)
                return (1 - left) / self._rate
            self._buckets[key_id] = (left - 1, moment)
            return 0.0


def open_session(tx: Connection, caller: Caller, expires_at: str) -> str:
    """Open a session for the key of a caller; return its secret, which is shown this once."""
    secret = secrets.token_urlsafe(32)
    access.add_session(tx, digest=_digest(secret), key_id=caller.key_id, expires_at=expires_at)
    return secret


def csrf_token_of(secret: str) -> str:
    """Return what a page of a session has to say of itself; who cannot read the cookie cannot make it."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def _digest(secret: str) -> str:
    """Return what is kept of a secret of 192 random bits: one hash is enough, there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
