"""How closely a sheet is set: large type for a short day, small type before a second page."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files

import pytest

from optimizer.domain.region import PaperSize
from optimizer.domain.technician import Technician
from optimizer.report.density import DENSITIES, MARGIN_MM, choose_density, page_mm, wide_share
from optimizer.report.paper_view import SheetView
from optimizer.report.papers.model import Entry, Field, PickUp, RouteSheet

FIELDS = ("order_id", "customer", "phone", "address", "fault", "parts", "leave_by", "told", "start", "end", "crew")
BLANKS = ("到达", "开始", "结束", "结果", "下次上门", "备件归还", "签字")


def sheet(visits: int, *, value: str = "一段短文") -> RouteSheet:
    entry = Entry(1, "V1", tuple(Field(name, "标签", value) for name in FIELDS), BLANKS)
    return RouteSheet(
        technician=Technician("T1", "陈立新"),
        day=0,
        heading=(Field("date", "日期", "2026年11月23日"),),
        packing=("空调主板 ×1",),
        entries=tuple(replace(entry, position=k) for k in range(1, visits + 1)),
    )


def test_one_visit_is_set_in_the_largest_type_with_the_most_room_to_write() -> None:
    density = choose_density(SheetView(sheet(1)))
    assert density.points == DENSITIES[0].points
    assert density.blank_mm == 20


def test_more_visits_mean_smaller_type_and_never_less_than_seven_millimetres_to_write() -> None:
    densities = [choose_density(SheetView(sheet(visits))) for visits in range(1, 9)]
    sizes = [density.points for density in densities]
    assert sizes == sorted(sizes, reverse=True)
    assert min(density.blank_mm for density in densities) >= 7


@pytest.mark.parametrize(("paper", "width", "height"), [(PaperSize.A4, 210, 297), (PaperSize.LETTER, 215.9, 279.4)])
def test_a_page_is_as_large_as_the_margins_of_the_print_leave(paper: PaperSize, width: float, height: float) -> None:
    """The height keeps a hair at the foot."""
    css = files("optimizer.report").joinpath("templates/papers.css").read_text(encoding="utf-8")
    assert {float(margin) for margin in re.findall(r"@page.*?margin: (\d+)mm;", css)} == {MARGIN_MM}
    wide, tall = page_mm(paper)
    assert wide == width - 2 * MARGIN_MM
    assert 0 < height - 2 * MARGIN_MM - tall < 2


def test_lists_are_set_as_large_as_the_sheet_is_wide() -> None:
    assert wide_share(PaperSize.A4) == 1
    assert wide_share(PaperSize.LETTER) == pytest.approx((279.4 - 18) / (297 - 18))


def test_a_shorter_sheet_of_paper_is_set_more_closely() -> None:
    long_day = SheetView(sheet(7, value="很长的一段文字" * 2))
    tall, short = (choose_density(long_day, paper) for paper in PaperSize)
    assert (short.points, short.blank_mm) < (tall.points, tall.blank_mm)


def test_more_words_mean_smaller_type() -> None:
    short, long = (choose_density(SheetView(sheet(6, value=value))) for value in ("短", "很长的一段文字" * 4))
    assert long.points < short.points


@pytest.mark.parametrize(("visits", "value"), [(30, "短"), (2, "很长的一段文字" * 100)])
def test_what_fits_no_page_flows_in_a_size_that_can_be_read(visits: int, value: str) -> None:
    assert choose_density(SheetView(sheet(visits, value=value))).points == 9


def test_a_stop_at_the_branch_takes_its_room() -> None:
    stop = PickUp(1, (), tuple(f"备件 {n} ×1" for n in range(40)))
    fields = tuple(
        Field(name, "标签", "值") for name in ("customer", "phone", "address", "leave", "leave_by", "start", "end")
    )
    with_stop = replace(sheet(6), pick_up=replace(stop, fields=fields))
    assert choose_density(SheetView(with_stop)).points < choose_density(SheetView(sheet(6))).points
