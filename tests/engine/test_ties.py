"""Of two orders of a route that cost the same: emergencies first, then everybody early; what is bound stays."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.domain.order import GapFrom, Predecessor, Urgency
from optimizer.domain.problem import Lock, LockLevel
from optimizer.engine.indexing import build_arrays
from optimizer.engine.ties import assemble_settled, settle
from tests.worlds import Job, World, clock, job, person, world

NO_STARTS = np.zeros(0, np.int64)


def settled(made: World, *order: str) -> list[str]:
    """Return in which order Ann's visits are served that were found in another one."""
    indexed = build_arrays(made.problem, made.matrix)
    ids = [visit.visit_id for visit in indexed.visits]
    (route,) = settle(made.problem, indexed, (tuple(map(ids.index, order)),), NO_STARTS)
    return [ids[v] for v in route]


def ann(*jobs: Job) -> World:
    return world(list(jobs), [person("Ann")])


def test_who_has_all_day_is_not_kept_waiting_by_who_has_a_window() -> None:
    made = ann(job("A", place=10, requested="08:00-17:00"), job("B", place=10, requested="15:00-15:30"))
    assert settled(made, "B", "A") == ["A", "B"]
    indexed = build_arrays(made.problem, made.matrix)
    plan = assemble_settled(made.problem, indexed, ((1, 0),), NO_STARTS)
    assert [stop.start_s for stop in plan.routes[0].stops] == [clock("08:10"), clock("15:00")]
    assert plan.costs == made.plan({"Ann": ["B", "A"]}).costs


def test_an_emergency_goes_before_shorter_work() -> None:
    made = ann(job("A", place=10, minutes=10), job("E", place=10, minutes=60, urgency=Urgency.EMERGENCY))
    assert settled(made, "A", "E") == ["E", "A"]


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(ann(job("A", place=10), job("B", place=20)).with_leg("A", "B", 60), id="the way is longer"),
        pytest.param(
            ann(job("A", place=10, requested="08:00-17:00"), job("B", place=20, requested="08:00-08:20")), id="late"
        ),
        pytest.param(
            ann(job("A", place=10), job("B", place=20)).but(locks=(Lock("B", LockLevel.PREFIX, "Ann"),)), id="begun"
        ),
        pytest.param(
            ann(job("A", place=10, after=(Predecessor("B", GapFrom.END),)), job("B", place=20)), id="one after another"
        ),
    ],
)
def test_what_costs_more_or_is_bound_stays(made: World) -> None:
    assert settled(made, "B", "A") == ["B", "A"]
