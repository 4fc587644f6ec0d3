"""The child process that reads what strangers send, and prints papers: little memory, little time, nothing of its own.

It takes a task a message and answers with one, both JSON; what is large goes by way of files that the parent names.
Whatever an upload does to its reader it does here.

    {"task": "read", "file": ..., "media_type": ..., "options": {...}, "most_objects": ...,
     "most_visits": ..., "most_technicians": ...}
    {"task": "judge", "file": ..., "lang": ..., "seconds": ...}
    {"task": "compare", "file": ..., "media_type": ..., "options": {...}, "own": ..., "own_media_type": ...,
     "made": ...}
    {"task": "print", "paper": ..., "lang": ..., "file": ..., "media_type": ..., "options": {...}, "made": ...,
     "out": ...}
"""

from __future__ import annotations

import gc
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.conversion import (
    assumptions,
    changes_from_json,
    difference_as_fault,
    plan_from_json,
    violation_as_breach,
    violation_to_json,
)
from api.readers import upload
from api.refusals.refusal import MOST_LISTED
from optimizer.domain.planning_context import Stage
from optimizer.errors import InputError
from optimizer.text.catalogue import LANGUAGES, translator

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.faults.issues import IssueReport
    from optimizer.running.entry import Parent
    from optimizer.travel.matrix import TravelMatrix

Answer = dict[str, Any]


def read(task: Answer) -> Answer:
    """Read an upload as a branch; answer what it is, or its faults."""
    content = Path(task["file"]).read_bytes()
    if task["media_type"] == upload.JSON:
        objects = content.count(b"{")
        if objects > task["most_objects"]:
            return {"refused": "TOO_MANY_OBJECTS", "values": {"value": objects, "limit": task["most_objects"]}}
    with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
        try:
            path = upload.lay_out(content, task["media_type"], Path(folder))
            laid = upload.read(path, task["options"])
        except upload.ArchiveError as error:
            return {"refused": "ARCHIVE_REFUSED", "values": {"reason": error.reason}}
        except InputError as error:
            return _faults(error.report)
    report, problem = laid.intake.report, laid.intake.problem
    if problem is None:
        return _faults(report)
    for code, value, limit in (
        ("TOO_MANY_VISITS", len(problem.visits), task["most_visits"]),
        ("TOO_MANY_TECHNICIANS", len(problem.technicians), task["most_technicians"]),
    ):
        if value > limit:
            return {"refused": code, "values": {"value": value, "limit": limit}}
    return {
        "branch_id": problem.branch.branch_id,
        "first_day": problem.first_day.isoformat(),
        "days": problem.days,
        "as_of": problem.local_time(problem.as_of_s).isoformat(),
        "visits": len(problem.visits),
        "technicians": len(problem.technicians),
        "warnings": {lang: [issue.to_json(lang) for issue in report.warnings[:MOST_LISTED]] for lang in LANGUAGES},
        "warning_count": len(report.warnings),
    }


def judge(task: Answer) -> Answer:
    """Judge a plan file that holds its own problem, and every claim of it."""
    from optimizer.ingest.plans.plan_file import read_plan_file
    from optimizer.judge.verdict import time_routes
    from optimizer.review.plan_review import review_plan

    try:
        file = read_plan_file(task["file"], time_routes=time_routes)
    except InputError as error:
        return _faults(error.report)
    review, say = review_plan(file, seconds=task["seconds"]), translator(task["lang"])
    judgement = review.judgement
    return {
        "branch_id": file.problem.branch.branch_id,
        "verdict": {
            "format": file.format,
            "clean": judgement.is_clean,
            "violations": [violation_to_json(violation) for violation in judgement.violations],
            "accepted": [violation_to_json(violation) for violation in judgement.accepted],
            "costs": {str(rule): cents for rule, cents in judgement.costs.items()},
            "cost_cents": judgement.cost_cents,
            "assumptions": assumptions(judgement, say),
            "not_judged": [{"path": one.path, "why": one.why(say)} for one in review.not_judged],
        },
    }


def compare(task: Answer) -> Answer:
    """Judge a kept plan with the facts of another submission of its branch; answer what differs and what it breaks."""
    from optimizer.ingest.plans.plan_file import PlanFile
    from optimizer.review.branch_now import check_is_same
    from optimizer.review.branch_now import compare as compare_facts
    from optimizer.travel.provider import travel_for

    made = json.loads(Path(task["made"]).read_bytes())
    problem = _problem_of(made)
    with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
        Path(folder, "then").mkdir()
        Path(folder, "now").mkdir()
        own = upload.lay_out(Path(task["own"]).read_bytes(), task["own_media_type"], Path(folder, "then"))
        newest = upload.lay_out(Path(task["file"]).read_bytes(), task["media_type"], Path(folder, "now"))
        try:
            laid = upload.read(newest, task["options"])
            now = laid.intake.checked()
            check_is_same(problem, now, newest.name)
        except InputError as error:
            return _faults(error.report)
        matrix, matrix_now = travel_for(problem, own), laid.matrix()
    file = PlanFile(problem, matrix, plan_from_json(made["plan"], problem), _format_of(made))
    found = compare_facts(file, now, matrix_now)
    return {
        "differences": {lang: [difference_as_fault(one, lang) for one in found.differences] for lang in LANGUAGES},
        "violations": {lang: [violation_as_breach(one, lang) for one in found.violations] for lang in LANGUAGES},
    }


def print_paper(task: Answer) -> Answer:
    """Print one paper of a kept plan into a file, after judging the plan once more."""
    from optimizer.ingest.plans.formats import rules_of
    from optimizer.judge.verdict import judge_plan

    made = json.loads(Path(task["made"]).read_bytes())
    with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
        path = upload.lay_out(Path(task["file"]).read_bytes(), task["media_type"], Path(folder))
        from dataclasses import replace

        from optimizer.travel.provider import travel_for

        problem = _problem_of(made)
        matrix = travel_for(problem, path)
        plan = plan_from_json(made["plan"], problem)
        judgement = judge_plan(problem, matrix, plan, rules=rules_of(_format_of(made)))
        if not judgement.is_clean:
            return {"refused": "PLAN_BREAKS_RULES", "values": {"reason": judgement.violations[0].message}}
        context = upload.read(path, task["options"]).intake.context
        context = replace(
            context,
            stage=Stage(task["options"]["stage"]),
            changes=changes_from_json(made["changes"], problem),
            is_published=bool(made["near_published"]),
        )
    return _PAPERS[task["paper"]](task, made, problem, matrix, plan, context, judgement)


def _problem_of(made: Answer) -> Problem:
    """Return the problem of a kept plan."""
    from optimizer.ingest.plans.formats import as_of_then
    from optimizer.ingest.read import problem_from_json

    return problem_from_json(as_of_then(made["problem"]))


def _format_of(made: Answer) -> str:
    """Return the format that a kept plan was made in; the first one did not name itself."""
    from optimizer.ingest.plans.formats import FIRST_FORMAT

    plan_format: str = made["plan"].get("format", FIRST_FORMAT)
    return plan_format


def _plan_file(
    task: Answer, made: Answer, problem: Problem, matrix: TravelMatrix, plan: Plan, _context: Any, judgement: Any
) -> Answer:
    from optimizer.ingest.plans.plan_file import write_plan

    write_plan(
        plan,
        problem,
        matrix,
        made["run"],
        task["out"],
        kpis=made["plan"]["kpis"],
        accepted=judgement.accepted,
        plan_format=_format_of(made),
    )
    return _published_name(problem)


def _workbook(
    task: Answer, _made: Answer, problem: Problem, matrix: TravelMatrix, plan: Plan, context: Any, _judgement: Any
) -> Answer:
    from optimizer.report.papers import make_papers
    from optimizer.report.workbook import write_workbook

    papers = make_papers(problem, matrix, plan, context, task["lang"])
    write_workbook(problem, matrix, plan, Path(task["out"]), task["lang"], papers=papers)
    return {}


def _page(
    task: Answer, made: Answer, problem: Problem, matrix: TravelMatrix, plan: Plan, context: Any, judgement: Any
) -> Answer:
    from optimizer.explain.sentences import accepted_sentence
    from optimizer.report.page import write_page
    from optimizer.report.papers import make_papers

    lang = task["lang"]
    say = translator(lang)
    papers = make_papers(problem, matrix, plan, context, lang)
    accepted = [accepted_sentence(violation, problem, say) for violation in judgement.accepted]
    write_page(
        problem,
        matrix,
        plan,
        Path(task["out"]),
        lang,
        assumptions=made["assumptions"][lang],
        accepted=accepted,
        papers=papers,
    )
    return {}


_PAPERS = {"plan.json": _plan_file, "route-sheets.xlsx": _workbook, "route-sheets.html": _page}
_TASKS = {"read": read, "judge": judge, "compare": compare, "print": print_paper}


def _published_name(problem: Problem) -> Answer:
    from optimizer.ingest.plans.published import published_name

    return {"file_name": published_name(problem)}


def _faults(report: IssueReport) -> Answer:
    """Answer the first faults, as many as anybody is told, and how many there are: a list of all may be of any size."""
    first = (*report.errors, *report.warnings)[:MOST_LISTED]
    return {
        "faults": {lang: [issue.to_json(lang) for issue in first] for lang in LANGUAGES},
        "count": len(report.errors),
        "total": len(report.issues),
    }


def serve(parent: Parent) -> None:
    """Do tasks until the parent asks to stop."""
    # What the reader needs is loaded before the first task, and is no garbage to look through in any.
    import optimizer.report.figures  # noqa: F401

    gc.collect()
    gc.freeze()
    parent.say_ready()
    while (message := parent.receive()) is not None:
        gc.disable()
        task = json.loads(message)
        Path(tempfile.gettempdir()).mkdir(parents=True, exist_ok=True)
        try:
            answer = _TASKS[task["task"]](task)
        except MemoryError:
            answer = {"refused": "BODY_TOO_COSTLY", "values": {"limit": task.get("limit_s", "?")}}
        except OSError as error:
            answer = {"errno": error.errno, "text": str(error)}
        except Exception as error:
            answer = {"defect": f"{type(error).__name__}: {error}"}
        gc.enable()
        parent.send(json.dumps(answer).encode())
