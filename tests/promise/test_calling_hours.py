"""When customers may be phoned: homes until the evening, firms in their hours, nobody over noon.

The plan is made on Friday 20 November, or at another moment that a case names.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.order import Customer, Interval, PlaceKind
from optimizer.domain.units import at
from optimizer.promise.calling_hours import call_at_once_s, call_by_s, is_firm, last_call_s, next_call_s
from tests.worlds import job, person, world

HOME = Customer("C1", "吴先生")
SHOP = Customer("C2", "云朵咖啡", opening=tuple((day, Interval(at(9), at(22))) for day in range(5)))
PLANT = Customer("C3", "Works", place_kind=PlaceKind.FACTORY)
PROBLEM = world([job("A", place=1)], [person("T1")]).problem


def on(day: int, hour: int, minute: int = 0) -> int:
    return at(hour, minute, day=day)


@pytest.mark.parametrize(
    ("customer", "is_one"),
    [
        (HOME, False),
        (SHOP, True),
        (PLANT, True),
        (Customer("C", "黄女士", opening=((0, Interval(at(13), at(20))),)), False),
        (Customer("C", "运河社区卫生站"), True),
        (Customer("C", "Blue Hotel"), True),
        (Customer("C", "Mr Cole"), False),
        (Customer("C", "某某公司", place_kind=PlaceKind.HOME), False),
    ],
)
def test_a_firm_is_known_by_its_place_its_name_or_its_hours(customer: Customer, is_one: bool) -> None:
    assert is_firm(customer) is is_one


@pytest.mark.parametrize(
    ("customer", "moment_s", "next_s", "last_s"),
    [
        (HOME, on(-3, 16), on(-3, 16), on(-3, 16)),
        (HOME, on(-3, 13), on(-3, 14), on(-3, 12)),
        (HOME, on(-3, 21), on(-2, 8, 30), on(-3, 20, 30)),
        (HOME, on(-3, 7), on(-3, 8, 30), on(-4, 20, 30)),
        (SHOP, on(-3, 8, 40), on(-3, 9), on(-4, 20, 30)),
        (SHOP, on(-3, 21), on(0, 9), on(-3, 20, 30)),
        (PLANT, on(-3, 18), on(0, 8, 30), on(-3, 17, 30)),
    ],
)
def test_the_next_and_the_last_moment_for_a_call(customer: Customer, moment_s: int, next_s: int, last_s: int) -> None:
    assert next_call_s(PROBLEM, customer, moment_s) == next_s
    assert last_call_s(PROBLEM, customer, moment_s) == last_s


def test_where_nobody_rests_over_noon_calls_are_made() -> None:
    for no_calls, next_s in (((), on(-3, 13, 10)), ((Interval(at(13), at(13, 30)),), on(-3, 13, 30))):
        branch = replace(PROBLEM.branch, region=replace(PROBLEM.branch.region, no_calls=no_calls))
        assert next_call_s(replace(PROBLEM, branch=branch), HOME, on(-3, 13, 10)) == next_s


def test_at_once_does_not_wait_for_the_hour_when_the_promise_is_sooner() -> None:
    w = world([job("A", place=1)], [person("T1")], as_of_s=on(0, 7))
    assert call_at_once_s(w.problem, HOME) == on(0, 8, 30)
    assert call_at_once_s(w.problem, HOME, before_s=on(0, 8, 30)) == on(0, 8, 30)
    assert call_at_once_s(w.problem, HOME, before_s=on(0, 8)) == on(0, 7)


def test_a_deadline_is_brought_into_the_hours() -> None:
    """At Friday 16:00: by 17:30 is by 17:30; by midnight is by 20:30; what was due at 13:00 was due at 12:00."""
    assert call_by_s(PROBLEM, HOME, on(-3, 17, 30)) == on(-3, 17, 30)
    assert call_by_s(PROBLEM, HOME, on(-3, 24)) == on(-3, 20, 30)
    assert call_by_s(PROBLEM, HOME, on(-3, 13)) == on(-3, 12)
    w = world([job("A", place=1)], [person("T1")], as_of_s=on(-3, 21))
    assert call_by_s(w.problem, HOME, on(-3, 23)) == on(-2, 8, 30)


def test_somebody_who_is_never_there_is_called_all_the_same() -> None:
    closed = Customer("C", "Shop", opening=())
    assert next_call_s(PROBLEM, closed, on(0, 10)) == on(0, 10)
    assert last_call_s(PROBLEM, closed, on(0, 10)) == on(0, 10)
