"""What `paigong edit` does: a plan that `paigong plan` wrote is edited by hand, judged, and written with its papers.

The edits are those of the service, by the same functions. What the plan was before lies in `earlier` beside it, for
`--undo`. Everything is made apart and judged before any file of the plan is replaced.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.domain.planning_context import PlanningContext, Stage
from optimizer.editing.edit_documents import edits_from_json, edits_to_json
from optimizer.editing.editor import edit_plan, open_plan
from optimizer.editing.refused import refused_for
from optimizer.errors import InputError
from optimizer.explain.unassigned import explain_unassigned
from optimizer.faults.decoding import decode_json, decode_text
from optimizer.faults.issues import IssueLog
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.plans.published import published_plan, stage_of, told_windows
from optimizer.ingest.read import read_intake
from optimizer.judge.verdict import judge_plan, time_routes
from optimizer.moments.changes import changes_between
from optimizer.plan_output import PLAN_FILES, write_made
from optimizer.report.technician_files import remove_stale
from optimizer.text.files import replacing

if TYPE_CHECKING:
    from optimizer.console import Faults
    from optimizer.editing.editor import Edited
    from optimizer.ingest.plans.plan_file import PlanFile
    from optimizer.judge.verdict import Judgement

#: The folder beside a plan in which its earlier states are, numbered.
EARLIER = "earlier"
#: What stands for standard input.
STANDARD_INPUT = "-"


def plan_file_of(path: Path) -> Path:
    """Return the plan file that is meant: itself, or that of the folder that `paigong plan` wrote."""
    return path / PLAN_FILES[0] if path.is_dir() else path


# --- what is asked ----------------------------------------------------------------------------------------------------


def edits_of_file(file: Path) -> list[Any]:
    """Return the edits of a file: an array in JSON, or an object that holds it under `edits`.

    Raises
    ------
    InputError
        When it is no JSON.
    """
    log = IssueLog(form="json", file=file.name)
    content = sys.stdin.buffer.read() if str(file) == STANDARD_INPUT else file.read_bytes()
    text = decode_text(content, log, file=file.name)
    document = None if text is None else decode_json(text, log)
    if log.has_errors:
        raise InputError(log.report())
    edits = document.get("edits") if isinstance(document, dict) else document
    return edits if isinstance(edits, list) else [edits]


# --- what becomes of the plan -----------------------------------------------------------------------------------------


def edited_plan(file: PlanFile, document: list[dict[str, Any]], faults: Faults) -> Edited:
    """Return what edits make of a plan; end the command where they break anything.

    Raises
    ------
    InputError
        When an edit cannot be done.
    """
    edits = edits_from_json(document, file.problem)
    _judged_clean(file, faults)
    edited = edit_plan(open_plan(file.problem, file.matrix, file.plan, rules=file.rules), edits)
    refused = refused_for(edited, [edit.visit_id for edit in edits], faults.say)
    if refused:
        head = faults.say("The edits break rules; nothing is changed:")
        faults.stop(1, "EDIT_BREAKS_RULES", "\n".join([head, *(f"{one.text} {one.action}" for one in refused)]))
    reasons = explain_unassigned(edited.problem, file.matrix, edited.plan)
    return replace(edited, plan=replace(edited.plan, unassigned=reasons))


def _judged_clean(file: PlanFile, faults: Faults) -> Judgement:
    """Return what the judge says of a plan; end the command where it breaks anything."""
    judgement = judge_plan(file.problem, file.matrix, file.plan, rules=file.rules)
    faults.stop_at_broken("NOT_EDITED", faults.say("The plan breaks rules and is not edited:"), judgement.violations)
    return judgement


def file_of(edited: Edited, file: PlanFile, document: list[dict[str, Any]]) -> PlanFile:
    """Return a plan file with what edits made of its plan; its record says what they were."""
    edits = edits_to_json(edits_from_json(document, file.problem), file.problem)
    run = file.run | {"edits": [*file.run.get("edits", []), *edits]}
    return replace(file, problem=edited.problem, plan=edited.plan, run=run)


def earlier_plans(path: Path) -> list[Path]:
    """Return the earlier states of a plan, the last one last."""
    folder = path.parent / EARLIER
    return sorted(folder.glob("*.json"), key=lambda one: (len(one.stem), one.stem)) if folder.is_dir() else []


def write_edited(file: PlanFile, path: Path, branch: Path | None, faults: Faults, *, keeps: bool = True) -> None:
    """Write a plan with its papers in the place of the one before, judged, once all of it is made.

    Parameters
    ----------
    branch
        Whose the plan is, where that is not what it says itself.
    keeps
        Whether the plan of before is kept, for `--undo`.
    """
    judgement = _judged_clean(file, faults)
    context = _context_of(file, branch or file.branch, faults)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".edited-") as place:
        made = Path(place)
        write_made(
            file.problem, file.matrix, file.plan, judgement, file.run, context, made, faults.say.lang,
            plan_format=file.format,
        )  # fmt: skip
        if keeps:
            _keep_earlier(path)
        _put_in_place(made, path)


def _keep_earlier(path: Path) -> None:
    kept = earlier_plans(path)
    number = int(kept[-1].stem) + 1 if kept else 0
    (path.parent / EARLIER).mkdir(exist_ok=True)
    with replacing(path.parent / EARLIER / f"{number}.json") as draft:
        shutil.copyfile(path, draft)


def _put_in_place(made: Path, path: Path) -> None:
    """Put files that are made into the folder of a plan, the plan file last."""
    technicians = path.parent / "technicians"
    technicians.mkdir(exist_ok=True)
    pages = list((made / "technicians").glob("*"))
    remove_stale(technicians, keep={page.name for page in pages})
    for page in pages:
        page.replace(technicians / page.name)
    for name in PLAN_FILES[1:]:
        (made / name).replace(path.parent / name)
    (made / PLAN_FILES[0]).replace(path)


def _context_of(file: PlanFile, branch: Path | None, faults: Faults) -> PlanningContext:
    """Return what papers say beside the plan: what is set aside, and what differs from the published plan."""
    problem, stage = file.problem, stage_of(file.run)
    say, bare = faults.say, PlanningContext(stage)
    if branch is None or not branch.exists():
        faults.warn("NO_BRANCH",
                    say("The branch '{branch}' is not there: the papers say nothing of orders beside the plan.",
                        branch=branch or ""))  # fmt: skip
        return bare
    as_of, datum = problem.local_time(problem.as_of_s), file.run.get("datum")
    options = ReadOptions(
        stage=stage,
        as_of=as_of,
        days=problem.days,
        skip_bad=file.run.get("skip_bad") is True,
        datum=datum if isinstance(datum, str) else None,
    )
    intake = read_intake(branch, options)
    if intake.problem is None:
        faults.warn("BRANCH_FAULTS",
                    say("The branch has faults by now: the papers say nothing of orders beside the plan."))  # fmt: skip
        return bare
    if stage is Stage.DRAFT:
        return replace(intake.context, stage=stage)
    published = published_plan(branch, problem.first_day, as_of, time_routes=time_routes)
    told = told_windows(branch, intake.problem)
    changes = () if published is None else changes_between(problem, published, file.plan, told)
    return replace(intake.context, stage=stage, changes=changes, is_published=published is not None, told=told)
