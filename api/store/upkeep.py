"""What keeps a database small and safe: old plans go, a copy is made while it is in use."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select

from api.statuses import ENDED
from api.store import figures
from api.store.engine import moment_text
from api.store.tables import (
    acknowledgements,
    answers,
    deliveries,
    events,
    heads,
    inputs,
    jobs,
    papers,
    plans,
    published,
    revisions,
    sessions,
    starts,
    turns,
)

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from api.store.engine import Store

#: Published plans are kept so many times as long as drafts.
PUBLISHED_LONGER = 10


def forget_old(tx: Connection, *, keep_days: int, idempotency_hours: int, at: datetime) -> int:
    """Delete what is older than its time at a moment, but not what it adds to the figures; return how many plans."""
    drafts_before = moment_text(at - timedelta(days=keep_days))
    published_before = moment_text(at - timedelta(days=PUBLISHED_LONGER * keep_days))
    old = select(jobs.c.job_id).where(
        jobs.c.status.in_(ENDED),
        jobs.c.finished_at < drafts_before,
        or_(jobs.c.published_at.is_(None), jobs.c.published_at < published_before),
    )
    ids = list(tx.execute(old).scalars())
    for start in range(0, len(ids), 500):
        figures.keep_figures(tx, ids[start : start + 500])
    for table in (events, plans, papers, revisions, starts, acknowledgements, published, jobs):
        for start in range(0, len(ids), 500):
            tx.execute(delete(table).where(table.c.job_id.in_(ids[start : start + 500])))
    tx.execute(delete(inputs).where(inputs.c.sha256.not_in(select(jobs.c.input_sha))))
    tx.execute(delete(answers).where(answers.c.created_at < moment_text(at - timedelta(hours=idempotency_hours))))
    tx.execute(delete(deliveries).where(deliveries.c.state != "waiting", deliveries.c.created_at < drafts_before))
    tx.execute(delete(sessions).where(sessions.c.expires_at < moment_text(at)))
    tx.execute(delete(heads).where(heads.c.day < published_before[:10]))
    tx.execute(delete(turns).where(turns.c.key_id != "", turns.c.key_id.not_in(select(jobs.c.key_id))))
    return len(ids)


def back_up(store: Store, target: Path) -> None:
    """Copy an SQLite database into a new file, as it is at one moment, while it is in use.

    Raises
    ------
    FileExistsError
        When the file is there already.
    """
    if target.exists():
        raise FileExistsError(target)
    half = target.with_name(target.name + ".part")
    half.unlink(missing_ok=True)
    # All that the service knows is in it: it is for its owner alone.
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with store.engine.connect() as connection:
        import sqlite3

        with sqlite3.connect(half) as copy:
            connection.connection.driver_connection.backup(copy)  # type: ignore[union-attr]
        copy.close()
    half.rename(target)


def utc_now() -> datetime:
    """Return this moment."""
    return datetime.now(UTC)
