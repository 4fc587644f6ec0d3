"""Coordinates: WGS-84, and the two shifted grids in which Chinese maps give theirs, GCJ-02 and BD-09.

Everything behind the door is WGS-84. The shifts are public knowledge (a rough polynomial with sines on the Krasovsky
ellipsoid); they apply in China only, and the way back is found by iteration, to less than a millimetre.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from optimizer.domain.order import Place
from optimizer.faults.issues import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.rows import Row
    from optimizer.ingest.forms.sheets import BranchSheets, Entry, Sheet

#: Krasovsky 1940: semi-major axis in metres and squared eccentricity.
_AXIS_M = 6_378_245.0
_ECCENTRICITY2 = 0.006_693_421_622_965_943
_BD_STEP = math.pi * 3000 / 180
#: The way back stops when a step is smaller than this: a tenth of a millimetre.
_CLOSE_DEG = 1e-9
_MAX_STEPS = 30
#: A degree to seven decimals is one centimetre.
_DECIMALS = 7

#: The box in which the shift is commonly applied, and what of it lies abroad: south, north, west, east in degrees.
_BOX = (3.86, 53.55, 73.66, 135.05)
_ABROAD = (
    (3.0, 39.8, 124.5, 136.0),  # Korea, Kyushu, Okinawa
    (39.0, 44.5, 131.45, 136.0),  # Vladivostok
    (3.0, 21.0, 119.5, 136.0),  # Luzon
    (3.0, 21.1, 73.0, 107.5),  # Indochina, southern India
    (3.0, 26.7, 73.0, 97.3),  # Bengal, Burma's west
    (3.0, 35.0, 73.0, 77.5),  # Punjab, Delhi
    (42.3, 54.0, 73.0, 79.7),  # Kyrgyzstan, eastern Kazakhstan
    (43.2, 54.0, 97.0, 110.5),  # central Mongolia
    (49.3, 54.0, 73.0, 115.4),  # southern Siberia
)


class Datum(StrEnum):
    """In which grid coordinates are given."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"

    @property
    def label(self) -> str:
        """The usual way to write it."""
        return {"wgs84": "WGS-84", "gcj02": "GCJ-02", "bd09": "BD-09"}[self.value]


#: Spellings, in lower case and without spaces, hyphens and the words for "map" and "coordinates".
_SPELLINGS = {
    **dict.fromkeys(("wgs84", "wgs1984", "gps", "地球", "cgcs2000", "天地图", "epsg:4326"), Datum.WGS84),
    **dict.fromkeys(("gcj02", "火星", "国测局", "高德", "腾讯", "amap", "gaode", "autonavi", "tencent"), Datum.GCJ02),
    **dict.fromkeys(("bd09", "bd09ll", "百度", "baidu"), Datum.BD09),
}


def parse_datum(text: str) -> Datum | None:
    """Return the datum that a person means, or `None`.

    >>> parse_datum("高德地图"), parse_datum("WGS 84")
    (<Datum.GCJ02: 'gcj02'>, <Datum.WGS84: 'wgs84'>)
    """
    word = "".join(text.lower().translate({ord(mark): None for mark in " -_－—　"}).split())
    exact = _SPELLINGS.get(word)
    for ending in ("坐标系", "坐标", "地图", "map", "maps"):
        word = word.removesuffix(ending)
    return exact or _SPELLINGS.get(word)


# --- the shifts -----------------------------------------------------------------------------------------------------


def is_in_china(lat: float, lon: float) -> bool:
    """Return roughly whether a place is in China: none of China is left out, some beyond the border are taken in."""
    return _is_within(_BOX, lat, lon) and not any(_is_within(box, lat, lon) for box in _ABROAD)


def _is_within(box: tuple[float, float, float, float], lat: float, lon: float) -> bool:
    south, north, west, east = box
    return south <= lat <= north and west <= lon <= east


def from_wgs84(lat: float, lon: float, datum: Datum) -> tuple[float, float]:
    """Return a WGS-84 place in another datum; outside China unchanged."""
    if datum is Datum.WGS84 or not is_in_china(lat, lon):
        return lat, lon
    shifted = _wgs_to_gcj(lat, lon)
    return _gcj_to_bd(*shifted) if datum is Datum.BD09 else shifted


def to_wgs84(lat: float, lon: float, datum: Datum) -> tuple[float, float]:
    """Return a place of another datum in WGS-84; outside China unchanged.

    >>> lat, lon = to_wgs84(30.2741, 120.1551, Datum.GCJ02)  # what a map from Hangzhou says
    >>> round(lat, 5), round(lon, 5)
    (30.27642, 120.15039)
    """
    if datum is Datum.WGS84:
        return lat, lon
    back = (lat, lon)
    if datum is Datum.BD09:
        back = _inverse(_gcj_to_bd, *back)
    back = _inverse(_wgs_to_gcj, *back)
    return back if is_in_china(*back) else (lat, lon)


def _inverse(shift: Callable[[float, float], tuple[float, float]], lat: float, lon: float) -> tuple[float, float]:
    """Return the place that `shift` moves to the one given: the shift hardly changes from one place to the next."""
    guess_lat, guess_lon = lat, lon
    for _ in range(_MAX_STEPS):
        shifted_lat, shifted_lon = shift(guess_lat, guess_lon)
        step_lat, step_lon = shifted_lat - lat, shifted_lon - lon
        guess_lat, guess_lon = guess_lat - step_lat, guess_lon - step_lon
        if max(abs(step_lat), abs(step_lon)) < _CLOSE_DEG:
            break
    return guess_lat, guess_lon


def _wgs_to_gcj(lat: float, lon: float) -> tuple[float, float]:
    x, y = lon - 105.0, lat - 35.0
    bend = 0.1 * math.sqrt(abs(x))
    ripple = 20.0 * (_sin_pi(6 * x) + _sin_pi(2 * x))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 2.0 * bend
    north_m += (ripple + _waves(y, (20.0, 1), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))) * 2 / 3
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + bend
    east_m += (ripple + _waves(x, (20.0, 1), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))) * 2 / 3
    phi = math.radians(lat)
    flat = 1.0 - _ECCENTRICITY2 * math.sin(phi) ** 2
    meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY2) / flat**1.5
    parallel_m = _AXIS_M / math.sqrt(flat) * math.cos(phi)
    return lat + math.degrees(north_m / meridian_m), lon + math.degrees(east_m / parallel_m)


def _sin_pi(turns: float) -> float:
    return math.sin(turns * math.pi)


def _waves(at: float, *waves: tuple[float, float]) -> float:
    return sum(amplitude * _sin_pi(frequency * at) for amplitude, frequency in waves)


def _gcj_to_bd(lat: float, lon: float) -> tuple[float, float]:
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_STEP)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_STEP)
    return radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065


# --- the sheets -----------------------------------------------------------------------------------------------------


def convert_sheets(sheets: BranchSheets, option: str | None, log: IssueLog) -> BranchSheets:
    """Return the sheets with every coordinate in WGS-84, to seven decimals.

    A row's own datum counts before the branch's, that before the `option`, and without any it is WGS-84. Sheets that
    mix datums are converted row by row, with a warning; a datum that nobody knows is a fault.
    """
    branch = _stated(sheets.branch, log)
    chosen = parse_datum(option) if option else None
    if option and chosen is None:
        log.add("DATUM_UNKNOWN", value=option, file="--datum", near=_near(option))
    default = next(iter(branch.values()), None) or chosen or Datum.WGS84
    return replace(
        sheets,
        branch=_converted(sheets.branch, branch, default, log),
        service_area=_converted(sheets.service_area, {}, default, log),
        orders=_converted(sheets.orders, _stated(sheets.orders, log), default, log),
        technicians=_converted(sheets.technicians, _stated(sheets.technicians, log), default, log),
    )


def _stated(sheet: Sheet[Any], log: IssueLog) -> dict[int, Datum | None]:
    """Return the datum that each row states, by row number; an unknown one is noted."""
    stated: dict[int, Datum | None] = {}
    for entry in sheet.readable():
        text = entry.row.datum
        datum = parse_datum(text) if text else None
        if text and datum is None:
            sheet.note(log, "DATUM_UNKNOWN", entry.number, "datum", text, near=_near(text))
        stated[entry.number] = datum
    return stated


def _near(text: str) -> str:
    return nearest(text, [datum.label for datum in Datum])


def _converted(sheet: Sheet[Any], stated: dict[int, Datum | None], default: Datum, log: IssueLog) -> Sheet[Any]:
    datums = {entry.number: stated.get(entry.number) or default for entry in sheet.readable()}
    used = Counter(datums[entry.number] for entry in sheet.readable() if _places(entry.row))
    if len(used) > 1:
        names = ", ".join(f"{datum.label} ({used[datum]})" for datum in Datum if used[datum])
        most, _ = used.most_common(1)[0]
        first = min(number for number, datum in datums.items() if datum is not most)
        sheet.note(log, "DATUM_MIXED", first, "datum", names)
    if set(used) <= {Datum.WGS84}:
        return sheet

    def converted(entry: Entry[Any]) -> Entry[Any]:
        changes = dict(_changes(entry.row, datums[entry.number]))
        return replace(entry, row=entry.row.but(**changes)) if changes else entry

    return replace(sheet, entries=tuple(map(converted, sheet.entries)), partial=tuple(map(converted, sheet.partial)))


def _places(row: Row) -> list[tuple[str, str] | str]:
    """Return the fields of a row that hold a place: a latitude and a longitude, or both in one cell."""
    pairs = [("lat", "lon"), ("home_lat", "home_lon")]
    both = [pair for pair in pairs if all(getattr(row, name, None) is not None for name in pair)]
    return [*both, *(name for name in ("start", "end") if isinstance(getattr(row, name, None), Place))]


def _changes(row: Row, datum: Datum) -> Iterator[tuple[str, object]]:
    if datum is Datum.WGS84:
        return
    for place in _places(row):
        if isinstance(place, str):
            whole = getattr(row, place)
            lat, lon = rounded_wgs84(whole.lat, whole.lon, datum)
            yield place, replace(whole, lat=lat, lon=lon)
        else:
            lat, lon = rounded_wgs84(getattr(row, place[0]), getattr(row, place[1]), datum)
            yield from zip(place, (lat, lon), strict=True)


def rounded_wgs84(lat: float, lon: float, datum: Datum) -> tuple[float, float]:
    """Return a place in WGS-84, converted and rounded to the centimetre; what is WGS-84 stays as written."""
    if datum is Datum.WGS84:
        return lat, lon
    lat, lon = to_wgs84(lat, lon, datum)
    return round(lat, _DECIMALS), round(lon, _DECIMALS)
