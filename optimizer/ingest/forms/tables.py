"""Tables of text: a CSV file, or a sheet of a workbook, becomes the rows of a sheet by its header."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimizer.faults.issues import IssueLog, Phrase, Source, nearest
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.forms.columns import columns_of
from optimizer.ingest.forms.flat import can_be_made
from optimizer.ingest.forms.head import find_head, is_head_again, lines_of, split_begun, sums_up
from optimizer.ingest.forms.headers import (
    begins_another,
    columns_by_title,
    field_names,
    is_pair,
    is_title,
    label,
    normal,
    pair_in,
    unit_of_time,
)
from optimizer.ingest.forms.mapped import UNMAPPED, SheetMapping
from optimizer.ingest.forms.meant import shapes_of
from optimizer.ingest.forms.sheets import MAX_ROWS, RawSheet, file_of, location_of
from optimizer.ingest.forms.workbook_child import column_letters
from optimizer.text.machine_errors import reader_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from optimizer.ingest.forms.columns import Column
    from optimizer.ingest.forms.head import Head, Line

#: So many cells of a kind are named in one fault of a sheet.
SHOWN_CELLS = 8

#: What a spreadsheet shows in the place of a value that it has not; in its last form the column is too narrow.
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)|#{3,}")
#: What begins a row that sums up or signs, and hardly one of the data.
_TOTAL = re.compile(
    r"(?:本页|本日|当日|本月|全部)?(?:合计|总计|小计|共计|总数|汇总|合計|總計|小計)(?:[\s:：(（\d].*)?"
    r"|共\s*\d+\s*[单条个户件行人].*|[（(—-]*以下(?:空白|无).*|以上.*|[※★].*"
    r"|(?:grand |sub-?)?totals?(?:[\s:(\d].*)?"
    r"|(?:制表|填表|编制|审核|复核|打印|统计|备注|说明|注)(?:人|员|时间|日期)?\s*[:：].*"
    r"|(?:prepared|printed|checked|approved) by\b.*|notes?:.*",
    re.IGNORECASE,
)

#: What nothing but a remark holds, and how long a text in Chinese is at least that is no id.
_SENTENCE = re.compile(r"[，。；：！？※、]|\S+(?:\s+\S+){3}")
_LEAST_OF_SENTENCE = 6
#: What makes a spreadsheet take digits for text, and stands in the file: ="007", '007.
_AS_TEXT = re.compile(r"=\"(?P<quoted>[^\"]*)\"|['’](?P<marked>[+\d][\d\s.+-]*)")
#: The fields of a place.
_PLACE = ("lat", "lon")
#: What stands in a roster on a day without a shift.
_OFF = frozenset({"休", "休息", "轮休", "调休", "公休", "休假", "off", "OFF", "Off"})
#: So many titles of another sheet in one row begin another table.
_LEAST_TITLES = 3

_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
#: Sums of figures with decimals are rounded.
_ROUNDED = 0.01

#: Faults of cells that a spreadsheet gives without a value.
_WITHOUT_VALUE = ("CELLS_UNCOMPUTED", "CELLS_ERROR")

Header = list["Column | None"]
#: Cells of a sheet that cannot be read as they stand, by row and position: the fault, and what it calls the cell.
Marks = Mapping[tuple[int, int], tuple[str, str]]
_NO_MARKS: Marks = MappingProxyType({})


def read_csv(name: str, text: str, log: IssueLog, mapping: SheetMapping = UNMAPPED) -> RawSheet:
    """Return the rows of a CSV text, numbered as a spreadsheet shows them.

    The file has the sheet's own name, unless `log.sources` says another.

    Parameters
    ----------
    mapping
        What the branch says of the file's columns.
    """
    log.sources.setdefault(name, Source(file_of(name, log)))
    known = mapping.title_test(is_title(name))
    begun, rest = split_begun(_csv_lines(name, text, known, log))
    if not begun:
        return empty_table(name, log)
    return read_table(name, find_head(begun, known), chain(begun, rest), log, mapping=mapping)


def _csv_lines(name: str, text: str, known: Callable[[str], bool], log: IssueLog) -> Iterator[Line]:
    number = 0
    try:
        for number, cells in lines_of(text, known):
            yield number, cells
    except csv.Error as error:
        log.add("CSV_CELLS", error=Phrase(reader_words(error)), **location_of(name, log, number + 1))


def empty_table(name: str, log: IssueLog) -> RawSheet:
    """Note that a table holds nothing, not even a header."""
    columns = ", ".join(c.sheet_name for c in columns_of(name)[:6])
    log.add("FILE_EMPTY", columns=columns, **location_of(name, log, None))
    return RawSheet(name)


def read_table(
    name: str,
    head: Head,
    lines: Iterable[Line],
    log: IssueLog,
    *,
    marks: Marks = _NO_MARKS,
    mapping: SheetMapping = UNMAPPED,
) -> RawSheet:
    """Return the rows below a header by its columns, as they stand.

    `log.sources` says already which file the table came from.

    Parameters
    ----------
    marks
        See `Marks`.
    mapping
        What the branch says of its columns, their words and what fills empty cells.
    """
    reader = _Rows(name, head, log, marks, mapping)
    for line in lines:
        if line[0] > MAX_ROWS:
            log.add("CSV_TOO_MANY_ROWS", limit=MAX_ROWS, **location_of(name, log, line[0]))
            break
        if line[0] > head.last:
            reader.read(line)
    return reader.sheet()


class _Rows:
    """The rows of a sheet while they are read."""

    def __init__(self, name: str, head: Head, log: IssueLog, marks: Marks, mapping: SheetMapping) -> None:
        self.name, self.head, self.log, self.marks, self.mapping = name, head, log, marks, mapping
        self.header = _read_header(name, head, log, mapping)
        self.given = {column.field for column in self.header if column}
        self.pairs = _pairs(name, head.titles, self.given, mapping, log)
        self.given |= {field for field in _PLACE if self.pairs}
        self.has_said_pair = False
        self.required = {column.field for column in columns_of(name) if column.required}
        self.rows: list[tuple[int, dict[str, Any]]] = []
        self.unread: dict[int, set[str]] = defaultdict(set)
        #: By kind of fault what its cells are called, in order.
        self.marked: dict[str, dict[str, None]] = defaultdict(dict)
        self.untitled: dict[int, int] = {}
        self.seen: set[int] = set()
        #: Columns whose title stands there before; `columns` of the mapping may join several, others are a fault.
        titles = self.head.titles
        self.doubled = {
            index
            for index, column in enumerate(self.header)
            if column and column in self.header[:index] and not mapping.knows(titles[index])
        }
        #: Units of durations that titles say, and what the numbers of a column sum up to.
        self.units = {
            index: unit_of_time(titles[index])
            for index, column in enumerate(self.header)
            if column and shapes_of(name)[column.field] is Shape.DURATION and unit_of_time(titles[index])
        }
        self.sums: Counter[int] = Counter()
        self.is_over = not self.given

    def read(self, line: Line) -> None:
        """Take up a row."""
        number, cells = line
        self.seen.add(number)
        texts = [_as_typed(cell.strip()) for cell in cells]
        if self.is_over or not any(texts) or self._is_head(number, texts):
            return
        if self._is_sum(texts):
            value = next(filter(None, texts))
            self.log.add("ROW_TOTAL", value=value, **location_of(self.name, self.log, number))
            return
        found: dict[str, str] = {}
        for index, (column, text) in enumerate(zip(self.header, texts, strict=False)):
            if column and text and index not in self.doubled:
                # Two columns make one value where the branch says so: a date and its time, a city and its street.
                text = f"{text}{self.units[index]}" if index in self.units and _NUMBER.fullmatch(text) else text
                before = f"{found[column.field]} " if column.field in found else ""
                found[column.field] = before + self.mapping.translated(column.field, text)
        self._take_pair(number, texts, found)
        if self._is_total(texts, found):
            value = next(text for text in texts if text)
            self.log.add("ROW_TOTAL", value=value, **location_of(self.name, self.log, number))
            return
        if self.name == "shifts" and not {found.get("start"), found.get("end")}.isdisjoint(_OFF):
            value = next(text for text in (found.get("start"), found.get("end")) if text in _OFF)
            self.log.add("SHIFT_OFF", value=value, **location_of(self.name, self.log, number))
            return
        if any(texts[len(self.header) :]):
            self.log.add("CSV_EXTRA_CELLS", **location_of(self.name, self.log, number))
        for index, (title, text) in enumerate(zip(self.head.titles, texts, strict=False)):
            if text and not title.strip():
                self.untitled.setdefault(index, number)
        if self.marks or any(text.startswith("#") for text in found.values()):
            self._set_aside(number, found)
        if found or number in self.unread:
            self.rows.append((number, found))

    def _take_pair(self, number: int, texts: list[str], found: dict[str, str]) -> None:
        """Take up the coordinates of a column that holds both; how the first were read is said."""
        for index, title in self.pairs.items():
            text = texts[index] if index < len(texts) else ""
            both = pair_in(title, text)
            found |= dict(zip(_PLACE, both or (text, text), strict=True)) if text else {}
            if both and not self.has_said_pair:
                self.has_said_pair = True
                location = location_of(self.name, self.log, number, _PLACE[0])
                self.log.add("COLUMN_PAIR", value=text, lat=both[0], lon=both[1], **location)

    def _is_sum(self, texts: list[str]) -> bool:
        """Return whether a row holds what the numbers above it sum up to, and nothing else; no title of it says so."""
        numbers = {index: float(text) for index, text in enumerate(texts) if _NUMBER.fullmatch(text)}
        is_sum = bool(numbers) and len(self.rows) > 1 and len(numbers) == sum(map(bool, texts))
        if is_sum and not texts[0] and all(abs(self.sums[n] - number) < _ROUNDED for n, number in numbers.items()):
            return True
        self.sums.update(numbers)
        return False

    def _is_total(self, texts: list[str], found: Mapping[str, str]) -> bool:
        """Return whether a row sums up or signs: its first words say so, and where they may be a name it lacks much."""
        first = next(text for text in texts if text)
        lacks = len(self.required) < 2 or not self.required <= found.keys()
        if sums_up(first) or (lacks and _TOTAL.fullmatch(first) is not None):
            return True
        return texts[0] == first and sum(map(bool, texts)) == 1 and self._is_remark(first)

    def _is_remark(self, text: str) -> bool:
        """Return whether the only cell of a row holds a sentence, below rows that hold more."""
        if not self.rows or any(len(cells) < 2 for _, cells in self.rows):
            return False
        is_long = len(self.required) > 1 and not text.isascii() and len(text) >= _LEAST_OF_SENTENCE
        return is_long or _SENTENCE.search(text) is not None

    def _is_head(self, number: int, texts: list[str]) -> bool:
        """Return whether a row is the header once more, or begins another table; the rest is not read then."""
        if is_head_again(self.head.titles, texts) or self._names_columns(texts):
            self.log.add("HEADER_AGAIN", **location_of(self.name, self.log, number))
            return True
        titled = [text for text in texts if text]
        if len(titled) < _LEAST_TITLES or not begins_another(self.name, titled):
            return False
        self.is_over = True
        if self.rows and len(self.rows[-1][1]) == 1:
            self.rows.pop()  # the heading of that table
        value = ", ".join(titled[:_LEAST_TITLES])
        self.log.add("TABLE_BELOW", value=value, **location_of(self.name, self.log, number))
        return True

    def _names_columns(self, texts: list[str]) -> bool:
        """Return whether each cell of a row is a title of its own column, be it another name of it."""
        titled = [(index, text) for index, text in enumerate(texts) if text]
        known = columns_by_title(self.name)
        return len(titled) >= _LEAST_TITLES and all(
            index < len(self.header) and known.get(normal(text), self) is self.header[index] for index, text in titled
        )

    def _set_aside(self, number: int, found: dict[str, str]) -> None:
        """Take the cells out of a row that cannot be read as they stand."""
        for index, column in enumerate(self.header):
            if column is None:
                continue
            code, called = self.marks.get((number, index), ("", f"{column_letters(index + 1)}{number}"))
            if not code and _ERROR.fullmatch(found.get(column.field, "")):
                code = "CELLS_ERROR"
            if code:
                self.marked[code][called] = None
            if code and code != "CELLS_COMPUTED":
                self.unread[number].add(column.field)
                found.pop(column.field, None)

    def _mark_empty_rows(self) -> None:
        """Take up the cells without a value in rows that hold nothing else."""
        for (number, index), (code, called) in self.marks.items():
            if number > self.head.last and number not in self.seen and code in _WITHOUT_VALUE:
                if index < len(self.header) and self.header[index] is not None:
                    self.marked[code][called] = None

    def _fill(self) -> None:
        """Fill empty cells by what the branch says, and count how many."""
        filled = Counter(field_name for _, cells in self.rows for field_name in self.mapping.fill(cells))
        for field_name, count in filled.items():
            self.log.add("MAPPING_FILLED", count=count, **location_of(self.name, self.log, None, field_name))

    def sheet(self) -> RawSheet:
        """Return the sheet, after noting what is about it as a whole."""
        name, log = self.name, self.log
        if not self.given:
            return RawSheet(name, is_given=False, is_unread=True)
        self._mark_empty_rows()
        for code, called in self.marked.items():
            more = ", …" if len(called) > SHOWN_CELLS else ""
            value = ", ".join([*called][:SHOWN_CELLS]) + more
            log.add(code, value=value, count=len(called), **location_of(name, log, None))
        for index, number in self.untitled.items():
            log.add("COLUMN_UNTITLED", value=column_letters(index + 1), **location_of(name, log, number))
        self._fill()
        missing = frozenset(self.required - self.given - self.mapping.fills.keys())
        for field_name in missing:
            if can_be_made(name, field_name, self.given):
                continue
            log.add("COLUMN_MISSING", **location_of(name, log, self.head.last, field_name))
        return RawSheet(name, self.rows, missing, unread=self.unread)


def _as_typed(text: str) -> str:
    """Return a text without what makes a spreadsheet take it for a text.

    >>> _as_typed('="007"'), _as_typed("'13800000001"), _as_typed("O'Brien")
    ('007', '13800000001', "O'Brien")
    """
    match = _AS_TEXT.fullmatch(text) if text[:1] in ("=", "'", "’") else None
    return text if match is None else (match["quoted"] or match["marked"] or "").strip()


def columns_of_titles(name: str, titles: list[str], mapping: SheetMapping) -> Header:
    """Return the column that each title means: by what the branch says of it, else by its name."""
    by_title, by_field = columns_by_title(name), {column.field: column for column in columns_of(name)}
    return [
        by_field.get(mapping.field_of(title) or "")
        if mapping.knows(title)
        else by_title.get(normal(title))
        if title.strip()
        else None
        for title in titles
    ]


def _read_header(name: str, head: Head, log: IssueLog, mapping: SheetMapping) -> Header:
    cells = head.titles
    header = columns_of_titles(name, cells, mapping)
    _name_columns(name, cells, header, log)
    if not any(header):
        expected = ", ".join(log.sources[name].titles.get(c.field, c.sheet_name) for c in columns_of(name)[:6])
        log.add("HEADER_UNKNOWN", value=", ".join(cells), columns=expected, **location_of(name, log, head.last))
        return header
    if head.above:
        log.add("HEADER_BELOW", value=", ".join(head.above), **location_of(name, log, head.first))
    for index, (cell, column) in enumerate(zip(cells, header, strict=True)):
        title = cell.strip()
        if mapping.knows(title):
            continue
        if column is not None and column in header[:index]:
            log.add("COLUMN_TWICE", **location_of(name, log, head.last, column.field))
        is_place = is_pair(title) and not any(c and c.field in _PLACE for c in header)
        if column is None and title and not is_place:
            unused = [c for c in columns_of(name) if c not in header]
            near = nearest(title, {c.sheet_name for c in unused}) or nearest(
                title, {known for c in unused for known in field_names(name, c.field)}
            )
            log.add("COLUMN_UNKNOWN", value=title, near=near, **location_of(name, log, head.last, title))
    return header


def _pairs(name: str, titles: list[str], given: set[str], mapping: SheetMapping, log: IssueLog) -> dict[int, str]:
    """Return the column that holds both coordinates by its index, if the sheet has such and no others."""
    by_field = {column.field for column in columns_of(name)}
    pairs = {index: title.strip() for index, title in enumerate(titles) if is_pair(title) and not mapping.knows(title)}
    if not pairs or given & set(_PLACE) or not set(_PLACE) <= by_field:
        return {}
    index, title = next(iter(pairs.items()))
    source = log.sources[name]
    log.sources[name] = Source(source.file, {**source.titles, **dict.fromkeys(_PLACE, title)})
    return {index: title}


def _name_columns(name: str, cells: list[str], header: Header, log: IssueLog) -> None:
    """Note how the header calls each column; what it lacks is called as the rest of it would."""
    titles = {column.field: cell.strip() for cell, column in zip(cells, header, strict=True) if column}
    is_chinese = any(not title.isascii() for title in titles.values())
    if is_chinese:
        titles = {column.field: label(name, column.field, "zh") for column in columns_of(name)} | titles
    else:
        # A title in English differs from the column's own name in its case, or is a label of ours: show our name.
        own = {column.field: column.sheet_name for column in columns_of(name)}
        titles = {field: title for field, title in titles.items() if normal(title) != normal(own[field])}
    log.sources[name] = Source(log.sources[name].file, titles)
