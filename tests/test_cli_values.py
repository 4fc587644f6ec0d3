"""Values of the command line: what is read here is what Typer would read, and what is not is left to it."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from optimizer import cli, cli_values
from optimizer.cli_values import PlainReader, plain_value
from optimizer.domain.planning_context import Stage
from optimizer.options import named_path

if TYPE_CHECKING:
    from typer.core import TyperOption

COMMANDS = typer.main.get_command(cli.app)
OPTIONS: dict[str, TyperOption] = {option.name: option for option in COMMANDS.commands["plan"].params}  # type: ignore[attr-defined]


def about(name: str) -> tuple[Any, Any]:
    """Return type and description of an option of `plan`."""
    return OPTIONS[name].type_descriptor.annotation, OPTIONS[name].type_descriptor.parameter_info


def typers(name: str, value: Any) -> Any:
    """Return what Typer reads."""
    option, ctx = OPTIONS[name], typer.Context(COMMANDS)
    option._runtime_param = None
    return option.get_runtime_param().coerce(value, param=option, ctx=ctx)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("branch", "data/hangzhou", Path("data/hangzhou")),
        ("branch", "nowhere", Path("nowhere")),
        ("stage", "settle", Stage.SETTLE),
        ("stage", Stage.OPEN, Stage.OPEN),
        ("as_of", "2026-11-23 09:00", datetime(2026, 11, 23, 9)),
        ("out", "there", Path("there")),
        ("out", Path("out"), Path("out")),
        ("seconds", "2", 2.0),
        ("seconds", "0.1", 0.1),
        ("seconds", "12.34567", 12.34567),
        ("iterations", "0", 0),
        ("seed", "-7", -7),
        ("seed", 3, 3),
        ("threads", "1", 1),
        ("days", "7", 7),
        ("lang", "en", "en"),
        ("days", None, None),
    ],
)
def test_what_is_plain_is_read_as_typer_reads_it(name: str, value: Any, read: Any) -> None:
    found = plain_value(value, *about(name))
    assert (found, type(found)) == (read, type(read))
    typers_own = typers(name, value)
    assert (typers_own, type(typers_own)) == (read, type(read))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seconds", "soon"),
        ("seconds", "-1"),
        ("seconds", "1e3"),
        ("seconds", "٣"),
        ("seconds", " 2"),
        ("seconds", 2),
        ("iterations", "1.0"),
        ("iterations", True),
        ("threads", "0"),
        ("days", "8"),
        ("days", "9" * 40),
        ("stage", "noon"),
        ("stage", "SETTLE"),
        ("as_of", "yesterday"),
        ("branch", "a\0b"),
        ("lang", b"en"),
        ("master", "yes"),
    ],
)
def test_what_is_not_plain_is_left_to_typer(name: str, value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever says that it is not plain
        plain_value(value, *about(name))


def test_what_is_demanded_of_a_path_is_left_to_typer(tmp_path: Path) -> None:
    kind = about("branch")[0]
    assert plain_value(str(tmp_path), kind, typer.Argument()) == tmp_path
    for demand in ({"exists": True}, {"dir_okay": False}, {"writable": True}, {"resolve_path": True}):
        with pytest.raises(cli_values.NotPlainError):
            plain_value(str(tmp_path), kind, typer.Argument(**demand))


def test_a_path_that_cannot_be_read_is_left_to_typer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(cli_values.NotPlainError):
        plain_value(str(tmp_path), *about("branch"))
    assert plain_value("nowhere", *about("branch")) == Path("nowhere")


def test_a_refusal_of_our_own_is_not_tried_again() -> None:
    with pytest.raises(typer.BadParameter, match="the name is empty"):
        plain_value(" ", str, typer.Option(parser=named_path))


def test_what_is_left_to_typer_is_read_by_it() -> None:
    option, ctx = OPTIONS["seconds"], typer.Context(COMMANDS)
    option._runtime_param = PlainReader()
    assert option.get_runtime_param().coerce("2", param=option, ctx=ctx) == 2.0
    assert isinstance(option.get_runtime_param(), PlainReader)
    assert option.get_runtime_param().coerce("1e3", param=option, ctx=ctx) == 1000.0
    assert not isinstance(option.get_runtime_param(), PlainReader)
    with pytest.raises(typer.BadParameter):
        option.get_runtime_param().coerce("soon", param=option, ctx=ctx)
