"""Spaces of all widths and marks that nobody sees: in names and ids they are plain spaces, or nothing."""

from __future__ import annotations

import unicodedata
from sys import maxunicode

import pytest

from optimizer.ingest.cells.spaces import plain_id, plain_spaces, trimmed
from optimizer.ingest.cells.tidy import Shape, is_change, tidy_cell

#: Every space that Unicode has, but those that end a line of a cell.
SPACES = [
    *(chr(n) for n in range(ord(" ") + 1, maxunicode + 1) if unicodedata.category(chr(n)) == "Zs"),
    *"\t\v\f\x85\u2028\u2029",
]
UNSEEN = list("\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202e\u2060\u2066\ufeff")


@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_every_space_is_a_plain_one(space: str) -> None:
    assert plain_spaces(f"{space}王{space}{space} 女士{space}") == "王 女士"
    assert plain_id(f"SO{space}1{space}") == "SO 1"
    assert plain_id(f"SO{space}1").isprintable()


@pytest.mark.parametrize("mark", UNSEEN, ids=ascii)
def test_a_mark_that_nobody_sees_is_nothing(mark: str) -> None:
    assert plain_spaces(f"{mark}王{mark}女士{mark}") == "王女士"
    assert plain_id(f"{mark}SO{mark}1") == "SO1"


def test_names_keep_their_lines_and_what_joins_their_letters() -> None:
    assert plain_spaces("文三路 90 号\n3 幢") == "文三路 90 号\n3 幢"
    assert plain_spaces("می\u200cخواهم") == "می\u200cخواهم"
    assert plain_id("SO\u200c1\ufe0f") == "SO1"
    assert plain_spaces("Ann  Lee") == "Ann  Lee", "what a person can see and type stays"


@pytest.mark.parametrize(
    ("text", "shape", "meant", "is_said"),
    [
        ("SO\u30001", Shape.ID, "SO 1", True),
        ("\ufeffSO1\u3000", Shape.ID, "SO1", False),  # at its ends nobody means it
        ("T1\u3000T2", Shape.IDS, "T1 T2", True),
        ("王\u3000女士", Shape.TEXT, "王 女士", False),
        ("2026-12-01\u200709:00", Shape.MOMENT, "2026-12-01 09:00", False),
        ("8:00\u202fAM", Shape.TIME, "08:00", True),
        ("45\u2009分钟", Shape.DURATION, "45", True),
    ],
)
def test_cells(text: str, shape: Shape, meant: str, is_said: bool) -> None:
    assert tidy_cell(text, shape) == meant
    assert is_change(text, meant, shape) is is_said


def test_only_the_ends_are_trimmed() -> None:
    assert trimmed("\u200b \ufeffSO\u30001 \u200d") == "SO\u30001"
