"""The workbook and the tables: complete, and harmless to open."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from rich.console import Console

from optimizer.domain.planning_context import FaultyOrder, PlanningContext
from optimizer.domain.region import PaperSize
from optimizer.report.columns import EXTRA_PAPERS, PAPERS, ROUTES, SHEETS, Sheet
from optimizer.report.figures import kpis
from optimizer.report.papers.making import make_papers
from optimizer.report.papers.route_sheet import FIELDS
from optimizer.report.screen import print_plan
from optimizer.report.wording import Wording
from optimizer.report.workbook import write_workbook
from optimizer.report.workbook_papers import LABEL_WIDTH, PAIRS, SCALE, VALUE_WIDTH, page_points
from optimizer.text.workbook_cells import RED, lines_of, sheet_title
from tests.report.paper_worlds import FETCH, PAIR, TWO_DAYS, boiler_pair, fetch_on_the_way, two_days
from tests.worlds import job, person, world

if TYPE_CHECKING:
    from pathlib import Path

FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(1)"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_has_every_stop_and_every_visit_left_out(outcome, tmp_path: Path, lang: str) -> None:
    write_workbook(outcome.problem, outcome.matrix, outcome.plan, tmp_path / "plan.xlsx", lang)
    book = load_workbook(tmp_path / "plan.xlsx")
    routes, _, unassigned, _, *_ = book.worksheets
    assert routes.max_row == 1 + sum(len(route.stops) for route in outcome.plan.routes)
    assert unassigned.max_row == 1 + len(outcome.unassigned)
    assert [file.name for file in tmp_path.iterdir()] == ["plan.xlsx"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("sheet", [*SHEETS, *PAPERS, *EXTRA_PAPERS], ids=lambda sheet: sheet.name)
def test_no_two_columns_of_a_sheet_have_the_same_head(sheet: Sheet, lang: str) -> None:
    heads = [Wording(lang).heading(column.heading) for column in sheet.all_columns]
    assert sorted(heads) == sorted(set(heads))


def test_the_time_to_leave_by_is_one_figure_and_has_one_name() -> None:
    [column] = [column for column in ROUTES.columns if column.name == "leave_by"]
    assert column.heading == FIELDS["leave_by"]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_in_a_name_comes_out_as_text(outcome, tmp_path: Path, name: str) -> None:
    problem = replace(outcome.problem, customers=tuple(replace(c, name=name) for c in outcome.problem.customers))
    write_workbook(problem, outcome.matrix, outcome.plan, tmp_path / "plan.xlsx", "en")
    cells = [cell for sheet in load_workbook(tmp_path / "plan.xlsx") for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(name in str(cell.value) for cell in cells)


def test_the_tables_hold_the_plan(outcome) -> None:
    frames = outcome.to_frames()
    assert len(frames["routes"]) == sum(len(route.stops) for route in outcome.plan.routes)
    assert len(frames["unassigned"]) == len(outcome.unassigned)


def test_the_figures_are_those_of_the_plan(outcome) -> None:
    figures = kpis(outcome.problem, outcome.matrix, outcome.plan)
    assert figures["visits_planned"] == outcome.plan.served
    assert figures["visits_unassigned"] == len(outcome.unassigned)
    assert figures["cost_cents"] == sum(outcome.costs.values())


def test_the_screen_does_not_take_names_for_markup(outcome) -> None:
    problem = replace(outcome.problem, customers=tuple(replace(c, name="[bold]x[/") for c in outcome.problem.customers))
    console = Console(width=160, record=True, file=None, force_terminal=False)
    with console.capture() as captured:
        print_plan(problem, outcome.matrix, outcome.plan, console, "en")
    assert "[bold]x[/" in captured.get()


# --- the papers in it -----------------------------------------------------------------------------------------------

LISTS = {
    "zh": ["电话联系单", "变更单", "领料单", "备件汇总", "工具单", "备件借用卡", "上门服务状态记录表"],
    "en": ["Call list", "Changes", "Pick list", "Parts in total", "Tool list", "Loan card", "Register"],
}


@pytest.fixture(scope="module", params=["zh", "en"])
def printed(request, outcome, tmp_path_factory):
    """Return the language, the papers, and the workbook that holds them."""
    lang, path = request.param, tmp_path_factory.mktemp("book") / "plan.xlsx"
    write_workbook(outcome.problem, outcome.matrix, outcome.plan, path, lang)
    return (
        lang,
        make_papers(outcome.problem, outcome.matrix, outcome.plan, PlanningContext(), lang),
        load_workbook(path),
    )


def texts(page) -> list[str]:
    return [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]


def test_there_is_a_sheet_per_paper_and_per_technician(printed) -> None:
    lang, papers, book = printed
    assert book.sheetnames[5:12] == LISTS[lang]
    assert book.sheetnames[12:] == [sheet.technician.name for sheet in papers.route_sheets]


def test_a_list_has_its_title_its_heading_and_its_lines(printed) -> None:
    _, papers, book = printed
    for page, paper in zip(book.worksheets[5:12], papers.lists, strict=True):
        assert page["A1"].value.startswith(paper.title)
        assert page.max_row == 3 + len(paper.lines)
        assert page.max_column == len(paper.columns)
        for row, line in enumerate(paper.lines, start=4):
            color = page.cell(row, 1).font.color
            assert (color is not None and str(color.rgb).endswith(RED)) == line.is_red


def test_a_route_sheet_says_all_that_its_entries_say(printed) -> None:
    lang, papers, book = printed
    for page, sheet in zip(book.worksheets[12:], papers.route_sheets, strict=True):
        said = texts(page)
        for entry in sheet.entries:
            assert {field.label for field in entry.fields} | set(entry.blanks) <= set(said)
            assert {field.value for field in entry.fields} <= set(said)
        title, below = said[0], [cell.value for cell in page[2]]
        for field in sheet.heading:
            is_in_title = field.name in ("technician", "date")
            assert (field.value in title) == is_in_title
            assert (field.label in below) != is_in_title
        assert Wording(lang).series(sheet.packing) in said or not sheet.packing


def test_every_sheet_prints_on_a4_with_its_head_on_every_page(printed) -> None:
    *_, book = printed
    for page in book.worksheets:
        assert page.page_setup.paperSize == 9
        assert page.print_title_rows in ("$1:$1", "$1:$3")
        assert page.print_area.replace("$", "").endswith(f"!{page.dimensions}")
    assert {page.page_setup.orientation for page in book.worksheets[:12]} == {"landscape"}
    assert all(page.sheet_properties.pageSetUpPr.fitToPage for page in book.worksheets[:12])
    assert {page.page_setup.orientation for page in book.worksheets[12:]} == {"portrait"}


def test_a_route_sheet_is_one_page_wide() -> None:
    """A4 is 8.27 in wide, the margins are 0.4 in; a character of a wide default font takes 8 of 96 pixels an inch."""
    pixels = PAIRS * (LABEL_WIDTH * 8 + 5 + VALUE_WIDTH * 8 + 5) * SCALE / 100
    assert pixels / 96 <= 8.27 - 2 * 0.4


def test_no_page_of_a_route_sheet_ends_inside_an_entry(printed) -> None:
    _, papers, book = printed
    for page, sheet in zip(book.worksheets[12:], papers.route_sheets, strict=True):
        bars = [cell.row for cell in page["A"] if str(cell.value or "").startswith(tuple(f"{n}   " for n in range(30)))]
        assert len(bars) == len(sheet.entries)
        breaks = [mark.id for mark in page.row_breaks.brk]
        assert set(breaks) <= {row - 2 for row in bars}, "a break lies above the gap before an entry"
        edges = [0, *breaks, page.max_row]
        for first, last in itertools.pairwise(edges):
            head = page.row_dimensions[1].height if first else 0
            assert head + sum(page.row_dimensions[row].height for row in range(first + 1, last + 1)) <= page_points(
                PaperSize.A4
            )


def test_the_planning_context_reaches_the_register(outcome, tmp_path: Path) -> None:
    context = PlanningContext(faulty=(FaultyOrder("X9", "somebody", {"en": ("Row 3 has no date.",)}),))
    papers = make_papers(outcome.problem, outcome.matrix, outcome.plan, context, "en")
    write_workbook(outcome.problem, outcome.matrix, outcome.plan, tmp_path / "plan.xlsx", "en", papers=papers)
    assert "Input fault: Row 3 has no date." in texts(load_workbook(tmp_path / "plan.xlsx")["Register"])


def test_names_that_no_title_may_hold_and_names_given_twice(tmp_path: Path) -> None:
    w = world(
        [job("A", place=1), job("B", place=2), job("C", place=3)],
        [person("T1"), person("T2"), person("T3")],
    )
    names = {"T1": "Li [night]/late", "T2": "routes", "T3": "x" * 40}
    for who, name in names.items():
        w = w.with_technician(who, name=name)
    write_workbook(w.problem, w.matrix, w.plan({"T1": ["A"], "T2": ["B"], "T3": ["C"]}), tmp_path / "p.xlsx", "en")
    assert load_workbook(tmp_path / "p.xlsx").sheetnames[11:] == ["Li _night__late", "routes (2)", "x" * 31]


@pytest.mark.parametrize(
    ("name", "taken", "title"),
    [
        ("Li", ["li"], "Li (2)"),
        ("Li", ["Li", "Li (2)"], "Li (3)"),
        ("x" * 31, ["x" * 31], "x" * 27 + " (2)"),
        ("'Li'", [], "Li"),
        ("History", [], "History_"),
        ("", [], "_"),
        ("a\x07b\nc", [], "ab_c"),
    ],
)
def test_a_title_is_one_that_excel_takes(name: str, taken: list[str], title: str) -> None:
    assert sheet_title(name, taken) == title


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [("", 10, 1), ("a" * 8, 10, 1), ("a" * 9, 10, 2), ("上门服务上", 10, 2), ("a\nb", 10, 2)],
)
def test_a_row_is_as_high_as_its_text(text: str, width: float, lines: int) -> None:
    assert lines_of(text, width) == lines


# --- crews, a stop at the branch, several days ----------------------------------------------------------------------


def book_of(w, routes, tmp_path: Path):
    write_workbook(w.problem, w.matrix, w.plan(routes), tmp_path / "p.xlsx", "en")
    return load_workbook(tmp_path / "p.xlsx")


def test_extra_columns_and_the_tool_list_are_there_when_needed(tmp_path: Path) -> None:
    book = book_of(boiler_pair(), PAIR, tmp_path)
    assert {"Crew", "Lead", "Tools", "Comes after"} <= set(texts(book["Routes"]))
    assert "hoist" in texts(book["Tool list"])
    plain = book_of(two_days(), TWO_DAYS, tmp_path)
    assert not {"Crew", "Lead"} & set(texts(plain["Routes"]))
    assert "Tool list" not in plain.sheetnames


def test_a_stop_at_the_branch_stands_between_the_visits(tmp_path: Path) -> None:
    said = texts(book_of(fetch_on_the_way(), FETCH, tmp_path)["T1 Li"])
    bars = [text for text in said if text.startswith(("1   ", "2   ", "Stop at the branch"))]
    assert bars == [
        "1   08:00–08:30   customer of A",
        "Stop at the branch   09:00–09:10",
        "2   09:20–09:50   customer of B",
    ]
    assert "pump (P2) ×2; To carry: 20 kg" in said


def test_of_several_days_each_sheet_says_which_and_the_days_have_a_table(tmp_path: Path) -> None:
    book = book_of(two_days(), TWO_DAYS, tmp_path)
    assert book.sheetnames[4] == "Days"
    assert book.sheetnames[-3:] == ["11-23 T1 Li", "11-24 T1 Li", "11-24 T2 Li"]
    assert book["Register"]["A1"].value == "Register · Branch · Mon 23 Nov – Tue 24 Nov 2026"
    assert "Date" in texts(book["Pick list"])
