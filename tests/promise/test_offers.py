"""Two windows in hand: where somebody is really free, on the coming days.

The plan is made on Friday 20 November at 16:00 for Monday; T1 works from 08:00 to 17:00.
"""

from __future__ import annotations

from typing import Any

from optimizer.domain.order import Confirmed, Interval, ServiceLog
from optimizer.domain.problem import PublishedVisit
from optimizer.domain.stock import Arrival, Part
from optimizer.domain.units import at
from optimizer.promise.board import open_board
from optimizer.promise.offers import find_offers
from tests import worlds
from tests.worlds import MONDAY, Job, World, person, span, world

TUESDAY = MONDAY.replace(day=24)


def job(visit_id: str, **facts: Any) -> Job:
    """Return a visit to somebody at home, who is offered two hours."""
    return worlds.job(visit_id, **{"name": "Ms Li", **facts})


def offered(w: World, routes: dict[str, list[str]], *asking: str) -> dict[str, list[str]]:
    """Return what is offered to customers, as `1 09:00-11:00 T1`: day, window and who comes."""
    plan = w.plan(routes)
    found = find_offers(open_board(w.problem, w.matrix, plan), asking)
    clock = w.problem.clock
    return {
        visit_id: [
            f"{clock.day_of(window.open_s)} {clock.text(window.open_s)}-{clock.text(window.close_s)} {'+'.join(who)}"
            for window, who in found.of(visit_id)
        ]
        for visit_id in asking
    }


def test_the_first_free_windows_of_two_half_days_are_offered() -> None:
    w = world([job("A", place=10)], [person("T1")])
    assert offered(w, {}, "A") == {"A": ["0 09:00-11:00 T1", "0 13:00-15:00 T1"]}


def test_a_firm_is_offered_an_hour() -> None:
    hours = tuple((day, Interval(at(10), at(16))) for day in range(5))
    w = world([job("A", place=10, name="Shop", opening=hours)], [person("T1")])
    assert offered(w, {}, "A") == {"A": ["0 10:00-11:00 T1", "0 13:00-14:00 T1"]}


def test_a_full_day_is_not_offered() -> None:
    """B takes T1's whole Monday; Tuesday has no roster, so that T1 is taken to work as on Monday."""
    w = world([job("A", place=10), job("B", place=0, minutes=530)], [person("T1")])
    assert offered(w, {"T1": ["B"]}, "A") == {"A": ["1 09:00-11:00 T1", "1 13:00-15:00 T1"]}
    plan = w.plan({"T1": ["B"]})
    assert find_offers(open_board(w.problem, w.matrix, plan), ["A"]).assumed_days == (1,)


def test_a_known_roster_is_not_guessed() -> None:
    """On Tuesday T2 alone is on duty, from 12:00 on; T2 may not serve A before that."""
    people = [person("T1"), person("T2", days=(1,), hours="12:00-17:00")]
    made = world([job("A", place=10), job("B", place=0, minutes=530)], people)
    own = made.problem.shifts
    w = made.but(shifts=own[:1], shifts_around=own[1:])
    assert offered(w, {"T1": ["B"]}, "A") == {"A": ["1 13:00-15:00 T2", "2 09:00-11:00 T1"]}


def test_nobody_else_is_later_than_told() -> None:
    """B is to start between 13:00 and 13:20, half an hour away from A: there is room before it and after it."""
    w = world([job("A", place=40, minutes=90), job("B", place=10, requested="13:00-13:20")], [person("T1")])
    assert offered(w, {"T1": ["B"]}, "A") == {"A": ["0 09:00-11:00 T1", "0 13:00-15:00 T1"]}
    long = w.with_job("A", base_s=at(4))
    assert offered(long, {"T1": ["B"]}, "A") == {"A": ["1 09:00-11:00 T1", "2 09:00-11:00 T1"]}


def test_two_customers_are_not_offered_the_same_place() -> None:
    """Two visits of four hours fill a day of T1, whatever of the two windows is taken."""
    w = world([job(name, place=0, minutes=240) for name in "AB"], [person("T1")])
    assert offered(w, {}, "A", "B") == {
        "A": ["0 09:00-11:00 T1", "0 13:00-15:00 T1"],
        "B": ["1 09:00-11:00 T1", "1 13:00-15:00 T1"],
    }


def test_what_is_told_for_a_later_day_comes_first() -> None:
    told = (PublishedVisit("B", "T1", 1, span("09:00-10:00", day=1)),)
    jobs = [job("A", place=0, minutes=240), job("B", place=0, minutes=240), job("C", place=0, minutes=530)]
    w = world(jobs, [person("T1")], published=told)
    assert offered(w, {"T1": ["C"]}, "A") == {"A": ["1 13:00-15:00 T1", "2 09:00-11:00 T1"]}


def test_only_who_has_the_skill_is_free() -> None:
    w = world(
        [job("A", place=10, skills={"gas": 1})], [person("T1"), person("T2", skills={"gas": 1}, hours="12:00-17:00")]
    )
    assert offered(w, {}, "A") == {"A": ["0 13:00-15:00 T2", "1 13:00-15:00 T2"]}


def test_a_time_that_was_refused_is_not_offered_again() -> None:
    log = ServiceLog(confirmed=Confirmed.NO)
    w = world([job("A", place=10, promised=(span("09:00-11:00"),), log=log)], [person("T1")])
    assert offered(w, {}, "A") == {"A": ["0 13:00-15:00 T1", "1 09:00-11:00 T1"]}


def test_a_part_that_comes_on_tuesday_is_not_offered_for_monday() -> None:
    stock = {"parts": (Part("P1", "board", 0),), "arrivals": (Arrival("P1", 1, TUESDAY),)}
    w = world([job("A", place=10, parts={"P1": 1})], [person("T1")], **stock)
    assert offered(w, {}, "A") == {"A": ["1 09:00-11:00 T1", "1 13:00-15:00 T1"]}


def test_one_part_is_offered_to_one_customer() -> None:
    """B's windows count on a board that is still to be had, which takes two working days."""
    jobs = [job(name, place=10, parts={"P1": 1}) for name in "AB"]
    w = world(jobs, [person("T1")], parts=(Part("P1", "board", 1),))
    plan = w.plan({})
    found = find_offers(open_board(w.problem, w.matrix, plan), ["A", "B"])
    assert found.without_parts == {"B"}
    assert [w.problem.clock.day_of(offer.window.open_s) for offer in found.of("B")] == [1, 1]


def test_a_crew_is_free_together() -> None:
    """T2 is there in the afternoon alone."""
    w = world([job("A", place=10, crew_size=2)], [person("T1"), person("T2", hours="12:00-17:00")])
    assert offered(w, {}, "A") == {"A": ["0 13:00-15:00 T1+T2", "1 13:00-15:00 T1+T2"]}


def test_today_a_window_opens_an_hour_from_now_at_the_earliest() -> None:
    w = world([job("A", place=10)], [person("T1")], as_of_s=at(10, 30))
    assert offered(w, {}, "A") == {"A": ["0 13:00-15:00 T1", "1 09:00-11:00 T1"]}


def test_who_was_not_reached_may_be_offered_a_time() -> None:
    log = ServiceLog(confirmed=Confirmed.UNREACHABLE)
    w = world([job("A", place=10, kind="installation", log=log)], [person("T1")])
    assert offered(w, {}, "A") == {"A": ["0 09:00-11:00 T1", "0 13:00-15:00 T1"]}


def test_nothing_is_asked_for_nobody() -> None:
    w = world([job("A", place=10)], [person("T1")])
    plan = w.plan({})
    assert find_offers(open_board(w.problem, w.matrix, plan), []).by_visit == {}
