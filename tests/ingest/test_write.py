"""The wire form: what is written is read back exactly, and equal problems are equal bytes."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.domain.house_limits import HouseLimit, LimitException
from optimizer.domain.order import (
    Customer,
    Difficulty,
    GapFrom,
    Interval,
    Load,
    Order,
    PartNeed,
    Place,
    Predecessor,
    SkillNeed,
    ToolNeed,
    Urgency,
    Visit,
)
from optimizer.domain.policy import Fairness, Floor, Pickup, Policy
from optimizer.domain.problem import MOST_DAYS, Branch, Lock, LockLevel, Problem, PublishedVisit
from optimizer.domain.stock import Arrival, Loan, Part, Reservation, Tool
from optimizer.domain.technician import Break, Employment, HeldSkill, Shift, Technician, WorkLedger
from optimizer.domain.units import DAY_S, at
from optimizer.domain.working_time import WorkingCalendar
from optimizer.errors import InputError
from optimizer.ingest.build.problem import in_normal_order
from optimizer.ingest.cells.dates_and_times import iso_duration, iso_duration_seconds
from optimizer.ingest.read import problem_from_json, read_branch, read_branch_report, read_document
from optimizer.ingest.write import problem_to_json, write_problem
from optimizer.text.files import json_text, write_json
from tests.ingest.worlds import two_orders, write_folder
from tests.random_nights import random_night_problem
from tests.random_problems import random_problem
from tests.time_limits import seeds

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def branch(tmp_path: Path) -> Problem:
    return read_branch(write_folder(tmp_path / "branch", two_orders()))


# --- there and back -----------------------------------------------------------------------------------------------


def test_a_branch_there_and_back(branch: Problem, tmp_path: Path) -> None:
    write_problem(branch, tmp_path / "branch.json")
    problem, report = read_branch_report(tmp_path / "branch.json")
    assert report.text() == ""
    assert problem == branch


@pytest.mark.parametrize("seed", seeds(40, by_day=10))
def test_random_problems_there_and_back(seed: int) -> None:
    problem, _ = random_problem(seed)
    document = json.loads(json_text(problem_to_json(problem)))
    assert problem_from_json(document) == in_normal_order(problem)


@pytest.mark.parametrize("seed", seeds(20, by_day=5))
def test_random_nights_there_and_back(seed: int) -> None:
    """Hours over midnight, shifts and locks of the night, moments before and after a change of clocks."""
    drawn, _ = random_night_problem(2 * seed)
    problem = replace(drawn, branch=replace(drawn.branch, business=Interval(at(8), at(24))))
    document = json.loads(json_text(problem_to_json(problem)))
    assert problem_from_json(document) == in_normal_order(problem)


IDS = ("a", "工单-2", "o 3", "=4", "5;6:7")
PEOPLE = ("T1", "李伟", "[bold]")
words = st.text(alphabet="abc 中é{}[]'\"\\,;:/=\n", max_size=12)
seconds = st.integers(-10 * DAY_S, 10 * DAY_S)
durations = st.integers(0, 100_000)
counts = st.integers(0, 1_000)
days = st.dates(date(2025, 1, 1), date(2028, 1, 1))
places = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180), words)
homes = st.none() | places


@st.composite
def intervals(draw: st.DrawFn, low: int = -10 * DAY_S, high: int = 10 * DAY_S) -> Interval:
    open_s = draw(st.integers(low, high - 1))
    return Interval(open_s, draw(st.integers(open_s + 1, high)))


def needs(kind: Any, names: tuple[str, ...], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    amounts = st.dictionaries(st.sampled_from(names), st.integers(1, most), max_size=2)
    return amounts.map(lambda given_: tuple(kind(name, amount) for name, amount in given_.items()))


loads = st.dictionaries(st.sampled_from(("kg", "箱 大")), st.integers(0, 500), max_size=2).map(
    lambda given_: tuple(Load(name, amount) for name, amount in given_.items())
)
hours = st.lists(intervals(0, DAY_S), max_size=3).map(tuple)
opening = st.none() | st.lists(st.tuples(st.integers(0, 6), intervals(0, DAY_S)), max_size=3, unique=True).map(tuple)
some_people = st.frozensets(st.sampled_from(PEOPLE))
servers = st.permutations(PEOPLE).map(tuple)
floors = st.builds(
    Floor,
    urgency=st.dictionaries(st.sampled_from([*map(str, Urgency)]), st.integers(0, 5)),
    difficulty=st.dictionaries(st.sampled_from([*map(str, Difficulty)]), st.integers(0, 5)),
    tier=st.dictionaries(st.sampled_from(["key", "贵宾", ""]), st.integers(0, 5)),
)
policies = st.builds(
    Policy,
    name=st.sampled_from(["tomorrow", "our own"]),
    arrival_lead_s=durations,
    morning_s=durations,
    max_lateness_s=st.none() | durations,
    pickup=st.sampled_from(Pickup),
    level_floor=floors,
    priority_floor=floors,
    unassigned_cents=st.tuples(counts, counts, counts, counts, counts),
    unassigned_due_pct=st.tuples(counts, counts, counts, counts),
    unassigned_by_order_cents=st.dictionaries(st.sampled_from(IDS), counts, max_size=2),
    late_small_s=durations,
    fairness=st.sampled_from(Fairness),
    load_divisor=st.integers(1, 10**9),
    short_notice_pct=counts,
    reload=st.booleans(),
    pair_kinds=st.frozensets(st.sampled_from(["repair", "高空作业", ""])),
)


@st.composite
def shifts(draw: st.DrawFn, technician_id: str, day: int) -> Shift:
    worked = draw(intervals(-DAY_S, 2 * DAY_S))
    pause = None
    if worked.close_s - worked.open_s > 2:
        length_s = draw(st.integers(1, worked.close_s - worked.open_s - 1))
        pause = draw(st.none() | st.builds(Break, intervals(0, DAY_S), st.just(length_s)))
    return Shift(
        technician_id=technician_id,
        day=day,
        start_s=worked.open_s,
        end_s=worked.close_s,
        overtime_limit_s=draw(durations),
        break_=pause,
        contracted_s=draw(durations),
        max_leg_s=draw(st.none() | durations),
        max_travel_s=draw(st.none() | durations),
        max_visits=draw(st.none() | counts),
        max_duty_s=draw(st.none() | durations),
        profile=draw(st.sampled_from(["car", "电动车"])),
    )


@st.composite
def visits(draw: st.DrawFn, order_id: str) -> Visit:
    return Visit(
        visit_id=draw(st.sampled_from([order_id, f"visit of {order_id}"])),
        order_id=order_id,
        place=draw(places),
        base_s=draw(durations),
        skills=draw(needs(SkillNeed, ("aircon", "电工"), 9)),
        parts=draw(needs(PartNeed, ("P1", "P:2"), 99)),
        intermittent=draw(st.booleans()),
        critical_test_s=draw(durations),
        ready_s=draw(st.none() | seconds),
        works_through=draw(st.booleans()),
        area=draw(words),
        required=draw(some_people),
        prohibited=draw(some_people),
        crew_size=draw(st.integers(1, 3)),
        lead_skills=draw(needs(SkillNeed, ("aircon", "电工"), 9)),
        tools=draw(needs(ToolNeed, ("ladder", "吊:机"), 3)),
        loads=draw(loads),
    )


@st.composite
def predecessors(draw: st.DrawFn, visit_id: str) -> tuple[Predecessor, ...]:
    """One or two gaps to an earlier visit: from its end, from its start."""
    made = []
    for origin in sorted(draw(st.sets(st.sampled_from(GapFrom), min_size=1))):
        least_s = draw(durations)
        most_s = draw(st.none() | st.integers(least_s, 300_000))
        made.append(Predecessor(visit_id, GapFrom(origin), least_s, most_s, draw(st.booleans())))
    return tuple(made)


@st.composite
def orders(draw: st.DrawFn, order_id: str) -> Order:
    return Order(
        order_id=order_id,
        customer_id="C",
        kind=draw(words),
        fault=draw(words),
        received_s=draw(st.none() | seconds),
        requested=draw(st.lists(intervals(), max_size=3).map(tuple)),
        promised=draw(st.lists(intervals(), max_size=2).map(tuple)),
        due_day=draw(st.none() | days),
        priority=draw(st.integers(1, 5)),
        urgency=draw(st.sampled_from(Urgency)),
        difficulty=draw(st.sampled_from(Difficulty)),
        carried_over=draw(st.integers(0, 99)),
    )


@st.composite
def technicians(draw: st.DrawFn, technician_id: str) -> Technician:
    held = [
        HeldSkill(skill, draw(st.integers(1, 9)), draw(st.none() | days), draw(st.none() | days), 120, draw(durations))
        for skill in draw(st.sets(st.sampled_from(["aircon", "电工"])))
    ]
    return Technician(
        technician_id=technician_id,
        name=draw(words),
        employment=draw(st.sampled_from(Employment)),
        phone=draw(words),
        skills=tuple(held),
        start=draw(homes),
        end=draw(homes),
        areas=draw(st.frozensets(st.sampled_from(["西湖", "north"]))),
        ledger=draw(st.builds(WorkLedger, durations, durations, counts)),
        own_parts=draw(needs(PartNeed, ("P1", "P:2"), 99)),
        own_tools=draw(needs(ToolNeed, ("ladder", "吊:机"), 3)),
        capacity=draw(loads),
    )


@st.composite
def stock(draw: st.DrawFn) -> dict[str, Any]:
    parts = ("P1", "P:2")
    return {
        "parts": tuple(
            Part(part_id, draw(words), draw(st.integers(-9, 99)), draw(st.none() | seconds)) for part_id in parts
        ),
        "arrivals": tuple(
            draw(st.lists(st.builds(Arrival, st.sampled_from(parts), st.integers(1, 9), days), max_size=2))
        ),
        "reservations": tuple(
            Reservation(f"R{n}", draw(st.sampled_from(parts)), 2, draw(days), draw(st.sampled_from(("", "a", "gone"))))
            for n in range(draw(st.integers(0, 2)))
        ),
        "loans": (Loan("L", draw(st.sampled_from(PEOPLE)), "P1", 1, draw(days), draw(st.none() | days)),),
        "tools": (Tool("ladder", draw(words), draw(counts)), Tool("吊:机", draw(words), draw(counts))),
    }


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Any problem that the wire form can hold, in any order of its rows."""
    names = draw(st.permutations(IDS))[: draw(st.integers(0, 4))]
    made = tuple(draw(visits(name)) for name in names)
    after = [draw(predecessors(visit.visit_id)) for visit in made[1:]]
    made = tuple(replace(visit, after=earlier) for visit, earlier in zip(made, after, strict=False)) + made[-1:]
    horizon = draw(st.integers(1, MOST_DAYS))
    working = draw(st.sets(st.tuples(st.sampled_from(PEOPLE), st.integers(0, horizon - 1)), max_size=5))
    # In Berlin the clocks go forward on 29 March 2026, at 02:00.
    zone = draw(st.sampled_from(["Asia/Shanghai", "UTC", "Europe/Berlin"]))
    first_day = draw(st.sampled_from([date(2026, 11, 23), date(2026, 3, 29), date(2026, 10, 25)]))
    branch_ = Branch(
        "B",
        draw(words),
        draw(places),
        draw(intervals(0, DAY_S)),
        zone,
        WorkingCalendar(draw(st.dictionaries(days, st.booleans(), max_size=3))),
    )
    locked, policy = draw(st.sampled_from(LockLevel)), draw(policies)
    return Problem(
        branch=branch_,
        first_day=first_day,
        as_of_s=draw(seconds),
        customers=(
            Customer(
                "C",
                draw(words),
                "key",
                "",
                draw(opening),
                draw(hours),
                draw(some_people),
                draw(servers),
            ),
        ),
        orders=tuple(draw(orders(name)) for name in names),
        visits=made,
        technicians=tuple(draw(technicians(name)) for name in PEOPLE),
        shifts=tuple(draw(shifts(*key)) for key in sorted(working)),
        days=horizon,
        policy=policy,
        locks=tuple(
            Lock(visit.visit_id, locked, "T1", horizon - 1, at(9, day=horizon - 1), 60, n)
            for n, visit in enumerate(made)
        ),
        published=tuple(
            PublishedVisit(
                visit.visit_id, "T1", draw(st.integers(-1, 1)), draw(st.none() | intervals()), draw(st.booleans())
            )
            for visit in made
        ),
        exceptions=tuple(
            LimitException(
                visit.visit_id,
                limit,
                policy.band_of(limit) // limit.unit * limit.unit,
                draw(st.sampled_from(["Chen", "陈主管"])),
                "why",
                draw(st.sampled_from(["", "T1"])),
            )
            for visit in made
            for limit in sorted(draw(st.sets(st.sampled_from(HouseLimit))))
            if policy.band_of(limit) >= limit.unit
        ),
        **draw(stock()),
    )


@settings(deadline=None)
@given(problems())
def test_any_problem_there_and_back(problem: Problem) -> None:
    document = json.loads(json_text(problem_to_json(problem)))
    assert problem_from_json(document) == in_normal_order(problem)


@settings(deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_equal_problems_are_equal_bytes(problem: Problem, rng: Any) -> None:
    def shuffled(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(rng.sample(rows, len(rows)))

    names = ("orders", "visits", "technicians", "shifts", "parts", "arrivals", "reservations", "locks", "published")
    names = (*names, "exceptions")
    changes: dict[str, Any] = {name: shuffled(getattr(problem, name)) for name in names}
    other = replace(problem, **changes)
    assert json_text(problem_to_json(other)) == json_text(problem_to_json(problem))


@given(st.integers(0, 10**9))
def test_durations_there_and_back(length_s: int) -> None:
    assert iso_duration_seconds(iso_duration(length_s)) == length_s


@pytest.mark.parametrize(
    "text", ["P", "PT", "P1Y", "PT1.5H", "1H", "PT5", "", "P1DT", "PT-5M", "pt5m", "PT" + "9" * 50 + "S"]
)
def test_what_is_no_duration(text: str) -> None:
    assert iso_duration_seconds(text) is None


def test_an_order_without_its_one_visit_cannot_be_written(branch: Problem) -> None:
    with pytest.raises(ValueError, match="exactly one visit"):
        problem_to_json(replace(branch, visits=branch.visits[:1], locks=()))


# --- the JSON form at the door ------------------------------------------------------------------------------------


def document_of(branch: Problem) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json_text(problem_to_json(branch)))
    return document


BAD_VALUES = [
    (
        "orders/0/service",
        45,
        "x.json at /orders/0/service: '45' has the wrong type. Expected a duration as text, e.g. PT45M.",
    ),
    ("orders/0/service", "45 min", "x.json at /orders/0/service: '45 min' has the wrong type."),
    ("orders/0/service", "-PT5M", "x.json at /orders/0/service: '-PT5M' is a negative duration."),
    ("orders/0/service", None, "x.json at /orders/0/service: The key 'service' is missing."),
    ("orders/0/order_id", 7, "x.json at /orders/0/order_id: '7' has the wrong type. Expected text."),
    ("orders/0/order_id", " O1", "x.json at /orders/0/order_id: ' O1' begins or ends with a space."),
    ("orders/0/order_id", "a\0b", "x.json at /orders/0/order_id: 'a\\x00b' holds a NUL character."),
    ("orders/0/order_id", "", "x.json at /orders/0/order_id: The id is empty."),
    ("orders/0/priority", "3", "x.json at /orders/0/priority: '3' has the wrong type. Expected a whole number."),
    ("orders/0/priority", True, "x.json at /orders/0/priority: 'true' has the wrong type. Expected a whole number."),
    ("orders/0/priority", 2.5, "x.json at /orders/0/priority: '2.5' has the wrong type. Expected a whole number."),
    ("orders/0/works_through", 1, "x.json at /orders/0/works_through: '1' has the wrong type. Expected true or false."),
    ("orders/0/lat", "30.2", "x.json at /orders/0/lat: '30.2' has the wrong type. Expected a number."),
    ("orders/0/promised", "2026", "x.json at /orders/0/promised: '2026' has the wrong type. Expected an array."),
    ("orders/0/promised", [{"open": "2026-11-23T09:00:00+08:00"}], "x.json at /orders/0/promised: '[{'open':"),
    ("orders/0/promised", [[]], "x.json at /orders/0/promised: '[[]]' is not a list of windows."),
    ("orders/0/skills", [{"skill": "aircon", "level": 2}], "x.json at /orders/0/skills: '[{'skill':"),
    ("orders/0/skills", [5], "x.json at /orders/0/skills: '[5]' is not a list of names with amounts."),
    ("orders/0/required", ["T1", 5], "x.json at /orders/0/required: The list holds something other than texts."),
    ("orders/0", 5, "x.json at /orders/0: Expected an object."),
    ("orders", {}, "x.json at /orders: Expected an array of objects."),
    ("orders", None, "x.json at /orders: The key 'orders' is missing."),
    ("branch/plan_date", "23.11.2026", "x.json at /branch/plan_date: '23.11.2026' is not a date."),
    ("branch", [], "x.json at /branch: Expected an object."),
    ("policy", 5, "x.json at /policy: Expected a policy's name or an object."),
    ("policy", "toady", "x.json, column 'name': There is no policy 'toady'."),
    ("policy", {"name": "today", "travel": 5}, "x.json at /policy/travel: The policy has no key 'travel'."),
    (
        "customers/0/opening",
        [{"weekday": "Moon", "open": "09:00", "close": "17:00"}],
        "x.json at /customers/0/opening: ",
    ),
    (
        "technicians/0/start",
        {"lat": "x", "lon": 3},
        "x.json at /technicians/0/start: '{'lat': 'x', 'lon': 3}' is not a place.",
    ),
    ("format", "paigong.problem/2", "x.json at /format: The format is 'paigong.problem/2'."),
]


@pytest.mark.parametrize(("pointer", "value", "line"), BAD_VALUES, ids=[f"{p}={v!r}"[:50] for p, v, _ in BAD_VALUES])
def test_a_wrong_value_is_named_by_its_path(pointer: str, value: object, line: str, branch: Problem) -> None:
    document = document_of(branch)
    *parents, last = pointer.split("/")
    target: Any = document
    for name in parents:
        target = target[int(name)] if isinstance(target, list) else target[name]
    target[int(last) if isinstance(target, list) else last] = value
    problem, report = read_document(json.dumps(document).encode(), file="x.json")
    assert problem is None
    assert report.errors[0].text().startswith(line)
    assert report.text("zh") != report.text("en")


def test_unknown_keys_are_warnings_with_the_nearest_name(branch: Problem) -> None:
    document = document_of(branch)
    document["oders"] = []
    document["orders"][0]["prio"] = 3
    del document["orders"][0]["priority"]
    problem, report = read_document(json.dumps(document).encode(), file="x.json")
    assert problem is not None
    assert [issue.text() for issue in report.warnings] == [
        "x.json at /oders: The key 'oders' is not known and was not read. Known keys: see the wire form.",
        "x.json at /orders/0/prio: The key 'prio' is not known and was not read. "
        "Maybe 'priority' is meant. Known keys: see the wire form.",
    ]


def test_a_document_that_is_no_object() -> None:
    for text in ("[]", "null", '"text"', "5"):
        problem, report = read_document(text.encode(), file="x.json")
        assert problem is None
        assert report.text().startswith("x.json at /: Expected an object.")


def test_our_own_problems_may_lie_on_a_plane(branch: Problem) -> None:
    # A benchmark's coordinates are no map: 0, 0 and 120, 30 are as good as any, and a service may take no time.
    visits_ = tuple(replace(v, place=Place(120.0 * n, 30.0 * n), base_s=0) for n, v in enumerate(branch.visits))
    plane = replace(branch, branch=replace(branch.branch, place=Place(0.0, 0.0)), visits=visits_)
    document = document_of(plane)
    assert problem_from_json(document) == plane
    with pytest.raises(InputError):
        problem_from_json({**document, "orders": [{**document["orders"][0], "service": "PT-5M"}]})
    codes = {issue.code for issue in read_document(json.dumps(document).encode())[1].errors}
    assert codes == {"PLACE_ZERO", "PLACE_SWAPPED", "DURATION_ZERO"}


# --- files --------------------------------------------------------------------------------------------------------


def test_the_text_is_for_people_and_machines() -> None:
    value = {"name": "李伟", "rows": [{"a": 1, "b": [1, 2]}, {}], "long": list(range(60)), "empty": []}
    text = json_text(value)
    assert json.loads(text) == value
    assert text == (
        '{\n  "name": "李伟",\n  "rows": [{"a": 1, "b": [1, 2]}, {}],\n'
        f'  "long": [{", ".join(map(str, range(60)))}],\n  "empty": []\n}}\n'
    )


def test_what_is_no_json_number_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json({"a": float("nan")}, tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    write_json({"a": 1}, path)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_json({"a": 2}, path)
    assert path.read_text(encoding="utf-8") == '{"a": 1}\n'
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_can_be_read_by_others(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    write_json({}, tmp_path / "x.json")
    assert (tmp_path / "x.json").stat().st_mode == plain.stat().st_mode


def test_days_far_from_the_plan_are_told(branch: Problem) -> None:
    late = replace(branch.orders[0], due_day=branch.first_day + timedelta(days=4_000))
    document = document_of(replace(branch, orders=(late, *branch.orders[1:])))
    with pytest.raises(InputError, match="more than ten years away"):
        problem_from_json(document)
