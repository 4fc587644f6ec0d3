"""Orders without coordinates: a correction says where they are, else the centre of their town, district or city does.

A place found by its centre is approximate: it is told as half a day, and its customer is asked for the address.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimizer.ingest.forms.flat import plain_address
from optimizer.ingest.places.address import home_of, locate, own_city
from optimizer.ingest.places.gazetteer import Level, known_areas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.sheets import BranchSheets, Entry
    from optimizer.ingest.places.gazetteer import Area
    from optimizer.ingest.places.own_tables import OwnPlaces

#: Addresses of one area are spread around its centre within so many metres, each by its own text: two addresses never
#: share one point, which would be one address, and the way between them is not nothing.
SPREAD_M: Mapping[Level, float] = MappingProxyType({Level.TOWN: 500.0, Level.DISTRICT: 1_500.0, Level.CITY: 3_000.0})
_M_PER_DEGREE = 111_195.0
#: A degree to five decimals is one metre: more would claim to know.
_DECIMALS = 5


def with_corrections(sheets: BranchSheets, own: OwnPlaces) -> BranchSheets:
    """Return the sheets with the addresses that somebody corrected, where the place is not known better."""
    if not own.corrections:
        return sheets

    def corrected(entry: Entry[Any]) -> Entry[Any]:
        known = own.corrections.get(plain_address(entry.row.address)) if entry.row.address else None
        if known is None or not _is_unplaced(entry):
            return entry
        row = entry.row.but(address=known.address)
        if known.place is not None:
            row = row.but(lat=known.place[0], lon=known.place[1], approximate=False)
        return replace(entry, row=row)

    return replace(sheets, orders=replace(sheets.orders, entries=tuple(map(corrected, sheets.orders.entries))))


def without_useless(sheets: BranchSheets, log: IssueLog) -> BranchSheets:
    """Return the sheets without coordinates that say nothing (0, 0, or one alone) beside an address that does."""

    def cleared(entry: Entry[Any]) -> Entry[Any]:
        row = entry.row
        given = [degrees for degrees in (row.lat, row.lon) if degrees is not None]
        if not given or (len(given) > 1 and any(given)) or not row.address:
            return entry
        value = ", ".join(f"{degrees:g}" for degrees in given)
        sheets.orders.note(log, "PLACE_USELESS", entry.number, "lat", value)
        return replace(entry, row=row.but(lat=None, lon=None))

    return replace(sheets, orders=replace(sheets.orders, entries=tuple(map(cleared, sheets.orders.entries))))


def with_approximate(sheets: BranchSheets, own: OwnPlaces, log: IssueLog) -> BranchSheets:
    """Return the sheets with an approximate place for each order without coordinates.

    It is about the centre of what its address names; of the branch's own city, where that names nothing but fits it.
    """
    branch = next(iter(sheets.branch), None)
    if branch is None or not any(map(_is_missing, sheets.orders)):
        return sheets
    table = known_areas().with_own(own.areas) if own.areas else known_areas()
    home = home_of(table, branch.row.lat, branch.row.lon)

    def placed(entry: Entry[Any]) -> Entry[Any]:
        if not _is_missing(entry):
            return entry
        note, column = sheets.orders.note, "address" if entry.row.address else "area"
        value = entry.row.address or entry.row.area
        found = locate(table, home, entry.row.address, entry.row.area)
        city = own_city(table, home, value) if found is None else None
        if city is not None:
            note(log, "PLACE_BY_BRANCH", entry.number, column, value, place=city.label)
            return _put(entry, city)
        if found is None:
            return entry
        place = found.area.label
        if found.others:
            others = ", ".join(area.label for area in found.others[:3])
            note(log, "PLACE_IN_SEVERAL", entry.number, column, value, place=place, others=others)
        note(log, "PLACE_APPROXIMATE", entry.number, column, value, place=place)
        return _put(entry, found.area)

    return replace(sheets, orders=replace(sheets.orders, entries=tuple(map(placed, sheets.orders.entries))))


def _put(entry: Entry[Any], area: Area) -> Entry[Any]:
    lat, lon = spot(area, entry.row.address or entry.row.order_id)
    return replace(entry, row=entry.row.but(lat=lat, lon=lon, approximate=True))


def _is_missing(entry: Entry[Any]) -> bool:
    return entry.row.lat is None and entry.row.lon is None and bool(entry.row.address or entry.row.area)


def _is_unplaced(entry: Entry[Any]) -> bool:
    return bool(entry.row.approximate) or (entry.row.lat is None and entry.row.lon is None)


def spot(area: Area, address: str) -> tuple[float, float]:
    """Return where an address stands in for its area: always the same point, near the centre, and its own."""
    drawn = hashlib.sha256(plain_address(address).encode()).digest()
    turn, far = (int.from_bytes(part) / 2**32 for part in (drawn[:4], drawn[4:8]))
    away_m = SPREAD_M.get(area.level, 0.0) * math.sqrt(far)
    north_m, east_m = away_m * math.cos(2 * math.pi * turn), away_m * math.sin(2 * math.pi * turn)
    lat = area.lat + north_m / _M_PER_DEGREE
    lon = area.lon + east_m / (_M_PER_DEGREE * math.cos(math.radians(area.lat)))
    return round(lat, _DECIMALS), round(lon, _DECIMALS)
