"""Issues: the shape of a message, values cut and made safe, the order of a report."""

from __future__ import annotations

from string import Formatter

import pytest

from optimizer.faults.issues import SHOWN_CHARACTERS, Issue, IssueLog, IssueReport, nearest
from optimizer.faults.table import FAULTS
from optimizer.text.catalogue import _chinese


def one(code: str, **places: object) -> Issue:
    log = IssueLog(form="csv", file="orders.csv")
    log.add(code, **places)  # type: ignore[arg-type]
    return log.report().issues[0]


def test_a_message_has_place_value_expectation_and_way_out() -> None:
    issue = one("DATE_SWAPPED", row=14, column="ready", value="31.02.2026")
    assert issue.text() == (
        "orders.csv row 14, column 'ready': '31.02.2026' is not a date. "
        "Maybe the day and month are swapped; expected YYYY-MM-DD."
    )
    assert issue.text("zh") == (
        "orders.csv 第 14 行，“ready”列：“31.02.2026”不是日期。可能日和月写反了；应为 YYYY-MM-DD。"
    )


def test_an_issue_as_data() -> None:
    issue = one("DATE_SWAPPED", row=14, column="ready", value="31.02.2026")
    assert issue.to_json() == {
        "code": "DATE_SWAPPED",
        "severity": "error",
        "file": "orders.csv",
        "row": 14,
        "column": "ready",
        "path": "",
        "value": "31.02.2026",
        "cause": "'31.02.2026' is not a date.",
        "action": "Maybe the day and month are swapped; expected YYYY-MM-DD.",
    }
    assert issue.to_json("zh")["cause"] == "“31.02.2026”不是日期。"


def test_a_note_is_no_warning_to_people_and_one_in_json() -> None:
    log = IssueLog(form="csv", file="orders.csv")
    log.add("ORDER_TO_COME", row=63, column="received", moment="2026-11-20 16:00")
    report = log.report()
    assert report.text().startswith("Note: orders.csv row 63")
    assert report.text("zh").startswith("提示：orders.csv 第 63 行")
    assert [entry["severity"] for entry in report.to_json()] == ["warning"]


def test_a_long_value_is_cut_and_its_length_said() -> None:
    issue = one("TEXT_TOO_LONG", row=2, column="fault", value="长" * 5_000, limit=2_000)
    assert issue.text() == (
        f"orders.csv row 2, column 'fault': '{'长' * SHOWN_CHARACTERS}… (5000 characters)' is too long. "
        "A text has at most 2000 characters."
    )
    assert f"{'长' * SHOWN_CHARACTERS}…（共 5000 个字符）" in issue.text("zh")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\nb\tc", r"a\nb\tc"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("abc\u202etxt", r"abc\u202etxt"),
        ("{value} {0} {x!r}", "{value} {0} {x!r}"),
        ("[bold]李伟[/bold]", "[bold]李伟[/bold]"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_a_value_is_one_safe_line(value: object, shown: str) -> None:
    assert one("YES_NO_FORMAT", value=value).text() == f"orders.csv: '{shown}' is neither yes nor no. Write yes or no."


def test_what_a_sentence_quotes_is_safe_too() -> None:
    issue = one("LIST_DOUBLE", name="T\x001{x}" + "y" * 100)
    assert issue.cause().startswith(r"'T\x001{x}yyy")
    assert "characters)" in issue.cause()


def test_issues_come_by_sheet_row_and_column_whatever_the_order_of_noting() -> None:
    places = [((1, 0), "b.csv", 2), ((0, 3), "a.csv", 10), ((0, 1), "a.csv", 10), ((0, 3), "a.csv", 9)]
    log = IssueLog(form="csv", file="x")
    for order, file, row in places:
        log.add("CELL_EMPTY", file=file, row=row, order=order)
    found = [(issue.file, issue.row, issue.order[1]) for issue in log.report().issues]
    assert found == [("a.csv", 9, 3), ("a.csv", 10, 1), ("a.csv", 10, 3), ("b.csv", 2, 0)]


def test_errors_come_before_warnings() -> None:
    log = IssueLog(form="csv", file="x.csv")
    log.add("COLUMN_UNKNOWN", value="a")
    assert not log.has_errors
    log.add("CELL_EMPTY", row=3)
    report = log.report()
    assert report.has_errors
    assert [len(report.errors), len(report.warnings)] == [1, 1]
    assert report.text().split("\n")[1].startswith("Warning: x.csv: The column is not known")
    assert [entry["severity"] for entry in report.to_json()] == ["error", "warning"]


def test_nothing_found_is_an_empty_text() -> None:
    assert IssueReport().text() == ""
    assert not IssueReport().has_errors


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_every_fault_has_its_chinese_with_the_same_places(code: str) -> None:
    for sentence in (FAULTS[code].cause, FAULTS[code].action):
        chinese = _chinese()[sentence]
        places = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (sentence, chinese)]
        assert places[0] == places[1]


def test_the_nearest_name() -> None:
    names = ["service_min", "skills", "lat"]
    assert nearest("servcie_min", names) == "service_min"
    assert nearest("latitude", names) == "lat"
    assert nearest("zzz", names) == ""
