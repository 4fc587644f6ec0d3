"""Words in cells: each Chinese word means one of ours, and every word that a column knows has one."""

from __future__ import annotations

import pytest

from optimizer.domain.order import Confirmed, Coverage, Difficulty, Unfinished, Urgency
from optimizer.domain.problem import LockLevel
from optimizer.domain.technician import Employment
from optimizer.ingest.cells.words import CHINESE, english_word, word_label
from optimizer.report.wording import KINDS


def test_a_chinese_word_means_one_word() -> None:
    written = [chinese for names in CHINESE.values() for chinese in names]
    assert len(set(written)) == len(written)


@pytest.mark.parametrize(
    "words", [Urgency, Difficulty, Coverage, Confirmed, Unfinished, Employment, LockLevel, KINDS], ids=str
)
def test_every_word_of_a_column_has_its_chinese_and_back(words: type) -> None:
    for word in words:  # type: ignore[attr-defined]
        assert word_label(word, "en") == word
        assert english_word(word_label(word, "zh")) == word
        assert not word_label(word, "zh").isascii()


def test_a_word_of_the_branchs_own_stays() -> None:
    assert english_word("清洗") == "清洗"
    assert word_label("清洗", "zh") == "清洗"
