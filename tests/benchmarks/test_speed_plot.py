"""The picture of what a move costs: every point is there, no label lies on another or beyond the edge."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

from benchmarks.speed import Line, Speed
from benchmarks.speed_plot import HEIGHT, LETTER, WIDTH, speed_svg
from tests.benchmarks.test_speed import a_line

SVG = "{http://www.w3.org/2000/svg}"

#: Three sizes, the smallest with five instances that cost nearly the same.
CROWD = tuple(
    a_line(f"day_{visits}_{n}", us, us * 1.2, base=(us, us), visits=visits)
    for n, (visits, us) in enumerate(
        [(60, 28.0), (60, 28.1), (60, 28.2), (60, 28.3), (60, 29.0), (500, 90.0), (5_000, 300.0)]
    )
)


def drawn(*lines: Line) -> ElementTree.Element:
    return ElementTree.fromstring(speed_svg(Speed(lines, lines[0].instance, moves=3_000, seed=1)))


def boxes(picture: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    """Return left, top, right and bottom of every text that is not turned."""
    found = []
    for text in picture.iter(f"{SVG}text"):
        if text.get("transform") is None:
            wide = LETTER * len(text.text or "")
            shift = {"middle": wide / 2, "end": wide}.get(text.get("text-anchor", ""), 0.0)
            left, base = float(text.get("x", "")) - shift, float(text.get("y", ""))
            found.append((left, base - 10, left + wide, base + 2))
    return found


def test_each_instance_is_a_point_with_its_figures() -> None:
    titles = [title.text for title in drawn(*CROWD).iter(f"{SVG}title")]
    assert len(titles) == len(CROWD)
    assert titles[-1] == "day_5000_6: 5000 visits, 330.0 us a move"


def test_no_label_lies_on_another_or_beyond_the_edge() -> None:
    picture = drawn(*CROWD)
    labels = [text.text for text in picture.iter(f"{SVG}text") if text.get("paint-order")]
    assert {"day_60_0", "day_500_5", "day_5000_6"} <= set(labels)
    for (left, top, right, bottom), (left2, top2, right2, bottom2) in combinations(boxes(picture), 2):
        assert right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
    assert all(
        left >= 0 and right <= WIDTH and top >= 0 and bottom <= HEIGHT for left, top, right, bottom in boxes(picture)
    )


def test_the_line_goes_through_the_mean_of_each_size() -> None:
    [path] = [path for path in drawn(*CROWD).iter(f"{SVG}path") if path.get("stroke-opacity") == "0.35"]
    assert len(re.findall(r"[ML]", path.get("d", ""))) == 3


def test_one_instance_alone_is_drawn() -> None:
    picture = drawn(a_line("only <one>", 4.0, base=(4.0,), visits=6))
    assert [text.text for text in picture.iter(f"{SVG}text") if text.get("paint-order")] == ["only <one>"]
