"""How closely a route sheet is set, so that a day stays on one sheet of paper wherever it can.

A sheet of paper does not scroll: the size of the type is chosen from the text that it has to hold, before any browser
sees it, so that the same day looks the same on every desk. Heights are estimated, with room to spare.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.region import PaperSize
from optimizer.report.text_width import ems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.report.paper_view import EntryView, PickUpView, SheetView

#: Millimetres of each margin, and a hair that is left at the foot.
MARGIN_MM, _HAIR_MM = 9.0, 1.5
_MM_PER_PT = 0.3528
#: Type smaller than this, in points, is for days that fit in no other way.
_SMALL = 7.3
#: Estimates err. The who-and-where lines and the name on top are larger than the type; texts keep a distance in ems;
#: a box to tick is about as wide as a sign.
_SPARE, _WHO_SIZE, _NAME_SIZE, _GAP, _TICK = 1.03, 1.08, 2.0, 1.2, "字"


@dataclass(frozen=True, slots=True)
class Density:
    """A way to set a sheet.

    Parameters
    ----------
    points, leading
        The size of the type and its line height, as a factor.
    times_mm
        Width of the column of times.
    blank_mm
        Height of the boxes to write in, their labels included.
    is_run_on
        The groups of an entry follow each other without a new line.
    """

    points: float
    leading: float
    times_mm: float
    blank_mm: float
    is_run_on: bool


def _density(points: float) -> Density:
    """Return the density with this size of type: larger type is set more airily."""
    larger = points - _SMALL
    return Density(
        points=points,
        leading=round(1.16 + 0.05 * larger, 3),
        times_mm=round(34 + 3 * larger, 1),
        blank_mm=round(8.2 + 0.9 * larger, 1),
        is_run_on=larger < 0,
    )


#: From large type to small. A day that does not fit even in the smallest flows over several pages in a middle one.
DENSITIES = tuple(_density(points / 10) for points in range(108, 65, -3))
_FLOWING = _density(9.0)
_TALLEST_BLANK_MM = 20.0


def page_mm(paper: PaperSize) -> tuple[float, float]:
    """Return width and height of what the margins of a sheet of paper leave, in millimetres."""
    return round(paper.width_mm - 2 * MARGIN_MM, 1), round(paper.height_mm - 2 * MARGIN_MM - _HAIR_MM, 1)


def wide_share(paper: PaperSize) -> float:
    """Return how wide a sheet on its side is between its margins, as a share of A4."""
    return (paper.height_mm - 2 * MARGIN_MM) / (PaperSize.A4.height_mm - 2 * MARGIN_MM)


def choose_density(sheet: SheetView, paper: PaperSize = PaperSize.A4) -> Density:
    """Return the density with the largest type in which the day fits on one page; what is left is room to write."""
    width_mm, height_mm = page_mm(paper)
    for density in DENSITIES:
        left_mm = height_mm - _height_mm(sheet, density, width_mm)
        if left_mm >= 0:
            blank_mm = min(_TALLEST_BLANK_MM, density.blank_mm + left_mm / max(1, len(sheet.entries)))
            return replace(density, blank_mm=round(blank_mm, 1))
    return _FLOWING


def _height_mm(sheet: SheetView, density: Density, width_mm: float) -> float:
    """Return the estimated height of a sheet: heading, packing line, entries."""
    em, line = density.points * _MM_PER_PT, density.points * _MM_PER_PT * density.leading
    facts = _lines([(field.label, field.value) for field in sheet.facts], width_mm / 2 / em)
    name = _lines([("", sheet.title)], width_mm / 2 / em / _NAME_SIZE)
    head = 2.2 + line + max(name * _NAME_SIZE * 1.1 * em, (facts - 1) * line)
    packing = 2.6 + line * _lines([("", _TICK + item) for item in ("", *sheet.packing)], width_mm / em)
    stop = 0.0 if sheet.pick_up is None else _pick_up_mm(sheet.pick_up, density, width_mm)
    return _SPARE * (head + packing + stop + sum(_entry_mm(entry, density, width_mm) for entry in sheet.entries))


def _pick_up_mm(stop: PickUpView, density: Density, width_mm: float) -> float:
    """Return the estimated height of a stop at the branch: where, what to pick up, no boxes to write in."""
    em, line = density.points * _MM_PER_PT, density.points * _MM_PER_PT * density.leading
    room = (width_mm - density.times_mm - 5.4) / em
    work = _WHO_SIZE * 2 + _lines([("", _TICK + item) for item in ("", *stop.items)], room)
    return max(work * line, 2 * line + 3 * em) + 5.2


def _entry_mm(entry: EntryView, density: Density, width_mm: float) -> float:
    em, line = density.points * _MM_PER_PT, density.points * _MM_PER_PT * density.leading
    room = (width_mm - density.times_mm - 5.4) / em
    beside_order = room - ems(entry.order_id) * 1.1 - (4 if entry.is_red else 1)
    who = [(field.label if field.name == "contacts" else "", field.value) for field in entry.who]
    at = next((k for k, field in enumerate(entry.who) if field.name == "address"), len(who))
    work = _WHO_SIZE * sum(_lines(part, beside_order / _WHO_SIZE / 1.05) for part in (who[:at], who[at:]) if part)
    groups = [[field for group in entry.groups for field in group]] if density.is_run_on else entry.groups
    work += sum(_lines([(field.label, field.value) for field in group], room) for group in groups)
    times = sum(_lines([(field.label, field.value)], (density.times_mm - 2) / em) for field in entry.times)
    return max(work * line, times * line + 3 * em) + density.blank_mm + 2.0


def _lines(items: Iterable[tuple[str, str]], room: float) -> int:
    """Return how many lines a row of labelled texts takes that wraps between the texts, and inside one too long."""
    lines, used = 1, 0.0
    for label, value in items:
        width = (0.9 * ems(label) + 0.35 if label else 0.0) + ems(value)
        if used and used + _GAP + width > room:
            lines, used = lines + 1, 0.0
        elif used:
            used += _GAP
        more, used = divmod(used + width, room)
        lines += int(more)
    return lines
