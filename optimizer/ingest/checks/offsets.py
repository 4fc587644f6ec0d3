"""Moments in JSON without an offset: another program wrote them, and in which zone it meant them nobody can see.

In sheets, which people write, a moment is the branch's local time, and nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.ingest.cells.dates_and_times import MOMENT
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.forms.columns import columns_of
from optimizer.ingest.forms.sheets import location_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.sheets import RawSheet

#: What may be a moment, or hold some.
_SHAPES = frozenset({Shape.MOMENT, Shape.DAY_OR_MOMENT, Shape.TIME, Shape.WINDOWS})


def check_offsets(raws: Iterable[RawSheet], log: IssueLog) -> None:
    """Note, once a column, the moments of the wire form that have no offset."""
    for raw in raws:
        fields = [column.field for column in columns_of(raw.name) if column.shape in _SHAPES]
        for field in fields:
            naive = [(number, text) for number, cells in raw.rows for text in _without_offset(cells.get(field))]
            if naive:
                number, first = naive[0]
                log.add("MOMENT_NAIVE", value=first, count=len(naive), **location_of(raw.name, log, number, field))


def _without_offset(cell: Any) -> Iterator[str]:
    """Yield the moments without an offset in a cell of JSON: itself, or the ends of its windows."""
    if isinstance(cell, str):
        found = MOMENT.match(cell)
        is_one = found is not None and cell[found.end() :][:1] in ("", "/")
        if found is not None and is_one and found[7] is None:
            yield found[0].strip()
    elif isinstance(cell, list):
        for part in cell:
            yield from _without_offset(part)
    elif isinstance(cell, dict):
        for end in cell.values():
            if isinstance(end, str):
                yield from _without_offset(end)
