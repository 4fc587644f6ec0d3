"""A plan is edited by hand: tried, applied as a new revision, undone; and the rest of it is planned anew."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.documents import name_of
from api.plans.etags import etag_of, is_asked_for, tag, tagged
from api.plans.papers import paper_limit
from api.plans.submission import budget_of, check_queue
from api.plans.view import as_json, find, with_plan
from api.refusals.refusal import Refusal, by_language
from api.requests.idempotency import Answer, once, recall
from api.statuses import Role, State
from api.store import access, jobs, outbox, plans, revisions, turns
from api.store.engine import StoreError, now
from optimizer.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy import Connection, RowMapping

    from api.access.doorkeeper import Caller
    from api.requests.idempotency import Asked
    from api.schemas.asked import ReoptimiseQuery
    from api.service import Service


#: A plan of so many visits takes a reader a tenth of a second to open.
LARGE = 150


def edit(
    service: Service,
    asked: Asked,
    job_id: str,
    edits: list[dict[str, Any]],
    *,
    is_dry: bool,
    looked_at: str | None,
    lang: str,
    request_id: str,
) -> Answer:
    """Edit a plan; what it breaks is answered to a dry run, and refused otherwise.

    Raises
    ------
    Refusal
        When an edit cannot be done, breaks a hard rule, or the plan is another one than the caller looked at.
    """
    earlier = None if is_dry else recall(service.store, asked)
    if earlier is not None:
        return earlier
    with service.store.read() as tx:
        row = find(tx, asked.caller, job_id)
        _check_is_editable(tx, row, looked_at, is_dry=is_dry, lang=lang)
        seen = etag_of(tx, row)
        kept, source = plans.plan(tx, job_id), plans.source(tx, row["input_sha"])
    assert kept is not None
    with _laid_out(service, row, kept, source) as (task, folder):
        task |= {"task": "edit", "edits": edits, "is_dry": is_dry}
        found = _asked_of_reader(service, asked.caller, task)
        if is_dry:
            answer = _answer(found, lang, revision=row["revision"], is_applied=False) | {"etag": seen}
            return Answer(200, answer, {"ETag": tag(seen, lang)})
        if found["violations"]["en"]:
            raise _breaks(found["violations"])
        packed = tuple((folder / "out" / name).read_bytes() for name in ("content", "problem"))

    def apply(tx: Connection) -> Answer:
        def add(row: RowMapping) -> int:
            return revisions.add(
                tx, row, edits=edits, plan=(packed[0], packed[1]), key_id=asked.caller.key_id,
                cost_cents=found["cost_cents"], served=found["served"],
            )  # fmt: skip

        row = _changed(tx, asked, job_id, seen, add, action="edit", lang=lang, request_id=request_id)
        now_seen = etag_of(tx, row)
        answer = _answer(found, lang, revision=row["revision"], is_applied=True) | {"etag": now_seen}
        return Answer(200, answer, {"ETag": tag(now_seen, lang)})

    return once(service.store, asked, apply)


def open_ahead(service: Service, caller: Caller, row: RowMapping) -> None:
    """Have a reader that has nothing to do open a plan that is looked at by who may edit it: then its edits are quick.

    Nobody waits for this, and nothing is said where it cannot be done.
    """
    is_worth_it = row["state"] == State.DRAFT and row["visits"] >= LARGE and caller.role.may(Role.PLAN)
    if not is_worth_it:
        return
    with suppress(Refusal, StoreError, OSError):
        with service.store.read() as tx:
            kept = plans.plan(tx, row["job_id"])
            if kept is None or not service.readers.may_open(_name_of(row, kept)):
                return
            source = plans.source(tx, row["input_sha"])
        with _laid_out(service, row, kept, source) as (task, _):
            _asked_of_reader(service, caller, task | {"task": "open"})


def undo(
    service: Service, asked: Asked, job_id: str, *, to: int | None, looked_at: str | None, lang: str, request_id: str
) -> Answer:
    """Take an earlier revision of a plan into use again, by default the one that the present one was made from.

    Raises
    ------
    Refusal
        When there is none, or the plan is another one than the caller looked at.
    """
    earlier = recall(service.store, asked)
    if earlier is not None:
        return earlier

    def take(tx: Connection) -> Answer:
        row = find(tx, asked.caller, job_id)
        _check_is_editable(tx, row, looked_at, is_dry=False, lang=lang)

        def use(row: RowMapping) -> int:
            wanted = to if to is not None else _parent(tx, row)
            if wanted is None or not revisions.use(tx, job_id, wanted):
                raise Refusal("NO_SUCH_REVISION")
            return wanted

        row = _changed(tx, asked, job_id, etag_of(tx, row), use, action="undo", lang=lang, request_id=request_id)
        body = with_plan(tx, row, lang)
        return Answer(200, body, tagged(body["etag"], lang))

    return once(service.store, asked, take)


def listed(service: Service, asked: Asked, job_id: str) -> dict[str, Any]:
    """Return the revisions of a plan, the solver's first."""
    with service.store.read() as tx:
        row = find(tx, asked.caller, job_id)
        if row["state"] is None:
            raise Refusal("NO_PLAN_YET", status=row["status"])
        found = [dict(one) for one in revisions.listed(tx, job_id)]
    if not found:
        first = {"number": 0, "parent": None, "edits": [], "created_at": row["finished_at"] or row["created_at"]}
        found = [first | {name: row[name] for name in ("cost_cents", "served", "key_id")}]
    shown = ("number", "parent", "edits", "cost_cents", "served", "key_id", "created_at")
    items = [{name: one[name] for name in shown} | {"in_use": one["number"] == row["revision"]} for one in found]
    return {"items": items}


# --- the rest of a plan ---------------------------------------------------------------------------------------------


def reoptimise(
    service: Service, asked: Asked, job_id: str, query: ReoptimiseQuery, *, lang: str, request_id: str
) -> Answer:
    """Queue a job that plans the rest of a plan anew: what is locked, was moved by hand or is too near stays.

    Raises
    ------
    Refusal
        Without a plan, or when the queue is full.
    """
    earlier = recall(service.store, asked)
    if earlier is not None:
        return earlier
    caller, settings, new_id = asked.caller, service.settings, secrets.token_hex(16)

    def add(tx: Connection) -> Answer:
        base = find(tx, caller, job_id)
        kept = plans.plan(tx, job_id)
        if kept is None:
            raise Refusal("NO_PLAN_YET", status=base["status"])
        options = base["options"] | {
            **budget_of(service, caller, query),
            "start_from": job_id,
            "start_revision": base["revision"],
            "held": _moved(tx, base),
            "freeze_before": query.freeze_before,
        }
        same = ("branch_id", "first_day", "days", "as_of", "visits", "technicians", "input_sha", "warnings")
        values = {name: base[name] for name in same} | {
            "job_id": new_id,
            "key_id": caller.key_id,
            "options": options,
            "request_id": request_id,
            "created_at": now(),
            "asked_s": turns.expected_s(options["seconds"], options["iterations"]),
        }
        check_queue(tx, settings, caller, values["asked_s"])
        source = plans.source(tx, base["input_sha"])
        jobs.submit(tx, values, media_type=source["media_type"], content=source["content"])
        revisions.begin_from(tx, new_id, kept["content"], kept["problem"])
        row = find(tx, caller, new_id)
        place = turns.place_of(tx, new_id)
        return Answer(202, as_json(row, lang, place), {"Location": f"{settings.root_path}/v1/plans/{new_id}"})

    return once(service.store, asked, add)


def _moved(tx: Connection, row: RowMapping) -> list[str]:
    """Return the visits that people have moved on the way to the revision in use."""
    known = {one["number"]: one for one in revisions.listed(tx, row["job_id"])}
    moved: set[str] = set()
    number: int | None = row["revision"] if known else None
    while number is not None:
        moved |= {entry["visit"] for entry in known[number]["edits"] if entry["edit"] == "move"}
        number = known[number]["parent"]
    return sorted(moved)


# --- what all of them do --------------------------------------------------------------------------------------------


def _name_of(row: RowMapping, kept: Mapping[Any, Any]) -> str:
    return name_of(row["job_id"], kept["content"], kept["problem"])


@contextmanager
def _laid_out(
    service: Service, row: RowMapping, kept: Mapping[Any, Any], source: Mapping[Any, Any]
) -> Iterator[tuple[dict[str, Any], Path]]:
    """Give the task of opening a plan, and the folder of its files; what a reader writes lies in `out`."""
    with tempfile.TemporaryDirectory(dir=service.spool.path, prefix="edit-") as place:
        folder = Path(place).resolve()
        for name, content in (("content", kept["content"]), ("problem", kept["problem"]), ("file", source["content"])):
            (folder / name).write_bytes(content)
        (folder / "out").mkdir()
        files = {name: str(folder / name) for name in ("content", "problem", "file", "out")}
        told = {"base": _name_of(row, kept), "job_id": row["job_id"], "media_type": source["media_type"]}
        yield {**told, **files}, folder


def _asked_of_reader(service: Service, caller: Caller, task: dict[str, Any]) -> dict[str, Any]:
    limit_s, too_long = paper_limit(service.settings)
    return service.readers.do(task, limit_s=limit_s, too_long=too_long, key_id=caller.key_id)


def _check_is_editable(tx: Connection, row: RowMapping, looked_at: str | None, *, is_dry: bool, lang: str) -> None:
    """Refuse a job without a plan, one that people have been told, and one that is not what the caller looked at."""
    if row["state"] is None:
        raise Refusal("NO_PLAN_YET", status=row["status"])
    if is_dry and looked_at is None:
        return
    if not is_dry and row["state"] != State.DRAFT:
        raise Refusal("PLAN_TOLD")
    if looked_at is None:
        raise Refusal("IF_MATCH_MISSING")
    if not is_asked_for(looked_at, etag_of(tx, row)):
        raise _stale(tx, row, lang)


def _stale(tx: Connection, row: RowMapping, lang: str) -> Refusal:
    reason = by_language("The plan is not the one that you looked at.")
    return Refusal("EDIT_STALE", headers={"ETag": tag(etag_of(tx, row), lang)}, reason=reason)


def _parent(tx: Connection, row: RowMapping) -> int | None:
    known = {one["number"]: one["parent"] for one in revisions.listed(tx, row["job_id"])}
    return known.get(row["revision"])


def _changed(
    tx: Connection,
    asked: Asked,
    job_id: str,
    seen: str,
    change: Callable[[RowMapping], int],
    *,
    action: str,
    lang: str,
    request_id: str,
) -> RowMapping:
    """Change the revision in use, unless the plan has changed since; note it, tell it, and return the job."""
    caller = asked.caller
    row = find(tx, caller, job_id)
    plans.lock_days(tx, row["branch_id"])
    row = find(tx, caller, job_id)
    if etag_of(tx, row) != seen or row["state"] != State.DRAFT:
        raise _stale(tx, row, lang)
    number = change(row)
    jobs.add_event(tx, job_id, "edit", {"revision": number})
    access.note(
        tx, action, job_id, key_id=caller.key_id, request_id=request_id, branch_id=row["branch_id"], revision=number
    )
    data = {"id": job_id, "branch_id": row["branch_id"], "first_day": row["first_day"], "revision": number}
    outbox.add_event(tx, "plan.edited", row["branch_id"], data)
    return find(tx, caller, job_id)


def _answer(found: Mapping[str, Any], lang: str, *, revision: int, is_applied: bool) -> dict[str, Any]:
    """Return what a reader found, in one language."""
    spoken = {name: found[name][lang] for name in ("violations", "accepted")}
    return {"applied": is_applied, "revision": revision, **found, **spoken}


def _breaks(violations: Mapping[str, Iterable[Mapping[str, Any]]]) -> Refusal:
    """Return the refusal of edits that break hard rules, each with the exception that would allow it."""
    faults = {
        lang: [
            {
                "code": f"EDIT_BREAKS_{str(one['rule']).upper()}",
                "severity": "error",
                **{name: value for name, value in one.items() if name not in ("text", "action")},
                "cause": one["text"],
                "action": one["action"],
            }
            for one in violations[lang]
        ]
        for lang in LANGUAGES
    }
    return Refusal("EDIT_BREAKS_RULES", faults=faults, count=len(faults["en"]))
