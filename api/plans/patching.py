"""A few rows instead of the whole: what a job was made from is submitted anew with rows changed, added, taken out."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from api.plans.submission import submit
from api.plans.view import find
from api.refusals.refusal import Refusal
from api.requests.bodies import Spooled
from api.requests.idempotency import recall
from api.store import plans

if TYPE_CHECKING:
    from api.requests.idempotency import Answer, Asked
    from api.schemas.asked import PlanQuery
    from api.service import Service


#: The media type of a branch as one document.
JSON = "application/json"


def submit_patched(
    service: Service, asked: Asked, job_id: str, patch: Spooled, query: PlanQuery, *, lang: str, request_id: str
) -> Answer:
    """Submit what a job was made from, patched.

    Raises
    ------
    Refusal
        When the job was made from a workbook or an archive, a row of the patch names none, or as `submit` does.
    """
    earlier = recall(service.store, asked)
    if earlier is not None:
        return earlier
    with service.store.read() as tx:
        row = find(tx, asked.caller, job_id)
        source = plans.source(tx, row["input_sha"])
    if source["media_type"] != JSON:
        raise Refusal("INPUT_NO_JSON")
    settings = service.settings
    with tempfile.TemporaryDirectory(dir=service.spool.path, prefix="patch-") as place:
        before, after = (Path(place).resolve() / name for name in ("before", "after"))
        before.write_bytes(source["content"])
        files = {"source": str(before), "file": str(patch.path.resolve()), "out": str(after)}
        service.readers.do(
            {"task": "patch", **files, "most_objects": settings.max_objects},
            limit_s=settings.clerk_s,
            too_long=Refusal("BODY_TOO_COSTLY", limit=f"{settings.clerk_s:g}"),
            key_id=asked.caller.key_id,
        )
        content = after.read_bytes()
        spooled = Spooled(after, JSON, hashlib.sha256(content).hexdigest(), len(content))
        return submit(service, asked, spooled, query, lang=lang, request_id=request_id)
