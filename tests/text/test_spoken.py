"""Days and times as people say them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from optimizer.text.spoken import say_day, say_span, say_time

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (date(2026, 11, 20), "今天", "today"),
        (date(2026, 11, 21), "明天周六、21号", "tomorrow, Saturday the 21st"),
        (date(2026, 11, 22), "后天周日、22号", "on Sunday the 22nd"),
        (date(2026, 11, 23), "下周一、23号", "on Monday the 23rd"),
        (date(2026, 11, 24), "下周二、24号", "on Tuesday the 24th"),
        (date(2026, 11, 30), "周一、30号", "on Monday the 30th"),
        (date(2026, 12, 11), "周五、12月11号", "on Friday the 11th of December"),
        (date(2026, 11, 19), "周四、19号", "on Thursday the 19th"),
    ],
)
def test_a_day_is_said_from_the_day_of_the_call(day: date, chinese: str, english: str) -> None:
    assert (say_day(day, FRIDAY, "zh"), say_day(day, FRIDAY, "en")) == (chinese, english)


def test_a_call_that_may_be_made_later_names_no_near_day() -> None:
    tomorrow = date(2026, 11, 21)
    assert say_day(tomorrow, FRIDAY, "zh", is_sure=False) == "周六、21号"
    assert say_day(tomorrow, FRIDAY, "en", is_sure=False, on="") == "Saturday the 21st"
    assert say_day(FRIDAY, FRIDAY, "zh", is_sure=False) == "周五、20号"


@pytest.mark.parametrize(
    ("time", "chinese", "english"),
    [
        ("00:30", "凌晨零点半", "12:30 at night"),
        ("02:05", "凌晨两点零五", "2:05 at night"),
        ("07:30", "早上七点半", "7:30 in the morning"),
        ("09:30", "上午九点半", "9:30 in the morning"),
        ("12:00", "中午十二点", "noon"),
        ("12:30", "中午十二点半", "12:30 in the afternoon"),
        ("14:00", "下午两点", "2 in the afternoon"),
        ("17:50", "下午五点五十", "5:50 in the afternoon"),
        ("20:15", "晚上八点十五", "8:15 in the evening"),
        ("22:00", "晚上十点", "10 at night"),
    ],
)
def test_a_time_is_said_in_words(time: str, chinese: str, english: str) -> None:
    moment = datetime.fromisoformat(f"2026-11-23 {time}")
    assert (say_time(moment, "zh"), say_time(moment, "en")) == (chinese, english)


@pytest.mark.parametrize(
    ("opens", "closes", "chinese", "english"),
    [
        ("23 09:00", "23 11:00", "上午九点到十一点", "between 9 and 11 in the morning"),
        ("23 10:00", "23 12:00", "上午十点到十二点", "between 10 in the morning and noon"),
        ("23 11:30", "23 13:30", "上午十一点半到下午一点半", "between 11:30 in the morning and 1:30 in the afternoon"),
        ("23 12:00", "23 14:00", "中午十二点到下午两点", "between noon and 2 in the afternoon"),
        ("23 15:00", "23 18:00", "下午三点到六点", "between 3 and 6 in the afternoon"),
        ("23 23:00", "24 01:00", "晚上十一点到第二天凌晨一点", "between 11 at night and 1 at night the next day"),
    ],
)
def test_a_window_says_its_part_of_the_day_once(opens: str, closes: str, chinese: str, english: str) -> None:
    ends = [datetime.fromisoformat(f"2026-11-{end}") for end in (opens, closes)]
    assert (say_span(*ends, "zh"), say_span(*ends, "en")) == (chinese, english)
