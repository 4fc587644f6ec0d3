"""Tickets of tests: a clock that stands still unless somebody waits, and a process that holds a core."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.running.tickets import Broker, Need, Ticket, Urgency

if TYPE_CHECKING:
    from optimizer.running.entry import Parent

SOLVE, SWEEP, INTERACTIVE = Need(Urgency.SOLVE), Need(Urgency.SWEEP), Need(Urgency.INTERACTIVE)


class Clock:
    """A clock that goes on when it is asked to, and a token whose waiting lets it."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.is_cancelled = False
        self.waits = 0
        self.cancel_after = sys.maxsize

    def __call__(self) -> float:
        return self.now_s

    def wait(self, seconds: float) -> bool:
        self.now_s += seconds
        self.waits += 1
        self.is_cancelled = self.waits > self.cancel_after
        return self.is_cancelled

    def interrupt(self) -> None:
        self.is_cancelled = True


def tickets(broker: Broker, *needs: Need) -> list[Ticket]:
    """Return a ticket for each, which come one after another."""
    made = []
    for need in needs:
        made.append(Ticket(broker, need))
        assert isinstance(broker.clock, Clock)
        broker.clock.now_s += 0.01
    return made


def hindrance(ticket: Ticket) -> str:
    """Return what a ticket waits for, in words; nothing when it has begun."""
    found = ticket.try_to_begin()
    return "" if found is None else found.sentence


def serve(parent: Parent, folder: str, cores: str) -> None:
    """Be another process that begins on a core, says on which, and holds it until asked to stop."""
    ticket = Ticket(Broker(Path(folder), [*map(int, cores.split())]), SOLVE)
    said = hindrance(ticket) or str(ticket.held)
    parent.send(said.encode())
    parent.receive()
    ticket.give_back()
