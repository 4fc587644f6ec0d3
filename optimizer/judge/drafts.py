"""Routes before the judge times them: who drives where, who serves together, and the tours that follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from optimizer.domain.plan import BRANCH_STOP
from optimizer.judge.facts import NO_WAITS, Crew, Waits, choose_lead

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from optimizer.domain.plan import Route
    from optimizer.domain.problem import Problem
    from optimizer.judge.facts import Facts, Tour


@dataclass(frozen=True, slots=True)
class Draft:
    """A route without times.

    Parameters
    ----------
    branch_before
        The index of the visit before which the technician stops at the branch.
    leads
        Visit id to the lead that the route states.
    waits
        When the route is said to leave the branch, and to stop there on the way.
    """

    technician_id: str
    day: int
    visit_ids: tuple[str, ...]
    branch_before: int | None = None
    leads: Mapping[str, str] = field(default_factory=dict)
    waits: Waits = NO_WAITS

    def known(self, problem: Problem) -> list[str]:
        """Return the visits that are in the problem."""
        return [visit_id for visit_id in self.visit_ids if visit_id in problem.visit_by_id]

    def branch_at(self, problem: Problem) -> int | None:
        """Return the index of the known visit before which the technician stops at the branch."""
        if self.branch_before is None:
            return None
        before = self.visit_ids[: max(0, self.branch_before)]
        return sum(visit_id in problem.visit_by_id for visit_id in before)


def draft_of(problem: Problem, key: str | tuple[str, int], sequence: Sequence[str]) -> Draft:
    """Return a route of the neutral form: technician, and perhaps day, and visits with stops at the branch."""
    technician_id, day = (key, 0) if isinstance(key, str) else key
    visit_ids, before = list(sequence), None
    if BRANCH_STOP in visit_ids and BRANCH_STOP not in problem.visit_by_id:
        before = visit_ids.index(BRANCH_STOP)
        del visit_ids[before]
    return Draft(technician_id, day, tuple(visit_ids), before)


def stated_draft(route: Route) -> Draft:
    """Return a plan's route without its times, but for those at which it leaves the branch."""
    stop = route.branch_stop
    before = None if stop is None else stop.before
    waits = Waits(route.depart_s) if stop is None else Waits(route.depart_s, stop.start_s)
    leads = {stop.visit_id: stop.lead for stop in route.stops if stop.lead}
    return Draft(route.technician_id, route.day, route.visit_ids, before, leads, waits)


def tours_of(facts: Facts, drafts: Sequence[Draft]) -> dict[int, Tour]:
    """Return the tours, by number of their draft, of those that have a known technician, a shift and a known visit."""
    problem = facts.problem
    real = {
        number: draft
        for number, draft in enumerate(drafts)
        if (draft.technician_id, draft.day) in facts.shifts and draft.known(problem)
    }
    crews = _crews(facts, real.values())
    return {
        number: facts.tour(
            facts.shifts[draft.technician_id, draft.day],
            [problem.visit_by_id[visit_id] for visit_id in draft.known(problem)],
            branch_at=draft.branch_at(problem),
            crews=crews.get(draft.day),
            waits=draft.waits,
        )
        for number, draft in real.items()
    }


def _crews(facts: Facts, drafts: Iterable[Draft]) -> dict[int, dict[str, Crew]]:
    """Return who serves the visits of several people on each day; a stated lead leads when he is one of them."""
    problem = facts.problem
    members: dict[tuple[int, str], dict[str, str]] = {}
    for draft in drafts:
        for visit_id in draft.known(problem):
            if visit_id in facts.linked and problem.crew_size_of(problem.visit_by_id[visit_id]) > 1:
                stated = members.setdefault((draft.day, visit_id), {})
                stated[draft.technician_id] = draft.leads.get(visit_id, "")
    crews: dict[int, dict[str, Crew]] = {}
    for (day, visit_id), stated in members.items():
        people = sorted(stated)
        lead = next((stated[who] for who in people if stated[who] in stated), "")
        if not lead:
            lead = choose_lead(problem, problem.visit_by_id[visit_id], people, problem.date_of(day))
        crews.setdefault(day, {})[visit_id] = Crew(tuple(people), lead)
    return crews
