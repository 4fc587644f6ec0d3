"""The template of a branch: it reads back as an empty branch, and filled in it is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from optimizer.ingest.build.words import KINDS
from optimizer.ingest.cells.tidy import Shape, tidy_cell
from optimizer.ingest.cells.words import word_label
from optimizer.ingest.forms.columns import REQUIRED_SHEETS, SHEETS, columns_of
from optimizer.ingest.forms.headers import label, sheet_label
from optimizer.ingest.read import read_branch, read_intake
from optimizer.ingest.template import _DATUMS, _OPEN, _YES_NO, WORDS, make_template, write_template
from optimizer.text.catalogue import translator
from tests.ingest.worlds import two_orders, write_folder

COMMITTED = Path(__file__).parents[2] / "data/templates"
LANGUAGES = ("zh", "en")
COLUMNS = [(sheet, column) for sheet in SHEETS for column in columns_of(sheet)]


def contents(workbook: Workbook) -> dict[str, object]:
    """Return all that a person sees of a workbook: cells with looks and comments, formats, widths and lists."""
    seen: dict[str, object] = {}
    for page in workbook.worksheets:
        for row in page.iter_rows():
            for cell in row:
                look = (cell.font.b, cell.font.color and cell.font.color.rgb, cell.fill.fgColor.rgb)
                note = cell.comment.text if cell.comment else ""
                seen[f"{page.title}!{cell.coordinate}"] = (cell.value or "", look, note)
        for letter, shape in page.column_dimensions.items():
            seen[f"{page.title}:{letter}"] = (shape.width, shape.number_format)
        lists = page.data_validations.dataValidation
        seen[page.title] = (
            page.freeze_panes,
            sorted((str(v.sqref), v.formula1, bool(v.showErrorMessage)) for v in lists),
        )
    return seen


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_committed_file_is_what_the_code_makes(lang: str, tmp_path: Path) -> None:
    """Renew them with `paigong template --lang zh --out data/templates/branch-zh.xlsx` (and en) after a new column."""
    made = tmp_path / "made.xlsx"
    write_template(made, lang)
    assert contents(load_workbook(COMMITTED / f"branch-{lang}.xlsx")) == contents(load_workbook(made))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_template_reads_back_as_an_empty_branch(lang: str, tmp_path: Path) -> None:
    write_template(tmp_path / "empty.xlsx", lang)
    report = read_intake(tmp_path / "empty.xlsx").report
    assert [(issue.code, issue.row) for issue in report.issues] == [("SHEET_EMPTY", 1)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_filled_in_it_is_the_branch(lang: str, tmp_path: Path) -> None:
    sheets = two_orders()
    workbook = make_template(lang)
    for name, rows in sheets.items():
        page = workbook[sheet_label(name, lang)]
        columns = {column.sheet_name: number for number, column in enumerate(columns_of(name), start=1)}
        for line, row in enumerate(rows, start=2):
            for column, cell in row.items():
                page.cell(line, columns[column]).value = cell or None
    workbook.save(tmp_path / "filled.xlsx")
    assert read_branch(tmp_path / "filled.xlsx") == read_branch(write_folder(tmp_path / "csv", sheets))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sheet_and_column_is_there_in_the_readers_words(lang: str) -> None:
    workbook = make_template(lang)
    assert workbook.sheetnames[1:] == [sheet_label(sheet, lang) for sheet in SHEETS]
    for sheet in SHEETS:
        titles = [str(cell.value).removesuffix(" *") for cell in workbook[sheet_label(sheet, lang)][1]]
        assert titles == [label(sheet, column.field, lang) for column in columns_of(sheet)]


def test_a_required_column_is_dark_with_a_star_and_each_is_explained() -> None:
    page = make_template("zh")["派工单"]
    order_id, kind = page["A1"], page["E1"]
    assert (order_id.value, order_id.font.b, order_id.fill.fgColor.rgb) == ("工单号 *", True, "001F3A5F")
    assert order_id.comment.text == "派工单的编号。\n必填。\n示例：SO-1042"
    assert (kind.value, kind.fill.fgColor.rgb) == ("服务类型", "00EEF2F7")
    assert kind.comment.text == "安装、维修、巡检，或网点自己的说法。\n可以空着。\n示例：维修"


def test_ids_and_lists_are_text_and_dates_are_dates() -> None:
    page = make_template("en")["Orders"]
    formats = {
        column.field: page.column_dimensions[page.cell(1, number).column_letter].number_format
        for number, column in enumerate(columns_of("orders"), start=1)
    }
    assert formats["order_id"] == formats["parts"] == formats["requested"] == formats["address"] == "@"
    assert (formats["due_day"], formats["received"], formats["lat"]) == ("yyyy-mm-dd", "yyyy-mm-dd hh:mm", "General")


#: Columns of words of their own; what yes, no and a datum are is said of their cells.
OWN_WORDS = [at for at in WORDS if at not in _OPEN and WORDS[at] not in (_YES_NO, _DATUMS)]


@pytest.mark.parametrize(("sheet", "field"), OWN_WORDS)
def test_a_column_names_each_of_its_words_in_both_languages(sheet: str, field: str) -> None:
    [meaning] = [column.meaning for column in columns_of(sheet) if column.field == field]
    for word in WORDS[(sheet, field)]:
        assert re.search(rf"\b{word}\b", meaning), word
        assert word_label(word, "zh") in translator("zh")(meaning), word


@pytest.mark.parametrize(("sheet", "field"), WORDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_word_that_a_list_offers_is_understood(sheet: str, field: str, lang: str) -> None:
    [shape] = [column.kind.shape for column in columns_of(sheet) if column.field == field]
    values = set()
    for word in WORDS[(sheet, field)]:
        cell = tidy_cell(word_label(word, lang), shape)
        values.add(getattr(SHEETS[sheet].read({field: cell})[0], field))
    assert len(values) == len(WORDS[(sheet, field)])
    assert None not in values


def test_every_column_of_words_has_its_list() -> None:
    assert {(sheet, c.field) for sheet, c in COLUMNS if c.kind.shape is Shape.WORD} <= WORDS.keys()


def choices_of(sheet: str, field: str) -> set[str]:
    """Return the words that a refusal of a column names; none where it takes any."""
    fault = SHEETS[sheet].read({field: "no such word"})[1].get(field)
    return set() if fault is None or fault.code != "CHOICE" else set(fault.details["choices"].split(", "))


def test_every_kind_of_service_and_every_word_that_a_refusal_names_is_offered() -> None:
    named = {(sheet, column.field): choices_of(sheet, column.field) for sheet, column in COLUMNS}
    closed = {at: words for at, words in named.items() if words}
    assert closed.keys() > {("orders", "urgency"), ("results", "result"), ("locks", "level"), ("exceptions", "rule")}
    assert {at: set(WORDS[at]) for at in closed} == closed
    assert WORDS[("orders", "kind")] == KINDS


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_sheet_lists_every_column(lang: str) -> None:
    page = make_template(lang).worksheets[0]
    assert page.title == {"zh": "填写说明", "en": "README"}[lang]
    listed = [row for row in page.iter_rows(min_row=12, max_col=5, values_only=True) if any(row)]
    assert len(listed) == len(SHEETS) + len(COLUMNS)
    sheets = [row[0] for row in listed if row[0]]
    assert sheets == [sheet_label(sheet, lang) for sheet in SHEETS]
    required = [row[0] for row in listed if row[0] and row[2]]
    assert required == [sheet_label(sheet, lang) for sheet in REQUIRED_SHEETS]


def test_an_interrupted_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Workbook, path: Path) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Workbook, "save", full)
    with pytest.raises(OSError, match="No space"):
        write_template(tmp_path / "template.xlsx", "zh")
    assert list(tmp_path.iterdir()) == []
