"""Where every child process of ours begins: its limits, and the channel to its parent (`optimizer.running.processes`).

    python -m optimizer.running.entry MODULE LIMITS ARGUMENT...

calls `serve(parent, *arguments)` of the module. A message is its length in four bytes, then its bytes, both ways; what
it means is between the two. Only the standard library is loaded here, so that a child starts as fast as its module.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from importlib import import_module
from struct import Struct
from typing import IO, Any

from optimizer.running.process_limits import cap

_LENGTH = Struct(">I")


def write_message(stream: IO[bytes], message: bytes) -> None:
    """Write a message, whole."""
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def read_message(stream: Any) -> bytes | None:
    """Return the next message of a binary stream; `None` at its end, also in the middle of a message."""
    head = _read(stream, _LENGTH.size)
    return None if head is None else _read(stream, _LENGTH.unpack(head)[0])


def _read(stream: Any, size: int) -> bytes | None:
    content = bytearray(size)
    rest = memoryview(content)
    while rest:
        count = stream.readinto(rest)
        if not count:
            return None
        rest = rest[count:]
    return bytes(content)


class Parent:
    """What a child sees of its parent.

    What anything prints goes to standard error: nothing of it may be taken for a message.
    """

    def __init__(self) -> None:
        # Unbuffered: a thread that waits here when the process ends holds no lock that the end would wait for.
        self._source = os.fdopen(os.dup(0), "rb", buffering=0)
        self._sink = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)

    def receive(self) -> bytes | None:
        """Wait for a message and return it; `None` when the parent asks to stop, or is gone."""
        return read_message(self._source)

    def send(self, message: bytes) -> None:
        """Send a message."""
        write_message(self._sink, message)

    def say_ready(self) -> None:
        """Say that what takes long to load is there: an empty message, which is no answer."""
        self.send(b"")


if __name__ == "__main__":
    cap(**json.loads(sys.argv[2]))
    with suppress(BrokenPipeError):
        import_module(sys.argv[1]).serve(Parent(), *sys.argv[3:])
