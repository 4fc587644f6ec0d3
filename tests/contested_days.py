"""Small days on which more is asked than anybody can do: visits stay out over a part, a tool, a crew, a lock or time.

Every visit could be served by somebody alone, but for a few that nobody can serve; what is contested is drawn by kind.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

from optimizer.domain.order import PartNeed, Predecessor, ToolNeed
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.stock import Arrival, Loan, Part, Tool
from optimizer.domain.units import MINUTE_S
from tests.worlds import MONDAY, Job, World, clock, job, person, world

if TYPE_CHECKING:
    from collections.abc import Callable

#: What visits contend for.
KINDS = ("time", "stock", "tools", "crews", "links", "locks", "loans")


def contested_day(seed: int, *, most_visits: int = 4) -> tuple[str, World]:
    """Return what is contested on the day of a seed, and the day; its locks can be kept."""
    rng, kind = Random(f"contested {seed}"), KINDS[seed % len(KINDS)]
    jobs = [_job(rng, f"V{number}") for number in range(1, rng.randint(3, most_visits) + 1)]
    people = [
        person(name, hours=f"08:00-{rng.choice(('10:00', '11:00', '12:00'))}", skills={"gas": rng.randint(1, 3)})
        for name in ("Ann", "Ben")[: rng.choice((1, 2, 2))]
    ]
    made = world(jobs, people)
    return kind, _CONTESTED[kind](rng, made)


def _job(rng: Random, visit_id: str) -> Job:
    opens = rng.choice(("08:00", "08:00", "09:00", "09:30"))
    closes = rng.choice(("09:30", "10:00", "12:00", "12:00"))
    made = job(
        visit_id,
        place=rng.randrange(5, 45, 5),
        minutes=rng.choice((30, 40, 60, 90)),
        requested=f"{opens}-{closes}",
        priority=rng.randint(1, 5),
        skills={"gas": 1} if rng.random() < 0.5 else None,
    )
    return made.but(prohibited=frozenset({"Ben"})) if rng.random() < 0.2 else made


def _some(rng: Random, made: World, share: float, **facts: Any) -> World:
    """Return the world with other facts of some of its visits, two at least."""
    ids = [visit.visit_id for visit in made.problem.visits]
    rng.shuffle(ids)
    for visit_id in ids[: max(2, round(share * len(ids)))]:
        made = made.with_job(visit_id, **facts)
    return made


def _contest_time(rng: Random, made: World) -> World:
    return made.with_shift("Ann", max_visits=rng.choice((None, 1, 2)), overtime_limit_s=rng.choice((0, 1800)))


def _contest_stock(rng: Random, made: World) -> World:
    wanted = _some(rng, made, 0.8, parts=(PartNeed("P", 1),))
    arrives = (Arrival("P", 1, MONDAY, clock("09:00")),) if rng.random() < 0.3 else ()
    return wanted.but(parts=(Part("P", "fan", rng.choice((1, 1, 2))),), arrivals=arrives)


def _contest_tools(rng: Random, made: World) -> World:
    return _some(rng, made, 0.8, tools=(ToolNeed("L"),)).but(tools=(Tool("L", "ladder", 1),))


def _contest_crews(rng: Random, made: World) -> World:
    return _some(rng, made, 0.3, crew_size=2)


def _contest_links(rng: Random, made: World) -> World:
    first, then = rng.sample([visit.visit_id for visit in made.problem.visits], 2)
    gap_s = rng.choice((None, 10 * MINUTE_S, 60 * MINUTE_S))
    return made.with_job(then, after=(Predecessor(first, max_gap_s=gap_s),))


def _contest_locks(rng: Random, made: World) -> World:
    """Lock visits that somebody can serve, one after another, as long as all of them can be kept."""
    visits = [visit.visit_id for visit in made.problem.visits]
    rng.shuffle(visits)
    route: list[str] = []
    for visit_id in visits[: rng.randint(1, 2)]:
        if made.judge({"Ann": [*route, visit_id]}).is_clean:
            route.append(visit_id)
    starts = {stop.visit_id: stop.start_s for r in made.plan({"Ann": route}).routes for stop in r.stops}
    levels = [rng.choice((LockLevel.DAY, LockLevel.START, LockLevel.PERSON)) for _ in route]
    locks = tuple(
        Lock(visit_id, level, "Ann", start_s=starts[visit_id] if level is LockLevel.START else 0)
        for visit_id, level in zip(route, levels, strict=True)
    )
    return made.but(locks=locks)


def _contest_loans(rng: Random, made: World) -> World:
    wanted = _some(rng, made, 0.6, parts=(PartNeed("P", 1),))
    owed = (Loan("L", "Ann", "F", 1, date(2026, 11, 19)),)
    return wanted.but(parts=(Part("P", "fan", 2), Part("F", "pump", 0)), loans=owed)


_CONTESTED: dict[str, Callable[[Random, World], World]] = {
    "time": _contest_time,
    "stock": _contest_stock,
    "tools": _contest_tools,
    "crews": _contest_crews,
    "links": _contest_links,
    "locks": _contest_locks,
    "loans": _contest_loans,
}
