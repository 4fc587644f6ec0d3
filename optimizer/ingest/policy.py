"""Policies: named profiles in TOML, and a branch's own changes to them.

A profile states what differs from its `base`, or from the rule book's defaults. Keys name their units: `_min` minutes
in TOML (ISO 8601 durations under the bare name in JSON), `_cents`, `_cents_per_min`, `_pct`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from optimizer.domain.order import Difficulty, Urgency
from optimizer.domain.policy import Fairness, Floor, Pickup, Policy
from optimizer.errors import InputError
from optimizer.ingest.cells import choice, fault, parse_duration, parse_text, whole
from optimizer.ingest.decode import decode, read_text
from optimizer.ingest.issues import IssueLog, Phrase, nearest
from optimizer.ingest.times import iso_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from importlib.resources.abc import Traversable

UNLIMITED = "unlimited"
DEFAULT_PROFILE = "tomorrow"


@dataclass(frozen=True, slots=True)
class PolicyKey:
    """One key of a policy: the field it sets, how its value is read and how it is written."""

    field: str
    key: str
    parse: Callable[[object], Any]
    is_duration: bool = False

    def name(self, form: str) -> str:
        """Return the key's name in TOML or JSON."""
        return self.key.removesuffix("_min") if self.is_duration and form == "json" else self.key


def _limit(value: object) -> int | None:
    return None if value == UNLIMITED else parse_duration(value)


def _amount(value: object) -> int:
    if type(value) is not int:
        raise fault("CELL_TYPE", expected=Phrase("a whole number"))
    return whole(0)(value)


def _positive(value: object) -> int:
    if type(value) is not int:
        raise fault("CELL_TYPE", expected=Phrase("a whole number"))
    return whole(1)(value)


def _amounts(count: int) -> Callable[[object], tuple[int, ...]]:
    def parse(value: object) -> tuple[int, ...]:
        if not isinstance(value, list) or len(value) != count:
            raise fault("CELL_TYPE", expected=Phrase(f"an array of {count} whole numbers"))
        return tuple(_amount(item) for item in value)

    return parse


def _keys() -> tuple[PolicyKey, ...]:
    """Return every key but `name`, `base` and the floors, in the order of the domain's fields."""
    special: dict[str, tuple[str, Callable[[object], Any]]] = {
        "pickup": ("pickup", lambda value: Pickup(choice(*Pickup)(value))),
        "fairness": ("fairness", lambda value: Fairness(choice(*Fairness)(value))),
        "unassigned_cents": ("unassigned_cents", _amounts(5)),
        "unassigned_due_pct": ("unassigned_due_pct", _amounts(4)),
        "late_small_cents": ("late_small_cents_per_min", _amount),
        "late_large_cents": ("late_large_cents_per_min", _amount),
        "travel_cents": ("travel_cents_per_min", _amount),
        "overtime_cents": ("overtime_cents_per_min", _amount),
        "working_time_cents": ("working_time_cents_per_min", _amount),
        "contractor_minute_cents": ("contractor_cents_per_min", _amount),
        "load_divisor": ("load_divisor", _positive),
    }
    keys = []
    for field in (f.name for f in fields(Policy)):
        if field in ("name", *FLOORS):
            continue
        if field.endswith("_s"):
            parse = _limit if field == "max_lateness_s" else parse_duration
            keys.append(PolicyKey(field, field.removesuffix("_s") + "_min", parse, is_duration=True))
        else:
            key, parse_value = special.get(field, (field, _amount))
            keys.append(PolicyKey(field, key, parse_value))
    return tuple(keys)


#: The tables of least values, with the highest value that each may hold.
FLOORS = {"level_floor": 9, "priority_floor": 5}
POLICY_KEYS = _keys()


# --- named profiles -----------------------------------------------------------------------------------------------


def policy_folder() -> Traversable:
    """Return the folder of the named profiles: inside the installed package, else the repository's `data/policies`."""
    packaged = files("optimizer").joinpath("policies")
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "data" / "policies"


def policy_names() -> tuple[str, ...]:
    """Return the names of the profiles that ship with Paigong."""
    names = (entry.name for entry in policy_folder().iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


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


def decode_toml(text: str, log: IssueLog, *, file: str) -> dict[str, Any] | None:
    """Return the tables of a TOML text, or `None` after noting the fault."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        log.add("TOML_SYNTAX", file=file, error=str(error) or type(error).__name__)
        return None


def _profile(name: str, log: IssueLog, *, file: str, column: str) -> Policy | None:
    """Return the named profile, or `None` after noting that there is none or that its file has faults."""
    known = policy_names()
    if name not in known:
        near = nearest(name, known)
        log.add("POLICY_UNKNOWN", file=file, column=column, value=name, known=", ".join(known), near=near)
        return None
    source = IssueLog(form="toml", file=f"{name}.toml")
    text = decode(policy_folder().joinpath(f"{name}.toml").read_bytes(), source, file=source.file)
    entries = None if text is None else decode_toml(text, source, file=source.file)
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
) -> Policy | None:
    """Return the policy of a table of keys, or `None` after noting what is wrong with it.

    It starts from the profile `base`, else from the profile of its own `name`, else (`name` absent) from `default`;
    a table that states every key needs none.
    """
    form = "json" if log.form == "json" else "toml"
    reader = _Reader(log, form, file)
    base = reader.word(entries, "base")
    name = reader.word(entries, "name") or base or default
    is_whole = {key.name(form) for key in POLICY_KEYS} | FLOORS.keys() <= entries.keys()
    if base is not None and base != name:
        start = _profile(base, log, file=file, column="base")
    elif is_profile or (is_whole and base is None):
        start = Policy()
    else:
        start = _profile(name, log, file=file, column="name")
    changes = reader.changes(entries, start or Policy())
    return None if start is None else replace(start, name=name, **changes)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one table of keys and notes its faults."""

    log: IssueLog
    form: str
    file: str

    def word(self, entries: Mapping[str, Any], key: str) -> str | None:
        value = entries.get(key)
        if value is None or isinstance(value, str):
            return value
        self._note(key, value, fault("CELL_TYPE", expected=Phrase("text")))
        return None

    def changes(self, entries: Mapping[str, Any], start: Policy) -> dict[str, Any]:
        by_name = {key.name(self.form): key for key in POLICY_KEYS}
        changes: dict[str, Any] = {}
        for name, value in entries.items():
            if name in FLOORS:
                changes[name] = self._floor(name, value, getattr(start, name))
            elif name in by_name:
                key = by_name[name]
                try:
                    changes[key.field] = self._value(key, value)
                except PydanticCustomError as error:
                    self._note(name, value, error)
            elif name not in ("name", "base"):
                known = [*by_name, *FLOORS, "name", "base"]
                self._note(name, name, fault("POLICY_KEY", near=nearest(name, known)))
        return {field: value for field, value in changes.items() if value is not None or field == "max_lateness_s"}

    def _value(self, key: PolicyKey, value: object) -> Any:
        if key.is_duration and not (key.field == "max_lateness_s" and value == UNLIMITED):
            right = isinstance(value, str) if self.form == "json" else type(value) in (int, float)
            if not right or (self.form == "json" and "P" not in str(value)):
                expected = "a duration as text, e.g. PT45M" if self.form == "json" else "minutes as a number"
                raise fault("CELL_TYPE", expected=Phrase(expected))
        return key.parse(value)

    def _floor(self, name: str, value: object, start: Floor) -> Floor | None:
        """Return the table of least values; a sub-table that is given replaces the base's."""
        if not isinstance(value, dict):
            self._note(name, value, fault("CELL_TYPE", expected=Phrase("a table")))
            return None
        known: dict[str, tuple[str, ...]] = {"urgency": tuple(Urgency), "difficulty": tuple(Difficulty), "tier": ()}
        tables: dict[str, dict[str, int]] = {}
        for table, floors in value.items():
            place = f"{name}.{table}"
            if table not in known:
                self._note(place, table, fault("POLICY_KEY", near=nearest(table, known)))
            elif not isinstance(floors, dict):
                self._note(place, floors, fault("CELL_TYPE", expected=Phrase("a table")))
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
                self._note(f"{place}.{word}", word if error.type == "CHOICE" else value, error)
        return least

    def _note(self, key: str, value: object, error: PydanticCustomError) -> None:
        path = f"/policy/{key.replace('.', '/')}" if self.form == "json" else ""
        self.log.add(error.type, file=self.file, column=key, value=value, path=path, **(error.context or {}))


# --- writing ------------------------------------------------------------------------------------------------------


def policy_to_json(policy: Policy) -> dict[str, Any]:
    """Return every key of a policy in its JSON form, so that reading it back needs no profile."""
    entries: dict[str, Any] = {"name": policy.name}
    for key in POLICY_KEYS:
        value = getattr(policy, key.field)
        if key.is_duration:
            value = UNLIMITED if value is None else iso_duration(value)
        entries[key.name("json")] = list(value) if isinstance(value, tuple) else value
    for name in FLOORS:
        floor: Floor = getattr(policy, name)
        entries[name] = {
            table: dict(sorted(getattr(floor, table).items())) for table in ("urgency", "difficulty", "tier")
        }
    return entries
