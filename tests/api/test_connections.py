"""Connections before any key: too many, half a request, answers that nobody takes. Raw sockets on loopback."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from api.connections.limits import Limits
from api.connections.lobby import PAUSE_S, Guest, LobbyServer
from api.connections.protocol import DoorProtocol, Patience, protocol_factory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

#: What a connection gets for the head of a request in these tests; and what a test waits for what has to come.
HEAD_S, PATIENCE_S = 0.4, 30.0
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
#: More than the buffers of both ends take.
MUCH = b"x" * 20_000_000


class Address:
    """A connection as it is counted."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.is_shut = False

    def shut(self) -> None:
        self.is_shut = True


# --- counting -----------------------------------------------------------------------------------------------------


def opened(limits: Limits, address: str, count: int) -> list[Address]:
    made = [Address(address) for _ in range(count)]
    for one in made:
        limits.opened(one)
    return made


def test_of_too_many_from_an_address_the_oldest_that_waits_goes() -> None:
    limits = Limits(per_address=3, in_all=100)
    others = opened(limits, "b", 2)
    first, second, third, fourth = opened(limits, "a", 3) + opened(limits, "a", 1)
    assert [one.is_shut for one in (first, second, third, fourth, *others)] == [True, *[False] * 5]
    limits.works(second)
    opened(limits, "a", 1)
    assert (second.is_shut, third.is_shut) == (False, True)
    assert (len(limits), limits.shed) == (5, 2)


def test_of_too_many_in_all_the_oldest_goes_whosever_it_is() -> None:
    limits = Limits(per_address=10, in_all=4)
    made = [opened(limits, address, 1)[0] for address in "abcdef"]
    assert [one.is_shut for one in made] == [True, True, False, False, False, False]


def test_one_more_than_all_at_work_is_beyond_the_limit_until_one_of_them_goes() -> None:
    limits = Limits(per_address=2, in_all=100)
    busy = opened(limits, "a", 2)
    for one in busy:
        limits.works(one)
    [more] = opened(limits, "a", 1)
    assert limits.excess_of(more) == 2
    limits.closed(busy[0])
    assert limits.excess_of(more) is None


def test_what_is_gone_is_forgotten_once() -> None:
    limits = Limits(per_address=2, in_all=100)
    [one] = opened(limits, "a", 1)
    for _ in range(2):
        limits.closed(one)
        limits.waits(one)
    assert len(limits) == 0
    assert limits._of == limits._waiting == limits._all_waiting == {}


# --- real connections ---------------------------------------------------------------------------------------------


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    if scope["path"] == "/body":
        while (await receive()).get("more_body"):
            pass
    body = MUCH if scope["path"] == "/much" else b"ok"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def limits() -> Limits:
    return Limits(per_address=20, in_all=100)


@contextmanager
def serving(limits: Limits, head_s: float) -> Iterator[int]:
    """Serve on loopback, and give the port."""
    config = uvicorn.Config(
        application, http=protocol_factory(limits, Patience(head_s, HEAD_S)), lifespan="off", log_config=None,
        timeout_keep_alive=1, timeout_graceful_shutdown=1, h11_max_incomplete_event_size=65_536,
    )  # fmt: skip
    server = LobbyServer(config, limits, head_s=head_s)
    sock = socket.create_server(("127.0.0.1", 0), backlog=100)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    yield sock.getsockname()[1]
    server.should_exit = True
    thread.join()


@pytest.fixture
def port(limits: Limits) -> Iterator[int]:
    """Serve with little patience."""
    with serving(limits, HEAD_S) as found:
        yield found


@pytest.fixture
def patient_port(limits: Limits) -> Iterator[int]:
    """Serve with as much patience as a test has."""
    with serving(limits, PATIENCE_S) as found:
        yield found


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)


def is_ended(stream: socket.socket) -> bool:
    """Wait for the end of a connection."""
    with suppress(ConnectionError):
        while stream.recv(65_536):
            pass
    return True


def asked(port: int, request: bytes = HEALTH) -> bytes:
    with closing(connect(port)) as stream:
        stream.sendall(request.replace(b"Host: x", b"Host: x\r\nConnection: close"))
        answer = b""
        while piece := stream.recv(65_536):
            answer += piece
    return answer


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_does_not_come_ends_the_connection(port: int, begun: bytes) -> None:
    with closing(connect(port)) as stream:
        stream.sendall(begun)
        assert is_ended(stream)


def test_a_byte_now_and_then_is_no_head_either(port: int) -> None:
    with closing(connect(port)) as stream:
        began_s = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - began_s < PATIENCE_S:
                stream.sendall(b"x")
                time.sleep(HEAD_S / 10)
        assert time.monotonic() - began_s < PATIENCE_S


def test_the_second_head_of_a_connection_has_its_time_too(port: int) -> None:
    with closing(connect(port)) as stream:
        stream.sendall(HEALTH)
        while b"ok" not in stream.recv(65_536):
            pass
        stream.sendall(b"GET /hea")
        assert is_ended(stream)


def test_a_connection_that_asks_in_time_goes_on(port: int) -> None:
    with closing(connect(port)) as stream:
        for _ in range(4):
            time.sleep(HEAD_S / 2)
            stream.sendall(HEALTH[:10])
            stream.sendall(HEALTH[10:])
            while b"ok" not in stream.recv(65_536):
                pass
        # Two at once are answered one after the other.
        stream.sendall(HEALTH + HEALTH)
        answer = b""
        while answer.count(b"ok") < 2:
            answer += stream.recv(65_536)


def test_a_body_that_is_slow_is_for_who_asked_for_it(port: int) -> None:
    with closing(connect(port)) as stream:
        stream.sendall(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1")
        time.sleep(2 * HEAD_S)
        stream.sendall(b"2")
        assert b"200 OK" in stream.recv(65_536)


def test_an_answer_that_nobody_takes_is_not_kept_for_ever(port: int, limits: Limits) -> None:
    with closing(connect(port)) as stream:
        stream.sendall(HEALTH.replace(b"/healthz", b"/much"))
        until_s = time.monotonic() + PATIENCE_S
        while len(limits) and time.monotonic() < until_s:
            time.sleep(0.05)
        assert len(limits) == 0


def test_half_open_connections_keep_nobody_out(port: int, limits: Limits) -> None:
    with ExitStack() as held:
        for _ in range(3 * limits.per_address):
            held.enter_context(closing(connect(port))).sendall(b"GET / HTTP/1.1\r\n")
        for path in (b"/healthz", b"/v1/plans"):
            assert asked(port, HEALTH.replace(b"/healthz", path)).startswith(b"HTTP/1.1 200")
        assert limits.shed >= 2 * limits.per_address
        assert len(limits) <= limits.per_address + 1


def test_half_a_head_has_no_protocol_and_a_whole_one_has(patient_port: int, limits: Limits) -> None:
    with ExitStack() as held:
        for begun in (b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n"):
            held.enter_context(closing(connect(patient_port))).sendall(begun)
        while len(limits) < 3:
            time.sleep(0.01)
        assert {type(one) for one in limits._all_waiting} == {Guest}
        stream = held.enter_context(closing(connect(patient_port)))
        for piece in (HEALTH[:5], HEALTH[5:-2], HEALTH[-2:]):
            stream.sendall(piece)
            time.sleep(0.02)
        assert b"200 OK" in stream.recv(65_536)
        assert [type(one) for one in limits._all_waiting].count(DoorProtocol) == 1


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nX: " + 70_000 * b"x", b"GET HTTP\n\n"]
)
def test_what_is_no_head_and_will_be_none_is_refused_at_once(patient_port: int, sent: bytes) -> None:
    with closing(connect(patient_port)) as stream:
        began_s = time.monotonic()
        stream.sendall(sent)
        assert stream.recv(65_536).startswith(b"HTTP/1.1 400")
        assert time.monotonic() - began_s < PATIENCE_S


def test_who_hangs_up_before_asking_is_forgotten(patient_port: int, limits: Limits) -> None:
    for sent in (b"", b"GET / HTTP/1.1\r\n"):
        with closing(connect(patient_port)) as stream:
            stream.sendall(sent)
            while not len(limits):
                time.sleep(0.01)
        began_s = time.monotonic()
        while len(limits):
            time.sleep(0.01)
        assert time.monotonic() - began_s < PATIENCE_S


def test_a_server_that_ends_waits_for_no_half_request(limits: Limits) -> None:
    with ExitStack() as held:
        with serving(limits, PATIENCE_S) as port:
            stream = held.enter_context(closing(connect(port)))
            stream.sendall(b"GET / HTTP/1.1\r\n")
            while not len(limits):
                time.sleep(0.01)
        assert is_ended(stream)
    assert len(limits) == 0


def test_who_asks_and_hangs_up_for_sending_is_answered(patient_port: int) -> None:
    with closing(connect(patient_port)) as stream:
        stream.sendall(HEALTH)
        stream.shutdown(socket.SHUT_WR)
        assert b"200 OK" in stream.recv(65_536)


def test_without_a_file_to_open_those_who_come_wait(
    patient_port: int, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_full = threading.Event()
    is_full.set()
    accept = socket.socket.accept

    def accept_if_there_is_room(sock: socket.socket) -> tuple[socket.socket, Any]:
        if is_full.is_set():
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return accept(sock)

    monkeypatch.setattr(socket.socket, "accept", accept_if_there_is_room)
    with closing(connect(patient_port)) as stream:
        stream.sendall(HEALTH)
        time.sleep(PAUSE_S)
        assert len(limits) == 0
        is_full.clear()
        assert b"200 OK" in stream.recv(65_536)


def test_beyond_the_limit_a_probe_is_answered_and_others_are_told(port: int, limits: Limits) -> None:
    with ExitStack() as held:
        for _ in range(limits.per_address):
            stream = held.enter_context(closing(connect(port)))
            stream.sendall(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1")
        while len(limits._all_waiting) or len(limits) < limits.per_address:
            time.sleep(0.01)
        refused = asked(port, HEALTH.replace(b"/healthz", b"/v1/plans"))
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"TOO_MANY_CONNECTIONS" in refused
        assert b"application/problem+json" in refused
        for path in (b"/healthz", b"/readyz"):
            assert asked(port, HEALTH.replace(b"/healthz", path)).startswith(b"HTTP/1.1 200")
