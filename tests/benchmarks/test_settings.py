"""What configuration files may say; whole files are tested with those who read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.errors import FormatError
from benchmarks.settings import Config, config_of, list_of, matches, only_known, read_toml
from benchmarks.solver import Budget

if TYPE_CHECKING:
    from pathlib import Path


def test_without_a_limit_a_run_has_ten_seconds() -> None:
    assert Config().budget(3) == Budget(10.0, None, 3, 1)
    assert Config(iterations=50).budget(3) == Budget(None, 50, 3, 1)


def test_a_configuration_refuses_what_cannot_be() -> None:
    assert config_of({"name": "a", "seconds": 2}, 1, where="c.toml") == Config("a", seconds=2)
    with pytest.raises(FormatError, match=r"c\.toml, config 2: seconds is 0; expected more than 0"):
        config_of({"seconds": 0}, 2, where="c.toml")


def test_search_parameters_may_be_called_dials_as_before() -> None:
    assert config_of({"dials": {"blink": 0}}, 1, where="c.toml") == Config(parameters={"blink": 0})


def test_small_checks_name_the_place(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"c\.toml: unknown b, c; known are a"):
        only_known({"a": 1, "c": 1, "b": 2}, {"a"}, where="c.toml")
    with pytest.raises(FormatError, match=r"c\.toml: seeds is \['1'\]; expected a list of int"):
        list_of(["1"], int, "seeds", where="c.toml")
    (tmp_path / "c.toml").write_text("a = ", encoding="utf-8")
    with pytest.raises(FormatError, match=r"c\.toml: "):
        read_toml(tmp_path / "c.toml")


def test_a_pattern_is_taken_from_a_folder_whatever_it_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "old [1]"
    folder.mkdir()
    for name in ("b.txt", "a.txt", "c.json"):
        (folder / name).touch()
    assert matches(folder, "*.txt") == [folder / "a.txt", folder / "b.txt"]
