"""Wishes with one side: every word for after and before, with a date, a day or nothing before it, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.units import at
from optimizer.ingest.cells.parts_of_day import begin_of, spelt_stretch, with_ends_joined, without_courtesy
from optimizer.ingest.cells.spelt_amounts import half_width
from optimizer.ingest.cells.tidy import Shape, tidy_cell
from tests.ingest.cells.test_spellings import MONDAY

HOURS = {"opens_s": at(8, 30), "closes_s": at(17, 30)}
#: How a day is named before a time: all of them mean 1 December.
DAYS = ("12月1日", "2026-12-01", "12/1", "明天", "周二", "1号", "2026年12月1日（周二）")
#: How a time is said, and what it is.
CLEAR = {
    "14:00": "14:00", "14点": "14:00", "下午2点": "14:00", "下午两点半": "14:30", "晚上7点": "19:00", "晚7点": "19:00",
    "上午9点": "09:00", "9点": "09:00", "九点半": "09:30", "10点": "10:00", "中午": "12:00", "7:00": "07:00",
    "2pm": "14:00",
}  # fmt: skip
#: Hours of which nobody knows the half of the day.
UNCLEAR = ("7点", "八点", "2点", "六点半")
FROM = (
    "{}后",
    "{}以后",
    "{}之后",
    "{}过后",
    "{}起",
    "{}开始",
    "从{}起",
    "从{}开始",
    "不早于{}",
    "最早{}",
    "{}以后都可以",
    "{}后在家",
)
UNTIL = ("{}前", "{}以前", "{}之前", "{}为止", "不晚于{}", "最晚{}", "最迟{}前", "{}前都行", "{}之前上门")


def windows(text: str) -> str:
    return tidy_cell(text, Shape.WINDOWS, MONDAY)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("form", FROM)
def test_after_a_time_is_until_the_end_of_the_day(day: str, form: str) -> None:
    assert {said: windows(f"{day} {form.format(said)}") for said in CLEAR} == {
        said: f"2026-12-01 {time}/24:00" for said, time in CLEAR.items()
    }


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("form", UNTIL)
def test_before_a_time_is_from_the_begin_of_the_day(day: str, form: str) -> None:
    assert {said: windows(f"{day} {form.format(said)}") for said in CLEAR} == {
        said: f"2026-12-01 00:00/{time}" for said, time in CLEAR.items()
    }


@pytest.mark.parametrize("form", [*FROM[:6], *UNTIL[:3]])
@pytest.mark.parametrize("day", [*DAYS, ""])
def test_an_hour_that_may_be_of_either_half_of_the_day_is_not_read(day: str, form: str) -> None:
    for said in UNCLEAR:
        text = f"{day}{form.format(said)}"
        assert windows(text) == half_width(text)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("after 2pm", "14:00/24:00"),
        ("after 14:00", "14:00/24:00"),
        ("from 14:00", "14:00/24:00"),
        ("from 9am onwards", "09:00/24:00"),
        ("2pm onwards", "14:00/24:00"),
        ("2pm or later", "14:00/24:00"),
        ("not before 10:00", "10:00/24:00"),
        ("no earlier than 10:00", "10:00/24:00"),
        ("before noon", "00:00/12:00"),
        ("by 11am", "00:00/11:00"),
        ("until 12:00", "00:00/12:00"),
        ("till 4 pm", "00:00/16:00"),
        ("no later than 11:00", "00:00/11:00"),
        ("from 9 to 11", "09:00/11:00"),
        ("between 9 and 11", "09:00/11:00"),
        ("between 9am and 2pm", "09:00/14:00"),
        ("morning", "08:30/12:00"),
        ("in the afternoon", "13:00/17:30"),
        ("all day", "00:00/24:00"),
        ("after 9:00 and before 11:00", "09:00/11:00"),
    ],
)
@pytest.mark.parametrize("day", ["Dec 1", "tomorrow", "2026-12-01", "1 Dec 2026", "Tue Dec 1,"])
def test_english_words(day: str, text: str, window: str) -> None:
    assert windows(f"{day} {text}") == f"2026-12-01 {window}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12月1日 9点后11点前", "2026-12-01 09:00/11:00"),
        ("12月1日 9点以后，11点以前", "2026-12-01 09:00/11:00"),
        ("12月1日上午9点后、下午4点前", "2026-12-01 09:00/16:00"),
        ("12月1日 下午2点后4点前", "2026-12-01 14:00/16:00"),
        ("12月1日 9点前或14点后", "2026-12-01 00:00/09:00; 2026-12-01 14:00/24:00"),
        ("12月1日 11点前、14点后", "2026-12-01 00:00/11:00; 2026-12-01 14:00/24:00"),
        ("12月1日 到11点前", "2026-12-01 00:00/11:00"),
        ("12月1日 从9点到11点", "2026-12-01 09:00/11:00"),
        ("12月1日 9点到11点之间", "2026-12-01 09:00/11:00"),
        ("最好12月1日下午", "2026-12-01 13:00/17:30"),
        ("请12月1日下午2点后上门", "2026-12-01 14:00/24:00"),
        ("明早", "2026-12-01 08:30/12:00"),
        ("明早9点前", "2026-12-01 00:00/09:00"),
        ("明晚7点后", "2026-12-01 19:00/24:00"),
        ("本周三上午", "2026-12-02 08:30/12:00"),
        ("下周三", "2026-12-09 00:00/24:00"),
        ("下周三上午9点-11点", "2026-12-09 09:00/11:00"),
        ("下下周二下午", "2026-12-15 13:00/17:30"),
        ("12月1日至3日", "2026-12-01 00:00/24:00; 2026-12-02 00:00/24:00; 2026-12-03 00:00/24:00"),
        ("12月1-2日", "2026-12-01 00:00/24:00; 2026-12-02 00:00/24:00"),
        ("2026-12-01~2026-12-02每天", "2026-12-01 00:00/24:00; 2026-12-02 00:00/24:00"),
        ("12月31日-1月1日", "2026-12-31 00:00/24:00; 2027-01-01 00:00/24:00"),
        ("12月1日 上午10点到2点", "2026-12-01 10:00/14:00"),
        ("12月1日 中午12点到2点", "2026-12-01 12:00/14:00"),
    ],
)
def test_wishes_of_several_pieces(text: str, meant: str) -> None:
    assert windows(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "12月1日 晚上", "12月1日 中午", "12月1日后", "12月2日之前", "12月1日 上午不在家", "12月1日 上午没空",
        "12月1日 12:00-2:00", "12月3日-1日", "12月1日到3日 上午", "12月1日-12月31日", "周末", "12月1日 7点前后",
    ],
)  # fmt: skip
def test_what_says_no_times_or_may_say_others_stays(text: str) -> None:
    assert windows(text) == text


def test_what_is_said_of_a_week_is_read_where_it_is_known_when_it_was_said() -> None:
    later = replace(MONDAY, today=None)
    assert tidy_cell("下周三", Shape.WINDOWS, later) == "下周三"
    assert tidy_cell("本周三", Shape.WINDOWS, later) == "本周三"
    assert tidy_cell("周三", Shape.WINDOWS, later) == "2026-12-02 00:00/24:00"


def test_an_hour_is_of_the_half_of_the_day_in_which_the_branch_is_open() -> None:
    assert spelt_stretch("8点后", opens_s=at(8), closes_s=at(17)) == (at(8), at(24))
    assert spelt_stretch("8点后", **HOURS) is None
    assert spelt_stretch("9点前", opens_s=at(8), closes_s=at(22)) is None
    assert spelt_stretch("9点前", opens_s=0, closes_s=0) == (0, at(9))


def test_words_beside_a_wish() -> None:
    assert [without_courtesy(text) for text in ("希望下午", "尽量安排在上午", "14点后都可以", "9点到11点之间")] == [
        "下午", "上午", "14点后", "9点到11点",
    ]  # fmt: skip
    assert with_ends_joined("9点后、11点前") == "9点后11点前"
    assert with_ends_joined("9点前、11点后") == "9点前、11点后"
    assert [begin_of(text) for text in ("12月1日起", "after Dec 1", "12月1日")] == ["12月1日", "Dec 1", "12月1日"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("12月1日 14点以后", "2026-12-01 14:00"), ("12月1日起", "2026-12-01"), ("明天下午2点后", "2026-12-01 14:00")],
)
def test_a_moment_from_which_on_something_can_be(text: str, meant: str) -> None:
    assert tidy_cell(text, Shape.DAY_OR_MOMENT, MONDAY) == meant
