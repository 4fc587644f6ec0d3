"""The table of tools: its words and kinds are those of the commands, and no call leaves the folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from api.agents.tools import OFFERS, Refused, Tool, tools_of
from api.cli import app
from optimizer.text.catalogue import translator

if TYPE_CHECKING:
    from pathlib import Path

SAY = translator("en")


@pytest.fixture(scope="module")
def tools() -> dict[str, Tool]:
    return tools_of(app, "en")


def refusal(tool: Tool, folder: Path, lang: str = "en", **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        tool.words(given, folder, translator(lang))
    return str(caught.value)


def test_each_tool_is_a_command_with_the_words_of_its_help(tools: dict[str, Tool]) -> None:
    assert list(tools) == ["check", "plan", "judge", "explain", "promise"]
    assert tools["promise"].about.startswith("Say what is promised for one order")
    assert tools_of(app, "zh")["promise"].about.startswith("查一张派工单")
    for name, tool in tools_of(app, "en").items():
        assert list(tool.arguments) == list(OFFERS[name].takes)
        assert all(argument.about for argument in tool.arguments.values())


def test_the_schema_says_kind_range_and_what_is_required(tools: dict[str, Tool]) -> None:
    schema = tools["plan"].schema
    assert schema["required"] == ["branch"]
    assert schema["additionalProperties"] is False
    kinds = {name: one["type"] for name, one in schema["properties"].items()}
    assert kinds == {
        "branch": "string", "out": "string", "seconds": "number", "days": "integer", "stage": "string",
        "as_of": "string", "seed": "integer", "broken_locks": "string", "skip_bad": "boolean", "datum": "string",
    }  # fmt: skip
    assert schema["properties"]["stage"]["enum"] == ["draft", "settle", "open"]
    assert (schema["properties"]["days"]["minimum"], schema["properties"]["days"]["maximum"]) == (1, 7)
    assert re.fullmatch(schema["properties"]["as_of"]["pattern"], "2026-11-20 16:00")


def test_a_call_becomes_the_words_of_the_command_line(tools: dict[str, Tool], tmp_path: Path) -> None:
    given = {"branch": "hz", "seconds": 2.5, "days": 2, "skip_bad": True, "stage": "open", "as_of": "2026-11-20 16:00"}
    words = tools["plan"].words(given, tmp_path, SAY)
    assert words[0] == "plan"
    assert set(words[1:]) == {
        str(tmp_path / "hz"), f"--out={tmp_path / 'out'}", "--seconds=2.5", "--days=2", "--skip-bad", "--stage=open",
        "--as-of=2026-11-20 16:00",
    }  # fmt: skip
    # What looks like an option is a value.
    assert tools["promise"].words({"branch": "hz", "order": "--help"}, tmp_path, SAY)[-1] == "--order=--help"


def test_what_is_missing_unknown_or_of_another_kind_is_refused_by_name(tools: dict[str, Tool], tmp_path: Path) -> None:
    plan = tools["plan"]
    assert refusal(plan, tmp_path) == "The argument 'branch' is missing."
    assert refusal(plan, tmp_path, lang="zh") == "缺少参数“branch”。"
    said = refusal(plan, tmp_path, branch="hz", secnds=3)
    assert said == "There is no argument 'secnds'. Maybe 'seconds' is meant."
    for name, value in {"seconds": "soon", "days": 1.5, "skip_bad": "yes", "stage": "noon", "branch": 7}.items():
        assert f"'{name}' takes " in refusal(plan, tmp_path, **{"branch": "hz", name: value})
    assert "'seconds' takes number" in refusal(plan, tmp_path, branch="hz", seconds=float("nan"))
    assert "'seconds' takes number" in refusal(plan, tmp_path, branch="hz", seconds=True)


@pytest.mark.parametrize("path", ["..", "../x", "/etc/passwd", "away", "away/x", "a/../../x", "", " ", "a\0b"])
def test_no_path_leaves_the_folder(tools: dict[str, Tool], tmp_path: Path, path: str) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "away").symlink_to(tmp_path)
    assert "is outside of the folder" in refusal(tools["check"], folder, branch=path)
    assert "is outside of the folder" in refusal(tools["plan"], folder, branch="hz", out=path)


def test_a_default_is_no_way_out(tools: dict[str, Tool], tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    assert "'out' is outside of the folder" in refusal(tools["plan"], folder, branch="hz")


def test_the_time_of_a_search_is_added_to_the_limit(tools: dict[str, Tool]) -> None:
    assert tools["plan"].limit_s({"seconds": 60}) - tools["plan"].limit_s({}) == 60
    assert tools["check"].limit_s({}) < tools["plan"].limit_s({})
