"""What a paper holds, in words: the one form that the workbook, the page and the technicians' files print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.domain.technician import Technician
    from optimizer.report.columns import Column
    from optimizer.report.frames import Row


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled value of a route sheet entry, both in the reader's language; an empty value prints as none."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One visit on a route sheet: everything that RULES §7 asks for.

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
class RouteSheet:
    """One technician's day on paper.

    Parameters
    ----------
    heading
        Name, number, date, departure, break, return: label and value.
    packing
        What to take along in total, one text an item: parts with quantities, tools, software, permits.
    """

    technician: Technician
    day: int
    heading: tuple[Field, ...]
    packing: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: its cells by column name, whether it is red, and whose line it is (a technician's id)."""

    cells: Row
    is_red: bool = False
    technician_id: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A list on paper: its stable name, title, what to know about it, columns and lines."""

    name: str
    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Papers:
    """All papers of a plan in one language."""

    route_sheets: tuple[RouteSheet, ...]
    pick_list: Paper
    pick_totals: Paper
    loan_card: Paper
    call_list: Paper
    register: Paper
    changes: Paper

    @property
    def lists(self) -> tuple[Paper, ...]:
        """The lists, in the order in which a coordinator takes them up."""
        return (self.call_list, self.changes, self.pick_list, self.pick_totals, self.loan_card, self.register)

    def route_sheets_of(self, technician_id: str) -> tuple[RouteSheet, ...]:
        """Return one technician's route sheets: all that a file for this person may hold of customers."""
        return tuple(sheet for sheet in self.route_sheets if sheet.technician.technician_id == technician_id)
