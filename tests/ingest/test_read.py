"""Reading a branch: every fault is named by file, row and column, in English and Chinese, all in one report."""

from __future__ import annotations

import time
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.order import Interval, PartNeed, Place, PlaceKind, SkillNeed
from optimizer.domain.problem import LockLevel, Problem
from optimizer.domain.units import at
from optimizer.errors import InputError
from optimizer.ingest.read import read_branch, read_branch_report
from tests.ingest.worlds import Sheets, two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from optimizer.faults.issues import IssueReport

BAD_CELLS = tomllib.loads(Path(__file__).with_name("bad_cells.toml").read_text(encoding="utf-8"))["case"]


def report_of(folder: Path, sheets: Sheets) -> IssueReport:
    return read_branch_report(write_folder(folder, sheets))[1]


# --- what a good branch means -------------------------------------------------------------------------------------


@pytest.fixture
def branch(tmp_path: Path) -> Problem:
    problem, report = read_branch_report(write_folder(tmp_path, two_orders()))
    assert report.text() == ""
    assert problem is not None
    return problem


def test_the_branch_and_its_clock(branch: Problem) -> None:
    assert branch.first_day == date(2026, 11, 23)
    assert branch.as_of_s == at(16, day=-3)  # Friday 16:00
    assert branch.branch.place == Place(30.2741, 120.1551)
    assert branch.branch.business == Interval(at(8, 30), at(17, 30))
    assert branch.policy.name == "tomorrow"


def test_a_customer(branch: Problem) -> None:
    customer = branch.customer_by_id["C1"]
    weekdays = tuple((day, Interval(at(9), at(17))) for day in range(5))
    assert customer.opening == (*weekdays, (5, Interval(at(9), at(12))))
    assert customer.closed == (Interval(at(12), at(13)),)
    assert customer.served_by == ("T2", "T1")  # the latest first, as written
    assert branch.customer_by_id["C2"].opening is None
    assert branch.customer_by_id["C2"].place_kind is None


@pytest.mark.parametrize(
    ("cell", "kind"), [("小区", PlaceKind.HOME), ("医院", PlaceKind.HOSPITAL), ("Office", "office")]
)
def test_a_kind_of_place_is_understood_in_both_languages(tmp_path: Path, cell: str, kind: PlaceKind) -> None:
    sheets = two_orders()
    sheets["customers"][0]["place_kind"] = cell
    problem = read_branch_report(write_folder(tmp_path, sheets))[0]
    assert problem is not None
    assert problem.customer_by_id["C1"].place_kind == kind
    assert problem.door_s(problem.visit_by_id["O1"]) == problem.policy.access_s[kind]


def test_an_order_is_one_visit(branch: Problem) -> None:
    visit = branch.visit_by_id["O1"]
    assert visit.base_s == 45 * 60
    assert visit.skills == (SkillNeed("aircon", 2), SkillNeed("electric", 1))
    assert visit.parts == (PartNeed("P1", 1),)
    assert branch.order_by_id["O1"].promised == (Interval(at(9), at(11)),)
    # A window on another day stays on the order; it is not in force on the day to plan.
    assert branch.order_by_id["O2"].requested == (Interval(at(13), at(15)), Interval(at(9, day=1), at(10, day=1)))
    assert branch.windows["O2"] == (Interval(at(13), at(14, 55)),)  # five minutes of lead


def test_technicians_and_shifts(branch: Problem) -> None:
    assert branch.technician_by_id["T1"].starts_at_branch
    home = Place(30.25, 120.10)
    assert (branch.technician_by_id["T2"].start, branch.technician_by_id["T2"].end) == (home, home)
    assert [(s.technician_id, s.day) for s in branch.shifts] == [("T1", 0), ("T2", 0)]  # not Tuesday's
    ann = branch.shifts[0]
    assert ann.break_ is not None
    assert ann.break_.window == Interval(at(11, 30), at(13))
    assert ann.contracted_s == (9 * 60 - 45) * 60  # nine hours less the break


def test_locks_and_published(branch: Problem) -> None:
    lock = branch.locks[0]
    assert (lock.level, lock.start_s, lock.tolerance_s) == (LockLevel.START, at(9, 30), 15 * 60)
    assert branch.published[0].told == Interval(at(9), at(10))


def test_the_row_order_does_not_matter(tmp_path: Path, branch: Problem) -> None:
    shuffled = with_cell(two_orders(), "orders", 2, "skills", "electric; aircon:2")
    for rows in shuffled.values():
        rows.reverse()
    assert read_branch(write_folder(tmp_path / "shuffled", shuffled)) == branch


def test_a_branch_is_read_as_of_a_stage_and_for_as_many_days_as_are_asked(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, two_orders())
    draft, opened = read_branch(folder, days=2), read_branch(folder, stage="open")
    assert (draft.days, opened.days) == (2, 1)
    # The opening is at eight in the morning of the day itself.
    assert (opened.as_of_s, draft.as_of_s < 0) == (at(8), True)
    moment = opened.local_time(at(6))
    assert read_branch(folder, stage="open", as_of=moment).as_of_s == at(6)


def test_what_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    formula = "=cmd|' /C calc'!A0"
    sheets = with_cell(two_orders(), "orders", 2, "fault", formula)
    sheets = with_cell(sheets, "customers", 2, "name", "@SUM(A1)")
    problem = read_branch(write_folder(tmp_path, sheets))
    assert problem.order_by_id["O1"].fault == formula
    assert problem.customer_by_id["C1"].name == "@SUM(A1)"


def test_the_certificate_of_the_day_counts(tmp_path: Path) -> None:
    sheets = two_orders()
    for level, since, until in (("3", "2024-01-01", "2025-12-31"), ("2", "2026-01-01", "2026-12-31")):
        row = {"technician_id": "T2", "skill": "aircon", "level": level, "valid_from": since, "valid_until": until}
        sheets["skills"].append(row)
    held = read_branch(write_folder(tmp_path, sheets)).technician_by_id["T2"].skills
    assert [(skill.level, skill.valid_until) for skill in held] == [(2, date(2026, 12, 31))]


def test_an_expired_certificate_is_kept_for_the_reason(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "skills", 2, "valid_until", "2026-11-22")
    held = read_branch(write_folder(tmp_path, sheets)).technician_by_id["T1"].held_skill("aircon")
    assert held is not None
    assert not held.is_valid_on(date(2026, 11, 23))


def test_spreadsheet_spellings_are_understood(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 2, "promised", "2026/11/23 9:00/2026/11/23 11:00")
    sheets = with_cell(sheets, "orders", 2, "skills", "aircon：2；electric")
    sheets = with_cell(sheets, "shifts", 4, "end", "24:00")
    sheets = with_cell(sheets, "customers", 2, "opening", "周一至周五 09:00-17:00; 周六 09:00-12:00")
    sheets["orders"][0]["carried_over"] = "是"
    problem = read_branch(write_folder(tmp_path, sheets))
    assert problem.order_by_id["O1"].promised == (Interval(at(9), at(11)),)
    assert problem.order_by_id["O1"].carried_over
    assert problem.visit_by_id["O1"].skills == (SkillNeed("aircon", 2), SkillNeed("electric", 1))
    assert problem.customer_by_id["C1"].opening is not None
    assert len(problem.customer_by_id["C1"].opening) == 6


def test_moments_with_an_offset_are_the_branchs_local_time(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 2, "promised", "2026-11-23T01:00:00Z/2026-11-23T03:00:00Z")
    problem = read_branch(write_folder(tmp_path, sheets))
    assert problem.order_by_id["O1"].promised == (Interval(at(9), at(11)),)  # Shanghai is 8 hours ahead


def test_moments_are_elapsed_seconds_on_the_day_of_the_change(tmp_path: Path) -> None:
    # In Berlin the clocks go back at 03:00 on 25 October 2026: 08:30 is nine and a half hours after midnight.
    sheets = two_orders()
    sheets["branch"][0] |= {
        "timezone": "Europe/Berlin",
        "plan_date": "2026-10-25",
        "as_of": "2026-10-24T16:00:00+02:00",
    }
    sheets["orders"][0]["promised"] = "2026-10-25T09:00:00+01:00/2026-10-25T11:00:00+01:00"
    for shift in sheets["shifts"][:2]:
        shift["date"] = "2026-10-25"
    sheets["locks"][0]["date"] = ""
    problem = read_branch(write_folder(tmp_path, sheets))
    assert problem.as_of_s == at(16, day=-1)
    assert problem.order_by_id["O1"].promised == (Interval(at(10), at(12)),)
    assert problem.shifts[0].start_s == at(9, 30)
    assert problem.clock.text(problem.shifts[0].start_s) == "08:30"


def test_names_default_to_ids_and_files_may_be_absent(tmp_path: Path) -> None:
    sheets = {
        name: rows for name, rows in two_orders().items() if name in ("branch", "customers", "orders", "technicians")
    }
    sheets["technicians"] = [{"technician_id": "T1"}]
    sheets["orders"] = []
    problem, report = read_branch_report(write_folder(tmp_path, {**sheets, "orders": [{"order_id": ""}]}))
    assert problem is None  # a header without its required columns
    assert {issue.code for issue in report.errors} == {"COLUMN_MISSING"}
    (tmp_path / "orders.csv").write_text("order_id,customer_id,lat,lon,service_min\n", encoding="utf-8")
    problem = read_branch(tmp_path)
    assert problem.orders == ()
    assert problem.technician_by_id["T1"].name == "T1"


# --- what is wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", BAD_CELLS, ids=lambda case: f"{case['sheet']}-{case['column']}-{case['value'][:20]!r}")
def test_a_wrong_cell_is_named(case: dict[str, Any], tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), case["sheet"], case["row"], case["column"], case["value"])
    problem, report = read_branch_report(write_folder(tmp_path, sheets))
    assert report.text("en").split("\n") == case["en"]
    assert report.text("zh").split("\n") == case["zh"]
    assert (problem is None) == report.has_errors == case["is_refused"]


def test_every_fault_is_in_one_report(tmp_path: Path) -> None:
    # One row with three wrong cells and two wrong references, and a fault in each of two other files.
    sheets = two_orders()
    sheets["orders"][1] |= {"customer_id": "C9", "lat": "120.17", "lon": "30.29", "service_min": "x", "priority": "9"}
    sheets["orders"][1] |= {"requested": "?", "required": "T9"}
    sheets["shifts"][1]["end"] = "08:00"
    sheets["parts"][0]["on_hand"] = "many"
    with pytest.raises(InputError) as caught:
        read_branch(write_folder(tmp_path, sheets))
    found = [(issue.file, issue.row, issue.column, issue.code) for issue in caught.value.report.errors]
    assert found == [
        ("orders.csv", 3, "customer_id", "REF_CUSTOMER"),
        ("orders.csv", 3, "requested", "WINDOW_FORMAT"),
        ("orders.csv", 3, "priority", "NUMBER_TOO_LARGE"),
        ("orders.csv", 3, "lat", "PLACE_SWAPPED"),
        ("orders.csv", 3, "service_min", "DURATION_MINUTES"),
        ("orders.csv", 3, "required", "REF_TECHNICIAN"),
        ("shifts.csv", 3, "end", "SHIFT_REVERSED"),
        ("parts.csv", 2, "on_hand", "NUMBER_FORMAT"),
    ]
    assert "maybe swapped" in str(caught.value)


def test_a_faulty_row_does_not_make_others_look_unknown(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "customers", 2, "opening", "mostly")
    assert [issue.code for issue in report_of(tmp_path, sheets).issues] == ["OPENING_FORMAT"]


def test_places_at_zero_and_swapped(tmp_path: Path) -> None:
    sheets = two_orders()
    sheets["orders"][0] |= {"lat": "0", "lon": "0"}
    sheets["orders"][1] |= {"lat": "120", "lon": "30"}
    report = report_of(tmp_path, sheets)
    assert [issue.text() for issue in report.errors] == [
        "orders.csv row 2, column 'lat': The place is at 0, 0, in the sea. Write the real coordinates.",
        "orders.csv row 3, column 'lat': Latitude 120.0 and longitude 30.0 are maybe swapped. "
        "Write the latitude into lat, the longitude into lon.",
    ]
    assert report.errors[1].text("zh") == (
        "orders.csv 第 3 行，“lat”列：纬度 120.0 和经度 30.0 可能写反了。纬度写入 lat，经度写入 lon。"
    )


def test_swapped_coordinates_that_are_possible_are_seen_by_their_distance(tmp_path: Path) -> None:
    # Ürümqi lies at 43.8 N, 87.6 E; swapped it is a point of the Arctic, 5 000 km away, and still on earth.
    sheets = two_orders()
    for row in (*sheets["branch"], *sheets["orders"]):
        row |= {"lat": "43.8", "lon": "87.6"}
    sheets["technicians"][1] |= {"home_lat": "43.8", "home_lon": "87.6"}
    sheets["orders"][1] |= {"lat": "87.6", "lon": "43.8"}
    assert [issue.code for issue in report_of(tmp_path, sheets).issues] == ["PLACE_SWAPPED"]


def test_circles_of_predecessors(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "orders", 2, "after", "O2")
    sheets = with_cell(sheets, "orders", 3, "after", "O1")
    assert report_of(tmp_path, sheets).text() == (
        "orders.csv row 2, column 'after': The order 'O1' comes after itself. Break the circle: O1 → O2 → O1."
    )


def test_a_long_chain_of_predecessors_is_no_circle(tmp_path: Path) -> None:
    sheets = two_orders()
    last = sheets["orders"][1]
    chain = [{**last, "order_id": f"N{n}", "after": f"N{n - 1}" if n else ""} for n in range(3_000)]
    sheets["orders"] += chain
    assert not report_of(tmp_path, sheets).issues


def test_prefix_positions_with_a_gap(tmp_path: Path) -> None:
    sheets = two_orders()
    sheets["locks"] = [
        {"visit_id": "O1", "level": "prefix", "technician_id": "T1", "position": "0"},
        {"visit_id": "O2", "level": "prefix", "technician_id": "T1", "position": "2"},
    ]
    assert report_of(tmp_path, sheets).text() == (
        "locks.csv row 2, column 'position': The prefix of technician 'T1' has the positions 0, 2. "
        "Count them 0, 1, 2 without a gap."
    )


def test_one_order_locked_to_two_people(tmp_path: Path) -> None:
    sheets = two_orders()
    sheets["locks"].append({"visit_id": "O1", "level": "person", "technician_id": "T2"})
    assert [issue.code for issue in report_of(tmp_path, sheets).errors] == ["LOCK_TWO_PEOPLE"]


# --- files --------------------------------------------------------------------------------------------------------


def test_a_missing_file_and_a_misnamed_one(tmp_path: Path) -> None:
    write_folder(tmp_path, two_orders())
    (tmp_path / "orders.csv").rename(tmp_path / "ordres.csv")
    report = read_branch_report(tmp_path)[1]
    assert report.errors[0].text() == (
        "orders.csv: The file is missing. Maybe 'ordres.csv' is meant. Put it into the folder; it is required."
    )
    assert report.errors[0].text("zh") == "orders.csv：缺少该文件。可能是“ordres.csv”。请放入文件夹；该文件必需。"
    assert "Maybe 'orders.csv' is meant." in report.warnings[0].text()


def test_a_missing_column_is_named_once(tmp_path: Path) -> None:
    sheets = two_orders()
    for row in sheets["orders"]:
        row["service_mins"] = row.pop("service_min")
    report = report_of(tmp_path, sheets)
    assert report.text() == (
        "orders.csv row 1, column 'service_min': The column is missing. Add it to the header row; it is required.\n"
        "Warning: orders.csv row 1, column 'service_mins': The column is not known and was not read. "
        "Maybe 'service_min' is meant. Known columns: see the template."
    )


def test_an_unknown_column_is_a_warning_with_the_nearest_name(tmp_path: Path) -> None:
    problem, report = read_branch_report(write_folder(tmp_path, with_cell(two_orders(), "orders", 2, "prioritt", "3")))
    assert problem is not None
    assert [issue.text("zh") for issue in report.warnings] == [
        "orders.csv 第 1 行，“prioritt”列：不认识该列，未读取。可能是“priority”。有哪些列请看模板。"
    ]


def _file_cases() -> list[tuple[str, bytes, str]]:
    header = b"technician_id,name\n"
    return [
        ("empty", b"", "technicians.csv: The file is empty. Write the header row first: technician_id, name,"),
        ("blank", b"\r\n\r\n", "technicians.csv: The file is empty."),
        (
            "latin-1",
            header + "T1,Ann Müller \xff\n".encode("latin-1"),
            "technicians.csv: Byte 27 (from 0) is not UTF-8 text. Save the file as 'CSV UTF-8'.",
        ),
        (
            "one broken byte",
            header + "T1,李伟".encode() + b"\xe6\n",
            "technicians.csv: Byte 28 (from 0) is not UTF-8 text.",
        ),
        (
            "unreadable header",
            "工号;姓名".encode("utf-16-le") + b"\n1,2\n",
            "technicians.csv row 1: No title of the header row is known:",
        ),
        ("quote", header + b'T1,"Ann\n', "technicians.csv row 2: The line cannot be split into cells:"),
        (
            "twice",
            b"technician_id,name,name\nT1,Ann,Ann\n",
            "technicians.csv row 1, column 'name': The column appears twice.",
        ),
        ("comma", header + b"T1,Ann,Lee\n", "technicians.csv row 2: The row has more cells than the header."),
        ("nul", header + b"T1,A\0n\n", "technicians.csv row 2, column 'name': 'A\\x00n' holds a NUL character."),
    ]


@pytest.mark.parametrize(("content", "line"), [pytest.param(c, line, id=name) for name, c, line in _file_cases()])
def test_a_file_that_cannot_be_read(content: bytes, line: str, tmp_path: Path) -> None:
    write_folder(tmp_path, two_orders())
    (tmp_path / "technicians.csv").write_bytes(content)
    problem, report = read_branch_report(tmp_path)
    assert problem is None
    assert report.errors[0].text().startswith(line)
    assert "?" not in report.text("zh")


def test_a_byte_order_mark_and_blank_rows_are_fine(tmp_path: Path) -> None:
    write_folder(tmp_path, two_orders())
    (tmp_path / "tools.csv").write_bytes(b"\xef\xbb\xbfTool_ID , units,,\r\nladder,2,,\r\n,,,\r\nlift,x,,\r\n")
    report = read_branch_report(tmp_path)[1]
    assert [(i.file, i.row, i.column, i.code) for i in report.issues] == [("tools.csv", 4, "units", "NUMBER_FORMAT")]


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    write_folder(tmp_path, two_orders())
    (tmp_path / "parts.csv").unlink()
    (tmp_path / "parts.csv").mkdir()
    assert read_branch_report(tmp_path)[1].errors[0].code == "FILE_IS_FOLDER"


@pytest.mark.parametrize(
    ("name", "code"), [("nowhere", "FILE_NOT_FOUND"), ("note.txt", "FILE_KIND"), ("x.json", "FILE_IS_FOLDER")]
)
def test_a_path_that_is_no_branch(name: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello", encoding="utf-8")
    (tmp_path / "x.json").mkdir()
    problem, report = read_branch_report(tmp_path / name)
    assert problem is None
    assert [issue.code for issue in report.issues] == [code]


def test_two_branches_or_none(tmp_path: Path) -> None:
    sheets = two_orders()
    sheets["branch"].append(dict(sheets["branch"][0], branch_id="HZ2"))
    assert report_of(tmp_path / "two", sheets).text().startswith("branch.csv row 3: There is more than one branch.")
    write_folder(tmp_path / "none", two_orders())
    (tmp_path / "none" / "branch.csv").write_text("branch_id,lat,lon,plan_date,as_of\n", encoding="utf-8")
    assert read_branch_report(tmp_path / "none")[1].errors[0].code == "SHEET_EMPTY"


def test_the_branchs_own_policy(tmp_path: Path) -> None:
    write_folder(tmp_path, two_orders())
    (tmp_path / "policy.toml").write_text('name = "today"\ntravel_cents_per_min = 70\n', encoding="utf-8")
    problem, report = read_branch_report(tmp_path)
    assert problem is not None
    assert (problem.policy.name, problem.policy.max_lateness_s, problem.policy.travel_cents) == ("today", 7200, 70)
    assert [issue.code for issue in report.issues] == ["POLICY_TWO_NAMES"]  # the branch says tomorrow


def test_a_branch_without_crews_and_locks_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Problem] = []
    derive = Problem.__post_init__

    def noting(problem: Problem) -> None:
        built.append(problem)
        derive(problem)

    monkeypatch.setattr(Problem, "__post_init__", noting)
    sheets = two_orders()
    del sheets["locks"]
    assert read_branch(write_folder(tmp_path, sheets)) is built[0]
    assert len(built) == 1


def test_ten_thousand_rows_read_quickly(tmp_path: Path) -> None:
    sheets = two_orders()
    order = sheets["orders"][0]
    sheets["orders"] = [{**order, "order_id": f"O{n}"} for n in range(1, 10_001)]
    write_folder(tmp_path, sheets)
    started = time.process_time()
    problem = read_branch(tmp_path)
    elapsed_s = time.process_time() - started
    assert len(problem.orders) == 10_000
    assert elapsed_s < 15, f"{elapsed_s:.1f} s"  # seconds of CPU; about three on one core


def test_ten_thousand_faulty_rows_are_all_reported_and_the_text_names_them_together(tmp_path: Path) -> None:
    sheets = two_orders()
    order = sheets["orders"][0] | {"customer_id": "unknown", "ready": "31.02.2026"}
    sheets["orders"] = [{**order, "order_id": f"O{n}"} for n in range(1, 10_001)]
    report = report_of(tmp_path, sheets)
    assert len(report.errors) == 20_000
    assert len(report.to_json()) == 20_000
    assert [line.split(":")[0] for line in report.text().splitlines()[:2]] == [
        "orders.csv rows 2, 3, 4 and 9997 more, column 'customer_id'",
        "orders.csv rows 2, 3, 4 and 9997 more, column 'ready'",
    ]
    assert "orders.csv 第 2、3、4 行及另外 9997 行，“ready”列：" in report.text("zh")


def test_the_same_folder_gives_the_same_report(tmp_path: Path) -> None:
    sheets = two_orders()
    for row in sheets["orders"]:
        row |= {"customer_id": "C9", "skills": "x; y", "required": "T8; T9"}
    first, second = report_of(tmp_path / "a", sheets), report_of(tmp_path / "b", sheets)
    assert replace(first) == replace(second)
    assert first.text() == second.text()
