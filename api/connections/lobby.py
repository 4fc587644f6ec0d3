"""The lobby: where connections wait until the head of a request has come, at next to no cost.

asyncio and uvicorn spend a third of a millisecond on a connection from its beginning to its end, and who holds half
requests open brings thousands of them a second: everybody else would stand in the line behind them. Here one costs a
few calls of the system: it is taken, counted, and looked at when something has come, without taking it (`MSG_PEEK`).
It is given a transport and a protocol when they have something to answer.
"""

from __future__ import annotations

import asyncio
import re
import select
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.connections.limits import Limits

#: Connections that are taken, and looked at, before requests have their turn: a flood must not keep these waiting.
AT_ONCE = 64
#: How long none is taken when this process may open no more files.
PAUSE_S = 0.2
#: Whether this system says which of many connections have got something, once for each time that they have.
CAN_WAIT = hasattr(select, "epoll")
#: The end of a head, as h11 finds it.
_END = re.compile(rb"\n\r?\n")
#: Of a head, as h11 has it where nobody says otherwise.
MOST_BYTES = 16_384
#: No request begins with a byte below this one, an encrypted one does: it is refused at once.
_LEAST = 0x21


@dataclass(slots=True, eq=False)
class Guest:
    """A connection that has not asked for anything yet.

    Parameters
    ----------
    until_s
        When it has to have done so, on the loop's clock.
    """

    lobby: Lobby
    sock: socket.socket
    address: str
    until_s: float

    def shut(self) -> None:
        """End it, without a word."""
        self.lobby.part_from(self)


class Lobby:
    """The waiting connections of one listening socket. To uvicorn it is one of its servers.

    Parameters
    ----------
    head_s
        Seconds that the head of a request may take to arrive.
    most_bytes
        Of a head that is not whole: the protocol refuses what is longer.
    admit
        Makes the protocol of a connection that asks for something.
    """

    def __init__(
        self,
        sock: socket.socket,
        limits: Limits,
        *,
        head_s: float,
        most_bytes: int,
        admit: Callable[[], asyncio.Protocol],
    ) -> None:
        self._sock, self._limits, self._admit = sock, limits, admit
        self._head_s, self._most_bytes = head_s, most_bytes
        self._loop = asyncio.get_running_loop()
        #: By the number of its file, in the order of their coming.
        self._guests: dict[int, Guest] = {}
        self._admissions: set[asyncio.Task[object]] = set()
        self._is_open = True
        self._clock: asyncio.TimerHandle | None = None
        self._epoll = select.epoll()
        sock.setblocking(False)
        self._loop.add_reader(self._epoll.fileno(), self._look)
        self._loop.add_reader(sock.fileno(), self._take)

    def close(self) -> None:
        """Take no more connections, and end those that wait."""
        if not self._is_open:
            return
        self._is_open = False
        self._loop.remove_reader(self._sock.fileno())
        self._loop.remove_reader(self._epoll.fileno())
        for guest in list(self._guests.values()):
            self._end(guest)
        if self._clock is not None:
            self._clock.cancel()
        self._epoll.close()

    async def wait_closed(self) -> None:
        """Wait for those that are being let in."""
        if self._admissions:
            await asyncio.wait(self._admissions)

    def part_from(self, guest: Guest) -> None:
        """End a connection."""
        self._guests.pop(guest.sock.fileno(), None)
        guest.sock.close()

    def _take(self) -> None:
        """Take some of those that stand in the line."""
        until_s = self._loop.time() + self._head_s
        for _ in range(AT_ONCE):
            try:
                sock, peer = self._sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                break
            except OSError:
                # No more files: those who wait may go meanwhile.
                self._loop.remove_reader(self._sock.fileno())
                self._loop.call_later(PAUSE_S, self._go_on)
                break
            sock.setblocking(False)
            guest = Guest(self, sock, str(peer[0]), until_s)
            self._guests[sock.fileno()] = guest
            # Each time that something more has come it is told once.
            self._epoll.register(sock.fileno(), select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET)
            self._limits.opened(guest)
        if self._clock is None and self._guests:
            self._clock = self._loop.call_at(until_s, self._end_late)

    def _go_on(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._sock.fileno(), self._take)

    def _look(self) -> None:
        """Look at some of those that have got something."""
        for number, told in self._epoll.poll(0, AT_ONCE):
            guest = self._guests.get(number)
            if guest is None:
                continue
            try:
                come = guest.sock.recv(self._most_bytes + 1, socket.MSG_PEEK)
            except BlockingIOError:
                continue
            except OSError:
                come = b""
            if self._asks(come):
                self._let_in(guest)
            elif not come or told & (select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR):
                self._end(guest)

    def _asks(self, come: bytes) -> bool:
        """Return whether what has come is to be answered, and be it by a refusal."""
        return bool(come) and (come[0] < _LEAST or len(come) > self._most_bytes or _END.search(come) is not None)

    def _let_in(self, guest: Guest) -> None:
        self._limits.closed(guest)
        del self._guests[guest.sock.fileno()]
        self._epoll.unregister(guest.sock.fileno())
        task = self._loop.create_task(self._given_protocol(guest.sock))
        self._admissions.add(task)
        task.add_done_callback(self._admissions.discard)

    async def _given_protocol(self, sock: socket.socket) -> None:
        with suppress(OSError):  # It has gone meanwhile.
            await self._loop.connect_accepted_socket(self._admit, sock)

    def _end(self, guest: Guest) -> None:
        self._limits.closed(guest)
        guest.shut()

    def _end_late(self) -> None:
        """End those whose time is over; they are the first ones, as all have the same time."""
        moment_s = self._loop.time()
        self._clock = None
        while self._guests:
            guest = next(iter(self._guests.values()))
            if guest.until_s > moment_s:
                self._clock = self._loop.call_at(guest.until_s, self._end_late)
                return
            self._end(guest)


class LobbyServer(uvicorn.Server):
    """uvicorn, with a lobby before its protocols where the system can tell of many connections at once."""

    def __init__(self, config: uvicorn.Config, limits: Limits, *, head_s: float) -> None:
        super().__init__(config)
        self._limits, self._head_s = limits, head_s

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections, when the application has started."""
        if not CAN_WAIT or not sockets:
            await super().startup(sockets)
            return
        await super().startup(sockets=[])
        most_bytes = self.config.h11_max_incomplete_event_size or MOST_BYTES
        for sock in sockets:
            lobby = Lobby(sock, self._limits, head_s=self._head_s, most_bytes=most_bytes, admit=self._protocol)
            self.servers.append(cast("asyncio.base_events.Server", lobby))

    def _protocol(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        made: asyncio.Protocol = make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
        return made
