"""Comparing scenarios with their base: the same seeds for all, every plan judged, and an end as soon as it is clear.

Each solve is made twice of equal work: afresh, and from the base's plan of that seed; the base itself likewise. Then
plans change sides, as routes timed anew and judged: what a scenario's search found is a plan of the base where it is
valid there, and the base's best is one of every scenario where it is valid in that. So a scenario in which all plans of
the base are valid and cost no more is never dearer, and one whose plans are all valid in the base is never cheaper,
whatever a search missed. Nobody says beforehand which scenario is of which kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.plan import BRANCH_STOP
from optimizer.errors import ScenarioError
from optimizer.judge.verdict import time_routes
from optimizer.running.first_routes import routes_of
from optimizer.whatif.certainty import ERROR, looks
from optimizer.whatif.comparison import Compared, Comparison, Pair
from optimizer.whatif.measures import measured
from optimizer.whatif.runs import Stopped, Task
from optimizer.whatif.variant import priced_under

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.domain.plan import Plan
    from optimizer.whatif.case import Case
    from optimizer.whatif.runs import Runs
    from optimizer.whatif.scenario import Scenario

#: The name of the base among the tasks.
BASE = ""
#: Solves of a case for each seed: afresh, and from the base's plan.
SOLVES = 2


class Comparing:
    """A comparison in the making.

    Parameters
    ----------
    base
        The facts that every scenario differs from, with its due days.
    scenarios
        By name, in order.
    runs
        Where plans come from.
    """

    def __init__(self, base: Case, scenarios: Sequence[Scenario], runs: Runs) -> None:
        names = [scenario.name for scenario in scenarios]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ScenarioError("Two scenarios are called {name}.", name=doubled[0])
        self.base, self.runs = base.with_due_days(), runs
        self.cases = {scenario.name: scenario.on(base).with_due_days() for scenario in scenarios}
        self.equal = {name for name, case in self.cases.items() if case.has_facts_of(self.base)}
        self.impossible: set[str] = set()
        #: Plans by scenario and seed, each the better one of its two solves.
        self.own: dict[str, dict[int, Plan]] = {name: {} for name in (BASE, *self.cases)}
        # By case and identity of the plan, which is held with what is known of it so that no other one gets that.
        self._judged: dict[tuple[str, int], tuple[Plan, Plan | None]] = {}
        self._measured: dict[tuple[str, int], tuple[Plan, dict[str, float]]] = {}

    def compare(self, seeds: int, *, early: bool) -> Comparison:
        """Return what is known after so many seeds, or sooner where it is clear.

        Parameters
        ----------
        early
            Whether a scenario is left alone as soon as its cost is told from the base's.
        """
        steps = looks(seeds) if early else [seeds]
        error = ERROR / len(steps)
        undecided = [name for name in self.cases if name not in self.equal]
        self.runs.total = SOLVES * seeds * (1 + len(undecided))
        known, is_complete = 0, True
        try:
            for step in steps:
                self._solve(range(known, step), undecided)
                known = step
                if step == steps[-1]:
                    break
                decided = {one.name for one in self._compared(undecided, error) if one.verdict().is_decided}
                undecided = [name for name in undecided if name not in decided]
                self.runs.count_out(SOLVES * (seeds - step) * (len(decided) + (0 if undecided else 1)))
                if not undecided:
                    break
        except Stopped:
            is_complete = False
        found = tuple(self._compared(self.cases, error))
        runs = self.runs
        return Comparison(self.base, found, runs.moves, runs.fresh, runs.done - runs.fresh, runs.search_s, is_complete)

    # --- solving --------------------------------------------------------------------------------------------------

    def _solve(self, seeds: Iterable[int], names: Sequence[str]) -> None:
        """Make the plans of some seeds, one seed after another where it is stopped, and take each that is whole."""
        seeds = list(seeds)
        cases = {BASE: self.base} | {name: self.cases[name] for name in names if name not in self.impossible}
        afresh = self.runs.plans(Task(name, case, seed) for seed in seeds for name, case in cases.items())
        if None in [afresh[BASE, seed] for seed in seeds]:
            raise ScenarioError("Nothing keeps what is locked in the branch as it is; `paigong plan` names the locks.")
        self.impossible |= {name for (name, _), plan in afresh.items() if plan is None}
        self.runs.count_out(len(seeds) * len(self.impossible & cases.keys()))
        possible = {name: case for name, case in cases.items() if name not in self.impossible}
        warm = self.runs.plans(
            Task(name, case, seed, afresh[BASE, seed]) for seed in seeds for name, case in possible.items()
        )
        for (name, seed), plan in warm.items():
            both = [one for one in (afresh[name, seed], plan) if one is not None]
            self.own[name][seed] = min(both, key=lambda one: one.cost_cents)

    # --- judging --------------------------------------------------------------------------------------------------

    def _compared(self, names: Iterable[str], error: float) -> list[Compared]:
        """Return what is known of some scenarios; plans have changed sides."""
        best = {seed: self._best_base(seed) for seed in self.own[BASE]}
        return [self._one(name, best, error) for name in names]

    def _one(self, name: str, best: dict[int, Plan], error: float) -> Compared:
        case, pairs = self.cases[name], []
        plans = self.own[name] if name not in self.equal else best
        for seed in sorted(plans.keys() & best.keys()):
            base, own = best[seed], plans[seed]
            plan = base if name in self.equal else _cheaper(own, self._under(name, case, base))
            pairs.append(Pair(seed, base, plan, self._figures(BASE, self.base, base), self._figures(name, case, plan)))
        is_impossible = name in self.impossible
        return Compared(name, case, () if is_impossible else tuple(pairs), name in self.equal, is_impossible, error)

    def _best_base(self, seed: int) -> Plan:
        """Return the base's best plan of a seed, whoever found it."""
        plan = self.own[BASE][seed]
        for name in self.cases:
            if seed in self.own[name]:
                plan = _cheaper(plan, self._under(BASE, self.base, self.own[name][seed]))
        return plan

    def _under(self, name: str, case: Case, plan: Plan) -> Plan | None:
        key = (name, id(plan))
        if key not in self._judged:
            self._judged[key] = plan, plan_under(case, plan)
        return self._judged[key][1]

    def _figures(self, name: str, case: Case, plan: Plan) -> dict[str, float]:
        key = (name, id(plan))
        if key not in self._measured:
            self._measured[key] = plan, measured(case, plan)
        return self._measured[key][1]


def _cheaper(plan: Plan, other: Plan | None) -> Plan:
    return plan if other is None or other.cost_cents >= plan.cost_cents else other


def plan_under(case: Case, plan: Plan) -> Plan | None:
    """Return a plan of other facts, timed and priced under those of a case; `None` where it breaks any rule."""
    problem, matrix = case.problem, case.matrix
    working = {(shift.technician_id, shift.day) for shift in problem.shifts}
    routes = {}
    for who, visits in routes_of(plan).items():
        known = tuple(visit for visit in visits if visit in problem.visit_by_id or visit == BRANCH_STOP)
        if who in working and known:
            routes[who] = known
    return priced_under(problem, matrix, time_routes(problem, matrix, routes))
