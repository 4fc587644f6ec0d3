"""The rule book `docs/rules.md` says what the code does: rules, prices and every example; and it is cited by name."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import (
    Confirmed,
    GapFrom,
    HalfDay,
    LastRepair,
    Load,
    PlaceKind,
    Predecessor,
    ServiceLog,
    ToolNeed,
)
from optimizer.domain.policy import BrokenLocks, ContractorPay, Fairness
from optimizer.domain.problem import Lock, LockLevel, PublishedVisit
from optimizer.domain.promise import PromiseProfile
from optimizer.domain.rules import Rule
from optimizer.domain.stock import Arrival, Loan, Part, Reservation, Tool
from optimizer.domain.technician import Employment, HeldSkill, Shift
from optimizer.domain.units import at, clock_text
from optimizer.domain.wall_clock import WallClock
from optimizer.domain.working_time import WorkingCalendar
from optimizer.judge.facts import duration_s
from optimizer.promise.clocks import business_deadline_s
from tests.worlds import MONDAY, PLAIN, SUNDAY_16, World, clock, job, person, span, world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.judge.verdict import Routes

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^#+ (.+)\n((?:(?!^#).*\n)*)", PAGE, re.MULTILINE))
HEADING = re.compile(r"`(\w+)` \((hard|soft)\): .+")


def section_of(name: str) -> str:
    """Return the text under a rule's heading, or under any other heading."""
    return next(text for heading, text in SECTIONS.items() if heading == name or heading.startswith(f"`{name}` ("))


# --- the rules ------------------------------------------------------------------------------------------------------


def test_every_rule_has_one_heading_with_its_kind() -> None:
    headings = re.findall(r"^### (.+)$", PAGE, re.MULTILINE)
    found = [match.groups() for heading in headings if (match := HEADING.fullmatch(heading))]
    assert len(found) == len(headings)
    assert found == [(rule.value, "hard" if rule.is_hard else "soft") for rule in Rule]


@pytest.mark.parametrize("rule", Rule)
def test_the_statement_of_a_rule_is_on_the_page_word_for_word(rule: Rule) -> None:
    assert section_of(rule).startswith(f"\n> {rule.statement}\n")


def test_the_table_of_numbers_is_the_policy_of_tomorrow() -> None:
    rows = re.findall(r"^\| [^|]+ \| `([^`]+)` \| (.+) \|$", section_of("Numbers"), re.MULTILINE)
    policy = tomllib.loads((ROOT / "data/policies/tomorrow.toml").read_text(encoding="utf-8"))
    assert len(rows) == len(dict(rows))
    assert dict(rows) == {key: as_written(value) for key, value in flat(policy)}


def flat(table: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of a table and of the tables in it, by their dotted keys."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def as_written(value: Any) -> str:
    """Return a value of a policy as the page writes it."""
    if isinstance(value, list):
        return ", ".join(map(as_written, value)) or "none"
    return str(value).lower() if isinstance(value, bool | str) else f"{value:,}".replace(",", " ")


def test_the_clocks_run_as_long_as_the_profiles_say() -> None:
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| (\d+) (h|min) \|", section_of("Clocks"), re.MULTILINE)
    centre = tomllib.loads((ROOT / "data/promises/centre.toml").read_text(encoding="utf-8"))
    branch = PromiseProfile()
    assert [int(amount) * (3600 if unit == "h" else 60) for _, amount, unit in rows] == [
        branch.first_contact_s,
        branch.passed_on_s,
        centre["dispatch_min"] * 60,
        branch.acknowledge_s,
        branch.emergency_contact_s,
        branch.emergency_on_site_s,
        branch.emergency_on_site_s,
        branch.running_late_to_s - branch.running_late_from_s,
        branch.call_back_s,
        branch.consultation_call_back_s,
    ]


def test_the_contents_name_headings_that_exist() -> None:
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in SECTIONS}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors


# --- the examples ---------------------------------------------------------------------------------------------------

AB = {"Ann": ["A", "B"]}
APART = {"Ann": ["A"], "Ben": ["B"]}


def road(*people: Any, a: dict[str, Any] | None = None, b: dict[str, Any] | None = None, **facts: Any) -> World:
    """Return the page's road: A ten minutes from the branch and B twenty, with facts of their own."""
    return world([job("A", place=10, **a or {}), job("B", place=20, **b or {})], people or [person("Ann")], **facts)


def ann_and_ben(a: dict[str, Any] | None = None, b: dict[str, Any] | None = None, **facts: Any) -> World:
    return road(person("Ann"), person("Ben"), a=a, b=b, **facts)


def verdict(made: World, routes: Routes) -> str:
    """Return whether routes are allowed, or by how much their one violation breaks a rule."""
    found = made.judge(routes).violations
    if not found:
        return "allowed"
    (broken,) = found
    if not broken.unit:
        return "broken"
    if broken.unit == "s":
        return f"broken by {broken.amount // 60} min"
    unit = broken.unit.removesuffix("s") if broken.amount == 1 else broken.unit
    return f"broken by {broken.amount} {unit}"


def paid(made: World, rule: Rule, routes: Routes = AB) -> str:
    return f"{made.judge(routes).costs[rule]:,} cents".replace(",", " ")


def once() -> list[str]:
    return [verdict(ann_and_ben(), {"Ann": ["A"], "Ben": ["A"]})]


def skill() -> list[str]:
    made = road(person("Ann", skills={"gas": 1}), a={"skills": {"gas": 2}})
    ended = HeldSkill("gas", 3, valid_until=MONDAY - timedelta(1))
    found = [verdict(made, AB), verdict(made.with_technician("Ann", skills=(ended,)), AB)]
    back = {"skills": {"gas": 1}, "last_repair": LastRepair(MONDAY - timedelta(15), "Ben")}
    alike = road(
        person("Ann", skills={"gas": 2}),
        person("Ben", skills={"gas": 2}),
        a=back,
        policy=replace(PLAIN, repeat_days=30),
    )
    higher = alike.with_technician("Ann", skills=(HeldSkill("gas", 3),))
    two = {"Ann": ["A"], "Ben": ["A"]}
    return [*found, verdict(higher, {"Ann": ["A"]}), verdict(higher, {"Ben": ["A"]}), verdict(alike, two)]


def allowed() -> list[str]:
    return [verdict(road(a={"refused": frozenset({"Ann"})}), AB)]


def travel_limit() -> list[str]:
    noon = road(person("Ann", max_duty_s=200 * 60), a={"requested": "08:00-09:00"}, b={"ready_s": clock("12:00")})
    all_day = noon.with_job("A", requested=(span("08:00-17:00"),))
    return [verdict(road(person("Ann", max_travel_s=30 * 60)), AB), verdict(noon, AB), verdict(all_day, AB)]


def window() -> list[str]:
    early = road(a={"requested": "08:00-08:05"})
    meal = road(b={"closed": (span("09:00-10:00"),)})
    today = verdict(early.with_policy(max_lateness_s=7200), AB)
    b_alone: Routes = {"Ann": ["B"]}
    tuesday, monday = (road(a={"promised": (span("09:00-11:00", day),)}) for day in (1, 0))
    promised = [verdict(tuesday, AB), verdict(tuesday, b_alone), verdict(monday, b_alone)]
    return [verdict(early, AB), today, meal.starts(AB)["B"], *promised]


def ready() -> list[str]:
    made = road(a={"ready_s": clock("09:00")})
    plan = made.plan({"Ann": ["A"]})
    (route,) = plan.routes
    early = replace(route, stops=(replace(route.stops[0], start_s=clock("08:50")),))
    (violation,) = made.judge(replace(plan, routes=(early,))).violations
    assert violation.rule is Rule.READY
    return [made.starts(AB)["A"], f"broken by {violation.amount // 60} min"]


def confirmed() -> list[str]:
    log = ServiceLog(confirmed=Confirmed.UNREACHABLE)
    promised = {"log": log, "promised": (span("08:00-17:00"),)}
    far = world([job("A", place=50, **promised)], [person("Ann")])
    cases = [(road(a=promised), AB), (road(a={"log": log}), AB), (far, {"Ann": ["A"]})]
    return [verdict(made, routes) for made, routes in cases]


def floor() -> list[str]:
    now = road(as_of_s=at(10)).with_policy(lead_to_leave_s=900, lead_on_road_s=600)
    plan = now.plan({"Ann": ["A"]})
    early = replace(plan, routes=(replace(plan.routes[0], depart_s=at(10, 5)),))
    begun = now.but(locks=(Lock("A", LockLevel.PREFIX, "Ann", began_s=at(8, 10)),))
    return [now.starts({"Ann": ["A"]})["A"], verdict(now, early), begun.starts(AB)["B"]]


def shift() -> list[str]:
    short = road(person("Ann", hours="08:00-09:30"))
    return [verdict(short, AB), verdict(short.with_shift("Ann", overtime_limit_s=600), AB)]


def rest() -> list[str]:
    late = person("Ann", hours="15:00-24:00")
    policy = replace(PLAIN, rest_s=480 * 60, rest_after_night_s=600 * 60)
    a = {"requested": "21:30-21:30"}

    def before(tuesday_s: int) -> World:
        early = Shift("Ann", 1, tuesday_s, at(15, day=1))
        return road(replace(late, shifts=(*late.shifts, early)), a=a, days=2, policy=policy)

    rested = road(shifts_around=(Shift("Ann", -1, at(19, day=-1), at(2)),), policy=policy).with_shift(
        "Ann", start_s=at(6)
    )
    verdicts = [verdict(before(at(6, day=1)), {"Ann": ["A"]}), verdict(before(at(8, 30, day=1)), {"Ann": ["A"]})]
    return [*verdicts, rested.starts({"Ann": ["A"]})["A"]]


def break_() -> list[str]:
    a, b = {"minutes": 60, "requested": "11:00-12:00"}, {"requested": "13:00-15:00"}
    lunch = road(person("Ann", lunch="12:00-13:00"), a=a, b=b)
    assert lunch.plan(AB).routes[0].break_ is not None
    return [verdict(lunch, AB), verdict(lunch.with_job("A", base_s=121 * 60), AB)]


def load() -> list[str]:
    a, b = {"loads": (Load("kg", 60),)}, {"loads": (Load("kg", 50),)}
    heavy = road(person("Ann", capacity=(Load("kg", 100),)), a=a, b=b)
    return [verdict(heavy, AB), verdict(heavy, {"Ann": ["A", "0", "B"]})]


def stock() -> list[str]:
    made = ann_and_ben(a={"parts": {"P": 1}}, b={"parts": {"P": 1}}, parts=(Part("P", "compressor", 1),))
    arriving = made.but(arrivals=(Arrival("P", 1, MONDAY),))
    held = made.but(reservations=(Reservation("R", "P", 1, MONDAY),))
    begun = made.but(locks=(Lock("A", LockLevel.PREFIX, "Ann", began_s=at(8, 10)),), as_of_s=at(13))
    counted = [begun.but(parts=(Part("P", "compressor", 1, as_of_s),)) for as_of_s in (at(12), at(12, day=-3))]
    verdicts = [verdict(made, APART), verdict(arriving, APART), verdict(held, {"Ann": ["A"]})]
    return verdicts + [verdict(one, APART) for one in counted] + parts_by_the_hour(made)


def parts_by_the_hour(made: World) -> list[str]:
    later = made.but(arrivals=(Arrival("P", 1, MONDAY, at(10)),)).with_policy(pick_s=1800)
    plan = later.plan(APART)
    hasty = tuple(replace(made.plan({"Ben": ["B"]}).routes[0]) if r.technician_id == "Ben" else r for r in plan.routes)
    starts = [later.starts(APART)["B"], later.starts({"Ann": ["A", "0", "B"]})["B"]]
    return [starts[0], verdict(later, replace(plan, routes=hasty)), starts[1]]


def loan() -> list[str]:
    owed = Loan("L", "Ann", "F", 1, MONDAY - timedelta(4))
    made = road(a={"parts": {"P": 1}}, parts=(Part("P", "compressor", 5),), loans=(owed,))
    booked = made.but(loans=(replace(owed, return_booked=MONDAY),))
    return [verdict(made, AB), verdict(booked, AB)]


def tool() -> list[str]:
    ladder = {"tools": (ToolNeed("ladder"),)}
    made = ann_and_ben(a=ladder, b=ladder, tools=(Tool("ladder", "Ladder", 1),))
    return [verdict(made, APART), verdict(made, AB)]


def crew() -> list[str]:
    made = ann_and_ben(b={"crew_size": 2})
    return [made.starts({**AB, "Ben": ["B"]})["B"], verdict(made, AB)]


def precedence() -> list[str]:
    made = ann_and_ben(b={"after": (Predecessor("A", min_gap_s=3600),)})
    soon = ann_and_ben(b={"after": (Predecessor("A", GapFrom.END, max_gap_s=600),), "requested": "12:00-13:00"})
    return [made.starts(APART)["B"], verdict(made, {"Ben": ["B"]}), soon.starts(APART)["A"]]


def exceptions_by_name() -> list[str]:
    short = road(person("Ann", max_travel_s=38 * 60))
    allowed = [
        short.but(exceptions=(LimitException("A", HouseLimit.TRAVEL, n * 60, "Chen", "old customer"),)) for n in (2, 1)
    ]
    return [verdict(short, AB), *(verdict(made, AB) for made in allowed)]


def exception() -> list[str]:
    far, late = road(person("Ann", max_travel_s=38 * 60)), road(person("Ann", hours="08:00-09:30"))
    limits = ((far, HouseLimit.TRAVEL), (late, HouseLimit.OVERTIME))
    made = [one.but(exceptions=(LimitException("A", limit, 600, "Chen", "old customer"),)) for one, limit in limits]
    return [paid(one, Rule.EXCEPTION, AB) for one in made]


def lock() -> list[str]:
    made = ann_and_ben(locks=(Lock("A", LockLevel.PERSON, "Ben"),))
    unable = ann_and_ben(a={"skills": {"gas": 1}}, locks=made.problem.locks)
    kept = unable.with_policy(broken_locks=BrokenLocks.KEEP)
    assert [found.rule for found in kept.judge({"Ben": ["A"]}).accepted] == [Rule.SKILL]
    cases: list[tuple[World, Routes]] = [(made, AB), (made, {}), (unable, {"Ben": ["A"]}), (kept, {"Ben": ["A"]})]
    return [verdict(*case) for case in cases]


def unassigned() -> list[str]:
    due = road(a={"priority": 3, "due_day": MONDAY})
    carried, b_alone = due.with_job("A", carried_over=True), {"Ann": ["B"]}
    twice = due.with_job("A", carried_over=2)
    return [paid(made, Rule.UNASSIGNED, b_alone) for made in (due, carried, twice)]


def overdue() -> list[str]:
    due = road(person("Ann", days=(0, 1)), a={"priority": 3, "due_day": MONDAY, "days": (0, 1)}, days=2)
    past = due.with_job("A", due_day=MONDAY - timedelta(3))
    monday, tuesday = ({("Ann", day): ["A"]} for day in (0, 1))
    return [paid(made, Rule.OVERDUE, routes) for made, routes in ((due, tuesday), (past, tuesday), (past, monday))]


def promise() -> list[str]:
    monday, either = (road(a={"promised": tuple(span("09:00-11:00", day) for day in days)}) for days in ((0,), (0, 1)))
    b_alone: Routes = {"Ann": ["B"]}
    return [paid(made, Rule.PROMISE, b_alone) for made in (monday, monday.but(as_of_s=SUNDAY_16), either)]


def waiting() -> list[str]:
    wednesday, sunday = (road(a={"received_s": at(10, day=day)}) for day in (-5, -1))
    cases = (wednesday, wednesday.with_job("A", tier="key"), sunday)
    return [paid(made, Rule.WAITING, {"Ann": ["B"]}) for made in cases]


def lateness() -> list[str]:
    made = world([job("A", place=60, requested="08:00-08:30")], [person("Ann")]).with_policy(max_lateness_s=7200)
    worst = made.with_policy(late_worst_cents=100)
    return [paid(late, Rule.LATENESS, {"Ann": ["A"]}) for late in (made, worst)]


def travel() -> list[str]:
    return [paid(road(), Rule.TRAVEL)]


def overtime() -> list[str]:
    return [paid(road(person("Ann", hours="08:00-09:30", overtime=30)), Rule.OVERTIME)]


def working_time() -> list[str]:
    return [paid(road(a={"ready_s": clock("10:00")}).with_policy(working_time_cents=35), Rule.WORKING_TIME)]


def contractor() -> list[str]:
    hired = road(person("Ann", employment=Employment.CONTRACTOR))
    by_order = {"contractor_pay": ContractorPay.ORDER, "contractor_kind_cents": {"installation": 9_000}}
    far = world([job("A", place=25, kind="installation"), job("B", place=0)], [person("Ann")])
    metres = far.matrix.seconds // 60 * 1000  # A kilometre a minute.
    far = World(far.problem, replace(far.matrix, metres=metres)).with_policy(**by_order)
    far = far.with_technician("Ann", employment=Employment.CONTRACTOR)
    return [paid(hired, Rule.CONTRACTOR), paid(far, Rule.CONTRACTOR)]


def reserve() -> list[str]:
    made = road().with_policy(reserve_pct=10).with_shift("Ann", contracted_s=6000)
    at_noon = made.but(as_of_s=at(12)).with_shift("Ann", start_s=at(12))
    return [paid(made, Rule.RESERVE), paid(at_noon, Rule.RESERVE)]


def continuity() -> list[str]:
    return [paid(ann_and_ben(a={"served_by": ("Ben",)}), Rule.CONTINUITY)]


def fairness() -> list[str]:
    made = road().with_policy(fairness=Fairness.LOAD).with_shift("Ann", contracted_s=3600)
    either = {"days": (0, 1)}
    two = road(person("Ann", days=(0, 1)), a=either, b=either, days=2).with_policy(fairness=Fairness.LOAD)
    two = two.with_shift("Ann", contracted_s=3600)
    apart: Routes = {("Ann", 0): ["A"], ("Ann", 1): ["B"]}
    return [paid(made, Rule.FAIRNESS), paid(two, Rule.FAIRNESS), paid(two, Rule.FAIRNESS, apart)]


def overqualified() -> list[str]:
    return [paid(road(person("Ann", skills={"aircon": 3}), a={"skills": {"aircon": 2}}), Rule.OVERQUALIFIED)]


def stability() -> list[str]:
    told = ann_and_ben(published=(PublishedVisit("B", "Ann", 0, span("08:00-09:00")),))
    assert told.starts(APART)["B"] == "08:20"
    cases: list[tuple[World, Routes]] = [(told, APART), (told.but(as_of_s=SUNDAY_16), APART), (told, {"Ann": ["A"]})]
    later, past = (told.but(published=(PublishedVisit("B", "Ann", day),)) for day in (1, -3))
    cases += [(later, AB), (later, {"Ann": ["A"]}), (past, AB)]
    return [paid(made, Rule.STABILITY, routes) for made, routes in cases]


def times_of_an_order() -> list[str]:
    def agreed(arrives: int | None, days: int) -> World:
        both = tuple(range(days))
        a = {"agreed_day": MONDAY + timedelta(1), "agreed_half": HalfDay.AFTERNOON, "parts": {"P": 1}}
        parts = (Part("P", "compressor", int(arrives is None)),)
        coming = () if arrives is None else (Arrival("P", 1, MONDAY + timedelta(arrives)),)
        return road(person("Ann", days=both), a=a, parts=parts, arrivals=coming, days=days)

    tuesday, thursday = ({("Ann", day): ["A"]} for day in (1, 3))
    start_s = agreed(None, 2).plan(tuesday).routes[0].stops[0].start_s
    later = [verdict(agreed(1, 2), tuesday), verdict(agreed(2, 4), thursday)]
    return [verdict(agreed(None, 1), {"Ann": ["A"]}), clock_text(start_s - at(0, day=1)), *later]


def the_clock_of_a_route() -> list[str]:
    made = road(a={"skills": {"gas": 1}, "minutes": 50, "intermittent": True})
    problem = made.with_technician("Ann", skills=(HeldSkill("gas", 1, factor_pct=120),)).problem
    return [f"{duration_s(problem, problem.technician_by_id['Ann'], problem.visit_by_id['A']) // 60} min"]


def told_windows() -> list[str]:
    def told(**facts: Any) -> list[str]:
        stops = road(a=facts, b=facts).plan(AB).routes[0].stops
        return [f"{clock_text(stop.window.open_s)}-{clock_text(stop.window.close_s)}" for stop in stops]

    firm, home = told(), told(place_kind=PlaceKind.HOME)
    leaves = [clock_text(stop.leave_by_s) for stop in road().plan(AB).routes[0].stops]
    asked = road(b={"requested": "08:00-09:15", "opening": ((0, span("08:45-18:00")),)})
    odd = road().with_leg("branch", "A", 13)
    cut = [asked.plan(AB).routes[0].stops[1].window, odd.plan(AB).routes[0].stops[0].window]
    return [*firm, *leaves, home[1], home[0], *(f"{clock_text(w.open_s)}-{clock_text(w.close_s)}" for w in cut)]


def at_the_door() -> list[str]:
    home = {"place_kind": PlaceKind.HOME}
    made = road(a=home, b=home, policy=replace(PLAIN, access_s={"home": 480}))
    house = made.with_leg("A", "B", 0).with_job("B", place=made.problem.visit_by_id["A"].place)
    apart = made.starts(AB)
    return [apart["A"], apart["B"], house.starts(AB)["B"], verdict(made.with_shift("Ann", max_leg_s=20 * 60), AB)]


def nights() -> list[str]:
    made = road(person("Ann", hours="19:00-31:00"), a={"requested": "26:00-27:00"})
    berlin = WallClock(date(2027, 3, 27), "Europe/Berlin")
    night_s = berlin.moment_s(1, at(6)) - berlin.moment_s(0, at(22))
    return [made.starts({"Ann": ["A"]})["A"], f"{night_s // 3600} h"]


def promises() -> list[str]:
    day = WorkingCalendar().working_days_after(MONDAY - timedelta(2), 2)[-1]
    return [f"{day:%A %-d %B}"]


def clocks() -> list[str]:
    ends_s = business_deadline_s(road().problem, at(16, 30, day=-3), 7200)
    return [f"{road().problem.local_time(ends_s):%A} {clock_text(ends_s)}"]


def pauses() -> list[str]:
    def inspected(lunch: str = "", closed: str = "", kind: str = "inspection") -> World:
        a = {"kind": kind, "minutes": 300, "closed": tuple(map(span, closed.split()))}
        made = road(person("Ann", lunch=lunch), a=a)
        return made.with_policy(pause_kinds=frozenset({"inspection"}))

    def done(made: World) -> list[int]:
        (stop,) = made.plan({"Ann": ["A"]}).routes[0].stops
        assert stop.pause is not None
        return [stop.pause.start_s, stop.pause.end_s, stop.end_s]

    lunch, noon = "11:30-13:00", "12:00-13:30"
    moments = [*done(inspected(lunch)), done(inspected(closed=noon))[-1], done(inspected(lunch, noon))[-1]]
    return [*map(clock_text, moments), verdict(inspected(lunch, kind="repair"), {"Ann": ["A"]})]


EXAMPLES: dict[str, Callable[[], list[str]]] = {
    "Times of an order": times_of_an_order,
    "The clock of a route": the_clock_of_a_route,
    "Told windows": told_windows,
    "At the door": at_the_door,
    "Nights": nights,
    "Pauses": pauses,
    "once": once,
    "skill": skill,
    "allowed": allowed,
    "travel_limit": travel_limit,
    "window": window,
    "ready": ready,
    "confirmed": confirmed,
    "floor": floor,
    "shift": shift,
    "rest": rest,
    "break": break_,
    "load": load,
    "stock": stock,
    "loan": loan,
    "tool": tool,
    "crew": crew,
    "precedence": precedence,
    "lock": lock,
    "Exceptions by name": exceptions_by_name,
    "unassigned": unassigned,
    "overdue": overdue,
    "promise": promise,
    "waiting": waiting,
    "lateness": lateness,
    "travel": travel,
    "overtime": overtime,
    "working_time": working_time,
    "contractor": contractor,
    "reserve": reserve,
    "continuity": continuity,
    "fairness": fairness,
    "overqualified": overqualified,
    "stability": stability,
    "exception": exception,
    "Promises": promises,
    "Clocks": clocks,
}


def results_in(text: str) -> list[str]:
    """Return what stands in bold type in the examples of a section."""
    examples = re.findall(r"^\*Example\.\*(?:.+\n)+", text, re.MULTILINE)
    return [" ".join(bold.split()) for example in examples for bold in re.findall(r"\*\*([^*]+)\*\*", example)]


def test_every_rule_has_an_example_and_no_example_is_unchecked() -> None:
    assert {heading for heading, text in SECTIONS.items() if results_in(text)} == {
        heading for heading in SECTIONS if heading.partition(" (")[0].strip("`") in EXAMPLES
    }
    assert set(Rule) <= set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_the_code_finds(name: str) -> None:
    assert results_in(section_of(name)) == EXAMPLES[name]()


def test_the_day_of_the_examples() -> None:
    (route,) = road().plan(AB).routes
    moments = [route.depart_s, *(s for stop in route.stops for s in (stop.start_s, stop.end_s)), route.return_s]
    assert list(map(clock_text, moments)) == ["08:00", "08:10", "08:40", "08:50", "09:20", "09:40"]
    for moment in map(clock_text, moments):
        assert moment in section_of("Words")


# --- who cites the page ---------------------------------------------------------------------------------------------

FOLDERS = ("optimizer", "api", "benchmarks", "tests", "data", "docs")


def pages_and_sources() -> list[Path]:
    files = [
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".md", ".toml", ".po"}
    ]
    return [path for path in [*files, *ROOT.glob("*.md")] if path != Path(__file__)]


def test_the_rule_book_is_cited_by_its_headings_and_not_by_numbers() -> None:
    """A reader of the repository finds `docs/rules.md, Clocks`; a number is another page's, or another edition's."""
    numbered = re.compile(r"§|\b(?:RULES|DESIGN)\b|section \d+ of the rule book")
    cited = re.compile(r"docs/rules\.md, ([\w ]+)")
    known, wrong = tuple(SECTIONS), []
    for path in pages_and_sources():
        text = path.read_text(encoding="utf-8")
        wrong += [f"{path.relative_to(ROOT)}: {found}" for found in numbered.findall(text)]
        wrong += [f"{path.relative_to(ROOT)}: {found}" for found in cited.findall(text) if not found.startswith(known)]
    assert wrong == []
