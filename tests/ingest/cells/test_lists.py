"""Lists in one cell: what separates their items for sure, and what only where every piece is known."""

from __future__ import annotations

import pytest

from optimizer.ingest.cells.lists import COMMAS, split_known, split_list

KNOWN = {"T1", "T2", "李 伟", "何和平", "A/2", "B,C"}


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("T1", ["T1"]),
        ("T1;T2", ["T1", "T2"]),
        ("T1，T9", ["T1", "T9"]),
        ("T1/T2", ["T1", "T2"]),
        ("T1 & T2", ["T1", "T2"]),
        ("T1 AND T2", ["T1", "T2"]),
        ("T1、何和平", ["T1", "何和平"]),
        ("李 伟", ["李 伟"]),
        ("李 伟和T1", ["李 伟", "T1"]),
        ("A/2", ["A/2"]),  # a day of a job is no list
        ("B,C", ["B,C"]),
        ("T1/T9", ["T1/T9"]),  # T9 is not known: the whole may be a name
        ("T1 T9", ["T1 T9"]),
        ("Anderson", ["Anderson"]),
        ("", []),
    ],
)
def test_split_known(text: str, items: list[str]) -> None:
    assert split_known(text, KNOWN.__contains__) == items


def test_what_always_separates() -> None:
    assert split_list(" a ;; b；c\n\nd ") == ["a", "b", "c", "d"]
    assert split_list("a,b、c，d", COMMAS) == ["a", "b", "c", "d"]
