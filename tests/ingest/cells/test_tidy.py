"""Tidying: what a person means by a cell, and what is left for the parsers to name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.ingest.cells.tidy import Shape, is_change, seconds_of_fraction, tidy_cell
from optimizer.ingest.forms.columns import SHEETS, columns_of


@pytest.mark.parametrize(
    ("text", "shape", "meant"),
    [
        ("４５", Shape.NUMBER, "45"),
        ("３０．２７", Shape.NUMBER, "30.27"),
        ("－3", Shape.NUMBER, "-3"),
        ("３０", Shape.DURATION, "30"),
        ("45分钟", Shape.DURATION, "45"),
        ("45 min", Shape.DURATION, "45"),
        ("1.5小时", Shape.DURATION, "90"),
        ("2h", Shape.DURATION, "120"),
        ("0:45", Shape.DURATION, "45"),
        ("01:30:00", Shape.DURATION, "90"),
        ("10042.0", Shape.ID, "10042"),
        ("10042.00; 10043", Shape.IDS, "10042; 10043"),
        ("P1:２; 10042:1.0", Shape.AMOUNTS, "P1:2; 10042:1"),
        ("２０２６-11-24", Shape.DATE, "2026-11-24"),
        ("2026年11月3日", Shape.DATE, "2026-11-03"),
        ("2026.11.23", Shape.DATE, "2026-11-23"),
        ("46349", Shape.DATE, "2026-11-23"),
        ("46349.0", Shape.DATE, "2026-11-23"),
        ("46349", Shape.MOMENT, "2026-11-23 00:00"),
        ("46349.375", Shape.MOMENT, "2026-11-23 09:00"),
        ("2026年11月23日9：30", Shape.MOMENT, "2026-11-23 09:30"),
        ("0.375", Shape.TIME, "09:00"),
        ("0.354166667", Shape.TIME, "08:30"),
        ("46349.375", Shape.TIME, "2026-11-23 09:00"),
        ("０８：３０", Shape.TIME, "08:30"),
        ("12:00～13:00", Shape.HOURS, "12:00-13:00"),
        ("周一至周五9:00至17:00", Shape.OPENING, "Mon-Fri 09:00-17:00"),
    ],
)
def test_what_is_meant(text: str, shape: Shape, meant: str) -> None:
    assert tidy_cell(text, shape) == meant
    assert is_change(text, meant, shape)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-23 09：00/11：00", "2026-11-23 09:00/11:00"),
        ("2026-11-23 09:00-11:00；2026-11-24 9:00～10:00", "2026-11-23 09:00/11:00; 2026-11-24 09:00/10:00"),
        ("2026年11月23日 09:00至11:00", "2026-11-23 09:00/11:00"),
        ("2026/11/23 09:00—11:00", "2026-11-23 09:00/11:00"),
    ],
)
def test_a_window_with_other_marks_between_its_numbers_is_no_news(text: str, meant: str) -> None:
    assert tidy_cell(text, Shape.WINDOWS) == meant
    assert not is_change(text, meant, Shape.WINDOWS)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("45", Shape.NUMBER),
        ("1,850", Shape.NUMBER),  # a decimal comma, or thousands? The parser asks.
        ("1,850", Shape.DURATION),
        ("45:00", Shape.DURATION),  # 45 hours, or 45 minutes?
        ("24:00", Shape.TIME),
        ("1", Shape.TIME),  # one o'clock, or a spreadsheet's whole day?
        ("46349.375", Shape.DATE),  # a day with a time of day
        ("39814", Shape.DATE),  # 2009 and before: no day to plan
        ("31.02.2026", Shape.DATE),
        ("2026-11-23 09:00/11:00", Shape.WINDOWS),
        ("2026-11-23T09:00:00-05:00/2026-11-23T11:00:00-05:00", Shape.WINDOWS),
        ("周一至周五 09:00-17:00", Shape.OPENING),
        ("10042.5", Shape.ID),
        ("V1.0", Shape.ID),
        ("（大）:1", Shape.AMOUNTS),
        ("４５ 号", Shape.TEXT),
    ],
)
def test_what_is_plain_or_not_plainly_meant_stays(text: str, shape: Shape) -> None:
    assert tidy_cell(text, shape) == text


@pytest.mark.parametrize(("text", "word"), [("特急", "emergency"), ("维修", "repair"), ("清洗", "清洗"), ("是", "yes")])
def test_words_become_english_without_a_word(text: str, word: str) -> None:
    assert tidy_cell(text, Shape.WORD) == word
    assert not is_change(text, word, Shape.WORD)


@pytest.mark.parametrize("text", [" x ", "\u3000x", "x\u00a0", "\ufeffx", "x\u200b"])
def test_spaces_at_the_ends_are_cut_off_without_a_word(text: str) -> None:
    for shape in Shape:
        assert tidy_cell(text, shape) == "x"
        assert not is_change(text, "x", shape)


@pytest.mark.parametrize(
    ("digits", "seconds"),
    [("375", 32_400), ("3958", 34_200), ("39583333", 34_200), ("5", 43_200), ("0001", 9), ("", 0)],
)
def test_a_fraction_of_a_day(digits: str, seconds: int) -> None:
    assert seconds_of_fraction(digits) == seconds


@given(st.text(max_size=30) | st.from_regex(r"[0-9年月日分钟.:/\-至～; ]{,20}", fullmatch=True), st.sampled_from(Shape))
def test_tidying_never_fails_and_is_done_once(text: str, shape: Shape) -> None:
    once = tidy_cell(text, shape)
    assert tidy_cell(once, shape) == once


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_example_of_every_column_is_tidy(sheet: str) -> None:
    for column in columns_of(sheet):
        assert not is_change(column.example, tidy_cell(column.example, column.shape), column.shape)


@pytest.mark.parametrize(
    ("text", "shape", "tidied"),
    [
        ("2026-11-23 22:00/02:00", Shape.WINDOWS, "2026-11-23 22:00/2026-11-24 02:00"),
        ("2026-11-30 22:00-次日02:00", Shape.WINDOWS, "2026-11-30 22:00/2026-12-01 02:00"),
        ("2026-11-23 19:00 to 07:00", Shape.WINDOWS, "2026-11-23 19:00/2026-11-24 07:00"),
        ("2026-11-23 18:00/08:00", Shape.WINDOWS, "2026-11-23 18:00/2026-11-24 08:00"),  # 14 hours
        ("2026-11-23 18:00/08:01", Shape.WINDOWS, "2026-11-23 18:00/08:01"),
        ("2026-11-23 11:00/09:00", Shape.WINDOWS, "2026-11-23 11:00/09:00"),
        ("2026-11-23 09:00/09:00", Shape.WINDOWS, "2026-11-23 09:00/09:00"),
        ("2026-11-23 22:00/24:00", Shape.WINDOWS, "2026-11-23 22:00/24:00"),
        ("2026-13-23 22:00/02:00", Shape.WINDOWS, "2026-13-23 22:00/02:00"),
        ("22:00～次日04:00", Shape.HOURS, "22:00-04:00"),
        ("Mon-Fri 19:00 to 07:00", Shape.OPENING, "Mon-Fri 19:00-07:00"),
        ("08:00-次日09:00", Shape.HOURS, "08:00-次日09:00"),  # longer than a day: the parser asks
    ],
)
def test_a_night_is_written_out_where_it_is_plain(text: str, shape: Shape, tidied: str) -> None:
    assert tidy_cell(text, shape) == tidied
