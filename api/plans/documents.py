"""Documents as they are kept: JSON, packed."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def pack(document: Any) -> bytes:
    """Return a JSON document as it is kept."""
    return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpack(content: bytes) -> Any:
    """Return a kept JSON document."""
    return json.loads(unpacked(content))


def unpacked(content: bytes) -> bytes:
    """Return the bytes of a kept JSON document."""
    return zlib.decompress(content)


def whole(kept: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a kept plan as one document with its problem, as readers take it."""
    return {**unpack(kept["content"]), "problem": unpack(kept["problem"])}


def name_of(job_id: str, plan: bytes, problem: bytes) -> str:
    """Return what readers call a job's plan that they have open: one with other facts or routes is another one."""
    return f"{job_id}-{hashlib.sha256(plan + problem).hexdigest()}"
