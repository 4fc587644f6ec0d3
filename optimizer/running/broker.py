"""Who solves when: a solve waits for its turn, holds what it needs, and gives it back.

Cores and memory are handed out among all processes of a user by `tickets.py`. Waiting has an end (`LONGEST_WAIT_S`):
then a solve begins beside the others. Whatever stands in the way of tickets lets it begin at once: a plan that comes
late is better than none. What begins when changes no plan of a work limit.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.running.tickets import (
    ASLEEP_S,
    FOR_CORES,
    FOR_MEMORY,
    FOR_OTHERS,
    Broker,
    Hindrance,
    Need,
    Ticket,
    Urgency,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol, TypeAlias

    class Waits(Protocol):
        """What says that a solve shall end, and can be waited for."""

        def wait(self, seconds: float) -> bool:
            """Wait to be asked, so long at most; return whether it was."""

        def interrupt(self) -> None:
            """Ask, as Ctrl-C does."""

    #: Takes a sentence of the catalogue.
    OnMessage: TypeAlias = Callable[[str], None]

#: By how much a solve stands back behind others on the same core, as `nice` counts: who is interactive does not wait
#: for a sweep that runs, and has nine tenths of the core beside it.
NICENESS = {Urgency.INTERACTIVE: 0, Urgency.SOLVE: 0, Urgency.SWEEP: 10}
#: How often it is looked whether a solve may begin: longer by as much for each that waits before it, up to the second.
LOOK_S, LONGEST_LOOK_S = 0.05, 0.5
#: When it is first said what is waited for, and how long after that it is said again.
FIRST_WORD_S, NEXT_WORD_S = 1.0, 5.0
#: Said when it has waited for long enough.
BESIDE_OTHERS = "It has waited long enough: the search begins beside others and is slower for it."
#: Every sentence that is said.
SENTENCES = (FOR_CORES, FOR_MEMORY, FOR_OTHERS, BESIDE_OTHERS)

_log = logging.getLogger(__name__)
_in_this_thread = threading.local()


@dataclass(frozen=True, slots=True)
class Turn:
    """How the waiting ended: after how long, and whether with a turn; without one the solve was asked to end."""

    waited_s: float
    is_mine: bool = True


@contextmanager
def taking_turns(need: Need, cancel: Waits, on_message: OnMessage | None = None) -> Iterator[Turn]:
    """Wait until a solve may begin, and hold what it needs for as long as it takes.

    Parameters
    ----------
    cancel
        Ends the waiting, and the solve with it; a solve that need not wait begins all the same.
    on_message
        Called with a sentence after a second of waiting, and every few seconds from then on.
    """
    broker = None if _is_solving_already() else Broker.of_this_machine()
    if broker is None:
        yield Turn(0.0)
        return
    ticket = Ticket(broker, need)
    _in_this_thread.is_solving = True
    try:
        yield _wait(ticket, cancel, on_message or (lambda _: None))
    finally:
        _in_this_thread.is_solving = False
        ticket.give_back()


def _is_solving_already() -> bool:
    """Return whether this thread holds a turn: a solve within a solve would wait for itself."""
    return getattr(_in_this_thread, "is_solving", False)


def _wait(ticket: Ticket, cancel: Waits, on_message: OnMessage) -> Turn:
    """Wait for a turn, or until asked to end."""
    clock = ticket.broker.clock
    word_s = ticket.since_s + FIRST_WORD_S
    try:
        while (hindrance := _hindrance_of(ticket)) is not None:
            if clock() >= word_s:
                on_message(hindrance.sentence)
                word_s = clock() + NEXT_WORD_S
            if cancel.wait(min(LONGEST_LOOK_S, LOOK_S * (1 + hindrance.before))):
                return Turn(clock() - ticket.since_s, is_mine=False)
    except KeyboardInterrupt:
        cancel.interrupt()
        return Turn(clock() - ticket.since_s, is_mine=False)
    if ticket.is_forced:
        on_message(BESIDE_OTHERS)
    return Turn(clock() - ticket.since_s)


def _hindrance_of(ticket: Ticket) -> Hindrance | None:
    """Return why a solve has to wait; where nobody can tell, it has not."""
    try:
        return ticket.try_to_begin()
    except BlockingIOError:
        return Hindrance(FOR_OTHERS) if ticket.broker.clock() - ticket.looked_s < ASLEEP_S else None
    except (OSError, ValueError) as error:
        _log.warning("cores cannot be shared with other solves (%s): this one begins at once", error)
        return None
