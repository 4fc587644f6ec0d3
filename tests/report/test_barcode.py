"""Bar codes: the known encoding, the check character, and bars that read back as what was written."""

from __future__ import annotations

import itertools
import re
import string

import pytest

from optimizer.report.barcode import _STOP, _WIDTHS, LONGEST, QUIET, draw_barcode, encode


def test_a_known_text_has_its_known_characters() -> None:
    # "PJJ123C", the example of the Code 128 article of Wikipedia, here with start B (104) in place of start A (103):
    # 104 + 1*48 + 2*42 + 3*42 + 4*17 + 5*18 + 6*19 + 7*35 = 879 = 8 * 103 + 55.
    assert encode("PJJ123C") == [104, 48, 42, 42, 17, 18, 19, 35, 55]


def test_a_known_text_has_its_known_bars() -> None:
    # Start B, P = 48, the check (104 + 48) mod 103 = 49, stop: bars and gaps in turn.
    bars = draw_barcode("P")
    assert bars is not None
    assert widths_of(bars.path) == "211214" + "313121" + "211331" + "2331112"
    assert bars.width == 2 * QUIET + 3 * 11 + 13


def test_the_table_is_sound() -> None:
    assert len(_WIDTHS) == len(set(_WIDTHS)) == 106
    assert {sum(map(int, widths)) for widths in _WIDTHS} == {11}
    # Of every character the bars add up to an even number: the parity that a scanner checks.
    assert {sum(map(int, widths[::2])) % 2 for widths in _WIDTHS} == {0}
    assert sum(map(int, _STOP)) == 13


@pytest.mark.parametrize("text", ["P01", "AC-0815/77", "a b~!", string.digits])
def test_the_bars_read_back_as_the_text(text: str) -> None:
    bars = draw_barcode(text)
    assert bars is not None
    assert read(bars.path) == text


@pytest.mark.parametrize("text", ["", "主板01", "P\n01", "x" * (LONGEST + 1)])
def test_what_code_set_b_or_the_card_cannot_hold_has_no_bars(text: str) -> None:
    assert draw_barcode(text) is None


def widths_of(path: str) -> str:
    """Return the widths of bars and gaps in turn."""
    bars = [(int(at), int(width)) for at, width in re.findall(r"M(\d+) 0h(\d+)v1h-\d+z", path)]
    gaps = [after[0] - sum(bar) for bar, after in itertools.pairwise(bars)]
    return "".join(f"{bar[1]}{gap}" for bar, gap in zip(bars, [*gaps, ""], strict=True))


def read(path: str) -> str:
    """Return the text of a bar code, as a scanner finds it."""
    widths = widths_of(path)
    values = [_WIDTHS.index(widths[at : at + 6]) for at in range(0, len(widths) - len(_STOP), 6)]
    assert widths.endswith(_STOP)
    start, *data, check = values
    assert (start, (start + sum(place * value for place, value in enumerate(data, 1))) % 103) == (104, check)
    return "".join(chr(value + 32) for value in data)
