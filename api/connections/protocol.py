"""uvicorn's protocol, with what it lacks: a time for the head of a request, an end to what nobody reads, and limits.

uvicorn ends a connection that is idle after an answer, and nothing else: one that sends half a head, or a byte a
second, or takes no byte of its answer, stays as long as it likes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.connections.limits import PROBES, Limits
from api.refusals.refusal import Refusal, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send
    from uvicorn.server import ServerState


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may take.

    Parameters
    ----------
    head_s
        For the head of a request, from its first byte or from the connection on.
    reading_s
        For taking what is sent, each time that it has taken nothing.
    """

    head_s: float
    reading_s: float


class DoorProtocol(H11Protocol):
    """One connection."""

    def __init__(
        self,
        limits: Limits,
        patience: Patience,
        config: Any,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config=config, server_state=server_state, app_state=app_state, _loop=_loop)
        self.address = ""
        self._limits, self._patience = limits, patience
        self._head_timer: asyncio.TimerHandle | None = None
        self._reading_timer: asyncio.TimerHandle | None = None
        self.app = self._answer_within_limits(self.app)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it, and give it its time for a first request."""
        super().connection_made(transport)
        # The peer itself, whatever it says for whom it speaks: a header is written by anybody.
        peer = transport.get_extra_info("peername")
        self.address = str(peer[0]) if peer else ""
        self._limits.opened(self)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._limits.closed(self)
        self._head_timer = _stopped(self._head_timer)
        self._reading_timer = _stopped(self._reading_timer)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        """Take bytes; what is no whole head yet has to become one in time."""
        super().data_received(data)
        if not self._is_at_work and self._head_timer is None and not self.transport.is_closing():
            self._expect_head()

    def handle_events(self) -> None:
        """Begin to answer a request whose head is there."""
        super().handle_events()
        if self._is_at_work:
            self._head_timer = _stopped(self._head_timer)
            self._limits.works(self)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._limits.waits(self)
        # Another request may be at hand already, which this goes on with.
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Wait, but not for ever, until what was sent is taken."""
        super().pause_writing()
        self._reading_timer = self.loop.call_later(self._patience.reading_s, self.shut)

    def resume_writing(self) -> None:
        """Go on: it is taken."""
        super().resume_writing()
        self._reading_timer = _stopped(self._reading_timer)

    def shut(self) -> None:
        """End the connection without a word: whoever is at its other end asks for nothing, or reads nothing."""
        self.transport.abort()

    @property
    def _is_at_work(self) -> bool:
        """Whether a request has come that is not answered yet."""
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self._patience.head_s, self.shut)

    def _answer_within_limits(self, app: ASGIApp) -> ASGIApp:
        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            limit = None if scope["path"].removeprefix(self.root_path) in PROBES else self._limits.excess_of(self)
            if limit is None:
                await app(scope, receive, send)
                return
            refusal = Refusal("TOO_MANY_CONNECTIONS", headers={"Retry-After": "5", "Connection": "close"}, limit=limit)
            await answer(refusal, Request(scope))(scope, receive, send)

        return served


def protocol_factory(limits: Limits, patience: Patience) -> Callable[..., asyncio.Protocol]:
    """Return what makes the protocol of each connection, as uvicorn calls it."""

    def make(**given: Any) -> asyncio.Protocol:
        return DoorProtocol(limits, patience, **given)

    return make


def _stopped(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """Stop a timer and return what stands in its place: none."""
    if timer is not None:
        timer.cancel()
    return None
