"""Doubts about a branch's figures: coordinates that cannot be meant, services without time, endless shifts.

A branch's own data passes through these checks. A problem that we wrote ourselves does not: a benchmark's plane with
its own units is no map, and its figures are as meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.domain.order import Place
from optimizer.domain.region import DistanceUnit
from optimizer.domain.units import DAY_S, great_circle_m
from optimizer.faults.issues import Phrase
from optimizer.ingest.build.region import region_of
from optimizer.ingest.forms.sheets import location_of

if TYPE_CHECKING:
    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.sheets import BranchSheets, Sheet

#: Nobody drives farther than this and back in a day's work.
MAX_DISTANCE_KM = 500

_UNITS = {DistanceUnit.KM: Phrase("km"), DistanceUnit.MILES: Phrase("miles")}


def check_plausibility(sheets: BranchSheets, clock: BranchClock | None, log: IssueLog) -> None:
    """Note places, services, certificates and shifts that are possible in themselves but cannot be meant."""
    check_places(sheets, log)
    for branch in sheets.branch.readable():
        if branch.row.service_radius_km is not None and branch.row.service_radius_mi is not None:
            other = location_of("branch", log, branch.number, "service_radius_km")["column"]
            sheets.branch.note(log, "UNIT_TWICE", branch.number, "service_radius_mi", other=other)
    for entry in sheets.orders.readable():
        if entry.row.service_s == 0:
            sheets.orders.note(log, "DURATION_ZERO", entry.number, "service_s", 0)
    for skill in sheets.skills:
        since, until = skill.row.valid_from, skill.row.valid_until
        if since and until and until < since:
            sheets.skills.note(log, "CERTIFICATE_REVERSED", skill.number, "valid_until", until)
    for shift in sheets.shifts if clock else ():
        row = shift.row
        if clock and clock.shown_s(clock.on(row.date, row.start), clock.on(row.date, row.end)) > DAY_S:
            sheets.shifts.note(log, "SHIFT_LONG", shift.number, "end")


def check_places(sheets: BranchSheets, log: IssueLog) -> None:
    """Note coordinates that are no coordinates, maybe swapped, in the sea at 0, 0, or far from the branch."""
    branch: Place | None = None
    unit = DistanceUnit.KM
    for entry in sheets.branch.readable():
        place = _place(entry.row.lat, entry.row.lon)
        if place and _check_place(sheets.branch, entry.number, "lat", place, None, log):
            branch = place
        unit = region_of(entry.row).distance_unit
    for entry in sheets.orders.readable():
        place = _place(entry.row.lat, entry.row.lon)
        if place:
            _check_place(sheets.orders, entry.number, "lat", place, branch, log, unit)
    for entry in sheets.technicians.readable():
        person = entry.row
        homes = {"home_lat": _place(person.home_lat, person.home_lon), "start": person.start, "end": person.end}
        for column, home in homes.items():
            if isinstance(home, Place):
                _check_place(sheets.technicians, entry.number, column, home, branch, log, unit)


def _place(lat: float | None, lon: float | None) -> Place | None:
    return None if lat is None or lon is None else Place(lat, lon)


def _check_place(
    sheet: Sheet[Any],
    number: int,
    column: str,
    place: Place,
    branch: Place | None,
    log: IssueLog,
    unit: DistanceUnit = DistanceUnit.KM,
) -> bool:
    """Note what is wrong with a place; return whether nothing is."""
    swapped = Place(place.lon, place.lat)
    coordinates = f"{place.lat:g}, {place.lon:g}"
    if not _is_on_earth(place):
        if _is_on_earth(swapped):
            sheet.note(log, "PLACE_SWAPPED", number, column, coordinates, lat=place.lat, lon=place.lon)
        else:
            is_lat = abs(place.lat) > 90
            axis_column = column if is_lat else column.replace("lat", "lon")
            value = place.lat if is_lat else place.lon
            code = "PLACE_LATITUDE" if is_lat else "PLACE_LONGITUDE"
            sheet.note(log, code, number, axis_column, f"{value:g}")
        return False
    if place.lat == 0 and place.lon == 0:
        sheet.note(log, "PLACE_ZERO", number, column, coordinates)
        return False
    distance_km = _distance_km(place, branch) if branch else 0
    if branch and distance_km > MAX_DISTANCE_KM:
        if _is_on_earth(swapped) and _distance_km(swapped, branch) <= MAX_DISTANCE_KM:
            sheet.note(log, "PLACE_SWAPPED", number, column, coordinates, lat=place.lat, lon=place.lon)
        else:
            distance, limit = (round(km * 1000 / unit.metres) for km in (distance_km, MAX_DISTANCE_KM))
            limits = {"distance": distance, "limit": limit, "unit": _UNITS[unit]}
            sheet.note(log, "PLACE_FAR", number, column, coordinates, **limits)
        return False
    return True


def _is_on_earth(place: Place) -> bool:
    return abs(place.lat) <= 90 and abs(place.lon) <= 180


def _distance_km(place: Place, branch: Place) -> float:
    return great_circle_m(place.lat, place.lon, branch.lat, branch.lon) / 1000
