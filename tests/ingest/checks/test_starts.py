"""Windows that leave no start, or a single moment, and days on which nobody works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.ingest.read import read_intake
from tests.ingest.worlds import two_orders, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.faults.issues import IssueReport


def report_of(folder: Path, window: str, *, minutes: str = "30", opening: str = "", closed: str = "") -> IssueReport:
    sheets = two_orders()
    sheets["orders"][1] |= {"requested": f"2026-11-23 {window}", "service_min": minutes}
    sheets["customers"][1] |= {"opening": opening, "closed_hours": closed}
    return read_intake(write_folder(folder / "branch", sheets)).report


@pytest.mark.parametrize(
    ("window", "minutes", "opening", "closed", "is_doubtful"),
    [
        ("12:00/12:30", "30", "", "12:00-13:00", True),
        ("12:00/13:10", "30", "", "12:00-13:00", False),  # at 13:00; the policy's lead is 5 minutes
        ("12:00/13:04", "30", "", "12:00-13:00", True),
        ("16:00/17:00", "90", "Mon-Fri 09:00-17:00", "", True),  # it would have to begin at 15:30
        ("15:00/17:00", "90", "Mon-Fri 09:00-17:00", "", False),
        ("07:00/08:30", "30", "Mon-Fri 09:00-17:00", "", True),
        ("09:00/11:00", "30", "Tue-Fri 09:00-17:00", "", True),
        ("12:00/12:30", "30", "", "", False),
    ],
)
def test_closed_hours(tmp_path: Path, window: str, minutes: str, opening: str, closed: str, is_doubtful: bool) -> None:
    report = report_of(tmp_path, window, minutes=minutes, opening=opening, closed=closed)
    assert [(issue.code, issue.row, issue.column) for issue in report.issues] == (
        [("WINDOW_NO_START", 3, "requested")] if is_doubtful else []
    )


def test_closed_hours_in_words(tmp_path: Path) -> None:
    report = report_of(tmp_path, "12:00/12:30", closed="12:00-13:00")
    assert report.text() == (
        "Warning: orders.csv row 3, column 'requested': The service (30 min) can begin in none of its windows: the "
        "customer is closed then, or closes before it is over. Agree another window, or correct the hours."
    )
    assert report.text("zh").endswith(
        "约定的时间里开始不了（30 分钟）：客户当时不营业，或没做完就关门了。请另约时间，或改正营业时间。"
    )


@pytest.mark.parametrize(
    ("window", "codes"), [("09:00/09:05", ["LEAD_LONG"]), ("09:00/09:06", []), ("09:00/09:00", [])]
)
def test_a_window_shorter_than_the_lead(tmp_path: Path, window: str, codes: list[str]) -> None:
    assert [issue.code for issue in report_of(tmp_path, window).issues] == codes


@pytest.mark.parametrize(
    ("day", "days", "working", "noted"),
    [
        ("2026-11-22", "1", "", ["2026-11-22"]),  # a Sunday
        ("2026-10-01", "1", "", ["2026-10-01"]),
        ("2026-11-23", "1", "", []),
        ("2026-11-22", "1", "2026-11-22", []),  # by the branch's own calendar
        ("2026-11-20", "4", "", []),  # nobody has a shift on the weekend
        ("2026-11-22", "2", "", ["2026-11-22"]),
    ],
)
def test_a_day_off(tmp_path: Path, day: str, days: str, working: str, noted: list[str]) -> None:
    sheets = two_orders()
    sheets["branch"][0] |= {"plan_date": day, "days": days, "as_of": "2026-09-30 16:00"}
    shift = {"technician_id": "T1", "date": day, "start": "08:30", "end": "17:30"}
    sheets["shifts"] = [shift]
    for name in ("locks", "published"):
        del sheets[name]
    if working:
        sheets["calendar"] = [{"date": working, "working": "yes"}]
    found = [issue.value for issue in read_intake(write_folder(tmp_path / "b", sheets)).report.issues
             if issue.code == "PLAN_DAY_OFF"]  # fmt: skip
    assert found == noted
