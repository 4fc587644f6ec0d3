"""What was read of an upload is not read again: the same bytes, read in the same way, and the last few only."""

from __future__ import annotations

import pytest

from api.requests.remembered import Remembered, reading_key


def test_the_last_few_readings_are_remembered() -> None:
    made: list[str] = []
    known: Remembered[str] = Remembered(2)

    def ask(key: str) -> str:
        return known.get(key, lambda: made.append(key) or key.upper())

    assert [ask(key) for key in "abacab"] == list("ABACAB")
    # C drove out B, which had not been asked for as lately as A.
    assert made == list("abcb")


def test_what_fails_is_read_again() -> None:
    known: Remembered[int] = Remembered(1)
    with pytest.raises(ZeroDivisionError):
        known.get("a", lambda: 1 // 0)
    assert known.get("a", lambda: 7) == 7


def test_only_what_decides_on_reading_makes_another() -> None:
    plain = reading_key("0", "application/json", {"stage": "draft"})
    assert plain == reading_key("0", "application/json", {"stage": "draft", "seed": 7, "seconds": 60.0})
    others = [
        reading_key("1", "application/json", {"stage": "draft"}),
        reading_key("0", "application/zip", {"stage": "draft"}),
        *(reading_key("0", "application/json", {"stage": "draft", name: value}) for name, value in (
            ("stage", "open"), ("as_of", "2026-11-27T16:00"), ("days", 2), ("skip_bad", True), ("allow_unknown", True),
            ("broken_locks", "keep"),
        )),
    ]  # fmt: skip
    assert len({plain, *others}) == len(others) + 1
