"""The figures: a visit counts once, a technician once over all days, a route once a day."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.technician import Employment, WorkLedger
from optimizer.domain.units import at
from optimizer.report.figures import kpis
from optimizer.report.page import with_whole_numbers
from tests.report.paper_worlds import PAIR, TWO_DAYS, boiler_pair, two_days


def test_a_visit_of_two_counts_once_and_is_work_for_both() -> None:
    w = boiler_pair()
    figures = kpis(w.problem, w.matrix, w.plan(PAIR))
    assert figures["visits_planned"] == 3
    assert figures["service_minutes"] == 2 * 60 + 30 + 30
    assert [one["visits"] for one in figures["technicians"]] == [2, 2]


def test_a_late_visit_of_two_is_late_once() -> None:
    """Both are there at 08:10; the customer asked for 08:00."""
    w = boiler_pair().with_policy(max_lateness_s=3600).with_job("K", requested=(Interval(at(7), at(8)),))
    figures = kpis(w.problem, w.matrix, w.plan(PAIR))
    assert (figures["late_visits"], figures["late_minutes"]) == (1, 10)


def test_over_several_days_people_count_once_and_each_day_has_its_figures() -> None:
    w = two_days()
    figures = kpis(w.problem, w.matrix, w.plan(TWO_DAYS))
    assert (figures["visits_planned"], figures["technicians_available"], figures["technicians_used"]) == (3, 2, 2)
    assert [(day["date"], day["visits_planned"], day["technicians_used"]) for day in figures["days"]] == [
        ("2026-11-23", 1, 1),
        ("2026-11-24", 2, 2),
    ]
    assert sum(day["travel_minutes"] for day in figures["days"]) == figures["travel_minutes"] == 20 + 40 + 10
    assert {(one["technician_id"], one["date"]) for one in figures["technicians"]} == {
        (who, day) for who in ("T1", "T2") for day in ("2026-11-23", "2026-11-24")
    }


def test_loads_are_compared_over_all_days() -> None:
    """T1 drives 60 minutes and works 60, T2 10 and 30: 80 minutes apart; each has 18 hours in two days."""
    w = two_days()
    figures = kpis(w.problem, w.matrix, w.plan(TWO_DAYS))
    assert figures["fairness"]["load_range_minutes"] == 80
    assert figures["load_share_mean"] == round((120 + 40) / 2 / (18 * 60), 4)


def test_the_balance_adds_up_the_ledger_and_each_day_less_85_percent_of_the_contracted_time() -> None:
    """T1 has 9 000 - 6 800 s from before; 3 000 and 4 200 s of work, less 3 400 s a day. T2 is paid by the minute."""
    w = two_days().with_shift("T1", contracted_s=4_000).with_technician("T1", ledger=WorkLedger(9_000, 8_000, 2))
    w = w.with_technician("T2", employment=Employment.CONTRACTOR)
    figures = kpis(w.problem, w.matrix, w.plan(TWO_DAYS))
    balances = {(one["technician_id"], one["date"]): one["balance_minutes"] for one in figures["technicians"]}
    assert balances == {
        ("T1", "2026-11-23"): 30.0,
        ("T1", "2026-11-24"): 43.3,
        ("T2", "2026-11-23"): None,
        ("T2", "2026-11-24"): None,
    }


def test_visits_planned_after_their_due_day_are_counted_on_their_day() -> None:
    w = two_days().with_job("B", due_day=date(2026, 11, 23)).with_job("A", due_day=date(2026, 11, 23))
    figures = kpis(w.problem, w.matrix, w.plan(TWO_DAYS))
    assert figures["overdue_visits"] == 1
    assert [day["overdue_visits"] for day in figures["days"]] == [0, 1]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("24 小时 7 分钟", "24\u00a0小时 7\u00a0分钟"),
        ("2 h 7 min + 16 min at the door", "2\u00a0h\u00a07\u00a0min + 16\u00a0min at the door"),
        ("58", "58"),
    ],
)
def test_a_number_on_a_card_and_its_unit_stay_on_one_line(value: str, shown: str) -> None:
    assert with_whole_numbers(value) == shown
