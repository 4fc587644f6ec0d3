"""Papers of a plan: printed by a reader when they are first asked for, then kept."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.documents import unpack
from api.plans.view import find
from api.refusals.refusal import Refusal
from api.store import plans
from api.store.engine import StoreError

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from api.access.doorkeeper import Caller
    from api.service import Service


def paper(service: Service, caller: Caller, job_id: str, name: str, lang: str) -> bytes:
    """Return a paper of a plan, printed now or before.

    Raises
    ------
    Refusal
        While there is no plan, or when printing takes too long.
    """
    with service.store.read() as tx:
        row = find(tx, caller, job_id)
        known = plans.paper(tx, job_id, name, lang)
    if known is not None:
        return known
    content, _ = printed(service, row, name, lang, key_id=caller.key_id)
    # A paper that cannot be kept is printed anew the next time.
    with suppress(StoreError), service.store.write() as tx:
        if plans.job(tx, job_id, None) is not None:
            plans.keep_paper(tx, job_id, name, lang, content)
    return content


def printed(service: Service, row: RowMapping, name: str, lang: str, *, key_id: str) -> tuple[bytes, dict[str, Any]]:
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
        made = unpack(kept["content"]) | {"problem": unpack(kept["problem"])}
        (folder / "made").write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        task = {
            "task": "print",
            "paper": name,
            "lang": lang,
            "file": str(folder / "input"),
            "media_type": source["media_type"],
            "options": row["options"],
            "made": str(folder / "made"),
            "out": str(folder / f"out{Path(name).suffix}"),
        }
        limit_s = service.settings.paper_s
        too_long = Refusal("PAPER_FAILED", headers={"Retry-After": "30"}, limit=f"{limit_s:g}")
        answer = service.readers.do(task, limit_s=limit_s, too_long=too_long, key_id=key_id)
        return Path(task["out"]).read_bytes(), answer
