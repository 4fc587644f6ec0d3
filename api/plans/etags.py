"""What somebody looked at, by a name: `etag` in the body of an answer, and in the header a weak ETag around it.

A proxy that packs answers rewrites ETags (`W/"..."`, `"...-gzip"`) or drops them; what the body
says comes through as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from api.store import plans

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

#: What is found of a name in a header, with the language of the answer where it is there, too.
_NAMED = re.compile(r"(?<![0-9a-f])([0-9a-f]{32})(?![0-9a-f])(?:\.([a-z]+))?")
#: A condition that any name meets.
ANY = "*"


def days_of(row: Any) -> list[str]:
    """Return the days that a job plans."""
    first = date.fromisoformat(row["first_day"])
    return [(first + timedelta(days=n)).isoformat() for n in range(row["days"])]


def etag_of(tx: Connection, row: RowMapping) -> str:
    """Return what changes when the job, the orders of its days, or the plan in force for them changes."""
    seen = [
        row["job_id"], row["status"], row["state"], row["event_count"], row["revision"],
        plans.in_force(tx, row["branch_id"], days_of(row)),
        len(plans.receipts(tx, row["job_id"])),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32]


def tag(shown: str, lang: str) -> str:
    """Return the weak ETag of an answer: it is another text in another language."""
    return f'W/"{shown}.{lang}"'


def tagged(shown: str, lang: str) -> dict[str, str]:
    """Return the headers of an answer."""
    return {"ETag": tag(shown, lang), "Vary": "Accept-Language"}


def is_asked_for(header: str | None, shown: str) -> bool:
    """Return whether an If-Match names what is shown, in whatever form it came through.

    >>> is_asked_for('W/"0123456789abcdef0123456789abcdef.en-gzip"', "0123456789abcdef0123456789abcdef")
    True
    """
    return header is not None and (ANY in _listed(header) or any(found == shown for found, _ in _named(header)))


def is_known(header: str | None, shown: str, lang: str) -> bool:
    """Return whether an If-None-Match names an answer, in its language where it says one."""
    if header is None:
        return False
    return ANY in _listed(header) or any(found == shown and said in ("", lang) for found, said in _named(header))


def _listed(header: str) -> list[str]:
    return [part.strip() for part in header.split(",")]


def _named(header: str) -> list[tuple[str, str]]:
    return _NAMED.findall(header.lower())
