"""Dates and times as locales write them."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.domain.region import DateOrder
from optimizer.ingest.cells.frame import Frame
from optimizer.ingest.cells.local_forms import made_plain
from optimizer.ingest.cells.tidy import Shape, tidy_cell

US, GB = DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST


@pytest.mark.parametrize(
    ("text", "shape", "order", "meant"),
    [
        ("11/25/2026", Shape.DATE, US, "2026-11-25"),
        ("11-25-2026", Shape.DATE, US, "2026-11-25"),
        ("1/5/26", Shape.DATE, US, "2026-01-05"),
        ("1/5/2026", Shape.DATE, GB, "2026-05-01"),
        ("25.11.2026", Shape.DATE, GB, "2026-11-25"),
        ("25/11/2026", Shape.DATE, GB, "2026-11-25"),
        ("Nov 25, 2026", Shape.DATE, US, "2026-11-25"),
        ("25-Nov-2026", Shape.DATE, GB, "2026-11-25"),
        ("25 November 2026", Shape.DATE, GB, "2026-11-25"),
        ("November 5th, 2026", Shape.DATE, US, "2026-11-05"),
        ("11/25/2026 8:00 AM", Shape.MOMENT, US, "2026-11-25 08:00"),
        ("11/25/2026, 8:05:30 pm", Shape.MOMENT, US, "2026-11-25 20:05:30"),
        ("25.11.2026 14:30", Shape.MOMENT, GB, "2026-11-25 14:30"),
        ("25/11/2026 2.30pm", Shape.MOMENT, GB, "2026-11-25 14:30"),
        ("12:00 AM", Shape.TIME, US, "00:00"),
        ("12:15 p.m.", Shape.TIME, US, "12:15"),
        ("8 AM", Shape.TIME, US, "08:00"),
        ("11/26/2026 7:00 AM", Shape.TIME, US, "2026-11-26 07:00"),
        ("8:00 AM-5:00 PM", Shape.HOURS, US, "08:00-17:00"),
        ("9:00–11:00 AM", Shape.HOURS, US, "09:00–11:00"),
        ("11-1 PM", Shape.HOURS, US, "11:00-13:00"),
        ("Mon-Fri 8:00 AM-5:00 PM; Sat 9 AM-12 PM", Shape.OPENING, US, "Mon-Fri 08:00-17:00; Sat 09:00-12:00"),
        ("11/25/2026 8:00 AM - 10:00 AM", Shape.WINDOWS, US, "2026-11-25 08:00/10:00"),
        ("25.11.2026 09:00/11:00", Shape.WINDOWS, GB, "2026-11-25 09:00/11:00"),
    ],
)
def test_what_a_locale_writes_is_made_plain(text: str, shape: Shape, order: DateOrder, meant: str) -> None:
    assert made_plain(text, shape, order) == meant


def test_a_window_of_a_locale_is_read_like_any_other() -> None:
    text = "11/25/2026 10:30 PM - 11/26/2026 12:30 AM"
    assert tidy_cell(made_plain(text, Shape.WINDOWS, US), Shape.WINDOWS) == "2026-11-25 22:30/2026-11-26 00:30"
    text = "11/25/2026 8:00 AM to 10:00 AM"
    assert tidy_cell(made_plain(text, Shape.WINDOWS, US), Shape.WINDOWS) == "2026-11-25 08:00/10:00"


@pytest.mark.parametrize("text", ["25/11/2026", "2/30/2026", "13:00 PM", "0:30 AM", "2026-11-25", "2026/11/25", "26.1"])
def test_what_is_no_such_day_or_time_stays_as_it_is(text: str) -> None:
    assert made_plain(text, Shape.MOMENT, US) == text


@pytest.mark.parametrize("shape", [Shape.TEXT, Shape.ID, Shape.NUMBER, Shape.AMOUNTS])
def test_other_cells_are_left_alone(shape: Shape) -> None:
    assert made_plain("11/25/2026", shape, US) == "11/25/2026"


def test_without_a_locale_nothing_is_taken_for_a_date() -> None:
    assert made_plain("11/10/2026 8:00 AM", Shape.MOMENT, None) == "11/10/2026 8:00 AM"


@pytest.mark.parametrize(
    ("text", "order", "plain"),
    [
        ("23.11.2026 9:00 - 11:00 Uhr", DateOrder.DAY_FIRST, "2026-11-23 9:00/11:00"),
        ("23.11.2026 14 Uhr", DateOrder.DAY_FIRST, "2026-11-23 14:00"),
        ("11/23/2026 8:00a - 10:00a", DateOrder.MONTH_FIRST, "2026-11-23 08:00/10:00"),
        ("11/23/2026 2p", DateOrder.MONTH_FIRST, "2026-11-23 14:00"),
    ],
)
def test_words_of_a_country_behind_its_times(text: str, order: DateOrder, plain: str) -> None:
    assert made_plain(text, Shape.WINDOWS, order) == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("23.11. 9:00-11:00", "2026-11-23 09:00/11:00"),
        ("23.11.2026 9-11 Uhr", "2026-11-23 09:00/11:00"),
        ("23.11.2026 ab 14 Uhr", "2026-11-23 14:00/24:00"),
        ("23.11.2026 bis 11 Uhr", "2026-11-23 00:00/11:00"),
        ("23.11.2026 vormittags", "2026-11-23 08:30/12:00"),
        ("23.11.2026 9 bis 11 Uhr", "2026-11-23 09:00/11:00"),
    ],
)
def test_windows_of_a_german_branch(text: str, plain: str) -> None:
    frame = Frame(date(2026, 11, 20), date(2026, 11, 23), DateOrder.DAY_FIRST)
    assert tidy_cell(made_plain(text, Shape.WINDOWS, frame.local), Shape.WINDOWS, frame) == plain
