"""Opening the database, SQLite (synced before it says so) or PostgreSQL; its transactions and its migrations."""

from __future__ import annotations

import secrets
import threading
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine, Table

#: How long a writer waits for another one.
BUSY_MS = 15_000


class StoreError(Exception):
    """The database cannot be used now: full, read-only, locked, or gone. Nothing was half written."""


class NewerDatabaseError(StoreError):
    """A newer version of Paigong has changed the tables: this one does not know them. `revision` names what it met."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"the database is of a newer version: {revision}")
        self.revision = revision


class Store:
    """One database.

    Parameters
    ----------
    url
        Its address, as SQLAlchemy spells it.

    Raises
    ------
    StoreError
        When it is no address, or that of a database that nobody here knows.
    """

    def __init__(self, url: str) -> None:
        with _named_errors():
            self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
            self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url)
        # SQLite has one writer: threads of this process wait for each other here, not in the database's busy loop.
        self._writer: Any = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a transaction that may write; it is on disk when the block has ended.

        Raises
        ------
        StoreError
            When the database cannot take it; then nothing of it is there.
        """
        with self._writer, _named_errors(), self.engine.connect() as connection:
            connection = connection.execution_options(paigong_begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a transaction that only reads, all of it from one moment.

        Raises
        ------
        StoreError
            When the database cannot be read.
        """
        with _named_errors(), self.engine.connect() as connection, connection.begin():
            yield connection

    def is_writable(self) -> bool:
        """Return whether a write lands now: one is made, of a row that goes at once."""
        from sqlalchemy import delete, insert

        from api.store.tables import answers

        probe = {"key_id": "", "idempotency_key": secrets.token_hex(8), "asked": "", "status": 0, "headers": {}}
        try:
            with self.write() as tx:
                tx.execute(insert(answers).values(probe | {"content": b"", "created_at": now()}))
                tx.execute(delete(answers).where(answers.c.key_id == ""))
        except StoreError:
            return False
        return True

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def insert_unless_there(tx: Connection, table: Table) -> Any:
    """Return an insert that can say what happens to a row that is there already, in the database's own dialect."""
    from sqlalchemy.dialects import postgresql, sqlite

    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


def now() -> str:
    """Return this moment as the tables spell it: `2026-11-28T16:00:00.000Z`."""
    return moment_text(datetime.now(UTC))


def moment_text(moment: datetime) -> str:
    """Return a moment in UTC as the tables spell it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except (DatabaseError, InterfaceError, SQLAlchemyError, OSError) as error:
        raise StoreError(str(error).splitlines()[0]) from error


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
        pool_size=20,
        max_overflow=60,
        # What is in a statement is somebody's: it is in no message.
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # Transactions are begun by the listener below, not by the driver, which would begin them too late.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "busy_timeout = " + str(BUSY_MS),
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",  # what is deleted or replaced is not to be found in the file
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("paigong_begin", "BEGIN"))

    return engine


def _postgresql(url: str) -> Engine:
    # A connection that a restart has cut is noticed and replaced before it is used.
    return create_engine(
        url,
        pool_size=20,
        max_overflow=60,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={"connect_timeout": 5},
        hide_parameters=True,
    )


def migrate(store: Store) -> None:
    """Bring the database's tables to this version, once however many processes start at a time.

    Raises
    ------
    StoreError
        When it cannot be written.
    NewerDatabaseError
        When a newer version has written it.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with _named_errors(), store.engine.connect() as connection:
        if store.is_sqlite:
            # Kept in the file; a read-only one that has it already may stay as it is.
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            connection.rollback()
            if mode != "wal":
                connection.connection.driver_connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[union-attr]
            connection = connection.execution_options(paigong_begin="BEGIN IMMEDIATE")
        with connection.begin():
            if not store.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(7240311)"))
            config = Config()
            config.set_main_option("script_location", "api:migrations")
            config.attributes["connection"] = connection
            known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
            for revision in MigrationContext.configure(connection).get_current_heads():
                if revision not in known:
                    raise NewerDatabaseError(revision)
            command.upgrade(config, "head")
