"""Promise profiles: `branch` and `centre`, and a branch's own changes in the table `[promise]` of its policy."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from optimizer.domain.promise import PromiseProfile
from optimizer.domain.units import DAY_S, MINUTE_S
from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog, Phrase, nearest
from optimizer.ingest.cells.values import MAX_INT, fault, parse_duration, parse_number, whole
from optimizer.ingest.settings.profiles import (
    ProfileKey,
    TableReader,
    duration_key,
    profile_names,
    shipped_entries,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "promises"
DEFAULT_PROMISE = "branch"
#: The word for a clock that a profile does not have.
OFF = "off"
#: No branch promises later; what counts days must come to an end.
MOST_DAYS = 366
MOST_CLOCK_S = 30 * DAY_S


def _days(value: object) -> int:
    if type(value) is not int:
        raise fault("CELL_TYPE", expected=Phrase("a whole number"))
    return whole(1, MOST_DAYS)(value)


def _clock_time(value: object) -> int:
    seconds = parse_duration(value)
    if seconds > MOST_CLOCK_S:
        raise fault("NUMBER_TOO_LARGE", limit=Phrase("30 days"))
    return seconds


def _metres(value: object) -> int:
    if type(value) not in (int, float):
        raise fault("CELL_TYPE", expected=Phrase("kilometres as a number"))
    metres = round(parse_number(value) * 1000)
    if metres < 0:
        raise fault("NUMBER_TOO_SMALL", low=0)
    if metres > MAX_INT:
        raise fault("NUMBER_TOO_LARGE", limit=MAX_INT // 1000)
    return metres


def _kilometres(metres: int) -> int | float:
    return metres / 1000 if metres % 1000 else metres // 1000


def _keys() -> tuple[ProfileKey, ...]:
    """Return every key but `name` and `base`, in the order of the domain's fields."""
    special = {
        "dispatch_s": duration_key("dispatch_s", parse=_clock_time, none_word=OFF),
        "outside_m": ProfileKey("outside_m", "outside_km", _metres, write=_kilometres),
    }
    names = [field.name for field in fields(PromiseProfile) if field.name != "name"]
    usual = {
        name: duration_key(name, parse=_clock_time) if name.endswith("_s") else ProfileKey(name, name, _days)
        for name in names
    }
    return tuple({**usual, **special}.values())


PROMISE_KEYS = _keys()


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
    log = IssueLog(form="toml", file=f"{name}.toml")
    profile = find_promise(name, log, file=f"{name}.toml", column="")
    if profile is None:
        raise InputError(log.report())
    return profile


def find_promise(name: str, log: IssueLog, *, file: str, column: str, path: str = "") -> PromiseProfile | None:
    """Return the named promise profile, or `None` after noting that there is none."""
    known = promise_names()
    if name not in known:
        near = nearest(name, known)
        log.add("PROMISE_UNKNOWN", file=file, column=column, path=path, value=name, known=", ".join(known), near=near)
        return None
    source = IssueLog(form="toml", file=f"{name}.toml")
    entries = shipped_entries(KIND, name, source)
    profile = None if entries is None else resolve_promise(entries, source, file=source.file, start=PromiseProfile())
    if source.has_errors or profile is None:
        raise InputError(source.report())
    return replace(profile, name=name)


def resolve_promise(
    entries: Mapping[str, Any], log: IssueLog, *, file: str, start: PromiseProfile
) -> PromiseProfile | None:
    """Return the profile of a table of keys, or `None` after noting what is wrong with it.

    It starts from the profile `base`, else from the profile of its own `name`, else from `start`; a table that states
    every key needs none.
    """
    reader = TableReader(log, "json" if log.form == "json" else "toml", file, "promise")
    base, own_name = reader.word(entries, "base"), reader.word(entries, "name")
    is_whole = {key.name(reader.form) for key in PROMISE_KEYS} <= entries.keys()
    named = base or ("" if is_whole else own_name)
    found: PromiseProfile | None = start
    if named:
        column = "promise.base" if base else "promise.name"
        path = f"/policy/{column.replace('.', '/')}" if reader.form == "json" else ""
        found = find_promise(named, log, file=file, column=column, path=path)
    changes = _changes(entries, reader)
    if found is None:
        return None
    profile = replace(found, name=own_name or found.name, **changes)
    if profile.running_late_from_s > profile.running_late_to_s:
        key = next(key for key in PROMISE_KEYS if key.field == "running_late_to_s")
        reader.note(key.name(reader.form), profile.running_late_to_s // MINUTE_S, fault("PROMISE_LATE_REVERSED"))
        return None
    return profile


def _changes(entries: Mapping[str, Any], reader: TableReader) -> dict[str, Any]:
    by_name = {key.name(reader.form): key for key in PROMISE_KEYS}
    changes: dict[str, Any] = {}
    for name, value in entries.items():
        if name in by_name:
            found = reader.read(by_name[name], value)
            changes.update([found] if found else [])
        elif name not in ("name", "base"):
            reader.note_unknown(name, name, [*by_name, "name", "base"])
    return changes


def promise_to_json(profile: PromiseProfile) -> dict[str, Any]:
    """Return every key of a profile in its JSON form, so that reading it back needs no other."""
    values = {key.name("json"): key.to_json(getattr(profile, key.field)) for key in PROMISE_KEYS}
    return {"name": profile.name, **values}
