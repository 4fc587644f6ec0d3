"""The parent of the sandboxed readers: gives each one task at a time, to the keys in turn, and replaces one that dies.

What a reader does not do has one of three causes, and each is told as what it is. It worked for longer than a task may:
then it is what was sent. It did not get to work, as the machine is busy: then it is asked for later. It died: then a
fresh one is asked once more, and if that dies, too, nobody is to blame but the service. One that has not loaded yet is
left to it, however long that takes: a fresh one would take as long.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections import Counter, deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from api.leftovers import held_folder
from api.refusals.refusal import Refusal
from optimizer.running.processes import Child

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_log = structlog.get_logger(__name__)

#: How often a reader at work is looked at.
LOOK_S = 0.25
#: How long a reader may take to load what it needs.
LOADING_S = 60.0
#: A reader has so many times the seconds of its task on the clock, to get that many of a processor.
PATIENCE = 3.0
#: How often a task is given to a reader: one that died may have been killed by anybody.
TRIES = 2
#: So many plans stay open in a reader (`api.readers.editing`).
MOST_OPEN = 4
_AGAIN = {"Retry-After": "5"}


class _Failed(Enum):
    """Why a reader gave no answer."""

    WORKED_TOO_LONG = "worked too long"
    GOT_NO_TIME = "got no time"
    STILL_LOADS = "still loads"
    DIED = "died"


@dataclass(slots=True)
class _Turn:
    """A task that waits for a reader; `base` is the plan that it edits."""

    key_id: str
    base: str = ""
    has_come: threading.Event = field(default_factory=threading.Event)
    reader: _Reader | None = None
    is_gone: bool = False


class ReaderPool:
    """A few child processes for reading uploads and printing papers.

    Parameters
    ----------
    count
        How many; so many tasks are done side by side.
    memory_bytes
        What each may hold.
    folder
        Where each has a folder of its own for what it works on, deleted with it; by default the system's.
    patience_s
        How long a task waits for a free one.
    per_key
        Tasks of one key that may be at work or wait; more are refused.
    """

    def __init__(
        self,
        count: int,
        *,
        memory_bytes: int,
        folder: Path | None = None,
        patience_s: float = 10.0,
        per_key: int = 1_000,
    ) -> None:
        self._limits = {"DATA": memory_bytes}
        self._folder = folder
        self._patience_s, self._per_key = patience_s, per_key
        self._lock = threading.Lock()
        self._all: set[_Reader] = set()
        self._waiting: deque[_Turn] = deque()
        self._at_work: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._is_closed = False
        self._free: list[_Reader | None] = []
        for _ in range(count):
            self._free.append(self._start())

    @property
    def are_ready(self) -> bool:
        """Return whether one has loaded what it needs."""
        with self._lock:
            return any(reader.has_loaded for reader in self._all)

    def may_open(self, base: str) -> bool:
        """Return whether a plan may be opened before anybody edits it: nobody has it open, and somebody has time."""
        with self._lock:
            is_open = any(base in one.opened for one in self._all)
            return bool(self._free) and not self._waiting and not is_open

    def do(self, task: Mapping[str, Any], *, limit_s: float, too_long: Refusal, key_id: str = "") -> dict[str, Any]:
        """Have a task done and return the answer.

        Parameters
        ----------
        limit_s
            Seconds of a processor that it may take.
        key_id
            Who asks: keys get readers in turn.

        Raises
        ------
        Refusal
            `too_long` when it takes more than `limit_s`; what the reader refuses; the faults that it found;
            READERS_BUSY when none is free, READERS_SLOW when it gets no processor, READER_LOST when it dies, and so
            does the next; TOO_MANY_READS when the key asks for too many at once.
        """
        base = str(task.get("base", ""))
        with self._counted(key_id), self._reader_for(key_id, base) as holder:
            answer: dict[str, Any] | _Failed = _Failed.DIED
            for _ in range(TRIES):
                if holder.reader is None or not holder.reader.child.is_alive:
                    self._replace(holder, task["task"], _Failed.DIED)
                assert holder.reader is not None
                answer = holder.reader.ask({**task, "limit_s": limit_s}, limit_s)
                # One that loads goes on with that. For any other the next one is started now: who asks whether work can
                # be taken is told no until it has loaded, and nobody may come before.
                if isinstance(answer, _Failed) and answer is not _Failed.STILL_LOADS:
                    with suppress(Refusal, OSError):
                        self._replace(holder, task["task"], answer)
                if answer is not _Failed.DIED:
                    break
        if isinstance(answer, _Failed):
            raise _refusal_of(answer, too_long)
        if "unread" in answer:
            raise Refusal(answer["unread"], headers=_AGAIN)
        if "refused" in answer:
            raise Refusal(answer["refused"], **answer["values"])
        if "faults" in answer:
            raise Refusal("INPUT_FAULTS", faults=answer["faults"], total=answer["total"], count=answer["count"])
        if "errno" in answer:
            raise OSError(answer["errno"], f"a reader met it: {answer['text']}")
        if "defect" in answer:
            raise RuntimeError(f"a reader met a defect: {answer['defect']}")
        return answer

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            self._is_closed = True
            readers, self._all = list(self._all), set()
        for reader in readers:
            reader.end()

    # --- whose turn it is ---

    @contextmanager
    def _counted(self, key_id: str) -> Iterator[None]:
        with self._lock:
            asked = self._asked[key_id]
            if asked >= self._per_key:
                raise Refusal("TOO_MANY_READS", headers=_AGAIN, waiting=asked, limit=self._per_key)
            self._asked[key_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._asked[key_id] -= 1
                self._asked += Counter()  # forgets who asks for nothing

    @contextmanager
    def _reader_for(self, key_id: str, base: str = "") -> Iterator[_Turn]:
        """Wait for a reader, give it, and pass it on."""
        turn = _Turn(key_id, base)
        with self._lock:
            self._waiting.append(turn)
            self._hand_out()
        if not turn.has_come.wait(self._patience_s):
            with self._lock:
                turn.is_gone = not turn.has_come.is_set()
                if turn.is_gone:
                    self._waiting.remove(turn)
            if turn.is_gone:
                raise Refusal("READERS_BUSY", headers=_AGAIN)
        try:
            yield turn
        finally:
            with self._lock:
                self._at_work[key_id] -= 1
                self._at_work += Counter()
                self._free.append(turn.reader)
                self._hand_out()

    def _hand_out(self) -> None:
        """Give free readers to those who wait: to the key with the fewest at work, and of it to who came first."""
        while self._free and self._waiting:
            turn = min(self._waiting, key=lambda one: self._at_work[one.key_id])
            self._waiting.remove(turn)
            self._at_work[turn.key_id] += 1
            turn.reader = self._best_for(turn.base)
            self._free.remove(turn.reader)
            turn.has_come.set()

    def _best_for(self, base: str) -> _Reader | None:
        """Return the free one that has the plan open which is edited, else one that has loaded: the last used."""

        def readiness(place: tuple[int, _Reader | None]) -> tuple[bool, bool, int]:
            number, reader = place
            if reader is None:
                return False, False, number
            return base in reader.opened, reader.has_loaded, number

        return max(enumerate(self._free), key=readiness)[1]

    # --- processes ---

    def _start(self) -> _Reader:
        reader = _Reader(self._limits, self._folder)
        with self._lock:
            if self._is_closed:
                reader.end()
                raise Refusal("SHUTTING_DOWN", headers=_AGAIN)
            self._all.add(reader)
        return reader

    def _replace(self, holder: _Turn, task: str, why: _Failed) -> None:
        """Start another reader; the one before, if there is one, ends for a reason."""
        reader, holder.reader = holder.reader, None
        if reader is not None:
            with self._lock:
                self._all.discard(reader)
            _log.warning("reader_replaced", task=task, why=why.value, code=reader.end())
        holder.reader = self._start()


def _refusal_of(failed: _Failed, too_long: Refusal) -> Refusal:
    if failed is _Failed.WORKED_TOO_LONG:
        return too_long
    if failed in (_Failed.GOT_NO_TIME, _Failed.STILL_LOADS):
        return Refusal("READERS_SLOW", headers=_AGAIN)
    return Refusal("READER_LOST", headers=_AGAIN)


class _Reader:
    """One child process, and its folder."""

    def __init__(self, limits: Mapping[str, int], folder: Path | None) -> None:
        #: The plans that were edited last in it, which are quick to edit there.
        self.opened: tuple[str, ...] = ()
        self._folder = held_folder("reader", Path(tempfile.gettempdir()) if folder is None else folder)
        env = os.environ | {"TMPDIR": str(self._folder.path)}
        self.child = Child("api.readers.child", limits=limits, env=env, keeps_stderr=False)

    @property
    def has_loaded(self) -> bool:
        """Whether it has loaded what it needs, or has ended."""
        return self.child.is_ready.is_set()

    def ask(self, task: dict[str, Any], limit_s: float) -> dict[str, Any] | _Failed:
        """Return the answer to a task, or why there is none. Loading is not counted."""
        if not self.child.is_ready.wait(timeout=LOADING_S):
            return _Failed.STILL_LOADS
        pid = self.child.process.pid
        assert pid is not None  # readers are started by themselves
        if "base" in task:
            self._note_open(task["base"])
        watch = _Watch(pid, limit_s)
        answer = self.child.ask_while(json.dumps(task).encode(), watch.goes_on, look_s=LOOK_S)
        if answer is not None:
            found: dict[str, Any] = json.loads(answer)
            if "opened" in found:
                self._note_open(found.pop("opened"))
            return found
        return watch.failed

    def _note_open(self, base: str) -> None:
        """Note a plan as the reader itself does: the one used last goes last."""
        # Others look at the tuple meanwhile: it is not changed.
        self.opened = (*(one for one in self.opened if one != base), base)[-MOST_OPEN:]

    def end(self) -> int:
        """End the process; return its exit code."""
        code = self.child.end()
        self._folder.release()
        return code


class _Watch:
    """Whether a reader may work on: it has `limit_s` of a processor, and some more on the clock to get them."""

    def __init__(self, pid: int, limit_s: float) -> None:
        self._pid, self._limit_s = pid, limit_s
        self._began_s, self._used_s = time.monotonic(), processor_s(pid)
        self.failed = _Failed.DIED

    def goes_on(self) -> bool:
        """Return whether there is time left."""
        passed_s = time.monotonic() - self._began_s
        used_s = passed_s if self._used_s is None else (processor_s(self._pid) or 0.0) - self._used_s
        if used_s >= self._limit_s:
            self.failed = _Failed.WORKED_TOO_LONG
        elif passed_s >= PATIENCE * self._limit_s:
            self.failed = _Failed.GOT_NO_TIME
        return self.failed is _Failed.DIED


def processor_s(pid: int) -> float | None:
    """Return how many seconds of a processor a process and its children have had; `None` where nothing says."""
    folder = Path(f"/proc/{pid}")
    try:
        fields = (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        children = [child for task in (folder / "task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return None
    # The 14th to 17th of the line (man 5 proc): in the program and in the system, its own and of children that ended.
    own_s = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    return own_s + sum(processor_s(int(child)) or 0.0 for child in children)
