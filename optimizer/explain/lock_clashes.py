"""Which locks cannot be kept together, and with what they clash: the fewest that do, with the amounts.

Asked when there is no plan because of locks. The judge is shown the locked visits alone: one by one, then all of a
technician in every order, then those of several technicians that need the same part or tool. What clashes is made
smaller as long as it still does. Visits of several people are left to the judge's own words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.plan import BRANCH_STOP
from optimizer.domain.policy import BrokenLocks
from optimizer.domain.problem import LockLevel, end_key, start_key
from optimizer.domain.rules import Rule, Violation
from optimizer.errors import Clash
from optimizer.explain.sentences import AT_THE_DOOR, PROPOSAL, proposal_values, technician_words
from optimizer.judge.drafts import stated_draft
from optimizer.judge.facts import Facts, skill_gaps
from optimizer.judge.hard_rules import past_due_loan
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.text.catalogue import LANGUAGES, translator
from optimizer.text.durations import span_text
from optimizer.text.regional import clock_text, date_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Plan, Route
    from optimizer.domain.problem import Lock, Problem
    from optimizer.domain.region import Region
    from optimizer.domain.technician import Shift
    from optimizer.judge.facts import Tour
    from optimizer.text.catalogue import Translate
    from optimizer.travel.matrix import TravelMatrix

    #: Visits in driving order by technician and day.
    Routes = dict[tuple[str, int], tuple[str, ...]]

#: So many plans the judge is shown for one set of locks; what is not found to clash by then is taken to be possible.
MOST_TRIES = 400

#: What clashes, by the rule that is broken and the unit of the amount, else by the rule.
CLASHES: dict[tuple[Rule, str], str] = {
    (
        Rule.SKILL,
        "levels",
    ): "{visits}: locked to {technician}, who lacks a skill for it: {skill}, {amount} level(s) missing.",
    (Rule.ALLOWED, ""): "{visits}: locked to {technician}, who may not serve it (required, refused, or another area).",
    (Rule.TRAVEL_LIMIT, ""): "{visits}: locked to {technician}, but there is no way from {origin} to {destination}.",
    (Rule.TRAVEL_LIMIT, "visits"): "{visits}: locked to {technician}, who may have {amount} visit(s) fewer that day.",
    (Rule.TRAVEL_LIMIT, "s"): "{visits}: locked to {technician}, who would travel or be out {span} more than allowed.",
    (Rule.WINDOW, "s"): (
        "{visits}: locked to {technician}, who comes to {visit} at {start} ({before}); its window closes at {close}: "
        "{span} too late."
    ),
    (Rule.LOCK, "s"): (
        "{visits}: locked to {technician}, who comes to {visit} at {start} ({before}); its lock allows {close} at the "
        "latest: {span} too late."
    ),
    (
        Rule.SHIFT,
        "s",
    ): "{visits}: locked to {technician}, who would be back at {back}, {span} after the latest allowed.",
    (Rule.REST, "s"): (
        "{visits}: locked to {technician}, who would be back at {back}, {span} too late to rest before the next shift."
    ),
    (Rule.LOAN, "parts"): (
        "{visits}: locked to {technician}, who has not returned part {part} (loan {loan}, due {due}) and takes no new "
        "part."
    ),
    (Rule.STOCK, "parts"): "{visits}: locked, but of part {part} {amount} are missing.",
    (Rule.TOOL, "tools"): "{visits}: locked, but {amount} of a tool that they need are missing.",
}
#: What clashes when no rule has words of its own, when the day is too short, and when there is no shift.
BY_RULE = "{visits}: locked to {technician}, which breaks this rule by {amount}: {rule}"
TOO_LONG = (
    "{visits}: locked to {technician}, {work} of service and at least {road} on the road in a day of {day}: {span} too "
    "much."
)
TOO_MANY = "At most {most} of these {count} fit: give {over} to somebody else, or take their locks off."
NO_SHIFT = (
    "{visits}: locked to {technician}, who has no shift on the days that the lock allows: give it to somebody else."
)
#: The clash of the clock where it is no lock of the sheet that closes, but what the customer was told.
TOLD = (
    "{visits}: locked to {technician}, who comes to {visit} at {start} ({before}); its customer was told {close} at "
    "the latest: {span} too late."
)
#: What the constraint model has proven: of several visits, of one, and the minutes that would do.
CORE = "{visits}: every plan has to keep them, and none can keep all; without the lock of any one there is a plan."
CORE_OF_ONE = "{visits}: every plan has to serve it, and none can."
CORE_MISSES = "With starts and returns {span} later it would be possible."
#: Where somebody comes from, in a clash of the clock.
FROM_START = "leaving at {leave}, {way} on the way"
FROM_REST = "resting until {leave}, {way} on the way"
FROM_VISIT = "{earlier} ends at {leave}, {way} on the way"
#: The clashes that say when somebody comes, and from where.
BY_CLOCK = (CLASHES[Rule.WINDOW, "s"], CLASHES[Rule.LOCK, "s"], TOLD)
#: Values of a sentence that are seconds, to be shown as hours and minutes.
SPANS = ("span", "way", "door", "work", "road", "day")
#: Rules that say of visits which a trial leaves out that they are not planned.
OF_ABSENT = (Rule.LOCK, Rule.PRECEDENCE)


class _Try(NamedTuple):
    """A way to serve some locked visits, and what it breaks."""

    problem: Problem
    plan: Plan
    violations: tuple[Violation, ...]

    @property
    def badness(self) -> tuple[int, int]:
        """Sort key: what is missed by seconds alone comes nearest, then by how many."""
        others = sum(violation.unit != "s" for violation in self.violations)
        return others, sum(violation.amount for violation in self.violations)


def find_lock_clashes(problem: Problem, matrix: TravelMatrix) -> tuple[Clash, ...]:
    """Return what clashes with the locks of a problem; empty where the locks alone explain nothing."""
    return tuple(_Finder(problem, matrix).clashes())


def proven_clash(problem: Problem, visit_ids: Sequence[str], missing_s: int | None) -> Clash:
    """Return in words that visits cannot be served together, as the constraint model has proven.

    Parameters
    ----------
    visit_ids
        The fewest: without the lock of any one of them there is a plan.
    missing_s
        By how much later starts and returns would have to be allowed; `None` where no time helps.
    """
    core = CORE if len(visit_ids) > 1 else CORE_OF_ONE
    amount, unit = (1, "visits") if missing_s is None else (missing_s, "s")
    message = f"{', '.join(sorted(visit_ids))}: no plan can serve all of them."
    violation = Violation(Rule.LOCK, amount, unit, message, "", min(visit_ids))
    text = {}
    for lang in LANGUAGES:
        say = translator(lang)
        text[lang] = say(core, visits=", ".join(_with_lock(problem, visit_id, say) for visit_id in sorted(visit_ids)))
        if missing_s is not None:
            text[lang] += " " * (lang == "en") + say(CORE_MISSES, span=span_text(missing_s, say))
    return Clash(tuple(sorted(visit_ids)), violation, text)


def _with_lock(problem: Problem, visit_id: str, say: Translate) -> str:
    """Return a visit with whom it is locked to, and when."""
    held = [lock for lock in problem.locks if lock.visit_id == visit_id]
    words = dict.fromkeys(lock.technician_id for lock in held)
    starts = [lock.start_s for lock in held if lock.level is LockLevel.START]
    clocks = [clock_text(problem.local_time(start_s), problem.branch.region, say) for start_s in starts[:1]]
    return f"{visit_id} ({' '.join([*words, *clocks])})" if held else visit_id


def helps_to_keep(problem: Problem, matrix: TravelMatrix) -> bool:
    """Return whether nothing clashes any more where broken locks are kept and listed."""
    if problem.policy.broken_locks is BrokenLocks.KEEP:
        return False
    kept = replace(problem, policy=replace(problem.policy, broken_locks=BrokenLocks.KEEP))
    return not find_lock_clashes(kept, matrix)


@dataclass
class _Finder:
    problem: Problem
    matrix: TravelMatrix

    def __post_init__(self) -> None:
        self.locks: dict[str, list[Lock]] = {}
        for lock in self.problem.locks:
            if self.problem.crew_size_of(self.problem.visit_by_id[lock.visit_id]) == 1:
                self.locks.setdefault(lock.visit_id, []).append(lock)
        self.facts = Facts(self.problem, self.matrix)

    def clashes(self) -> Iterator[Clash]:
        """Yield the clashes: of one lock alone, then of those of one technician, then of several."""
        found: set[str] = set()
        for visit_id in sorted(self.locks):
            clash = self._alone(visit_id)
            if clash is not None:
                found.add(visit_id)
                yield clash
        by_person: dict[str, list[str]] = {}
        for visit_id in sorted(self.locks.keys() - found):
            by_person.setdefault(self._person(visit_id), []).append(visit_id)
        for visit_ids in by_person.values():
            clash = self._together(visit_ids) if len(visit_ids) > 1 else None
            if clash is not None:
                found |= set(clash.visits)
                yield clash
        for pair in combinations(sorted(self.locks.keys() - found), 2):
            if self._shares(*pair) and self._person(pair[0]) != self._person(pair[1]):
                best = self._best(pair)
                if best is not None:
                    yield self._worded(pair, best)

    # --- what is tried ------------------------------------------------------------------------------------------

    def _alone(self, visit_id: str) -> Clash | None:
        shifts = self._shifts(visit_id)
        if not shifts:
            return self._said(NO_SHIFT, (visit_id,), _missing_shift(self.locks[visit_id][0]))
        best = self._best((visit_id,))
        if best is None:
            return None
        return self._too_long((visit_id,)) or self._worded((visit_id,), best)

    def _together(self, visit_ids: Sequence[str]) -> Clash | None:
        """Return what clashes among the locks of one technician."""
        too_long = self._too_long(visit_ids)
        if too_long is not None:
            return too_long
        best = self._best(visit_ids)
        if best is None:
            return None
        few = tuple(visit_ids)
        for visit_id in visit_ids:
            fewer = tuple(v for v in few if v != visit_id)
            still = self._best(fewer) if len(fewer) > 1 else None
            if still is not None:
                few, best = fewer, still
        return self._worded(few, best)

    def _best(self, visit_ids: Sequence[str]) -> _Try | None:
        """Return the way to serve visits that breaks least; `None` if one breaks nothing, or not all could be tried."""
        few, tries = _alone_with(self.problem, visit_ids), 0
        best: _Try | None = None
        partial: list[tuple[Routes, tuple[str, ...]]] = [({}, tuple(visit_ids))]
        while partial:
            routes, left = partial.pop()
            for visit_id in left:
                for longer in self._longer(routes, visit_id):
                    tries += 1
                    if tries > MOST_TRIES:
                        return None
                    tried = _judged(few, self.matrix, longer)
                    rest = tuple(v for v in left if v != visit_id)
                    if not rest and (best is None or tried.badness < best.badness):
                        best = tried
                    if not tried.violations and rest:
                        partial.append((longer, rest))
                    if not tried.violations and not rest:
                        return None
                    if tried.violations and rest and best is None:
                        # Nothing after it makes that good: it stands for all that begin so, until a whole one comes.
                        best = self._finished(few, longer, rest)
        return best

    def _finished(self, few: Problem, routes: Routes, rest: Sequence[str]) -> _Try:
        """Return a way that goes on with what is left, in its order."""
        for visit_id in rest:
            routes = next(self._longer(routes, visit_id))
        return _judged(few, self.matrix, routes)

    def _longer(self, routes: Routes, visit_id: str) -> Iterator[Routes]:
        """Yield the routes with one visit more at the end of a day that its lock allows, and after the branch."""
        visit = self.problem.visit_by_id[visit_id]
        for shift in self._shifts(visit_id):
            key = (shift.technician_id, shift.day)
            own = routes.get(key, ())
            yield {**routes, key: (*own, visit_id)}
            fetches = visit.parts and not self.problem.technician_by_id[shift.technician_id].starts_at_branch
            if (fetches or visit.loads) and BRANCH_STOP not in own:
                yield {**routes, key: (*own, BRANCH_STOP, visit_id)}

    def _shifts(self, visit_id: str) -> list[Shift]:
        """Return the shifts on which the locks of a visit let it be served."""
        allowed = [s for s in self.problem.shifts if s.technician_id == self._person(visit_id)]
        for lock in self.locks[visit_id]:
            if lock.level in (LockLevel.DAY, LockLevel.PREFIX):
                allowed = [shift for shift in allowed if shift.day == lock.day]
            if lock.level is LockLevel.START:
                day = self.problem.day_of_lock(lock)
                allowed = [shift for shift in allowed if shift.day == day] or allowed
        return sorted(allowed, key=lambda shift: shift.day)

    def _person(self, visit_id: str) -> str:
        return self.locks[visit_id][0].technician_id

    def _shares(self, one: str, other: str) -> bool:
        """Return whether two visits need the same part or tool."""
        needs = [self.problem.visit_by_id[visit_id] for visit_id in (one, other)]
        parts = [{need.part_id for need in visit.parts} for visit in needs]
        tools = [{need.tool_id for need in visit.tools} for visit in needs]
        return bool(parts[0] & parts[1] or tools[0] & tools[1])

    # --- in words -----------------------------------------------------------------------------------------------

    def _too_long(self, visit_ids: Sequence[str]) -> Clash | None:
        """Return that the service and the shortest ways of visits are longer than the one day that has them."""
        days = {(shift.technician_id, shift.day) for v in visit_ids for shift in self._shifts(v)}
        if len(days) != 1:
            return None
        [key] = days
        shift = self.facts.rostered[key]
        tour = self.facts.tour(shift, [self.problem.visit_by_id[v] for v in sorted(visit_ids)])
        spans = [place.duration_s for place in tour.places]
        ways = self._shortest_ways(tour, [visit.visit_id for visit in tour.visits])
        day_s = self.facts.latest_return_s(key, visit_ids) - tour.depart_s
        over_s = sum(spans) + sum(ways) - day_s
        if over_s <= 0:
            return None
        values = {"work": sum(spans), "road": sum(ways), "day": max(0, day_s), "span": over_s}
        violation = _violation(Rule.SHIFT, over_s, shift.technician_id, visit_ids)
        most = _most_that_fit(spans, ways, day_s)
        shortest_first = sorted(zip(spans, (visit.visit_id for visit in tour.visits), strict=True))
        over = ", ".join(sorted(visit_id for _, visit_id in shortest_first[most:]))
        more = (TOO_MANY, {"most": most, "count": len(visit_ids), "over": over}) if most else None
        return self._said(TOO_LONG, visit_ids, violation, values, more)

    def _shortest_ways(self, tour: Tour, visit_ids: Sequence[str]) -> list[int]:
        """Return the shortest way to each visit from the start or another of them, and the shortest one home."""
        start, end, profile = start_key(tour.technician), end_key(tour.technician), tour.shift.profile

        def shortest(pairs: Sequence[tuple[str, str]]) -> int:
            ways = [self.facts.travel_s(profile, *pair) for pair in pairs]
            return min((way_s for way_s in ways if way_s is not None), default=0)

        there = [shortest([(a, v) for a in (start, *visit_ids) if a != v]) for v in visit_ids]
        return [*there, shortest([(v, end) for v in visit_ids])]

    def _worded(self, visit_ids: Sequence[str], best: _Try) -> Clash:
        """Return what a way breaks first as a clash of these visits."""
        violation = best.violations[0]
        route = next((r for r in best.plan.routes if r.technician_id == violation.technician_id), best.plan.routes[0])
        sentence = CLASHES.get((violation.rule, violation.unit), BY_RULE)
        excess_s, more = self._past_told_s(violation, route), None
        if excess_s is not None:
            sentence, more = TOLD, self._exception(visit_ids, violation, excess_s)
        values: dict[str, object] = {"visit": violation.visit_id, "amount": violation.amount, "span": violation.amount}
        values["part"] = violation.part_id
        if violation.rule in (Rule.SHIFT, Rule.REST):
            values["back"] = self.problem.local_time(route.return_s)
        if violation.rule is Rule.TRAVEL_LIMIT and not violation.unit:
            values["origin"], values["destination"] = next(iter(self._tour(route).missing), ("", ""))
        if violation.rule is Rule.SKILL:
            person, visit = self.problem.technician_by_id[violation.technician_id], self._visit(violation)
            gaps = skill_gaps(self.problem, person, visit, self.problem.date_of(route.day))
            values["skill"] = ", ".join(f"{gap.need.skill}:{gap.need.min_level}" for gap in gaps)
        if violation.rule is Rule.LOAN:
            day = self.problem.date_of(route.day)
            owed = past_due_loan(self.problem, violation.technician_id, day)
            values |= {} if owed is None else {"loan": owed.loan_id, "due": owed.due, "part": owed.part_id}
        said = {**values, **self._clock_values(violation, route)} if sentence in BY_CLOCK else values
        worded = sentence if sentence not in BY_CLOCK or "start" in said else BY_RULE
        return self._said(worded, visit_ids, violation, said, more)

    def _past_told_s(self, violation: Violation, route: Route) -> int | None:
        """Return how long after the told window a visit starts, if that is the lock it breaks, past any exception."""
        told, who = self.facts.told_lock(violation.visit_id), violation.technician_id
        start_s = next((stop.start_s for stop in route.stops if stop.visit_id == violation.visit_id), None)
        if violation.rule is not Rule.LOCK or violation.unit != "s" or told is None or start_s is None:
            return None
        allows = self.facts.exception(HouseLimit.TOLD, who, violation.visit_id)
        until_s = told.close_s + (0 if allows is None else allows.amount)
        return start_s - told.close_s if start_s - violation.amount == until_s else None

    def _exception(
        self, visit_ids: Sequence[str], violation: Violation, excess_s: int
    ) -> tuple[str, Mapping[str, object]] | None:
        """Return the exception to a told window that would do alone, as the row to write; `None` without one."""
        amount = HouseLimit.TOLD.in_whole_units(excess_s)
        if amount > self.problem.policy.band_of(HouseLimit.TOLD):
            return None
        one = LimitException(violation.visit_id, HouseLimit.TOLD, amount, "", "", violation.technician_id)
        others = [o for o in self.problem.exceptions if (o.visit_id, o.limit) != (one.visit_id, one.limit)]
        eased = _Finder(replace(self.problem, exceptions=(*others, one)), self.matrix)
        return None if eased._best(visit_ids) is not None else (PROPOSAL, proposal_values(one))

    def _clock_values(self, violation: Violation, route: Route) -> dict[str, object]:
        """Return when somebody comes to the visit of a violation, from where, and until when that is allowed.

        Empty where it is not the close of a window that is missed, but the customer's hours.
        """
        ids = [stop.visit_id for stop in route.stops]
        if violation.visit_id not in ids:
            return {}
        number, visit = ids.index(violation.visit_id), self._visit(violation)
        stop, tour = route.stops[number], self._tour(route)
        until_s, late_s = stop.start_s - violation.amount, self.problem.max_lateness_s(visit)
        closes = {window.close_s + late_s for window in self.problem.windows[visit.visit_id]}
        if violation.rule is Rule.WINDOW and until_s not in closes:
            return {}
        leg = number + (tour.branch_at is not None and tour.branch_at <= number)
        way_s, door_s = tour.legs_s[leg], tour.doors_s[leg]
        leave_s = stop.arrive_s - way_s
        earlier = route.stops[number - 1].visit_id if number and route.stops[number - 1].end_s == leave_s else ""
        moments = {"start": stop.start_s, "leave": leave_s, "close": until_s}
        clocks = {name: self.problem.local_time(moment_s) for name, moment_s in moments.items()}
        is_rested = leave_s == self.facts.rested_departure_s(tour)
        return {**clocks, "way": way_s - door_s, "door": door_s, "earlier": earlier, "is_rested": is_rested}

    def _tour(self, route: Route) -> Tour:
        visits = [self.problem.visit_by_id[visit_id] for visit_id in route.visit_ids]
        shift = self.facts.shifts[route.technician_id, route.day]
        before = None if route.branch_stop is None else route.branch_stop.before
        return self.facts.tour(shift, visits, branch_at=before, waits=stated_draft(route).waits)

    def _visit(self, violation: Violation) -> Visit:
        return self.problem.visit_by_id[violation.visit_id]

    def _said(
        self,
        sentence: str,
        visit_ids: Sequence[str],
        violation: Violation,
        values: Mapping[str, object] | None = None,
        more: tuple[str, Mapping[str, object]] | None = None,
    ) -> Clash:
        text = {}
        for lang in LANGUAGES:
            say = translator(lang)
            shown = _shown(values or {}, self.problem.branch.region, say)
            shown |= {"visits": ", ".join(sorted(visit_ids)), "rule": say(violation.rule.statement)}
            shown["technician"] = technician_words(violation.technician_id, self.problem)
            if sentence == BY_RULE:
                shown["amount"] = shown["span"] if violation.unit == "s" else violation.amount
            if "start" in shown:
                before = FROM_VISIT if shown["earlier"] else FROM_REST if shown["is_rested"] else FROM_START
                if values and values["door"]:
                    shown["way"] = say(AT_THE_DOOR, drive=shown["way"], door=shown["door"])
                shown["before"] = say(before, **shown)
            text[lang] = say(sentence, **shown)
            if more is not None:
                text[lang] += " " * (lang == "en") + say(more[0], **more[1])
        return Clash(tuple(sorted(visit_ids)), violation, text)


def _shown(values: Mapping[str, object], region: Region, say: Translate) -> dict[str, object]:
    """Return values as people read them: seconds as hours and minutes, moments by the clock, days as dates."""

    def one(name: str, value: object) -> object:
        if isinstance(value, datetime):
            return clock_text(value, region, say, has_seconds=True)
        if isinstance(value, date):
            return date_text(value, region)
        return span_text(value, say) if name in SPANS and isinstance(value, int) else value

    return {name: one(name, value) for name, value in values.items()}


def _most_that_fit(spans_s: Sequence[int], ways_s: Sequence[int], day_s: int) -> int:
    """Return how many services fit into a day at most: the shortest, on the shortest ways there and one home."""
    *there_s, home_s = ways_s
    used_s, most = home_s, 0
    for span_s, way_s in zip(sorted(spans_s), sorted(there_s), strict=True):
        used_s += span_s + way_s
        if used_s > day_s:
            break
        most += 1
    return most


def _violation(rule: Rule, amount: int, who: str, visit_ids: Sequence[str]) -> Violation:
    message = f"{', '.join(sorted(visit_ids))}: locked to {who}."
    return Violation(rule, amount, "s", message, who, min(visit_ids))


def _missing_shift(lock: Lock) -> Violation:
    message = f"Visit {lock.visit_id} is locked to {lock.technician_id}, who has no shift then."
    return Violation(Rule.SHIFT, 1, "", message, lock.technician_id, lock.visit_id)


def _alone_with(problem: Problem, visit_ids: Sequence[str]) -> Problem:
    """Return the problem with some visits and their locks alone."""
    kept = set(visit_ids)
    visits = [visit for visit in problem.visits if visit.visit_id in kept]
    orders = {visit.order_id for visit in visits}
    return replace(
        problem,
        visits=tuple(replace(v, after=tuple(e for e in v.after if e.visit_id in kept)) for v in visits),
        orders=tuple(order for order in problem.orders if order.order_id in orders),
        locks=tuple(lock for lock in problem.locks if lock.visit_id in kept),
        published=tuple(said for said in problem.published if said.visit_id in kept),
        exceptions=tuple(one for one in problem.exceptions if one.visit_id in kept),
    )


def _judged(problem: Problem, matrix: TravelMatrix, routes: Routes) -> _Try:
    """Judge routes; that other locked visits are not in them, or not yet, does not count."""
    plan = time_routes(problem, matrix, routes)
    broken = [v for v in judge_plan(problem, matrix, plan).violations if v.unit != "visits" or v.rule not in OF_ABSENT]
    # What needs no clock first: a leg without a way counts 0 to the clock, so that what follows from it is no fact.
    broken.sort(key=lambda violation: violation.unit == "s")
    return _Try(problem, plan, tuple(broken))
