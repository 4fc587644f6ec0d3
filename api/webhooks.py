"""Webhooks: a signed POST to the URL of each receiver, to checked addresses only, again and again until it is answered.

*URL → checked address → signed POST → reply → outbox.* A receiver may see a delivery twice (an answer can be lost on
its way back); the header `Paigong-Delivery` names it, so that the double can be dropped.
"""

from __future__ import annotations

import hmac
import http.client
import io
import queue
import re
import socket
import ssl
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Protocol, TypeAlias
from urllib.parse import quote, urlsplit

import structlog

from optimizer.errors import PaigongError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from _typeshed import WriteableBuffer

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

log = structlog.get_logger()

#: Longer URLs are refused; common servers read no longer ones.
MAX_URL_CHARS = 2_048
#: Of an answer, no more is read: head and body together.
MAX_ANSWER_BYTES = 65_536
#: Deliveries that one look into the outbox may add, beside as many again as are at hand.
BATCH = 100


# --- the signature --------------------------------------------------------------------------------------------------


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return what the header `Paigong-Signature` says: `v1=` and the hex HMAC-SHA256 of `timestamp.body`.

    Parameters
    ----------
    timestamp
        Seconds since 1970, as in the header `Paigong-Timestamp`. It is signed too: an old delivery cannot be sent anew.
    """
    return "v1=" + hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()


def is_signed(body: bytes, *, secret: str, timestamp: str, claimed: str, now_s: float, tolerance_s: int = 300) -> bool:
    """Say whether a received body was signed with the secret, and not long ago: the receiver's side of `signature`.

    Parameters
    ----------
    timestamp, claimed
        The headers `Paigong-Timestamp` and `Paigong-Signature` as they arrived.
    now_s
        The receiver's clock, in seconds since 1970.
    tolerance_s
        How far the two clocks may be apart, either way.
    """
    if not re.fullmatch(r"[0-9]{1,12}", timestamp) or abs(now_s - int(timestamp)) > tolerance_s:
        return False
    expected = signature(secret, int(timestamp), body)
    return hmac.compare_digest(expected.encode(), claimed.encode(errors="replace"))


# --- which URLs and addresses may be called -------------------------------------------------------------------------

_WAY_OUT = "if that network is yours, the operator may allow it in PAIGONG_WEBHOOK_NETWORKS."

#: Why a URL is refused, by code.
REFUSALS = {
    "url_too_long": f"The URL has more than {MAX_URL_CHARS} characters.",
    "url_characters": "The URL holds a blank, a backslash or a control character; write it percent-encoded.",
    "url_malformed": "This is not a URL; expected https://host/path.",
    "url_scheme": "The URL does not start with https://.",
    "url_plain": f"http:// goes to allowed networks only. Use https://; {_WAY_OUT}",
    "url_credentials": "The URL holds a user name or password. Take it out; deliveries are signed instead.",
    "url_fragment": "The URL holds '#'. Take it out with what follows; it would never be sent.",
    "url_no_host": "The URL names no host; expected https://host/path.",
    "url_host": "'{host}' is not a host name. Check the spelling; its ASCII form (xn--...) always works.",
    "url_port": "The port is not a number from 1 to 65535.",
    "host_unknown": "'{host}' has no address. Check the spelling, or the name server of this machine.",
    "address_unspecified": f"'{{host}}' leads to no address in particular (0.0.0.0 or ::); {_WAY_OUT}",
    "address_loopback": f"'{{host}}' leads to the service's own machine; {_WAY_OUT}",
    "address_link_local": f"'{{host}}' leads to a link-local address; {_WAY_OUT}",
    "address_private": f"'{{host}}' leads into a private network; {_WAY_OUT}",
    "address_shared": f"'{{host}}' leads into a provider's shared network (100.64.0.0/10); {_WAY_OUT}",
    "address_multicast": f"'{{host}}' leads to a multicast address; {_WAY_OUT}",
    "address_reserved": f"'{{host}}' leads to an address that is not public; {_WAY_OUT}",
}

#: What is not public, by code, the narrower first; IANA's special-purpose registries of 2024. Written out, because
#: `is_global` changes between patch versions of Python and lets multicast and 6to4 relays through.
_NOT_PUBLIC: tuple[tuple[str, Network], ...] = tuple(
    (code, ip_network(network))
    for code, networks in (
        ("address_unspecified", "0.0.0.0/32 ::/128"),
        ("address_loopback", "127.0.0.0/8 ::1/128"),
        ("address_link_local", "169.254.0.0/16 fe80::/10"),
        ("address_private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10"),
        ("address_shared", "100.64.0.0/10"),
        ("address_multicast", "224.0.0.0/4 ff00::/8"),
        ("address_reserved", "0.0.0.0/8 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24"),
        ("address_reserved", "203.0.113.0/24 240.0.0.0/4 2001::/23 2001:db8::/32 3fff::/20"),
    )
    for network in networks.split()
)
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")

_HOST_AND_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(.*))?")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
#: A name that ends so is an IPv4 address to resolvers, however it is spelled (WHATWG URL, "ends in a number").
_NUMBER_LAST = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")
#: Python's IDNA of 2003 turns these into other letters, and so the name into somebody else's; that of 2008 does not.
_OTHER_NAME = frozenset("ßẞς")


class RefusedUrlError(PaigongError):
    """A URL may not be called. `code` is a key of `REFUSALS`, its sentence the message."""

    def __init__(self, code: str, host: str = "") -> None:
        super().__init__(REFUSALS[code].format(host=host))
        self.code = code
        self.host = host


@dataclass(frozen=True, slots=True)
class Target:
    """Where a checked URL leads: the host as the certificate names it, the path with its query."""

    is_plain: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The header `Host`: IPv6 in brackets, the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (80 if self.is_plain else 443) else f"{host}:{self.port}"


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system's resolver gives them."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def refusal_of(address: Address) -> str | None:
    """Return why an address is not public, as a code of `REFUSALS`; `None` says that it is.

    IPv4 inside IPv6 (mapped, 6to4, NAT64) counts as what it leads to: `::ffff:127.0.0.1` is loopback.
    """
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
        if inner is not None:
            return refusal_of(inner)
    for code, network in _NOT_PUBLIC:
        if address in network:
            return code
    is_public = address.is_global and (address.version == 4 or address in _PUBLIC_IPV6)
    return None if is_public else "address_reserved"


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Decide which URLs the service may call, so that nobody reaches through it what only it can reach (SSRF).

    Parameters
    ----------
    allowed_networks
        Networks that may be called although they are not public, and by plain http.
    lookup
        Returns the addresses of a host name and port.
    """

    allowed_networks: tuple[Network, ...] = ()
    lookup: Callable[[str, int], Sequence[str]] = look_up

    def check_url(self, url: str) -> Target:
        """Return where a URL leads, or raise `RefusedUrlError`; an address in it is checked, a name is not looked up.

        >>> AddressGuard().check_url("https://Bücher.example/hook?branch=7").host_header
        'xn--bcher-kva.example'
        """
        if len(url) > MAX_URL_CHARS:
            raise RefusedUrlError("url_too_long")
        if not url.isprintable() or " " in url or "\\" in url:
            raise RefusedUrlError("url_characters")
        try:
            parts = urlsplit(url)
        except ValueError:
            raise RefusedUrlError("url_malformed") from None
        if parts.scheme not in ("http", "https"):
            raise RefusedUrlError("url_scheme")
        if "@" in parts.netloc:
            raise RefusedUrlError("url_credentials")
        if "#" in url:
            raise RefusedUrlError("url_fragment")
        is_plain = parts.scheme == "http"
        host, port = _host_and_port(parts.netloc, default_port=80 if is_plain else 443)
        try:
            address = ip_address(host)
        except ValueError:
            if is_plain and not self.allowed_networks:
                raise RefusedUrlError("url_plain", host) from None
        else:
            self._check_address(address, host=host, is_plain=is_plain)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if not path.startswith("/"):
            path = "/" + path
        return Target(is_plain=is_plain, host=host, port=port, path=quote(path, safe="/?%:@!$&'()*+,;=~[]"))

    def resolve(self, host: str, port: int, *, is_plain: bool = False) -> tuple[Address, ...]:
        """Return the addresses to connect to, after one lookup; raise `RefusedUrlError` if any of them is refused.

        Parameters
        ----------
        is_plain
            Whether it is for plain http, which goes to allowed networks only.
        """
        try:
            found: Sequence[str] = [str(ip_address(host))]
        except ValueError:
            try:
                found = self.lookup(host, port)
            except (OSError, ValueError):  # ValueError: a name that cannot be one
                found = ()
        if not found:
            raise RefusedUrlError("host_unknown", host)
        addresses = tuple(dict.fromkeys(_unmapped(ip_address(text)) for text in found))
        for address in addresses:
            self._check_address(address, host=host, is_plain=is_plain)
        return addresses

    def _check_address(self, address: Address, *, host: str, is_plain: bool) -> None:
        if any(_unmapped(address) in network for network in self.allowed_networks):
            return
        code = refusal_of(address)
        if code or is_plain:
            raise RefusedUrlError(code or "url_plain", host)


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address that a mapped one is for the operating system, any other as it is."""
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _host_and_port(netloc: str, *, default_port: int) -> tuple[str, int]:
    """Return the host in its one spelling and the port."""
    found = _HOST_AND_PORT.fullmatch(netloc)
    if found is None:
        raise RefusedUrlError("url_host", netloc)
    text, port_text = found.groups()
    if not text:
        raise RefusedUrlError("url_no_host")
    host = _ipv6_host(text) if text.startswith("[") else _named_host(text)
    if port_text is None:
        return host, default_port
    if not re.fullmatch(r"[0-9]{1,5}", port_text) or not 1 <= int(port_text) <= 65_535:
        raise RefusedUrlError("url_port", host)
    return host, int(port_text)


def _ipv6_host(text: str) -> str:
    try:
        address = IPv6Address(text[1:-1])
    except ValueError:
        raise RefusedUrlError("url_host", text) from None
    if address.scope_id is not None:
        raise RefusedUrlError("url_host", text)
    return str(address)


def _named_host(text: str) -> str:
    """Return a name in ASCII and small letters, or the dotted form of an IPv4 address however it was spelled."""
    try:
        name = text.encode("idna").decode("ascii").lower().removesuffix(".")
        if _NUMBER_LAST.search(name):
            return str(IPv4Address(socket.inet_aton(name)))
    except (UnicodeError, OSError):
        raise RefusedUrlError("url_host", text) from None
    if len(name) > 253 or not _NAME.fullmatch(name) or not _OTHER_NAME.isdisjoint(text):
        raise RefusedUrlError("url_host", text)
    return name


# --- one POST -------------------------------------------------------------------------------------------------------


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


def post(
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


# --- the outbox and its deliverer -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one receiver. What must not be seen is left out of its `repr`: URLs may hold tokens.

    Parameters
    ----------
    attempts
        How often it was claimed so far.
    """

    id: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    event: str
    body: bytes = field(repr=False)
    attempts: int


class Outbox(Protocol):
    """Where deliveries wait, shared by threads and processes."""

    def undelivered(self, limit: int) -> list[Delivery]:
        """Return deliveries that were neither delivered nor given up, at most `limit`, the oldest first."""

    def claim(self, delivery_id: str, attempts: int) -> bool:
        """Count one more attempt if there were so many; say whether it did. Of two takers, one is told yes."""

    def delivered(self, delivery_id: str, status: int) -> None:
        """Note that the receiver took it."""

    def failed(self, delivery_id: str, error: str, is_last: bool) -> None:
        """Note why an attempt failed; after the last, the delivery is given up."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long a failed delivery rests: about 1, 4, 16, 64 seconds and so on, up to an hour, ten attempts in all."""

    first_s: float = 1.0
    factor: float = 4.0
    longest_s: float = 3_600.0
    most_attempts: int = 10

    def delay_s(self, attempts: int, random: Random) -> float:
        """Return the rest after so many attempts, up to a quarter less by chance: receivers are not hit in step."""
        return min(self.longest_s, self.first_s * self.factor ** (attempts - 1)) * random.uniform(0.75, 1.0)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A delivery at hand, its host, and when it is due on the monotonic clock."""

    delivery: Delivery
    host: str
    due_s: float


class _Agenda:
    """What waits and what is being sent; one delivery to a host at a time. Not thread-safe."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}
        self._sending: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._waiting) + len(self._sending)

    def knows(self, delivery: Delivery) -> bool:
        """Say whether a delivery is at hand, with every attempt that was made."""
        held = self._waiting.get(delivery.id)
        return delivery.id in self._sending or (held is not None and held.delivery.attempts >= delivery.attempts)

    def put(self, delivery: Delivery, *, host: str, due_s: float) -> None:
        self._waiting[delivery.id] = _Waiting(delivery, host, due_s)

    def keep_only(self, delivery_ids: set[str]) -> None:
        """Forget what waits in vain: others delivered it, or its webhook was removed."""
        self._waiting = {key: waiting for key, waiting in self._waiting.items() if key in delivery_ids}

    def wait_s(self, now_s: float) -> float | None:
        """Return how long nothing is due; `None` is until something changes."""
        first = self._first()
        return None if first is None else max(0.0, first.due_s - now_s)

    def take(self, now_s: float) -> _Waiting | None:
        """Take what has been due longest; its host is busy until `release`."""
        first = self._first()
        if first is None or first.due_s > now_s:
            return None
        del self._waiting[first.delivery.id]
        self._sending[first.delivery.id] = first.host
        return first

    def release(self, delivery_id: str) -> None:
        del self._sending[delivery_id]

    def _first(self) -> _Waiting | None:
        busy = set(self._sending.values())
        free = (waiting for waiting in self._waiting.values() if waiting.host not in busy)
        return min(free, key=lambda waiting: waiting.due_s, default=None)


class Deliverer:
    """Post what the outbox holds until each delivery is taken or given up.

    One thread reads the outbox, a few send. What the first reading finds is due at once, whatever rest it had before a
    restart. What turns up later with attempts on it is another deliverer's: it is left alone until that one must have
    answered and rested, and taken over if it has not.

    Parameters
    ----------
    random
        Where the chance in the rests comes from.
    backoff
        How long failed deliveries rest; see `Backoff` for what it is by default.
    senders
        Threads that send: so many slow receivers can be borne before others wait.
    timeout_s
        For one POST, everything included.
    poll_s
        Between two looks into the outbox.
    wall
        Seconds since 1970, for the signed timestamp and nothing else.
    tls
        Which certificates to trust; the system's by default.
    """

    def __init__(
        self,
        outbox: Outbox,
        guard: AddressGuard,
        random: Random,
        *,
        backoff: Backoff | None = None,
        senders: int = 4,
        timeout_s: float = 10.0,
        poll_s: float = 1.0,
        wall: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._outbox = outbox
        self._guard = guard
        self._random = random
        self._backoff = backoff or Backoff()
        self._timeout_s = timeout_s
        self._poll_s = poll_s
        self._wall = wall
        self._tls = tls
        self._agenda = _Agenda()
        self._is_stopping = False
        self._changed = threading.Condition()  # guards the agenda, the flag and the generator
        self._threads = [threading.Thread(target=self._read, name="webhook-outbox", daemon=True)]
        self._threads += [
            threading.Thread(target=self._send, name=f"webhook-sender-{number}", daemon=True)
            for number in range(senders)
        ]

    def start(self) -> None:
        """Start the threads; once only."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Begin nothing more, let what is being sent come to its end, and say whether it did in time."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        end_s = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, end_s - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    # --- reading ---

    def _read(self) -> None:
        is_restart = True
        while not self._is_stopping:
            is_all = True
            try:
                is_all = self._read_once(is_restart)
                is_restart = is_restart and not is_all
            except Exception as trouble:  # the outbox may be back at the next look
                log.error("webhook_outbox_unreadable", cause=type(trouble).__name__)
            if is_all:
                with self._changed:
                    self._changed.wait_for(lambda: self._is_stopping, self._poll_s)

    def _read_once(self, is_restart: bool) -> bool:
        """Bring the agenda up to date; say whether the whole outbox was read."""
        with self._changed:
            limit = 2 * len(self._agenda) + BATCH  # doubles, so that a long outbox is read in a few looks
        deliveries = self._outbox.undelivered(limit)
        is_all = len(deliveries) < limit
        with self._changed:
            if is_all:
                self._agenda.keep_only({delivery.id for delivery in deliveries})
            for delivery in deliveries:
                if not self._agenda.knows(delivery):
                    due_s = time.monotonic()
                    if delivery.attempts and not is_restart:
                        due_s += self._timeout_s + self._backoff.delay_s(delivery.attempts, self._random)
                    self._agenda.put(delivery, host=self._host_of(delivery), due_s=due_s)
            self._changed.notify_all()
        return is_all

    def _host_of(self, delivery: Delivery) -> str:
        try:
            return self._guard.check_url(delivery.url).host
        except RefusedUrlError as refused:
            return refused.host

    # --- sending ---

    def _send(self) -> None:
        while (due := self._wait_for_due()) is not None:
            again = None
            try:
                again = self._attempt(due.delivery, due.host)
            except Exception as trouble:  # the delivery is not lost: the next reading finds it, with its attempts
                log.error("webhook_attempt_broke", delivery_id=due.delivery.id, cause=type(trouble).__name__)
            with self._changed:
                self._agenda.release(due.delivery.id)
                if again is not None:
                    due_s = time.monotonic() + self._backoff.delay_s(again.attempts, self._random)
                    self._agenda.put(again, host=due.host, due_s=due_s)
                self._changed.notify_all()

    def _wait_for_due(self) -> _Waiting | None:
        """Wait for a delivery that is due to a host that is free; `None` when stopping."""
        with self._changed:
            while not self._is_stopping:
                now_s = time.monotonic()
                if due := self._agenda.take(now_s):
                    return due
                self._changed.wait(self._agenda.wait_s(now_s))
        return None

    def _attempt(self, delivery: Delivery, host: str) -> Delivery | None:
        """Send a delivery if nobody else does; return it with its attempts if it is to be sent again."""
        if not self._outbox.claim(delivery.id, delivery.attempts):
            return None
        attempt = delivery.attempts + 1
        if attempt > self._backoff.most_attempts:  # the last attempt never came to its end
            reply = Reply(None, "attempts_exhausted")
        else:
            reply = post(
                delivery.url, delivery.body, self._headers(delivery), self._guard, self._timeout_s, tls=self._tls
            )
        facts = {"delivery_id": delivery.id, "host": host, "status": reply.status, "attempt": attempt}
        if reply.error is None:
            assert reply.status is not None  # only an answer is without error
            self._outbox.delivered(delivery.id, reply.status)
            log.info("webhook_delivered", **facts)
            return None
        is_last = attempt >= self._backoff.most_attempts
        self._outbox.failed(delivery.id, reply.error, is_last)
        log.warning("webhook_given_up" if is_last else "webhook_failed", error=reply.error, **facts)
        return None if is_last else replace(delivery, attempts=attempt)

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        timestamp = int(self._wall())
        return {
            "Content-Type": "application/json",
            "User-Agent": "paigong",
            "Paigong-Event": delivery.event,
            "Paigong-Delivery": delivery.id,
            "Paigong-Timestamp": str(timestamp),
            "Paigong-Signature": signature(delivery.secret, timestamp, delivery.body),
        }
