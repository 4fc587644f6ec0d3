"""The tables. Moments are UTC texts of one length (they sort), ids are random and cannot be guessed."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Numbers rows in the order of their insertion, on both databases.
_Serial = BigInteger().with_variant(Integer, "sqlite")

keys = Table(
    "keys",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    # A JSON array of branch ids; null is every branch.
    Column("branches", JSON(none_as_null=True)),
    Column("label", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("revoked_at", String(24)),
)

inputs = Table(
    "inputs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("media_type", String(128), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", String(24), nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("job_id", String(32), nullable=False, unique=True),
    Column("key_id", String(32), nullable=False),
    Column("branch_id", Text, nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("days", Integer, nullable=False),
    Column("as_of", String(32), nullable=False),
    Column("visits", Integer, nullable=False),
    Column("technicians", Integer, nullable=False),
    Column("options", JSON, nullable=False),
    Column("input_sha", String(64), ForeignKey("inputs.sha256"), nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("state", String(16)),
    Column("created_at", String(24), nullable=False),
    Column("started_at", String(24)),
    Column("finished_at", String(24)),
    Column("published_at", String(24)),
    # Who works on it: a number that grows with each taker fences off those before, a heartbeat says that it lives.
    Column("owner", String(64)),
    Column("fence", Integer, nullable=False, default=0),
    Column("beat", Integer, nullable=False, default=0),
    Column("attempt", Integer, nullable=False, default=0),
    # How often in a row whoever had it has vanished, the service around it, too: nobody saw how its worker ended.
    Column("vanished", Integer, nullable=False, default=0, server_default="0"),
    Column("stop_requested", Boolean, nullable=False, default=False),
    # How it stands.
    Column("cost_cents", BigInteger),
    Column("served", Integer),
    Column("bound_cents", BigInteger),
    Column("elapsed_s", Float, nullable=False, default=0.0),
    Column("incumbent", LargeBinary),
    Column("failure", JSON(none_as_null=True)),
    Column("event_count", Integer, nullable=False, default=0),
    # Seconds of search that it is expected to take, and that takers before have searched up to the plan kept; null in
    # rows of earlier versions.
    Column("asked_s", Float),
    Column("searched_s", Float),
    # Which revision of its plan is the one that is shown, printed and published; 0 is the solver's.
    Column("revision", Integer, nullable=False, default=0, server_default="0"),
    # Labels of whoever submitted it, one a line with a line break before and after; and notes, which nobody looks at.
    Column("labels", Text, nullable=False, default="", server_default=""),
    Column("notes", JSON(none_as_null=True)),
    Index(None, "status", "seq"),
    Index(None, "branch_id", "seq"),
)

# Seconds of search that were given to a key (its branch is empty) and to each of its branches: `store.turns`.
turns = Table(
    "turns",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("branch_id", Text, primary_key=True),
    Column("spent_s", Float, nullable=False),
    Column("clock_s", Float, nullable=False),
)

# What jobs that are deleted had added to the figures that only grow.
totals = Table(
    "totals",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Float, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("job_id", String(32), ForeignKey("jobs.job_id", ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("problem", LargeBinary, nullable=False),
)

# What people have made of a plan by hand; a plan that nobody has edited has none.
revisions = Table(
    "revisions",
    metadata,
    Column("job_id", String(32), ForeignKey("jobs.job_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    # The revision that was edited; null of the solver's plan.
    Column("parent", Integer),
    Column("edits", JSON, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("problem", LargeBinary, nullable=False),
    Column("cost_cents", BigInteger, nullable=False),
    Column("served", Integer, nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("created_at", String(24), nullable=False),
)

# Where the search of a job begins, when that is another plan: its routes, and its facts where they are to be the same.
starts = Table(
    "starts",
    metadata,
    Column("job_id", String(32), ForeignKey("jobs.job_id", ondelete="CASCADE"), primary_key=True),
    Column("plan", LargeBinary, nullable=False),
    Column("problem", LargeBinary),
)

events = Table(
    "events",
    metadata,
    Column("job_id", String(32), ForeignKey("jobs.job_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("data", JSON, nullable=False),
)

published = Table(
    "published",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("job_id", String(32), nullable=False, unique=True),
    Column("branch_id", Text, nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    # The name that says for which days and when: `ingest.plans.published` reads it.
    Column("file_name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", String(24), nullable=False),
    Index(None, "branch_id", "last_day"),
)

heads = Table(
    "heads",
    metadata,
    Column("branch_id", Text, primary_key=True),
    Column("day", String(10), primary_key=True),
    # The orders that were submitted last for the day, and the plan that was published last for it.
    Column("input_sha", String(64)),
    Column("published_job_id", String(32)),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("job_id", String(32), ForeignKey("jobs.job_id", ondelete="CASCADE"), primary_key=True),
    Column("technician_id", Text, primary_key=True),
    Column("at", String(24), nullable=False),
    Column("key_id", String(32), nullable=False),
)

papers = Table(
    "papers",
    metadata,
    Column("job_id", String(32), ForeignKey("jobs.job_id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("lang", String(2), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# A browser that has shown a key; of its secret only the digest is kept.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("key_id", String(32), nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("expires_at", String(24), nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("idempotency_key", String(255), primary_key=True),
    # What was asked: method, path, options and body, as a digest.
    Column("asked", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", String(24), nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("at", String(24), nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("branch_id", Text),
    Column("subject", String(64), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("request_id", String(64), nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", String(32), primary_key=True),
    Column("key_id", String(32), nullable=False),
    Column("branches", JSON(none_as_null=True)),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    # A JSON array of events; null is every event.
    Column("events", JSON(none_as_null=True)),
    # The number of the last event.
    Column("sent", Integer, nullable=False, default=0, server_default="0"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", String(32), primary_key=True),
    Column("webhook_id", String(32), ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), nullable=False),
    Column("event", String(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("state", String(16), nullable=False),
    Column("last_answer", Text),
    Column("created_at", String(24), nullable=False),
    Index(None, "state", "created_at"),
)
