"""The plan on a terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.console import Console

from optimizer.domain.order import Interval
from optimizer.domain.planning_context import Change, ChangeKind, PlanningContext
from optimizer.domain.units import at
from optimizer.explain.unassigned import explain_unassigned
from optimizer.report.screen import print_changes, print_plan
from tests.report.paper_worlds import FETCH, PAIR, TWO_DAYS, boiler_pair, fetch_on_the_way, two_days
from tests.worlds import job, person, world

if TYPE_CHECKING:
    from tests.worlds import World


def shown(w: World, routes: dict, *, width: int = 160, lang: str = "en") -> list[str]:
    console = Console(width=width, force_terminal=False)
    with console.capture() as captured:
        print_plan(w.problem, w.matrix, w.plan(routes), console, lang)
    return captured.get().splitlines()


def test_a_visit_of_two_is_noted_and_counted_once() -> None:
    lines = shown(boiler_pair(), PAIR)
    assert lines[1].split() == ["Planned", "visits", "3", "of", "3"]
    assert sum("Crew: T1 Li, T2 Li; T1 Li leads" in text for text in lines) == 2
    assert sum("pipe ×1" in text for text in lines) == 1
    assert sum("After K" in text for text in lines) == 1


#: A time, a window, a duration or a length that goes on in the next line.
BROKEN = re.compile(
    r"\d:(?=\s)|\d–(?=\s)|(?:小时|\bh)\s*\n\s*\d\d (?:分|min)|\d\s*\n\s*(?:h|min|km|小时|分钟|分|公里)\b"
)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_time_is_broken_and_no_line_is_too_long(width: int, lang: str) -> None:
    w = (
        fetch_on_the_way()
        .with_job("A", name="the first customer of the long name")
        .with_job("B", name="长长的名字" * 3)
    )
    w = w.with_technician("T1", name="很长的名字" * 3)
    lines = shown(w, FETCH, width=width, lang=lang)
    assert max(map(cell_len, lines)) <= width
    assert BROKEN.findall("\n".join(lines)) == []
    assert "\n".join(lines).count("09:00–09:10") == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_reasons_and_changes_are_told_without_a_broken_time(width: int, lang: str) -> None:
    w = world([job("A", place=10, promised=(Interval(at(8), at(9)),)), job("B", place=200, requested="08:00-09:00")],
              [person("T1")])  # fmt: skip
    plan = w.plan({"T1": ["A"]})
    plan = replace(plan, unassigned=explain_unassigned(w.problem, w.matrix, plan))
    change = Change("A", ChangeKind.TIME, "T1", "T1", Interval(at(10), at(11)), Interval(at(8), at(9)),
                    at(15, 52, day=-3), ("T1",), ("T1",))  # fmt: skip
    console = Console(width=width, force_terminal=False)
    with console.capture() as captured:
        print_plan(w.problem, w.matrix, plan, console, lang)
        print_changes(w.problem, PlanningContext(changes=(change,), is_published=True), console, lang)
    text = captured.get()
    assert BROKEN.findall(text) == []
    assert max(map(cell_len, text.splitlines())) <= width
    assert "11-20 15:52" in text


def test_a_day_on_which_nobody_has_a_visit_is_left_out() -> None:
    lines = shown(two_days(), {("T1", 0): ["A"]})
    assert "Monday, 23 November 2026" in lines
    assert "Tuesday, 24 November 2026" not in lines


def test_a_stop_at_the_branch_is_a_line_between_the_visits() -> None:
    lines = shown(fetch_on_the_way(), FETCH)
    at_branch = next(n for n, text in enumerate(lines) if "Stop at the branch" in text)
    assert "09:00–09:10" in lines[at_branch]
    assert "pump ×2" in lines[at_branch]
    assert "customer of A" in lines[at_branch - 1]
    assert "customer of B" in lines[at_branch + 1]


def test_each_day_has_its_heading_and_its_own_clock() -> None:
    lines = shown(two_days(), TWO_DAYS)
    assert lines[0] == "Dispatch plan · Branch · Mon 23 Nov – Tue 24 Nov 2026"
    monday, tuesday = (lines.index(day) for day in ("Monday, 23 November 2026", "Tuesday, 24 November 2026"))
    assert "Without a visit: T2 Li" in lines[monday:tuesday]
    assert not any("+1" in text for text in lines)


def test_a_call_is_due_on_a_day_even_of_one_day() -> None:
    w = world([job("B", place=10)], [person("T1")])
    change = Change("B", ChangeKind.ADDED, "", "T1", None, Interval(at(8), at(9)), at(15, 52, day=-3), (), ("T1",))
    console = Console(width=160, force_terminal=False)
    with console.capture() as captured:
        print_changes(w.problem, PlanningContext(changes=(change,), is_published=True), console, "en")
    assert "11-20 15:52" in captured.get()


def test_changes_of_several_days_say_which() -> None:
    w = two_days()
    day = Interval(at(8, day=1), at(9, day=1))
    change = Change("B", ChangeKind.ADDED, "", "T1", None, day, at(17, day=0), (), ("T1", "T2"))
    console = Console(width=160, force_terminal=False)
    with console.capture() as captured:
        print_changes(w.problem, PlanningContext(changes=(change,), is_published=True), console, "en")
    assert "T1 Li, T2 Li Tue 24 Nov 08:00–09:00" in captured.get()
    assert "11-23 17:00" in captured.get()
