"""Revisions of a plan: what people made of it by hand, which one is in use, and what a later search begins from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from api.store.engine import now
from api.store.tables import jobs, papers, plans, revisions, starts

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

#: What a list shows; the rest is large.
_SHOWN = [column for column in revisions.c if column.name not in ("content", "problem")]


def listed(tx: Connection, job_id: str) -> list[RowMapping]:
    """Return the revisions of a plan, the first one first; none of one that nobody has edited."""
    wanted = select(*_SHOWN).where(revisions.c.job_id == job_id).order_by(revisions.c.number)
    return list(tx.execute(wanted).mappings())


def revision(tx: Connection, job_id: str, number: int) -> RowMapping | None:
    """Return a revision with its packed plan and problem."""
    wanted = select(revisions).where(revisions.c.job_id == job_id, revisions.c.number == number)
    return tx.execute(wanted).mappings().first()


def add(
    tx: Connection, row: RowMapping, *, edits: list[dict[str, Any]], plan: tuple[bytes, bytes], key_id: str, **told: int
) -> int:
    """Add a revision to the one in use, and use it; return its number.

    Parameters
    ----------
    row
        The job.
    plan
        The plan and its problem, packed.
    told
        `cost_cents` and `served`.
    """
    job_id = row["job_id"]
    last = tx.execute(select(func.max(revisions.c.number)).where(revisions.c.job_id == job_id)).scalar()
    if last is None:
        _keep_first(tx, row)
        last = 0
    number = int(last) + 1
    tx.execute(
        insert(revisions).values(
            job_id=job_id, number=number, parent=row["revision"], edits=edits, content=plan[0], problem=plan[1],
            key_id=key_id, created_at=now(), **told,
        )
    )  # fmt: skip
    _use(tx, job_id, number, plan, told)
    return number


def use(tx: Connection, job_id: str, number: int) -> bool:
    """Use another revision of a plan; return whether there is one of this number."""
    wanted = revision(tx, job_id, number)
    if wanted is None:
        return False
    told = {"cost_cents": wanted["cost_cents"], "served": wanted["served"]}
    _use(tx, job_id, number, (wanted["content"], wanted["problem"]), told)
    return True


def _keep_first(tx: Connection, row: RowMapping) -> None:
    """Keep the solver's plan as the revision 0."""
    job_id = row["job_id"]
    kept = tx.execute(select(plans).where(plans.c.job_id == job_id)).mappings().one()
    tx.execute(
        insert(revisions).values(
            job_id=job_id, number=0, parent=None, edits=[], content=kept["content"], problem=kept["problem"],
            cost_cents=row["cost_cents"] or 0, served=row["served"] or 0, key_id=row["key_id"],
            created_at=row["finished_at"] or row["created_at"],
        )
    )  # fmt: skip


def _use(tx: Connection, job_id: str, number: int, plan: tuple[bytes, bytes], told: dict[str, int]) -> None:
    tx.execute(update(plans).where(plans.c.job_id == job_id).values(content=plan[0], problem=plan[1]))
    tx.execute(update(jobs).where(jobs.c.job_id == job_id).values(revision=number, **told))
    # What was printed is of another revision.
    tx.execute(delete(papers).where(papers.c.job_id == job_id))


# --- where a search begins ------------------------------------------------------------------------------------------


def begin_from(tx: Connection, job_id: str, plan: bytes, problem: bytes | None) -> None:
    """Have the search of a job begin from a packed plan, with its facts where these are given."""
    tx.execute(insert(starts).values(job_id=job_id, plan=plan, problem=problem))


def start_of(tx: Connection, job_id: str) -> RowMapping | None:
    """Return the packed plan that the search of a job begins from, and its facts; `None` where it begins anew."""
    return tx.execute(select(starts.c.plan, starts.c.problem).where(starts.c.job_id == job_id)).mappings().first()
