"""Windows that cannot be read: which piece is in doubt, said so that whoever typed it can mend it."""

from __future__ import annotations

import pytest

from optimizer.ingest.cells.unread_windows import counts_from_today, half_of_clock, window_fault, without_dates


@pytest.mark.parametrize(
    ("text", "code", "item"),
    [
        ("12月1日 7点后", "HALF", "7点"),
        ("7点以前", "HALF", "7点"),
        ("Dec 1 after 7", "HALF", "7"),
        ("12月1日 3点前", "UNCLEAR", "3点"),
        ("Dec 1 after 5", "UNCLEAR", "5"),
        ("12月1日 12:00-2:00", "UNCLEAR", "2:00"),
        ("12月1日 11点到1点", "UNCLEAR", "1点"),
        ("12月1日 晚上", "PART", "晚上"),
        ("明晚", "PART", "晚"),
        ("下班后", "PART", "下班后"),
        ("Dec 1 evening", "PART", "evening"),
        ("12月2日之前", "SIDE_OF_DAY", None),
        ("2026-12-01起", "SIDE_OF_DAY", None),
        ("after Dec 1", "SIDE_OF_DAY", None),
        ("下周三上午", "RELATIVE", "下周三"),
        ("后天上午9点-11点", "RELATIVE", "后天"),
        ("tomorrow 9:00-11:00", "RELATIVE", "tomorrow"),
        ("12月1日（周三）9:00-11:00", "DAYS_DIFFER", "(周三)"),
        ("2026-12-01（周三）9:00-11:00", "WEEKDAY", "Tuesday"),
        ("9:00-11:00", "NO_DAY", None),
        ("12月1日 14:00-", "ONE_TIME", None),
        ("12月1日 约10点", "ONE_TIME", None),
        ("11月31日 上午", "NO_SUCH_DAY", "11月31日"),
        ("12月1日 25:00-26:00", "NO_SUCH_TIME", "25:00"),
        ("12月1日 等通知", "FORMAT", None),
    ],
)
def test_what_is_in_doubt(text: str, code: str, item: str | None) -> None:
    found = window_fault(text)
    assert (found.code, found.details.get("item")) == (f"WINDOW_{code}", item)


def test_the_end_of_a_window_by_half_of_a_clock() -> None:
    assert half_of_clock("13:00-3:30", 13 * 3600, 3 * 3600 + 1800) == "3:30"
    assert half_of_clock("12:00-02:00", 12 * 3600, 2 * 3600) == ""
    assert half_of_clock("20:00-8:00", 20 * 3600, 8 * 3600) == ""


def test_dates_are_told_from_times() -> None:
    texts = ("2026-12-01 9:00-11:00", "12月1日（周二）下午", "Dec 1, 2-4pm", "明早9点前")
    assert [without_dates(text) for text in texts] == ["9:00-11:00", "下午", "2-4pm", "早9点前"]
    assert [counts_from_today(text) for text in ("明天上午", "下周三", "tomorrow", "12月1日", "周三")] == [
        True, True, True, False, False,
    ]  # fmt: skip
