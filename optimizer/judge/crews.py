"""The judge's rules of visits that look at several routes: crews that meet, and visits in a sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule, Violation
from optimizer.judge.facts import gaps_in
from optimizer.judge.hard_rules import gap_text, span_text
from optimizer.judge.timing import moment_s

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.domain.order import Predecessor
    from optimizer.domain.plan import Stop
    from optimizer.judge.judged import JudgedPlan
    from optimizer.judge.timing import TimedStop


def crew(judged: JudgedPlan) -> Iterator[Violation]:
    """Find crews of a wrong number, on two days, without a lead who is able to, or that cannot meet."""
    yield from _wrong_sizes(judged)
    starts: dict[tuple[str, int], list[int]] = {}
    for day in judged.days:
        who, on = day.technician.technician_id, judged.problem.date_of(day.route.day)
        for service, visit, stop in day.services:
            if service.crew is None:
                continue
            starts.setdefault((visit.visit_id, day.route.day), []).append(stop.start_s)
            for gap in gaps_in(day.technician, service.needs, on) if service.pays else ():
                message = f"Nobody able leads the crew of {visit.visit_id}. {gap_text(gap, who, visit, on)}"
                yield Violation(Rule.CREW, gap.levels, "levels", message, who, visit.visit_id)
    for (visit_id, _), moments in sorted(starts.items()):
        apart_s = max(moments) - min(moments)
        if apart_s:
            message = f"The crew of visit {visit_id} cannot meet: its members start {span_text(apart_s)} apart."
            yield Violation(Rule.CREW, apart_s, "s", message, "", visit_id)


def _wrong_sizes(judged: JudgedPlan) -> Iterator[Violation]:
    for visit in judged.problem.visits:
        if visit.visit_id not in judged.facts.linked:
            continue
        size, services = judged.problem.crew_size_of(visit), judged.planned.get(visit.visit_id, ())
        if size == 1 or not services:
            continue
        by_day: dict[int, set[str]] = {}
        for technician_id, day in services:
            by_day.setdefault(day, set()).add(technician_id)
        main = max(sorted(by_day), key=lambda day: len(by_day[day]))
        if len(by_day[main]) != size:
            message = f"Visit {visit.visit_id} needs {size} people and has {len(by_day[main])}."
            off = abs(len(by_day[main]) - size)
            yield Violation(Rule.CREW, off, "technicians", message, "", visit.visit_id)
        elsewhere = sum(len(people) for day, people in by_day.items() if day != main)
        if elsewhere:
            message = f"The crew of visit {visit.visit_id} is not there on one day."
            yield Violation(Rule.CREW, elsewhere, "technicians", message, "", visit.visit_id)


def precedence(judged: JudgedPlan) -> Iterator[Violation]:
    """Find visits whose earlier one is not served, or that come too soon or too late after it, or by other people.

    Times are the judge's own; where these keep the gap, the stated ones have to keep it, too.
    """
    served: dict[str, TimedStop] = {}
    for day in judged.days:
        for _, visit, stop in day.services:
            if visit.visit_id in judged.facts.linked:
                served.setdefault(visit.visit_id, stop)
    stated = _stated_stops(judged)
    for visit in judged.problem.visits:
        if visit.after and visit.visit_id in judged.planned:
            for earlier in visit.after:
                found = list(_in_sequence(judged, visit.visit_id, earlier, served))
                yield from found
                if not found:
                    yield from _out_of_gap(visit.visit_id, earlier, stated)


def misses_its_gap(judged: JudgedPlan, visit_id: str) -> bool:
    """Return whether a stated start does not keep the gap to a visit before it: the rule `precedence` names it."""
    stated, after = _stated_stops(judged), judged.problem.visit_by_id[visit_id].after
    return any(True for earlier in after for _ in _out_of_gap(visit_id, earlier, stated))


def _stated_stops(judged: JudgedPlan) -> dict[str, Stop]:
    """Return what the plan states of each visit that others follow or that follows others."""
    stated: dict[str, Stop] = {}
    for day in judged.days:
        for stop in day.stops:
            if stop.visit_id in judged.facts.linked:
                stated.setdefault(stop.visit_id, stop)
    return stated


def _out_of_gap(visit_id: str, earlier: Predecessor, stated: Mapping[str, Stop]) -> Iterator[Violation]:
    """Find a stated start that comes too soon or too late after the stated end, or start, of an earlier visit."""
    then, first = stated.get(visit_id), stated.get(earlier.visit_id)
    if then is None or first is None:
        return
    gap_s = then.start_s - moment_s(first, earlier)
    most_s = gap_s if earlier.max_gap_s is None else earlier.max_gap_s
    for off_s, how in ((earlier.min_gap_s - gap_s, "soon"), (gap_s - most_s, "late")):
        if off_s > 0:
            message = f"Visit {visit_id} is stated {span_text(off_s)} too {how} after visit {earlier.visit_id}."
            yield Violation(Rule.PRECEDENCE, off_s, "s", message, "", visit_id)


def _in_sequence(
    judged: JudgedPlan, visit_id: str, earlier: Predecessor, served: Mapping[str, TimedStop]
) -> Iterator[Violation]:
    first = earlier.visit_id
    if first not in judged.planned:
        message = f"Visit {visit_id} comes after visit {first}, which is not planned."
        yield Violation(Rule.PRECEDENCE, 1, "visits", message, "", visit_id)
        return
    if visit_id in served and first in served:
        start_s, moment = served[visit_id].start_s, moment_s(served[first], earlier)
        early_s = moment + earlier.min_gap_s - start_s
        if early_s > 0:
            message = f"Visit {visit_id} starts {span_text(early_s)} too soon after visit {first}."
            yield Violation(Rule.PRECEDENCE, early_s, "s", message, "", visit_id)
        late_s = 0 if earlier.max_gap_s is None else start_s - moment - earlier.max_gap_s
        if late_s > 0:
            message = f"Visit {visit_id} starts {span_text(late_s)} too late after visit {first}."
            yield Violation(Rule.PRECEDENCE, late_s, "s", message, "", visit_id)
    here, there = judged.people(visit_id), judged.people(first)
    if earlier.same_people and here != there:
        message = f"Visit {visit_id} is for the people of visit {first}: {', '.join(sorted(there))}."
        others = max(len(here - there), len(there - here))
        yield Violation(Rule.PRECEDENCE, others, "technicians", message, "", visit_id)
