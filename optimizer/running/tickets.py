"""Tickets: files by which the processes of one user hand out the cores and the memory of a machine among themselves.

There is no server. Whoever wants to solve keeps a file in a folder that all of them know, locked as long as it waits
and solves; the system lets go of the lock however its process ends, so that a ticket that can be locked is nobody's.
What a ticket says (how many cores, of which, how much memory, since when) is read and written behind one more lock,
the *gate*, by whoever wants to begin: it begins when nobody before it waits for the same cores, so many are free, and
there is memory. All cores are taken at once or none, so that nobody holds one that another waits for.
"""

from __future__ import annotations

import json
import os
import secrets
import stat
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.running.machine import asked_cores, memory_bytes, usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Urgency(StrEnum):
    """What a solve is for: somebody waits in front of it, a plan is needed, or it is one of many. So they begin.

    Attributes
    ----------
    rank
        Who has the lesser one begins sooner.
    """

    INTERACTIVE = "interactive"
    SOLVE = "solve"
    SWEEP = "sweep"

    @property
    def rank(self) -> int:
        """Its place in that order, from 0."""
        return tuple(Urgency).index(self)


#: How long a solve waits at most for a core.
LONGEST_WAIT_S = {Urgency.INTERACTIVE: 3.0, Urgency.SOLVE: 300.0, Urgency.SWEEP: 1_800.0}
#: It waits so many times as long for memory: beside others it is not slow without it, but dies, or they do.
PATIENCE_FOR_MEMORY = 4
#: Of the machine's memory, solves are given so much; the rest is for whoever started them, and for everything else.
MEMORY_SHARE = 0.8
#: Who has not looked for so long was stopped, by Ctrl-Z say: nobody waits behind it, nor for the gate that it shut.
ASLEEP_S = 5.0

#: The operator's word: the folder of the tickets.
FOLDER = "PAIGONG_BROKER"
#: Where else they lie, as far as the system has it: the same for all processes of a user, whatever `TMPDIR` they have,
#: and on this machine alone.
PLACES = (Path("/tmp"), Path("/dev/shm"))
#: What tickets of this form lie in.
KIND = "cores-1"
#: Who may write to a folder beside its owner, as bits of its mode.
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH

#: What is waited for, in words.
FOR_CORES = "Waiting for a free core: other plans are being made on all of them."
FOR_MEMORY = "Waiting for memory: other plans that are being made need what there is."
FOR_OTHERS = "Waiting for a free core: others have waited for longer, or are more urgent."


@dataclass(frozen=True, slots=True)
class Need:
    """What a solve needs to begin.

    Parameters
    ----------
    cores
        How many; of fewer that there are, all.
    memory_bytes
        How much it is expected to take.
    """

    urgency: Urgency
    cores: int = 1
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a solve cannot begin now.

    Parameters
    ----------
    before
        How many wait before it.
    patience
        How many times as long as for a core it waits for this.
    """

    sentence: str
    before: int = 0
    patience: int = 1


@dataclass(frozen=True, slots=True)
class _Other:
    """What a ticket says.

    Parameters
    ----------
    usable
        The cores that its process may use.
    held
        The cores that it solves on; of one that waits, none.
    order
        Who is less begins sooner: by rank, by when it came, by name.
    looked_s
        When its process last looked whether it may begin.
    """

    order: tuple[int, float, str]
    looked_s: float
    usable: frozenset[int]
    held: tuple[int, ...]
    memory_bytes: int

    @classmethod
    def read(cls, name: str, content: bytes) -> _Other:
        said: dict[str, Any] = json.loads(content)
        return cls(
            (int(said["rank"]), float(said["since_s"]), name),
            float(said["looked_s"]),
            frozenset(map(int, said["usable"])),
            tuple(map(int, said["held"])),
            int(said["memory_bytes"]),
        )


class Broker:
    """The folder of tickets, and what there is to hand out.

    Parameters
    ----------
    cores
        The numbers of the cores that this process may use.
    memory_bytes
        What all solves together may take; `None` is whatever they need.
    clock
        Seconds, the same for all processes of the machine.
    """

    def __init__(
        self,
        folder: Path,
        cores: Sequence[int],
        memory_bytes: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder, self.cores, self.memory_bytes, self.clock = folder, tuple(cores), memory_bytes, clock

    @classmethod
    def of_this_machine(cls) -> Broker | None:
        """Return the one that all processes of this user share; `None` where that is not wanted or cannot be had."""
        if asked_cores() == 0:
            return None
        folder = _own_folder()
        if folder is None:
            return None
        memory = memory_bytes()
        return cls(folder, usable_cores(), None if memory is None else int(MEMORY_SHARE * memory))

    @contextmanager
    def gate(self) -> Iterator[None]:
        """Let nobody else look at tickets, or write one.

        Raises
        ------
        BlockingIOError
            When somebody else is behind the gate just now.
        OSError
            When there is no locking files here.
        """
        handle = os.open(self.folder / "gate", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
            yield
        finally:
            # Also where somebody else has forked meanwhile, and has the open file as well.
            _unlock(handle)
            os.close(handle)

    def others(self, own: str) -> list[_Other]:
        """Return what all tickets say but one's own, and delete those that are nobody's; behind the gate."""
        found = []
        for path in self.folder.glob("*.ticket"):
            if path.name == own:
                continue
            with suppress(FileNotFoundError):
                handle = os.open(path, os.O_RDWR)
                try:
                    _lock(handle)
                    path.unlink()
                except BlockingIOError:
                    # What is no ticket of ours, though somebody locks it, says nothing.
                    with suppress(ValueError, KeyError, TypeError, AttributeError):
                        found.append(_Other.read(path.name, os.pread(handle, os.fstat(handle).st_size, 0)))
                finally:
                    os.close(handle)
        return found


class Ticket:
    """One solve that waits for its turn, and then has it."""

    def __init__(self, broker: Broker, need: Need) -> None:
        self.broker, self.need = broker, need
        self.since_s = self.looked_s = broker.clock()
        self.name = f"{os.getpid()}-{secrets.token_hex(8)}.ticket"
        #: The cores that it holds, once it has begun.
        self.held: tuple[int, ...] = ()
        #: Whether it has begun although somebody else holds what it needs.
        self.is_forced = False
        self._handle: int | None = None

    def try_to_begin(self) -> Hindrance | None:
        """Begin if that is possible now, or has been waited for long enough; return what stands in the way.

        Raises
        ------
        OSError
            As `Broker.gate` does.
        """
        with self.broker.gate():
            if self._handle is None:
                self._handle = os.open(self.broker.folder / self.name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
                _lock(self._handle)
            self.looked_s = self.broker.clock()
            others = self.broker.others(self.name)
            hindrance = self._hindrance(others)
            if hindrance is not None and self._has_waited_long_enough(hindrance):
                hindrance, self.is_forced = None, True
            if hindrance is None:
                # A core that is taken comes last: it is shared only by force.
                taken = self._taken(others)
                self.held = tuple(sorted(self.broker.cores, key=taken.__contains__)[: self._count])
            self._write()
        return hindrance

    def give_back(self) -> None:
        """Give everything back."""
        if self._handle is not None:
            with suppress(OSError):
                (self.broker.folder / self.name).unlink()
            _unlock(self._handle)
            os.close(self._handle)
            self._handle, self.held = None, ()

    @property
    def _count(self) -> int:
        return min(self.need.cores, len(self.broker.cores))

    @property
    def _order(self) -> tuple[int, float, str]:
        return (self.need.urgency.rank, self.since_s, self.name)

    def _has_waited_long_enough(self, hindrance: Hindrance) -> bool:
        return self.looked_s - self.since_s >= hindrance.patience * LONGEST_WAIT_S[self.need.urgency]

    def _hindrance(self, others: Sequence[_Other]) -> Hindrance | None:
        """Return what stands in the way of beginning now; first what is waited for longest."""
        most = self.broker.memory_bytes
        used = [other.memory_bytes for other in others if other.held]
        # One that is alone has all the memory there is.
        if most is not None and used and sum(used) + self.need.memory_bytes > most:
            return Hindrance(FOR_MEMORY, patience=PATIENCE_FOR_MEMORY)
        before = sum(self._waits_behind(other) for other in others)
        if len(set(self.broker.cores) - self._taken(others)) < self._count:
            return Hindrance(FOR_CORES, before)
        return Hindrance(FOR_OTHERS, before) if before else None

    def _waits_behind(self, other: _Other) -> bool:
        """Return whether another one waits for cores of these, and has its turn before."""
        is_waiting = not other.held and self.looked_s - other.looked_s < ASLEEP_S
        return is_waiting and other.order < self._order and not other.usable.isdisjoint(self.broker.cores)

    def _taken(self, others: Sequence[_Other]) -> set[int]:
        """Return the cores that this one does not begin on: a sweep stands back by itself behind who is interactive."""
        is_urgent = self.need.urgency is Urgency.INTERACTIVE
        holding = (other for other in others if not (is_urgent and other.order[0] == Urgency.SWEEP.rank))
        return {core for other in holding for core in other.held}

    def _write(self) -> None:
        assert self._handle is not None
        said = {
            "rank": self.need.urgency.rank,
            "since_s": self.since_s,
            "looked_s": self.looked_s,
            "usable": self.broker.cores,
            "held": self.held,
            "memory_bytes": self.need.memory_bytes,
        }
        content = json.dumps(said).encode()
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, content, 0)


def _lock(handle: int) -> None:
    """Lock a file for as long as it is open, or raise `BlockingIOError` at once."""
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(handle: int) -> None:
    import fcntl

    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_UN)


def _own_folder() -> Path | None:
    """Return the folder of the tickets, made if need be; `None` where none can be written to, or no file be locked."""
    if find_spec("fcntl") is None:
        return None
    named = os.environ.get(FOLDER)
    for place in (Path(named),) if named else (place / f"paigong-{os.getuid()}" for place in PLACES):
        with suppress(OSError):
            place.mkdir(mode=0o700, exist_ok=True)
            about = place.lstat()
            # Who could write to it could keep everybody waiting.
            if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or about.st_mode & _OTHERS_WRITE:
                continue
            folder = place / KIND
            folder.mkdir(mode=0o700, exist_ok=True)
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
    return None
