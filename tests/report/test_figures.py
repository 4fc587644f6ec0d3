"""The figures: a visit counts once, a technician once over all days, a route once a day."""

from __future__ import annotations

from optimizer.domain.order import Interval
from optimizer.domain.units import at
from optimizer.report import kpis
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
