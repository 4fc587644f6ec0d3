"""What comes back over the wire, as it came."""

from __future__ import annotations

import http.client
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of HTTP as it came, before anything is read out of it."""

    status: int
    reason: str
    headers: http.client.HTTPMessage
    content: bytes

    @classmethod
    def of(cls, response: http.client.HTTPResponse, content: bytes) -> Reply:
        """Return a response, read, as a reply."""
        return cls(response.status, response.reason, response.headers, content)

    @property
    def retry_after_s(self) -> float | None:
        """How long the service wants not to be asked again."""
        stated = self.headers.get("Retry-After", "").strip()
        return float(stated) if stated.isdecimal() else None
