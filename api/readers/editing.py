"""Edits of a kept plan, in a reader: the plan last edited stays open, and so does what an edit made of it.

So the next edit is quick, of the one or the other.

{"task": "edit", "base": ..., "content": ..., "problem": ..., "file": ..., "media_type": ..., "job_id": ...,
 "edits": [...], "is_dry": ..., "out": ...}
{"task": "open", "base": ..., "content": ..., "problem": ..., "file": ..., "media_type": ...}
"""

from __future__ import annotations

import tempfile
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from api.plans.conversion import assumptions, change_to_json, changes_with, plan_from_json
from api.plans.documents import name_of, pack, unpack
from api.readers import upload
from optimizer.editing.edit_documents import edits_from_json
from optimizer.editing.editor import Edited, OpenPlan, edit_plan, open_plan
from optimizer.editing.refused import refused_for
from optimizer.errors import JudgementError
from optimizer.explain.sentences import accepted_sentence
from optimizer.ingest.plans.formats import FIRST_FORMAT, as_of_then, rules_of
from optimizer.ingest.plans.plan_file import routes_to_json, violation_to_json
from optimizer.ingest.write import branch_clock, problem_to_json
from optimizer.judge.verdict import judge_plan
from optimizer.text.catalogue import LANGUAGES, translator

Answer = dict[str, Any]

#: So many plans stay open in a reader.
MOST_OPEN = 4
#: How long reasons are looked for, for what an applied edit leaves out.
REASONS_S = 1.0


@dataclass(frozen=True, slots=True)
class Base:
    """A kept plan, ready to be edited; its format is that of the first plans where it does not name one."""

    made: Answer
    format: str
    opened: OpenPlan


_open: OrderedDict[str, Base] = OrderedDict()


def edit(task: Answer) -> Answer:
    """Edit a kept plan: answer what becomes of it; unless it is a dry run, write that, packed, where the task says."""
    base = _base(task)
    edits = edits_from_json(task["edits"], base.opened.problem)
    edited = edit_plan(base.opened, edits)
    visit_ids = [one.visit_id for one in edits]
    answer = {
        "violations": {lang: _violations(edited, visit_ids, lang) for lang in LANGUAGES},
        **_what_differs(edited),
    }
    if not task["is_dry"] and not edited.broken:
        answer["opened"] = _write(base, edited, task)
    return answer


def open_kept(task: Answer) -> Answer:
    """Open a kept plan, so that its first edit is quick."""
    _base(task)
    return {}


def _base(task: Answer) -> Base:
    """Return the plan to edit, opened now or before."""
    key = task["base"]
    if key not in _open:
        made, document = (unpack(Path(task[name]).read_bytes()) for name in ("content", "problem"))
        # What reads and checks what people send: too much to be loaded by every reader that edits nothing.
        from optimizer.ingest.read import problem_from_json
        from optimizer.travel.provider import travel_for

        problem = problem_from_json(as_of_then(document))
        with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
            path = upload.lay_out(Path(task["file"]).read_bytes(), task["media_type"], Path(folder))
            matrix = travel_for(problem, path)
        plan, plan_format = plan_from_json(made["plan"], problem), str(made["plan"].get("format", FIRST_FORMAT))
        _keep_open(key, Base(made, plan_format, open_plan(problem, matrix, plan, rules=rules_of(plan_format))))
    _open.move_to_end(key)
    return _open[key]


def _keep_open(name: str, base: Base) -> None:
    _open[name] = base
    _open.move_to_end(name)
    while len(_open) > MOST_OPEN:
        _open.popitem(last=False)


def _violations(edited: Edited, visit_ids: list[str], lang: str) -> list[Answer]:
    return [
        {**violation_to_json(one.violation), "text": one.text, "action": one.action, "allow": one.allow}
        for one in refused_for(edited, visit_ids, translator(lang))
    ]


def _what_differs(edited: Edited) -> Answer:
    """Return what a plan is after its edits, as far as it differs."""
    problem, plan, before = edited.problem, edited.plan, edited.before
    clock = branch_clock(problem)
    gone = {(r.technician_id, r.day) for r in before.routes} - {(r.technician_id, r.day) for r in plan.routes}
    known = {entry.visit_id for entry in before.unassigned}
    document = routes_to_json(
        replace(
            plan,
            routes=edited.changed_routes,
            unassigned=tuple(entry for entry in plan.unassigned if entry.visit_id not in known),
        ),
        problem,
    )
    return {
        "cost_cents": plan.cost_cents,
        "cost_change_cents": plan.cost_cents - before.cost_cents,
        "cost_changes": {str(rule): cents for rule, cents in edited.cost_changes.items()},
        "served": plan.served,
        "accepted": {
            lang: [
                {**violation_to_json(one), "text": accepted_sentence(one, problem, translator(lang))}
                for one in edited.accepted
            ]
            for lang in LANGUAGES
        },
        "changes": [change_to_json(change, clock) for change in edited.changes],
        "routes": document["routes"],
        "emptied": [{"technician": who, "date": problem.date_of(day).isoformat()} for who, day in sorted(gone)],
        "left_out": document["unassigned"],
    }


def _write(base: Base, edited: Edited, task: Answer) -> str:
    """Write an edited plan as a solve's plan is kept, judged as a whole, with reasons for what it leaves out.

    It stays open; its name is returned.
    """
    from optimizer.explain.unassigned import explain_unassigned
    from optimizer.report.figures import kpis

    problem, matrix = edited.problem, base.opened.facts.matrix
    judgement = judge_plan(problem, matrix, edited.plan, rules=base.opened.rules)
    if not judgement.is_clean:
        raise JudgementError(judgement.violations)
    until_s = time.monotonic() + REASONS_S
    plan = replace(edited.plan, unassigned=explain_unassigned(problem, matrix, edited.plan, until_s=until_s))
    made = base.made | {
        "plan": routes_to_json(
            plan,
            problem,
            kpis=kpis(problem, matrix, plan),
            accepted=edited.accepted,
            plan_format=base.format,
        ),
        "cost_cents": plan.cost_cents,
        "served": plan.served,
        "changes": changes_with(base.made["changes"], edited, is_near=bool(base.made.get("near_published"))),
        "assumptions": {lang: assumptions(judgement, problem, translator(lang)) for lang in LANGUAGES},
    }
    out, packed = Path(task["out"]), (pack(made), pack(problem_to_json(problem)))
    for name, content in zip(("content", "problem"), packed, strict=True):
        (out / name).write_bytes(content)
    name = name_of(task["job_id"], *packed)
    _keep_open(name, Base(made, base.format, open_plan(problem, matrix, plan, rules=base.opened.rules)))
    return name
