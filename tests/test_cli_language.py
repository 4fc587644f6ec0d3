"""Help and refusals of the command line in the language that is asked for, else the system's."""

from __future__ import annotations

import re

import pytest
import typer
from typer.testing import CliRunner

from api.cli import app
from optimizer.cli_language import CAUSES, REFUSALS, language_of, refusal_in, texts_of
from optimizer.text.catalogue import translator

RUN = CliRunner()
WIDE = {"COLUMNS": "200", "TERM": "dumb", "LC_ALL": "C"}
#: What stays as it is in Chinese text: names, options, codes, examples.
NAMES = re.compile(
    r"--?[\w-]+|<[^>]*>|\[x[^\]]*\]|PAIGONG_\w+|Paigong|paigong|\w+\.(?:json|xlsx|html)|technicians/|nominatim\S*|baiduv3"
    r"|https?://\S*|WGS-84|GCJ-02|BD-09|CP-SAT|Ctrl-C|SIGTERM|CSV|Excel|JSON|SQLite|API|MCP|PATH"
)


def shown(*arguments: str, **environment: str) -> str:
    return RUN.invoke(app, list(arguments), env={**WIDE, **environment}).output


@pytest.mark.parametrize("arguments", [("--help", "--lang", "zh"), ("--lang", "zh", "--help"), ("--lang=zh", "--help")])
def test_the_help_is_in_the_language_asked_for(arguments: tuple[str, ...]) -> None:
    text = shown(*arguments, LC_ALL="en_US.UTF-8")
    assert "用法：" in text
    assert "选项" in text
    assert "退出码" in text
    assert "Usage" not in text


def test_the_systems_language_speaks_where_none_is_asked_for() -> None:
    assert "用法：" in shown("plan", "--help", LC_ALL="zh_CN.UTF-8")
    assert "Usage:" in shown("plan", "--help", LC_ALL="en_GB.UTF-8")
    assert "Usage:" in shown("plan", "--help", "--lang", "en", LC_ALL="zh_CN.UTF-8")


@pytest.mark.parametrize(
    "command",
    [
        "check",
        "plan",
        "publish",
        "promise",
        "explain",
        "template",
        "judge",
        "prove",
        "bound",
        "export",
        "warm",
        "serve",
        "key",
        "backup",
        "restore",
        "mcp",
        "settings",
    ],
)
def test_no_english_sentence_is_left_in_the_chinese_help(command: str) -> None:
    text = NAMES.sub("", shown(command, "--help", "--lang", "zh"))
    assert re.findall(r"\b[A-Za-z]+ [a-z]+ [a-z]+\b", text) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", "x", "--secnds", "3"), "没有 --secnds 这个选项。可能是“--seconds”。"),
        (("plan", "x", "--seconds", "soon"), "--seconds 的值不对：应为数字。"),
        (("plan", "x", "--seconds", "-3"), "--seconds 的值不对：不能小于 0"),
        (("plan", "x", "--days", "9"), "--days 的值不对：不能大于 7"),
        (("plan", "x", "--seed", "1.5"), "--seed 的值不对：应为整数。"),
        (("plan", "x", "--stage", "noon"), "'noon' 不在可选值"),
        (("plan", "x", "--as-of", "yesterday"), "'yesterday' 的写法不对，应为 '2026-11-23 09:00'。"),
        (("plan", "x", "--out"), "选项 --out 后面要写值。"),
        (("plan",), "缺少 branch。"),
        (("warm", "now"), "多写了参数：now。"),
        (("paln",), "没有“paln”这个命令。可能是“plan”。"),
    ],
)
def test_what_is_written_wrong_is_refused_in_chinese(arguments: tuple[str, ...], said: str) -> None:
    result = RUN.invoke(app, ["--lang", "zh", *arguments], env=WIDE)
    assert result.exit_code == 2
    assert said in result.output
    assert "出错" in result.output


def test_a_language_that_is_none_is_refused() -> None:
    result = RUN.invoke(app, ["warm", "--lang", "fr"], env={**WIDE, "LC_ALL": "zh_CN.UTF-8"})
    assert result.exit_code == 2
    assert "fr" in result.output


def test_the_last_language_asked_for_counts() -> None:
    assert language_of(["plan", "x", "--lang", "en", "--lang=zh"]) == "zh"
    assert language_of(["plan", "x", "--lang"]) in ("en", "zh")


def test_what_is_not_known_is_not_translated() -> None:
    assert refusal_in("The moon is full.", translator("zh")) is None


@pytest.mark.parametrize(("pattern", "sentence"), [*REFUSALS, *CAUSES])
def test_every_refusal_fills_its_places(pattern: str, sentence: str) -> None:
    assert set(re.findall(r"\{(\w+)\}", sentence)) <= set(re.compile(pattern).groupindex)


def test_every_sentence_of_the_help_is_one_line() -> None:
    texts = list(texts_of(typer.main.get_command(app)))
    assert len(texts) > 60
    assert not any("\n" in text for text in texts)
