"""Working days of a branch: the days after a day, and the stretches of rest between."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from optimizer.domain.working_time import WorkingCalendar
from tests.promise_worlds import PUBLIC_DAYS, a_day

CALENDAR = WorkingCalendar(PUBLIC_DAYS)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("11-20", 1, ["11-23"]),
        ("11-21", 2, ["11-23", "11-24"]),
        ("02-13", 3, ["02-14", "02-24", "02-25"]),
        ("09-30", 3, ["10-08", "10-09", "10-10"]),
    ],
)
def test_the_working_days_after_a_day(day: str, count: int, expected: list[str]) -> None:
    assert CALENDAR.working_days_after(a_day(day), count) == tuple(map(a_day, expected))
    assert CALENDAR.next_working_day(a_day(day)) == a_day(expected[0])


def test_no_day_is_counted_when_none_is_asked_for() -> None:
    assert CALENDAR.working_days_after(a_day("11-20"), 0) == ()


@pytest.mark.parametrize(
    ("after", "until", "expected"),
    [
        ("11-20", "11-24", []),  # a weekend
        ("02-13", "02-24", [("02-15", "02-23")]),
        ("09-24", "10-08", [("09-25", "09-27"), ("10-01", "10-07")]),
        ("10-04", "10-08", [("10-05", "10-07")]),
        ("09-30", "10-05", [("10-01", "10-04")]),
        ("10-08", "10-08", []),
    ],
)
def test_the_closures_between_two_days(after: str, until: str, expected: list[tuple[str, str]]) -> None:
    found = CALENDAR.closures(after=a_day(after), until=a_day(until))
    assert found == tuple((a_day(first), a_day(last)) for first, last in expected)


def test_a_rest_day_of_the_branch_joins_the_weekend() -> None:
    calendar = replace(CALENDAR, overrides={a_day("11-27"): False})
    assert calendar.closures(after=a_day("11-26"), until=a_day("11-30")) == ((a_day("11-27"), a_day("11-29")),)


def test_a_doubt_about_a_year_is_no_part_of_equality() -> None:
    assert WorkingCalendar({}, frozenset({2027})) == WorkingCalendar()


def test_the_calendar_of_these_tests_is_the_published_one() -> None:
    from optimizer.ingest.build.calendar import public_days

    published = WorkingCalendar(public_days("CN", (2026,)))
    days = [date.fromordinal(n) for n in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    assert [day for day in days if CALENDAR.is_working_day(day) != published.is_working_day(day)] == []
