"""Templates that are compiled once for a user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jinja2 import DictLoader, Environment, environment

from optimizer.report import template_cache
from optimizer.report.template_cache import find_template_cache

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAIGONG_CACHE", str(tmp_path / "cache"))
    file = tmp_path / "set_up.py"
    file.write_text("trim_blocks=True")
    return file


def rendered(set_up: Path, source: str) -> str:
    """Return what a new environment with the cache makes of a template."""
    templates = Environment(loader=DictLoader({"page": source}), bytecode_cache=find_template_cache(set_up))
    return templates.get_template("page").render(name="Li")


def test_the_next_process_compiles_no_template(set_up: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(set_up, "Hello {{ name }}") == "Hello Li"
    monkeypatch.setattr(environment, "generate", None)
    assert rendered(set_up, "Hello {{ name }}") == "Hello Li"


def test_another_text_or_set_up_is_compiled_anew(set_up: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered(set_up, "Hello {{ name }}")
    assert rendered(set_up, "Bye {{ name }}") == "Bye Li"
    monkeypatch.setattr(environment, "generate", None)
    set_up.write_text("trim_blocks=False")
    with pytest.raises(TypeError):
        rendered(set_up, "Bye {{ name }}")


def test_a_place_that_cannot_be_written_to_costs_no_page(set_up: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert rendered(set_up, "Hello {{ name }}") == "Hello Li"


def test_without_a_home_there_is_none(set_up: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_cache, "find_cache_root", lambda: None)
    assert find_template_cache(set_up) is None
    assert rendered(set_up, "Hello {{ name }}") == "Hello Li"
