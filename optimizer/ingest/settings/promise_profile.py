"""Promise profiles: `branch` and `centre`, and a branch's own changes in the table `[promise]` of its policy."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from optimizer.domain.promise import PromiseProfile
from optimizer.domain.region import DistanceUnit
from optimizer.domain.units import DAY_S, MINUTE_S
from optimizer.faults.issues import IssueLog, Phrase
from optimizer.ingest.cells.values import fault, parse_duration
from optimizer.ingest.settings.keys import (
    NAME,
    Table,
    duration,
    form_of,
    kind,
    location_of_key,
    metres,
    read_table,
    whole_number,
)
from optimizer.ingest.settings.profiles import find_profile, load_profile, profile_names

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "promises"
DEFAULT_PROMISE = "branch"
#: The word for a clock that a profile does not have.
OFF = "off"
#: No branch promises later; what counts days must come to an end.
MOST_DAYS = 366
MOST_CLOCK_S = 30 * DAY_S


def _clock_time(value: object) -> int:
    seconds = parse_duration(value)
    if seconds > MOST_CLOCK_S:
        raise fault("NUMBER_TOO_LARGE", limit=Phrase("30 days"))
    return seconds


_DAYS = kind(whole_number(1, MOST_DAYS))
_CLOCK = duration(parse=_clock_time)
_SPECIAL = {
    "name": NAME,
    "outside_m": metres(DistanceUnit.KM),
    "dispatch_s": duration(parse=_clock_time, none_word=OFF),
    "base": NAME,
}
PROMISE_TABLE = Table(
    {field.name: _CLOCK if field.name.endswith("_s") else _DAYS for field in fields(PromiseProfile)} | _SPECIAL,
    {"outside_m": "outside_km"},
    {"outside_mi": ("outside_m", metres(DistanceUnit.MILES))},
)


def promise_names() -> tuple[str, ...]:
    """Return the names of the promise profiles that ship with Paigong."""
    return profile_names(KIND)


def load_promise(name: str = DEFAULT_PROMISE) -> PromiseProfile:
    """Return a named promise profile.

    Raises
    ------
    InputError
        When there is no such profile, or it has a fault.
    """
    return load_profile(name, find_promise)


def find_promise(name: str, log: IssueLog, **location: Any) -> PromiseProfile | None:
    """Return the named promise profile, or `None` after noting at a location that there is none."""

    def resolve(entries: dict[str, Any], source: IssueLog) -> PromiseProfile | None:
        return resolve_promise(entries, source, file=source.file, start=PromiseProfile())

    profile = find_profile(KIND, name, log, resolve, **location)
    return None if profile is None else replace(profile, name=name)


def resolve_promise(
    entries: Mapping[str, Any], log: IssueLog, *, file: str, start: PromiseProfile
) -> PromiseProfile | None:
    """Return the profile of a table of keys, or `None` after noting what is wrong with it.

    It starts from the profile `base`, else from the profile of its own `name`, else from `start`; a table that states
    every key needs none.
    """
    changes = read_table(PROMISE_TABLE, entries, log, file=file, inside=["promise"])
    base, own_name = changes.pop("base", None), changes.pop("name", None)
    keys = PROMISE_TABLE.fields(form_of(log))
    named = base or ("" if keys.keys() - {"name", "base"} <= entries.keys() else own_name)
    found: PromiseProfile | None = start
    if named:
        found = find_promise(named, log, **location_of_key(log, ["promise", "base" if base else "name"], file))
    if found is None:
        return None
    profile = replace(found, name=own_name or found.name, **changes)
    if profile.running_late_from_s > profile.running_late_to_s:
        key = next(key for key, field in keys.items() if field == "running_late_to_s")
        latest = profile.running_late_to_s // MINUTE_S
        log.add("PROMISE_LATE_REVERSED", value=latest, **location_of_key(log, ["promise", key], file))
        return None
    return profile


def promise_to_json(profile: PromiseProfile) -> dict[str, Any]:
    """Return every key of a profile in its JSON form, so that reading it back needs no other."""
    return PROMISE_TABLE.write(profile)
