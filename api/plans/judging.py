"""A plan file from anywhere is judged, alone or with the branch as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.plans.comparing import compare_with, each_once, named_by
from api.refusals.parameters import naive_doubts
from api.refusals.refusal import Refusal

if TYPE_CHECKING:
    from api.access.doorkeeper import Caller
    from api.requests.bodies import Spooled
    from api.schemas.asked import JudgeQuery
    from api.service import Service

#: Of the time for reading a plan file, so much may go into asking for its proofs again.
PROOFS_SHARE = 0.3


def judge(service: Service, caller: Caller, spooled: Spooled, query: JudgeQuery, *, lang: str) -> dict[str, Any]:
    """Return the verdict on a plan file.

    Raises
    ------
    Refusal
        With every fault of the file and of the branch sent with it; when a branch that it names is not there.
    """
    limit_s = service.settings.clerk_s
    file = {"file": str(spooled.path.resolve()), "lang": lang}
    too_long = Refusal("BODY_TOO_COSTLY", limit=f"{limit_s:g}")
    task = {"task": "judge", **file, "seconds": limit_s * PROOFS_SHARE, "as_of": query.as_of}
    found = service.readers.do(task, limit_s=limit_s, too_long=too_long, key_id=caller.key_id)
    caller.need_branch(found["branch_id"])
    verdict: dict[str, Any] = found["verdict"]
    verdict["assumptions"] += [f"as_of: {doubt['cause']}" for doubt in naive_doubts(query.as_of, lang)]
    if found["named"] is None:
        return verdict
    with service.store.read() as tx:
        submissions = named_by(tx, caller, found["named"], found["branch_id"], found["days"])
    answers = compare_with(
        service, submissions, {"task": "compare_file", **file}, limit_s=limit_s, too_long=too_long,
        key_id=caller.key_id,
    )  # fmt: skip
    compared = {name: each_once(answer[name] for answer in answers) for name in ("differences", "violations")}
    return verdict | {"branch": compared, "clean": verdict["clean"] and not compared["violations"]}
