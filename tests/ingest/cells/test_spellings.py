"""Cells as dispatchers type them: a row for each spelling, with what it means in our plain form or its refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from optimizer.domain.region import DateOrder
from optimizer.ingest.cells.frame import NO_FRAME, Frame, is_year_first
from optimizer.ingest.cells.tidy import Shape, tidy_cell
from optimizer.ingest.cells.values import CellFault
from optimizer.ingest.forms.columns import SHEETS

#: Planned on Monday afternoon for Tuesday, 1 December 2026, in China.
MONDAY = Frame(
    date(2026, 11, 30),
    date(2026, 12, 1),
    DateOrder.YEAR_FIRST,
    known={
        "parts": {"P01", "P07", "M4X20"},
        "skills": {"空调", "冰箱", "热水器", "中央空调 维保"},
        "tools": {"梯子"},
    },
)
REFUSED = None

Spellings = list[tuple[str, str | None]]


def meaning(text: str, sheet: str, column: str, frame: Frame = MONDAY) -> Any:
    """Return what a cell of a column is read as, `None` when it is refused."""
    known = SHEETS[sheet].columns()[column]
    tidied = tidy_cell(text, known.kind.shape, frame, sheet=column)
    try:
        return known.parse(tidied)
    except CellFault:
        return None


def check(text: str, plain: str | None, sheet: str, column: str, frame: Frame = MONDAY) -> None:
    found = meaning(text, sheet, column, frame)
    if plain is REFUSED:
        assert found is None
    else:
        expected = SHEETS[sheet].columns()[column].parse(plain)
        assert found == expected
        assert found is not None


MOMENTS: Spellings = [
    ("2026/11/30 上午9:00", "2026-11-30 09:00"),
    ("2026/11/30 下午4:00", "2026-11-30 16:00"),
    ("2026年11月30日 9时15分", "2026-11-30 09:15"),
    ("2026年11月30日9点", "2026-11-30 09:00"),
    ("2026年11月30日（周一） 9:15", "2026-11-30 09:15"),
    ("2026年11月30日 星期二 9:15", REFUSED),  # a Monday: one of the two is wrong
    ("2026.11.30 10:05", "2026-11-30 10:05"),
    ("Nov 30, 2026 9:00", "2026-11-30 09:00"),
    ("30 Nov 2026 9:20 AM", "2026-11-30 09:20"),
    ("30-Nov-26 14:05", "2026-11-30 14:05"),
    ("30/11/2026 09:00", "2026-11-30 09:00"),  # no calendar has a month 30
    ("11/30/2026 2:05:00 PM", "2026-11-30 14:05"),
    ("11/12/2026 09:00", REFUSED),  # November or December
    ("26/11/20 9:20", "2026-11-20 09:20"),
    ("26-11-20 9:20", "2026-11-20 09:20"),
    ("20/11/26 9:20", REFUSED),  # by the year first it would be long ago
    ("26年11月20日 9:20", "2026-11-20 09:20"),
    ("11月30日 9:15", "2026-11-30 09:15"),
    ("11/30 9:15", "2026-11-30 09:15"),
    ("十一月三十日 上午十点半", "2026-11-30 10:30"),
    ("30号下午两点", "2026-11-30 14:00"),
    ("2026-11-30", "2026-11-30 00:00"),
    ("2026年11月30日", "2026-11-30 00:00"),
    ("20261130", "2026-11-30 00:00"),
    ("20261130 0915", "2026-11-30 09:15"),
    ("20261130091500", "2026-11-30 09:15"),
    ("2026-11-30 09:15:33.517", "2026-11-30 09:15:33"),
    ("2026-11-30 9：15", "2026-11-30 09:15"),
    ("２０２６－１１－３０　０９：１５", "2026-11-30 09:15"),
    ("9:15 2026-11-30", "2026-11-30 09:15"),
    ("今天上午9点", "2026-11-30 09:00"),
    ("昨天下午3点半", "2026-11-29 15:30"),
    ("2026-11-30 12:30 AM", "2026-11-30 00:30"),
    ("2026-11-30 上午12:30", REFUSED),  # half past midnight, or half past noon?
    ("2026-11-30 2点", REFUSED),  # at night, or in the afternoon?
    ("2026-11-30 上午", REFUSED),
    ("2026-11-30 9点左右", REFUSED),
    ("2026-11-31 9:00", REFUSED),
    ("2026-11-30 25:00", REFUSED),
    ("周一 9:00", REFUSED),
    ("刚才", REFUSED),
    ("1795996800", REFUSED),
]


@pytest.mark.parametrize(("text", "plain"), MOMENTS)
def test_a_moment(text: str, plain: str | None) -> None:
    check(text, plain, "orders", "received")


DATES: Spellings = [
    ("2026年12月3号", "2026-12-03"),
    ("12月3日", "2026-12-03"),
    ("12月3", "2026-12-03"),
    ("1月5日", "2027-01-05"),  # the nearest one
    ("12/3", "2026-12-03"),
    ("3号", "2026-12-03"),
    ("26.12.3", "2026-12-03"),
    ("20261203", "2026-12-03"),
    ("2026-12-03 00:00:00", "2026-12-03"),
    ("12/25/2026 12:00:00 AM", "2026-12-25"),
    ("2026/12/3 周四", "2026-12-03"),
    ("明天", "2026-12-01"),
    ("后天", "2026-12-02"),
    ("25.12.2026", "2026-12-25"),
    ("03.12.2026", REFUSED),
    ("下周一", "2026-12-07"),
    ("本周五", "2026-12-04"),
    ("周一", REFUSED),  # the one before, or the one after?
    ("月底", REFUSED),
    ("12月32日", REFUSED),
    ("2026-12-03 09:30", REFUSED),  # a day with a time of day
    ("8/12/3", REFUSED),
]


@pytest.mark.parametrize(("text", "plain"), DATES)
def test_a_date(text: str, plain: str | None) -> None:
    check(text, plain, "orders", "due_day")


def test_a_date_alone_is_a_date_where_a_moment_may_stand_and_so_it_stays() -> None:
    assert tidy_cell("2026-12-03", Shape.DAY_OR_MOMENT, MONDAY) == "2026-12-03"
    assert tidy_cell("12月3日", Shape.DAY_OR_MOMENT, MONDAY) == "2026-12-03"
    assert tidy_cell("2026-11-30", Shape.MOMENT, MONDAY, date_alone_s=16 * 3600) == "2026-11-30 16:00"


@pytest.mark.parametrize(
    ("text", "order", "plain"),
    [
        ("11/12/2026", "mdy", "2026-11-12"),
        ("11/12/2026", "dmy", "2026-12-11"),
        ("11.12.2026", "dmy", "2026-12-11"),
        ("11/12/2026", "ymd", REFUSED),
        ("12/3", "dmy", "2027-03-12"),
        ("3/12", "dmy", "2026-12-03"),
        ("3/12", "mdy", "2027-03-12"),
        ("26/11/20", "", "2026-11-20"),  # 26 November 2020 cannot be meant
        ("12/11/26", "", REFUSED),  # 12 November or 11 December
        ("12/11/26", "mdy", "2026-12-11"),
        ("12/11/26", "dmy", "2026-11-12"),
        ("12/11/26", "ymd", REFUSED),
    ],
)
def test_the_order_of_day_and_month_is_the_branchs(text: str, order: str, plain: str | None) -> None:
    check(text, plain, "orders", "due_day", replace(MONDAY, order=DateOrder(order) if order else None))


def test_where_people_write_the_year_first() -> None:
    assert [is_year_first(zone) for zone in ("Asia/Shanghai", "America/New_York", "")] == [True, False, False]


@pytest.mark.parametrize("text", ["12月3日", "12/3", "26/11/20", "明天", "3号"])
def test_what_does_not_say_all_is_refused_without_a_day_to_plan(text: str) -> None:
    check(text, REFUSED, "orders", "due_day", NO_FRAME)


def test_tomorrow_is_refused_where_the_day_to_plan_is_another() -> None:
    friday = replace(MONDAY, today=date(2026, 11, 27))
    check("明天", REFUSED, "orders", "due_day", friday)
    check("明天上午", REFUSED, "orders", "requested", friday)


TIMES: Spellings = [
    ("上午8:30", "08:30"),
    ("8点半", "08:30"),
    ("8时", "08:00"),
    ("八点三十分", "08:30"),
    ("8点一刻", "08:15"),
    ("9:20 AM", "09:20"),
    ("5:30pm", "17:30"),
    ("5:30 p.m.", "17:30"),
    ("下午两点", "14:00"),
    ("下午5点半", "17:30"),
    ("下午14:00", "14:00"),
    ("晚上8点", "20:00"),
    ("早上7点", "07:00"),
    ("中午12点", "12:00"),
    ("中午1点", "13:00"),
    ("凌晨1点", "01:00"),
    ("noon", "12:00"),
    ("17点", "17:00"),
    ("0830", "08:30"),
    ("1730", "17:30"),
    ("８：３０", "08:30"),
    ("8:30:00", "08:30"),
    ("2点", REFUSED),
    ("两点半", REFUSED),
    ("晚上12点", REFUSED),  # the end of the day, or its beginning?
    ("上午14:00", REFUSED),
    ("半夜12点", REFUSED),
    ("8.30", "08:30"),
    ("8", "08:00"),
    ("3", REFUSED),
    ("8点60分", REFUSED),
    ("25点", REFUSED),
    ("中午", REFUSED),
]


@pytest.mark.parametrize(("text", "plain"), TIMES)
def test_a_time(text: str, plain: str | None) -> None:
    check(text, plain, "branch", "business_open")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("次日早上7点", "次日 07:00"),
        ("12月2日 7:00", "2026-12-02 07:00"),
        ("2026/12/2 上午7点", "2026-12-02 07:00"),
        ("25:00", REFUSED),
        ("12月2日", REFUSED),
    ],
)
def test_the_end_of_a_shift(text: str, plain: str | None) -> None:
    check(text, plain, "shifts", "end")


WINDOWS: Spellings = [
    ("2026/12/1 上午", "2026-12-01 08:30/12:00"),
    ("12月1日下午", "2026-12-01 13:00/17:30"),
    ("明天下午", "2026-12-01 13:00/17:30"),
    ("12月1日 14:00-16:00", "2026-12-01 14:00/16:00"),
    ("2026-12-01 9点-11点", "2026-12-01 09:00/11:00"),
    ("2026-12-01 9点/11点", "2026-12-01 09:00/11:00"),
    ("2026-12-01 9-11点", "2026-12-01 09:00/11:00"),
    ("2026-12-01 9:00 AM/2:00 PM", "2026-12-01 09:00/14:00"),
    ("2026-12-01 2-4pm", "2026-12-01 14:00/16:00"),
    ("2026-12-01 上午9:00/下午2:00", "2026-12-01 09:00/14:00"),
    ("2026-12-01 上午9点到11点半", "2026-12-01 09:00/11:30"),
    ("2026-12-01 下午2点-4点", "2026-12-01 14:00/16:00"),
    ("2026-12-01 10点到下午2点", "2026-12-01 10:00/14:00"),
    ("2026-12-01 09:00–11:00", "2026-12-01 09:00/11:00"),
    ("2026-12-01 09:00 ～ 11:00", "2026-12-01 09:00/11:00"),
    ("2026-12-01 09:00至11:00", "2026-12-01 09:00/11:00"),
    ("2026-12-01 ０９：００－１１：００", "2026-12-01 09:00/11:00"),
    ("2026-12-01 09:00 to 11:00", "2026-12-01 09:00/11:00"),
    ("12/1/2026 09:00/11:00", REFUSED),  # January or December
    ("12/13/2026 09:00/11:00", "2026-12-13 09:00/11:00"),
    ("2026.12.1 09:00/11:00", "2026-12-01 09:00/11:00"),
    ("2026-12-01T01:00:00Z/2026-12-01T03:00:00Z", "2026-12-01T01:00:00Z/2026-12-01T03:00:00Z"),
    ("2026-12-01", "2026-12-01 00:00/24:00"),
    ("12月1日 上午9:00-11:00或下午2:00-4:00", "2026-12-01 09:00/11:00; 2026-12-01 14:00/16:00"),
    ("12月1日全天", "2026-12-01 00:00/24:00"),
    ("12月1日 14:00以后", "2026-12-01 14:00/24:00"),
    ("12月1日下午3点后", "2026-12-01 15:00/24:00"),
    ("Dec 1 before 11 am", "2026-12-01 00:00/11:00"),
    ("12月1日 9:00-11:00、14:00-16:00", "2026-12-01 09:00/11:00; 2026-12-01 14:00/16:00"),
    ("12月1日 9:00-11:00，13:00-15:00", "2026-12-01 09:00/11:00; 2026-12-01 13:00/15:00"),
    ("12 月 1 日 上午", "2026-12-01 08:30/12:00"),
    ("Tue Dec 1, 2:00 PM - 4:00 PM", "2026-12-01 14:00/16:00"),
    ("12月1日、12月2日", "2026-12-01 00:00/24:00; 2026-12-02 00:00/24:00"),
    ("12月1日、2日上午", REFUSED),  # the morning of both, or one day and one morning?
    ("12月1日-12月3日", "2026-12-01 00:00/24:00; 2026-12-02 00:00/24:00; 2026-12-03 00:00/24:00"),
    ("12月1日 7点后", REFUSED),  # in the morning, or after work?
    ("12月1日（周三）上午", REFUSED),  # a Tuesday
    ("12月1日上午或12月2日下午", "2026-12-01 08:30/12:00; 2026-12-02 13:00/17:30"),
    ("2026-12-01 09:00/11:00, 2026-12-02 09:00/11:00", "2026-12-01 09:00/11:00; 2026-12-02 09:00/11:00"),
    ("12月1日 9:00 - 12月2日 12:00", "2026-12-01 09:00/2026-12-02 12:00"),
    ("2026-12-01 22:00/02:00", "2026-12-01 22:00/2026-12-02 02:00"),
    ("12月1日 晚上8点-10点", "2026-12-01 20:00/22:00"),
    ("1号上午9点-11点", "2026-12-01 09:00/11:00"),
    ("2026-12-01 2点-4点", REFUSED),  # at night, or in the afternoon?
    ("2026-12-01 9-11", "2026-12-01 09:00/11:00"),
    ("2026-12-01 0900-1100", "2026-12-01 09:00/11:00"),
    ("2026-12-01 9h-11h30", "2026-12-01 09:00/11:30"),
    ("2026-12-01 09.00-11.00", "2026-12-01 09:00/11:00"),
    ("2026-12-01 2-4", REFUSED),  # at night or in the afternoon?
    ("12-01 14:00-16:00", "2026-12-01 14:00/16:00"),
    ("12-01 下午", "2026-12-01 13:00/17:30"),
    ("9-11", REFUSED),  # hours, or a day of September?
    ("2026-12-01 9:00-5:00", REFUSED),
    ("2026-12-01 7点-晚上9点", REFUSED),  # from seven in the morning, or in the evening?
    ("2026-12-01 晚上", REFUSED),
    ("2026-12-01 09:00", REFUSED),  # until when?
    ("09:00/11:00", "2026-12-01 09:00/11:00"),  # on the only day that is planned
    ("上午", "2026-12-01 08:30/12:00"),
    ("周三上午", "2026-12-02 08:30/12:00"),
    ("2026-12-01 11:00/09:00", REFUSED),
    ("12.1 9:00-11:00", "2026-12-01 09:00/11:00"),
    ("12月1日和2日", "2026-12-01 00:00/24:00; 2026-12-02 00:00/24:00"),
    ("12月1日上午9-11点，下午2-4点", "2026-12-01 09:00/11:00; 2026-12-01 14:00/16:00"),
    ("12月1日9-11点/14-16点", "2026-12-01 09:00/11:00; 2026-12-01 14:00/16:00"),
    ("客户要求12月1日上午", "2026-12-01 08:30/12:00"),
    ("12月1日 九点十到十点半", "2026-12-01 09:10/10:30"),
    ("12月1日 九点零五到十点", "2026-12-01 09:05/10:00"),
    ("2026-12-01 12:00-2:00", REFUSED),  # two in the afternoon, or at night?
    ("2026-12-01 12:00-02:00", "2026-12-01 12:00/2026-12-02 02:00"),
    ("Tuesday 2-4pm", "2026-12-01 14:00/16:00"),
    ("Wed morning", "2026-12-02 08:30/12:00"),
    ("Monthly 9:00-11:00", REFUSED),
    ("Mon-Fri 9:00-11:00", REFUSED),
    ("next Wed 9:00-11:00", REFUSED),  # of this week, or of the next?
    ("12月1日 等电话", REFUSED),
    ("已约12月1日上午9点", REFUSED),  # until when?
    ("12月1日 加急", REFUSED),
]


@pytest.mark.parametrize(("text", "plain"), WINDOWS)
def test_windows(text: str, plain: str | None) -> None:
    check(text, plain, "orders", "requested")


@pytest.mark.parametrize("text", ["随时", "尽快", "不限", "ASAP", "any time", "无", "-"])
def test_who_would_have_any_time_wants_no_window(text: str) -> None:
    assert tidy_cell(text, Shape.WINDOWS) == ""


HOURS: Spellings = [
    ("12点-13点", "12:00-13:00"),
    ("12点到13点半", "12:00-13:30"),
    ("9-17", "09:00-17:00"),
    ("9:00-12:00、14:00-18:00", "09:00-12:00; 14:00-18:00"),
    ("9:00-12:00，14:00-18:00", "09:00-12:00; 14:00-18:00"),
    ("中午12:00-13:00", "12:00-13:00"),
    ("早9晚5", "09:00-17:00"),
    ("朝九晚五", "09:00-17:00"),
    ("晚上10点-次日早上6点", "22:00-06:00"),
    ("9:00 AM - 5:30 PM", "09:00-17:30"),
    ("8 a.m. to 5 p.m.", "08:00-17:00"),
    ("9-5", REFUSED),
    ("午休", REFUSED),
    ("中午", REFUSED),
]


@pytest.mark.parametrize(("text", "plain"), HOURS)
def test_hours_of_a_day(text: str, plain: str | None) -> None:
    check(text, plain, "customers", "closed_hours")


OPENING: Spellings = [
    ("周一至周五 9:00-18:00", "Mon-Fri 09:00-18:00"),
    ("周一到周五9:00-17:00", "Mon-Fri 09:00-17:00"),
    ("星期一~星期六 9点-18点", "Mon-Sat 09:00-18:00"),
    ("Mon–Fri 09:00–17:00", "Mon-Fri 09:00-17:00"),
    ("Mon-Fri 9-17", "Mon-Fri 09:00-17:00"),
    ("Monday to Friday, 9:00 AM to 5:00 PM", "Mon-Fri 09:00-17:00"),
    ("M-F 09:00-17:00", "Mon-Fri 09:00-17:00"),
    ("工作日 09:00-17:00", "Mon-Fri 09:00-17:00"),
    ("工作日9点到17点，周末10点到16点", "Mon-Fri 09:00-17:00; Sat,Sun 10:00-16:00"),
    ("9:00-17:00", "Mon-Sun 09:00-17:00"),
    ("9:00-17:00（周一至周五）", "Mon-Fri 09:00-17:00"),
    ("24小时", "Mon-Sun 00:00-24:00"),
    ("24小时营业", "Mon-Sun 00:00-24:00"),
    ("全天", "Mon-Sun 00:00-24:00"),
    ("7×24小时", "Mon-Sun 00:00-24:00"),
    ("24/7", "Mon-Sun 00:00-24:00"),
    ("周一至周五 全天", "Mon-Fri 00:00-24:00"),
    ("周一至周五 9:00-12:00，14:00-18:00", "Mon-Fri 09:00-12:00; Mon-Fri 14:00-18:00"),
    ("周一至周五 9:00-18:00，周六日 10:00-16:00", "Mon-Fri 09:00-18:00; Sat,Sun 10:00-16:00"),
    ("周一、三、五 9:00-17:00", "Mon,Wed,Fri 09:00-17:00"),
    ("周一至周六 8:30-17:30；周日休息", "Mon-Sat 08:30-17:30"),
    ("9:00-18:00 周日休息", "Mon-Sat 09:00-18:00"),
    ("每天9:00-18:00，周三、周日不营业", "Mon,Tue,Thu,Fri,Sat 09:00-18:00"),
    ("周日休息", REFUSED),
    ("除周日外 9:00-18:00", REFUSED),
    ("9:00-18:00，节假日休息", REFUSED),
    ("每天 早9点-晚6点", "Mon-Sun 09:00-18:00"),
    ("Fri-Mon 09:00-17:00", "Fri-Mon 09:00-17:00"),
    ("Mon-Fri 18:00-02:00", "Mon-Fri 18:00-02:00"),
    ("周一至周五", REFUSED),
    ("不定", REFUSED),
    ("周一至周五 9:00-5:00", REFUSED),
    ("周八 9:00-17:00", REFUSED),
]


@pytest.mark.parametrize(("text", "plain"), OPENING)
def test_opening_hours(text: str, plain: str | None) -> None:
    check(text, plain, "customers", "opening")


DURATIONS: Spellings = [
    ("1小时30分", "90"),
    ("1小时30分钟", "90"),
    ("1.5小时", "90"),
    ("1,5小时", "90"),
    ("1个半小时", "90"),
    ("一个半小时", "90"),
    ("1小时半", "90"),
    ("半小时", "30"),
    ("半个小时", "30"),
    ("两小时", "120"),
    ("2个钟头", "120"),
    ("90分钟", "90"),
    ("90分", "90"),
    ("1h30", "90"),
    ("1h30m", "90"),
    ("1 hour 30 minutes", "90"),
    ("1.5 hrs", "90"),
    ("1:30", "90"),
    ("45'", "45"),
    ("三刻钟", "45"),
    ("5400秒", "90"),
    ("约60分钟", "60"),
    ("约60", "60"),
    ("half an hour", "30"),
    ("60-90", REFUSED),
    ("#N/A", REFUSED),
    ("100%", REFUSED),
    ("９０", "90"),
    ("7,5", "7.5"),
    ("1,850", REFUSED),  # thousands, or decimals?
    ("1小时90分", REFUSED),
    ("30-45分钟", REFUSED),
    ("半天", REFUSED),
    ("一天", REFUSED),
    ("待定", REFUSED),
    ("45:00", REFUSED),
]


@pytest.mark.parametrize(("text", "plain"), DURATIONS)
def test_a_duration(text: str, plain: str | None) -> None:
    check(text, plain, "orders", "service_s")


@pytest.mark.parametrize(
    ("sheet", "column", "text", "plain"),
    [
        ("skills", "level", "2级", "2"),
        ("skills", "level", "二级", "2"),
        ("skills", "level", "L2", "2"),
        ("skills", "level", "初级", "1"),
        ("skills", "level", "中", "2"),
        ("skills", "level", "高级", "3"),
        ("skills", "level", "技师", REFUSED),
        ("orders", "priority", "2级", "2"),
        ("orders", "priority", "普通", "1"),
        ("orders", "priority", "低", "1"),
        ("orders", "priority", "中", "3"),
        ("orders", "priority", "急", "4"),
        ("orders", "priority", "高", "5"),
        ("orders", "priority", "P1", REFUSED),  # the first, or the least?
        ("orders", "priority", "A", REFUSED),
        ("orders", "crew_size", "2人", "2"),
        ("orders", "crew_size", "两个人", "2"),
        ("orders", "crew_size", "2个师傅", "2"),
        ("orders", "crew_size", "1-2", REFUSED),
        ("orders", "priority", "高！", "5"),
        ("orders", "coverage", "质保期内", "warranty"),
        ("orders", "coverage", "过保", "paid"),
        ("orders", "agreed_half", "PM", "afternoon"),
        ("orders", "loads", "20kg+2箱", "kg:20;箱:2"),
        ("orders", "loads", "20.5kg", REFUSED),
        ("orders", "loads", "半箱", REFUSED),
        ("orders", "days", "3天", "3"),
        ("parts", "on_hand", "12个", "12"),
        ("parts", "on_hand", "1,850", REFUSED),
        ("orders", "lat", "31,21397", "31.21397"),
        ("orders", "lat", "31,214", "31.214"),
        ("orders", "lat", "北纬31.2", "31.2"),
        ("orders", "lon", "120.57°E", "120.57"),
        ("orders", "lat", "31°15′53″", "31.2647222"),
        ("orders", "lat", "31.2,120.5", REFUSED),
        ("branch", "service_radius_km", "25公里", "25"),
        ("skills", "factor_pct", "110%", "110"),
        ("orders", "carried_over", "✓", "yes"),
        ("technicians", "start", "公司", "branch"),
        ("technicians", "start", "家", "home"),
    ],
)
def test_numbers_levels_and_words(sheet: str, column: str, text: str, plain: str | None) -> None:
    check(text, plain, sheet, column)


@pytest.mark.parametrize(
    ("column", "text", "plain"),
    [
        ("parts", "P01*2", "P01:2"),
        ("parts", "P01×2", "P01:2"),
        ("parts", "P01x2", "P01:2"),
        ("parts", "P01X2", "P01:2"),
        ("parts", "P01(2)", "P01:2"),
        ("parts", "P01（2个）", "P01:2"),
        ("parts", "P01 2个", "P01:2"),
        ("parts", "2×P01", "P01:2"),
        ("parts", "P01*2、P07", "P01:2; P07:1"),
        ("parts", "P01，P07：3", "P01:1; P07:3"),
        ("parts", "P01+P07", "P01:1; P07:1"),
        ("parts", "P01两个", "P01:2"),
        ("parts", "P01：三件", "P01:3"),
        ("parts", "P01*2，P07 * 1。", "P01:2; P07:1"),
        ("parts", "M4X20", "M4X20:1"),  # a part is called so
        ("parts", "M5X20", "M5X20:1"),
        ("parts", "P09(大)", "P09(大):1"),
        ("parts", "P01:1,000", REFUSED),  # a thousand, or another part
        ("parts", "P01*0", REFUSED),
        ("tools", "梯子×2", "梯子:2"),
        ("skills", "空调、冰箱", "空调:1; 冰箱:1"),
        ("skills", "空调，冰箱", "空调:1; 冰箱:1"),
        ("skills", "空调/冰箱", "空调:1; 冰箱:1"),
        ("skills", "空调 冰箱", "空调:1; 冰箱:1"),
        ("skills", "空调和冰箱", "空调:1; 冰箱:1"),
        ("skills", "空调2级", "空调:2"),
        ("skills", "空调:2级、冰箱", "空调:2; 冰箱:1"),
        ("skills", "空调（高级）", "空调:3"),
        ("skills", "中央空调 维保", "中央空调 维保:1"),
        ("skills", "中央空调 维保 2级", "中央空调 维保:2"),
        ("skills", "空调*2", "空调*2:1"),  # no level, and nothing that anybody holds: the reference is named
    ],
)
def test_names_with_amounts(column: str, text: str, plain: str | None) -> None:
    check(text, plain, "orders", column)
