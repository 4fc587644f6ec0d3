"""Doubts about a branch's figures: coordinates that cannot be meant, services without time, endless shifts.

A branch's own data passes through these checks. A problem that we wrote ourselves does not: a benchmark's plane with
its own units is no map, and its figures are as meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.domain.order import Place
from optimizer.domain.region import DistanceUnit
from optimizer.domain.units import DAY_S, HOUR_S, MINUTE_S, great_circle_m
from optimizer.faults.issues import UNITS
from optimizer.ingest.build.region import region_of
from optimizer.ingest.checks.dated_ids import check_dated_ids
from optimizer.ingest.checks.dates import check_date_spans, check_order_dates
from optimizer.ingest.checks.phones import check_phones
from optimizer.ingest.forms.sheets import location_of

if TYPE_CHECKING:
    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.cells.dates_and_times import BranchClock
    from optimizer.ingest.forms.sheets import BranchSheets, Sheet

#: Nobody drives farther than this and back in a day's work.
MAX_DISTANCE_KM = 500
#: Further away somebody spends a day on the way; a slip of the finger is likelier.
DISTANT_KM = 150
#: A service is hardly longer on one day: 2 700 are seconds of 45 minutes.
LONGEST_SERVICE_S = 12 * HOUR_S
#: Nor shorter: 1.5 are hours.
SHORTEST_SERVICE_S = 5 * MINUTE_S

#: Limits of a shift that are meant to be left empty where there is none.
_LIMITS = ("max_visits", "max_leg_s", "max_travel_s", "max_duty_s")


def check_plausibility(sheets: BranchSheets, clock: BranchClock | None, log: IssueLog) -> None:
    """Note places, ids, phones, dates, services, certificates and shifts that are possible, and hardly meant."""
    check_places(sheets, log)
    for branch in sheets.branch.readable():
        if branch.row.service_radius_km is not None and branch.row.service_radius_mi is not None:
            other = location_of("branch", log, branch.number, "service_radius_km")["column"]
            sheets.branch.note(log, "UNIT_TWICE", branch.number, "service_radius_mi", other=other)
    check_dated_ids(sheets, log)
    check_phones(sheets, log)
    if clock is not None:
        check_date_spans(sheets, clock, log)
        check_order_dates(sheets, clock, log)
    for entry in sheets.orders.readable():
        if entry.row.service_s == 0:
            sheets.orders.note(log, "DURATION_ZERO", entry.number, "service_s", 0)
        elif entry.row.service_s is not None:
            _check_service(sheets.orders, entry.number, entry.row.service_s, log)
    for skill in sheets.skills:
        since, until = skill.row.valid_from, skill.row.valid_until
        if since and until and until < since:
            sheets.skills.note(log, "CERTIFICATE_REVERSED", skill.number, "valid_until", until)
    for shift in sheets.shifts if clock else ():
        row = shift.row
        if clock and clock.shown_s(clock.on(row.date, row.start), clock.on(row.date, row.end)) > DAY_S:
            sheets.shifts.note(log, "SHIFT_LONG", shift.number, "end")
    for shift in sheets.shifts.readable():
        for limit in _LIMITS:
            if getattr(shift.row, limit) == 0:
                sheets.shifts.note(log, "LIMIT_ZERO", shift.number, limit, 0)


def _check_service(sheet: Sheet[Any], number: int, service_s: int, log: IssueLog) -> None:
    """Note a service as long as a shift and longer, or hardly longer than saying hello."""
    minutes = f"{service_s / MINUTE_S:g}"
    if service_s > LONGEST_SERVICE_S:
        details = {"hours": f"{service_s / HOUR_S:g}", "meant": f"{service_s / MINUTE_S / 60:g}"}
        sheet.note(log, "SERVICE_LONG", number, "service_s", minutes, **details)
    elif service_s < SHORTEST_SERVICE_S:
        sheet.note(log, "SERVICE_SHORT", number, "service_s", minutes, meant=f"{service_s:g}")


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
            sheet.note(log, code, number, axis_column, f"{value:.10g}")
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
            limits = {"distance": distance, "limit": limit, "unit": UNITS[unit]}
            sheet.note(log, "PLACE_FAR", number, column, coordinates, **limits)
        return False
    if branch and distance_km > DISTANT_KM:
        distance = round(distance_km * 1000 / unit.metres)
        sheet.note(log, "PLACE_DISTANT", number, column, coordinates, distance=distance, unit=UNITS[unit])
    return True


def _is_on_earth(place: Place) -> bool:
    return abs(place.lat) <= 90 and abs(place.lon) <= 180


def _distance_km(place: Place, branch: Place) -> float:
    return great_circle_m(place.lat, place.lon, branch.lat, branch.lon) / 1000
