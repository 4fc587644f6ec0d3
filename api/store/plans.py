"""Plans: looked up within what a key may see, listed page by page, published, acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, or_, select, update

from api.statuses import State
from api.store.engine import insert_unless_there, now
from api.store.tables import acknowledgements, heads, inputs, jobs, papers, plans, published

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection, RowMapping

#: What a listing shows; the rest is large.
_SHOWN = [column for column in jobs.c if column.name != "incumbent"]


def job(tx: Connection, job_id: str, branches: Sequence[str] | None) -> RowMapping | None:
    """Return a job that a key may see; `branches` are those of the key, `None` all."""
    wanted = select(*_SHOWN).where(jobs.c.job_id == job_id, *_within(branches))
    return tx.execute(wanted).mappings().first()


def listing(
    tx: Connection,
    branches: Sequence[str] | None,
    *,
    before: int | None,
    limit: int,
    branch_id: str | None = None,
    status: str | None = None,
    state: str | None = None,
    days: Sequence[str] = (),
    label: str | None = None,
) -> list[RowMapping]:
    """Return jobs, the newest first, from the one before a number on.

    Parameters
    ----------
    days
        A day and those before it on which a plan may begin that has it, the nearest first; none: whatever day.
    """
    wanted = select(*_SHOWN).where(*_within(branches)).order_by(jobs.c.seq.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(jobs.c.seq < before)
    if branch_id is not None:
        wanted = wanted.where(jobs.c.branch_id == branch_id)
    if status is not None:
        wanted = wanted.where(jobs.c.status == status)
    if state is not None:
        wanted = wanted.where(jobs.c.state == state)
    if days:
        begun = ((jobs.c.first_day == day) & (jobs.c.days > number) for number, day in enumerate(days))
        wanted = wanted.where(or_(*begun))
    if label is not None:
        # Exactly this label, on either database: what is the same without it does not have it.
        wanted = wanted.where(func.replace(jobs.c.labels, f"\n{label}\n", "") != jobs.c.labels)
    return list(tx.execute(wanted).mappings())


def label(tx: Connection, job_id: str, **said: Any) -> None:
    """Set what those who submitted a job say of it: `labels` as `label_lines` writes them, `notes`."""
    tx.execute(update(jobs).where(jobs.c.job_id == job_id).values(**said))


def label_lines(labels: Iterable[str]) -> str:
    """Return labels as they are kept: each between line breaks of its own."""
    return "".join(f"\n{one}\n" for one in dict.fromkeys(labels))


def plan(tx: Connection, job_id: str) -> RowMapping | None:
    """Return a job's packed plan and problem."""
    return tx.execute(select(plans.c.content, plans.c.problem).where(plans.c.job_id == job_id)).mappings().first()


def source(tx: Connection, input_sha: str) -> RowMapping:
    """Return media type and bytes of what a job was made from."""
    return tx.execute(select(inputs).where(inputs.c.sha256 == input_sha)).mappings().one()


def jobs_from(tx: Connection, branch_id: str, input_sha: str) -> list[RowMapping]:
    """Return the jobs of a branch that were made from an input, the newest first."""
    wanted = select(*_SHOWN).where(jobs.c.branch_id == branch_id, jobs.c.input_sha == input_sha)
    return list(tx.execute(wanted.order_by(jobs.c.seq.desc())).mappings())


# --- what is in force for a day -----------------------------------------------------------------------------------


def lock_days(tx: Connection, branch_id: str) -> None:
    """Let nobody else change what is in force for a branch until this transaction ends; SQLite has one writer."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(branch_id))))


def note_orders(tx: Connection, branch_id: str, days: Iterable[str], input_sha: str) -> None:
    """Note what was submitted last for days of a branch."""
    for day in days:
        _set_head(tx, branch_id, day, input_sha=input_sha)


def in_force(tx: Connection, branch_id: str, days: Sequence[str]) -> list[tuple[str, str | None, str | None]]:
    """Return day, last input and published plan for days of a branch, as far as there is any."""
    wanted = select(heads.c.day, heads.c.input_sha, heads.c.published_job_id).where(
        heads.c.branch_id == branch_id, heads.c.day.in_(list(days))
    )
    return [(row.day, row.input_sha, row.published_job_id) for row in tx.execute(wanted.order_by(heads.c.day))]


def publish(tx: Connection, row: RowMapping, days: Sequence[str], *, file_name: str, content: bytes) -> None:
    """Make a plan the one in force for its days."""
    moment = now()
    tx.execute(
        insert(published).values(
            job_id=row["job_id"],
            branch_id=row["branch_id"],
            first_day=days[0],
            last_day=days[-1],
            file_name=file_name,
            content=content,
            created_at=moment,
        )
    )
    for day in days:
        _set_head(tx, row["branch_id"], day, published_job_id=row["job_id"])
    tx.execute(update(jobs).where(jobs.c.job_id == row["job_id"]).values(state=State.PUBLISHED, published_at=moment))


def published_files(tx: Connection, branch_id: str, first_day: str) -> list[tuple[str, bytes]]:
    """Return name and packed bytes of the plans in force for a day of a branch and for later days."""
    in_force = select(heads.c.published_job_id).where(heads.c.branch_id == branch_id, heads.c.day >= first_day)
    wanted = select(published.c.file_name, published.c.content).where(published.c.job_id.in_(in_force))
    return [(row.file_name, row.content) for row in tx.execute(wanted.order_by(published.c.seq))]


def _set_head(tx: Connection, branch_id: str, day: str, **values: str) -> None:
    key = {"branch_id": branch_id, "day": day}
    wanted = insert_unless_there(tx, heads).values(key | values)
    tx.execute(wanted.on_conflict_do_update(index_elements=list(key), set_=values))


# --- technicians' receipts ----------------------------------------------------------------------------------------


def acknowledge(tx: Connection, job_id: str, technician_id: str, key_id: str) -> bool:
    """Note a technician's receipt, once; return whether it is the first."""
    known = select(acknowledgements).where(
        acknowledgements.c.job_id == job_id, acknowledgements.c.technician_id == technician_id
    )
    if tx.execute(known).first() is not None:
        return False
    tx.execute(insert(acknowledgements).values(job_id=job_id, technician_id=technician_id, at=now(), key_id=key_id))
    return True


def receipts(tx: Connection, job_id: str) -> list[RowMapping]:
    """Return technician and moment of every receipt."""
    wanted = select(acknowledgements.c.technician_id, acknowledgements.c.at).where(acknowledgements.c.job_id == job_id)
    return list(tx.execute(wanted.order_by(acknowledgements.c.technician_id)).mappings())


def receipts_in_force(tx: Connection, branch_id: str, day: str) -> list[tuple[str, str]]:
    """Return technician and moment of the receipts of the plan in force for a day of a branch."""
    wanted = (
        select(acknowledgements.c.technician_id, acknowledgements.c.at)
        .join(heads, acknowledgements.c.job_id == heads.c.published_job_id)
        .where(heads.c.branch_id == branch_id, heads.c.day == day)
    )
    return [(row.technician_id, row.at) for row in tx.execute(wanted.order_by(acknowledgements.c.technician_id))]


def set_state(tx: Connection, job_id: str, state: State) -> None:
    """Set how a plan stands."""
    tx.execute(update(jobs).where(jobs.c.job_id == job_id).values(state=state))


# --- papers -------------------------------------------------------------------------------------------------------


def paper(tx: Connection, job_id: str, name: str, lang: str) -> bytes | None:
    """Return a paper that has been printed before."""
    wanted = select(papers.c.content).where(papers.c.job_id == job_id, papers.c.name == name, papers.c.lang == lang)
    return tx.execute(wanted).scalar()


def keep_paper(tx: Connection, job_id: str, name: str, lang: str, content: bytes) -> None:
    """Keep a paper; the first one of two printed at the same time stays."""
    if paper(tx, job_id, name, lang) is None:
        tx.execute(insert(papers).values(job_id=job_id, name=name, lang=lang, content=content))


def _within(branches: Sequence[str] | None) -> list[ColumnElement[bool]]:
    return [] if branches is None else [jobs.c.branch_id.in_(list(branches))]
