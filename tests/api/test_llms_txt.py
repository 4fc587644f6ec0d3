"""What programs that read text are told: every address, command and page in it is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import typer.main

from api.cli import app
from api.main import create_app
from api.settings import Settings
from api.store.engine import Store
from tests.test_architecture import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TEXT = (ROOT / "api" / "docs" / "llms.txt").read_text(encoding="utf-8")


def test_it_begins_as_such_files_do() -> None:
    assert re.match(r"# .+\n\n> .+\n\n", TEXT)
    assert len(TEXT) < 6_000


def test_every_address_is_in_the_description(tmp_path: Path) -> None:
    served = create_app(Settings(), Store(f"sqlite:///{tmp_path / 'paigong.db'}"))
    paths = served.openapi()["paths"]
    named = re.findall(r"`(GET|POST) (/[^`?]+)", TEXT)
    assert len(named) >= 5
    assert all(method.lower() in paths.get(path, ()) for method, path in named), named
    assert "/llms.txt" not in paths


def test_every_command_and_option_is_there() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    named = re.findall(r"`paigong (\w+)([^`]*)`", TEXT)
    assert {"check", "plan", "judge", "explain", "promise", "mcp"} <= {name for name, _ in named}
    for name, rest in named:
        known = {option for param in commands[name].params for option in param.opts}
        assert set(re.findall(r"--[\w-]+", rest)) <= known


def test_every_page_is_there() -> None:
    pages = re.findall(r"\b(?:docs|data)/[\w.]+\.md", TEXT)
    assert len(pages) >= 6
    assert all((ROOT / page).exists() for page in pages)
