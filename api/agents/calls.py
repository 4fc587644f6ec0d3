"""A call of a tool: a process of the command line, with a limit of time, that ends with whoever waits for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from anyio.abc import ByteReceiveStream, Process

#: How long a process has to end in order once it is asked to: a plan and its papers are written whole.
GRACE_S = 30.0
#: What is kept of what a process says; a program that reads has no use for more.
MOST_CHARACTERS = 60_000
#: Columns of the tables that a call prints: as wide as one column a fact needs.
COLUMNS = 160


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended.

    Parameters
    ----------
    code
        The exit code; `None` where it had to be killed.
    is_late
        Whether the time was up.
    text
        What it said: doubts and faults, then the answer.
    cut
        Characters of it that were too many.
    """

    code: int | None
    text: str
    is_late: bool = False
    cut: int = 0


async def run(words: Sequence[str], folder: Path, *, limit_s: float) -> Ended:
    """Run the command line with some words in a folder; it is ended when the time is up, or nobody waits any more.

    What says nothing that is an answer in time is interrupted, then told to end, then killed.
    """
    env = os.environ | {"COLUMNS": str(COLUMNS), "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    # A file of the folder is data, whatever its name: nothing is imported from there.
    env["PYTHONSAFEPATH"] = "1"
    process = await anyio.open_process(
        [sys.executable, "-m", "optimizer.cli", *words],
        # Standard input is the protocol's.
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=env,
        start_new_session=True,
    )
    said: dict[str, bytes] = {"errors": b"", "answer": b""}
    is_late = False
    code: int | None = None

    async def listen(name: str, stream: ByteReceiveStream | None) -> None:
        assert stream is not None
        async for piece in stream:
            said[name] += piece

    async def interrupt_when_late() -> None:
        nonlocal is_late
        await anyio.sleep(limit_s)
        is_late = True
        # As Ctrl-C does: a search that has a plan writes it.
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)

    try:
        with anyio.move_on_after(limit_s + GRACE_S):
            async with anyio.create_task_group() as waiting:
                waiting.start_soon(interrupt_when_late)
                async with anyio.create_task_group() as listening:
                    listening.start_soon(listen, "errors", process.stderr)
                    listening.start_soon(listen, "answer", process.stdout)
                code = await process.wait()
                waiting.cancel_scope.cancel()
    finally:
        await _end(process)
    text = "\n".join(filter(None, (part.decode(errors="replace").strip() for part in said.values())))
    return Ended(code, text[:MOST_CHARACTERS], is_late, max(0, len(text) - MOST_CHARACTERS))


async def _end(process: Process) -> None:
    """Ask a process to end, which ends its own children too, and kill it when it does not."""
    with anyio.CancelScope(shield=True):
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            with anyio.move_on_after(GRACE_S):
                await process.wait()
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.aclose()
