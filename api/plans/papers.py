"""Papers of a plan: printed by a reader when they are first asked for, then kept."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.documents import whole
from api.plans.view import find
from api.refusals.refusal import Refusal
from api.store import plans
from api.store.engine import StoreError

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from api.access.doorkeeper import Caller
    from api.service import Service
    from api.settings import Settings


def paper(
    service: Service, caller: Caller, job_id: str, name: str, lang: str, *, technician_id: str | None = None
) -> bytes:
    """Return a paper of a plan, printed now or before.

    Parameters
    ----------
    technician_id
        Whose it is, of a paper that is one technician's.

    Raises
    ------
    Refusal
        While there is no plan, or when printing takes too long.
    """
    kept_as = name if technician_id is None else _name_of(technician_id)
    with service.store.read() as tx:
        row = find(tx, caller, job_id)
        known = plans.paper(tx, job_id, kept_as, lang)
    if known is not None:
        return known
    content, _ = printed(service, row, name, lang, key_id=caller.key_id, technician=technician_id)
    # A paper that cannot be kept is printed anew the next time.
    with suppress(StoreError), service.store.write() as tx:
        now = plans.job(tx, job_id, None)
        if now is not None and (now["revision"], now["event_count"]) == (row["revision"], row["event_count"]):
            plans.keep_paper(tx, job_id, kept_as, lang, content)
    return content


def _name_of(technician_id: str) -> str:
    """Return the name under which a technician's paper is kept: of one length, whatever the id is."""
    return f"sheet-{hashlib.sha256(technician_id.encode()).hexdigest()[:40]}"


def paper_limit(settings: Settings) -> tuple[float, Refusal]:
    """Return for how many seconds a reader may work on a kept plan, and what is said when that is not enough."""
    return settings.paper_s, Refusal("PAPER_FAILED", headers={"Retry-After": "30"}, limit=f"{settings.paper_s:g}")


def printed(
    service: Service, row: RowMapping, name: str, lang: str, *, key_id: str, **about: str | None
) -> tuple[bytes, dict[str, Any]]:
    """Return a paper of a job's plan, printed now, and what the reader says of it.

    Raises
    ------
    Refusal
        While there is no plan, or when printing takes too long.
    """
    with service.store.read() as tx:
        kept = plans.plan(tx, row["job_id"])
        if kept is None:
            raise Refusal("NO_PLAN_YET", status=row["status"])
        source = plans.source(tx, row["input_sha"])
    with tempfile.TemporaryDirectory(dir=service.spool.path, prefix="print-") as place:
        folder = Path(place).resolve()
        (folder / "input").write_bytes(source["content"])
        made = whole(kept)
        (folder / "made").write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        task = {
            **about,
            "task": "print",
            "paper": name,
            "lang": lang,
            "file": str(folder / "input"),
            "media_type": source["media_type"],
            "options": row["options"],
            "made": str(folder / "made"),
            "out": str(folder / f"out{Path(name).suffix}"),
        }
        limit_s, too_long = paper_limit(service.settings)
        answer = service.readers.do(task, limit_s=limit_s, too_long=too_long, key_id=key_id)
        return Path(task["out"]).read_bytes(), answer
