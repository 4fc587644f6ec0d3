"""What a paper holds, in words: the one form that the workbook, the page and the technicians' files print."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.domain.technician import Technician
    from optimizer.report.columns import Column, Sheet
    from optimizer.report.frames import Row


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value of a route sheet entry, both in the reader's language; an empty value prints as none."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One visit on a route sheet: everything that docs/rules.md, Papers asks for.

    Parameters
    ----------
    position
        Place in the driving order, from 1.
    fields
        In printing order, by stable name.
    blanks
        Labels of what the technician fills in by hand.
    is_red
        Carried over, overdue or an emergency.
    """

    position: int
    visit_id: str
    fields: tuple[Field, ...]
    blanks: tuple[str, ...]
    is_red: bool = False

    def __getitem__(self, name: str) -> Field:
        """Return a field by its stable name."""
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True, slots=True)
class PickUp:
    """A stop at the branch between two visits of a route sheet.

    Parameters
    ----------
    before
        Index of the entry that follows it.
    fields
        Where and when: label and value, by stable name.
    items
        What is picked up there for the visits after it, one text an item.
    """

    before: int
    fields: tuple[Field, ...]
    items: tuple[str, ...]

    def __getitem__(self, name: str) -> Field:
        """Return a field by its stable name."""
        return next(field for field in self.fields if field.name == name)


@dataclass(frozen=True, slots=True)
class RouteSheet:
    """One technician's day on paper.

    Parameters
    ----------
    heading
        Name, number, date, departure, break, return: label and value.
    packing
        What to take along in total, one text an item: parts with quantities, tools, software, permits; without what a
        stop at the branch is for.
    pick_up
        The stop at the branch on the way; `None` without one.
    """

    technician: Technician
    day: int
    heading: tuple[Field, ...]
    packing: tuple[str, ...]
    entries: tuple[Entry, ...]
    pick_up: PickUp | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: cells by column name, whether it is red, whose it is (a technician's id), for which day."""

    cells: Row
    is_red: bool = False
    technician_id: str = ""
    day: int = 0


@dataclass(frozen=True, slots=True)
class Paper:
    """A list on paper: its stable name, title, what to know about it, columns and lines.

    `is_daily` says that every day has a list of its own, where several days are planned.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    note: str = ""
    is_daily: bool = False

    def by_day(self) -> list[tuple[int, Paper]]:
        """Return each day's own list, without the date that all its lines share."""
        columns = tuple(column for column in self.columns if column.name != "date")
        return [
            (day, replace(self, columns=columns, lines=tuple(line for line in self.lines if line.day == day)))
            for day in sorted({line.day for line in self.lines})
        ]


def made_paper(sheet: Sheet, title: str, lines: Iterable[Line], note: str = "", *, is_daily: bool = False) -> Paper:
    """Return a list with the columns that every plan has and those extra ones that some line fills."""
    lines = tuple(lines)
    columns = sheet.filled(line.cells for line in lines)
    names = [column.name for column in columns]
    cut = tuple(replace(line, cells={name: line.cells[name] for name in names}) for line in lines)
    return Paper(sheet.name, title, columns, cut, note, is_daily)


@dataclass(frozen=True, slots=True)
class Papers:
    """All papers of a plan in one language.

    `away` says who is away when; it is empty where nobody is.
    """

    route_sheets: tuple[RouteSheet, ...]
    pick_list: Paper
    pick_totals: Paper
    tool_list: Paper
    loan_card: Paper
    call_list: Paper
    register: Paper
    changes: Paper
    away: str = ""

    @property
    def lists(self) -> tuple[Paper, ...]:
        """The lists, in the order in which a coordinator takes them up; no tool list where no tool is out."""
        tools = (self.tool_list,) if self.tool_list.lines else ()
        return (self.call_list, self.changes, self.pick_list, self.pick_totals, *tools, self.loan_card, self.register)

    def route_sheets_of(self, technician_id: str) -> tuple[RouteSheet, ...]:
        """Return one technician's route sheets: all that a file for this person may hold of customers."""
        return tuple(sheet for sheet in self.route_sheets if sheet.technician.technician_id == technician_id)
