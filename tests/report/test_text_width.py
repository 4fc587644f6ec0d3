"""Widths of columns: words stay whole where there is room, long texts get what is left."""

from __future__ import annotations

import pytest

from optimizer.report.text_width import column_widths, ems


def test_a_full_width_character_is_as_wide_as_the_type_is_high() -> None:
    assert ems("陈立新") == 3
    assert ems("123") < 2


def test_the_widths_are_the_whole_table() -> None:
    assert sum(column_widths(["A", "B", "C"], [["x"], ["y" * 50], []], room=60)) == pytest.approx(100, abs=0.05)


def test_a_sentence_gets_more_than_a_number_and_no_word_is_broken() -> None:
    number, sentence, head = column_widths(
        ["Order", "What to say", "Acknowledged"], [["D001"], ["We come to you tomorrow at nine. " * 3], [""]], room=60
    )
    assert sentence > number
    assert head * 60 / 100 > ems("Acknowledged")


def test_a_script_gets_more_than_a_line_of_advice() -> None:
    script, advice = column_widths(
        ["Say", "Try"], [["We come to you. " * 12], ["Get the part on its way first, by phone."]], room=60
    )
    assert script > 1.5 * advice


def test_without_room_for_the_words_the_columns_share_what_there_is() -> None:
    assert column_widths(["A", "B"], [["x" * 40], ["y" * 40]], room=10) == (50, 50)
