"""Whose turn it is: keys take turns by the seconds of search that they ask for, and so do the branches of a key.

Start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996, section 2): each flow has a tag, the seconds that it was
given so far; the smallest goes first and is charged what it asks for. One that was idle begins where the others are,
so that nobody saves up turns, and one that asks for much has no turn while others ask for little.
"""

from __future__ import annotations

import heapq
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias
from weakref import WeakKeyDictionary

from sqlalchemy import case, func, or_, select

from api.statuses import Status
from api.store.engine import insert_unless_there
from api.store.tables import jobs, turns
from optimizer.domain.planning_context import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection, Engine

#: A key and one of its branches; a key alone has the branch "".
Flow: TypeAlias = tuple[str, str]

#: All keys together: their clock is the tag of the key that had the last turn.
EVERYBODY: Flow = ("", "")
#: What a job is taken to ask for that an earlier version took in, in seconds.
UNKNOWN_S = 60.0
#: Moves of a small branch in a second: what a job that asks for moves is taken to need. It only orders the queue.
MOVES_PER_S = 2_000
#: So long places in the queue are told again as they were.
RECENT_S = 0.5
#: On PostgreSQL one taker at a time looks whose turn it is; the number only has to be nobody else's.
_LOCK = 7_240_312


@dataclass(slots=True)
class Turns:
    """What each flow was given, and where each clock stands: those of the branches of a key, and that of all keys."""

    spent_s: dict[Flow, float] = field(default_factory=dict)
    clock_s: dict[Flow, float] = field(default_factory=dict)

    def first_of(self, waiting: Mapping[Flow, int]) -> Flow:
        """Return the flow whose turn it is, of those that wait.

        Parameters
        ----------
        waiting
            What each has waited for longest, by its number: of equal tags the one that came first goes first.
        """
        oldest: dict[str, int] = {}
        for (key_id, _), seq in waiting.items():
            oldest[key_id] = min(seq, oldest.get(key_id, seq))
        key_id = min(oldest, key=lambda one: (self._start_s((one, ""), EVERYBODY), oldest[one]))
        branches = [flow for flow in waiting if flow[0] == key_id]
        return min(branches, key=lambda flow: (self._start_s(flow, (key_id, "")), waiting[flow]))

    def take(self, flow: Flow, asked_s: float) -> None:
        """Charge a flow, and its key, for a turn."""
        key: Flow = (flow[0], "")
        for one, above in ((key, EVERYBODY), (flow, key)):
            start_s = self._start_s(one, above)
            self.clock_s[above] = start_s
            self.spent_s[one] = start_s + asked_s

    def _start_s(self, flow: Flow, above: Flow) -> float:
        return max(self.spent_s.get(flow, 0.0), self.clock_s.get(above, 0.0))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job that waits."""

    job_id: str
    seq: int
    flow: Flow
    asked_s: float
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job stands in the queue.

    Parameters
    ----------
    position
        1 is the next one.
    starts_in_s
        Seconds until it is expected to begin; `None` while nobody works.
    """

    position: int
    starts_in_s: float | None


def expected_s(seconds: float, iterations: int | None) -> float:
    """Return how long a job is expected to search: what it asks for, or what its moves may take."""
    return seconds if iterations is None else min(seconds, 1.0 + iterations / MOVES_PER_S)


def in_order(waiting: Iterable[Waiting], turns: Turns) -> Iterator[Waiting]:
    """Give what waits in the order of its turns, the morning's before others; the turns are taken meanwhile."""
    for is_urgent in (True, False):
        lines: defaultdict[Flow, deque[Waiting]] = defaultdict(deque)
        for job in sorted((job for job in waiting if job.is_urgent is is_urgent), key=lambda job: job.seq):
            lines[job.flow].append(job)
        heads = {flow: line[0].seq for flow, line in lines.items()}
        while heads:
            flow = turns.first_of(heads) if len(heads) > 1 else next(iter(heads))
            job = lines[flow].popleft()
            turns.take(flow, job.asked_s)
            if lines[flow]:
                heads[flow] = lines[flow][0].seq
            else:
                del heads[flow]
            yield job


# --- in the database ----------------------------------------------------------------------------------------------


def take_turn(tx: Connection) -> int | None:
    """Return the number of the job whose turn it is and charge its key; `None` when nothing waits."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    is_waiting = jobs.c.status == Status.QUEUED
    for which in (is_waiting & _is_urgent(), is_waiting):
        wanted = select(jobs.c.key_id, jobs.c.branch_id, func.min(jobs.c.seq)).where(which)
        rows = tx.execute(wanted.group_by(jobs.c.key_id, jobs.c.branch_id)).all()
        if rows:
            break
    else:
        return None
    heads: dict[Flow, int] = {(key_id, branch_id): seq for key_id, branch_id, seq in rows}
    found = read_turns(tx, {key_id for key_id, _ in heads})
    flow = found.first_of(heads)
    asked_s = tx.execute(select(_left_s()).where(jobs.c.seq == heads[flow])).scalar_one()
    found.take(flow, asked_s)
    rows_now = [
        {"key_id": one[0], "branch_id": one[1], "spent_s": found.spent_s.get(one, 0.0),
         "clock_s": found.clock_s.get(one, 0.0)}
        for one in dict.fromkeys((EVERYBODY, (flow[0], ""), flow))
    ]  # fmt: skip
    kept = insert_unless_there(tx, turns)
    given = {"spent_s": kept.excluded.spent_s, "clock_s": kept.excluded.clock_s}
    tx.execute(kept.on_conflict_do_update(index_elements=["key_id", "branch_id"], set_=given), rows_now)
    return heads[flow]


def read_turns(tx: Connection, key_ids: Iterable[str]) -> Turns:
    """Return the turns that some keys have had."""
    found = Turns()
    for row in tx.execute(select(turns).where(turns.c.key_id.in_([EVERYBODY[0], *sorted(key_ids)]))):
        flow = (row.key_id, row.branch_id)
        found.spent_s[flow], found.clock_s[flow] = row.spent_s, row.clock_s
    return found


def places(tx: Connection) -> dict[str, Place]:
    """Return where each job that waits stands, by its id.

    When it begins is an estimate: as many jobs at a time as are being solved now, each for as long as it asks.
    """
    rows = tx.execute(
        select(jobs.c.job_id, jobs.c.seq, jobs.c.key_id, jobs.c.branch_id, _left_s().label("left_s"),
               case((_is_urgent(), 1), else_=0).label("is_urgent")).where(jobs.c.status == Status.QUEUED)
    ).all()  # fmt: skip
    if not rows:
        return {}
    waiting = [
        Waiting(row.job_id, row.seq, (row.key_id, row.branch_id), row.left_s, bool(row.is_urgent)) for row in rows
    ]
    free_s = _ends_in_s(tx)
    found = {}
    for position, job in enumerate(in_order(waiting, read_turns(tx, {row.key_id for row in rows})), start=1):
        found[job.job_id] = Place(position, free_s[0] if free_s else None)
        if free_s:
            heapq.heapreplace(free_s, free_s[0] + job.asked_s)
    return found


def place_of(tx: Connection, job_id: str) -> Place | None:
    """Return where a job stands as it was a moment ago, `None` when it does not wait: who looks often is told cheaply.

    A long queue takes milliseconds to be put in order, and those who wait in it all ask.
    """
    kept = _recent.get(tx.engine)
    if kept is None or time.monotonic() >= kept[0] or job_id not in kept[1]:
        kept = _recent[tx.engine] = (time.monotonic() + RECENT_S, places(tx))
    return kept[1].get(job_id)


#: By database, until when places are told again, and the places.
_recent: WeakKeyDictionary[Engine, tuple[float, dict[str, Place]]] = WeakKeyDictionary()


def _ends_in_s(tx: Connection) -> list[float]:
    """Return in how many seconds each solve under way is expected to end, as a heap."""
    wanted = select(jobs.c.asked_s, jobs.c.elapsed_s, jobs.c.started_at, jobs.c.attempt)
    ends = []
    for row in tx.execute(wanted.where(jobs.c.status == Status.SOLVING)):
        done_s = row.elapsed_s
        if row.attempt == 1 and row.started_at:
            began = datetime.fromisoformat(row.started_at)
            done_s = max(done_s, (datetime.now(UTC) - began).total_seconds())
        ends.append(max(0.0, (UNKNOWN_S if row.asked_s is None else row.asked_s) - done_s))
    heapq.heapify(ends)
    return ends


def _left_s() -> ColumnElement[float]:
    """Return what a job still asks for, in seconds; at least one, so that no turn is free."""
    left = func.coalesce(jobs.c.asked_s, UNKNOWN_S) - func.coalesce(jobs.c.searched_s, 0.0)
    return case((left < 1.0, 1.0), else_=left)


def _is_urgent() -> ColumnElement[bool]:
    """Return whether a job goes before others: the morning's, and one that has only to be brought to its end."""
    return or_(jobs.c.stop_requested, jobs.c.options["stage"].as_string() == Stage.OPEN)
