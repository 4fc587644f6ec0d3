"""Webhooks: a signed POST to the URL of each receiver, to checked addresses only, again and again until it is answered.

*URL → checked address → signed POST → reply → outbox.* A receiver may see a delivery twice (an answer can be lost on
its way back); the header `Paigong-Delivery` names it, so that the double can be dropped.
"""

from __future__ import annotations

from api.webhooks.deliverer import BATCH, Deliverer, Delivery, Outbox
from api.webhooks.guard import (
    MAX_URL_CHARS,
    REFUSALS,
    AddressGuard,
    RefusedUrlError,
    Target,
    look_up,
    refusal_of,
)
from api.webhooks.post import MAX_ANSWER_BYTES, Reply, send_post
from api.webhooks.retries import Backoff
from api.webhooks.signature import is_signed, sign

__all__ = [
    "BATCH",
    "MAX_ANSWER_BYTES",
    "MAX_URL_CHARS",
    "REFUSALS",
    "AddressGuard",
    "Backoff",
    "Deliverer",
    "Delivery",
    "Outbox",
    "RefusedUrlError",
    "Reply",
    "Target",
    "is_signed",
    "look_up",
    "refusal_of",
    "send_post",
    "sign",
]
