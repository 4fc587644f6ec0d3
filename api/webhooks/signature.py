"""What a receiver can check: that a delivery is ours, whole, and of now."""

from __future__ import annotations

import hmac
import re


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return what the header `Paigong-Signature` says: `v1=` and the hex HMAC-SHA256 of `timestamp.body`.

    Parameters
    ----------
    timestamp
        Seconds since 1970, as in the header `Paigong-Timestamp`. It is signed too: an old delivery cannot be sent anew.
    """
    return "v1=" + hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()


def is_signed(body: bytes, *, secret: str, timestamp: str, claimed: str, now_s: float, tolerance_s: int = 300) -> bool:
    """Return whether a received body was signed with the secret, and not long ago: the receiver's side of `signature`.

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
    expected = sign(secret, int(timestamp), body)
    return hmac.compare_digest(expected.encode(), claimed.encode(errors="replace"))
