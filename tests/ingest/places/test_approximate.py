"""Orders without coordinates: about the centre of their area, marked, unless somebody has corrected the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.units import great_circle_m
from optimizer.ingest.places.approximate import SPREAD_M, spot
from optimizer.ingest.places.gazetteer import Area, Level, known_areas
from optimizer.ingest.read import problem_from_json, read_intake
from optimizer.ingest.write import problem_to_json
from tests.ingest.worlds import Sheets, two_orders, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.order import Place
    from optimizer.ingest.intake import Intake

YUHANG = "杭州市余杭区文一西路 969 号"
#: The centre of the district of the table below.
CENTRE = (30.4, 119.98)
OWN = [{"省": "浙江省", "市": "杭州市", "区县": "余杭区", "纬度": "30.4", "经度": "119.98"}]


def by_address(*addresses: str) -> Sheets:
    sheets = two_orders()
    for row, address in zip(sheets["orders"], addresses, strict=True):
        row |= {"lat": "", "lon": "", "address": address}
    return sheets


def read(folder: Path, sheets: Sheets) -> Intake:
    return read_intake(write_folder(folder, {"places": OWN, **sheets}))


def places(intake: Intake) -> dict[str, Place]:
    return {visit.visit_id: visit.place for visit in intake.checked().visits}


def test_an_address_of_a_known_area_is_placed_about_its_centre_and_marked(tmp_path: Path) -> None:
    intake = read(tmp_path, by_address(YUHANG, "杭州市余杭区仓兴街 1 号"))
    one, other = places(intake).values()
    assert one.approximate
    assert one.address == YUHANG
    assert great_circle_m(*CENTRE, one.lat, one.lon) <= SPREAD_M[Level.DISTRICT] + 1
    assert (one.lat, one.lon) != (other.lat, other.lon), "two addresses are not one"
    doubts = [issue for issue in intake.report.warnings if issue.code == "PLACE_APPROXIMATE"]
    assert [(doubt.row, doubt.column) for doubt in doubts] == [(2, "address"), (3, "address")]
    assert "杭州市余杭区" in doubts[0].text("zh")


def test_the_mark_goes_with_the_problem_and_counts_as_a_fact(tmp_path: Path) -> None:
    problem = read(tmp_path, by_address(YUHANG, YUHANG)).checked()
    document = problem_to_json(problem)
    assert [order["approximate"] for order in document["orders"]] == [True, True]
    assert problem_from_json(document) == problem


def test_a_place_that_is_known_bears_no_mark(tmp_path: Path) -> None:
    problem = read(tmp_path, two_orders()).checked()
    assert not any(visit.place.approximate for visit in problem.visits)
    assert all("approximate" not in order for order in problem_to_json(problem)["orders"])


def test_somebody_may_mark_a_place_by_hand(tmp_path: Path) -> None:
    sheets = two_orders()
    sheets["orders"][0]["approximate"] = "yes"
    assert places(read(tmp_path, sheets))["O1"].approximate


def test_an_address_that_cannot_be_placed_stays_a_fault(tmp_path: Path) -> None:
    report = read(tmp_path, by_address(YUHANG, "上海市南京路 1 号")).report
    assert {(issue.code, issue.row) for issue in report.errors} == {("PLACE_MISSING", 3)}


def test_an_address_that_names_no_district_is_about_the_centre_of_the_branch_s_own_city(tmp_path: Path) -> None:
    intake = read(tmp_path, by_address(YUHANG, "文三路 90 号"))
    place = places(intake)["O2"]
    assert place.approximate
    (city,) = (area for area in known_areas().cities["杭州市"])
    assert great_circle_m(city.lat, city.lon, place.lat, place.lon) <= SPREAD_M[Level.CITY] + 1
    (doubt,) = (issue for issue in intake.report.warnings if issue.code == "PLACE_BY_BRANCH")
    assert (doubt.row, doubt.column, doubt.value) == (3, "address", "文三路 90 号")
    assert "杭州市" in doubt.text("zh")


def test_the_district_s_own_column_places_an_order_without_an_address(tmp_path: Path) -> None:
    sheets = by_address("", "")
    for row in sheets["orders"]:
        row["area"] = "余杭"
    one, other = places(read(tmp_path, sheets)).values()
    assert one.approximate
    assert (one.lat, one.lon) != (other.lat, other.lon)


def test_a_correction_goes_before_the_table_and_is_remembered(tmp_path: Path) -> None:
    corrections = [
        {"address": "余杭区文一西路969号", "lat": "30.28", "lon": "120.02", "note": "王女士"},
        {"address": "随便写的", "correct_address": "余杭区仓兴街 1 号"},
    ]
    found = places(read(tmp_path, {**by_address(YUHANG, "随便写的"), "corrections": corrections}))
    assert (found["O1"].lat, found["O1"].lon, found["O1"].approximate) == (30.28, 120.02, False)
    assert (found["O2"].address, found["O2"].approximate) == ("余杭区仓兴街 1 号", True)


def test_a_correction_does_not_move_a_place_that_the_order_knows(tmp_path: Path) -> None:
    sheets = two_orders()
    sheets["orders"][0]["address"] = YUHANG
    corrections = [{"address": YUHANG, "lat": "31", "lon": "121"}]
    assert places(read(tmp_path, {**sheets, "corrections": corrections}))["O1"].lat == 30.28


def test_coordinates_of_a_correction_may_be_of_a_chinese_map(tmp_path: Path) -> None:
    corrections = [{"地址": YUHANG, "纬度": "30.28", "经度": "120.02", "坐标系": "高德"}]
    sheets = {**by_address(YUHANG, YUHANG), "地址更正": corrections}
    place = places(read(tmp_path, sheets))["O1"]
    assert 300 < great_circle_m(place.lat, place.lon, 30.28, 120.02) < 700


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"address": YUHANG, "lat": "north"}, "NUMBER_FORMAT"),
        ({"address": "", "lat": "30"}, "CELL_EMPTY"),
        ({"address": YUHANG, "lat": "120", "lon": "30"}, "PLACE_LATITUDE"),
        ({"address": YUHANG, "lat": "30", "lon": "120", "datum": "moon"}, "DATUM_UNKNOWN"),
    ],
)
def test_a_wrong_correction_is_named(tmp_path: Path, row: dict[str, str], code: str) -> None:
    report = read(tmp_path, {**two_orders(), "corrections": [row]}).report
    assert [(issue.code, issue.file, issue.row) for issue in report.errors] == [(code, "corrections.csv", 2)]


def test_a_table_of_places_without_a_column_that_it_needs_is_named(tmp_path: Path) -> None:
    report = read(tmp_path, {**two_orders(), "places": [{"city": "杭州市", "district": "余杭区", "lat": "30"}]}).report
    assert [(issue.code, issue.column) for issue in report.errors] == [("COLUMN_MISSING", "lon")]


def test_an_address_has_its_own_spot_and_always_the_same() -> None:
    area = Area(("浙江省", "杭州市", "余杭区"), Level.DISTRICT, *CENTRE)
    assert spot(area, YUHANG) == spot(area, "浙江省杭州市余杭区文一西路９６９号")
    spots = {spot(area, f"文一西路 {n} 号") for n in range(200)}
    assert len(spots) == 200
    assert all(great_circle_m(*CENTRE, *one) <= SPREAD_M[Level.DISTRICT] + 1 for one in spots)
