"""What goes wrong in the machine is said in the language of whoever reads it."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import tomllib
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from optimizer.cli import app
from optimizer.faults.decoding import decode_json, read_text
from optimizer.faults.issues import IssueLog
from optimizer.ingest.settings.profiles import decode_toml
from optimizer.text.catalogue import translator
from optimizer.text.machine_errors import OF_THE_SYSTEM, place_in, reader_words, system_text, system_words

if TYPE_CHECKING:
    from pathlib import Path

ZH = translator("zh")
UNREAD = "it cannot be read there"


@pytest.mark.parametrize("name", OF_THE_SYSTEM)
def test_errors_of_the_system_are_known_by_their_numbers(name: str) -> None:
    number = getattr(errno, name)
    text = system_text(OSError(number, os.strerror(number), "a.csv"), ZH)
    assert text.startswith("'a.csv': ")
    assert os.strerror(number) not in text


def test_what_is_not_known_is_told_by_its_name() -> None:
    assert system_text(OSError(errno.EXDEV, "Invalid cross-device link"), ZH) == "系统报错 (EXDEV)"
    assert system_words(OSError("?")) == "the system reports an error"


@pytest.mark.parametrize(
    "text", ["", "{", "{a:1}", '{"a" 1}', "[1 2]", '"x', '"\n"', '"\\q"', "1 2", "[1,]", '"\\u12"']
)
def test_what_is_no_json_is_said_in_our_words(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as raised:
        json.loads(text)
    assert reader_words(raised.value) != UNREAD
    log = IssueLog(form="json", file="a.json")
    assert decode_json(text, log) is None
    assert raised.value.msg not in log.report().text("zh")


@pytest.mark.parametrize(
    "text",
    [
        "a = ", "a b", "a = 1 2", "=1", "a=1\na=2", "[a]\n[a]", "a=[1", "a={b=1,b=2}", 'a="x', "a={", 'a="\\q"', "a='x",
        "a = foo", "空 = 1", 'a="\x01"', "[a", 'a = "x\ny"',
    ],
)  # fmt: skip
def test_what_is_no_toml_is_said_in_our_words_with_its_place(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as raised:
        tomllib.loads(text)
    assert reader_words(raised.value) != UNREAD
    log = IssueLog(form="toml", file="policy.toml")
    assert decode_toml(text, log, file="policy.toml") is None
    [issue] = log.report().issues
    assert (issue.details["line"], issue.details["position"]) == place_in(text, raised.value)
    assert not [word for word in issue.cause("zh").split() if word.isascii() and word.isalpha() and word != "TOML"]


def test_the_end_of_a_text_is_a_place() -> None:
    assert place_in("a = 1\nb = ", ValueError("Invalid value (at end of document)")) == (2, 5)


@pytest.mark.parametrize("text", ['a,"b', 'a,"b"c', "x" * 200_000])
def test_what_is_no_csv_is_said_in_our_words(text: str) -> None:
    with pytest.raises(csv.Error) as raised:
        list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert reader_words(raised.value) != UNREAD


def test_a_file_that_cannot_be_read_is_said_in_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("a", encoding="utf-8")

    def refuse(_: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(type(path), "read_bytes", refuse)
    log = IssueLog(form="csv", file="in")
    assert read_text(path, log) is None
    assert log.report().text("zh") == "orders.csv：文件无法读取：当前用户没有权限。请确认文件存在，并且有权读取。"


def test_a_command_that_cannot_write_says_so_in_chinese(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    result = CliRunner().invoke(app, ["template", "--out", str(tmp_path / "out" / "x.xlsx"), "--lang", "zh"])
    assert result.exit_code == 2
    assert "路径中有一段是文件，不是文件夹" in "".join(result.output.split())
    assert "directory" not in result.output
