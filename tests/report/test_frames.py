"""The data frames: one row a stop, a date in each row, the same columns for every plan."""

from __future__ import annotations

from datetime import date

from optimizer.report.columns import ROUTES, SHEETS
from optimizer.report.frames import tables
from tests.report.paper_worlds import FETCH, PAIR, TWO_DAYS, boiler_pair, fetch_on_the_way, two_days
from tests.worlds import MONDAY, World


def frames_of(w: World, routes: dict) -> dict:
    return tables(w.problem, w.matrix, w.plan(routes))


def test_every_plan_has_the_same_columns(one_van: World) -> None:
    frames = frames_of(one_van, {"Ann": ["A", "B"]})
    assert {name: list(frame) for name, frame in frames.items()} == {
        sheet.name: [column.name for column in sheet.all_columns] for sheet in SHEETS
    }


def test_people_see_extra_columns_only_where_there_is_something(one_van: World) -> None:
    plain = frames_of(one_van, {"Ann": ["A", "B"]})["routes"].to_dict("records")
    assert ROUTES.filled(plain) == ROUTES.columns
    pair = frames_of(boiler_pair(), PAIR)["routes"].to_dict("records")
    extra = [column.name for column in ROUTES.filled(pair) if column.is_extra]
    assert extra == ["tools", "loads", "crew", "lead", "after"]


def test_each_member_of_a_crew_has_a_row_and_the_lead_brings_the_things() -> None:
    routes = frames_of(boiler_pair(), PAIR)["routes"]
    boiler = routes[routes.visit_id == "K"]
    assert list(boiler.technician_id) == ["T1", "T2"]
    assert list(boiler.crew) == ["T1 Li; T2 Li"] * 2
    assert list(boiler["lead"]) == ["T1 Li"] * 2
    assert list(boiler.tools) == ["hoist ×1", ""]
    assert list(boiler.parts) == ["pipe ×1", ""]
    assert list(routes[routes.visit_id == "A"].after) == ["K"]


def test_travel_over_the_branch_is_that_of_both_legs() -> None:
    frames = frames_of(fetch_on_the_way(), FETCH)
    assert list(frames["routes"].travel_minutes) == [0, 40]
    assert list(frames["routes"].via_branch) == [False, True]
    [shift] = frames["technicians"].to_dict("records")
    assert (f"{shift['branch_start']:%H:%M}", f"{shift['branch_end']:%H:%M}") == ("09:00", "09:10")


def test_rows_of_several_days_have_their_dates() -> None:
    frames = frames_of(two_days(), TWO_DAYS)
    tuesday = date(2026, 11, 24)
    assert list(frames["routes"].date) == [MONDAY, tuesday, tuesday]
    assert [f"{start:%m-%d %H:%M}" for start in frames["routes"].start] == ["11-23 08:30", *["11-24 08:30"] * 2]
    assert list(frames["technicians"].date) == [MONDAY, MONDAY, tuesday, tuesday]
    assert list(frames["days"].visits) == [1, 2]


def test_the_balance_of_a_technician_runs_over_the_days() -> None:
    rows = frames_of(two_days().with_shift("T1", contracted_s=4_000), TWO_DAYS)["technicians"]
    assert list(rows[rows.technician_id == "T1"].balance_minutes * 60) == [-400, 400]
