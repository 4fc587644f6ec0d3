"""Workbooks: the same branch as in any other form, and every way in which a workbook can be wrong is named."""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.styles import numbers

from optimizer.domain.order import GapFrom, Load, PartNeed, Predecessor, SkillNeed, ToolNeed
from optimizer.faults.issues import IssueLog
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.forms.workbook import cell_text, read_workbook
from optimizer.ingest.forms.workbook_file import MAX_ENTRIES, RefusedError, check_file
from optimizer.ingest.read import read_branch, read_branch_report
from optimizer.ingest.settings.policy import load_policy
from optimizer.ingest.write import write_problem
from tests.ingest.workbooks import in_chinese, make_workbook, repacked, tab_of, with_lying_sizes, write_workbook
from tests.ingest.worlds import Sheets, two_orders, write_folder

if TYPE_CHECKING:
    import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DEMO = Path(__file__).parents[3] / "data/hangzhou"


def saved(workbook: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


@pytest.fixture(scope="module")
def good() -> bytes:
    return saved(make_workbook(two_orders()))


def lines_of(path: Path, workbook: openpyxl.Workbook | bytes, lang: str = "en") -> list[str]:
    """Save a workbook, read it, and return what the report says."""
    path.write_bytes(workbook if isinstance(workbook, bytes) else saved(workbook))
    return read_branch_report(path)[1].text(lang).split("\n")


# --- one branch in five forms -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo() -> Sheets:
    texts = {path.stem: path.read_text(encoding="utf-8-sig") for path in DEMO.glob("*.csv")}
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}


def write_csv(folder: Path, sheets: Sheets, encoding: str) -> Path:
    write_folder(folder, sheets)
    for path in folder.glob("*.csv"):
        path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    return folder


@pytest.mark.parametrize("form", ["utf-8-sig", "gb18030", "Chinese headers", "workbook", "Chinese workbook", "JSON"])
def test_the_demo_branch_is_the_same_in_every_form(form: str, demo: Sheets, tmp_path: Path) -> None:
    """A workbook names its policy: it has no policy.toml, which changes single values of it."""
    expected, plain = read_branch_report(DEMO)
    assert expected is not None
    writers: dict[str, Any] = {
        "utf-8-sig": lambda: write_csv(tmp_path / "x", demo, form),
        "gb18030": lambda: write_csv(tmp_path / "x", demo, form),
        "Chinese headers": lambda: write_csv(tmp_path / "x", in_chinese(demo), "gb18030"),
        "workbook": lambda: write_workbook(tmp_path / "x.xlsx", demo),
        "Chinese workbook": lambda: write_workbook(tmp_path / "x.xlsx", demo, lang="zh"),
    }
    if form == "JSON":
        path = tmp_path / "x.json"
        write_problem(expected, path)
    else:
        path = writers[form]()
    if path.is_dir():
        shutil.copy(DEMO / "policy.toml", path)
    elif form != "JSON":
        expected = replace(expected, policy=load_policy(expected.policy.name))
    problem, report = read_branch_report(path)
    assert problem == expected
    codes = {issue.code for issue in plain.issues} if form != "JSON" else set()
    assert {issue.code for issue in report.issues} - {"FILE_GB18030"} == codes


def test_a_fault_names_file_sheet_row_and_the_title_that_the_person_wrote(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders(), lang="zh")
    tab = tab_of(workbook, "派工单")
    tab["E3"] = "30分"
    tab["E2"] = "long"
    assert tab["E1"].value == "服务时长（分钟）"
    assert lines_of(tmp_path / "branch.xlsx", workbook, "zh") == [
        "branch.xlsx [派工单] 第 2 行，“服务时长（分钟）”列："
        "“long”不是分钟数。请写分钟数，例如 45，或写小时，例如 1.5小时。",
        "提示：branch.xlsx [派工单] 第 3 行，“服务时长（分钟）”列：“30分”按 30 读取。如果不是这个意思，请改正。",
    ]


def test_rows_are_numbered_as_a_person_sees_them(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    tab_of(workbook, "orders").insert_rows(3, amount=4)
    tab_of(workbook, "orders")["E7"] = "?"
    [line] = lines_of(tmp_path / "b.xlsx", workbook)
    assert line.startswith("b.xlsx [orders] row 7, column 'service_min': '?' is not a number of minutes.")


# --- cells --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "shape", "text"),
    [
        (" as it stands ", Shape.TEXT, " as it stands "),
        (["n", 10042.0], Shape.ID, "10042"),
        (["n", 13800000001.0], Shape.TEXT, "13800000001"),
        (["n", 1.234567890123457e17], Shape.ID, "1.23456789012346e+17"),  # refused as rounded
        (["n", 30.2741], Shape.NUMBER, "30.2741"),
        (["n", -3.0], Shape.NUMBER, "-3"),
        (["b", True], Shape.WORD, "yes"),
        (["b", False], Shape.WORD, "no"),
        (["b", True], Shape.TEXT, "TRUE"),
        (["d", "2026-11-23"], Shape.DATE, "2026-11-23"),
        (["d", "2026-11-23"], Shape.MOMENT, "2026-11-23"),
        (["d", "2026-11-23"], Shape.TEXT, "2026-11-23"),
        (["m", "2026-11-23 00:00:00"], Shape.DATE, "2026-11-23"),
        (["m", "2026-11-23 09:30:00"], Shape.DATE, "2026-11-23 09:30"),  # refused: not a date alone
        (["m", "2026-11-23 09:30:00"], Shape.MOMENT, "2026-11-23 09:30"),
        (["m", "2026-11-23 09:30:20"], Shape.MOMENT, "2026-11-23 09:30:20"),
        (["t", 30_600], Shape.TIME, "08:30"),
        (["t", 30_620], Shape.TIME, "08:30:20"),
        (["d", "1900-01-01"], Shape.TIME, "24:00"),  # 1 shown as hh:mm
        (["m", "1899-12-31 00:00:00"], Shape.TIME, "24:00"),
        (["s", 86_400], Shape.TIME, "24:00"),  # 1 shown as [h]:mm
        (["s", 2_700], Shape.DURATION, "00:45"),  # tidied to 45 minutes
        (["s", -60], Shape.TIME, "-60"),
    ],
)
def test_a_cell_becomes_the_text_of_a_csv(cell: Any, shape: Shape, text: str) -> None:
    assert cell_text(cell, shape) == text


def test_times_of_all_kinds_are_read(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    shifts, orders = tab_of(workbook, "shifts"), tab_of(workbook, "orders")
    shifts["D3"], shifts["D3"].number_format = 1, "[h]:mm"  # 24:00
    shifts["C4"] = "10:00"  # rested
    shifts["C3"], shifts["C3"].number_format = 0.375, "General"  # a time without its format
    orders["E3"], orders["E3"].number_format = 0.5 / 24, numbers.FORMAT_DATE_TIME3  # 0:30 in a column of minutes
    path = tmp_path / "b.xlsx"
    workbook.save(path)
    problem, report = read_branch_report(path)
    assert problem is not None
    shift = next(shift for shift in problem.shifts if shift.technician_id == "T2")
    assert (shift.start_s, shift.end_s) == (9 * 3600, 24 * 3600)
    assert problem.visit_by_id["O2"].base_s == 30 * 60
    assert [(issue.value, issue.details["meant"]) for issue in report.issues] == [("00:30", "30"), ("0.375", "09:00")]


def test_an_id_that_became_a_date_is_refused(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    tab_of(workbook, "loans")["A2"] = date(2026, 3, 1)
    assert lines_of(tmp_path / "b.xlsx", workbook) == [
        "b.xlsx [loans] row 2, column 'loan_id': '2026-03-01' is a date or time that a spreadsheet has made of an id. "
        "Format the column as text and enter the id again."
    ]


def test_shared_texts_and_prefixed_names_as_other_programs_write_them(tmp_path: Path, good: bytes) -> None:
    archive, parts, texts = zipfile.ZipFile(io.BytesIO(good)), {}, []

    def shared(match: re.Match[str]) -> str:
        texts.append(match[2])
        return f'<c{match[1]} t="s"><v>{len(texts) - 1}</v></c>'

    for name in archive.namelist():
        if name.startswith("xl/worksheets/"):
            xml = re.sub(r'<c([^>]*) t="inlineStr"><is><t>(.*?)</t></is></c>', shared, archive.read(name).decode())
            xml = re.sub(r"<(/?)(?![/?])", r"<\1x:", xml).replace('xmlns="', 'xmlns:x="')
            parts[name] = xml.encode()
    runs = "".join(f"<si><r><t>{text[:1]}</t></r><r><t>{text[1:]}</t></r></si>" for text in texts)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{runs}</sst>'.encode()
    (tmp_path / "plain.xlsx").write_bytes(good)
    (tmp_path / "other.xlsx").write_bytes(repacked(good, parts))
    assert texts
    assert read_branch(tmp_path / "other.xlsx") == read_branch(tmp_path / "plain.xlsx")


# --- the structure of a sheet -------------------------------------------------------------------------------------


def test_merged_cells_that_hold_data_are_named(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    tab_of(workbook, "orders").merge_cells("B2:B3")
    tab_of(workbook, "orders").merge_cells("A20:C20")  # nothing there
    assert lines_of(tmp_path / "b.xlsx", workbook)[0] == (
        "b.xlsx [orders]: The cells B2:B3 are merged. Unmerge them and fill in each of them."
    )
    assert sum("merged" in line for line in lines_of(tmp_path / "b.xlsx", workbook)) == 1


def test_what_is_hidden_is_read_and_said(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    orders = tab_of(workbook, "orders")
    orders.row_dimensions[3].hidden = True
    orders.row_dimensions[30].hidden = True  # empty: nobody needs to know
    orders.column_dimensions["E"].hidden = True
    tab_of(workbook, "parts").sheet_state = "hidden"
    path = tmp_path / "b.xlsx"
    workbook.save(path)
    problem, report = read_branch_report(path)
    assert problem is not None
    assert len(problem.orders) == 2
    assert report.text().split("\n") == [
        "Warning: b.xlsx [orders]: There are hidden columns (E); they were read all the same. "
        "Delete them if they should not count.",
        "Warning: b.xlsx [orders]: There are hidden rows (3); they were read all the same. "
        "Delete them if they should not count.",
        "Warning: b.xlsx [parts]: The sheet is hidden; it was read all the same. Delete it if it should not count.",
    ]


def test_formulas_count_by_their_last_values(tmp_path: Path, good: bytes) -> None:
    orders = zipfile.ZipFile(io.BytesIO(good)).read("xl/worksheets/sheet3.xml").decode()
    computed = orders.replace('<c r="E3" t="n"><v>30</v></c>', '<c r="E3"><f>E2-15</f><v>30</v></c>')
    assert computed != orders
    content = repacked(good, {"xl/worksheets/sheet3.xml": computed.encode()})
    assert lines_of(tmp_path / "b.xlsx", content) == [
        "Warning: b.xlsx [orders]: 1 cells hold formulas (E3); their values are those last computed. "
        "If in doubt, open the workbook, let it compute, and save it."
    ]


def test_formulas_that_nobody_computed_are_named(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    for row in range(2, 14):
        tab_of(workbook, "orders")[f"F{row}"] = "=1+1"
    [first, *_] = lines_of(tmp_path / "b.xlsx", workbook)
    assert first == (
        "b.xlsx [orders]: 12 cells hold formulas that were never computed (F2, F3, F4, F5, F6, F7, F8, F9, …). "
        "Open the workbook in a spreadsheet program and save it."
    )


def test_error_values_are_named(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    tab_of(workbook, "parts")["B2"] = "#N/A"
    assert lines_of(tmp_path / "b.xlsx", workbook) == [
        "b.xlsx [parts]: 1 cells show an error instead of a value (B2). Correct the formulas, or write the values."
    ]


def test_a_stray_cell_far_away_is_named(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    tab_of(workbook, "parts")["XFD1048576"] = "x"
    [line, *_] = lines_of(tmp_path / "b.xlsx", workbook)
    assert line.startswith("b.xlsx [parts]: The sheet goes as far as cell XFD1048576.")


# --- the sheets of a workbook -------------------------------------------------------------------------------------


def test_missing_unknown_and_doubled_sheets(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    tab_of(workbook, "orders").title = "ordres"
    workbook.create_sheet("说明")["A1"] = "left alone"
    workbook.create_sheet("汇总")
    workbook.create_sheet("客户").append(["客户编号"])
    text = "\n".join(lines_of(tmp_path / "b.xlsx", workbook))
    assert "b.xlsx [客户]: 'customers' is the same sheet. Keep one of the two." in text
    assert "Warning: b.xlsx: 'ordres' is not a sheet of a branch and was not read. Maybe 'orders' is meant." in text
    assert "Warning: b.xlsx: '汇总' is not a sheet of a branch" in text
    assert "b.xlsx [orders]: The sheet is missing. Maybe 'ordres' is meant. Add it to the workbook" in text
    assert "说明" not in text


def test_an_empty_sheet(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    tab_of(workbook, "orders").delete_rows(1, 10)
    [line, *_] = lines_of(tmp_path / "b.xlsx", workbook)
    assert line.startswith("b.xlsx [orders]: The file is empty. Write the header row first: order_id,")


# --- files that are no workbook -----------------------------------------------------------------------------------


def archive(parts: dict[str, bytes], mode: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", mode) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return packed.getvalue()


OLE = bytes.fromhex("d0cf11e0a1b11ae1")
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><workbook/>'


def bomb(good: bytes) -> bytes:
    return repacked(good, {"xl/worksheets/sheet3.xml": b"<a>" + b" " * 200_000_000})


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty", b"", "WORKBOOK_KIND"),
        ("text", b"hello", "WORKBOOK_KIND"),
        ("old", OLE + bytes(600), "WORKBOOK_OLD"),
        ("password", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "WORKBOOK_PASSWORD"),
        ("zip of a text", archive({"a.txt": b"hello"}), "WORKBOOK_KIND"),
        ("cut off", archive({"a.txt": b"hello"})[:-30] + b"PK\x05\x06" + bytes(18), "WORKBOOK_KIND"),
        ("document type", archive({"xl/workbook.xml": DOCTYPE}), "WORKBOOK_DOCTYPE"),
        (
            "document type in UTF-16",
            archive({"xl/workbook.xml": DOCTYPE.decode().encode("utf-16")}),
            "WORKBOOK_DOCTYPE",
        ),
        ("many parts", archive({f"{n}": b"" for n in range(MAX_ENTRIES + 1)}), "WORKBOOK_ENTRIES"),
        ("broken parts", archive({"xl/workbook.xml": b"<a", "xl/_rels/workbook.xml.rels": b""}), "WORKBOOK_BROKEN"),
        ("another packing", archive({"a": b"b"}, zipfile.ZIP_LZMA), "WORKBOOK_BROKEN"),
    ],
)
def test_a_file_that_is_no_workbook(name: str, content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(content)
    problem, report = read_branch_report(path)
    assert problem is None
    assert [issue.code for issue in report.issues] == [code], name
    assert not any(word in report.text("zh") for word in ("workbook", "Copy", "Open"))


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_does(good: bytes) -> None:
    content = bomb(good)
    assert len(content) < 1_000_000
    for attempt in (content, with_lying_sizes(content, 1000)):
        with pytest.raises(RefusedError) as caught:
            check_file(attempt)
        assert caught.value.code == "WORKBOOK_INFLATES"


def test_many_names_for_one_bomb_are_one_bomb_each(good: bytes) -> None:
    parts = {f"xl/media/{n}.xml": b" " * 9_000_000 for n in range(12)}
    with pytest.raises(RefusedError, match="WORKBOOK_INFLATES"):
        check_file(repacked(good, parts))


def test_macros_are_not_run(tmp_path: Path, good: bytes) -> None:
    path = tmp_path / "b.xlsm"
    path.write_bytes(repacked(good, {"xl/vbaProject.bin": b"code"}))
    problem, report = read_branch_report(path)
    assert problem is not None
    assert [issue.code for issue in report.issues] == ["WORKBOOK_MACROS"]


def test_one_long_text_behind_many_cells_does_not_fill_the_memory(tmp_path: Path, good: bytes) -> None:
    # One text of 30 MB behind 1 000 cells would be 30 GB.
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 1001))
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    texts = f'<sst xmlns="{MAIN}"><si><t>{"x" * 30_000_000}</t></si></sst>'
    parts = {"xl/worksheets/sheet3.xml": sheet.encode(), "xl/sharedStrings.xml": texts.encode()}
    assert lines_of(tmp_path / "b.xlsx", repacked(good, parts)) == [
        "b.xlsx: The workbook holds more than can be read. Copy its sheets into a new workbook; keep the data only."
    ]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", OLE, b"PK\x05\x06" + bytes(18)]))
def test_junk_is_refused_and_never_crashes(junk: bytes, begin: bytes) -> None:
    with pytest.raises(RefusedError):
        check_file(begin + junk)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_workbook_with_broken_bytes_is_read_or_refused(data: st.DataObject, good: bytes, tmp_path: Path) -> None:
    content = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "b.xlsx"
    path.write_bytes(content)
    problem, report = read_branch_report(path)
    assert (problem is None) is report.has_errors


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_sheet_with_broken_xml_is_read_or_refused(data: st.DataObject, good: bytes, tmp_path: Path) -> None:
    # Sound archives around junk: these get as far as the readers of XML.
    part = data.draw(st.sampled_from(["xl/workbook.xml", "xl/worksheets/sheet3.xml", "xl/styles.xml"]))
    xml = bytearray(zipfile.ZipFile(io.BytesIO(good)).read(part))
    begin = data.draw(st.integers(0, len(xml) - 1))
    xml[begin : begin + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    path = tmp_path / "b.xlsx"
    path.write_bytes(repacked(good, {part: bytes(xml)}))
    problem, report = read_branch_report(path)
    assert (problem is None) is report.has_errors


def test_a_reader_that_dies_is_a_fault(tmp_path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.running.processes.sys.executable", "false")
    path = tmp_path / "b.xlsx"
    path.write_bytes(good)
    log = IssueLog(form="xlsx", file="b.xlsx")
    assert read_workbook(path, log) is None
    assert [issue.code for issue in log.report().issues] == ["WORKBOOK_TOO_MUCH"]


# --- crews, gaps, loads, several days -------------------------------------------------------------------------------


def over_two_days() -> Sheets:
    """Return the branch planned over two days, with a crew, a gap, loads, tools, and what technicians have."""
    sheets = two_orders()
    sheets["branch"][0]["days"] = "2"
    sheets["orders"][0] |= {"crew_size": "2", "skills": "", "lead_skills": "aircon:2", "tools": "ladder:2"}
    sheets["orders"][1] |= {"after": "O1 start+30min..1d same", "loads": "kg:20 crates:2"}
    sheets["orders"].append({**sheets["orders"][1], "order_id": "O3", "after": "O2 +2h; O1", "days": "2"})
    sheets["technicians"][0] |= {"own_parts": "P1:2", "own_tools": "ladder", "capacity": "kg:300 crates:12"}
    sheets["tools"] = [{"tool_id": "ladder", "units": "1"}]
    return sheets


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_form_carries_crews_gaps_loads_and_days(lang: str, tmp_path: Path) -> None:
    problem, report = read_branch_report(write_folder(tmp_path / "csv", over_two_days()))
    assert report.text() == ""
    assert problem is not None
    assert problem.days == 2
    crew, second = problem.visit_by_id["O1"], problem.visit_by_id["O2"]
    assert (crew.crew_size, crew.lead_skills, crew.tools) == (
        2, (SkillNeed("aircon", 2),), (ToolNeed("ladder", 2),)
    )  # fmt: skip
    assert second.after == (Predecessor("O1", GapFrom.START, 1800, 86_400, same_people=True),)
    assert second.loads == (Load("crates", 2), Load("kg", 20))
    assert problem.visit_by_id["O3"].after == (Predecessor("O1"), Predecessor("O2", GapFrom.END, 7200))
    ann = problem.technician_by_id["T1"]
    assert (ann.own_parts, ann.own_tools) == ((PartNeed("P1", 2),), (ToolNeed("ladder", 1),))
    assert ann.capacity == (Load("crates", 12), Load("kg", 300))
    assert read_branch(write_workbook(tmp_path / "branch.xlsx", over_two_days(), lang=lang)) == problem
    write_problem(problem, tmp_path / "branch.json")
    assert read_branch(tmp_path / "branch.json") == problem


def test_chinese_words_in_a_gap(tmp_path: Path) -> None:
    sheets = over_two_days()
    problem = read_branch(write_folder(tmp_path / "csv", sheets))
    sheets["orders"][1] |= {"after": "O1 开始+30分钟..1天 同人", "loads": "kg：20 crates：2"}
    assert read_branch(write_workbook(tmp_path / "branch.xlsx", sheets, lang="zh")) == problem


# --- numbers that are shown otherwise -----------------------------------------------------------------------------


def formatted(tab: Any, column: str, row: int, value: Any, number_format: str) -> None:
    """Write a number with its format into a cell, by the title of its column."""
    titles = [cell.value for cell in tab[1]]
    cell = tab.cell(row, titles.index(column) + 1, value)
    cell.number_format = number_format


def test_ids_and_phones_are_read_as_the_sheet_shows_them(tmp_path: Path) -> None:
    sheets = two_orders()
    sheets["customers"][0]["phone"] = sheets["orders"][1]["serial"] = sheets["orders"][1]["required"] = ""
    workbook = make_workbook(sheets)
    customers, orders = workbook["customers"], workbook["orders"]
    formatted(customers, "customer_id", 3, 7, "0000")
    formatted(orders, "customer_id", 3, 7, '"00"00')
    formatted(customers, "phone", 2, 57100000002, "0000-00000000")
    formatted(orders, "serial", 3, 42, '"HZ-"0000')
    formatted(orders, "required", 3, 2, '"T"0')
    formatted(orders, "service_min", 3, 1.5, '0.0"小时"')
    formatted(workbook["skills"], "level", 2, 2, "00")
    path = tmp_path / "branch.xlsx"
    path.write_bytes(saved(workbook))
    problem, report = read_branch_report(path)
    assert problem is not None
    assert problem.order_by_id["O2"].customer_id == "0007"
    assert [customer.phone for customer in problem.customers] == ["", "0571-00000002"]
    assert problem.order_by_id["O2"].briefing.serial == "HZ-0042"
    assert problem.visit_by_id["O2"].required == {"T2"}
    assert problem.visit_by_id["O2"].base_s == 90 * 60
    assert [(issue.code, issue.value) for issue in report.issues] == [("READ_USUAL", "1.5小时")]


def test_a_percentage_is_no_fraction(tmp_path: Path) -> None:
    sheets = two_orders()
    for skill in sheets["skills"]:
        skill["factor_pct"] = "100"
    workbook = make_workbook(sheets)
    formatted(workbook["skills"], "factor_pct", 2, 0.9, "0%")
    path = tmp_path / "branch.xlsx"
    path.write_bytes(saved(workbook))
    held = read_branch(path).technician_by_id["T1"].held_skill("aircon")
    assert held is not None
    assert held.factor_pct == 90


def test_a_time_cell_is_a_duration(tmp_path: Path) -> None:
    workbook = make_workbook(two_orders())
    formatted(workbook["orders"], "service_min", 3, time(1, 30), "h:mm")
    path = tmp_path / "branch.xlsx"
    path.write_bytes(saved(workbook))
    problem, report = read_branch_report(path)
    assert problem is not None
    assert problem.visit_by_id["O2"].base_s == 90 * 60
    assert [(issue.code, issue.value) for issue in report.issues] == [("READ_USUAL", "01:30")]
