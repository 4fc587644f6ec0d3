"""How a branch writes follows from its row and its locale, and survives the wire form."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.region import DateOrder, DistanceUnit, PaperSize, Region
from optimizer.domain.units import HOUR_S, at
from optimizer.ingest.plans.facts_digest import facts_sha256
from optimizer.ingest.read import problem_from_json, read_branch, read_branch_report
from optimizer.ingest.write import problem_to_json
from optimizer.promise.clocks import business_deadline_s
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.problem import Problem

OHIO = Region(
    "USD",
    DistanceUnit.MILES,
    "en",
    "en-US",
    DateOrder.MONTH_FIRST,
    is_twelve_hours=True,
    paper=PaperSize.LETTER,
    no_calls=(),
)


def branch(folder: Path, **cells: str) -> Problem:
    sheets = two_orders()
    for column, text in cells.items():
        sheets = with_cell(sheets, "branch", 2, column, text)
    return read_branch(write_folder(folder, sheets))


def test_a_branch_that_says_nothing_is_in_china(tmp_path: Path) -> None:
    problem = branch(tmp_path)
    assert problem.branch.region == Region()
    assert problem.branch.calendar.weekend == {5, 6}
    wire = problem_to_json(problem)["branch"]
    assert wire.keys().isdisjoint({"currency", "distance_unit", "language", "locale", "weekend", "paper", "no_calls"})


def test_a_locale_says_all_that_the_row_does_not(tmp_path: Path) -> None:
    assert branch(tmp_path, locale="en_US").branch.region == OHIO


def test_the_row_counts_before_the_locale(tmp_path: Path) -> None:
    region = branch(tmp_path, locale="en-US", currency="cad", distance_unit="km", language="zh").branch.region
    assert (region.currency, region.distance_unit, region.language) == ("CAD", DistanceUnit.KM, "zh")


def test_paper_and_hours_without_calls_are_those_of_the_row_or_of_the_locale(tmp_path: Path) -> None:
    region = branch(tmp_path, locale="en-US", paper="a4", no_calls="12:00 PM-1:30 PM").branch.region
    assert (region.paper, region.no_calls) == (PaperSize.A4, (Interval(at(12), at(13, 30)),))
    region = branch(tmp_path / "china", paper="Letter", no_calls="无").branch.region
    assert (region.paper, region.no_calls) == (PaperSize.LETTER, ())


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"locale": "en-US"},
        {"currency": "JPY"},
        {"weekend": "Fri-Sat"},
        {"weekend": "none", "locale": "de-DE", "holidays": "DE-BY"},
        {"holidays": "SA", "timezone": "Asia/Riyadh"},
        {"service_radius_mi": "25"},
        {"paper": "Letter", "no_calls": "none"},
        {"locale": "en-US", "paper": "A4", "no_calls": "13:00-14:00"},
    ],
)
def test_written_as_json_and_read_again_it_is_the_same(tmp_path: Path, cells: dict[str, str]) -> None:
    problem = branch(tmp_path, **cells)
    wire = problem_to_json(problem)
    again = problem_from_json(wire)
    assert again == problem
    assert facts_sha256(problem_to_json(again)) == facts_sha256(wire)


def test_a_fact_of_the_region_is_in_the_digest(tmp_path: Path) -> None:
    plain, yen = (problem_to_json(branch(tmp_path / money, currency=money)) for money in ("CNY", "JPY"))
    assert facts_sha256(plain) != facts_sha256(yen)


def test_what_follows_from_the_locale_is_in_no_digest_of_before(tmp_path: Path) -> None:
    wire = problem_to_json(branch(tmp_path, locale="en-US"))["branch"]
    assert wire.keys().isdisjoint({"paper", "no_calls"})


def test_a_radius_in_miles(tmp_path: Path) -> None:
    assert branch(tmp_path, service_radius_mi="25").branch.service_radius_m == 40_234
    sheets = with_cell(
        with_cell(two_orders(), "branch", 2, "service_radius_mi", "25"), "branch", 2, "service_radius_km", "9"
    )
    _, report = read_branch_report(write_folder(tmp_path / "both", sheets))
    assert report.text() == (
        "branch.csv row 2, column 'service_radius_mi': It is given in kilometres and in miles: service_radius_km is"
        " filled in, too. Keep the one that is meant."
    )


def test_dates_are_read_by_the_locale_without_a_word(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "branch", 2, "locale", "en-US")
    sheets = with_cell(sheets, "branch", 2, "plan_date", "11/23/2026")
    sheets = with_cell(sheets, "orders", 2, "promised", "11/23/2026 9:00 AM - 11:00 AM")
    problem, report = read_branch_report(write_folder(tmp_path, sheets))
    assert (problem is not None, report.issues) == (True, ())
    assert problem is not None
    assert problem == read_branch(
        write_folder(tmp_path / "plain", with_cell(two_orders(), "branch", 2, "locale", "en-US"))
    )


def test_without_a_locale_the_ambiguous_stays_refused(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "branch", 2, "plan_date", "11/10/2026")
    problem, report = read_branch_report(write_folder(tmp_path, sheets))
    assert (problem, [issue.code for issue in report.errors]) == (None, ["DATE_TWO_WAYS"])


def test_a_weekend_of_friday_and_saturday_is_what_due_days_and_clocks_count(tmp_path: Path) -> None:
    problem = branch(tmp_path, weekend="Fri-Sat", holidays="none")
    calendar = problem.branch.calendar
    thursday = date(2026, 11, 26)
    assert calendar.working_days_after(thursday, 2) == (date(2026, 11, 29), date(2026, 11, 30))
    assert calendar.working_days_left(after=thursday, until=date(2026, 11, 30)) == 2
    # Two hours of opening from Thursday 16:30 on: one until 17:30, one on Sunday from 08:30 on.
    assert business_deadline_s(problem, at(16, 30, day=3), 2 * HOUR_S) == at(9, 30, day=6)


def test_an_unknown_country_is_one_fault_and_no_crash(tmp_path: Path) -> None:
    _, report = read_branch_report(write_folder(tmp_path, with_cell(two_orders(), "branch", 2, "holidays", "Atlantis")))
    assert [issue.code for issue in report.errors] == ["HOLIDAYS_UNKNOWN"]


@pytest.mark.parametrize(("locale", "far"), [("en-US", "miles away"), ("", "km away")])
def test_a_place_too_far_is_so_many_miles_or_kilometres_away(tmp_path: Path, locale: str, far: str) -> None:
    sheets = with_cell(with_cell(two_orders(), "branch", 2, "locale", locale), "orders", 2, "lat", "50.28")
    _, report = read_branch_report(write_folder(tmp_path, sheets))
    assert ("PLACE_FAR", True) in [(issue.code, far in issue.text()) for issue in report.errors]
