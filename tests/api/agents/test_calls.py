"""A call of a tool: it has an end, and ends with whoever waits for it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from api.agents import calls
from tests.event_loops import run_apart
from tests.processes import wait_until

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the file of a program that is called in place of Python, with the words that Python would be."""
    program = tmp_path / "program"
    monkeypatch.setattr(sys, "executable", str(program))
    return program


def write(program: Path, text: str) -> None:
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o700)


def test_doubts_come_before_the_answer(program: Path, tmp_path: Path) -> None:
    write(program, 'echo "$3 $4"; echo a doubt >&2; exit 3')
    ended = run_apart(lambda: calls.run(["plan", "hz"], tmp_path, limit_s=60))
    assert ended == calls.Ended(3, "a doubt\nplan hz")


def test_standard_input_is_not_the_protocols(program: Path, tmp_path: Path) -> None:
    write(program, "cat; echo done")
    assert run_apart(lambda: calls.run([], tmp_path, limit_s=60)).text == "done"


def test_what_is_too_long_is_cut(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MOST_CHARACTERS", 4)
    write(program, "echo 1234567")
    assert run_apart(lambda: calls.run([], tmp_path, limit_s=60)) == calls.Ended(0, "1234", cut=3)


def test_a_call_without_end_is_ended_with_what_it_said(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "GRACE_S", 0.2)
    # It does not end when it is asked to, either.
    write(program, "trap '' INT TERM; echo $$ >&2; while :; do sleep 0.05; done")
    ended = run_apart(lambda: calls.run([], tmp_path, limit_s=2))
    assert (ended.code, ended.is_late) == (None, True)
    wait_until(lambda: not _runs(int(ended.text)))


def test_a_call_that_is_late_may_still_answer(program: Path, tmp_path: Path) -> None:
    write(program, "trap 'echo the best so far; exit 0' INT; while :; do sleep 0.05; done")
    ended = run_apart(lambda: calls.run([], tmp_path, limit_s=2))
    assert ended == calls.Ended(0, "the best so far", is_late=True)


def test_a_call_that_nobody_waits_for_any_more_is_ended(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    write(program, f"trap 'echo ended >> {told}; exit' TERM; echo begun > {told}; while :; do sleep 0.05; done")

    async def give_up() -> None:
        is_open = anyio.Event()

        async def opened(*arguments: Any, **settings: Any) -> Any:
            process = await open_process(*arguments, **settings)
            is_open.set()
            return process

        monkeypatch.setattr(anyio, "open_process", opened)
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: calls.run([], tmp_path, limit_s=600))
            await is_open.wait()
            while not told.exists() or not told.read_text():
                await anyio.sleep(0.01)
            group.cancel_scope.cancel()

    open_process = anyio.open_process
    run_apart(give_up)
    assert told.read_text() == "begun\nended\n"


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
