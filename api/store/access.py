"""Keys, remembered answers, the audit trail: who may, what was answered, what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import delete, func, insert, select, update

from api.store.engine import now
from api.store.tables import answers, audit, keys, sessions

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping


_log = structlog.get_logger(__name__)


def add_key(tx: Connection, *, key_id: str, digest: str, role: str, branches: list[str] | None, label: str) -> None:
    """Add a key; of its secret only the digest is kept."""
    tx.execute(
        insert(keys).values(key_id=key_id, digest=digest, role=role, branches=branches, label=label, created_at=now())
    )


def key(tx: Connection, key_id: str) -> RowMapping | None:
    """Return a key that is in force."""
    return tx.execute(select(keys).where(keys.c.key_id == key_id, keys.c.revoked_at.is_(None))).mappings().first()


def in_force(tx: Connection, key_ids: list[str]) -> set[str]:
    """Return which of these keys are in force."""
    if not key_ids:
        return set()
    return set(
        tx.execute(select(keys.c.key_id).where(keys.c.key_id.in_(key_ids), keys.c.revoked_at.is_(None))).scalars()
    )


def all_keys(tx: Connection) -> list[RowMapping]:
    """Return every key, the revoked ones too, in the order of their making."""
    return list(tx.execute(select(keys).order_by(keys.c.created_at, keys.c.key_id)).mappings())


def has_keys(tx: Connection) -> bool:
    """Return whether there is a key in force."""
    return bool(tx.execute(select(func.count()).select_from(keys).where(keys.c.revoked_at.is_(None))).scalar())


def revoke_key(tx: Connection, key_id: str) -> bool:
    """Revoke a key; return whether there was one in force."""
    wanted = update(keys).where(keys.c.key_id == key_id, keys.c.revoked_at.is_(None)).values(revoked_at=now())
    return tx.execute(wanted).rowcount == 1


def add_session(tx: Connection, *, digest: str, key_id: str, expires_at: str) -> None:
    """Add a session of a key; of its secret only the digest is kept."""
    tx.execute(insert(sessions).values(digest=digest, key_id=key_id, created_at=now(), expires_at=expires_at))


def session(tx: Connection, digest: str) -> RowMapping | None:
    """Return a session that is not over, with its key, which is in force."""
    wanted = (
        select(keys, sessions.c.expires_at)
        .join(sessions, sessions.c.key_id == keys.c.key_id)
        .where(sessions.c.digest == digest, sessions.c.expires_at > now(), keys.c.revoked_at.is_(None))
    )
    return tx.execute(wanted).mappings().first()


def end_session(tx: Connection, digest: str) -> None:
    """End a session, if there is one."""
    tx.execute(delete(sessions).where(sessions.c.digest == digest))


def answer(tx: Connection, key_id: str, idempotency_key: str) -> RowMapping | None:
    """Return what was answered when a key used an Idempotency-Key before."""
    wanted = select(answers).where(answers.c.key_id == key_id, answers.c.idempotency_key == idempotency_key)
    return tx.execute(wanted).mappings().first()


def keep_answer(tx: Connection, key_id: str, idempotency_key: str, asked: str, **values: Any) -> None:
    """Keep an answer for the next time that it is asked for.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        When another request with this key came first; the caller's transaction is undone by it.
    """
    tx.execute(
        insert(answers).values(key_id=key_id, idempotency_key=idempotency_key, asked=asked, created_at=now(), **values)
    )


def note(
    tx: Connection,
    action: str,
    subject: str,
    *,
    key_id: str,
    request_id: str,
    branch_id: str | None = None,
    **detail: Any,
) -> None:
    """Add to the audit trail, and to the log."""
    _log.info("audit", action=action, subject=subject, key_id=key_id, branch_id=branch_id, request_id=request_id)
    tx.execute(
        insert(audit).values(
            at=now(), key_id=key_id, action=action, branch_id=branch_id, subject=subject, detail=detail,
            request_id=request_id,
        )
    )  # fmt: skip


def trail(tx: Connection, *, before: int | None, limit: int) -> list[RowMapping]:
    """Return the audit trail, the newest first, from the entry before a number on."""
    wanted = select(audit).order_by(audit.c.seq.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(audit.c.seq < before)
    return list(tx.execute(wanted).mappings())
