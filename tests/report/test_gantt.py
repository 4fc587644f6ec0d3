"""The time chart: what lies where, and what the pointer shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.domain.units import at
from optimizer.report.days import days_by_date, technician_days
from optimizer.report.gantt import Axis, Gantt, axis_of, draw_gantt
from optimizer.report.wording import Wording
from tests.report.paper_worlds import FETCH, PAIR, TWO_DAYS, boiler_pair, fetch_on_the_way, two_days

if TYPE_CHECKING:
    from tests.worlds import World


def drawn(w: World, routes: dict, day: int = 0) -> Gantt:
    plan = w.plan(routes)
    index = {visit.visit_id: n for n, visit in enumerate(w.problem.visits)}
    days = technician_days(w.problem, w.matrix, plan)
    own = days_by_date(days)[day]
    return draw_gantt(w.problem, own, index, Wording("en"), axis=axis_of(w.problem, days, day))


def test_a_visit_of_two_is_marked_in_both_rows() -> None:
    rows = drawn(boiler_pair(), PAIR).rows
    assert [[bar.is_crew for bar in row.bars] for row in rows] == [[True, False], [True, False]]
    assert rows[0].bars[0].span.left == rows[1].bars[0].span.left
    assert "Crew: T1 Li, T2 Li; T1 Li leads" in rows[1].bars[0].span.title
    assert rows[0].bars[1].span.title.endswith("After K")


def test_a_stop_at_the_branch_lies_in_its_row_with_what_is_picked_up() -> None:
    """The axis is from 08:00 to 17:00; the stop is 09:00 to 09:10, one ninth from the left."""
    [row] = drawn(fetch_on_the_way(), FETCH).rows
    assert row.at_branch is not None
    assert (row.at_branch.left, row.at_branch.width) == (11.111, 1.852)
    assert row.at_branch.title == "Stop at the branch\nBranch\n09:00–09:10\nPick up: pump ×2"
    assert len(row.travel) == 3  # home is beside A
    assert drawn(boiler_pair(), PAIR).rows[0].at_branch is None


def test_a_long_day_has_a_label_every_second_hour_and_the_next_day_is_named_once(one_van: World) -> None:
    shift = replace(one_van.problem.shifts[0], start_s=at(17), end_s=at(35))
    w = one_van.but(shifts=(shift,))
    axis = axis_of(w.problem, technician_days(w.problem, w.matrix, w.plan({})))
    labels = [text for _, text in axis.labels(w.problem, Wording("en"))]
    assert labels == ["17:00", "19:00", "21:00", "23:00", "01:00 +1", "03:00", "05:00", "07:00", "09:00", "11:00"]
    assert len(axis.hours()) == 19
    assert [text for _, text in Axis(at(22), at(26)).labels(w.problem, Wording("en"))] == [
        "22:00", "23:00", "00:00 +1", "01:00", "02:00"]  # fmt: skip


def test_days_have_the_same_hours_each_by_its_own_clock() -> None:
    monday, tuesday = (drawn(two_days(), TWO_DAYS, day) for day in (0, 1))
    assert (monday.axis.from_s, tuesday.axis.from_s) == (at(8), at(8, day=1))
    assert [len(row.bars) for row in tuesday.rows] == [1, 1]
    assert monday.rows[0].bars[0].span.left == tuesday.rows[0].bars[0].span.left
    assert "08:30–09:00" in tuesday.rows[0].bars[0].span.title
