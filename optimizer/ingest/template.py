"""The template of a branch: an empty workbook with every sheet and column, each explained where it stands."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.order import Confirmed, Coverage, Difficulty, HalfDay, PlaceKind, Unfinished, Urgency
from optimizer.domain.problem import LockLevel
from optimizer.domain.region import DistanceUnit, PaperSize
from optimizer.domain.technician import Employment
from optimizer.ingest.build.coordinates import Datum
from optimizer.ingest.build.words import KINDS
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.cells.words import word_label
from optimizer.ingest.forms.columns import REQUIRED_SHEETS, SHEETS, columns_of
from optimizer.ingest.forms.headers import label, sheet_label
from optimizer.ingest.forms.labels import NOTES
from optimizer.text.catalogue import translator
from optimizer.text.files import replacing
from optimizer.text.workbook_cells import NAVY, PALE, put, set_up_print

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from optimizer.ingest.forms.columns import Column
    from optimizer.text.catalogue import Translate

_YES_NO = ("yes", "no")
_DATUMS = tuple(datum.label for datum in Datum)

#: The words that a column offers in a list; those of `_OPEN` take others, too.
WORDS: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(
    {
        ("branch", "policy"): ("tomorrow", "today"),
        ("branch", "promise"): ("branch", "centre"),
        ("branch", "holidays"): ("CN", "none"),
        ("branch", "weekend"): ("Sat-Sun", "Sun", "Fri-Sat", "none"),
        ("branch", "currency"): ("CNY", "USD", "EUR", "GBP"),
        ("branch", "distance_unit"): tuple(DistanceUnit),
        ("branch", "paper"): tuple(PaperSize),
        ("branch", "language"): ("zh", "en"),
        ("branch", "locale"): ("zh-CN", "en-US", "en-GB", "de-DE"),
        ("branch", "datum"): _DATUMS,
        ("calendar", "working"): _YES_NO,
        ("customers", "tier"): ("normal", "key"),
        ("customers", "place_kind"): tuple(PlaceKind),
        ("orders", "kind"): KINDS,
        ("orders", "urgency"): tuple(Urgency),
        ("orders", "difficulty"): tuple(Difficulty),
        ("orders", "carried_over"): _YES_NO,
        ("orders", "intermittent"): _YES_NO,
        ("orders", "approximate"): _YES_NO,
        ("orders", "works_through"): _YES_NO,
        ("orders", "datum"): _DATUMS,
        ("orders", "coverage"): tuple(Coverage),
        ("orders", "parts_back"): _YES_NO,
        ("orders", "agreed_half"): tuple(HalfDay),
        ("orders", "confirmed"): tuple(Confirmed),
        ("orders", "unfinished"): tuple(Unfinished),
        ("technicians", "employment"): tuple(Employment),
        ("technicians", "start"): ("branch", "home"),
        ("technicians", "end"): ("branch", "home"),
        ("technicians", "datum"): _DATUMS,
        ("shifts", "profile"): ("car", "ebike"),
        ("locks", "level"): tuple(LockLevel),
        ("exceptions", "rule"): tuple(HouseLimit),
        ("published", "agreed"): _YES_NO,
        ("results", "result"): ("done", *Unfinished),
        ("results", "parts_back"): _YES_NO,
        ("returns", "condition"): ("unused", "faulty"),
    }
)
_OPEN = frozenset(
    {
        ("branch", "policy"),
        ("branch", "holidays"),
        ("branch", "weekend"),
        ("branch", "currency"),
        ("branch", "locale"),
        ("customers", "tier"),
        ("orders", "kind"),
        ("orders", "carried_over"),
        ("shifts", "profile"),
    }
)

#: How a spreadsheet is to take what is typed; all else is text, so that `3-1` does not become a day in March.
_FORMATS = {
    **dict.fromkeys(
        (Shape.NUMBER, Shape.DECIMAL, Shape.PERCENT, Shape.LEVEL, Shape.PRIORITY, Shape.DURATION), "General"
    ),
    Shape.DATE: "yyyy-mm-dd",
    Shape.TIME: "hh:mm",
    **dict.fromkeys((Shape.MOMENT, Shape.DAY_OR_MOMENT), "yyyy-mm-dd hh:mm"),
}
_WIDTHS = {
    **dict.fromkeys((Shape.TEXT, Shape.AMOUNTS, Shape.SKILLS, Shape.LOADS), 22),
    **dict.fromkeys((Shape.MOMENT, Shape.DAY_OR_MOMENT, Shape.IDS), 18),
    Shape.WINDOWS: 26,
    Shape.OPENING: 30,
}
_LAST_ROW = 100_001

#: What the first sheet says, in paragraphs.
_ADVICE = (
    "Fill in one row a line below the headings of each sheet, save the file, and plan with it: paigong plan FILE.xlsx.",
    "Dark headings with a star are required; the light ones may stay empty.",
    "The sheets branch, customers, orders and technicians are required; the others may stay empty or be deleted.",
    "Point at a heading to read what its column holds, with an example. All of it stands below, too.",
    "Dates are written 2026-11-23, times 08:30, durations in minutes.",
    "Several values in one cell are separated by semicolons: P01:1; P07:2.",
    "Headings may be put in another order; light columns that are not needed may be deleted.",
)
_HEADINGS = ("Sheet", "Column", "Required", "What it holds", "Example")


def write_template(path: Path, lang: str) -> None:
    """Write the empty workbook of a branch, in English or Chinese; it appears as a whole or not at all."""
    with replacing(path) as draft:
        make_template(lang).save(draft)


def make_template(lang: str) -> Workbook:
    """Return the empty workbook of a branch: first how to fill it in, then one sheet per table."""
    from openpyxl import Workbook

    t = translator(lang)
    workbook = Workbook()
    workbook.properties.creator = "Paigong"
    workbook.properties.title = t("Template of a branch")
    _explain(workbook.active, lang, t)
    for sheet in SHEETS:
        _lay_out(workbook.create_sheet(sheet_label(sheet, lang)), sheet, lang, t)
    workbook.active = 1
    return workbook


def _example(sheet: str, column: Column, lang: str) -> str:
    return word_label(column.example, lang) if (sheet, column.field) in WORDS else column.example


def _lay_out(page: Worksheet, sheet: str, lang: str, t: Translate) -> None:
    """Write the headings of a sheet: required ones dark, each with a comment, formats and lists below."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for number, column in enumerate(columns_of(sheet), start=1):
        heading, letter = page.cell(1, number), get_column_letter(number)
        title = label(sheet, column.field, lang)
        put(heading, f"{title} *" if column.required else title)
        heading.font = Font(bold=True, color="FFFFFF" if column.required else "000000")
        heading.fill = PatternFill("solid", fgColor=NAVY if column.required else PALE)
        heading.alignment = Alignment(vertical="center", wrap_text=True)
        heading.comment = Comment(_note(sheet, column, lang, t), "Paigong", height=110, width=300)
        shape = column.kind.shape
        page.column_dimensions[letter].width = max(_WIDTHS.get(shape, 13), 2 * len(title) + 3 if lang == "zh" else 0)
        page.column_dimensions[letter].number_format = _FORMATS.get(shape, "@")
        words = WORDS.get((sheet, column.field))
        if words:
            shown = ",".join(word_label(word, lang) for word in words)
            offer = DataValidation("list", formula1=f'"{shown}"', allow_blank=True)
            offer.showErrorMessage = (sheet, column.field) not in _OPEN
            offer.errorTitle, offer.error = title, t("Choose one of: {words}", words=shown.replace(",", ", "))
            offer.add(f"{letter}2:{letter}{_LAST_ROW}")
            page.add_data_validation(offer)
    page.row_dimensions[1].height = 32
    page.freeze_panes = "B2" if sheet != "branch" else "A2"


def _note(sheet: str, column: Column, lang: str, t: Translate) -> str:
    needed = t("Required.") if column.required else t("May stay empty.")
    return "\n".join((t(column.meaning), needed, t("Example: {text}", text=_example(sheet, column, lang))))


def _explain(page: Worksheet, lang: str, t: Translate) -> None:
    """Write the first sheet: what to do, then every column with its meaning and an example."""
    from openpyxl.styles import Alignment, Font, PatternFill

    page.title = NOTES[1] if lang == "zh" else "README"
    put(page["A1"], t("Template of a branch"))
    page["A1"].font = Font(bold=True, size=16, color=NAVY)
    line = 3
    for advice in _ADVICE:
        put(page.cell(line, 1), t(advice))
        line += 1
    line += 1
    for number, title in enumerate(_HEADINGS, start=1):
        put(page.cell(line, number), t(title))
        page.cell(line, number).font = Font(bold=True, color="FFFFFF")
        page.cell(line, number).fill = PatternFill("solid", fgColor=NAVY)
    head = line
    for sheet, model in SHEETS.items():
        line += 1
        is_needed = t("yes") if sheet in REQUIRED_SHEETS else ""
        for number, text in enumerate((sheet_label(sheet, lang), "", is_needed, t(model.__doc__ or ""), ""), start=1):
            put(page.cell(line, number), text)
            page.cell(line, number).font = Font(bold=True)
            page.cell(line, number).fill = PatternFill("solid", fgColor=PALE)
        for column in columns_of(sheet):
            line += 1
            texts = (label(sheet, column.field, lang), t("yes") if column.required else "", t(column.meaning))
            for number, text in enumerate((*texts, _example(sheet, column, lang)), start=2):
                put(page.cell(line, number), text)
                page.cell(line, number).alignment = Alignment(vertical="top", wrap_text=number >= 4)
    for letter, width in zip("ABCDE", (18, 26, 10, 60, 36), strict=True):
        page.column_dimensions[letter].width = width
    set_up_print(page, orientation="landscape", head_rows=f"{head}:{head}")
