"""Hours and minutes as people say them."""

from __future__ import annotations

import pytest

from optimizer.text.catalogue import translator
from optimizer.text.durations import minutes_text, span_text


@pytest.mark.parametrize(
    ("minutes", "en", "zh"),
    [
        (0, "0 min", "0 分钟"),
        (59, "59 min", "59 分钟"),
        (60, "1 h", "1 小时"),
        (184, "3 h 4 min", "3 小时 4 分钟"),
        (430, "7 h 10 min", "7 小时 10 分钟"),
    ],
)
def test_minutes_are_told_in_hours(minutes: int, en: str, zh: str) -> None:
    assert minutes_text(minutes, translator("en")) == en
    assert minutes_text(minutes, translator("zh")) == zh


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 min"), (1, "1 min"), (60, "1 min"), (3541, "1 h"), (3601, "1 h 1 min")]
)
def test_what_is_missing_counts_as_a_whole_minute(seconds: int, text: str) -> None:
    assert span_text(seconds, translator("en")) == text
