"""The values of arguments and options as they are mostly written, read without pydantic.

Typer reads each of them through pydantic, also an option that nobody has given, and loading that took a sixth of the
time before a search. Here a value that is written plainly is read as Typer would read it, and any other is left to
Typer with all that it refuses.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

#: Numbers as they are mostly written: no sign but a minus, no exponent, no more digits than a number keeps.
_PLAIN = {int: re.compile(r"-?[0-9]{1,15}"), float: re.compile(r"-?[0-9]{1,10}(?:\.[0-9]{1,5})?")}
#: What Typer looks at of a path where nothing is demanded: one that is there has to be readable.
_UNDEMANDING = {
    "exists": False, "file_okay": True, "dir_okay": True, "writable": False, "readable": True, "resolve_path": False,
    "allow_dash": False, "path_type": None,
}  # fmt: skip


class NotPlainError(ValueError):
    """A value is left to Typer."""


def read_plainly(parameters: list[Any]) -> list[Any]:
    """Return arguments and options of Typer, those of one value read by `PlainReader` from now on."""
    for parameter in parameters:
        if parameter.nargs == 1 and not parameter.multiple:
            parameter._runtime_param = PlainReader()
    return parameters


class PlainReader:
    """Stands where Typer keeps what reads the value of one argument or option, until it meets one that is not plain."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value that is meant, by its name in Typer.

        Raises
        ------
        typer.BadParameter
            When it is refused.
        """
        try:
            return plain_value(value, param.type_descriptor.annotation, param.type_descriptor.parameter_info)
        except ValueError:
            param._runtime_param = None
            return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


def plain_value(value: Any, kind: Any, about: Any) -> Any:
    """Return what a value means that is written plainly.

    Parameters
    ----------
    value
        A word of the command line, or a default.
    kind
        The type that it is read as.
    about
        What the argument or option says of itself: `typer.Argument(...)` or `typer.Option(...)`.

    Raises
    ------
    ValueError
        When it is not plain, or wrong: Typer says what is the matter.
    """
    if value is None:
        return None
    if about.parser is not None:
        return about.parser(value)
    if not isinstance(kind, type):
        raise NotPlainError
    if kind is str and isinstance(value, str):
        return value
    if issubclass(kind, Enum):
        return kind(value)
    if kind is datetime and about.formats:
        return value if isinstance(value, datetime) else datetime.strptime(value, about.formats[0])
    if kind in _PLAIN and not about.clamp:
        return _plain_number(value, kind, about.min, about.max)
    if issubclass(kind, Path) and all(getattr(about, name) == plain for name, plain in _UNDEMANDING.items()):
        return _plain_path(value, kind)
    raise NotPlainError


def _plain_path(value: Any, kind: Any) -> Any:
    with suppress(OSError):
        os.stat(value)
        if not os.access(value, os.R_OK):
            raise NotPlainError
    return kind(value)


def _plain_number(value: Any, kind: Any, least: float | None, most: float | None) -> Any:
    if type(value) is not kind and not (isinstance(value, str) and _PLAIN[kind].fullmatch(value)):
        raise NotPlainError
    number = kind(value)
    if (least is not None and number < least) or (most is not None and number > most):
        raise NotPlainError
    return number
