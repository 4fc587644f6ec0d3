"""Issues: one fault or doubt of the input, and the report that holds all of them.

orders.csv row 14, column 'ready': '31.02.2026' is not a date. Maybe the day and month are swapped; expected
YYYY-MM-DD.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.domain.region import DistanceUnit
from optimizer.faults.grouped import draw_together
from optimizer.faults.spelling import nearest as nearest
from optimizer.faults.table import FAULTS
from optimizer.text.catalogue import Translate, translator
from optimizer.text.printable import spelt_out

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


#: How much of a cell's text a message shows.
SHOWN_CHARACTERS = 60

#: Looking for the nearest of many names is slow, so that only so many are looked up, among so many names.
MAX_SUGGESTIONS = 50
MAX_KNOWN = 2_000


class Phrase(str):
    """A piece of a sentence that is itself translated; everything else that a sentence quotes is user data."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell with what it was read as, for a sentence that names some of many."""

    typed: str
    meant: str
    row: int

    def said(self, t: Translate) -> str:
        """Return it as a person reads it."""
        typed, meant = (_cut(spelt_out(text), len(text), t) for text in (self.typed, self.meant))
        return t("'{typed}' as {meant} (row {row})", typed=typed, meant=meant or t("nothing"), row=self.row)


class Readings(tuple[Reading, ...]):
    """Readings that a sentence names."""

    __slots__ = ()

    def said(self, t: Translate) -> str:
        """Return them as a list."""
        said, *others = (reading.said(t) for reading in self)
        for other in others:
            said = t("{one}; {other}", one=said, other=other)
        return said


#: Units of distances in a sentence.
UNITS = {DistanceUnit.KM: Phrase("km"), DistanceUnit.MILES: Phrase("miles")}


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault (`error`) or doubt (`warning`) of the input.

    Parameters
    ----------
    code
        Stable name, an entry of `faults.FAULTS`.
    file, row, column
        Where it is. `row` is the number that a person sees in the file (the header is row 1), or in JSON the
        entry's number from 1; `None` when the issue is about a whole file. `column` is empty when it is about a row.
    path
        JSON pointer to it, for JSON input.
    value
        What stands there; `length` is the number of characters before it was cut for show.
    details
        What the sentences quote beside the value.
    order
        Where the issue belongs in a report: index of the sheet, then of the column.
    is_aside
        Its row was set aside, so that the rest of the input can be used all the same.
    is_strict
        A doubt that counts as an error here.
    """

    code: str
    file: str
    row: int | None = None
    column: str = ""
    value: str = ""
    length: int = 0
    path: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    order: tuple[int, int] = (0, 0)
    is_aside: bool = False
    is_strict: bool = False

    @property
    def is_error(self) -> bool:
        """Return whether the input cannot be used with it."""
        return (FAULTS[self.code].is_error or self.is_strict) and not self.is_aside

    def cause(self, lang: str = "en") -> str:
        """Return what is wrong, as a sentence."""
        return self._sentence(FAULTS[self.code].cause, translator(lang))

    def action(self, lang: str = "en") -> str:
        """Return the way out, as a sentence or two."""
        fault, t = FAULTS[self.code], translator(lang)
        hint = self._sentence("Maybe '{near}' is meant.", t) if self.details.get("near") else ""
        way_out = self._sentence(fault.action, t)
        return _joined(hint, way_out, lang)

    def text(self, lang: str = "en") -> str:
        """Return the whole message: location, value, expectation, way out."""
        return f"{self.where(translator(lang))}{self.told(lang)}"

    def told(self, lang: str) -> str:
        """Return cause and way out, without the location."""
        return _joined(self.cause(lang), self.action(lang), lang)

    def line(self, lang: str = "en") -> str:
        """Return the whole message as a line of a report."""
        return self.graded(self.text(lang), lang)

    def graded(self, text: str, lang: str) -> str:
        """Return a message that says how grave it is, if it is no error."""
        t = translator(lang)
        if self.is_error:
            return text
        is_note = FAULTS[self.code].is_note
        return t("Note: {message}", message=text) if is_note else t("Warning: {message}", message=text)

    def finding(self, lang: str = "en") -> str:
        """Return location and cause, without the way out."""
        return f"{self.where(translator(lang))}{self.cause(lang)}"

    def to_json(self, lang: str = "en") -> dict[str, object]:
        """Return the issue as plain data."""
        return {
            "code": self.code,
            "severity": "error" if self.is_error else "warning",
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "path": self.path,
            "value": self.value_text(translator(lang)),
            "cause": self.cause(lang),
            "action": self.action(lang),
        }

    def value_text(self, t: Translate) -> str:
        """Return the value, cut to what a message shows."""
        return _cut(self.value, self.length, t)

    @property
    def sort_key(self) -> tuple[object, ...]:
        """The position in a report: by sheet, row and column."""
        sheet, column = self.order
        path = tuple(
            part.zfill(9) if part.isdecimal() else part for part in self.path.split("/")
        )  # so that 10 comes after 9
        return (sheet, self.file, self.row or 0, column, self.column, path, self.code, self.value)

    def where(self, t: Translate) -> str:
        """Return its place, as a message begins."""
        if self.path:
            return t("{file} at {path}: ", file=self.file, path=self.path)
        if self.row is None and not self.column:
            return t("{file}: ", file=self.file)
        if self.row is None:
            return t("{file}, column '{column}': ", file=self.file, column=self.column)
        if not self.column:
            return t("{file} row {row}: ", file=self.file, row=self.row)
        return t("{file} row {row}, column '{column}': ", file=self.file, row=self.row, column=self.column)

    def _sentence(self, sentence: str, t: Translate) -> str:
        details = {name: _said(detail, t) for name, detail in self.details.items()}
        return t(sentence, value=self.value_text(t), **details)


def _said(detail: object, t: Translate) -> str:
    match detail:
        case Phrase():
            return t(detail)
        case Readings():
            return detail.said(t)
    return _cut(spelt_out(detail), len(str(detail)), t)


def _cut(text: str, length: int, t: Translate) -> str:
    if len(text) <= SHOWN_CHARACTERS:
        return text
    return t("{start}… ({length} characters)", start=text[:SHOWN_CHARACTERS], length=length)


def _joined(first: str, second: str, lang: str) -> str:
    return (" " if lang == "en" and first and second else "").join((first, second))


@dataclass(frozen=True, slots=True)
class IssueReport:
    """All issues of one input, by sheet, row and column; and the language of the branch, as far as it is known."""

    issues: tuple[Issue, ...] = ()
    language: str = field(default="", compare=False)

    @property
    def errors(self) -> tuple[Issue, ...]:
        """The issues with which the input cannot be used."""
        return tuple(issue for issue in self.issues if issue.is_error)

    @property
    def warnings(self) -> tuple[Issue, ...]:
        """The issues that a person should look at; the input is used."""
        return tuple(issue for issue in self.issues if not issue.is_error)

    @property
    def has_errors(self) -> bool:
        """Return whether the input cannot be used."""
        return any(issue.is_error for issue in self.issues)

    def with_more(self, other: IssueReport) -> IssueReport:
        """Return a report of the issues of both, in the order of a reader of the files."""
        return IssueReport(tuple(sorted((*self.issues, *other.issues), key=lambda issue: issue.sort_key)))

    def text(self, lang: str = "en", *, limit: int = 200) -> str:
        """Return one line for equal issues, errors first; beyond `limit` lines it says how many issues there are."""
        t = translator(lang)
        groups = draw_together((*self.errors, *self.warnings))
        lines = [group.line(lang) for group in groups[:limit]]
        if len(groups) > limit:
            lines.append(t("… and {count} more.", count=sum(len(group.issues) for group in groups[limit:])))
        return "\n".join(lines)

    def to_json(self, lang: str = "en") -> list[dict[str, object]]:
        """Return every issue as plain data, errors first."""
        return [issue.to_json(lang) for issue in (*self.errors, *self.warnings)]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a sheet was read from, in the words of the person who wrote it.

    Parameters
    ----------
    file
        The file; of a workbook also the sheet: `branch.xlsx [派工单]`.
    titles
        Title of each column by its field: what the header says, else what it should say.
    """

    file: str
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def lang(self) -> str:
        """The language of the header, `en` or `zh`."""
        return "en" if all(title.isascii() for title in self.titles.values()) else "zh"


class IssueLog:
    """Collects issues while an input is read.

    Parameters
    ----------
    form
        `csv` for a folder of sheets, `xlsx` for a workbook of them, `json` for one file.
    file
        The name that messages give to a file that is no sheet of its own: the JSON file, or the folder.
    strict
        Codes of doubts that count as errors.
    """

    def __init__(self, *, form: str, file: str, strict: Collection[str] = ()) -> None:
        self.form = form
        self.file = file
        self.strict = strict
        #: Where each sheet came from, for those that came from somewhere.
        self.sources: dict[str, Source] = {}
        #: The language of the branch's papers, once it is known.
        self.language = ""
        self._issues: list[Issue] = []
        self._suggestions = 0
        self._root = ""

    def under(self, root: str) -> IssueLog:
        """Return a log for a part of the same JSON file: what it notes lands here, its paths below `root`."""
        part = IssueLog(form=self.form, file=self.file, strict=self.strict)
        part.sources = self.sources
        part._issues, part._root = self._issues, self._root + root
        return part

    def add(
        self,
        code: str,
        *,
        file: str = "",
        row: int | None = None,
        column: str = "",
        value: object = "",
        path: str = "",
        order: tuple[int, int] = (0, 0),
        **details: object,
    ) -> None:
        """Note one issue; `code` decides whether it is an error or a warning."""
        assert code in FAULTS, code
        text = spelt_out(value if isinstance(value, str) else _plain(value))
        issue = Issue(
            code=code,
            file=spelt_out(file or self.file),
            row=row,
            column=spelt_out(column),
            value=text[: SHOWN_CHARACTERS + 1],
            length=len(text),
            path=spelt_out(self._root + path) if path else "",
            details=MappingProxyType(details),
            order=order,
            is_strict=code in self.strict,
        )
        self._issues.append(issue)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What was noted so far, in the order of noting."""
        return tuple(self._issues)

    def set_aside(self, is_aside: Callable[[Issue], bool]) -> None:
        """Make the errors that `is_aside` picks out warnings: their rows are no longer used."""
        self._issues[:] = [
            replace(issue, is_aside=True) if issue.is_error and is_aside(issue) else issue for issue in self._issues
        ]

    @property
    def has_errors(self) -> bool:
        """Return whether an error was noted."""
        return any(issue.is_error for issue in self._issues)

    def suggest(self, name: str, known: Collection[str]) -> str:
        """Return the known name nearest to a misspelt one; a sheet full of them, or of names, gets no suggestions."""
        if self._suggestions >= MAX_SUGGESTIONS or len(known) > MAX_KNOWN:
            return ""
        self._suggestions += 1
        return nearest(name, known)

    def report(self) -> IssueReport:
        """Return what was noted, in the order of a reader of the files."""
        return IssueReport(tuple(sorted(self._issues, key=lambda issue: issue.sort_key)), self.language)


def _plain(value: object) -> str:
    """Return a value as JSON spells it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
