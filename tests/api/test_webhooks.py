"""A real receiver on loopback: what it gets, what is never sent, and what happens when it is away, slow or hostile."""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address, ip_network
from random import Random
from typing import TYPE_CHECKING

import pytest
from structlog.testing import CapturingLogger

from api.webhooks import (
    MAX_ANSWER_BYTES,
    MAX_URL_CHARS,
    REFUSALS,
    AddressGuard,
    Backoff,
    Deliverer,
    Delivery,
    RefusedUrlError,
    Reply,
    deliverer,
    is_signed,
    refusal_of,
    send_post,
    sign,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from email.message import Message
    from pathlib import Path

LOOPBACK = (ip_network("127.0.0.0/8"),)
#: What a test waits for comes at once; a test that waits so long has failed.
PATIENCE_S = 30.0
#: Retries that come at once.
PROMPT = Backoff(first_s=0.01, factor=1.0)
SECRET = "s3cret"


def names(**addresses: str) -> Callable[[str, int], Sequence[str]]:
    """Return a resolver of these names under .example; any other name is unknown."""

    def lookup(host: str, port: int) -> Sequence[str]:
        found = addresses.get(host.removesuffix(".example"))
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return found.split()

    return lookup


LOCAL = AddressGuard(LOOPBACK, names(one="127.0.0.1", two="127.0.0.1"))


# --- the receiver ---------------------------------------------------------------------------------------------------


@dataclass
class Received:
    path: str
    headers: Message
    body: bytes


class Receiver(ThreadingHTTPServer):
    """A server on loopback that notes what arrives, and answers from a list of statuses, then with 200."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.port = self.server_address[1]
        self.received: list[Received] = []
        self.statuses: list[int] = []
        self.answer = b"{}"
        self.gates: dict[str, threading.Event] = {}
        self.at_once = 0
        self.most_at_once = 0
        self.lock = threading.Lock()

    def url(self, host: str = "one.example") -> str:
        return f"http://{host}:{self.port}/hook?key=t0ken"

    def hold(self, host: str) -> threading.Event:
        """Let deliveries to a host wait for the event that is returned."""
        return self.gates.setdefault(host, threading.Event())

    def handle_error(self, request: object, client_address: object) -> None:
        """Senders may hang up; a test sees that on their side."""


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.received.append(Received(self.path, self.headers, body))
            status = self.server.statuses.pop(0) if self.server.statuses else 200
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        if gate := self.server.gates.get(self.headers["Host"].partition(":")[0]):
            gate.wait(PATIENCE_S)
        with self.server.lock:
            self.server.at_once -= 1
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"http://127.0.0.1:{self.server.port}/elsewhere")
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    server = Receiver(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        for gate in server.gates.values():
            gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


@contextmanager
def answering(serve: Callable[[socket.socket], object]) -> Iterator[int]:
    """Yield the port of a server that speaks raw bytes to one caller."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            caller, _ = listening.accept()
            with caller, suppress(OSError):  # the sender hangs up, as it should
                serve(caller)

        thread = threading.Thread(target=take)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


# --- the outbox -----------------------------------------------------------------------------------------------------


@dataclass
class MemoryOutbox:
    rows: dict[str, Delivery] = field(default_factory=dict)
    claims: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, str, bool]] = field(default_factory=list)
    looks: Counter[int] = field(default_factory=Counter)  # by thread
    changed: threading.Condition = field(default_factory=threading.Condition)

    def add(self, *deliveries: Delivery) -> None:
        with self.changed:
            self.rows.update({delivery.id: delivery for delivery in deliveries})

    def undelivered(self, limit: int) -> list[Delivery]:
        with self.changed:
            self.looks[threading.get_ident()] += 1
            self.changed.notify_all()
            return list(self.rows.values())[:limit]

    def claim(self, delivery_id: str, attempts: int) -> bool:
        with self.changed:
            row = self.rows.get(delivery_id)
            if row is None or row.attempts != attempts:
                return False
            self.rows[delivery_id] = replace(row, attempts=attempts + 1)
            self.claims.append(delivery_id)
            return True

    def delivered(self, delivery_id: str, status: int) -> None:
        with self.changed:
            del self.rows[delivery_id]
            self.done[delivery_id] = status
            self.changed.notify_all()

    def failed(self, delivery_id: str, error: str, is_last: bool) -> None:
        with self.changed:
            if is_last:
                del self.rows[delivery_id]
            self.failures.append((delivery_id, error, is_last))
            self.changed.notify_all()

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(is_so, PATIENCE_S)

    def wait_for_looks(self, deliverers: int = 1) -> None:
        """Wait until all deliverers know what was added: a second look begins after the first was understood."""
        with self.changed:
            self.looks.clear()
            assert self.changed.wait_for(
                lambda: len(self.looks) == deliverers and min(self.looks.values()) >= 2, PATIENCE_S
            )


def delivery(url: str, delivery_id: str = "d1", *, attempts: int = 0) -> Delivery:
    return Delivery(delivery_id, url, SECRET, "plan.published", b'{"plan": 7}', attempts)


@contextmanager
def delivering(
    outbox: MemoryOutbox,
    guard: AddressGuard = LOCAL,
    *,
    backoff: Backoff = PROMPT,
    senders: int = 4,
    timeout_s: float = PATIENCE_S,
    wall: Callable[[], float] = time.time,
) -> Iterator[Deliverer]:
    deliverer = Deliverer(
        outbox,
        guard,
        Random(1),
        backoff=backoff,
        senders=senders,
        timeout_s=timeout_s,
        poll_s=0.01,
        wall=wall,
    )
    deliverer.start()
    try:
        yield deliverer
    finally:
        assert deliverer.stop(PATIENCE_S)


# --- the signature --------------------------------------------------------------------------------------------------


def test_a_signature_is_what_openssl_makes_of_it() -> None:
    """`printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac s3cret`."""
    expected = "v1=1698a50bc74d1ff1db85c4e0a5297c2ad9fdba245d5737cdb789e4cc6e098940"
    assert sign("s3cret", 1_700_000_000, b'{"a":1}') == expected


@pytest.mark.parametrize(
    ("change", "is_good"),
    [
        ({}, True),
        ({"now_s": 1_300.0}, True),
        ({"now_s": 1_301.0}, False),
        ({"now_s": 700.0}, True),
        ({"now_s": 699.0}, False),
        ({"now_s": 1_301.0, "tolerance_s": 301}, True),
        ({"body": b"[2]"}, False),
        ({"secret": "other"}, False),
        ({"timestamp": "1001"}, False),
        ({"timestamp": "1e3"}, False),
        ({"timestamp": "１０００"}, False),
        ({"timestamp": ""}, False),
        ({"timestamp": "1" * 5_000}, False),
        ({"claimed": ""}, False),
        ({"claimed": "v1=é"}, False),
        ({"claimed": sign("key", 1_000, b"[1]").upper()}, False),
    ],
)
def test_a_receiver_tells_a_signed_body_from_others(change: dict[str, object], is_good: bool) -> None:
    signed = {
        "body": b"[1]",
        "secret": "key",
        "timestamp": "1000",
        "claimed": sign("key", 1_000, b"[1]"),
        "now_s": 1_000.0,
    }
    assert is_signed(**{**signed, **change}) is is_good  # type: ignore[arg-type]


# --- the guard ------------------------------------------------------------------------------------------------------


OPEN_WORLD = AddressGuard(
    lookup=names(
        good="93.184.216.34 2606:2800:220:1::1",
        mixed="93.184.216.34 10.0.0.7",
        mixed6="2606:2800:220:1::1 fd00::1",
        rebound="127.0.0.1",
        mapped="::ffff:169.254.169.254",
        nothing="",
    )
)

REFUSED_URLS = [
    ("https://good.example/" + "a" * MAX_URL_CHARS, "url_too_long"),
    ("https://good.example/a b", "url_characters"),
    ("https://good.example/\x00", "url_characters"),
    ("https://good.example/\r\nHost: other", "url_characters"),
    ("\thttps://good.example/", "url_characters"),
    (r"https://good.example\@127.0.0.1/", "url_characters"),
    ("https://good.example\u200b/", "url_characters"),
    ("https://[::1", "url_malformed"),
    ("https://good.example\u2100/", "url_malformed"),
    ("", "url_scheme"),
    ("good.example/hook", "url_scheme"),
    ("//good.example/hook", "url_scheme"),
    ("ftp://good.example/", "url_scheme"),
    ("file:///etc/passwd", "url_scheme"),
    ("gopher://127.0.0.1:6379/_FLUSHALL", "url_scheme"),
    ("http://good.example/", "url_plain"),
    ("http://93.184.216.34/", "url_plain"),
    ("https://me:pw@good.test/", "url_credentials"),
    ("https://good.example@127.0.0.1/", "url_credentials"),
    ("https://@good.example/", "url_credentials"),
    ("https://good.example/#part", "url_fragment"),
    ("https://127.0.0.1#.good.example/", "url_fragment"),
    ("https:///hook", "url_no_host"),
    ("https://:443/", "url_no_host"),
    ("https:good.example", "url_no_host"),
    ("https://a..example/", "url_host"),
    ("https://" + "a" * 64 + ".example/", "url_host"),
    ("https://" + "a." * 127 + "example/", "url_host"),
    ("https://good%2eexample/", "url_host"),
    ("https://good.example:80:443/", "url_port"),
    ("https://256.1.1.1/", "url_host"),
    ("https://1.2.3.4.5/", "url_host"),
    ("https://09.1.1.1/", "url_host"),
    ("https://straße.example/", "url_host"),
    ("https://[fe80::1%25eth0]/", "url_host"),
    ("https://[::1]good.example/", "url_host"),
    ("https://good.example:0/", "url_port"),
    ("https://good.example:65536/", "url_port"),
    ("https://good.example:/", "url_port"),
    ("https://good.example:-1/", "url_port"),
    ("https://good.example:https/", "url_port"),
    ("https://good.example:４４３/", "url_port"),
    ("https://absent.example/", "host_unknown"),
    ("https://nothing.example/", "host_unknown"),
    ("https://0.0.0.0/", "address_unspecified"),
    ("https://0/", "address_unspecified"),
    ("https://[::]/", "address_unspecified"),
    ("https://127.0.0.1/", "address_loopback"),
    ("https://127.0.0.1./", "address_loopback"),
    ("https://127.255.255.254/", "address_loopback"),
    ("https://2130706433/", "address_loopback"),
    ("https://0x7f000001/", "address_loopback"),
    ("https://0X7F.1/", "address_loopback"),
    ("https://017700000001/", "address_loopback"),
    ("https://0177.0.0.1/", "address_loopback"),
    ("https://127.1/", "address_loopback"),
    ("https://１２７。０。０。１/", "address_loopback"),
    ("https://[::1]/", "address_loopback"),
    ("https://[0:0:0:0:0:0:0:1]/", "address_loopback"),
    ("https://[::ffff:127.0.0.1]/", "address_loopback"),
    ("https://[::ffff:7f00:1]/", "address_loopback"),
    ("https://[2002:7f00:1::]/", "address_loopback"),
    ("https://[64:ff9b::127.0.0.1]/", "address_loopback"),
    ("https://rebound.example/", "address_loopback"),
    ("https://169.254.169.254/latest/meta-data/", "address_link_local"),
    ("https://[::ffff:169.254.169.254]/", "address_link_local"),
    ("https://[64:ff9b::a9fe:a9fe]/", "address_link_local"),
    ("https://[fe80::1]/", "address_link_local"),
    ("https://mapped.example/", "address_link_local"),
    ("https://10.0.0.1/", "address_private"),
    ("https://172.31.255.255/", "address_private"),
    ("https://192.168.0.1/", "address_private"),
    ("https://[fd00:ec2::254]/", "address_private"),
    ("https://[2002:a00:1::1]/", "address_private"),
    ("https://mixed.example/", "address_private"),
    ("https://mixed6.example/", "address_private"),
    ("https://100.64.0.1/", "address_shared"),
    ("https://100.100.100.200/latest/meta-data/", "address_shared"),
    ("https://224.0.0.1/", "address_multicast"),
    ("https://[ff02::1]/", "address_multicast"),
    ("https://0.1.2.3/", "address_reserved"),
    ("https://192.0.0.192/", "address_reserved"),
    ("https://192.0.2.1/", "address_reserved"),
    ("https://192.88.99.1/", "address_reserved"),
    ("https://198.18.0.1/", "address_reserved"),
    ("https://240.0.0.1/", "address_reserved"),
    ("https://255.255.255.255/", "address_reserved"),
    ("https://[::127.0.0.1]/", "address_reserved"),
    ("https://[64:ff9b:1::7f00:1]/", "address_reserved"),
    ("https://[2001:0:7f00:1::1]/", "address_reserved"),
    ("https://[2001:db8::1]/", "address_reserved"),
]


def allow(url: str, guard: AddressGuard) -> list[str]:
    """Return the addresses that would be connected to."""
    target = guard.check_url(url)
    return [str(address) for address in guard.resolve(target.host, target.port, is_plain=target.is_plain)]


@pytest.mark.parametrize(("url", "code"), REFUSED_URLS)
def test_a_url_is_refused_with_its_cause(url: str, code: str) -> None:
    with pytest.raises(RefusedUrlError) as refused:
        allow(url, OPEN_WORLD)
    assert refused.value.code == code
    assert send_post(url, b"", {}, OPEN_WORLD, PATIENCE_S) == Reply(None, code)


def test_every_cause_is_shown() -> None:
    assert {code for _, code in REFUSED_URLS} == set(REFUSALS)


@pytest.mark.parametrize(
    "spelling", ["2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "127.1", "localhost", "::1"]
)
def test_what_the_system_resolver_takes_for_loopback_is_refused(spelling: str) -> None:
    with pytest.raises(RefusedUrlError) as refused:
        AddressGuard().resolve(spelling, 443)
    assert refused.value.code == "address_loopback"


@pytest.mark.parametrize("host", ["a..b", "a" * 64, "nul\0", "é" * 300])
def test_what_cannot_be_a_name_has_no_address(host: str) -> None:
    with pytest.raises(RefusedUrlError, match="has no address"):
        AddressGuard().resolve(host, 443)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "100.63.255.255", "100.128.0.0", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]
)
def test_right_beside_what_is_refused_is_the_internet(address: str) -> None:
    assert refusal_of(ip_address(address)) is None


@pytest.mark.parametrize(
    ("url", "host_header", "path"),
    [
        ("https://good.example", "good.example", "/"),
        ("HTTPS://Good.Example.:443/a//b?c=d&e=%20", "good.example", "/a//b?c=d&e=%20"),
        ("https://good.example:8443?q", "good.example:8443", "/?q"),
        ("https://bücher.example/派工", "xn--bcher-kva.example", "/%E6%B4%BE%E5%B7%A5"),
        ("https://[2606:4700:0::1111]:8443/", "[2606:4700::1111]:8443", "/"),
        ("https://0x08.8.2056/", "8.8.8.8", "/"),
        ("http://127.1:80/", "127.0.0.1", "/"),
        ("http://one.example:443/", "one.example:443", "/"),
    ],
)
def test_a_url_is_brought_into_its_one_spelling(url: str, host_header: str, path: str) -> None:
    target = LOCAL.check_url(url)
    assert (target.host_header, target.path) == (host_header, path)


def test_an_allowed_network_opens_its_addresses_and_no_others() -> None:
    guard = AddressGuard(
        (ip_network("10.1.0.0/16"), ip_network("fd00::/8")),
        names(ours="10.1.0.7", ours6="fd00::7", both="10.1.0.7 10.2.0.7", good="93.184.216.34"),
    )
    assert allow("http://10.1.2.3/", guard) == ["10.1.2.3"]
    assert allow("http://ours.example/", guard) == ["10.1.0.7"]
    assert allow("https://ours6.example/", guard) == ["fd00::7"]
    assert allow("https://[::ffff:10.1.2.3]/", guard) == ["10.1.2.3"]
    for url, code in [
        ("http://10.2.0.7/", "address_private"),
        ("https://both.example/", "address_private"),
        ("http://127.0.0.1/", "address_loopback"),
        ("http://good.example/", "url_plain"),
        ("https://[64:ff9b::10.1.2.3]/", "address_private"),
    ]:
        with pytest.raises(RefusedUrlError) as refused:
            allow(url, guard)
        assert refused.value.code == code


def test_a_refusal_says_what_to_do_and_repeats_no_password() -> None:
    with pytest.raises(RefusedUrlError, match="user name or password") as refused:
        AddressGuard().check_url("https://me:hunter2@good.test/")
    assert "hunter2" not in str(refused.value)
    with pytest.raises(RefusedUrlError, match=r"'10\.0\.0\.1' leads into a private .* PAIGONG_WEBHOOK_NETWORKS"):
        AddressGuard().check_url("https://10.0.0.1/")


# --- one POST -------------------------------------------------------------------------------------------------------


def test_a_post_reaches_the_checked_address_under_its_name(receiver: Receiver) -> None:
    assert send_post(receiver.url(), b"[1]", {"Paigong-Event": "ping"}, LOCAL, PATIENCE_S) == Reply(200, None)
    [got] = receiver.received
    assert (got.path, got.body) == ("/hook?key=t0ken", b"[1]")
    assert got.headers["Host"] == f"one.example:{receiver.port}"
    assert got.headers["Paigong-Event"] == "ping"


def test_a_name_is_looked_up_once(receiver: Receiver) -> None:
    """The name server turns to another address after the check, as in DNS rebinding: nobody asks it again."""
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    guard = AddressGuard(LOOPBACK, lambda host, port: answers.pop(0))
    assert send_post(receiver.url(), b"", {}, guard, PATIENCE_S) == Reply(200, None)
    assert answers == [["169.254.169.254"]]
    assert send_post(receiver.url(), b"", {}, guard, PATIENCE_S) == Reply(None, "address_link_local")
    assert len(receiver.received) == 1


def test_the_next_address_is_tried_when_one_refuses(receiver: Receiver) -> None:
    guard = AddressGuard(LOOPBACK, names(one="127.0.0.2 127.0.0.1"))  # the receiver listens on 127.0.0.1 only
    assert send_post(receiver.url(), b"", {}, guard, PATIENCE_S) == Reply(200, None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_not_followed(receiver: Receiver, status: int) -> None:
    receiver.statuses = [status]
    assert send_post(receiver.url(), b"", {}, LOCAL, PATIENCE_S) == Reply(status, f"redirect_{status}")
    assert [got.path for got in receiver.received] == ["/hook?key=t0ken"]


@pytest.mark.parametrize(("status", "error"), [(204, None), (404, "status_404"), (500, "status_500")])
def test_a_status_is_taken_or_not(receiver: Receiver, status: int, error: str | None) -> None:
    receiver.statuses = [status]
    receiver.answer = b""
    assert send_post(receiver.url(), b"", {}, LOCAL, PATIENCE_S) == Reply(status, error)


def test_nobody_there() -> None:
    url = f"http://one.example:{free_port()}/"
    assert send_post(url, b"", {}, LOCAL, PATIENCE_S) == Reply(None, "connection_refused")


def test_a_slow_receiver_is_left(receiver: Receiver) -> None:
    receiver.hold("one.example")
    assert send_post(receiver.url(), b"", {}, LOCAL, 0.2) == Reply(None, "timeout")


def test_a_dripping_receiver_is_left() -> None:
    """Each byte comes soon enough, all together never: the time limit is for the whole."""
    is_over = threading.Event()

    def drip(caller: socket.socket) -> None:
        while not is_over.wait(0.02):
            caller.sendall(b"H")

    with answering(drip) as port:
        assert send_post(f"http://one.example:{port}/", b"", {}, LOCAL, 0.3) == Reply(None, "timeout")
        is_over.set()


def test_a_receiver_that_does_not_read_is_left() -> None:
    is_over = threading.Event()
    with answering(lambda caller: is_over.wait(PATIENCE_S)) as port:
        assert send_post(f"http://one.example:{port}/", bytes(50_000_000), {}, LOCAL, 0.3) == Reply(None, "timeout")
        is_over.set()


def test_a_slow_name_server_is_left() -> None:
    is_over = threading.Event()

    def lookup(host: str, port: int) -> Sequence[str]:
        is_over.wait(PATIENCE_S)
        return ["127.0.0.1"]

    assert send_post("https://one.example/", b"", {}, AddressGuard(LOOPBACK, lookup), 0.1) == Reply(None, "timeout")
    is_over.set()


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (b"", Reply(None, "connection_lost")),
        (b"SSH-2.0-OpenSSH_9.9\r\n", Reply(None, "protocol")),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, Reply(None, "protocol")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", Reply(200, None)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", Reply(200, None)),
    ],
)
def test_an_odd_answer_is_told_from_an_answer(answer: bytes, reply: Reply) -> None:
    def serve(caller: socket.socket) -> None:
        caller.recv(65_536)
        caller.sendall(answer)

    with answering(serve) as port:
        assert send_post(f"http://one.example:{port}/", b"", {}, LOCAL, PATIENCE_S) == reply


@pytest.mark.parametrize(
    ("head", "reply"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", Reply(200, None)),
        (b"", Reply(None, "protocol")),  # nothing but 100 Continue, the last one cut short by the limit
    ],
)
def test_an_endless_answer_is_read_to_its_limit(head: bytes, reply: Reply) -> None:
    sent = 0

    def serve(caller: socket.socket) -> None:
        nonlocal sent
        caller.recv(65_536)
        caller.sendall(head)
        while True:
            sent += caller.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)

    with answering(serve) as port:
        assert send_post(f"http://one.example:{port}/", b"", {}, LOCAL, PATIENCE_S) == reply
    assert sent > MAX_ANSWER_BYTES


# --- TLS ------------------------------------------------------------------------------------------------------------

#: A certificate for hooks.example that nothing trusts but these tests, valid from 2020 to 2120, and its key.
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBfDCCASOgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1ob29rcy5l
eGFtcGxlMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA1ob29rcy5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEiBpX
H7FDLyKxuUVDGAkIoQjCKoPE0UuoYlmkGNEdn4CwDD0ZjpBkDUbmZFKlO8zDW30i
ZRv0FPYDZ826p7PdTqNcMFowGAYDVR0RBBEwD4INaG9va3MuZXhhbXBsZTAPBgNV
HRMBAf8EBTADAQH/MB0GA1UdDgQWBBS/4PqyPRKU0Sz/zY+zh8iIg/5kIzAOBgNV
HQ8BAf8EBAMCAoQwCgYIKoZIzj0EAwIDRwAwRAIgUBrd9DkHLq4t7HvUnvIUf4Zx
18PRxBPYFUIW/NG43VcCICGFTi9Qst3QIQmTCoSwG27adrcorKRdl3c92i9uxKjX
-----END CERTIFICATE-----
"""
KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCQl9WzyUxcKPlWwX
hrOzwyQ/hlOILbAGJNDH5IU9dX+hRANCAASIGlcfsUMvIrG5RUMYCQihCMIqg8TR
S6hiWaQY0R2fgLAMPRmOkGQNRuZkUqU7zMNbfSJlG/QU9gNnzbqns91O
-----END PRIVATE KEY-----
"""


@pytest.fixture
def secure_receiver(tmp_path: Path) -> Iterator[tuple[Receiver, list[str | None]]]:
    """A receiver behind TLS, and the names that callers asked for (SNI)."""
    asked: list[str | None] = []
    chain = tmp_path / "chain.pem"
    chain.write_text(KEY + CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    context.sni_callback = lambda wire, name, _: asked.append(name)
    with receiving() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield server, asked


@pytest.mark.parametrize(
    ("host", "is_trusted", "reply"),
    [
        ("hooks.example", True, Reply(200, None)),
        ("other.example", True, Reply(None, "certificate")),
        ("127.0.0.1", True, Reply(None, "certificate")),
        ("hooks.example", False, Reply(None, "certificate")),
    ],
)
def test_the_certificate_must_bear_the_name(
    secure_receiver: tuple[Receiver, list[str | None]], host: str, is_trusted: bool, reply: Reply
) -> None:
    server, asked = secure_receiver
    guard = AddressGuard(LOOPBACK, names(hooks="127.0.0.1", other="127.0.0.1"))
    tls = ssl.create_default_context(cadata=CERTIFICATE) if is_trusted else None
    assert send_post(f"https://{host}:{server.port}/", b"[1]", {}, guard, PATIENCE_S, tls=tls) == reply
    assert asked == [None if host == "127.0.0.1" else host]
    assert len(server.received) == (reply.error is None)


def test_a_plain_server_cannot_shake_hands() -> None:
    def serve(caller: socket.socket) -> None:
        caller.recv(65_536)
        caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with answering(serve) as port:
        assert send_post(f"https://one.example:{port}/", b"", {}, LOCAL, PATIENCE_S) == Reply(None, "tls")


# --- the deliverer --------------------------------------------------------------------------------------------------


def test_a_delivery_arrives_signed(receiver: Receiver) -> None:
    outbox = MemoryOutbox()
    outbox.add(delivery(receiver.url()))
    with delivering(outbox, wall=lambda: 1_700_000_000.9):
        outbox.wait_for(lambda: outbox.done == {"d1": 200})
    [got] = receiver.received
    by_hand = hmac.new(b"s3cret", b"1700000000." + got.body, hashlib.sha256).hexdigest()
    assert got.body == b'{"plan": 7}'
    assert got.headers["Content-Type"] == "application/json"
    assert got.headers["User-Agent"] == "paigong"
    assert got.headers["Paigong-Event"] == "plan.published"
    assert got.headers["Paigong-Delivery"] == "d1"
    assert got.headers["Paigong-Timestamp"] == "1700000000"
    assert got.headers["Paigong-Signature"] == f"v1={by_hand}"


def test_a_server_error_is_tried_again(receiver: Receiver) -> None:
    receiver.statuses = [500, 302]
    outbox = MemoryOutbox()
    outbox.add(delivery(receiver.url()))
    with delivering(outbox):
        outbox.wait_for(lambda: outbox.done == {"d1": 200})
    assert outbox.failures == [("d1", "status_500", False), ("d1", "redirect_302", False)]
    assert [got.headers["Paigong-Delivery"] for got in receiver.received] == ["d1"] * 3


def test_an_absent_receiver_is_tried_again() -> None:
    port = free_port()
    outbox = MemoryOutbox()
    outbox.add(delivery(f"http://one.example:{port}/"))
    with delivering(outbox, backoff=replace(PROMPT, most_attempts=10_000)):
        outbox.wait_for(lambda: bool(outbox.failures))
        with receiving(port) as receiver:
            outbox.wait_for(lambda: outbox.done == {"d1": 200})
    assert outbox.failures[0] == ("d1", "connection_refused", False)
    assert len(receiver.received) == 1


def test_after_the_last_attempt_a_delivery_is_given_up(receiver: Receiver) -> None:
    receiver.statuses = [503] * 10
    outbox = MemoryOutbox()
    outbox.add(delivery(receiver.url()))
    with delivering(outbox, backoff=replace(PROMPT, most_attempts=3)):
        outbox.wait_for(lambda: not outbox.rows)
    assert outbox.failures == [("d1", "status_503", is_last) for is_last in (False, False, True)]
    assert len(receiver.received) == 3


def test_an_attempt_that_ended_with_the_process_counts(receiver: Receiver) -> None:
    """The process died in the tenth attempt: there is no eleventh."""
    outbox = MemoryOutbox()
    outbox.add(delivery(receiver.url(), attempts=10))
    with delivering(outbox):
        outbox.wait_for(lambda: not outbox.rows)
    assert outbox.failures == [("d1", "attempts_exhausted", True)]
    assert receiver.received == []


def test_a_refused_url_is_a_failure_like_others() -> None:
    outbox = MemoryOutbox()
    outbox.add(delivery("https://169.254.169.254/"), delivery("ftp://one.example/", "d2"))
    with delivering(outbox, backoff=replace(PROMPT, most_attempts=1)):
        outbox.wait_for(lambda: not outbox.rows)
    assert sorted(outbox.failures) == [("d1", "address_link_local", True), ("d2", "url_scheme", True)]


def test_rests_grow_to_an_hour() -> None:
    backoff = Backoff()
    longest = [min(3_600.0, 4.0**power) for power in range(9)]  # 1, 4, 16, ... 1 024, 3 600, 3 600, 3 600
    rests = [backoff.delay_s(attempts, Random(5)) for attempts in range(1, 10)]
    assert all(0.75 * most <= rest <= most for rest, most in zip(rests, longest, strict=True))
    random = Random(5)
    assert len({backoff.delay_s(9, random) for _ in range(20)}) == 20


def test_a_wall_clock_that_steps_back_delays_nothing(receiver: Receiver) -> None:
    receiver.statuses = [500, 500]
    times = iter([2_000_000_000.0, 1_000_000_000.0, 0.0])
    outbox = MemoryOutbox()
    outbox.add(delivery(receiver.url()))
    with delivering(outbox, wall=lambda: next(times)):
        outbox.wait_for(lambda: outbox.done == {"d1": 200})
    assert [got.headers["Paigong-Timestamp"] for got in receiver.received] == ["2000000000", "1000000000", "0"]


def test_after_a_restart_everything_is_tried_at_once(receiver: Receiver) -> None:
    """More deliveries than one look finds, all of which had to rest for an hour before the restart."""
    outbox = MemoryOutbox()
    outbox.add(*(delivery(receiver.url(), f"d{number}", attempts=7) for number in range(130)))
    with delivering(outbox, backoff=Backoff(first_s=3_600.0)):
        outbox.wait_for(lambda: len(outbox.done) == 130)
    assert len(receiver.received) == 130


def test_two_deliverers_of_one_outbox_send_no_doubles(receiver: Receiver) -> None:
    receiver.statuses = [500] * 5
    outbox = MemoryOutbox()
    wanted = {f"d{number}" for number in range(40)}
    with delivering(outbox), delivering(outbox):
        outbox.wait_for_looks(deliverers=2)
        outbox.add(*(delivery(receiver.url("one.example" if n % 2 else "two.example"), f"d{n}") for n in range(40)))
        outbox.wait_for(lambda: set(outbox.done) == wanted)
    assert sorted(outbox.claims) == sorted([*wanted, *(failed for failed, _, _ in outbox.failures)])
    assert len(receiver.received) == 45


def test_what_another_deliverer_has_begun_is_left_to_it(receiver: Receiver) -> None:
    outbox = MemoryOutbox()
    with delivering(outbox):
        outbox.wait_for_looks()
        outbox.add(delivery(receiver.url(), "theirs", attempts=1))
        outbox.wait_for_looks()
        outbox.add(delivery(receiver.url(), "ours"))
        outbox.wait_for(lambda: bool(outbox.done))
    assert outbox.done == {"ours": 200}
    assert outbox.claims == ["ours"]


def test_what_another_deliverer_left_behind_is_taken_over(receiver: Receiver) -> None:
    outbox = MemoryOutbox()
    with delivering(outbox, timeout_s=1.0):
        outbox.wait_for_looks()
        outbox.add(delivery(receiver.url(), attempts=1))
        outbox.wait_for(lambda: outbox.done == {"d1": 200})


def test_a_delivery_of_a_removed_webhook_is_not_sent_again(receiver: Receiver) -> None:
    class Removing(MemoryOutbox):
        def failed(self, delivery_id: str, error: str, is_last: bool) -> None:
            super().failed(delivery_id, error, is_last)
            with self.changed:
                del self.rows[delivery_id]

    receiver.statuses = [500]
    outbox = Removing()
    outbox.add(delivery(receiver.url()))
    with delivering(outbox):
        outbox.wait_for(lambda: bool(outbox.failures))
        outbox.add(delivery(receiver.url(), "d2"))
        outbox.wait_for(lambda: outbox.done == {"d2": 200})
    assert [got.headers["Paigong-Delivery"] for got in receiver.received] == ["d1", "d2"]


def test_one_slow_receiver_does_not_hold_up_another(receiver: Receiver) -> None:
    receiver.hold("one.example")
    outbox = MemoryOutbox()
    slow = [delivery(receiver.url(), f"slow{number}") for number in range(10)]
    quick = [delivery(receiver.url("two.example"), f"quick{number}") for number in range(10)]
    outbox.add(*slow, *quick)
    with delivering(outbox, senders=2):
        outbox.wait_for(lambda: set(outbox.done) == {sent.id for sent in quick})
        assert sum(claimed.startswith("slow") for claimed in outbox.claims) == 1
        receiver.hold("one.example").set()
        outbox.wait_for(lambda: not outbox.rows)


def test_a_host_gets_one_delivery_at_a_time_in_order(receiver: Receiver) -> None:
    outbox = MemoryOutbox()
    outbox.add(*(delivery(receiver.url(), f"d{number}") for number in range(10)))
    with delivering(outbox, senders=4):
        outbox.wait_for(lambda: len(outbox.done) == 10)
    assert receiver.most_at_once == 1
    assert [got.headers["Paigong-Delivery"] for got in receiver.received] == [f"d{number}" for number in range(10)]


def test_a_slow_receiver_times_out_and_is_tried_again(receiver: Receiver) -> None:
    gate = receiver.hold("one.example")
    outbox = MemoryOutbox()
    outbox.add(delivery(receiver.url()))
    with delivering(outbox, timeout_s=2.0):
        outbox.wait_for(lambda: bool(outbox.failures))
        gate.set()
        outbox.wait_for(lambda: outbox.done == {"d1": 200})
    assert outbox.failures[0] == ("d1", "timeout", False)


def test_stopping_waits_for_what_is_being_sent(receiver: Receiver) -> None:
    gate = receiver.hold("one.example")
    outbox = MemoryOutbox()
    outbox.add(delivery(receiver.url()), delivery(receiver.url(), "d2"))
    with delivering(outbox) as deliverer:
        outbox.wait_for_looks()
        while not receiver.received:
            outbox.wait_for_looks()
        assert not deliverer.stop(0.05)
        gate.set()
    assert outbox.done == {"d1": 200}
    assert outbox.claims == ["d1"]


def test_stopping_what_was_not_started_is_no_fault() -> None:
    assert Deliverer(MemoryOutbox(), LOCAL, Random(1)).stop(0.0)


@pytest.mark.parametrize("method", ["undelivered", "claim", "delivered", "failed"])
def test_a_database_that_is_away_for_a_moment_loses_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    receiver.statuses = [500]
    outbox = MemoryOutbox()
    outbox.add(delivery(receiver.url()))
    told = CapturingLogger()
    monkeypatch.setattr(deliverer, "log", told)
    works = getattr(MemoryOutbox, method)
    faults = [OSError("the database is locked")]

    def fail_once(*arguments: object) -> object:
        if faults:
            raise faults.pop()
        return works(outbox, *arguments)

    monkeypatch.setattr(outbox, method, fail_once)
    with delivering(outbox, timeout_s=1.0):
        outbox.wait_for(lambda: outbox.done == {"d1": 200})
    assert [call.kwargs["cause"] for call in told.calls if call.method_name == "error"] == ["OSError"]


def test_a_log_names_the_delivery_and_keeps_its_secrets(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.statuses = [500]
    told = CapturingLogger()
    monkeypatch.setattr(deliverer, "log", told)
    outbox = MemoryOutbox()
    sent = delivery(receiver.url())
    outbox.add(sent)
    with delivering(outbox):
        outbox.wait_for(lambda: bool(outbox.done))
    failed, delivered = told.calls
    assert failed.args == ("webhook_failed",)
    assert failed.kwargs == {
        "delivery_id": "d1",
        "host": "one.example",
        "status": 500,
        "attempt": 1,
        "error": "status_500",
    }
    assert delivered.args == ("webhook_delivered",)
    assert delivered.kwargs == {"delivery_id": "d1", "host": "one.example", "status": 200, "attempt": 2}
    for hidden in (SECRET, "t0ken", "hook", '"plan"'):
        assert hidden not in repr(sent)
        assert hidden not in repr([call.kwargs for call in told.calls])
