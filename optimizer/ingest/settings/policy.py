"""Policies: named profiles in TOML, and a branch's own changes to them.

A profile states what differs from its `base`, or from the rule book's defaults.
"""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.domain.order import CustomerKind, Difficulty, PlaceKind, Urgency
from optimizer.domain.policy import BrokenLocks, ContractorPay, Fairness, Floor, Pickup, Policy
from optimizer.domain.region import DistanceUnit
from optimizer.errors import InputError
from optimizer.faults.decoding import read_text
from optimizer.faults.issues import IssueLog, Phrase
from optimizer.ingest.cells.dates_and_times import iso_duration
from optimizer.ingest.cells.values import choice, fault, parse_text
from optimizer.ingest.cells.words import english_word
from optimizer.ingest.settings.keys import (
    NAME,
    Kind,
    Table,
    as_table,
    duration,
    form_of,
    kind,
    location_of_key,
    mapping,
    metres,
    read_table,
    whole_number,
)
from optimizer.ingest.settings.profiles import decode_toml, find_profile, load_profile, profile_names
from optimizer.ingest.settings.promise_profile import promise_to_json, resolve_promise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

    from optimizer.domain.promise import PromiseProfile

KIND = "policies"
UNLIMITED = "unlimited"
#: The word for no floor at all.
OFF = "off"
DEFAULT_PROFILE = "tomorrow"


def _amounts(count: int) -> Kind:
    def parse(value: object) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) != count:
            raise fault("CELL_TYPE", expected=Phrase(f"an array of {count} whole numbers"))
        return tuple(amount(item) for item in value)

    return kind(parse)


def _truth(value: object) -> bool:
    if type(value) is not bool:
        raise fault("CELL_TYPE", expected=Phrase("true or false"))
    return value


def _kinds(value: object) -> frozenset[str]:
    """Return kinds of orders, in English where their Chinese is known."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise fault("CELL_TYPE", expected=Phrase("an array of texts"))
    return frozenset(english_word(parse_text(one)) for one in value)


def _minutes_by_place() -> Kind:
    """Return the kind of a table of times by kinds of places, in English where their Chinese is known."""

    def known(word: str) -> str:
        return choice(*PlaceKind)(english_word(parse_text(word)))

    def write(table: Mapping[str, int]) -> dict[str, str]:
        return {word: iso_duration(seconds) for word, seconds in sorted(table.items())}

    return mapping(known, duration(), write)


def _told_width() -> Kind:
    """Return the kind of the widths of told windows: by kind of customer, one for all, or the word for none."""
    minutes = duration()
    table = mapping(lambda word: choice(*CustomerKind)(english_word(parse_text(word))), minutes)

    def read(value: object, form: str) -> dict[str, int]:
        if value == OFF:
            return {}
        if isinstance(value, dict):
            widths: dict[str, int] = table.read(value, form)
            return widths
        return dict.fromkeys(CustomerKind, minutes.read(value, form))

    def write(widths: Mapping[str, int]) -> dict[str, str] | str:
        return {kind.value: iso_duration(widths[kind]) for kind in CustomerKind} if widths else OFF

    return Kind(read, write)


def _prices(parse_key: Callable[[str], str] = parse_text) -> Kind:
    """Return the kind of a table of amounts by the ids of orders, or by other words of the branch."""
    return mapping(parse_key, kind(amount), lambda table: dict(sorted(table.items())))


def _map_link(value: object) -> str:
    """Return a link with places for the coordinates; nothing that could run."""
    text = parse_text(value) if isinstance(value, str) else ""
    if not (text.startswith(("geo:", "https://", "http://")) and "{lat}" in text and "{lon}" in text):
        raise fault("CELL_TYPE", expected=Phrase("a link (geo:, https:) with lat and lon in curly braces"))
    return text


def _word_of(words: type[StrEnum]) -> Kind:
    return kind(lambda value: words(choice(*words)(value)))


def _floor(high: int) -> Kind:
    """Return the kind of a table of least values, none above `high`."""

    def least(*words: str) -> Kind:
        def known(word: str) -> str:
            parse_text(word)
            if words:
                choice(*words)(word)
            return word

        return mapping(known, kind(whole_number(0, high)))

    def write(floor: Floor) -> dict[str, dict[str, int]]:
        return {table: dict(sorted(getattr(floor, table).items())) for table in tables}

    tables = {"urgency": least(*Urgency), "difficulty": least(*Difficulty), "tier": least()}
    return Kind(Table(tables).read, write)


amount = whole_number(0)
_AMOUNT = kind(amount)
_SPECIAL = {
    "name": NAME,
    "lead_to_leave_s": duration(none_word=OFF),
    "max_lateness_s": duration(none_word=UNLIMITED),
    "unreached_way_s": duration(none_word=UNLIMITED),
    "pickup": _word_of(Pickup),
    "broken_locks": _word_of(BrokenLocks),
    "fairness": _word_of(Fairness),
    "access_s": _minutes_by_place(),
    "told_width_s": _told_width(),
    "unassigned_cents": _amounts(5),
    "unassigned_due_pct": _amounts(4),
    "load_divisor": kind(whole_number(1)),
    "reload": kind(_truth),
    "pair_kinds": kind(_kinds, sorted),
    "pause_kinds": kind(_kinds, sorted),
    "unassigned_by_order_cents": _prices(),
    "waiting_tier_cents": _prices(),
    "contractor_pay": _word_of(ContractorPay),
    "contractor_kind_cents": _prices(english_word),
    "contractor_radius_m": metres(DistanceUnit.KM),
    "reserve_pct": kind(whole_number(0, 100)),
    "level_floor": _floor(9),
    "priority_floor": _floor(5),
    "map_link": kind(_map_link),
    "promise": kind(as_table, promise_to_json),
    "base": NAME,
}
#: They are written below the single keys.
_TABLES = ("level_floor", "priority_floor", "promise")
_PER_MINUTE = (
    "late_small",
    "late_large",
    "late_worst",
    "travel",
    "overtime",
    "working_time",
    "exception_travel",
    "exception_overtime",
    "reserve",
)
POLICY_TABLE = Table(
    {f.name: duration() if f.name.endswith("_s") else _AMOUNT for f in fields(Policy) if f.name not in _TABLES}
    | _SPECIAL,
    {f"{name}_cents": f"{name}_cents_per_min" for name in _PER_MINUTE}
    | {
        "contractor_minute_cents": "contractor_cents_per_min",
        "contractor_km_cents": "contractor_cents_per_km",
        "contractor_mile_cents": "contractor_cents_per_mi",
        "contractor_radius_m": "contractor_radius_km",
    },
    {"contractor_radius_mi": ("contractor_radius_m", metres(DistanceUnit.MILES))},
)
#: Keys that a whole policy need not state: plans of earlier versions do not.
_NOT_NEEDED = {
    "name",
    "base",
    "promise",
    "reload",
    "broken_locks",
    "pair_kinds",
    "pause_kinds",
    "pause_over",
    "pause_leave",
    "unassigned_by_order_cents",
    "broken_promise_cents",
    "waiting_cents",
    "waiting_tier_cents",
    "unreached_way",
    "access",
    "told_width",
    "told_grid",
    "repeat_days",
    "lead_to_leave",
    "lead_on_road",
    "lead_with_parts",
    "lead_emergency",
    "pick",
    "exception_travel",
    "exception_overtime",
    "exception_told",
    "exception_visits",
    "exception_areas",
    "exception_travel_cents_per_min",
    "exception_overtime_cents_per_min",
    "exception_told_cents",
    "exception_visit_cents",
    "exception_area_cents",
    "contractor_pay",
    "contractor_order_cents",
    "contractor_kind_cents",
    "contractor_radius_km",
    "contractor_cents_per_km",
    "contractor_cents_per_mi",
    "reserve_pct",
    "reserve_cents_per_min",
    "map_link",
    "rest",
    "rest_after_night",
    "night_from",
    "call",
}


# --- named profiles -----------------------------------------------------------------------------------------------


def policy_names() -> tuple[str, ...]:
    """Return the names of the profiles that ship with Paigong."""
    return profile_names(KIND)


def load_policy(name: str = DEFAULT_PROFILE) -> Policy:
    """Return a named profile.

    Raises
    ------
    InputError
        When there is no such profile, or it has a fault.
    """
    return load_profile(name, find_policy)


def find_policy(name: str, log: IssueLog, **location: Any) -> Policy | None:
    """Return a named profile, or `None` after noting at a location that there is none."""

    def resolve(entries: dict[str, Any], source: IssueLog) -> Policy | None:
        return resolve_policy({**entries, "name": name}, source, is_profile=True)

    return find_profile(KIND, name, log, resolve, **location)


def read_policy(path: str | Path) -> Policy:
    """Return the policy of a TOML file, which may name a profile and change keys of it.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    path = Path(path)
    log = IssueLog(form="toml", file=path.name)
    text = read_text(path, log)
    entries = None if text is None else decode_toml(text, log, file=path.name)
    policy = None if entries is None else resolve_policy(entries, log, file=path.name)
    if policy is None or log.has_errors:
        raise InputError(log.report())
    return policy


# --- reading ------------------------------------------------------------------------------------------------------


def resolve_policy(
    entries: Mapping[str, Any],
    log: IssueLog,
    *,
    file: str = "",
    default: str = DEFAULT_PROFILE,
    is_profile: bool = False,
    promise: PromiseProfile | None = None,
    over: Policy | None = None,
) -> Policy | None:
    """Return the policy of a table of keys, or `None` after noting what is wrong with it.

    It starts from the profile `base`, else from the profile of its own `name`, else (`name` absent) from `default`;
    a table that states every key needs none. `promise` takes the place of that profile's promise. With a policy `over`
    which the keys are laid, nothing else is started from.
    """
    changes = read_table(POLICY_TABLE, entries, log, file=file)
    base = changes.pop("base", None)
    name = changes.pop("name", None) or base or (default if over is None else over.name)
    _take_one_unit(changes, entries, log, file)
    is_whole = POLICY_TABLE.fields(form_of(log)).keys() - _NOT_NEEDED <= entries.keys()
    start: Policy | None
    if over is not None and base is None:
        start = over
    elif base is not None and base != name:
        start = find_policy(base, log, file=file, column="base")
    elif is_profile or (is_whole and base is None):
        start = Policy()
    else:
        start = find_policy(name, log, file=file, column="name")
    if start is not None and promise is not None:
        start = replace(start, promise=promise)
    for field in _TABLES[:2]:
        if field in changes:
            # A sub-table that is given replaces the base's.
            changes[field] = replace(getattr(start or Policy(), field), **changes[field])
    changes.update(_told_widths(changes, start or Policy(), is_whole=is_whole))
    if "promise" in changes:
        found = resolve_promise(changes.pop("promise"), log, file=file, start=(start or Policy()).promise)
        changes.update({} if found is None else {"promise": found})
    return None if start is None else replace(start, name=name, **changes)


def _told_widths(changes: Mapping[str, Any], start: Policy, *, is_whole: bool) -> dict[str, Any]:
    """Return how wide told windows are where a table of keys says so, the kinds that it leaves out as before.

    The key of before there was a grid, half a width for everybody, is read as twice as much; a table that states every
    key of then says nothing by what was its default.
    """
    if changes.get("told_width_s"):
        return {"told_width_s": {**start.told_width_s, **changes["told_width_s"]}}
    if is_whole and changes.get("told_half_width_s") == Policy().told_half_width_s:
        return {}
    if "told_half_width_s" in changes and "told_width_s" not in changes:
        return {"told_width_s": dict.fromkeys(CustomerKind, 2 * changes["told_half_width_s"])}
    return {}


def _take_one_unit(changes: dict[str, Any], entries: Mapping[str, Any], log: IssueLog, file: str) -> None:
    """Let a price per mile take the place of that per kilometre, and note both; `changes` is changed."""
    by_km, by_mile = "contractor_km_cents", "contractor_mile_cents"
    if changes.get(by_km) and changes.get(by_mile):
        key, other = "contractor_cents_per_mi", "contractor_cents_per_km"
        log.add("UNIT_TWICE", value=entries[key], other=other, **location_of_key(log, [key], file))
    elif by_km in changes or by_mile in changes:
        changes.setdefault(by_km, 0)
        changes.setdefault(by_mile, 0)


def later_keys() -> dict[str, Any]:
    """Return the keys that policies of earlier versions do not state, in JSON, with what is meant without them."""
    meant = policy_to_json(Policy())
    return {key: meant[key] for key in _NOT_NEEDED - {"name"} if key in meant}


def policy_to_json(policy: Policy) -> dict[str, Any]:
    """Return every key of a policy in its JSON form, so that reading it back needs no profile."""
    return POLICY_TABLE.write(policy)
