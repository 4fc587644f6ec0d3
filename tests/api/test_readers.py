"""Sandboxed readers: what they refuse, what they find, and that one that dies or dawdles is replaced."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from api.readers import editing, pool
from api.readers.pool import ReaderPool
from api.refusals.refusal import Refusal
from tests.api.conftest import BRANCH, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: A branch that takes a reader a second or so.
MUCH = json.dumps(
    json.loads(BRANCH) | {"orders": [order | {"bring": ["tool"] * 300_000} for order in json.loads(BRANCH)["orders"]]}
).encode()
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


def test_one_that_takes_too_long_is_replaced(
    readers: ReaderPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However busy the machine is, it gets its share of a processor.
    monkeypatch.setattr(pool, "PATIENCE", 10_000)
    with pytest.raises(Refusal) as refused:
        ask(readers, task(tmp_path / "a", MUCH, most_objects=10**9), limit_s=0.05)
    assert refused.value is TOO_LONG
    assert ask(readers, task(tmp_path / "b"))["visits"] == 3


def test_one_that_gets_no_processor_says_nothing_of_what_it_reads(readers: ReaderPool, tmp_path: Path) -> None:
    ask(readers, task(tmp_path / "b"))
    [reader] = readers._all
    os.kill(reader.child.process.pid, signal.SIGSTOP)
    with pytest.raises(Refusal) as refused:
        ask(readers, task(tmp_path / "b"), limit_s=0.2)
    assert (refused.value.code, refused.value.status) == ("READERS_SLOW", 503)
    assert ask(readers, task(tmp_path / "b"))["visits"] == 3


def test_one_that_loads_slowly_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LOADING_S", 0.01)
    slow = ReaderPool(1, memory_bytes=800_000_000)
    try:
        [reader] = slow._all
        for _ in range(3):
            with pytest.raises(Refusal) as refused:
                ask(slow, task(tmp_path / "b"))
            assert (refused.value.code, refused.value.status) == ("READERS_SLOW", 503)
        wait_until(lambda: slow.are_ready)
        assert ask(slow, task(tmp_path / "b"))["visits"] == 3
        assert slow._all == {reader}
    finally:
        slow.close()


def test_a_plan_is_edited_where_it_is_open_and_else_by_who_worked_last() -> None:
    line = ReaderPool(0, memory_bytes=1)
    first, second, third = (SimpleNamespace(has_loaded=True, opened=[base]) for base in ("a", "b", "c"))
    line._free = [first, second, third]  # type: ignore[list-item]
    for base, expected in (("a", first), ("b", second), ("z", second), ("c", third), ("", third)):
        with line._reader_for("k", base) as turn:
            assert turn.reader is expected


def test_a_reader_is_known_to_have_open_what_it_keeps_open(readers: ReaderPool, tmp_path: Path) -> None:
    for base in "aabcbd":
        ask(readers, task(tmp_path / "b", base=base))
    [reader] = readers._all
    assert reader.opened == ("a", "c", "b", "d")
    reader.child.ask_while = lambda *_, **__: b'{"opened": "e"}'  # type: ignore[method-assign]
    try:
        assert ask(readers, task(tmp_path / "b", base="b")) == {}
    finally:
        del reader.child.ask_while
    assert reader.opened == ("c", "d", "b", "e")
    assert pool.MOST_OPEN == editing.MOST_OPEN


def test_a_plan_is_opened_ahead_where_nobody_has_it_and_somebody_has_time() -> None:
    line = ReaderPool(0, memory_bytes=1)
    reader = SimpleNamespace(has_loaded=True, opened=["a"])
    line._free, line._all = [reader], [reader]  # type: ignore[list-item, assignment]
    assert [line.may_open(base) for base in ("a", "ab", "b")] == [False, True, True]
    with line._reader_for("k"):
        assert not line.may_open("b")


def test_who_has_loaded_is_asked_first(tmp_path: Path) -> None:
    two = ReaderPool(2, memory_bytes=800_000_000)
    try:
        loading, loaded = two._free
        assert loading is not None
        assert loaded is not None
        wait_until(lambda: loading.has_loaded and loaded.has_loaded)
        loading.child.is_ready.clear()
        for line in ([loading, loaded], [loaded, loading]):
            two._free[:] = line
            with two._reader_for("k") as turn:
                assert turn.reader is loaded
    finally:
        two.close()


def test_one_that_dies_is_replaced(readers: ReaderPool, tmp_path: Path) -> None:
    wanted = task(tmp_path / "b")
    ask(readers, wanted)
    [reader] = readers._all
    os.kill(reader.child.process.pid, signal.SIGKILL)
    wait_until(lambda: not reader.child.is_alive)
    assert ask(readers, wanted)["visits"] == 3


@pytest.mark.parametrize("kills", [1, 2])
def test_one_that_is_killed_at_work_is_replaced_once_and_nobody_is_blamed(
    readers: ReaderPool, tmp_path: Path, kills: int
) -> None:
    wanted = task(tmp_path / "b", MUCH, most_objects=10**9)
    killed: set[int] = set()

    def kill_at_work() -> None:
        while len(killed) < kills:
            at_work = {one.child.process.pid for one in readers._all if one.child.is_ready.is_set()}
            for pid in at_work - killed if readers._at_work else ():
                killed.add(pid)
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)

    killer = threading.Thread(target=kill_at_work)
    killer.start()
    if kills == 1:
        assert ask(readers, wanted)["visits"] == 3
    else:
        with pytest.raises(Refusal) as refused:
            ask(readers, wanted)
        assert (refused.value.code, refused.value.status) == ("READER_LOST", 503)
        # Nobody has to come for the next one to be started: who sees that none is there sends nobody.
        wait_until(lambda: readers.are_ready)
    killer.join()
    assert ask(readers, task(tmp_path / "b"))["visits"] == 3


def test_one_that_is_asked_to_end_with_all_of_a_service_does_its_task(readers: ReaderPool, tmp_path: Path) -> None:
    ask(readers, task(tmp_path / "b"))
    [reader] = readers._all
    os.kill(reader.child.process.pid, signal.SIGTERM)
    assert ask(readers, task(tmp_path / "b"))["visits"] == 3
    assert readers._all == {reader}


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
        held = none_free._free.pop()
        with pytest.raises(Refusal) as refused:
            ask(none_free, task(tmp_path / "b"))
        assert refused.value.code == "READERS_BUSY"
        none_free._free.append(held)
    finally:
        none_free.close()


def test_keys_get_readers_in_turn_and_no_key_more_than_its_share_of_the_line() -> None:
    line = ReaderPool(0, memory_bytes=1, patience_s=60, per_key=3)
    line._free = [None, None]
    order: list[str] = []

    def use(key_id: str) -> None:
        with line._counted(key_id), line._reader_for(key_id):
            order.append(key_id)

    with ExitStack() as held:
        first = ExitStack()
        first.enter_context(line._reader_for("greedy"))
        held.enter_context(line._reader_for("greedy"))
        threads = []
        for key_id in ("greedy", "greedy", "modest"):
            threads.append(threading.Thread(target=use, args=(key_id,)))
            threads[-1].start()
            wait_until(lambda: len(line._waiting) == len(threads))
        with line._counted("greedy"), pytest.raises(Refusal, match="TOO_MANY_READS"), line._counted("greedy"):
            pass
        first.close()
        for thread in threads:
            thread.join()
    assert order == ["modest", "greedy", "greedy"]
    assert not line._at_work
    assert not line._asked
