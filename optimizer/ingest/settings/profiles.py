"""Named profiles: TOML files that ship with Paigong."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from optimizer.errors import InputError
from optimizer.faults.decoding import decode_text
from optimizer.faults.issues import IssueLog, Phrase, nearest
from optimizer.text.machine_errors import TOO_DEEP, place_in, reader_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.resources.abc import Traversable


T = TypeVar("T")
_UNKNOWN = {"policies": "POLICY_UNKNOWN", "promises": "PROMISE_UNKNOWN"}


def profile_folder(kind: str) -> Traversable:
    """Return the folder of the named profiles of a kind: inside the installed package, else the repository's `data`."""
    packaged = files("optimizer").joinpath(kind)
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "data" / kind


def profile_names(kind: str) -> tuple[str, ...]:
    """Return the names of the profiles of a kind that ship with Paigong."""
    names = (entry.name for entry in profile_folder(kind).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load_profile(name: str, find: Callable[[str, IssueLog], T | None]) -> T:
    """Return the profile of a name, as `find` finds it or notes why there is none.

    Raises
    ------
    InputError
        When there is no such profile, or it has a fault.
    """
    log = IssueLog(form="toml", file=f"{name}.toml")
    profile = find(name, log)
    if profile is None:
        raise InputError(log.report())
    return profile


def find_profile(
    kind: str, name: str, log: IssueLog, resolve: Callable[[dict[str, Any], IssueLog], T | None], **location: Any
) -> T | None:
    """Return a profile that ships with Paigong, or `None` after noting at a location that there is none of this name.

    Raises
    ------
    InputError
        When its file has faults.
    """
    known = profile_names(kind)
    if name not in known:
        log.add(_UNKNOWN[kind], value=name, known=", ".join(known), near=nearest(name, known), **location)
        return None
    source = IssueLog(form="toml", file=f"{name}.toml")
    text = decode_text(profile_folder(kind).joinpath(source.file).read_bytes(), source, file=source.file)
    entries = None if text is None else decode_toml(text, source, file=source.file)
    profile = None if entries is None else resolve(entries, source)
    if source.has_errors or profile is None:
        raise InputError(source.report())
    return profile


def decode_toml(text: str, log: IssueLog, *, file: str) -> dict[str, Any] | None:
    """Return the tables of a TOML text, or `None` after noting the fault."""
    try:
        return tomllib.loads(text)
    except ValueError as error:  # `TOMLDecodeError` is one
        (line, position), words = place_in(text, error), reader_words(error)
    except RecursionError:
        (line, position), words = (1, 1), TOO_DEEP
    log.add("TOML_SYNTAX", file=file, error=Phrase(words), line=line, position=position)
    return None
