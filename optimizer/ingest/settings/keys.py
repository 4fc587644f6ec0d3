"""Keys of settings: a table says how each of its keys is read and written; a fault is noted by the key's full name.

Keys name their units: `_min` minutes in TOML (ISO 8601 durations under the bare name in JSON), `_cents`,
`_cents_per_min`, `_pct`, `_km`, `_mi`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from optimizer.domain.region import DistanceUnit
from optimizer.faults.issues import IssueLog, Phrase, nearest
from optimizer.ingest.cells.dates_and_times import iso_duration
from optimizer.ingest.cells.values import MAX_INT, CellFault, fault, parse_duration, parse_number, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def _as_json(value: Any) -> Any:
    """Return a value that JSON knows for one that it does not."""
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, Enum) else value


@dataclass(frozen=True, slots=True)
class Kind:
    """What a key holds.

    Parameters
    ----------
    read
        Takes what is written and the form in which, `toml` or `json`; raises `CellFault` or `KeyFaults`.
    write
        Returns a value as JSON knows it.
    """

    read: Callable[[object, str], Any]
    write: Callable[[Any], Any] = _as_json


@dataclass(frozen=True, slots=True)
class KeyFault:
    """What is wrong with a key, by the names of the tables that it is in and its own, the outermost first."""

    names: tuple[str, ...]
    code: str
    value: object
    details: Mapping[str, Any]


class KeyFaults(Exception):
    """The faults inside a table, with what is right in it."""

    def __init__(self, faults: Sequence[KeyFault], right: Mapping[str, Any]) -> None:
        super().__init__(*faults)
        self.faults = faults
        self.right = right


def kind(parse: Callable[[object], Any], write: Callable[[Any], Any] = _as_json) -> Kind:
    """Return the kind of what is read alike in both forms."""
    return Kind(lambda value, _form: parse(value), write)


def duration(*, parse: Callable[[object], int] = parse_duration, none_word: str = "") -> Kind:
    """Return the kind of a field in seconds; `none_word` stands for `None`, when there is such a value."""

    def read(value: object, form: str) -> int | None:
        if none_word and value == none_word:
            return None
        is_json = form == "json"
        if not (isinstance(value, str) and "P" in value if is_json else type(value) in (int, float)):
            expected = "a duration as text, e.g. PT45M" if is_json else "minutes as a number"
            raise fault("CELL_TYPE", expected=Phrase(expected))
        return parse(value)

    def write(seconds: int | None) -> str:
        return none_word if seconds is None else iso_duration(seconds)

    return Kind(read, write)


def whole_number(low: int, high: int = MAX_INT) -> Callable[[object], int]:
    """Return the parser of a number that is written as a whole one."""

    def parse(value: object) -> int:
        if type(value) is not int:
            raise fault("CELL_TYPE", expected=Phrase("a whole number"))
        return whole(low, high)(value)

    return parse


def metres(unit: DistanceUnit) -> Kind:
    """Return the kind of a distance, written in a unit and read as whole metres; in JSON it is kilometres."""
    expected = "miles as a number" if unit is DistanceUnit.MILES else "kilometres as a number"

    def read(value: object) -> int:
        if type(value) not in (int, float):
            raise fault("CELL_TYPE", expected=Phrase(expected))
        amount = round(parse_number(value) * unit.metres)
        if amount < 0:
            raise fault("NUMBER_TOO_SMALL", low=0)
        if amount > MAX_INT:
            raise fault("NUMBER_TOO_LARGE", limit=int(MAX_INT / unit.metres))
        return amount

    return kind(read, lambda amount: amount / 1000 if amount % 1000 else amount // 1000)


def _text(value: object) -> str | None:
    if not isinstance(value, str | None):
        raise fault("CELL_TYPE", expected=Phrase("text"))
    return value


NAME = kind(_text)


def mapping(parse_key: Callable[[str], str], kind: Kind, write: Callable[[Any], Any] = _as_json) -> Kind:
    """Return the kind of a table of keys that are the branch's own words, each with a value of one kind."""

    def read(value: object, form: str) -> dict[str, Any]:
        right, faults = {}, []
        for key, held in as_table(value).items():
            wrong: object = key
            try:
                name = parse_key(key)
                wrong = held
                right[name] = kind.read(held, form)
            except CellFault as error:
                faults.append(KeyFault((key,), error.code, wrong, error.details))
        if faults:
            raise KeyFaults(faults, right)
        return right

    return Kind(read, write)


def as_table(value: object) -> dict[str, Any]:
    """Return a table as it is."""
    if not isinstance(value, dict):
        raise fault("CELL_TYPE", expected=Phrase("a table"))
    return value


@dataclass(frozen=True, slots=True)
class Table:
    """The keys of a table; one that is not written changes nothing.

    Parameters
    ----------
    kinds
        What each field of the domain holds, in the order of writing.
    keys
        The key of a field where it is another than the field's name; fields in seconds are named by rule.
    twins
        Keys that say the same as a field's own in another unit: the field, and what they hold. They are only read.
    """

    kinds: Mapping[str, Kind]
    keys: Mapping[str, str] = field(default_factory=dict)
    twins: Mapping[str, tuple[str, Kind]] = field(default_factory=dict)

    def fields(self, form: str) -> dict[str, str]:
        """Return the fields by the keys that are written."""
        return {self._key_of(name, form): name for name in self.kinds}

    def _readable(self, form: str) -> dict[str, tuple[str, Kind]]:
        """Return what may be written: each key with its field and what it holds, twins last."""
        return {key: (name, self.kinds[name]) for key, name in self.fields(form).items()} | dict(self.twins)

    def _key_of(self, name: str, form: str) -> str:
        if name.endswith("_s"):
            return name.removesuffix("_s") + ("_min" if form == "toml" else "")
        return self.keys.get(name, name)

    def read(self, value: object, form: str) -> dict[str, Any]:
        """Return what is written, by field.

        Raises
        ------
        KeyFaults
            With every fault, in the order of the fields and then of the unknown keys.
        """
        entries, known = as_table(value), self._readable(form)
        right: dict[str, Any] = {}
        faults: list[KeyFault] = []
        for key, (name, held) in known.items():
            if key not in entries:
                continue
            if name in right:
                faults.append(KeyFault((key,), "UNIT_TWICE", entries[key], {"other": self._key_of(name, form)}))
                continue
            try:
                right[name] = held.read(entries[key], form)
            except CellFault as error:
                faults.append(KeyFault((key,), error.code, entries[key], error.details))
            except KeyFaults as inner:
                right[name] = inner.right
                faults += [replace(one, names=(key, *one.names)) for one in inner.faults]
        unknown = (key for key in entries if key not in known)
        faults += [KeyFault((key,), "POLICY_KEY", key, {"near": nearest(key, known)}) for key in unknown]
        if faults:
            raise KeyFaults(faults, right)
        return right

    def write(self, values: object) -> dict[str, Any]:
        """Return every key in its JSON form, so that reading it back needs no other."""
        return {
            key: self.kinds[name].write(getattr(values, name))
            for key, name in self.fields("json").items()
            if name != "base"
        }


def read_table(
    table: Table, entries: Mapping[str, Any], log: IssueLog, *, file: str, inside: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what is rightly written in a table, by field, after noting what is wrong.

    Parameters
    ----------
    inside
        Names of the tables that the table is in, its own the last; none for the policy itself.
    """
    try:
        return table.read(entries, form_of(log))
    except KeyFaults as found:
        for one in found.faults:
            location = location_of_key(log, [*inside, *one.names], file)
            log.add(one.code, value=one.value, **location, **one.details)
        return dict(found.right)


def form_of(log: IssueLog) -> str:
    """Return the form in which the keys of an input are written."""
    return "json" if log.form == "json" else "toml"


def location_of_key(log: IssueLog, names: Sequence[str], file: str) -> dict[str, Any]:
    """Return where a key stands, by the names of the tables that it is in and its own."""
    column = ".".join(names)
    return {"file": file, "column": column, "path": f"/policy/{column.replace('.', '/')}" if log.form == "json" else ""}
