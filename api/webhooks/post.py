"""One POST, to a checked address, under one deadline for all of it."""

from __future__ import annotations

import http.client
import io
import queue
import socket
import ssl
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from api.webhooks.guard import Address, AddressGuard, RefusedUrlError, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from _typeshed import WriteableBuffer

#: Of an answer, no more is read: head and body together.
MAX_ANSWER_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Reply:
    """How one POST went; `error` is `None` when the receiver took it (2xx).

    Parameters
    ----------
    status
        What the receiver answered, `None` without an answer.
    error
        `status_500` and the like, `redirect_302` and the like, a code of `REFUSALS`, or the trouble on the way:
        `timeout`, `certificate`, `tls`, `connection_refused`, `connection_lost`, `network`, `protocol`.
    """

    status: int | None
    error: str | None


#: The first that fits names the trouble.
_TROUBLES = (
    (TimeoutError, "timeout"),
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "tls"),
    (ConnectionRefusedError, "connection_refused"),
    (ConnectionError, "connection_lost"),
    (OSError, "network"),
    (http.client.HTTPException, "protocol"),
)


def send_post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    guard: AddressGuard,
    timeout_s: float,
    *,
    tls: ssl.SSLContext | None = None,
) -> Reply:
    """Post a body and say how it went; neither a refused URL nor trouble on the way is raised.

    The connection goes to an address that the guard has checked, not to the name again: a name server that answers
    differently the second time (DNS rebinding) is not asked a second time. Redirects are not followed.

    Parameters
    ----------
    timeout_s
        For everything together: lookup, connection, handshake, sending, answer.
    tls
        Which certificates to trust; the system's by default.
    """
    deadline = _Deadline(timeout_s)
    try:
        target = guard.check_url(url)
        connected = _connect(_resolve(guard, target, deadline), target.port, deadline)
        with closing(connected if target.is_plain else _secured(connected, target.host, deadline, tls)) as wire:
            status = _exchange(wire, target, body, headers, deadline)
    except RefusedUrlError as refused:
        return Reply(None, refused.code)
    except (OSError, http.client.HTTPException) as trouble:
        return Reply(None, next(code for kind, code in _TROUBLES if isinstance(trouble, kind)))
    if 200 <= status < 300:
        return Reply(status, None)
    return Reply(status, f"redirect_{status}" if 300 <= status < 400 else f"status_{status}")


class _Deadline:
    """A moment on the monotonic clock by which everything is to be done."""

    def __init__(self, timeout_s: float) -> None:
        self._end_s = time.monotonic() + timeout_s

    def left_s(self) -> float:
        """Return the seconds left, or raise `TimeoutError`."""
        left_s = self._end_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        return left_s


def _resolve(guard: AddressGuard, target: Target, deadline: _Deadline) -> tuple[Address, ...]:
    """Resolve a target's host in a thread of its own: the system's resolver knows no deadline."""
    answers: queue.SimpleQueue[tuple[Address, ...] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(guard.resolve(target.host, target.port, is_plain=target.is_plain))
        except Exception as trouble:  # raised again by who asked
            answers.put(trouble)

    threading.Thread(target=ask, name="webhook-lookup", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left_s())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _connect(addresses: Sequence[Address], port: int, deadline: _Deadline) -> socket.socket:
    """Connect to the first address that answers; one that is silent gets its share of the time, not all of it."""
    trouble = OSError()
    for place, address in enumerate(addresses):
        wire = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        try:
            wire.settimeout(deadline.left_s() / (len(addresses) - place))
            wire.connect((str(address), port))
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            wire.close()
            trouble = error
        else:
            return wire
    raise trouble


@cache
def _system_trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _secured(wire: socket.socket, host: str, deadline: _Deadline, tls: ssl.SSLContext | None) -> ssl.SSLSocket:
    """Shake hands under the name of the host, which the certificate must bear."""
    try:
        wire.settimeout(deadline.left_s())
        return (tls or _system_trust()).wrap_socket(wire, server_hostname=host)
    except (OSError, ValueError):
        wire.close()
        raise


def _exchange(wire: socket.socket, target: Target, body: bytes, headers: Mapping[str, str], deadline: _Deadline) -> int:
    """Send one request and return the status of its answer."""
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0  # never connects by itself: it would look the name up
    connection.sock = _Wire(wire, deadline)
    connection.request("POST", target.path, body, {"Host": target.host_header, "Connection": "close", **headers})
    with closing(connection.getresponse()) as answer:
        # The status is the answer. The rest is read only so that the receiver can finish: trouble there does not count.
        with suppress(OSError, http.client.HTTPException):
            answer.read(MAX_ANSWER_BYTES)
        return answer.status


class _Wire:
    """A socket as `http.client` uses it, with one deadline for all that it does."""

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        self._connected = connected
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        unsent = memoryview(data)
        while unsent:
            self._connected.settimeout(self._deadline.left_s())
            unsent = unsent[self._connected.send(unsent) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Answer(self._connected, self._deadline))

    def close(self) -> None:
        """Leave the socket open: `http.client` lets go of it while the answer is still read."""


class _Answer(io.RawIOBase):
    """What the receiver says, up to `MAX_ANSWER_BYTES`; there it ends."""

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        super().__init__()
        self._connected = connected
        self._deadline = deadline
        self._left_bytes = MAX_ANSWER_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        wanted = memoryview(buffer)[: self._left_bytes]
        if not wanted:
            return 0
        self._connected.settimeout(self._deadline.left_s())
        got = self._connected.recv_into(wanted)
        self._left_bytes -= got
        return got
