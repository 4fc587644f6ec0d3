"""Policies: named profiles in TOML, and a branch's own changes to them.

A profile states what differs from its `base`, or from the rule book's defaults. Keys name their units: `_min` minutes
in TOML (ISO 8601 durations under the bare name in JSON), `_cents`, `_cents_per_min`, `_pct`.
"""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from optimizer.domain.order import Difficulty, Urgency
from optimizer.domain.policy import BrokenLocks, Fairness, Floor, Pickup, Policy
from optimizer.errors import InputError
from optimizer.faults.decoding import read_text
from optimizer.faults.issues import IssueLog, Phrase, nearest
from optimizer.ingest.cells.values import choice, fault, parse_text, whole
from optimizer.ingest.cells.words import english_word
from optimizer.ingest.settings.profiles import (
    ProfileKey,
    TableReader,
    amount,
    decode_toml,
    duration_key,
    positive,
    profile_names,
    shipped_entries,
)
from optimizer.ingest.settings.promise_profile import promise_to_json, resolve_promise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.domain.promise import PromiseProfile

KIND = "policies"
UNLIMITED = "unlimited"
DEFAULT_PROFILE = "tomorrow"


def _amounts(count: int) -> Callable[[object], tuple[int, ...]]:
    def parse(value: object) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) != count:
            raise fault("CELL_TYPE", expected=Phrase(f"an array of {count} whole numbers"))
        return tuple(amount(item) for item in value)

    return parse


def _truth(value: object) -> bool:
    if type(value) is not bool:
        raise fault("CELL_TYPE", expected=Phrase("true or false"))
    return value


def _kinds(value: object) -> frozenset[str]:
    """Return kinds of orders, in English where their Chinese is known."""
    if not isinstance(value, list) or not all(isinstance(kind, str) for kind in value):
        raise fault("CELL_TYPE", expected=Phrase("an array of texts"))
    return frozenset(english_word(parse_text(kind)) for kind in value)


def _prices(value: object) -> dict[str, int]:
    """Return amounts by the ids of orders."""
    if not isinstance(value, dict):
        raise fault("CELL_TYPE", expected=Phrase("a table"))
    return {parse_text(order_id): amount(cents) for order_id, cents in value.items()}


def _sorted_prices(prices: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(prices.items()))


def _keys() -> tuple[ProfileKey, ...]:
    """Return every key but `name`, `base` and the tables, in the order of the domain's fields."""
    special: dict[str, tuple[str, Callable[[object], Any]]] = {
        "pickup": ("pickup", lambda value: Pickup(choice(*Pickup)(value))),
        "broken_locks": ("broken_locks", lambda value: BrokenLocks(choice(*BrokenLocks)(value))),
        "fairness": ("fairness", lambda value: Fairness(choice(*Fairness)(value))),
        "unassigned_cents": ("unassigned_cents", _amounts(5)),
        "unassigned_due_pct": ("unassigned_due_pct", _amounts(4)),
        "late_small_cents": ("late_small_cents_per_min", amount),
        "late_large_cents": ("late_large_cents_per_min", amount),
        "late_worst_cents": ("late_worst_cents_per_min", amount),
        "travel_cents": ("travel_cents_per_min", amount),
        "overtime_cents": ("overtime_cents_per_min", amount),
        "working_time_cents": ("working_time_cents_per_min", amount),
        "contractor_minute_cents": ("contractor_cents_per_min", amount),
        "load_divisor": ("load_divisor", positive),
        "reload": ("reload", _truth),
        "pair_kinds": ("pair_kinds", _kinds),
        "unassigned_by_order_cents": ("unassigned_by_order_cents", _prices),
    }
    written: dict[str, Callable[[Any], Any]] = {"pair_kinds": sorted, "unassigned_by_order_cents": _sorted_prices}
    keys = []
    for field in (f.name for f in fields(Policy)):
        if field in ("name", "promise", *FLOORS):
            continue
        if field.endswith("_s"):
            keys.append(duration_key(field, none_word=UNLIMITED if field == "max_lateness_s" else ""))
        else:
            key, parse_value = special.get(field, (field, amount))
            keys.append(ProfileKey(field, key, parse_value, write=written.get(field)))
    return tuple(keys)


#: The tables of least values, with the highest value that each may hold.
FLOORS = {"level_floor": 9, "priority_floor": 5}
POLICY_KEYS = _keys()
#: Keys that plans of earlier versions do not state.
_LATER_KEYS = {"reload", "broken_locks", "pair_kinds", "unassigned_by_order_cents"}


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
    log = IssueLog(form="toml", file=f"{name}.toml")
    policy = _profile(name, log, file=f"{name}.toml", column="")
    if policy is None:
        raise InputError(log.report())
    return policy


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


def _profile(name: str, log: IssueLog, *, file: str, column: str) -> Policy | None:
    """Return the named profile, or `None` after noting that there is none or that its file has faults."""
    known = policy_names()
    if name not in known:
        near = nearest(name, known)
        log.add("POLICY_UNKNOWN", file=file, column=column, value=name, known=", ".join(known), near=near)
        return None
    source = IssueLog(form="toml", file=f"{name}.toml")
    entries = shipped_entries(KIND, name, source)
    policy = None if entries is None else resolve_policy({**entries, "name": name}, source, is_profile=True)
    if source.has_errors:
        raise InputError(source.report())
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
) -> Policy | None:
    """Return the policy of a table of keys, or `None` after noting what is wrong with it.

    It starts from the profile `base`, else from the profile of its own `name`, else (`name` absent) from `default`;
    a table that states every key needs none. `promise` takes the place of that profile's promise.
    """
    form = "json" if log.form == "json" else "toml"
    reader = _PolicyReader(log, form, file)
    base = reader.word(entries, "base")
    name = reader.word(entries, "name") or base or default
    is_whole = {key.name(form) for key in POLICY_KEYS} - _LATER_KEYS | FLOORS.keys() <= entries.keys()
    if base is not None and base != name:
        start = _profile(base, log, file=file, column="base")
    elif is_profile or (is_whole and base is None):
        start = Policy()
    else:
        start = _profile(name, log, file=file, column="name")
    if start is not None and promise is not None:
        start = replace(start, promise=promise)
    changes = reader.changes(entries, start or Policy())
    return None if start is None else replace(start, name=name, **changes)


class _PolicyReader(TableReader):
    """Reads the table of a policy."""

    __slots__ = ()

    def changes(self, entries: Mapping[str, Any], start: Policy) -> dict[str, Any]:
        by_name = {key.name(self.form): key for key in POLICY_KEYS}
        changes: dict[str, Any] = {}
        for name, value in entries.items():
            if name in FLOORS:
                floor = self._floor(name, value, getattr(start, name))
                changes.update({} if floor is None else {name: floor})
            elif name == "promise":
                promise = self._promise(value, start.promise)
                changes.update({} if promise is None else {name: promise})
            elif name in by_name:
                found = self.read(by_name[name], value)
                changes.update([found] if found else [])
            elif name not in ("name", "base"):
                self.note_unknown(name, name, [*by_name, *FLOORS, "promise", "name", "base"])
        return changes

    def _promise(self, value: object, start: PromiseProfile) -> PromiseProfile | None:
        if not isinstance(value, dict):
            self.note("promise", value, fault("CELL_TYPE", expected=Phrase("a table")))
            return None
        return resolve_promise(value, self.log, file=self.file, start=start)

    def _floor(self, name: str, value: object, start: Floor) -> Floor | None:
        """Return the table of least values; a sub-table that is given replaces the base's."""
        if not isinstance(value, dict):
            self.note(name, value, fault("CELL_TYPE", expected=Phrase("a table")))
            return None
        known: dict[str, tuple[str, ...]] = {"urgency": tuple(Urgency), "difficulty": tuple(Difficulty), "tier": ()}
        tables: dict[str, dict[str, int]] = {}
        for table, floors in value.items():
            place = f"{name}.{table}"
            if table not in known:
                self.note_unknown(place, table, known)
            elif not isinstance(floors, dict):
                self.note(place, floors, fault("CELL_TYPE", expected=Phrase("a table")))
            else:
                tables[table] = self._floors(place, floors, known[table], FLOORS[name])
        return replace(start, **tables)

    def _floors(self, place: str, floors: dict[str, object], words: tuple[str, ...], high: int) -> dict[str, int]:
        least: dict[str, int] = {}
        for word, value in floors.items():
            try:
                parse_text(word)
                if words:
                    choice(*words)(word)
                if type(value) is not int:
                    raise fault("CELL_TYPE", expected=Phrase("a whole number"))
                least[word] = whole(0, high)(value)
            except PydanticCustomError as error:
                self.note(f"{place}.{word}", word if error.type == "CHOICE" else value, error)
        return least


# --- writing ------------------------------------------------------------------------------------------------------


def policy_to_json(policy: Policy) -> dict[str, Any]:
    """Return every key of a policy in its JSON form, so that reading it back needs no profile."""
    entries: dict[str, Any] = {"name": policy.name}
    entries |= {key.name("json"): key.to_json(getattr(policy, key.field)) for key in POLICY_KEYS}
    for name in FLOORS:
        floor: Floor = getattr(policy, name)
        entries[name] = {
            table: dict(sorted(getattr(floor, table).items())) for table in ("urgency", "difficulty", "tier")
        }
    entries["promise"] = promise_to_json(policy.promise)
    return entries
