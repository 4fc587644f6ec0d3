"""Fills a database of today, each table with a row, and writes it as SQL: what a later release has to migrate.

    python -m tests.api.filled_database tests/cases/formats/service-0002.sql

Run it when there is a new migration, or when what is kept in a row has a new form; files of before stay.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from api.plans.documents import pack
from api.store import tables
from api.store.engine import Store, migrate
from optimizer.ingest.plans.formats import FIRST_FORMAT

if TYPE_CHECKING:
    from sqlalchemy import Table

CASES = Path(__file__).parents[1] / "cases/formats"
MOMENT = "2026-11-20T08:00:00.000Z"
JOB = "0" * 31 + "1"
KEY = "0" * 31 + "a"
BY_JOB = {"job_id": JOB, "branch_id": "HZ", "first_day": "2026-11-23"}
ABOUT = {"key_id": KEY, "request_id": "r-1", "created_at": MOMENT}


def rows(plan_file: dict[str, Any]) -> list[tuple[Table, dict[str, Any]]]:
    """Return a row of each table, about one job whose plan is that of a plan file, published and acknowledged."""
    beside = {"problem", "matrix", "run", "facts_sha256"}
    if plan_file["format"] == FIRST_FORMAT:
        beside.add("format")  # what a row kept of it had no number then
    plan = {key: value for key, value in plan_file.items() if key not in beside}
    made = {
        "plan": plan, "cost_cents": sum(plan["costs"].values()), "served": 3, "changes": [], "released": [],
        "assumptions": {"en": [], "zh": []}, "run": plan_file["run"], "near_published": False,
    }  # fmt: skip
    source = json.dumps(plan_file["problem"], ensure_ascii=False, separators=(",", ":")).encode()
    options = {
        "seconds": 10.0, "iterations": None, "seed": 0, "stage": "draft", "as_of": None, "days": None,
        "skip_bad": False, "broken_locks": "keep",
    }  # fmt: skip
    job = {
        **BY_JOB, **ABOUT, "days": 1, "as_of": "2026-11-20T16:00:00", "visits": 4, "technicians": 2,
        "options": options, "input_sha": "5" * 64, "warnings": {"en": [], "zh": [], "count": 0},
        "status": "solved", "state": "handed_out", "started_at": MOMENT, "finished_at": MOMENT,
        "published_at": MOMENT, "owner": "w-1", "fence": 1, "beat": 4, "attempt": 1, "stop_requested": False,
        "cost_cents": made["cost_cents"], "served": 3, "bound_cents": None, "elapsed_s": 9.5, "asked_s": 10.0,
        "searched_s": 9.0, "revision": 0,
        "labels": "\nmonday\n", "notes": {"ticket": "4711"},
        "incumbent": pack(plan), "failure": None, "event_count": 1,
    }  # fmt: skip
    return [
        (tables.keys, {"key_id": KEY, "digest": "d" * 64, "role": "admin", "branches": ["HZ"], "label": "desk",
                       "created_at": MOMENT}),
        (tables.inputs, {"sha256": "5" * 64, "media_type": "application/json", "content": source,
                         "created_at": MOMENT}),
        (tables.jobs, job),
        (tables.plans, {"job_id": JOB, "content": pack(made), "problem": pack(plan_file["problem"])}),
        (tables.events, {"job_id": JOB, "number": 1, "kind": "status", "data": {"status": "solved"}}),
        (tables.published, {**BY_JOB, "last_day": "2026-11-23", "content": pack(plan_file), "created_at": MOMENT,
                            "file_name": "2026-11-23_planned_2026-11-20T1600.json"}),
        (tables.heads, {"branch_id": "HZ", "day": "2026-11-23", "input_sha": "5" * 64, "published_job_id": JOB}),
        (tables.acknowledgements, {"job_id": JOB, "technician_id": "T1", "at": MOMENT, "key_id": KEY}),
        (tables.papers, {"job_id": JOB, "name": "route-sheets.html", "lang": "zh", "content": b"<html></html>"}),
        (tables.turns, {"key_id": KEY, "branch_id": "HZ", "spent_s": 10.0, "clock_s": 0.0}),
        (tables.totals, {"name": "solves", "value": 12.0}),
        (tables.revisions, {"job_id": JOB, "number": 0, "parent": None, "edits": [], "content": pack(made),
                            "problem": pack(plan_file["problem"]), "cost_cents": made["cost_cents"], "served": 3,
                            "key_id": KEY, "created_at": MOMENT}),
        (tables.starts, {"job_id": JOB, "plan": pack(made), "problem": pack(plan_file["problem"])}),
        (tables.sessions, {"digest": "d" * 64, "key_id": KEY, "created_at": MOMENT, "expires_at": MOMENT}),
        (tables.answers, {"key_id": KEY, "idempotency_key": "monday-1", "asked": "a" * 64, "status": 202,
                          "headers": {}, "content": b"{}", "created_at": MOMENT}),
        (tables.audit, {"at": MOMENT, "key_id": KEY, "action": "publish", "branch_id": "HZ", "subject": JOB,
                        "detail": {"anyway": False}, "request_id": "r-1"}),
        (tables.webhooks, {"webhook_id": "0" * 31 + "b", "key_id": KEY, "branches": None,
                           "url": "https://dispatch.example.com/hook", "secret": "s", "created_at": MOMENT}),
        (tables.deliveries, {"delivery_id": "0" * 31 + "c", "webhook_id": "0" * 31 + "b", "event": "plan.published",
                             "body": b"{}", "attempts": 1, "state": "delivered", "last_answer": "204",
                             "created_at": MOMENT}),
    ]  # fmt: skip


def sql_of(plan_file: dict[str, Any]) -> str:
    """Return a filled database as SQL text; bytes stand in it as hexadecimal digits."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/filled.db")
        migrate(store)
        with store.write() as tx:
            for table, values in rows(plan_file):
                tx.execute(insert(table).values(**values))
        store.close()
        connection = sqlite3.connect(f"{folder}/filled.db")
        try:
            return "\n".join(connection.iterdump()) + "\n"
        finally:
            connection.close()


if __name__ == "__main__":
    plan_name = sys.argv[2] if len(sys.argv) > 2 else "plan-2.json"
    document = json.loads((CASES / plan_name).read_text(encoding="utf-8"))
    Path(sys.argv[1]).write_text(sql_of(document), encoding="utf-8")
