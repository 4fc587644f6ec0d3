"""Regular expressions that are compiled when they are first used.

There are a hundred for what people type, and a branch that is typed plainly needs a few: to compile all of them took a
tenth of the time that reading it takes.
"""

from __future__ import annotations

import re
from typing import Any, cast


def pattern_of(source: str, flags: int = 0) -> re.Pattern[str]:
    r"""Return a regular expression as `re.compile` does, but compile it only when it is asked anything.

    >>> pattern_of(r"(\d+) km").fullmatch("12 km")[1]
    '12'
    """
    return cast("re.Pattern[str]", _Pattern(source, flags))


class _Pattern:
    """Stands for a compiled expression; what it has been asked for once it has itself."""

    def __init__(self, source: str, flags: int) -> None:
        self.pattern, self.flags = source, flags

    def __getattr__(self, name: str) -> Any:
        # `re` keeps what it has compiled, so that the next name finds it.
        value = getattr(re.compile(self.pattern, self.flags), name)
        setattr(self, name, value)
        return value
