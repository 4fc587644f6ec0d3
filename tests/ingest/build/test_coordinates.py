"""Coordinates: against published figures, there and back again, and row by row in the sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Place
from optimizer.domain.units import great_circle_m
from optimizer.faults.issues import IssueLog
from optimizer.ingest.build.coordinates import (
    Datum,
    convert_sheets,
    from_wgs84,
    is_in_china,
    parse_datum,
    to_wgs84,
)
from optimizer.ingest.forms.sheets import RawSheet, check_cells
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from tests.ingest.worlds import Sheets, two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.faults.issues import IssueReport
    from optimizer.ingest.forms.sheets import BranchSheets

GCJ, BD = Datum.GCJ02, Datum.BD09

#: WGS-84, the same place in another datum, and who says so.
PUBLISHED = [
    # googollee/eviltransform, go/transform_test.go: Shanghai, Shenzhen, Beijing. The two BD-09 cases of its test.py are
    # left out: they come from a formula with pi where all others have 3000 pi / 180, 11 and 41 m away from the rest.
    ((31.1774276, 121.5272106), GCJ, (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), GCJ, (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), GCJ, (39.91334545536069, 116.38404722455657)),
    # wandergis/coordtransform, test/app.js
    ((39.915, 116.404), GCJ, (39.91640428150164, 116.41024449916938)),
    # What a map's own service answered, in the tests of an R package (context "Test transform_coord", marked "api")
    ((39.90734, 116.39089), GCJ, (39.90874539, 116.39713623)),
    # Alibaba Cloud, address service, TransferCoord: the example of its manual
    ((30.281543, 120.021519), GCJ, (30.279164, 120.026268)),
    ((30.281543, 120.021519), BD, (30.285238, 120.032768)),
    # Baidu, geoconv service (from=1, to=5): the example of its manual
    ((29.575429778924, 114.21892734521), BD, (29.57908428837437, 114.2307519546763)),
]

#: The ends of the country, and big cities near a border.
IN_CHINA = {
    "Hangzhou": (30.2741, 120.1551),
    "Urumqi": (43.8256, 87.6168),
    "Harbin": (45.8038, 126.5350),
    "Sanya": (18.2528, 109.5119),
    "Kashgar": (39.4704, 75.9898),
    "Mohe": (53.4800, 122.3700),
    "Fuyuan": (48.3650, 134.3070),
    "Dandong": (40.1242, 124.3946),
    "Hunchun": (42.8628, 130.3660),
    "Suifenhe": (44.4120, 131.1520),
    "Erenhot": (43.6520, 111.9770),
    "Khorgas": (44.2130, 80.4200),
    "Manzhouli": (49.5970, 117.3790),
    "Mengla": (21.4590, 101.5660),
    "Dongxing": (21.5470, 107.9720),
    "Yadong": (27.4850, 88.9070),
    "Ruili": (24.0120, 97.8520),
    "Sansha": (16.8330, 112.3330),
    "Taipei": (25.0330, 121.5650),
}
ABROAD = {
    "Tokyo": (35.6812, 139.7671),
    "Seoul": (37.5665, 126.9780),
    "Fukuoka": (33.5902, 130.4017),
    "Naha": (26.2124, 127.6809),
    "Vladivostok": (43.1155, 131.8855),
    "Manila": (14.5995, 120.9842),
    "Hanoi": (21.0278, 105.8342),
    "Bangkok": (13.7563, 100.5018),
    "Singapore": (1.3521, 103.8198),
    "Kolkata": (22.5726, 88.3639),
    "Delhi": (28.6139, 77.2090),
    "Almaty": (43.2220, 76.8512),
    "Ulaanbaatar": (47.8864, 106.9057),
    "Irkutsk": (52.2870, 104.3050),
    "Paris": (48.8566, 2.3522),
    "Sydney": (-33.8688, 151.2093),
}


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return great_circle_m(*one, *other)


@pytest.mark.parametrize(("wgs84", "datum", "other"), PUBLISHED)
def test_published_places_are_hit_within_two_metres(
    wgs84: tuple[float, float], datum: Datum, other: tuple[float, float]
) -> None:
    assert metres(from_wgs84(*wgs84, datum), other) < 2
    assert metres(to_wgs84(*other, datum), wgs84) < 2


def test_baidu_and_amap_are_half_a_kilometre_and_more_from_the_truth() -> None:
    """So that a test that compares with itself would not pass unnoticed."""
    hangzhou = IN_CHINA["Hangzhou"]
    assert 500 < metres(from_wgs84(*hangzhou, GCJ), hangzhou) < 700
    assert 1_000 < metres(from_wgs84(*hangzhou, BD), hangzhou) < 1_500


@pytest.mark.parametrize("datum", [GCJ, BD])
def test_there_and_back_is_less_than_a_centimetre_all_over_china(datum: Datum) -> None:
    # The grid has 105° E and 35° N, where the shift has its kinks, and points just beside them.
    grid = [(lat / 2, lon / 2) for lat in range(36, 108) for lon in range(147, 271)]
    beside = [(35 + tiny, 105 - tiny) for tiny in (1e-9, 1e-7, 1e-5, 1e-3)]
    places = [place for place in (*grid, *beside, *IN_CHINA.values()) if is_in_china(*place)]
    assert len(places) > 5_000
    worst_m = max(metres(to_wgs84(*from_wgs84(*place, datum), datum), place) for place in places)
    assert worst_m < 0.000_1  # a tenth of a millimetre
    rounded = [tuple(round(degrees, 7) for degrees in from_wgs84(*place, datum)) for place in places]
    worst_m = max(metres(to_wgs84(*other, datum), place) for other, place in zip(rounded, places, strict=True))
    assert worst_m < 0.01


@pytest.mark.parametrize("city", IN_CHINA)
def test_a_city_of_china_is_shifted(city: str) -> None:
    assert 50 < metres(from_wgs84(*IN_CHINA[city], GCJ), IN_CHINA[city]) < 1_500


@pytest.mark.parametrize("city", ABROAD)
@pytest.mark.parametrize("datum", [GCJ, BD])
def test_a_city_abroad_is_not(city: str, datum: Datum) -> None:
    assert from_wgs84(*ABROAD[city], datum) == ABROAD[city]
    assert to_wgs84(*ABROAD[city], datum) == ABROAD[city]


@pytest.mark.parametrize("place", [(120.0, 30.0), (0.0, 0.0), (91.0, 400.0), (-1e9, 1e9)])
def test_what_is_no_place_in_china_is_left_for_the_checks(place: tuple[float, float]) -> None:
    assert to_wgs84(*place, BD) == place


@pytest.mark.parametrize(
    ("text", "datum"),
    [
        ("wgs84", Datum.WGS84),
        ("WGS-84", Datum.WGS84),
        ("Wgs 84", Datum.WGS84),
        ("GPS", Datum.WGS84),
        ("CGCS2000", Datum.WGS84),
        ("天地图", Datum.WGS84),
        ("gcj02", GCJ),
        ("GCJ_02", GCJ),
        ("高德", GCJ),
        ("高德地图", GCJ),
        ("腾讯", GCJ),
        ("火星坐标系", GCJ),
        ("bd-09", BD),
        ("BD09LL", BD),
        ("百度坐标", BD),
        ("Baidu Maps", BD),
        ("bd09mc", None),  # metres, not degrees
        ("地图", None),
        ("gcj", None),
    ],
)
def test_the_spellings_of_a_datum(text: str, datum: Datum | None) -> None:
    assert parse_datum(text) is datum


# --- the sheets -----------------------------------------------------------------------------------------------------

#: A place of Hangzhou in WGS-84, and what Amap and Baidu say of it.
TRUE = (30.28, 120.16)
AMAP = tuple(f"{degrees:.9f}" for degrees in from_wgs84(*TRUE, GCJ))
BAIDU = tuple(f"{degrees:.9f}" for degrees in from_wgs84(*TRUE, BD))


def converted(sheets: Sheets, option: Datum | None = None) -> tuple[BranchSheets, IssueReport]:
    log = IssueLog(form="csv", file="branch")
    fields = {"service_min": "service_s"}
    raws = [
        RawSheet(
            name,
            [
                (number, {fields.get(key, key): cell for key, cell in row.items() if cell})
                for number, row in enumerate(sheets[name], start=2)
            ],
        )
        for name in ("branch", "service_area", "orders", "technicians")
        if name in sheets
    ]
    checked = check_cells(raws, log)
    assert log.report().text() == ""
    return convert_sheets(checked, option, log), log.report()


def placed(sheets: Sheets, row: int, cells: tuple[str, ...], datum: str = "") -> Sheets:
    """Return the sheets with the place of an order; `row` is the number a person sees."""
    for column, cell in zip(("lat", "lon", "datum"), (*cells, datum), strict=True):
        sheets = with_cell(sheets, "orders", row, column, cell)
    return sheets


def place_of(sheets: BranchSheets, row: int) -> tuple[float | None, float | None]:
    order = next(entry.row for entry in sheets.orders if entry.number == row)
    return order.lat, order.lon


def test_a_rows_own_datum_counts() -> None:
    sheets, report = converted(placed(placed(two_orders(), 2, AMAP, "高德"), 3, BAIDU, "BD-09"))
    assert (place_of(sheets, 2), place_of(sheets, 3)) == (TRUE, TRUE)
    assert report.text() == (
        "Warning: orders.csv row 3, column 'datum': The coordinates are given in different datums:"
        " GCJ-02 (1), BD-09 (1). Each was converted as stated; check that this is meant."
    )


def test_without_a_datum_nothing_changes() -> None:
    sheets, report = converted(placed(two_orders(), 2, AMAP))
    assert place_of(sheets, 2) == (float(AMAP[0]), float(AMAP[1]))
    assert report.text() == ""


@pytest.mark.parametrize(("of_the_branch", "option"), [("GCJ02", None), ("", GCJ), ("gcj-02", BD)])
def test_the_branchs_datum_counts_before_the_option(of_the_branch: str, option: Datum | None) -> None:
    sheets = placed(placed(two_orders(), 2, AMAP), 3, AMAP)
    sheets = with_cell(sheets, "branch", 2, "datum", of_the_branch)
    for column, cell in zip(("lat", "lon"), AMAP, strict=True):
        sheets = with_cell(sheets, "branch", 2, column, cell)
        sheets = with_cell(sheets, "technicians", 3, f"home_{column}", cell)
    sheets["service_area"] = [
        {"point": "1", "lat": AMAP[0], "lon": AMAP[1]},
        {"point": "2", "lat": "30.4", "lon": "120.2"},
    ]
    end = {"lat": float(AMAP[0]), "lon": float(AMAP[1]), "address": "古墩路 12 号"}  # as JSON gives it
    sheets["technicians"][0]["end"] = end  # type: ignore[assignment]
    changed, report = converted(sheets, option)
    assert (place_of(changed, 2), place_of(changed, 3)) == (TRUE, TRUE)
    [branch] = [entry.row for entry in changed.branch]
    assert (branch.lat, branch.lon) == TRUE
    corner = changed.service_area.entries[0].row
    assert (corner.lat, corner.lon) == TRUE
    homes = {entry.row.technician_id: entry.row for entry in changed.technicians}
    assert (homes["T2"].home_lat, homes["T2"].home_lon) == TRUE
    assert homes["T1"].end == Place(*TRUE, "古墩路 12 号")
    assert report.text() == ""


def test_a_row_without_a_place_is_no_mixture() -> None:
    sheets = placed(placed(two_orders(), 2, AMAP, "gcj02"), 3, ("", ""))
    changed, report = converted(sheets)
    assert (place_of(changed, 2), place_of(changed, 3)) == (TRUE, (None, None))
    assert report.text() == ""


def test_an_unknown_datum_is_named_with_the_choices() -> None:
    _, report = converted(placed(two_orders(), 2, AMAP, "GJC-02"))
    [issue] = report.errors
    assert issue.text() == (
        "orders.csv row 2, column 'datum': 'GJC-02' is not a datum that is known here. Maybe 'GCJ-02' is meant."
        " Write WGS-84 (GPS), GCJ-02 (Amap, Tencent) or BD-09 (Baidu)."
    )
    assert issue.text("zh") == (
        "orders.csv 第 2 行，“datum”列：“GJC-02”不是已知的坐标系。可能是“GCJ-02”。"
        "请填写 WGS-84（GPS）、GCJ-02（高德、腾讯）或 BD-09（百度）。"
    )


def test_an_unknown_datum_of_the_branch_is_noted_once() -> None:
    _, report = converted(with_cell(two_orders(), "branch", 2, "datum", "Beijing54"))
    assert [(issue.code, issue.file, issue.row) for issue in report.issues] == [("DATUM_UNKNOWN", "branch.csv", 2)]


def test_a_branch_in_baidus_coordinates_is_the_same_branch(tmp_path: Path) -> None:
    true = read_intake(write_folder(tmp_path / "true", two_orders())).checked()
    sheets = two_orders()
    for row in (*sheets["branch"], *sheets["orders"], *sheets["technicians"]):
        for lat, lon in (("lat", "lon"), ("home_lat", "home_lon")):
            if row.get(lat):
                shifted = from_wgs84(float(row[lat]), float(row[lon]), BD)
                row[lat], row[lon] = (f"{degrees:.9f}" for degrees in shifted)
    folder = write_folder(tmp_path / "baidu", sheets)
    assert read_intake(folder, ReadOptions(datum="百度")).checked() == true
    assert read_intake(folder).checked() != true


def test_an_unknown_option_is_a_fault(tmp_path: Path) -> None:
    intake = read_intake(write_folder(tmp_path, two_orders()), ReadOptions(datum="bd-9"))
    assert intake.problem is None
    assert intake.report.text().startswith("--datum: 'bd-9' is not a datum that is known here. Maybe 'BD-09' is meant.")
