"""The queue: jobs are submitted, taken by one worker at a time, kept alive by its heartbeats, and ended once.

A taker gets a fencing token, a number that grows with each taker; whatever it writes names its token, so that one that
was paused and given up cannot write over its successor. No clock is compared: whoever watches (`api.solving.sweeper`)
waits, on a clock of its own, for a heartbeat that no longer grows.

A job that kills whoever takes it must not be taken for ever. What may be its doing is an attempt: its solver died, or
its worker while the service around it went on. Where all of that was gone at once, nobody can say whose doing it was,
a power cut or an operator's `kill` as likely as the job: it counts as a quarter of an attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, insert, select, update

from api.statuses import ENDED, Status
from api.store import outbox, turns
from api.store.engine import insert_unless_there, now
from api.store.tables import events, inputs, jobs, plans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping


#: A taker that has searched so much longer than those before begins the count of attempts anew.
PROGRESS_S = 1.0
#: So many times whoever has a job may vanish for each attempt that it has.
VANISHINGS = 4


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in the hands of one worker.

    Parameters
    ----------
    fencing_token
        Which taker this is; writes with an older one are refused.
    done_s
        Seconds that earlier takers have had it.
    searched_s
        Seconds that they have searched, up to the plan that they kept last.
    incumbent
        Their best judged plan, packed; `None` when there is none.
    """

    job_id: str
    fencing_token: int
    branch_id: str
    first_day: str
    options: dict[str, Any]
    media_type: str
    content: bytes
    done_s: float
    searched_s: float
    incumbent: bytes | None
    request_id: str
    seq: int


# --- the side that submits -----------------------------------------------------------------------------------------


def submit(tx: Connection, values: dict[str, Any], *, media_type: str, content: bytes) -> None:
    """Add a job with its input; the same input is kept once."""
    row = {"sha256": values["input_sha"], "media_type": media_type, "content": content, "created_at": now()}
    tx.execute(insert_unless_there(tx, inputs).values(row).on_conflict_do_nothing())
    tx.execute(insert(jobs).values(values | {"status": Status.QUEUED}))
    add_event(tx, values["job_id"], "status", {"status": Status.QUEUED, "visits": values["visits"]})


def waiting(tx: Connection, key_id: str) -> tuple[int, int, float]:
    """Return how many jobs wait for a worker, of a key and of all, and the seconds that those of the key ask for."""
    is_of_key = jobs.c.key_id == key_id
    of_key = func.sum(case((is_of_key, 1), else_=0))
    seconds = func.sum(case((is_of_key, func.coalesce(jobs.c.asked_s, turns.UNKNOWN_S)), else_=0.0))
    row = tx.execute(select(of_key, func.count(), seconds).where(jobs.c.status == Status.QUEUED)).one()
    return int(row[0] or 0), int(row[1]), float(row[2] or 0)


def ask_to_stop(tx: Connection, job_id: str) -> str:
    """Ask for a job's end; one that waits has ended at once, unless a plan of it is kept. Return the status it has now.

    One with a plan is taken before others, by whoever makes of it what a plan of the service is.
    """
    values = {"status": Status.STOPPED, "finished_at": now(), "stop_requested": True}
    waits = (jobs.c.job_id == job_id) & (jobs.c.status == Status.QUEUED) & jobs.c.incumbent.is_(None)
    if tx.execute(update(jobs).where(waits).values(values)).rowcount:
        add_event(tx, job_id, "status", {"status": Status.STOPPED})
        _announce_ended(tx, job_id, Status.STOPPED)
        return Status.STOPPED
    goes_on = (jobs.c.job_id == job_id) & jobs.c.status.in_((Status.QUEUED, Status.SOLVING))
    tx.execute(update(jobs).where(goes_on).values(stop_requested=True))
    return str(tx.execute(select(jobs.c.status).where(jobs.c.job_id == job_id)).scalar_one())


# --- the side that works ------------------------------------------------------------------------------------------


def claim(tx: Connection, owner: str) -> Claim | None:
    """Take the job whose turn it is (`store.turns`), the morning's before others; `None` when nothing waits.

    No two takers get the same.
    """
    seq = turns.take_turn(tx)
    if seq is None:
        return None
    row = (
        tx.execute(
            update(jobs)
            .where(jobs.c.seq == seq, jobs.c.status == Status.QUEUED)
            .values(
                status=Status.SOLVING,
                owner=owner,
                fence=jobs.c.fence + 1,
                attempt=jobs.c.attempt + 1,
                started_at=func.coalesce(jobs.c.started_at, now()),
            )
            .returning(*jobs.c)
        )
        .mappings()
        .first()
    )
    if row is None:
        return None  # stopped at this very moment
    job_id = row["job_id"]
    add_event(tx, job_id, "status", {"status": Status.SOLVING, "visits": row["visits"]})
    source = tx.execute(select(inputs).where(inputs.c.sha256 == row["input_sha"])).mappings().one()
    return Claim(
        job_id=job_id,
        fencing_token=row["fence"],
        branch_id=row["branch_id"],
        first_day=row["first_day"],
        options=row["options"],
        media_type=source["media_type"],
        content=source["content"],
        done_s=row["elapsed_s"],
        searched_s=row["searched_s"] or 0.0,
        incumbent=row["incumbent"],
        request_id=row["request_id"],
        seq=row["seq"],
    )


def is_anything_waiting(tx: Connection) -> bool:
    """Return whether a job waits for a worker; cheap enough to be asked ten times a second."""
    return tx.execute(select(jobs.c.seq).where(jobs.c.status == Status.QUEUED).limit(1)).first() is not None


def heartbeat(tx: Connection, job_id: str, fencing_token: int) -> bool | None:
    """Give a sign of life; return whether the job is to stop, `None` when it is no longer in this worker's hands."""
    return tx.execute(
        update(jobs).where(_held(job_id, fencing_token)).values(beat=jobs.c.beat + 1).returning(jobs.c.stop_requested)
    ).scalar()


def checkpoint(
    tx: Connection,
    job_id: str,
    fencing_token: int,
    progress: dict[str, Any],
    *,
    elapsed_s: float,
    searched_s: float,
    incumbent: bytes | None,
) -> bool:
    """Keep how a solve stands, with its plan where that is given; return whether the job is still in these hands.

    Parameters
    ----------
    elapsed_s, searched_s
        Seconds that the job was in anybody's hands so far, and those of them that were search: who resumes it has the
        rest of these.
    """
    before_s = func.coalesce(jobs.c.searched_s, 0.0)
    # Who has brought it on has not lost it in vain; at its end only an end brings it on.
    goes_on = (before_s + PROGRESS_S <= searched_s) & (before_s < func.coalesce(jobs.c.asked_s, turns.UNKNOWN_S))
    if incumbent is not None:
        goes_on |= jobs.c.incumbent.is_(None)
    values: dict[str, Any] = {
        "beat": jobs.c.beat + 1,
        "attempt": case((goes_on, 1), else_=jobs.c.attempt),
        "vanished": case((goes_on, 0), else_=jobs.c.vanished),
        "cost_cents": progress["cost_cents"],
        "served": progress["served"],
        "elapsed_s": elapsed_s,
        "searched_s": searched_s,
    }
    if incumbent is not None:
        values["incumbent"] = incumbent
    if not tx.execute(update(jobs).where(_held(job_id, fencing_token)).values(values)).rowcount:
        return False
    add_event(tx, job_id, "progress", progress)
    return True


def finish(
    tx: Connection,
    job_id: str,
    fencing_token: int,
    status: Status,
    *,
    values: dict[str, Any],
    plan: tuple[bytes, bytes] | None = None,
    failure: dict[str, Any] | None = None,
    warnings: Sequence[dict[str, Any]] = (),
) -> bool:
    """End a job, once: with its plan and problem, packed, or with a failure. Return whether it was in these hands.

    Parameters
    ----------
    warnings
        Each by language: what is to be known of the plan; they go before those of the data.

    Raises
    ------
    ValueError
        For a job that is solved without a plan: whoever says that has not solved it.
    """
    if status == Status.SOLVED and plan is None:
        raise ValueError(f"job {job_id} is solved without a plan")
    ended = values | {"status": status, "finished_at": now(), "incumbent": None, "failure": failure, "owner": None}
    if plan is not None:
        ended["state"] = "draft"
    if warnings:
        known = tx.execute(select(jobs.c.warnings).where(jobs.c.job_id == job_id)).scalar_one()
        told = {lang: [*(one[lang] for one in warnings), *known.get(lang, [])] for lang in warnings[0]}
        ended["warnings"] = told | {"count": known.get("count", 0) + len(warnings)}
    if not tx.execute(update(jobs).where(_held(job_id, fencing_token)).values(ended)).rowcount:
        return False
    if plan is not None:
        tx.execute(insert(plans).values(job_id=job_id, content=plan[0], problem=plan[1]))
    data: dict[str, Any] = {"status": status}
    data |= {name: values[name] for name in ("cost_cents", "served", "elapsed_s") if name in values}
    add_event(tx, job_id, "status", data)
    _announce_ended(tx, job_id, status)
    return True


def has_ended(tx: Connection, job_id: str, fencing_token: int) -> bool:
    """Return whether a job was ended by the holder of this token: what it asks after a commit whose answer was lost."""
    row = tx.execute(select(jobs.c.status, jobs.c.fence).where(jobs.c.job_id == job_id)).one()
    return row[0] in ENDED and row[1] == fencing_token


# --- the side that watches ----------------------------------------------------------------------------------------


def heartbeats(tx: Connection) -> list[tuple[str, int, int]]:
    """Return id, fencing token and heartbeat of every job that is being solved."""
    rows = tx.execute(select(jobs.c.job_id, jobs.c.fence, jobs.c.beat).where(_is_solving()))
    return [(row.job_id, row.fence, row.beat) for row in rows]


def hand_back(tx: Connection, job_id: str, fencing_token: int) -> bool:
    """Put a job back into the queue by whoever holds it and has to end: that was no attempt.

    Returns
    -------
    bool
        Whether it was in these hands.
    """
    values = {"status": Status.QUEUED, "fence": jobs.c.fence + 1, "attempt": jobs.c.attempt - 1, "owner": None}
    if not tx.execute(update(jobs).where(_held(job_id, fencing_token)).values(values)).rowcount:
        return False
    add_event(tx, job_id, "status", {"status": Status.QUEUED})
    return True


def give_up(
    tx: Connection, job_id: str, fencing_token: int, *, attempts: int, has_vanished: bool = False
) -> Status | None:
    """Take a job out of the hands that held it: back into the queue, or, begun too often, failed.

    Parameters
    ----------
    has_vanished
        Whether its worker is silent and nobody saw it end: that may be anybody's doing, and is no attempt.

    Returns
    -------
    Status or None
        What it has become; `None` when it was no longer in those hands.
    """
    row = tx.execute(select(jobs.c.attempt, jobs.c.vanished).where(_held(job_id, fencing_token))).first()
    if row is None:
        return None
    values: dict[str, Any] = {"fence": jobs.c.fence + 1, "owner": None, "status": Status.QUEUED}
    begun, limit = row.attempt, attempts
    if has_vanished:
        begun, limit = row.vanished + 1, VANISHINGS * attempts
        values |= {"attempt": row.attempt - 1, "vanished": begun}
    if begun >= limit:
        failure = {"code": "WORKER_LOST", "values": {"attempts": limit}}
        values |= {"status": Status.FAILED, "finished_at": now(), "failure": failure}
    if not tx.execute(update(jobs).where(_held(job_id, fencing_token)).values(values)).rowcount:
        return None
    status: Status = values["status"]
    add_event(tx, job_id, "status", {"status": status})
    if status == Status.FAILED:
        _announce_ended(tx, job_id, status)
    return status


def held_by(tx: Connection, owner: str) -> list[tuple[str, int]]:
    """Return id and fencing token of the jobs in a worker's hands."""
    rows = tx.execute(select(jobs.c.job_id, jobs.c.fence).where(_is_solving(), jobs.c.owner == owner))
    return [(row.job_id, row.fence) for row in rows]


# --- events -------------------------------------------------------------------------------------------------------


def add_event(tx: Connection, job_id: str, kind: str, data: dict[str, Any]) -> None:
    """Add an event of a job; its number is one more than that of the one before."""
    number = tx.execute(
        update(jobs)
        .where(jobs.c.job_id == job_id)
        .values(event_count=jobs.c.event_count + 1)
        .returning(jobs.c.event_count)
    ).scalar_one()
    tx.execute(insert(events).values(job_id=job_id, number=number, kind=kind, data=data))


def events_after(tx: Connection, job_id: str, number: int) -> list[RowMapping]:
    """Return number, kind and data of a job's events after one, in their order."""
    wanted = select(events.c.number, events.c.kind, events.c.data).where(
        events.c.job_id == job_id, events.c.number > number
    )
    return list(tx.execute(wanted.order_by(events.c.number)).mappings())


def event_counts(tx: Connection, job_ids: list[str]) -> dict[str, int]:
    """Return how many events each job has."""
    wanted = select(jobs.c.job_id, jobs.c.event_count).where(jobs.c.job_id.in_(job_ids))
    return {row.job_id: row.event_count for row in tx.execute(wanted)}


def _announce_ended(tx: Connection, job_id: str, status: Status) -> None:
    """Put the end of a job into the outbox."""
    row = tx.execute(select(jobs.c.branch_id, jobs.c.first_day).where(jobs.c.job_id == job_id)).one()
    data = {"id": job_id, "status": status, "branch_id": row.branch_id, "first_day": row.first_day}
    outbox.add_event(tx, f"plan.{status}", row.branch_id, data)


def _held(job_id: str, fencing_token: int) -> Any:
    return (jobs.c.job_id == job_id) & (jobs.c.fence == fencing_token) & _is_solving()


def _is_solving() -> Any:
    return jobs.c.status == Status.SOLVING
