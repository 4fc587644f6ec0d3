"""What the master adds to a route's own cents is what the judge finds for the whole plan."""

from __future__ import annotations

import pytest

from optimizer.domain.policy import Fairness
from optimizer.domain.technician import Employment, WorkLedger
from optimizer.engine.indexing import build_arrays
from optimizer.engine.master.objective import load_cents
from optimizer.engine.search import state
from optimizer.judge.costs import fairness_cents
from tests.worlds import job, person, world


@pytest.mark.parametrize("works_s", [(0, 0, 0, 0), (3_000, 4_200, 9_000, 0), (0, 20_001, 1, 33_333)])
def test_loads_of_several_days_cost_what_the_judge_says(works_s: tuple[int, ...]) -> None:
    """Ann has a heavy past and two days, Ben one and a light past; Cid is a contractor."""
    people = [
        person("Ann", days=(0, 1), ledger=WorkLedger(50_000, 40_000, 3), contracted_s=5_001),
        person("Ben", days=(1,), ledger=WorkLedger(1_000, 40_000, 7)),
        person("Cid", days=(0,), employment=Employment.CONTRACTOR),
    ]
    made = world([job("A", place=10, days=(0, 1))], people, days=2).with_policy(fairness=Fairness.LOAD)
    indexed = build_arrays(made.problem, made.matrix)
    work_s = {(s.technician_id, s.day): one for s, one in zip(indexed.shifts, works_s, strict=True)}
    loads = list(enumerate(works_s))
    judged = fairness_cents(made.problem, work_s)
    assert sum(load_cents(indexed.arrays, shift, one) for shift, one in loads) == judged
    assert sum(int(state.load_cents(indexed.arrays, shift, one)) for shift, one in loads) == judged
