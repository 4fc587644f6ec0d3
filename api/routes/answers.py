"""What endpoints may answer, for the reference: every refusal is problem details, and none is undocumented."""

from __future__ import annotations

from typing import Any

from api.refusals.refusal import MEDIA_TYPE, problem
from api.refusals.table import REFUSAL_TEXTS

#: Any endpoint with a key may answer these.
ALWAYS = (
    "KEY_MISSING",
    "KEY_UNKNOWN",
    "SESSION_OVER",
    "CSRF_INVALID",
    "ROLE_TOO_LOW",
    "TOO_MANY_REQUESTS",
    "PARAMETER_INVALID",
    "STORE_UNAVAILABLE",
)
#: Any endpoint that takes a body.
WITH_BODY = (
    "MEDIA_TYPE",
    "CONTENT_ENCODING",
    "BODY_TOO_LARGE",
    "BODY_TOO_SLOW",
    "INPUT_FAULTS",
    "IDEMPOTENCY_KEY_REUSED",
    "IDEMPOTENCY_KEY_INVALID",
)
#: Any endpoint that has a reader read or print.
WITH_READER = ("READERS_BUSY", "READERS_SLOW", "READER_LOST", "TOO_MANY_READS", "SHUTTING_DOWN", "BODY_TOO_COSTLY")
#: Any endpoint that has papers printed.
WITH_PRINTER = ("PAPER_FAILED", "READERS_BUSY", "READERS_SLOW", "READER_LOST", "TOO_MANY_READS", "SHUTTING_DOWN")

#: `schemas.Problem`, which the schema of a job refers to, too.
PROBLEM = {"$ref": "#/components/schemas/Problem"}

_EXAMPLE_VALUES = {
    name: "…"
    for name in (
        "needed", "role", "branch", "limit", "waiting", "method", "count", "value", "known", "reason",
        "status", "technician", "attempts", "days", "day",
    )
}  # fmt: skip


def refusals(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of faults that an endpoint may answer, by status, with an example each."""
    made: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        text = REFUSAL_TEXTS[code]
        entry = made.setdefault(
            text.status,
            {"description": "", "content": {MEDIA_TYPE: {"schema": PROBLEM, "examples": {}}}},
        )
        entry["description"] += ("; " if entry["description"] else "") + f"{code}: {text.title}"
        entry["content"][MEDIA_TYPE]["examples"][code] = {"value": problem(code, "en", values=_EXAMPLE_VALUES)}
    return made
