"""A copy of an SQLite database put back: looked at whole before it is there, and never over one that is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from alembic.util import CommandError
from sqlalchemy import func, select

from api.store.engine import Store, StoreError, migrate
from api.store.tables import jobs

if TYPE_CHECKING:
    from pathlib import Path

#: What SQLite keeps beside a database while it is open.
BESIDE = ("", "-wal", "-shm")


def put_back(copy: Path, target: Path) -> int:
    """Put a copy in the place of a database, brought to the tables of this version; return how many plans it holds.

    Raises
    ------
    FileExistsError
        When there is a database already.
    StoreError
        When the copy is damaged, none of ours, or of a newer version. Then nothing is there.
    """
    for path in _with_what_is_beside(target):
        if path.exists():
            raise FileExistsError(path)
    half = target.with_name(target.name + ".part")
    try:
        _copy_whole(copy, half)
        plans = _brought_up_to_date(half)
        half.rename(target)
    finally:
        for path in _with_what_is_beside(half):
            path.unlink(missing_ok=True)
    return plans


def _with_what_is_beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + ending) for ending in BESIDE]


def _copy_whole(copy: Path, half: Path) -> None:
    """Copy a database, as one and not as bytes, once it has been read to its end without a fault."""
    for path in _with_what_is_beside(half):
        path.unlink(missing_ok=True)
    with copy.open("rb"):
        pass  # What cannot be read is told as such.
    half.touch(mode=0o600)
    try:
        with (
            closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(half)) as sink,
        ):
            [[verdict]] = source.execute("PRAGMA integrity_check(1)").fetchall()
            if verdict != "ok":
                raise StoreError(str(verdict))
            source.execute("SELECT job_id FROM jobs LIMIT 0")
            source.backup(sink)
    except sqlite3.Error as error:
        raise StoreError(str(error)) from error


def _brought_up_to_date(path: Path) -> int:
    store = Store(f"sqlite:///{path.resolve()}")
    try:
        migrate(store)
        with store.read() as tx:
            return int(tx.execute(select(func.count()).select_from(jobs)).scalar_one())
    except CommandError as error:
        raise StoreError(f"it is of a newer version: {error}") from error
    finally:
        store.close()
