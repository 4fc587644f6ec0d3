"""One call of the call list, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.text.printable import without_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from optimizer.report.papers.case import Case
    from optimizer.report.wording import Wording


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to phone about what.

    Parameters
    ----------
    group
        Calls of one group become one: all to one technician.
    why
        The cause in a word or two.
    say
        Full sentences.
    message
        The same as a text to send; empty where nothing is sent.
    first
        What the coordinator tries before it calls.
    caller_id
        The technician who calls; empty for the coordinator.
    by_s
        Deadline in seconds of the clock; `None` when no clock runs.
    is_first
        On top of the list: send somebody today, an emergency, a word that is not kept.
    is_emergency
        On top of those.
    """

    group: str
    whom: str
    phone: str
    order_id: str
    why: str
    say: str
    message: str = ""
    first: str = ""
    caller_id: str = ""
    by_s: int | None = None
    is_first: bool = False
    is_emergency: bool = False
    is_red: bool = False


def merged(calls: Iterable[Call], wording: Wording) -> list[Call]:
    """Return the calls with those of one group made one: all that is to be said, by the first deadline."""
    found: dict[tuple[str, bool], Call] = {}
    for call in calls:
        key = (call.group, call.is_first)
        found[key] = _joined(found[key], call, wording) if key in found else call
    return list(found.values())


def _joined(first: Call, second: Call, wording: Wording) -> Call:
    space = "" if wording.lang == "zh" else " "
    deadlines = [by_s for by_s in (first.by_s, second.by_s) if by_s is not None]
    return replace(
        first,
        order_id=wording.listed(_apart(wording.listed, first.order_id, second.order_id)),
        why=wording.series(_apart(wording.series, first.why, second.why)),
        say=space.join(text for text in (first.say, second.say) if text),
        message=space.join(text for text in (first.message, second.message) if text),
        by_s=min(deadlines, default=None),
        is_red=first.is_red or second.is_red,
    )


def _apart(join: Callable[[Iterable[str]], str], *texts: str) -> Iterable[str]:
    """Return what is listed in texts that were joined so, once each."""
    mark = join(("", ""))
    return dict.fromkeys(piece for text in texts for piece in text.split(mark) if piece)


def call_technician(case: Case, technician_id: str, order_id: str, why: str, say: str, by_s: int | None) -> Call:
    """Return the coordinator's call to a technician."""
    return Call(
        group=f"technician {technician_id}",
        whom=case.person(technician_id),
        phone=case.phone(technician_id),
        order_id=order_id,
        why=why,
        say=without_controls(say),
        message=without_controls(say),
        by_s=by_s,
    )
