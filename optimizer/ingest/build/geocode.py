"""Geocoding: places of addresses without coordinates, looked up by a service of geopy, when somebody asks for it.

Off by default: addresses are personal data, and whether they may be sent to a service is the branch's decision. What
was found is kept in a file, so that no address is asked for twice. A place found is a warning, for a person to check.
"""

from __future__ import annotations

import inspect
import json
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from optimizer.domain.order import Place
from optimizer.faults.issues import Phrase, nearest
from optimizer.ingest.build.coordinates import Datum, rounded_wgs84
from optimizer.text.files import write_text
from optimizer.text.machine_errors import reader_words, system_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.sheets import BranchSheets, Entry, Sheet

#: Where a service's key is read from: never from a file of the branch, never from the command line.
KEY_VARIABLE = "PAIGONG_GEOCODER_KEY"
CACHE_FORMAT = "paigong.places/1"

#: Services that answer in another datum than WGS-84.
_DATUMS = {"baidu": Datum.BD09, "baiduv3": Datum.BD09}
#: What geopy's services call their key.
_KEYS = ("api_key", "apikey", "subscription_key", "access_token", "auth_token", "username")


@dataclass(frozen=True, slots=True)
class GeocoderSettings:
    """Which service looks addresses up, and how.

    Parameters
    ----------
    service
        A name of geopy: `nominatim`, `photon`, `baiduv3`, ...
    domain, scheme
        Of a service of one's own: `nominatim.branch.example`, `http`; empty is the service's usual one.
    user_agent
        How we introduce ourselves; public services block those who do not.
    pause_s
        Pause between two requests; public services allow one a second.
    cache
        The file in which places found are kept; `None` keeps nothing.
    datum
        In which the service answers; `None` is what is known of it.
    """

    service: str = "nominatim"
    domain: str = ""
    scheme: str = ""
    user_agent: str = "paigong"
    pause_s: float = 1.0
    timeout_s: float = 10.0
    cache: Path | None = None
    datum: Datum | None = None

    @property
    def name(self) -> str:
        """How messages and the cache call the service: by its name and its own domain."""
        return f"{self.service} ({self.domain})" if self.domain else self.service


class _ServiceDownError(Exception):
    """The service gives no answer; further requests are pointless."""


def geocode_sheets(
    sheets: BranchSheets, settings: GeocoderSettings, log: IssueLog, *, wait: Callable[[float], None] = time.sleep
) -> BranchSheets:
    """Return the sheets with the places of orders and homes that have an address but no coordinates.

    Comes after the conversion of datums: what it fills in is WGS-84. Rows whose address is not found are noted and put
    among the partial ones, so that no check complains of them again. When the service fails, what it found before is
    used and kept, and one fault says how many places are missing.
    """
    wanted = [*_wanted(sheets.orders, "lat", "lon", "address"), *_wanted_homes(sheets.technicians)]
    if not wanted:
        _is_known(settings, log)
        return sheets
    known = _read_cache(settings, log)
    places: dict[str, tuple[float, float] | None] = {
        address: known[address] for _, address in wanted if address in known
    }
    asked = list(dict.fromkeys(address for _, address in wanted if address not in known))
    if asked:
        ask = _service(settings, log)
        if ask is not None:
            _look_up(asked, ask, places, settings, log, wait)
        found = {address: place for address, place in places.items() if place is not None}
        if settings.cache is not None and found.keys() - known.keys():
            _write_cache(settings.cache, settings, known | found, log)
    return replace(
        sheets,
        orders=_filled(sheets.orders, ("lat", "lon", "address"), wanted, places, settings, log),
        technicians=_filled(
            sheets.technicians, ("home_lat", "home_lon", "home_address"), wanted, places, settings, log
        ),
    )


def _wanted(sheet: Sheet[Any], lat: str, lon: str, address: str) -> list[tuple[Entry[Any], str]]:
    return [
        (entry, _plain(getattr(entry.row, address)))
        for entry in sheet
        if getattr(entry.row, lat) is None and getattr(entry.row, lon) is None and _plain(getattr(entry.row, address))
    ]


def _wanted_homes(sheet: Sheet[Any]) -> list[tuple[Entry[Any], str]]:
    homes = _wanted(sheet, "home_lat", "home_lon", "home_address")
    return [(entry, address) for entry, address in homes if "home" in (entry.row.start, entry.row.end)]


def _plain(address: str) -> str:
    return " ".join(address.split())


def _look_up(
    addresses: list[str],
    ask: Callable[[str], tuple[float, float] | None],
    places: dict[str, tuple[float, float] | None],
    settings: GeocoderSettings,
    log: IssueLog,
    wait: Callable[[float], None],
) -> None:
    """Ask for each address once, with pauses, and enter what comes back; note it once when the service fails."""
    for count, address in enumerate(addresses):
        if count:
            wait(settings.pause_s)
        try:
            places[address] = ask(address)
        except _ServiceDownError as error:
            missing = len(addresses) - count
            log.add("GEOCODER_DOWN", service=settings.name, error=str(error) or "?", count=missing)
            return


def _filled(
    sheet: Sheet[Any],
    fields: tuple[str, str, str],
    wanted: list[tuple[Entry[Any], str]],
    places: dict[str, tuple[float, float] | None],
    settings: GeocoderSettings,
    log: IssueLog,
) -> Sheet[Any]:
    addresses = {id(entry): address for entry, address in wanted}
    entries: list[Entry[Any]] = []
    unplaced: list[Entry[Any]] = []
    lat, lon, column = fields
    for entry in sheet:
        address = addresses.get(id(entry))
        place = places.get(address) if address else None
        if address is None:
            entries.append(entry)
        elif place is not None:
            sheet.note(log, "GEOCODED", entry.number, column, address, place=f"{place[0]:.5f}, {place[1]:.5f}")
            entries.append(replace(entry, row=entry.row.but(**{lat: place[0], lon: place[1]})))
        else:
            if address in places:
                sheet.note(log, "GEOCODE_NOT_FOUND", entry.number, column, address, service=settings.name)
            unplaced.append(entry)
    return replace(sheet, entries=tuple(entries), partial=(*sheet.partial, *unplaced))


# --- the service ----------------------------------------------------------------------------------------------------


def _is_known(settings: GeocoderSettings, log: IssueLog) -> bool:
    """Return whether there is such a service, after noting it if there is none: also where it has nothing to do."""
    from geopy.geocoders import SERVICE_TO_GEOCODER

    if settings.service.lower() not in SERVICE_TO_GEOCODER:
        known = sorted(SERVICE_TO_GEOCODER)
        near = nearest(settings.service, known)
        log.add("GEOCODER_UNKNOWN", value=settings.service, known=", ".join(known), near=near)
        return False
    return True


def _service(settings: GeocoderSettings, log: IssueLog) -> Callable[[str], tuple[float, float] | None] | None:
    """Return the function that asks the service for an address, or `None` after noting why there is none."""
    from geopy.exc import GeocoderQueryError, GeopyError
    from geopy.geocoders import get_geocoder_for_service

    if not _is_known(settings, log):
        return None
    try:
        geocoder = _made(get_geocoder_for_service(settings.service), settings)
    except (GeopyError, TypeError, ValueError) as error:
        log.add("GEOCODER_SETTINGS", service=settings.name, error=_reason(error), variable=KEY_VARIABLE)
        return None
    datum = settings.datum or _DATUMS.get(settings.service.lower(), Datum.WGS84)

    def ask(address: str) -> tuple[float, float] | None:
        try:
            answer = geocoder.geocode(address, exactly_one=True)
            place = None if answer is None else (float(answer.latitude), float(answer.longitude))
        except GeocoderQueryError:
            return None  # the service understands this one address not at all
        except (GeopyError, OSError, ValueError, KeyError, TypeError) as error:
            raise _ServiceDownError(_reason(error)) from error
        if place is None or not (abs(place[0]) <= 90 and abs(place[1]) <= 180):
            return None
        lat, lon = rounded_wgs84(*place, datum)
        return round(lat, 7), round(lon, 7)

    return ask


def _made(geocoder: Callable[..., Any], settings: GeocoderSettings) -> Any:
    """Make geopy's geocoder with those settings that it knows.

    Raises
    ------
    ValueError
        When it needs a key and there is none, or has no domain to be set.
    """
    known = inspect.signature(geocoder).parameters
    arguments: dict[str, Any] = {"timeout": settings.timeout_s, "user_agent": settings.user_agent}
    for name in ("domain", "scheme"):
        if getattr(settings, name):
            if name not in known:
                raise ValueError(f"{name}: {getattr(settings, name)}")
            arguments[name] = getattr(settings, name)
    key_name = next((name for name in _KEYS if name in known), "")
    key = os.environ.get(KEY_VARIABLE, "")
    if key and key_name:
        arguments[key_name] = key
    elif key_name and known[key_name].default is inspect.Parameter.empty:
        raise ValueError(key_name)
    return geocoder(**arguments)


def _reason(error: BaseException) -> str:
    """Return what a service's library says, without the key that its addresses may hold."""
    key = os.environ.get(KEY_VARIABLE, "")
    text = str(error) or type(error).__name__
    return text.replace(key, "***") if key else text


# --- what was found before ------------------------------------------------------------------------------------------


def _read_cache(settings: GeocoderSettings, log: IssueLog) -> dict[str, tuple[float, float]]:
    """Return the places that this service found earlier, in WGS-84; a file that is none of ours is left unread."""
    if settings.cache is None or not settings.cache.exists():
        return {}
    try:
        places = _all_places(settings.cache).get(settings.name, {})
        return {address: _checked(place) for address, place in places.items()}
    except (OSError, ValueError, TypeError, RecursionError) as error:
        log.add("GEOCODE_CACHE", file=settings.cache.name, error=_words(error))
        return {}


def _all_places(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or document.get("format") != CACHE_FORMAT:
        raise ValueError(f"not {CACHE_FORMAT}")
    places = document.get("places")
    if not isinstance(places, dict) or not all(isinstance(found, dict) for found in places.values()):
        raise ValueError("places")
    return places


def _checked(place: object) -> tuple[float, float]:
    if not isinstance(place, list) or [type(degrees) for degrees in place] != [float, float]:
        raise ValueError(f"{place!r:.60}")
    checked = Place(*place)
    if not (abs(checked.lat) <= 90 and abs(checked.lon) <= 180):
        raise ValueError(f"{place!r:.60}")
    return checked.lat, checked.lon


def _write_cache(path: Path, settings: GeocoderSettings, found: dict[str, tuple[float, float]], log: IssueLog) -> None:
    """Write the file as a whole or not at all; places of other services stay in it."""
    try:
        others = _all_places(path)
    except (OSError, ValueError, TypeError, RecursionError):
        others = {}
    places = others | {settings.name: {address: list(place) for address, place in found.items()}}
    document = {"format": CACHE_FORMAT, "places": places}
    try:
        write_text(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n", path)
    except OSError as error:
        log.add("GEOCODE_CACHE_WRITE", file=path.name, error=_words(error))


def _words(error: BaseException) -> str:
    """Return what is wrong with a file of places, in a sentence of the catalogue where it is the machine."""
    if isinstance(error, OSError):
        return Phrase(system_words(error))
    if isinstance(error, json.JSONDecodeError):
        return Phrase(reader_words(error))
    return (str(error) or type(error).__name__).splitlines()[0]
