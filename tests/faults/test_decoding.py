"""Strict JSON: what common decoders let pass is named, and hostile texts cost no more than a pass over them."""

from __future__ import annotations

import codecs
import json
import time

import pytest

from optimizer.faults.decoding import decode_json, decode_text
from optimizer.faults.issues import IssueLog


def codes_of(text: str) -> list[str]:
    log = IssueLog(form="json", file="x.json")
    value = decode_json(text, log)
    codes = [issue.code for issue in log.report().issues]
    assert value is None or not codes
    return codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["JSON_SYNTAX"]),
        ("{", ["JSON_SYNTAX"]),
        ("[1,]", ["JSON_SYNTAX"]),
        ("{'a': 1}", ["JSON_SYNTAX"]),
        ("[1] // comment", ["JSON_SYNTAX"]),
        ("01", ["JSON_SYNTAX"]),
        ('"a\nb"', ["JSON_SYNTAX"]),
        ('"open', ["JSON_SYNTAX"]),
        ("[NaN]", ["JSON_NOT_FINITE"]),
        ("[Infinity, -Infinity]", ["JSON_NOT_FINITE", "JSON_NOT_FINITE"]),
        ("[1e999]", ["JSON_NOT_FINITE"]),
        ('{"a": 1, "a": 2, "b": {"c": 1, "c": 1}}', ["JSON_DUPLICATE_KEY", "JSON_DUPLICATE_KEY"]),
        (r'["\ud800"]', ["JSON_SURROGATE"]),
        (r'["\udc00 alone"]', ["JSON_SURROGATE"]),
        (r'{"\ud83d x": 1}', ["JSON_SURROGATE"]),
        (r'["\ud83d\ud83d\ude00"]', ["JSON_SURROGATE"]),
        (r'["\u12"]', ["JSON_SYNTAX"]),
        ("9" * 5_000, ["JSON_INT"]),
        ("[1000000001]", ["JSON_INT"]),
        ("[-1000000001]", ["JSON_INT"]),
        ("[" * 33 + "]" * 33, ["JSON_TOO_DEEP"]),
        ("[" * 100_000, ["JSON_TOO_DEEP"]),
        ('{"a":' * 40 + "1" + "}" * 40, ["JSON_TOO_DEEP"]),
    ],
)
def test_what_is_not_strict_json_is_named(text: str, codes: list[str]) -> None:
    assert codes_of(text) == codes


@pytest.mark.parametrize(
    "value",
    [
        "[" * 32 + "]" * 32,
        r'["\ud83d\ude00", "\\ud800", "\u4e2d"]',
        '["[[[[ a bracket in a text", "9999999999999999"]',
        "[1000000000, -1000000000, 30.27412345678901, 1.5e-10, -0]",
        '{"a": {"a": {"a": 1}}, "b": null}',
    ],
)
def test_strict_json_is_read_as_json_reads_it(value: str) -> None:
    assert decode_json(value, IssueLog(form="json", file="x.json")) == json.loads(value)


def test_the_place_of_a_slip_is_stated() -> None:
    log = IssueLog(form="json", file="plan.json")
    decode_json('{\n "a": 1\n "b": 2}', log)
    assert log.report().text() == (
        "plan.json: This is not JSON: a comma is missing (line 3, position 2). Correct the file there."
    )


@pytest.mark.parametrize("text", ['"' + r"\"" * 500_000, "9" * 1_000_000 + ".", '["a' * 100_000, "-" * 1_000_000])
def test_hostile_text_takes_one_pass(text: str) -> None:
    started = time.process_time()
    assert codes_of(text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("content", "text"),
    [(b"abc", "abc"), (b"\xef\xbb\xbf\xe4\xb8\xad", "中"), (b"", "")],
)
def test_utf_8_with_and_without_a_mark(content: bytes, text: str) -> None:
    assert decode_text(content, IssueLog(form="csv", file="x.csv"), file="x.csv") == text


def test_the_first_wrong_byte_is_counted_from_the_start_of_the_file() -> None:
    log = IssueLog(form="csv", file="x.csv")
    assert decode_text(b"\xef\xbb\xbfab\xff", log, file="x.csv") is None
    assert log.report().text() == "x.csv: Byte 5 (from 0) is not UTF-8 text. Save the file as 'CSV UTF-8'."


@pytest.mark.parametrize(
    ("content", "text", "codes"),
    [
        ("工单号".encode(), "工单号", []),
        ("工单号".encode("utf-8-sig"), "工单号", []),
        ("工单号,客户".encode("gb18030"), "工单号,客户", ["FILE_GB18030"]),
        ("𠮷野家".encode("gb18030"), "𠮷野家", ["FILE_GB18030"]),  # four bytes
        ("工单号".encode() + b"\xe5\n", None, ["FILE_ENCODING"]),  # UTF-8 but for one byte
        ("工单号".encode("utf-8-sig") + b"\xb9", None, ["FILE_ENCODING"]),
        (b"caf\xff", None, ["FILE_ENCODING"]),
        ("工单号".encode("utf-16"), "工单号", []),
        ("工单号\t客户".encode("utf-16-be"), None, ["FILE_ENCODING"]),  # two zero bytes may be anything
        ("工单号\t客户\tA\r\n".encode("utf-16-be"), "工单号\t客户\tA\r\n", []),
        ("工单号\t客户\tA\r\n".encode("utf-16-le"), "工单号\t客户\tA\r\n", []),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x41\x00", None, ["FILE_ENCODING"]),  # half a character
    ],
)
def test_a_sheet_may_be_gb18030(content: bytes, text: str | None, codes: list[str]) -> None:
    log = IssueLog(form="csv", file="x.csv")
    assert decode_text(content, log, file="x.csv", is_sheet=True) == text
    assert [issue.code for issue in log.report().issues] == codes


def test_json_is_utf_8_and_nothing_else() -> None:
    log = IssueLog(form="json", file="x.json")
    assert decode_text("工单号".encode("gb18030"), log, file="x.json") is None
    assert [issue.code for issue in log.report().issues] == ["FILE_ENCODING"]
