"""The papers as the templates want them: what stands where in an entry, and every cell in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from optimizer.report.barcode import Barcode, draw_barcode
from optimizer.report.columns import CLOCK, COUNT, MINUTES, MONEY, SHARE
from optimizer.report.text_width import DIGIT, column_widths
from optimizer.text.printable import without_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

    from optimizer.domain.technician import Technician
    from optimizer.report.columns import Column
    from optimizer.report.papers.model import Entry, Field, Line, Paper, Papers, PickUp, RouteSheet
    from optimizer.report.wording import Wording
    from optimizer.text.workbook_cells import Value

#: Where the fields of an entry stand; whatever is in none of them comes with the people.
_TIMES = ("leave", "leave_by", "told", "promised")
_WHO = ("customer", "phone", "contacts", "address")
_WORK = ("kind", "product", "serial", "coverage", "fault", "request", "last_try")
_TAKE = ("parts", "tools", "bring", "prepare")
_ON_TOP = ("technician", "branch")
_APART = ("order_id", "start", "end")

#: Blanks by the room that a hand needs: a time, a word or two, a sentence.
_ROOM = (1, 1, 1, 3, 2, 2, 2)
#: Columns to tick; what a pen needs in place of two characters; a text as wide as the mark of a red line.
_TICKS = ("tick", "unused", "faulty", "taken_tick", "back_tick")
_PEN, _MARK = "字", "000000"
#: The thinnest bar of a bar code, and the paper, in ems.
_MODULE_EMS = 0.09
_TALL_EMS, _WIDE_EMS = 61.0, 89.0
#: The register is set in smaller type than other lists.
_EMS_OF = {"register": 96.0}
_NUMBERS = (COUNT, MINUTES, MONEY, SHARE)


@dataclass(frozen=True, slots=True)
class EntryView:
    """One visit on a route sheet: times at the left, who and where on top, then the groups, then the blanks."""

    position: int
    visit_id: str
    order_id: str
    start: str
    end: str
    times: tuple[Field, ...]
    who: tuple[Field, ...]
    groups: tuple[tuple[Field, ...], ...]
    blanks: tuple[tuple[str, int], ...]
    is_red: bool


@dataclass(frozen=True, slots=True)
class PickUpView:
    """A stop at the branch on a route sheet, laid out as a visit is; `before` is the index of the next entry."""

    before: int
    start: str
    end: str
    times: tuple[Field, ...]
    where: tuple[Field, ...]
    items: tuple[str, ...]


class SheetView:
    """A technician's day: the sheet's heading, packing line and entries."""

    def __init__(self, sheet: RouteSheet) -> None:
        self.technician = sheet.technician
        self.title = _title(sheet.technician)
        self.day = sheet.day
        self.facts = tuple(field for field in sheet.heading if field.name not in _ON_TOP)
        self.packing = sheet.packing
        self.entries = tuple(_entry(entry) for entry in sheet.entries)
        self.pick_up = None if sheet.pick_up is None else _pick_up(sheet.pick_up)
        self._drawn: Markup | None = None

    def drawn(self, draw: Callable[[SheetView], Markup]) -> Markup:
        """Return the sheet as a template draws it, once: the page and the technician's own file have the same."""
        if self._drawn is None:
            self._drawn = draw(self)
        return self._drawn


def sheet_views(papers: Papers) -> list[SheetView]:
    """Return all route sheets of a plan, to be drawn."""
    return [SheetView(sheet) for sheet in papers.route_sheets]


def _pick_up(stop: PickUp) -> PickUpView:
    return PickUpView(
        before=stop.before,
        start=stop["start"].value,
        end=stop["end"].value,
        times=(stop["leave"], stop["leave_by"]),
        where=(stop["customer"], stop["phone"], stop["address"]),
        items=stop.items,
    )


def _title(technician: Technician) -> str:
    """Return name and number, the number alone when there is no name."""
    return f"{technician.name} {technician.technician_id}".strip()


def _entry(entry: Entry) -> EntryView:
    by_name = {field.name: field for field in entry.fields}

    def pick(names: tuple[str, ...]) -> tuple[Field, ...]:
        return tuple(by_name[name] for name in names if name in by_name)

    placed = {*_TIMES, *_WHO, *_WORK, *_TAKE, *_APART}
    rest = tuple(field for field in entry.fields if field.name not in placed)
    rooms = _ROOM if len(entry.blanks) == len(_ROOM) else (1,) * len(entry.blanks)
    return EntryView(
        position=entry.position,
        visit_id=entry.visit_id,
        order_id=entry["order_id"].value,
        start=entry["start"].value,
        end=entry["end"].value,
        times=pick(_TIMES),
        who=pick(_WHO),
        groups=tuple(group for group in (pick(_WORK), pick(_TAKE), rest) if group),
        blanks=tuple(zip(entry.blanks, rooms, strict=True)),
        is_red=entry.is_red,
    )


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell: the name of its column, its words, how it is set, and the bar code drawn in it."""

    name: str
    text: str
    style: str = ""
    barcode: Barcode | None = None


@dataclass(frozen=True, slots=True)
class HeadView:
    """The head of a column, by the column's name, and the column's share of the table's width in percent."""

    name: str
    text: str
    style: str
    percent: float


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a list."""

    cells: tuple[CellView, ...]
    is_red: bool


class ListView:
    """A list as a table: heads and lines, in words. A cell that holds `None` is for a pen.

    `when` is the day or the days that it is for; `day` is the index of the one day that it is cut out for.
    """

    def __init__(
        self, paper: Paper, wording: Wording, when: str, *, is_wide: bool = False, day: int | None = None
    ) -> None:
        self.name = paper.name
        self.title = paper.title
        self.when = when
        self.day = day
        self.note = paper.note
        self.lines = [_line(line, paper.columns, wording) for line in paper.lines]
        room = _EMS_OF.get(paper.name, _WIDE_EMS if is_wide else _TALL_EMS)
        self.heads = _heads(paper.columns, self.lines, room, wording)


def _line(line: Line, columns: Sequence[Column], wording: Wording) -> LineView:
    cells = tuple(_cell(column, line.cells.get(column.name), wording) for column in columns)
    return LineView(cells, line.is_red)


def _heads(columns: Sequence[Column], lines: list[LineView], room: float, wording: Wording) -> list[HeadView]:
    """Return the heads of the columns, as wide as their cells need and their blanks want."""
    texts = [wording.heading(column.heading) for column in columns]
    filled = [[line.cells[k].text for line in lines] for k in range(len(columns))]
    filled[0] += [f"{_MARK} {line.cells[0].text}" for line in lines if line.is_red]
    for k, column in enumerate(columns):
        if any(line.cells[k].style == "blank" for line in lines):
            filled[k].append(_PEN * (column.width // 2))
        modules = max((code.width for line in lines if (code := line.cells[k].barcode)), default=0)
        filled[k].append("0" * round(modules * _MODULE_EMS / DIGIT))
    percents = column_widths(texts, filled, room)
    return [
        HeadView(column.name, text, "n" if column.number_format in _NUMBERS else "", percent)
        for text, column, percent in zip(texts, columns, percents, strict=True)
    ]


def _cell(column: Column, value: Value, wording: Wording) -> CellView:
    if value is None:
        return CellView(column.name, "", "tick-box" if column.name in _TICKS else "blank")
    if column.name == "barcode":
        return CellView(column.name, str(value), "code", draw_barcode(str(value)))
    if column.number_format in _NUMBERS:
        return CellView(column.name, _number(column, value, wording), "n")
    text = _words(column, value, wording)
    style = "stamp" if isinstance(value, date) else ""
    return CellView(column.name, text or wording.translate("none"), style if text else "none")


def _number(column: Column, value: Value, wording: Wording) -> str:
    if not isinstance(value, int | float):
        return str(value)
    if column.number_format == SHARE:
        return wording.share(value)
    if column.number_format == MONEY:
        return wording.money(round(value))
    return f"{value:.1f}" if column.number_format == MINUTES else f"{value:.0f}"


def _words(column: Column, value: Value, wording: Wording) -> str:
    """Return what a cell says; the year of a moment is on the paper's face, so it is left out."""
    if isinstance(value, bool):
        return wording.translate("yes") if value else wording.translate("no")
    if isinstance(value, datetime):
        return wording.time(value) if column.number_format == CLOCK else wording.stamp(value)
    if isinstance(value, date):
        return wording.digits(value)
    return without_controls(str(value)).strip()
