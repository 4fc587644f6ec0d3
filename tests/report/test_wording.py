"""How days and windows are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from babel.dates import format_date

from optimizer.domain.order import Interval
from optimizer.domain.plan import Cause, CauseKind, Reason, ReasonCode, UnassignedState, UnassignedVisit
from optimizer.domain.units import at
from optimizer.report.wording import Wording
from tests.report.paper_worlds import on_days
from tests.worlds import World, job, person, world


def test_a_moment_is_written_by_the_clock_of_its_day(one_van: World) -> None:
    problem = one_van.problem
    assert Wording("en").clock(at(9, day=2), problem, 2) == "09:00"
    assert Wording("en").clock(at(1, day=3), problem, 2) == "01:00 +1"
    assert Wording("en").window(Interval(at(9, day=1), at(11, day=1)), problem, 1) == "09:00–11:00"
    assert Wording("en").window(Interval(at(25), at(27)), problem) == "01:00–03:00 +1"
    assert Wording("en").window(Interval(at(23), at(25)), problem) == "23:00–01:00 +1"


def test_what_is_shown_in_the_night_of_a_change_is_what_the_clock_shows(one_van: World) -> None:
    """In Berlin the clocks go forward at 02:00 on 28 March 2027."""
    problem = one_van.problem
    berlin = replace(problem, first_day=date(2027, 3, 27), branch=replace(problem.branch, timezone="Europe/Berlin"))
    assert [Wording("en").clock(at(hour), berlin) for hour in (25, 26, 33)] == ["01:00 +1", "03:00 +1", "10:00 +1"]


@pytest.mark.parametrize(
    ("lang", "days", "text"),
    [
        ("en", 1, "Monday, 23 November 2026"),
        ("en", 2, "Mon 23 Nov – Tue 24 Nov 2026"),
        ("zh", 1, "2026年11月23日 星期一"),
        ("zh", 2, "2026年11月23日周一 – 11月24日周二"),
    ],
)
def test_the_horizon_is_a_day_or_its_first_and_last(one_van: World, lang: str, days: int, text: str) -> None:
    assert Wording(lang).horizon(one_van.but(days=days).problem) == text


@pytest.mark.parametrize(
    ("lang", "long", "short"), [("en", "EEEE, d MMMM y", "EEE d MMM"), ("zh", "y年M月d日 EEEE", "M月d日EEE")]
)
def test_days_are_written_as_the_language_writes_them(lang: str, long: str, short: str) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert [Wording(lang).day(day) for day in days] == [format_date(day, long, locale=lang) for day in days]
    assert [Wording(lang).short_day(day) for day in days] == [format_date(day, short, locale=lang) for day in days]


def test_windows_of_several_days_say_which_and_those_alike_are_told_together() -> None:
    w = on_days(world([job("A", place=10, requested=""), job("B", place=10)], [person("T1")]), 3)
    a, b = w.problem.visits
    assert Wording("en").windows(a, w.problem) == "Mon 23 Nov–Wed 25 Nov, 08:30–17:30"
    assert Wording("en").windows(b, w.problem) == "Mon 23 Nov, 08:00–17:00"
    apart = w.with_job("B", requested=(Interval(at(9), at(10)), Interval(at(9, day=2), at(10, day=2)))).problem
    assert Wording("en").windows(b, apart) == "Mon 23 Nov, 09:00–10:00; Wed 25 Nov, 09:00–10:00"


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (3_900, "+1 h 5 min", "+1 小时 5 分钟"),
        (-3_900, "−1 h 5 min", "−1 小时 5 分钟"),
        (29, "0 min", "0 分钟"),
        (None, "–", "–"),
    ],
)
def test_a_balance_has_its_sign(seconds: int | None, en: str, zh: str) -> None:
    assert [Wording(lang).balance(seconds) for lang in ("en", "zh")] == [en, zh]


def test_the_time_at_doors_stands_beside_the_distance_where_there_is_any() -> None:
    said = [Wording(lang).distance(583_000, door_s) for lang in ("en", "zh") for door_s in (0, 6 * 3600 + 48 * 60)]
    assert said == ["583 km", "583 km, and 6 h 48 min at the door", "583 公里", "583 公里，另有进门 6 小时 48 分钟"]


@pytest.mark.parametrize("code", ReasonCode)
def test_what_is_recorded_of_an_order_is_not_said_to_be_proven(one_van: World, code: ReasonCode) -> None:
    made = one_van.with_job("A")

    def sentences(reason: Reason) -> int:
        left = UnassignedVisit("A", UnassignedState.WAITS, None, (reason,), Cause(CauseKind.ALONE, True))
        return len(Wording("en").reasons(left, made.problem))

    recorded = {"DECLINED", "DUE_BEFORE_PLAN", "NOT_REACHED", "NOT_READY", "TIME_PASSED"}
    assert sentences(Reason(code, True)) == 1 + (code not in recorded)
    assert sentences(Reason(ReasonCode.TIME_WINDOW, True, subject="day")) == 1
