"""A customer is forgotten: nothing that is kept of a branch names the person any more; plans can still be judged."""

from __future__ import annotations

import json
import secrets
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.documents import unpacked
from api.plans.papers import paper_limit
from api.store import access, erasing, plans
from optimizer.ingest.personal import without_mentions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from api.access.doorkeeper import Caller
    from api.service import Service
    from api.store.erasing import Kept

#: Columns of a branch in which customers are told without their numbers.
_FLAT = (b"customer_name", b"customer_phone")


@dataclass(frozen=True, slots=True)
class _Left:
    """What is left of a job: the folder that holds it, `None` where nothing was to be taken out."""

    state: tuple[Any, ...]
    folder: Path | None
    texts: frozenset[str] = frozenset()


def erase(service: Service, caller: Caller, branch_id: str, customer_id: str, *, request_id: str) -> dict[str, Any]:
    """Take a customer out of all that is kept of a branch, in one transaction; return how many plans were concerned.

    Whoever asks again is told that there is nothing left.

    Raises
    ------
    Refusal
        When what a job keeps cannot be read in time.
    """
    caller.need_branch(branch_id)
    pseudonym = f"erased-{secrets.token_hex(6)}"
    with tempfile.TemporaryDirectory(dir=service.spool.path, prefix="erase-") as place:
        left: dict[str, _Left] = {}
        while True:
            with service.store.read() as tx:
                seen = erasing.states(tx, branch_id)
            for job_id, state in seen.items():
                if job_id not in left or left[job_id].state != state:
                    folder = Path(tempfile.mkdtemp(dir=place, prefix=f"{job_id}-")).resolve()
                    left[job_id] = _taken_out(service, caller, job_id, state, (customer_id, pseudonym), folder)
            with service.store.write() as tx:
                plans.lock_days(tx, branch_id)
                erasing.hold(tx, branch_id)
                if erasing.states(tx, branch_id) != seen:
                    continue  # a plan was made, edited or published meanwhile
                count = _replace(tx, branch_id, {job_id: left[job_id] for job_id in seen})
                if count:
                    access.note(
                        tx, "erase_customer", pseudonym, key_id=caller.key_id, request_id=request_id,
                        branch_id=branch_id, plans=count,
                    )  # fmt: skip
            break
    service.validated.forget()
    erasing.forget_journal(service.store)
    return {"branch_id": branch_id, "plans": count}


def _replace(tx: Connection, branch_id: str, left: Mapping[str, _Left]) -> int:
    """Keep what is left of the jobs of a branch; return how many of them were concerned."""
    count, texts = 0, set[str]()
    for job_id, one in left.items():
        if one.folder is not None:
            erasing.replace(tx, job_id, {file.name: file.read_bytes() for file in one.folder.iterdir()})
            count, texts = count + 1, texts | one.texts
    if texts:
        erasing.replace_texts(tx, branch_id, partial(without_mentions, texts=texts))
    return count


def _taken_out(
    service: Service, caller: Caller, job_id: str, state: tuple[Any, ...], who: tuple[str, str], folder: Path
) -> _Left:
    """Have a reader take a customer out of what a job keeps, into a folder."""
    with service.store.read() as tx:
        kept = erasing.kept(tx, job_id)
    if not _may_concern(kept, who[0]):
        return _Left(state, None)
    out = folder / "out"
    out.mkdir()
    files: dict[str, str] = {}
    documents = {**kept.facts, **kept.plans, "file": kept.input["content"]}
    for name, content in (documents | ({} if kept.published is None else {"published": kept.published})).items():
        (folder / name).write_bytes(content)
        files[name] = str(folder / name)
    task = {
        "task": "erase",
        "customer": who[0],
        "pseudonym": who[1],
        "file": files["file"],
        "media_type": kept.input["media_type"],
        "options": kept.options,
        "facts": {name: files[name] for name in kept.facts},
        "plans": {name: files[name] for name in kept.plans},
        "published": files.get("published"),
        "out": str(out),
    }
    limit_s, too_long = paper_limit(service.settings)
    found = service.readers.do(task, limit_s=limit_s, too_long=too_long, key_id=caller.key_id)
    return _Left(state, out if found["is_concerned"] else None, frozenset(found["texts"]))


def _may_concern(kept: Kept, customer_id: str) -> bool:
    """Return whether a job may keep something of a customer: what is packed or flat is not looked through here."""
    if kept.input["media_type"] != "application/json":
        return True
    name, sent = _written(customer_id)[1:-1], kept.input["content"]
    if b"\\" in sent:  # any character may be escaped there; what we keep ourselves is written in one way
        sent = _written(json.loads(sent))
    documents = [sent, *map(unpacked, kept.facts.values())]
    return any(word in sent for word in _FLAT) or any(name in document for document in documents)


def _written(value: Any) -> bytes:
    """Return a JSON value with no more escaped than has to be, as `documents.pack` writes it."""
    return json.dumps(value, ensure_ascii=False).encode(errors="replace")
