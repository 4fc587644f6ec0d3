"""A plan with the branch as it is now: what was submitted last for each of its days, or what one job was made from."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.view import days_of, find
from api.refusals.refusal import Refusal
from api.store import plans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, RowMapping

    from api.access.doorkeeper import Caller
    from api.service import Service

#: The name of what was submitted last, where a branch is named.
NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Submission:
    """A job's input, and the days that it is to be compared on.

    Parameters
    ----------
    days
        Dates, one after another; `None` is all, and then the same days have to be planned.
    """

    row: RowMapping
    days: tuple[str, ...] | None = None

    @property
    def key(self) -> tuple[str, tuple[str, ...] | None]:
        """What makes two of them say the same."""
        return self.row["input_sha"], self.days


def submitted_last(tx: Connection, branch_id: str, days: Sequence[str], own_sha: str | None = None) -> list[Submission]:
    """Return what was submitted last for days of a branch, without what a plan was made from itself."""
    heads = {day: sha for day, sha, _ in plans.in_force(tx, branch_id, days) if sha != own_sha}
    jobs_of = {sha: plans.jobs_from(tx, branch_id, sha) for sha in set(heads.values()) if sha is not None}

    def last_job(day: str) -> RowMapping | None:
        rows = jobs_of.get(heads.get(day) or "", [])
        return next((row for row in rows if day in days_of(row)), None)

    runs = groupby(((last_job(day), day) for day in days), key=lambda found: found[0] and found[0]["job_id"])
    made = [list(run) for _, run in runs]
    return [Submission(run[0][0], tuple(day for _, day in run)) for run in made if run[0][0] is not None]


def named_by(tx: Connection, caller: Caller, name: str, branch_id: str, days: Sequence[str]) -> list[Submission]:
    """Return the submissions that a plan file is sent with by name: `newest`, or a job's id.

    Raises
    ------
    Refusal
        NOT_SUBMITTED where there is none for a day, NOT_FOUND where the caller sees no such job.
    """
    if name != NEWEST:
        if not (name.isascii() and name.isalnum()):
            raise Refusal("NOT_FOUND")  # no id, and some databases cannot be asked for any text
        return [Submission(find(tx, caller, name))]
    found = submitted_last(tx, branch_id, days)
    missing = sorted(set(days) - {day for one in found for day in one.days or ()})
    if missing:
        raise Refusal("NOT_SUBMITTED", days=missing)
    return found


def compare_with(
    service: Service,
    submissions: Sequence[Submission],
    task: dict[str, Any],
    *,
    limit_s: float,
    too_long: Refusal,
    key_id: str,
) -> list[dict[str, Any]]:
    """Have a plan judged with each submission, as known at that submission's moment; return the readers' answers.

    Parameters
    ----------
    task
        What the plan is, for a reader.

    Raises
    ------
    Refusal
        When the plan cannot be compared with one.
    """
    answers = []
    for one in submissions:
        row = one.row
        with service.store.read() as tx:
            source = plans.source(tx, row["input_sha"])
        with tempfile.NamedTemporaryFile(dir=service.spool.path, prefix="compare-") as file:
            file.write(source["content"])
            file.flush()
            submitted = {
                "branch": str(Path(file.name).resolve()),
                "branch_media_type": source["media_type"],
                "options": row["options"] | {"as_of": row["as_of"], "days": row["days"]},
                "days": one.days,
            }
            answers.append(service.readers.do(task | submitted, limit_s=limit_s, too_long=too_long, key_id=key_id))
    return answers


def each_once(lists: Iterable[Iterable[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return what several answers list, each entry once."""
    found: list[dict[str, Any]] = []
    for entry in chain.from_iterable(lists):
        if entry not in found:
            found.append(entry)
    return found
