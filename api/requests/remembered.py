"""What was read of an upload is remembered for a while: who validates a branch submits it next, or with a new seed."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Read = TypeVar("Read")

#: Of a job's options those that say how its branch is read; the others say how it is solved.
_OF_READING = ("stage", "as_of", "days", "skip_bad", "allow_unknown", "datum", "broken_locks")


class Remembered(Generic[Read]):
    """The last few things that were read, by what they were read from; threads may share it.

    Parameters
    ----------
    most
        How many are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[str, Read] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, read: Callable[[], Read]) -> Read:
        """Return what was read of a key before, else read it now; what fails is not remembered."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = read()
        with self._lock:
            self._known[key] = found
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found

    def forget(self) -> None:
        """Forget all of it."""
        with self._lock:
            self._known.clear()


def reading_key(sha256: str, media_type: str, options: Mapping[str, Any]) -> str:
    """Return what names a reading: the bytes, what they are, and how they are read."""
    return json.dumps([sha256, media_type, *(options.get(name) for name in _OF_READING)])
