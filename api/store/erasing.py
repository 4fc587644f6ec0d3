"""What a branch's jobs keep of people: looked up, and replaced by what is left when somebody was taken out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

from api.statuses import Status
from api.store import jobs as queue
from api.store.engine import insert_unless_there, now
from api.store.tables import answers, deliveries, heads, inputs, jobs, papers, plans, published, revisions, starts

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, RowMapping

    from api.store.engine import Store

#: Texts of a job that anybody may have written, or that quote what was sent.
_TEXTS = ("warnings", "failure", "labels", "notes")


@dataclass(frozen=True, slots=True)
class Kept:
    """What one job keeps, packed but for its input.

    Parameters
    ----------
    facts, plans
        By name: the plan in use, each revision, and where the search begins.
    published
        The plan file that was published; `None` where none was.
    """

    input: RowMapping
    options: dict[str, Any]
    facts: dict[str, bytes]
    plans: dict[str, bytes]
    published: bytes | None


def hold(tx: Connection, branch_id: str) -> None:
    """Let nobody else end, edit or publish a job of a branch until this transaction ends; SQLite has one writer."""
    tx.execute(select(jobs.c.job_id).where(jobs.c.branch_id == branch_id).order_by(jobs.c.seq).with_for_update())


def states(tx: Connection, branch_id: str) -> dict[str, tuple[Any, ...]]:
    """Return of each job of a branch what changes when something is added to what it keeps."""
    last = select(func.max(revisions.c.number)).where(revisions.c.job_id == jobs.c.job_id).scalar_subquery()
    has_plan = select(func.count()).where(plans.c.job_id == jobs.c.job_id).scalar_subquery()
    wanted = select(jobs.c.job_id, jobs.c.input_sha, jobs.c.revision, jobs.c.published_at, last, has_plan)
    rows = tx.execute(wanted.where(jobs.c.branch_id == branch_id).order_by(jobs.c.seq))
    return {row[0]: tuple(row[1:]) for row in rows}


def kept(tx: Connection, job_id: str) -> Kept:
    """Return what a job keeps."""
    job = tx.execute(select(jobs.c.input_sha, jobs.c.options).where(jobs.c.job_id == job_id)).one()
    source = tx.execute(select(inputs).where(inputs.c.sha256 == job.input_sha)).mappings().one()
    facts: dict[str, bytes] = {}
    made: dict[str, bytes] = {}
    for name, content, problem in _plans(tx, job_id):
        made[f"plan-{name}"] = content
        if problem is not None:
            facts[f"facts-{name}"] = problem
    file = tx.execute(select(published.c.content).where(published.c.job_id == job_id)).scalar()
    return Kept(source, job.options, facts, made, file)


def _plans(tx: Connection, job_id: str) -> list[tuple[str, bytes, bytes | None]]:
    in_use = tx.execute(select(plans.c.content, plans.c.problem).where(plans.c.job_id == job_id))
    found = [("in-use", row.content, row.problem) for row in in_use]
    for row in tx.execute(select(revisions).where(revisions.c.job_id == job_id)):
        found.append((str(row.number), row.content, row.problem))
    for row in tx.execute(select(starts).where(starts.c.job_id == job_id)):
        found.append(("start", row.plan, row.problem))
    return found


def replace(tx: Connection, job_id: str, made: dict[str, bytes]) -> None:
    """Keep what is left of a job: `made` has the names of `Kept`, `published`, and `input`, which is JSON.

    A job that is being solved goes back into the queue: its worker holds what it was given, and whoever takes it next
    is given what is left. What was printed goes.
    """
    row = tx.execute(select(jobs).where(jobs.c.job_id == job_id)).mappings().one()
    if row["status"] == Status.SOLVING:
        queue.hand_back(tx, job_id, row["fence"])
    for name, content in made.items():
        kind, _, which = name.partition("-")
        if kind in ("plan", "facts"):
            _replace_plan(tx, job_id, which, is_plan=kind == "plan", content=content)
    if "published" in made:
        tx.execute(update(published).where(published.c.job_id == job_id).values(content=made["published"]))
    _replace_input(tx, row, made["input"])
    tx.execute(delete(papers).where(papers.c.job_id == job_id))
    # What anybody looked at before is not what there is now.
    queue.add_event(tx, job_id, "erasure", {})


def _replace_plan(tx: Connection, job_id: str, which: str, *, is_plan: bool, content: bytes) -> None:
    table, key = {"in-use": (plans, None), "start": (starts, None)}.get(which, (revisions, which))
    column = ("plan" if table is starts else "content") if is_plan else "problem"
    wanted = update(table).where(table.c.job_id == job_id).values({column: content})
    tx.execute(wanted if key is None else wanted.where(table.c.number == int(key)))


def _replace_input(tx: Connection, row: RowMapping, content: bytes) -> None:
    sha, before = hashlib.sha256(content).hexdigest(), row["input_sha"]
    if sha == before:
        return
    values = {"sha256": sha, "media_type": "application/json", "content": content, "created_at": now()}
    tx.execute(insert_unless_there(tx, inputs).values(values).on_conflict_do_nothing())
    tx.execute(update(jobs).where(jobs.c.job_id == row["job_id"]).values(input_sha=sha))
    is_head = (heads.c.branch_id == row["branch_id"]) & (heads.c.input_sha == before)
    tx.execute(update(heads).where(is_head).values(input_sha=sha))
    tx.execute(delete(inputs).where(inputs.c.sha256 == before, inputs.c.sha256.not_in(select(jobs.c.input_sha))))


def replace_texts(tx: Connection, branch_id: str, clean: Callable[[Any], Any]) -> None:
    """Clean what is said of the jobs of a branch, by whom they were edited, and what was answered to anybody.

    Parameters
    ----------
    clean
        Takes a JSON value, and returns it as it is where there is nothing to clean.
    """
    for row in tx.execute(select(jobs).where(jobs.c.branch_id == branch_id)).mappings().all():
        said = {name: row[name] for name in _TEXTS}
        said["labels"] = row["labels"].split("\n")
        cleaned = {name: clean(value) for name, value in said.items()}
        if cleaned != said:
            cleaned["labels"] = "\n".join(cleaned["labels"])
            tx.execute(update(jobs).where(jobs.c.job_id == row["job_id"]).values(cleaned))
    of_branch = select(jobs.c.job_id).where(jobs.c.branch_id == branch_id)
    for row in tx.execute(select(revisions).where(revisions.c.job_id.in_(of_branch))).mappings().all():
        edits = [one | {"why": clean(one["why"])} if "why" in one else one for one in row["edits"]]
        if edits != row["edits"]:
            is_it = (revisions.c.job_id == row["job_id"]) & (revisions.c.number == row["number"])
            tx.execute(update(revisions).where(is_it).values(edits=edits))
    for row in tx.execute(select(answers)).mappings().all():
        body = json.loads(row["content"] or b"null")
        if (cleaned_body := clean(body)) != body:
            is_it = (answers.c.key_id == row["key_id"]) & (answers.c.idempotency_key == row["idempotency_key"])
            content = json.dumps(cleaned_body, ensure_ascii=False).encode()
            tx.execute(update(answers).where(is_it).values(content=content))
    for row in tx.execute(select(deliveries).where(deliveries.c.last_answer.is_not(None))).mappings().all():
        if (said_back := clean(row["last_answer"])) != row["last_answer"]:
            is_one = deliveries.c.delivery_id == row["delivery_id"]
            tx.execute(update(deliveries).where(is_one).values(last_answer=said_back))


def forget_journal(store: Store) -> None:
    """Have SQLite take its journal over, in which what was replaced still stands; while others read it waits."""
    if store.is_sqlite:
        with store.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
