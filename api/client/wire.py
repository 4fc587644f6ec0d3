"""Requests and answers over a few kept connections, repeated while that helps."""

from __future__ import annotations

import http.client
import json
import random
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode, urlsplit

from api.client.answers import Event
from api.client.errors import ServiceError, UnreachableError, error_of, not_ours
from api.client.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping


T = TypeVar("T")

#: How long failures of one request are borne: a service that is started anew is back by then.
RETRY_S = 15.0
CONNECT_S = 10.0
#: The service breaks the silence of a stream every 15 seconds; three missed are a cut connection.
SILENCE_S = 45.0
#: The service closes a connection that was idle for 30 seconds.
IDLE_S, MOST_IDLE = 20.0, 8


#: How a connection fails.
CUT = (OSError, http.client.HTTPException)


class Patience:
    """How long failures are borne: the first at once, the next ones after longer and longer waits.

    Parameters
    ----------
    budget_s
        Seconds in all.
    """

    def __init__(self, budget_s: float) -> None:
        self._left_s = budget_s
        self._next_s = 0.0

    def bears(self, *, at_least_s: float = 0.0, lost_s: float = 0.0) -> bool:
        """Wait before the next try, or say that there is none.

        Parameters
        ----------
        at_least_s
            What the service asks for.
        lost_s
            What was already waited in vain.
        """
        # Uneven waits: clients that were cut off together do not come back together.
        wait_s = max(self._next_s * random.uniform(0.5, 1.0), at_least_s)
        self._next_s = min(2 * self._next_s, 5.0) if self._next_s else 0.25
        if wait_s + lost_s > self._left_s:
            return False
        self._left_s -= wait_s + lost_s
        time.sleep(wait_s)
        return True


class Wire:
    """Requests and answers over a few kept connections."""

    def __init__(
        self, url: str, key: str, *, lang: str, timeout_s: float, retry_s: float, tls: ssl.SSLContext | None
    ) -> None:
        parts = urlsplit(url.strip())
        # A password in an address is nobody's business: it is neither used nor shown.
        self.url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
            raise ValueError(f"url: {self.url!r} is no service's; expected http(s)://host[:port][/path]")
        key = key.strip()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("key is empty or has characters that no API key has; expected pg_..._...")
        self._host, self._port, self._root = parts.hostname, parts.port, parts.path.rstrip("/")
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None
        self._headers = {"Authorization": f"Bearer {key}", "Accept-Language": lang, "User-Agent": "paigong-client"}
        self._lang, self._timeout_s, self._retry_s = lang, timeout_s, retry_s
        self._lock = threading.Lock()
        self._idle: list[tuple[float, http.client.HTTPConnection]] = []
        self._is_closed = False

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Return the whole answer to a request, which is repeated while that may help.

        Raises
        ------
        ServiceError
            When it is a refusal.
        UnreachableError
            When there is none.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        return self._repeated(lambda: self._exchange(method, target, content, headers or {}))

    def events(self, path: str, after: int, until_s: float) -> Generator[Event, None, None]:
        """Give the events of one stream until it ends or a moment has come; a cut is raised as it is."""
        with self._opened(path, {"Last-Event-ID": str(after)}) as (sock, response):
            if response.headers.get_content_type() != "text/event-stream":
                if not _has_length(response):
                    raise http.client.IncompleteRead(b"")
                raise not_ours(Reply.of(response, b""), self._lang)
            fields: dict[str, str] = {}
            for line in _lines(sock, response, until_s):
                name, _, value = line.partition(":")
                if line:
                    fields[name] = value.removeprefix(" ")
                elif "id" in fields and "data" in fields:
                    event = Event(int(fields["id"]), fields.get("event", ""), json.loads(fields["data"]))
                    fields = {}
                    if event.number > after:
                        yield event

    def patience(self) -> Patience:
        """Return a new patience with failures."""
        return Patience(self._retry_s)

    def close(self) -> None:
        """Close what is idle; what is in use is closed by who uses it."""
        with self._lock:
            self._is_closed = True
        self._drop_idle()

    # --- one request ---

    def _repeated(self, do: Callable[[], T]) -> T:
        patience = self.patience()
        while True:
            began_s = time.monotonic()
            try:
                return do()
            except ServiceError as error:
                if error.status not in (429, 503) or not patience.bears(at_least_s=error.retry_after_s or 0.0):
                    raise
            except CUT as error:
                # Kept connections of a service that was started anew are all dead.
                self._drop_idle()
                lost_s = time.monotonic() - began_s if isinstance(error, TimeoutError) else 0.0
                if _is_lasting(error) or not patience.bears(lost_s=lost_s):
                    raise UnreachableError(self.url, reason_of(error)) from error

    def _exchange(self, method: str, target: str, content: bytes | None, headers: Mapping[str, str]) -> Reply:
        connection = self._take()
        try:
            with self._send(connection, method, target, content, headers) as response:
                answer = Reply.of(response, response.read())
                can_stay = not response.will_close
            if not _has_length(response):
                raise http.client.IncompleteRead(answer.content)
        except BaseException:
            connection.close()
            raise
        if can_stay:
            self._give_back(connection)
        else:
            connection.close()
        if answer.status >= 300:
            raise error_of(answer, self._lang)
        return answer

    @contextmanager
    def _opened(
        self, target: str, headers: Mapping[str, str]
    ) -> Iterator[tuple[socket.socket, http.client.HTTPResponse]]:
        """Give an answer that is still coming, on a connection of its own."""

        def open_it() -> tuple[http.client.HTTPConnection, socket.socket, http.client.HTTPResponse]:
            connection = self._connected()
            sock = connection.sock
            try:
                response = self._send(connection, "GET", target, None, headers)
                if response.status < 300:
                    return connection, sock, response
                with response:
                    raise error_of(Reply.of(response, response.read()), self._lang)
            except BaseException:
                connection.close()
                raise

        connection, sock, response = self._repeated(open_it)
        try:
            yield sock, response
        finally:
            response.close()
            connection.close()

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        target: str,
        content: bytes | None,
        headers: Mapping[str, str],
    ) -> http.client.HTTPResponse:
        # A service that refuses a large body answers before it has read all of it: that answer says why.
        with suppress(ConnectionError):
            connection.request(method, self._root + target, content, {**self._headers, **headers})
        return connection.getresponse()

    # --- connections ---

    def _connected(self) -> http.client.HTTPConnection:
        if self._is_closed:
            raise RuntimeError("this client is closed; make a new one")
        patience_s = min(CONNECT_S, self._timeout_s)
        connection = (
            http.client.HTTPConnection(self._host, self._port, timeout=patience_s)
            if self._tls is None
            else http.client.HTTPSConnection(self._host, self._port, timeout=patience_s, context=self._tls)
        )
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        connection.sock.settimeout(self._timeout_s)
        return connection

    def _take(self) -> http.client.HTTPConnection:
        """Return a connection that is kept and still young, or a new one."""
        while True:
            with self._lock:
                since_s, connection = self._idle.pop() if self._idle else (0.0, None)
            if connection is None:
                return self._connected()
            if time.monotonic() - since_s < IDLE_S:
                return connection
            connection.close()

    def _give_back(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if not self._is_closed and len(self._idle) < MOST_IDLE:
                self._idle.append((time.monotonic(), connection))
                return
        connection.close()

    def _drop_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()


def _lines(sock: socket.socket, response: http.client.HTTPResponse, until_s: float) -> Iterator[str]:
    """Give the lines of an answer as they come.

    Raises
    ------
    TimeoutError
        When the moment has come, or nothing has for too long.
    """
    rest = b""
    while True:
        sock.settimeout(max(0.001, min(SILENCE_S, until_s - time.monotonic())))
        piece = response.read1(65_536)
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").decode("utf-8")


def _has_length(response: http.client.HTTPResponse) -> bool:
    """Return whether an answer tells where it ends; one that was cut within its head does not, and looks whole."""
    return response.chunked or response.length is not None


def _is_lasting(error: BaseException) -> bool:
    """Return whether another try would fail in the same way: the certificate is not trusted, the name not known."""
    if isinstance(error, socket.gaierror):
        return error.errno != socket.EAI_AGAIN
    return isinstance(error, ssl.SSLCertVerificationError)


def reason_of(error: BaseException) -> str:
    """Return what went wrong, in a few words."""
    if isinstance(error, TimeoutError):
        return "the time for an answer is up"
    if isinstance(error, http.client.IncompleteRead):
        return "the answer was cut off"
    return str(error).rstrip(".") or type(error).__name__
