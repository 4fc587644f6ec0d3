"""How many connections there may be, from one address and in all, and which one goes when there are more."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Protocol

#: What a process needs beside connections: the database, children and their pipes, uploads.
OTHER_FILES = 512
#: Addresses that are always answered: whoever runs the service has to see how it is when it is attacked.
PROBES = ("/healthz", "/readyz")


class Peer(Protocol):
    """One connection, as far as it is counted."""

    @property
    def address(self) -> str:
        """Whose it is."""

    def shut(self) -> None:
        """End it, without a word."""


@dataclass(slots=True)
class Limits:
    """Counts connections, and ends those that have asked for nothing longest where there are too many.

    One more than the limit is taken, and the oldest that waits goes for it: so a client that comes while somebody holds
    connections open for nothing is served. When all before it are at work, the one more is: its request is refused,
    unless it is a probe.

    Parameters
    ----------
    per_address, in_all
        How many there may be.
    """

    per_address: int
    in_all: int
    #: How many were ended for others.
    shed: int = 0
    _of: defaultdict[str, set[Peer]] = field(default_factory=lambda: defaultdict(set))
    _waiting: defaultdict[str, dict[Peer, None]] = field(default_factory=lambda: defaultdict(dict))
    _all_waiting: dict[Peer, None] = field(default_factory=dict)
    _count: int = 0

    def __len__(self) -> int:
        return self._count

    def opened(self, peer: Peer) -> None:
        """Count a connection, which waits for its first request; end what waits longest where there are too many."""
        address = peer.address
        if len(self._of[address]) >= self.per_address:
            self._shed_first_of(self._waiting[address])
        elif self._count >= self.in_all:
            self._shed_first_of(self._all_waiting)
        self._of[address].add(peer)
        self._count += 1
        self.waits(peer)

    def closed(self, peer: Peer) -> None:
        """Forget a connection."""
        address = peer.address
        self.works(peer)
        if peer in self._of[address]:
            self._of[address].remove(peer)
            self._count -= 1
        for table in (self._of, self._waiting):
            if not table[address]:
                del table[address]

    def works(self, peer: Peer) -> None:
        """Note that a connection has a request to be answered."""
        self._waiting[peer.address].pop(peer, None)
        self._all_waiting.pop(peer, None)

    def waits(self, peer: Peer) -> None:
        """Note that a connection waits for a request from now on."""
        if peer in self._of.get(peer.address, ()):
            self._waiting[peer.address][peer] = self._all_waiting[peer] = None

    def excess_of(self, peer: Peer) -> int | None:
        """Return the limit beyond which a connection is; `None` when it is within all."""
        if len(self._of.get(peer.address, ())) > self.per_address:
            return self.per_address
        return self.in_all if self._count > self.in_all else None

    def _shed_first_of(self, waiting: dict[Peer, None]) -> None:
        victim = next(iter(waiting), None)
        if victim is not None:
            self.shed += 1
            self.closed(victim)
            victim.shut()


def room_for(wanted: int) -> int:
    """Return how many of the wanted connections this process can hold, after asking for as many files as it may."""
    try:
        import resource
    except ImportError:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wanted if soft == resource.RLIM_INFINITY else max(1, min(wanted, soft - OTHER_FILES))
