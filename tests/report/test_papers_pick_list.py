"""The part keeper's lists: who takes what, and what is short for whom."""

from __future__ import annotations

from datetime import date

from optimizer.domain.policy import Pickup
from optimizer.domain.stock import Arrival, Part, Reservation
from optimizer.domain.units import at
from tests.report.paper_worlds import FETCH, PAIR, TWO_DAYS, boiler_pair, column, fetch_on_the_way, papers_of, two_days
from tests.worlds import MONDAY, World, job, person, world


def boards(**facts: object) -> World:
    """Return three visits that each need one board of two; T2 starts at home."""
    facts.setdefault("parts", (Part("P1", "board", 2),))
    return world(
        [job(name, place=10, parts={"P1": 1}, priority=number) for number, name in enumerate("ABC", start=1)],
        [person("T1"), person("T2", home=5)],
        **facts,
    )


def total_of(w: World, routes: dict[str, list[str]]) -> dict[str, object]:
    [line] = papers_of(w, routes).pick_totals.lines
    return {**line.cells, "red": line.is_red}


def test_each_technician_has_a_line_per_order_and_part() -> None:
    paper = papers_of(boards(), {"T1": ["A"], "T2": ["B"]}).pick_list
    assert [list(line.cells.values()) for line in paper.lines] == [
        ["T1 Li (T1)", "In the morning", "A", "P1", "board", 1, None],
        ["T2 Li (T2)", "Fri 20 Nov, evening", "B", "P1", "board", 1, None],
    ]
    assert [line.technician_id for line in paper.lines] == ["T1", "T2"]


def test_who_would_have_to_stop_at_the_branch_takes_nothing() -> None:
    w = boards().with_policy(pickup=Pickup.STOP)
    assert column(papers_of(w, {"T2": ["B"]}).pick_list, "order_id") == []


def test_the_total_says_who_misses_a_part() -> None:
    total = total_of(boards(), {"T1": ["A", "B"]})
    assert (total["needed"], total["on_hand"], total["short"]) == (2, 2, 1)
    assert total["missed_by"] == "C ×1"
    assert total["red"]


def test_what_is_not_planned_would_also_need_is_said_apart() -> None:
    total = total_of(boards(), {"T1": ["A"]})
    assert (total["needed"], total["also"]) == (1, "B ×1; C ×1")
    assert total_of(boards(), {"T1": ["A", "B", "C"]})["also"] == ""
    # Also where nobody who is planned needs the part.
    assert (total_of(boards(), {})["needed"], total_of(boards(), {})["also"]) == (0, "A ×1; B ×1; C ×1")


def test_nothing_is_short_as_long_as_there_is_one_for_each() -> None:
    total = total_of(boards(parts=(Part("P1", "board", 3),)), {"T1": ["A", "B"]})
    assert (total["short"], total["missed_by"], total["red"]) == (0, "", False)


def test_of_visits_left_out_the_most_urgent_is_served_first() -> None:
    assert total_of(boards(), {"T1": ["A"]})["missed_by"] == "B ×1"


def test_reservations_arrivals_and_the_next_delivery_are_told() -> None:
    w = boards(
        reservations=(Reservation("R1", "P1", 1, MONDAY),),
        arrivals=(Arrival("P1", 1, MONDAY), Arrival("P1", 4, date(2026, 11, 25))),
    )
    total = total_of(w, {"T1": ["A", "B"]})
    assert (total["on_hand"], total["reserved"], total["arriving"], total["short"]) == (2, 1, 1, 1)
    assert total["next_arrival"] == "11-25 ×4"


def test_what_is_held_for_a_visit_left_out_is_reserved_and_not_missed() -> None:
    w = boards(reservations=(Reservation("R1", "P1", 1, MONDAY, "C"),))
    total = total_of(w, {"T1": ["A"]})
    assert (total["reserved"], total["missed_by"]) == (1, "B ×1")


def test_an_old_count_is_warned_of() -> None:
    friday_noon, friday_morning = at(12, day=-3), at(11, day=-3)
    fresh = boards(parts=(Part("P1", "board", 2, friday_noon),))
    old = boards(parts=(Part("P1", "board", 2, friday_morning),))
    assert papers_of(fresh, {"T1": ["A"]}).pick_totals.note == "Stock as counted on 11-20 12:00."
    assert papers_of(old, {"T1": ["A"]}).pick_totals.note.endswith("before the last afternoon: count again.")
    assert papers_of(boards(), {"T1": ["A"]}).pick_totals.note == "Nobody has said when the stock was counted."


def test_in_the_morning_the_last_afternoon_is_that_of_the_working_day_before() -> None:
    w = boards(parts=(Part("P1", "board", 2, at(15, day=-3)),), as_of_s=at(8))
    assert papers_of(w, {"T1": ["A"]}).pick_totals.note == "Stock as counted on 11-20 15:00."


# --- crews, a stop at the branch, several days ----------------------------------------------------------------------


def test_the_lead_takes_the_parts_of_a_visit_of_two() -> None:
    assert column(papers_of(boiler_pair(), PAIR).pick_list, "technician") == ["T1 Li (T1)"]


def test_what_a_stop_at_the_branch_is_for_is_handed_over_there() -> None:
    paper = papers_of(fetch_on_the_way(), FETCH).pick_list
    lines = [tuple(line.cells[name] for name in ("handed", "order_id", "quantity")) for line in paper.lines]
    assert lines == [("Fri 20 Nov, evening", "A", 1), ("At the stop, 09:00", "B", 2)]  # of A's boards one is his own


def test_where_parts_are_fetched_on_the_way_only_the_visits_after_it_get_any() -> None:
    w = fetch_on_the_way().with_policy(pickup=Pickup.STOP)
    assert column(papers_of(w, FETCH).pick_list, "order_id") == ["B"]


def test_each_day_has_its_own_list() -> None:
    paper = papers_of(two_days(), TWO_DAYS).pick_list
    assert column(paper, "date") == [MONDAY, date(2026, 11, 24), date(2026, 11, 24)]
    assert [(day, column(own, "order_id")) for day, own in paper.by_day()] == [(0, ["A"]), (1, ["B", "C"])]
    tuesday = paper.by_day()[1][1]
    assert column(tuesday, "handed") == ["In the morning", "Mon 23 Nov, evening"]
    assert "date" not in [head.name for head in tuesday.columns]


def test_totals_of_several_days_say_what_each_needs() -> None:
    w = two_days().but(arrivals=(Arrival("P1", 2, date(2026, 11, 24)),), parts=(Part("P1", "board", 1),))
    paper = papers_of(w, TWO_DAYS).pick_totals
    [line] = paper.lines
    assert [line.cells[name] for name in ("needed", "by_day", "on_hand", "arriving", "next_arrival")] == [
        3,
        "11-23 ×1; 11-24 ×2",
        1,
        2,
        "11-24 ×2",
    ]
    assert paper.note.endswith("What is reserved and what arrives counts until Tue 24 Nov.")
    # C is handed over on Monday evening, when the two that come on Tuesday are not there yet.
    assert (line.cells["short"], line.is_red) == (1, True)


# --- parts by the hour ----------------------------------------------------------------------------------------------


def by_ten() -> World:
    """Return A and B, one board each; one is on hand, one comes at ten and is booked in by half past."""
    arrivals = (Arrival("P1", 1, MONDAY, at(10)),)
    return boards(parts=(Part("P1", "board", 1),), arrivals=arrivals).with_policy(pick_s=1800)


def test_who_waits_for_a_part_takes_it_on_leaving() -> None:
    papers = papers_of(by_ten(), {"T1": ["A", "B"]})
    assert column(papers.pick_list, "handed") == ["On leaving, 10:30", "On leaving, 10:30"]
    assert papers.route_sheets[0].packing == ("board (P1) ×2, booked in by 10:30",)


def test_who_does_not_wait_takes_it_in_the_morning_or_at_the_stop() -> None:
    papers = papers_of(by_ten(), {"T1": ["A", "0", "B"]})
    assert column(papers.pick_list, "handed") == ["In the morning", "At the stop, 10:30"]


def test_what_comes_during_the_day_is_the_next_arrival() -> None:
    total = total_of(by_ten(), {"T1": ["A", "B"]})
    assert (total["arriving"], total["next_arrival"], total["missed_by"]) == (0, "11-23 10:30 ×1", "C ×1")
