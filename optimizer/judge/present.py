"""The judge's word on a changed plan: what each hard rule of its list finds broken that is not broken now.

No rule is named here. Whatever is added to the judge's list is asked, and keeps a visit out with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.plan import Plan
from optimizer.judge.judged import JudgedDay, JudgedPlan
from optimizer.judge.stated import untold_route_of
from optimizer.judge.stock import drawn_parts
from optimizer.judge.verdict import check_hard_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.domain.rules import Violation
    from optimizer.judge.facts import Facts
    from optimizer.judge.timing import TimedTour

    #: A technician's day: id and day index.
    Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class PresentPlan:
    """The present plan as the judge looks at it, and what is broken in it already."""

    facts: Facts
    days: Mapping[Key, JudgedDay]
    broken: frozenset[Violation]

    def newly_broken(self, changed: Mapping[Key, TimedTour]) -> Violation | None:
        """Return the first hard rule that is broken with some days changed and is not broken now."""
        return next(self.all_newly_broken(changed), None)

    def all_newly_broken(self, changed: Mapping[Key, TimedTour]) -> Iterator[Violation]:
        """Yield every hard rule that is broken with some days changed and is not broken now."""
        # Own parts go to a technician's visits in order: a changed day changes what the others draw.
        people = {who for who, _ in changed if self.facts.problem.technician_by_id[who].own_parts}
        theirs = {key: day.timed for key, day in self.days.items() if key[0] in people}
        new = stated_days(self.facts, {**theirs, **changed})
        found = _broken(self.facts, {**self.days, **new}, tuple(new.values()))
        yield from (one for one in found if one not in self.broken)


def judge_present(facts: Facts, timed: Mapping[Key, TimedTour]) -> PresentPlan:
    """Judge the present plan, timed again."""
    days = stated_days(facts, timed)
    return PresentPlan(facts, days, frozenset(_broken(facts, days)))


def stated_days(facts: Facts, timed: Mapping[Key, TimedTour]) -> dict[Key, JudgedDay]:
    """Return timed days together with the routes that state them, as far as hard rules look at these."""
    found = {}
    parts = drawn_parts([one.tour for one in timed.values()])
    for (key, one), drawn in zip(timed.items(), parts, strict=True):
        route = untold_route_of(facts, one, drawn)
        found[key] = JudgedDay(route, route.stops, one, drawn)
    return found


def _broken(facts: Facts, days: Mapping[Key, JudgedDay], changed: Sequence[JudgedDay] | None = None) -> list[Violation]:
    planned: dict[str, tuple[Key, ...]] = {}
    for key, day in days.items():
        for visit_id in day.route.visit_ids:
            planned[visit_id] = (*planned.get(visit_id, ()), key)
    plan = Plan(tuple(day.route for day in days.values()), ())
    return check_hard_rules(JudgedPlan(facts, plan, tuple(days.values()), planned), changed)[0]
