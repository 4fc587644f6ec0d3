"""Named profiles: TOML files that ship with Paigong, and how the keys of such a table are read and written."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from optimizer.faults.decoding import decode_text
from optimizer.faults.issues import Phrase, nearest
from optimizer.ingest.cells.dates_and_times import iso_duration
from optimizer.ingest.cells.values import fault, parse_duration, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from importlib.resources.abc import Traversable

    from optimizer.faults.issues import IssueLog


@dataclass(frozen=True, slots=True)
class ProfileKey:
    """One key of a profile: the field it sets, how its value is read and how it is written.

    Parameters
    ----------
    is_duration
        Minutes under `..._min` in TOML, an ISO 8601 duration under the bare name in JSON.
    none_word
        The word that stands for `None`; empty when there is no such value.
    write
        Turns the field's value into the form in which `parse` reads it.
    """

    field: str
    key: str
    parse: Callable[[object], Any]
    is_duration: bool = False
    none_word: str = ""
    write: Callable[[Any], Any] | None = None

    def name(self, form: str) -> str:
        """Return the key's name in TOML or JSON."""
        return self.key.removesuffix("_min") if self.is_duration and form == "json" else self.key

    def read(self, value: object, form: str) -> Any:
        """Return the field's value, or raise what is wrong with the one that is written."""
        if self.none_word and value == self.none_word:
            return None
        if self.is_duration:
            right = isinstance(value, str) if form == "json" else type(value) in (int, float)
            if not right or (form == "json" and "P" not in str(value)):
                expected = "a duration as text, e.g. PT45M" if form == "json" else "minutes as a number"
                raise fault("CELL_TYPE", expected=Phrase(expected))
        return self.parse(value)

    def to_json(self, value: Any) -> Any:
        """Return the field's value as JSON has it."""
        if value is None:
            return self.none_word
        if self.is_duration:
            return iso_duration(value)
        if self.write is not None:
            return self.write(value)
        return list(value) if isinstance(value, tuple) else value


def duration_key(field: str, *, parse: Callable[[object], int] = parse_duration, none_word: str = "") -> ProfileKey:
    """Return the key of a field in seconds: `morning_s` is `morning_min`."""
    return ProfileKey(field, field.removesuffix("_s") + "_min", parse, is_duration=True, none_word=none_word)


def amount(value: object) -> int:
    """Return a whole number of 0 or more."""
    return _whole(value, 0)


def positive(value: object) -> int:
    """Return a whole number of 1 or more."""
    return _whole(value, 1)


def _whole(value: object, low: int) -> int:
    if type(value) is not int:
        raise fault("CELL_TYPE", expected=Phrase("a whole number"))
    return whole(low)(value)


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads one table of keys and notes its faults.

    Parameters
    ----------
    table
        The name of a table inside the policy; empty for the policy itself.
    """

    log: IssueLog
    form: str
    file: str
    table: str = ""

    def word(self, entries: Mapping[str, Any], key: str) -> str | None:
        """Return the text under a key, or `None` when there is none or it is no text (which is noted)."""
        value = entries.get(key)
        if value is None or isinstance(value, str):
            return value
        self.note(key, value, fault("CELL_TYPE", expected=Phrase("text")))
        return None

    def read(self, key: ProfileKey, value: object) -> tuple[str, Any] | None:
        """Return the field and the value of a key, or `None` after noting what is wrong."""
        try:
            return key.field, key.read(value, self.form)
        except PydanticCustomError as error:
            self.note(key.name(self.form), value, error)
            return None

    def note(self, key: str, value: object, error: PydanticCustomError) -> None:
        """Note a fault by the key's full name."""
        full = f"{self.table}.{key}" if self.table else key
        path = f"/policy/{full.replace('.', '/')}" if self.form == "json" else ""
        self.log.add(error.type, file=self.file, column=full, value=value, path=path, **(error.context or {}))

    def note_unknown(self, place: str, key: str, known: Iterable[str]) -> None:
        """Note that there is no such key."""
        self.note(place, key, fault("POLICY_KEY", near=nearest(key, known)))


def profile_folder(kind: str) -> Traversable:
    """Return the folder of the named profiles of a kind: inside the installed package, else the repository's `data`."""
    packaged = files("optimizer").joinpath(kind)
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "data" / kind


def profile_names(kind: str) -> tuple[str, ...]:
    """Return the names of the profiles of a kind that ship with Paigong."""
    names = (entry.name for entry in profile_folder(kind).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def shipped_entries(kind: str, name: str, log: IssueLog) -> dict[str, Any] | None:
    """Return the entries of a named profile that ships with Paigong, or `None` after noting what is wrong with it."""
    text = decode_text(profile_folder(kind).joinpath(f"{name}.toml").read_bytes(), log, file=log.file)
    return None if text is None else decode_toml(text, log, file=log.file)


def decode_toml(text: str, log: IssueLog, *, file: str) -> dict[str, Any] | None:
    """Return the tables of a TOML text, or `None` after noting the fault."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        log.add("TOML_SYNTAX", file=file, error=str(error) or type(error).__name__)
        return None
