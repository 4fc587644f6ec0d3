"""Addresses looked up: with geopy, against a real server on this machine that answers like Nominatim."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from optimizer.domain.units import great_circle_m
from optimizer.faults.issues import IssueLog
from optimizer.ingest.build.coordinates import Datum, from_wgs84
from optimizer.ingest.build.geocode import KEY_VARIABLE, GeocoderSettings, geocode_sheets
from optimizer.ingest.forms.sheets import BranchSheets, RawSheet, check_cells
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from tests.ingest.worlds import Sheets, two_orders, write_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from optimizer.faults.issues import IssueReport

HILL, LAKE, HOME = "文三路 90 号", "曙光路 1 号", "古墩路 12 号"
PLACES = {HILL: (30.28, 120.16), LAKE: (30.25, 120.13), HOME: (30.31, 120.09)}


@dataclass
class Server:
    """A geocoding service: what it was asked, and from when on it fails."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    fails_after: int = 1_000

    @property
    def settings(self) -> GeocoderSettings:
        return GeocoderSettings(domain=f"127.0.0.1:{self.port}", scheme="http", pause_s=0.0, timeout_s=5.0)

    def keeping(self, cache: Path) -> GeocoderSettings:
        return replace(self.settings, cache=cache)


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = parse_qs(urlsplit(self.path).query)["q"][0]
            server.asked.append(address)
            server.agents.add(self.headers["User-Agent"])
            place = PLACES.get(address)
            found = [{"lat": str(place[0]), "lon": str(place[1]), "display_name": address}] if place else []
            body = json.dumps(found).encode()
            self.send_response(200 if len(server.asked) <= server.fails_after else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as http:
        server.port = http.server_address[1]
        thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


def branch(*addresses: str, home: str = "") -> BranchSheets:
    """Return a branch with an order for each address, from row 2 on, and a technician who starts at home."""
    orders = [
        (row, {"order_id": f"O{row}", "customer_id": "C", "service_s": "30", "address": address})
        for row, address in enumerate(addresses, start=2)
    ]
    person = {"technician_id": "T1", "start": "home" if home else "branch", "home_address": home or HOME}
    log = IssueLog(form="csv", file="branch")
    sheets = check_cells([RawSheet("orders", [*orders]), RawSheet("technicians", [(2, {**person})])], log)
    assert log.report().text() == ""
    return sheets


def looked_up(
    sheets: BranchSheets, settings: GeocoderSettings, waits: list[float] | None = None
) -> tuple[BranchSheets, IssueReport]:
    log = IssueLog(form="csv", file="branch")
    return geocode_sheets(sheets, settings, log, wait=[].append if waits is None else waits.append), log.report()


def places(sheets: BranchSheets) -> dict[str, tuple[float | None, float | None]]:
    return {entry.row.order_id: (entry.row.lat, entry.row.lon) for entry in sheets.orders}


def test_an_address_becomes_a_place_and_a_warning(server: Server) -> None:
    sheets, report = looked_up(branch(HILL), server.settings)
    assert places(sheets) == {"O2": (30.28, 120.16)}
    assert report.text() == (
        f"Warning: orders.csv row 2, column 'address': The place was read from the address '{HILL}' as"
        " 30.28000, 120.16000. Check it on a map, then fill in lat and lon."
    )
    assert report.text("zh") == (
        f"警告：orders.csv 第 2 行，“address”列：位置由地址“{HILL}”查得：30.28000, 120.16000。"
        "请在地图上核对，再填入 lat 和 lon。"
    )
    assert server.agents == {"paigong"}


def test_a_home_is_looked_up_only_where_the_day_starts_there(server: Server) -> None:
    sheets, report = looked_up(branch(home=HOME), server.settings)
    [person] = [entry.row for entry in sheets.technicians]
    assert (person.home_lat, person.home_lon) == PLACES[HOME]
    assert [(issue.code, issue.file, issue.column) for issue in report.issues] == [
        ("GEOCODED", "technicians.csv", "home_address")
    ]
    server.asked.clear()
    sheets, report = looked_up(branch(), server.settings)
    assert (server.asked, report.issues) == ([], ())


def test_one_address_is_asked_for_once(server: Server) -> None:
    sheets, _ = looked_up(branch(HILL, LAKE, f" {HILL.replace(' ', '  ')}"), server.settings)
    assert places(sheets) == {"O2": PLACES[HILL], "O3": PLACES[LAKE], "O4": PLACES[HILL]}
    assert server.asked == [HILL, LAKE]


def test_between_two_requests_there_is_a_pause(server: Server) -> None:
    waits: list[float] = []
    settings = replace(server.settings, pause_s=1.5)
    looked_up(branch(HILL, LAKE, HILL, HOME), settings, waits)
    assert waits == [1.5, 1.5]


def test_what_was_found_is_kept(server: Server, tmp_path: Path) -> None:
    settings = server.keeping(tmp_path / "places.json")
    looked_up(branch(HILL, LAKE), settings)
    again, report = looked_up(branch(LAKE, HILL), settings)
    assert server.asked == [HILL, LAKE]  # and nothing the second time
    assert places(again) == {"O2": PLACES[LAKE], "O3": PLACES[HILL]}
    assert [issue.code for issue in report.issues] == ["GEOCODED", "GEOCODED"]
    looked_up(branch(HILL, HOME), settings)
    assert server.asked == [HILL, LAKE, HOME]
    kept = json.loads(settings.cache.read_text(encoding="utf-8"))  # type: ignore[union-attr]
    assert kept["places"][settings.name] == {address: list(place) for address, place in PLACES.items()}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["places.json"]


def test_each_service_has_places_of_its_own(server: Server, tmp_path: Path) -> None:
    cache = tmp_path / "places.json"
    looked_up(branch(HILL), server.keeping(cache))
    with serving() as other:
        looked_up(branch(HILL), other.keeping(cache))
        assert other.asked == [HILL]
    assert len(json.loads(cache.read_text(encoding="utf-8"))["places"]) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[1, 2]",
        b'{"format": "other/1", "places": {}}',
        b'{"format": "paigong.places/1", "places": [1]}',
        b'{"format": "paigong.places/1", "places": {"NAME": {"A": [30.0]}}}',
        b'{"format": "paigong.places/1", "places": {"NAME": {"A": [NaN, 120.0]}}}',
        b'{"format": "paigong.places/1", "places": {"NAME": {"A": [300.0, 120.0]}}}',
        b"[" * 100_000,
    ],
)
def test_a_corrupt_cache_is_left_unread_and_written_anew(server: Server, tmp_path: Path, content: bytes) -> None:
    settings = server.keeping(tmp_path / "places.json")
    assert settings.cache is not None
    settings.cache.write_bytes(content.replace(b"NAME", settings.name.encode()))
    sheets, report = looked_up(branch(HILL), settings)
    assert places(sheets) == {"O2": PLACES[HILL]}
    assert sorted(issue.code for issue in report.issues) == ["GEOCODED", "GEOCODE_CACHE"]
    assert not report.has_errors
    looked_up(branch(HILL), settings)
    assert server.asked == [HILL]


def test_a_cache_that_cannot_be_written_stops_nothing(server: Server, tmp_path: Path) -> None:
    settings = server.keeping(tmp_path / "no such folder" / "places.json")
    sheets, report = looked_up(branch(HILL), settings)
    assert places(sheets) == {"O2": PLACES[HILL]}
    assert sorted(issue.code for issue in report.issues) == ["GEOCODED", "GEOCODE_CACHE_WRITE"]


def test_an_address_that_is_not_found_is_a_fault_that_names_it(server: Server) -> None:
    sheets, report = looked_up(branch(HILL, "无名路 0 号"), server.settings)
    [fault] = report.errors
    assert fault.text() == (
        f"orders.csv row 3, column 'address': The service {server.settings.name} does not find the address"
        " '无名路 0 号'. Correct the address, or fill in lat and lon."
    )
    assert [entry.number for entry in sheets.orders] == [2]
    assert [entry.number for entry in sheets.orders.partial] == [3]  # so that no check names it again


def test_when_the_service_fails_nothing_is_lost(server: Server, tmp_path: Path) -> None:
    server.fails_after = 1
    settings = server.keeping(tmp_path / "places.json")
    sheets, report = looked_up(branch(HILL, LAKE, "曙光路 3 号"), settings)
    assert places(sheets) == {"O2": PLACES[HILL]}
    assert len(server.asked) == 2  # after a failure nobody asks on
    [fault] = report.errors
    assert fault.code == "GEOCODER_DOWN"
    assert "or fill in the 2 missing places by hand" in fault.text()
    server.fails_after = 1_000
    sheets, report = looked_up(branch(HILL, LAKE), settings)
    assert (places(sheets), report.has_errors) == ({"O2": PLACES[HILL], "O3": PLACES[LAKE]}, False)
    assert server.asked.count(HILL) == 1


def test_a_service_that_is_not_there_is_one_fault(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "secret")
    settings = replace(server.settings, domain="127.0.0.1:9", timeout_s=0.5)
    _, report = looked_up(branch(HILL, LAKE), settings)
    [fault] = report.issues
    assert fault.code == "GEOCODER_DOWN"
    assert "secret" not in fault.text()


@pytest.mark.parametrize(
    ("settings", "code", "part"),
    [
        (GeocoderSettings(service="nominatin"), "GEOCODER_UNKNOWN", "Maybe 'nominatim' is meant."),
        (GeocoderSettings(service="baiduv3"), "GEOCODER_SETTINGS", KEY_VARIABLE),
        (GeocoderSettings(service="baiduv3", domain="maps.example"), "GEOCODER_SETTINGS", "domain"),
        (GeocoderSettings(user_agent="geopy/2.5.0"), "GEOCODER_SETTINGS", "nominatim"),
    ],
)
def test_settings_that_cannot_be_are_one_fault(
    settings: GeocoderSettings, code: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    _, report = looked_up(branch(HILL, LAKE), settings)
    [fault] = report.issues
    assert (fault.code, part in fault.text()) == (code, True)


def test_a_service_of_another_datum_is_converted(server: Server) -> None:
    settings = replace(server.settings, datum=Datum.BD09)
    sheets, _ = looked_up(branch(HILL), settings)
    lat, lon = places(sheets)["O2"]
    assert lat is not None
    assert lon is not None
    assert great_circle_m(*from_wgs84(lat, lon, Datum.BD09), *PLACES[HILL]) < 0.02
    assert great_circle_m(lat, lon, *PLACES[HILL]) > 1_000


def test_coordinates_that_are_there_are_never_asked_for(server: Server) -> None:
    sheets = branch(HILL)
    [entry] = sheets.orders.entries
    log = IssueLog(form="csv", file="branch")
    raw = {"order_id": "O2", "customer_id": "C", "service_s": "30", "address": HILL, "lat": "30", "lon": "120"}
    given = check_cells([RawSheet("orders", [(entry.number, raw)])], log)
    assert looked_up(given, server.settings)[0] is given
    assert server.asked == []


# --- as a branch is read --------------------------------------------------------------------------------------------


def by_address(*addresses: str) -> Sheets:
    """Return the branch of two orders whose places are only known by their addresses."""
    sheets = two_orders()
    for row, address in zip(sheets["orders"], addresses, strict=True):
        row |= {"lat": "", "lon": "", "address": address}
    return sheets


def test_a_branch_with_addresses_only_can_be_planned(server: Server, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, by_address(HILL, LAKE))
    assert all(visit.place.approximate for visit in read_intake(folder).checked().visits)
    intake = read_intake(folder, ReadOptions(geocoder=server.settings, datum="gcj02"))
    places = {visit.visit_id: (visit.place.lat, visit.place.lon) for visit in intake.checked().visits}
    assert places == {"O1": PLACES[HILL], "O2": PLACES[LAKE]}  # the answers are WGS-84, whatever the branch's datum


def test_an_order_that_is_not_found_is_named_once(server: Server, tmp_path: Path) -> None:
    intake = read_intake(write_folder(tmp_path, by_address(HILL, "无名路 0 号")), ReadOptions(geocoder=server.settings))
    assert [issue.code for issue in intake.report.errors] == ["GEOCODE_NOT_FOUND"]
    skipped = read_intake(tmp_path, ReadOptions(geocoder=server.settings, skip_bad=True))
    assert [order.order_id for order in skipped.checked().orders] == ["O1"]


def test_a_place_far_away_is_doubted_also_when_it_was_found(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PLACES, "人民路 1 号", (39.9, 116.4))  # there is one in every town
    folder = write_folder(tmp_path, by_address(HILL, "人民路 1 号"))
    report = read_intake(folder, ReadOptions(geocoder=server.settings)).report
    assert [issue.code for issue in report.errors] == ["PLACE_FAR"]
