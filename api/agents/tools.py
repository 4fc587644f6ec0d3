"""Which commands agents may call, and how: a row of a table for each.

A tool is a command of the command line with some of its options. Its words and the kinds of its arguments are those of
the command, so that a tool can neither do nor say anything that the command does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer.main

from optimizer.faults.spelling import maybe_meant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.text.catalogue import Translate

#: A call may take so long, in seconds; the time of a search and `STARTING_S` come on top of it.
LIMIT_S = 120.0
#: What comes on top where there is a search: the kernels may have to be compiled first.
STARTING_S = 240.0
#: How a moment is written.
MOMENT = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$"
#: The argument that is a search's time.
SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Offer:
    """What of a command is offered.

    Parameters
    ----------
    takes
        The arguments and options that may be given, by their names in Python.
    answers
        Exit codes that are an answer; any other is told as an error.
    writes
        Whether it writes files.
    """

    takes: tuple[str, ...]
    answers: frozenset[int] = frozenset({0})
    writes: bool = False


#: A command that joins has a row here, and nothing else to do.
OFFERS: Mapping[str, Offer] = {
    "check": Offer(("branch", "stage", "as_of", "days", "datum")),
    "plan": Offer(
        ("branch", "out", "seconds", "days", "stage", "as_of", "seed", "broken_locks", "skip_bad", "datum"), writes=True
    ),
    # That a plan breaks rules is what is asked.
    "judge": Offer(("plan_file", "branch", "as_of"), answers=frozenset({0, 1})),
    "explain": Offer(("plan_file", "order", "why", "instead")),
    "promise": Offer(("branch", "order", "stage", "as_of", "datum")),
}


class Refused(Exception):
    """A call that is not made, with the sentence that says why."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a tool.

    Parameters
    ----------
    option
        How the command line names it; empty for one that has no name there.
    negative
        How the command line says no to it, where it is yes or no.
    kind
        Its type in Python.
    default
        The path that the command takes where none is given.
    least, most
        The range of a number.
    """

    name: str
    option: str
    negative: str
    kind: type
    about: str
    is_required: bool
    default: str | None = None
    least: float | None = None
    most: float | None = None

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        found: dict[str, Any] = {"description": self.about} | _schema_of(self.kind)
        limits = {"minimum": self.least, "maximum": self.most}
        return found | {key: limit for key, limit in limits.items() if limit is not None}

    def words(self, value: object, folder: Path, say: Translate) -> list[str]:
        """Return a value as the command line takes it.

        Parameters
        ----------
        folder
            Where paths begin, and what they may not leave.

        Raises
        ------
        Refused
            When the value is none, or a path that leaves the folder.
        """
        if not self._takes(value):
            expected = self.schema.get("enum", self.schema["type"])
            raise Refused(say("'{name}' takes {expected}; '{value}' is none.", name=self.name,
                              expected=expected, value=value))  # fmt: skip
        if self.kind is bool:
            return [self.option if value else self.negative] if value or self.negative else []
        text = str(confined(str(value), folder, say)) if self.kind is Path else str(value)
        return [f"{self.option}={text}"] if self.option else [text]

    def _takes(self, value: object) -> bool:
        if self.kind is bool:
            return isinstance(value, bool)
        if self.kind in (int, float):
            is_number = isinstance(value, int if self.kind is int else (int, float)) and not isinstance(value, bool)
            return is_number and not (self.kind is float and value != value)
        return isinstance(value, str) and value in self.schema.get("enum", (value,))


def _schema_of(kind: type) -> dict[str, Any]:
    if issubclass(kind, Enum):
        return {"type": "string", "enum": [str(one.value) for one in kind]}
    if kind is datetime:
        return {"type": "string", "pattern": MOMENT}
    return {"type": {bool: "boolean", int: "integer", float: "number"}.get(kind, "string")}


def confined(value: str, folder: Path, say: Translate) -> Path:
    """Return the place that a path names inside a folder, its links followed.

    Raises
    ------
    Refused
        When it is outside, or none.
    """
    try:
        path = (folder / value).resolve()
    except (OSError, ValueError, RuntimeError):
        path = Path()
    if not value.strip() or not path.is_relative_to(folder):
        raise Refused(say("'{path}' is outside of the folder that is open to agents; name a path below '{folder}'.",
                          path=value, folder=folder))  # fmt: skip
    return path


class Tool:
    """A command as a tool.

    Parameters
    ----------
    command
        The command, from Typer; spoken in the language of now.
    """

    def __init__(self, command: Any, offer: Offer) -> None:
        self.name: str = command.name
        self.about: str = command.help
        self.offer = offer
        params = {param.name: param for param in command.params}
        self.arguments = {name: _argument(params[name]) for name in offer.takes}

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of its arguments."""
        return {
            "type": "object",
            "properties": {name: argument.schema for name, argument in self.arguments.items()},
            "required": [name for name, argument in self.arguments.items() if argument.is_required],
            "additionalProperties": False,
        }

    def words(self, given: Mapping[str, Any], folder: Path, say: Translate) -> list[str]:
        """Return a call as the command line takes it, without the program.

        Raises
        ------
        Refused
            When an argument is missing, unknown or wrong.
        """
        for name in given:
            if name not in self.arguments:
                said = (say("There is no argument '{name}'.", name=name), maybe_meant(name, self.arguments, say))
                raise Refused(" ".join(filter(None, said)))
        for argument in self.arguments.values():
            if argument.is_required and argument.name not in given:
                raise Refused(say("The argument '{name}' is missing.", name=argument.name))
        return [self.name, *self._values(given, folder, say)]

    def _values(self, given: Mapping[str, Any], folder: Path, say: Translate) -> Iterator[str]:
        for name, argument in self.arguments.items():
            value = given.get(name)
            if value is None and argument.kind is Path:
                # A default may be a link that leads elsewhere.
                value = argument.default
            if value is not None:
                yield from argument.words(value, folder, say)

    def limit_s(self, given: Mapping[str, Any]) -> float:
        """Return how long a call with such arguments may take."""
        if SECONDS not in self.arguments:
            return LIMIT_S
        seconds = given.get(SECONDS)
        return LIMIT_S + STARTING_S + (seconds if isinstance(seconds, int | float) else 0.0)


def _argument(param: Any) -> Argument:
    kind: type = param.type_descriptor.annotation
    option = next((name for name in param.opts if name.startswith("--")), "")
    return Argument(
        name=param.name,
        option=option,
        negative=next(iter(param.secondary_opts), ""),
        kind=kind,
        about=param.help or "",
        is_required=param.required,
        default=str(param.default) if kind is Path and param.default is not None else None,
        least=param.min,
        most=param.max,
    )


def tools_of(app: typer.Typer, lang: str) -> dict[str, Tool]:
    """Return the tools that a command line offers, by name, in a language."""
    from optimizer.cli_language import speak

    group = typer.main.get_command(app)
    speak(group, lang)
    commands = group.commands  # type: ignore[attr-defined]
    return {name: Tool(commands[name], offer) for name, offer in OFFERS.items()}
