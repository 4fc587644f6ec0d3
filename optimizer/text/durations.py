"""How long something takes, as people say it: hours and minutes, and no more of them than there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.text.catalogue import Translate

_MINUTE_S, _HOUR_MINUTES = 60, 60


def minutes_text(minutes: int, translate: Translate) -> str:
    """Return whole minutes in hours and minutes.

    >>> from optimizer.text.catalogue import translator
    >>> [minutes_text(minutes, translator("en")) for minutes in (0, 45, 120, 184)]
    ['0 min', '45 min', '2 h', '3 h 4 min']
    """
    hours, rest = divmod(minutes, _HOUR_MINUTES)
    if not hours:
        return translate("{minutes} min", minutes=rest)
    if not rest:
        return translate("{hours} h", hours=hours)
    return translate("{hours} h {minutes} min", hours=hours, minutes=rest)


def span_text(seconds: int, translate: Translate) -> str:
    """Return how much of a limit is missing or exceeded: seconds rounded up to the minute."""
    return minutes_text(-(-seconds // _MINUTE_S), translate)
