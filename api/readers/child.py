"""The child process that reads what strangers send, and prints papers: little memory, little time, nothing of its own.

It takes a task a message and answers with one, both JSON; what is large goes by way of files that the parent names.
Whatever an upload does to its reader it does here.

    {"task": "read", "file": ..., "media_type": ..., "options": {...}, "most_objects": ...,
     "most_visits": ..., "most_technicians": ...}
    {"task": "judge", "file": ...}
    {"task": "print", "paper": ..., "lang": ..., "file": ..., "media_type": ..., "options": {...}, "made": ...,
     "out": ...}
"""

from __future__ import annotations

import gc
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.plans.conversion import changes_from_json, plan_from_json, violation_to_json
from api.readers import upload
from api.refusals.refusal import MOST_LISTED
from optimizer.domain.planning_context import Stage
from optimizer.errors import InputError
from optimizer.text.catalogue import LANGUAGES

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
    """Judge a plan file that holds its own problem."""
    from optimizer.ingest.plans.plan_file import read_plan
    from optimizer.judge.verdict import judge_plan, time_routes

    try:
        problem, matrix, plan = read_plan(task["file"], time_routes=time_routes)
    except InputError as error:
        return _faults(error.report)
    judgement = judge_plan(problem, matrix, plan)
    return {
        "branch_id": problem.branch.branch_id,
        "verdict": {
            "clean": judgement.is_clean,
            "violations": [violation_to_json(violation) for violation in judgement.violations],
            "accepted": [violation_to_json(violation) for violation in judgement.accepted],
            "costs": {str(rule): cents for rule, cents in judgement.costs.items()},
            "cost_cents": judgement.cost_cents,
        },
    }


def print_paper(task: Answer) -> Answer:
    """Print one paper of a kept plan into a file, after judging the plan once more."""
    from optimizer.judge.verdict import judge_plan

    made = json.loads(Path(task["made"]).read_bytes())
    with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
        path = upload.lay_out(Path(task["file"]).read_bytes(), task["media_type"], Path(folder))
        from dataclasses import replace

        from optimizer.ingest.read import problem_from_json
        from optimizer.travel.provider import travel_for

        problem = problem_from_json(made["problem"])
        matrix = travel_for(problem, path)
        plan = plan_from_json(made["plan"], problem)
        judgement = judge_plan(problem, matrix, plan)
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


def _plan_file(
    task: Answer, made: Answer, problem: Problem, matrix: TravelMatrix, plan: Plan, _context: Any, judgement: Any
) -> Answer:
    from optimizer.ingest.plans.plan_file import write_plan

    accepted, run = judgement.accepted, made["run"]
    write_plan(plan, problem, matrix, run, task["out"], kpis=made["plan"]["kpis"], accepted=accepted)
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
    from optimizer.text.catalogue import translator

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
_TASKS = {"read": read, "judge": judge, "print": print_paper}


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
