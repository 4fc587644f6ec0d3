"""Texts on a terminal: no time, number or word is broken, in Chinese and in English, at any width."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from optimizer.text.prose import Parts, Prose, wrapped

TEXTS = [
    "陈立新最近，但会比客户的时间窗或营业时间晚 35 分钟；若改到 14:00–16:00，路上 2 小时 05 分，12.4 公里。",
    "Ann (T01) comes closest but misses the window 09:00–11:00 by 2 h 5 min, 12.4 km away, on 11-23 17:30.",
]
WHOLE = re.compile(r"\d\d:\d\d(?:–\d\d:\d\d)?|\d+ (?:小时 \d+ 分|h \d+ min|分钟|min|公里|km)|\d\d-\d\d \d\d:\d\d")


@pytest.mark.parametrize("text", TEXTS, ids=["zh", "en"])
@pytest.mark.parametrize("width", range(18, 121, 6))
def test_lines_fit_and_break_nothing_that_belongs_together(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert max(map(cell_len, lines)) <= width
    together = [found for line in lines for found in WHOLE.findall(line)]
    assert together == WHOLE.findall(text)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_line_begins_with_a_closing_sign() -> None:
    for width in range(16, 60):
        assert not any(line.startswith(tuple("，。；）")) for line in wrapped(TEXTS[0], width))


def test_what_is_wider_than_a_line_is_cut() -> None:
    assert wrapped("W" * 7, 3) == ["WWW", "WWW", "W"]
    assert wrapped("", 10) == [""]


def test_line_breaks_stay() -> None:
    assert wrapped("one\n\ntwo", 10) == ["one", "", "two"]


def test_a_cell_of_a_table_gives_a_time_the_room_that_it_needs() -> None:
    table = Table(box=None, show_header=False)
    table.add_row(Prose("09:00–11:00"), Prose("a long text " * 20))
    console = Console(width=30, force_terminal=False)
    with console.capture() as captured:
        console.print(table)
    assert "09:00–11:00" in captured.get()


def test_short_texts_are_broken_between() -> None:
    console = Console(width=24, force_terminal=False)
    with console.capture() as captured:
        console.print(Parts([("travel 2 h 5 min", ""), ("overtime 15 min", ""), ("load 80%", "")]))
    assert captured.get().splitlines() == ["travel 2 h 5 min", "overtime 15 min", "load 80%"]


def test_a_no_break_space_joins() -> None:
    assert wrapped("Told 8:35\u00a0AM–11:35\u00a0AM, then 9:00\u00a0AM", 20) == [
        "Told",
        "8:35\u00a0AM–11:35\u00a0AM,",
        "then 9:00\u00a0AM",
    ]
