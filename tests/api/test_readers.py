"""Sandboxed readers: what they refuse, what they find, and that one that dies or dawdles is replaced."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from api.readers.pool import ReaderPool
from api.refusals.refusal import Refusal
from tests.api.conftest import BRANCH, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOO_LONG = Refusal("BODY_TOO_COSTLY", limit="20")


@pytest.fixture(scope="module")
def readers() -> Iterator[ReaderPool]:
    made = ReaderPool(1, memory_bytes=800_000_000)
    yield made
    made.close()


def task(path: Path, content: bytes = BRANCH, **changes: Any) -> dict[str, Any]:
    path.write_bytes(content)
    return {
        "task": "read", "file": str(path), "media_type": "application/json", "options": {"stage": "draft"},
        "most_objects": 1000, "most_visits": 100, "most_technicians": 100, **changes,
    }  # fmt: skip


def ask(readers: ReaderPool, wanted: dict[str, Any], limit_s: float = 60) -> dict[str, Any]:
    return readers.do(wanted, limit_s=limit_s, too_long=TOO_LONG)


def test_a_branch_is_read(readers: ReaderPool, tmp_path: Path) -> None:
    found = ask(readers, task(tmp_path / "b"))
    assert (found["branch_id"], found["visits"], found["technicians"]) == ("HZ", 3, 2)
    assert (found["first_day"], found["days"]) == ("2026-11-30", 1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"most_visits": 2}, "TOO_MANY_VISITS"),
        ({"most_technicians": 1}, "TOO_MANY_TECHNICIANS"),
        ({"most_objects": 10}, "TOO_MANY_OBJECTS"),
        ({"media_type": "application/zip"}, "ARCHIVE_REFUSED"),
    ],
)
def test_what_is_too_much_is_refused_by_name(
    readers: ReaderPool, tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        ask(readers, task(tmp_path / "b", **changes))
    assert refused.value.code == code


def test_faults_come_in_both_languages(readers: ReaderPool, tmp_path: Path) -> None:
    branch = json.loads(BRANCH)
    branch["orders"][0]["service"] = "soon"
    with pytest.raises(Refusal) as refused:
        ask(readers, task(tmp_path / "b", json.dumps(branch).encode()))
    assert refused.value.code == "INPUT_FAULTS"
    faults = refused.value.faults
    assert faults is not None
    assert (
        [fault["path"] for fault in faults["en"]] == [fault["path"] for fault in faults["zh"]] == ["/orders/0/service"]
    )
    assert faults["en"][0]["cause"] != faults["zh"][0]["cause"]


def test_one_that_takes_too_long_is_replaced(readers: ReaderPool, tmp_path: Path) -> None:
    wanted = task(tmp_path / "b")
    with pytest.raises(Refusal) as refused:
        ask(readers, wanted, limit_s=0.0001)
    assert refused.value is TOO_LONG
    assert ask(readers, wanted)["visits"] == 3


def test_one_that_dies_is_replaced(readers: ReaderPool, tmp_path: Path) -> None:
    wanted = task(tmp_path / "b")
    ask(readers, wanted)
    [reader] = readers._all
    os.kill(reader.child.process.pid, signal.SIGKILL)
    wait_until(lambda: not reader.child.is_alive)
    assert ask(readers, wanted)["visits"] == 3


def test_one_that_needs_too_much_memory_refuses(tmp_path: Path) -> None:
    small = ReaderPool(1, memory_bytes=250_000_000)
    try:
        # Half a million texts of a valid shape, in a field that takes any number of them.
        branch = json.loads(BRANCH)
        branch["orders"][0]["bring"] = [f"tool {n}" for n in range(3_000_000)]
        with pytest.raises(Refusal) as refused:
            ask(small, task(tmp_path / "b", json.dumps(branch).encode()))
        assert refused.value.code in ("BODY_TOO_COSTLY", "INPUT_FAULTS")
        assert ask(small, task(tmp_path / "b"))["visits"] == 3
    finally:
        small.close()


def test_a_reader_that_is_busy_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    none_free = ReaderPool(1, memory_bytes=800_000_000, patience_s=0.05)
    try:
        held = none_free._free.get()
        with pytest.raises(Refusal) as refused:
            ask(none_free, task(tmp_path / "b"))
        assert refused.value.code == "READERS_BUSY"
        none_free._free.put(held)
    finally:
        none_free.close()
