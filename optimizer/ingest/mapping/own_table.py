"""Read a file of the branch's own for `paigong map`: its titles and its cells as they stand."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from optimizer.faults.decoding import MAX_BYTES, read_bytes, read_text
from optimizer.faults.issues import IssueLog, Phrase
from optimizer.ingest.forms.folder import read_folder
from optimizer.ingest.forms.head import find_head, is_head_again, lines_of, split_begun, sums_up
from optimizer.ingest.forms.headers import is_note, is_title, sheet_named
from optimizer.ingest.forms.workbook import SUFFIXES, open_workbook, plain_lines, read_workbook
from optimizer.ingest.forms.workbook_file import RefusedError, check_file
from optimizer.text.machine_errors import reader_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from optimizer.ingest.forms.head import Line
    from optimizer.ingest.forms.mapped import SheetMapping

#: Characters of the longest title.
_LONGEST_TITLE = 16
#: So many rows tell what a column holds.
_ROWS = 500


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table of the branch's own.

    Parameters
    ----------
    tab
        The tab of a workbook with several.
    is_branch
        Whether the workbook is the whole branch.
    """

    titles: list[str]
    rows: list[list[str]]
    tab: str = ""
    is_branch: bool = False


def read_own_table(path: Path, sheet: str, mapping: SheetMapping, log: IssueLog) -> OwnTable | None:
    """Return the table of a file, `None` after noting why there is none."""
    known = mapping.title_test(is_title(sheet))
    if path.suffix.lower() in SUFFIXES:
        return _of_workbook(path, sheet, mapping.tab, known, log)
    text = read_text(path, log, is_sheet=True)
    if text is None:
        return None
    try:
        begun, _ = split_begun(lines_of(text, known))
        return _table(lines_of(text, _test_for(begun, known)), known, log)
    except csv.Error as error:
        log.add("CSV_CELLS", error=Phrase(reader_words(error)))
        return None


def _of_workbook(path: Path, sheet: str, tab: str, known: Callable[[str], bool], log: IssueLog) -> OwnTable | None:
    content = read_bytes(path, log, limit=MAX_BYTES)
    if content is None:
        return None
    try:
        check_file(content)
        tabs = open_workbook(content, all_tabs=True)["sheets"]
    except RefusedError as refused:
        log.add(refused.code, limit=refused.limit)
        return None
    is_branch = any(sheet_named(one["name"]) not in (None, sheet) for one in tabs)
    own = [one for one in tabs if sheet_named(one["name"]) in (None, sheet) and not is_note(one["name"])]
    found = [(one["name"], _table(plain_lines(one["rows"]), known, log)) for one in own if one.get("rows")]
    tables = [(name, table) for name, table in found if table is not None and tab in ("", name)]
    if not tables:
        log.add("FILE_EMPTY", columns="")
        return None
    name, best = max(tables, key=lambda one: (sum(map(known, one[1].titles)), len(one[1].rows)))
    is_alone = len(found) == 1 and not is_branch
    return OwnTable(best.titles, best.rows, "" if is_alone or sheet_named(name) else name, is_branch)


def _table(lines: Iterable[Line], known: Callable[[str], bool], log: IssueLog) -> OwnTable | None:
    begun, rest = split_begun(lines)
    if not begun:
        log.add("FILE_EMPTY", columns="")
        return None
    head = find_head(begun, _test_for(begun, known))
    below = (cells for number, cells in chain(begun, rest) if number > head.last)
    rows = [cells for cells in below if not _is_head(head.titles, cells, known) and not sums_up(_first(cells))]
    return OwnTable([title.strip() for title in head.titles], rows[:_ROWS])


def _is_head(titles: list[str], cells: list[str], known: Callable[[str], bool]) -> bool:
    """Return whether a row is the header once more, or holds other titles that are known and nothing else."""
    filled = [cell for cell in cells if cell.strip()]
    return is_head_again(titles, cells) or (len(filled) > 1 and all(map(known, filled)))


def _first(cells: list[str]) -> str:
    """Return the first text of a row, empty where there is none."""
    return next(filter(None, map(str.strip, cells)), "")


def may_be_title(text: str) -> bool:
    """Return whether a text may be a title, where no title is known: short, and nothing that data have."""
    return 0 < len(text.strip()) <= _LONGEST_TITLE and not re.search(r"\d", text)


def _test_for(begun: list[Line], known: Callable[[str], bool]) -> Callable[[str], bool]:
    """Return what tells a title: whether it is known, where a row has several such, else whether it may be one."""
    return known if max(sum(map(known, cells)) for _, cells in begun or [(0, [])]) > 1 else may_be_title


def staff_of(branch: Path) -> tuple[list[str], dict[str, str]]:
    """Return the skills that the technicians of a branch hold, and their numbers by their names.

    Faults of the branch's other files are not ours to tell.
    """
    log = IssueLog(form="csv" if branch.is_dir() else "xlsx", file=branch.name)
    raws = read_folder(branch, log) if branch.is_dir() else read_workbook(branch, log) or []
    rows = {raw.name: [cells for _, cells in raw.rows] for raw in raws}
    skills = dict.fromkeys(str(cells["skill"]) for cells in rows.get("skills", ()) if "skill" in cells)
    named = [cells for cells in rows.get("technicians", ()) if "name" in cells and "technician_id" in cells]
    count = Counter(str(cells["name"]) for cells in named)
    people = {str(cells["name"]): str(cells["technician_id"]) for cells in named}
    return list(skills), {name: who for name, who in people.items() if count[name] == 1}
