"""The child process that reads what strangers send, and prints papers: little memory, little time, nothing of its own.

It takes a task a message and answers with one, both JSON; what is large goes by way of files that the parent names.
Whatever an upload does to its reader it does here.

    {"task": "read", "file": ..., "media_type": ..., "options": {...}, "most_objects": ...,
     "most_visits": ..., "most_technicians": ...}
    {"task": "judge", "file": ..., "lang": ..., "seconds": ..., "as_of": ...}
    {"task": "compare", "branch": ..., "branch_media_type": ..., "options": {...}, "days": [...], "own": ...,
     "own_media_type": ..., "made": ...}
    {"task": "compare_file", "branch": ..., "branch_media_type": ..., "options": {...}, "days": [...], "file": ...,
     "lang": ...}
    {"task": "compare_plans", "made": ..., "other": ...}
    {"task": "edit", ...}, {"task": "open", ...}, as `api.readers.editing` takes it
    {"task": "erase", ...}, as `api.readers.erasing` takes it
    {"task": "patch", ...}, as `api.readers.patching` takes it
    {"task": "print", "paper": ..., "lang": ..., "file": ..., "media_type": ..., "options": {...}, "made": ...,
     "out": ...}
"""

from __future__ import annotations

import gc
import json
import signal
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.leftovers import hold_temporary
from api.plans.conversion import (
    assumptions,
    change_to_json,
    changes_from_json,
    comparison_to_json,
    difference_as_fault,
    plan_from_json,
    violation_as_breach,
    violation_to_json,
)
from api.readers import upload
from api.refusals.refusal import MOST_LISTED
from optimizer.domain.planning_context import Stage
from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog, Phrase
from optimizer.ingest.write import branch_clock
from optimizer.text.catalogue import LANGUAGES, translator

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.faults.issues import IssueReport
    from optimizer.ingest.plans.plan_file import PlanFile
    from optimizer.review.branch_now import Comparison
    from optimizer.running.entry import Parent
    from optimizer.travel.matrix import TravelMatrix

Answer = dict[str, Any]

#: The key under which a branch is sent with a plan file.
BRANCH = "branch"


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
        "as_of": problem.clock.zoned(problem.as_of_s).isoformat(),
        "visits": len(problem.visits),
        "technicians": len(problem.technicians),
        "warnings": {lang: [issue.to_json(lang) for issue in report.warnings[:MOST_LISTED]] for lang in LANGUAGES},
        "warning_count": len(report.warnings),
    }


def judge(task: Answer) -> Answer:
    """Judge a plan file that holds its own problem, and every claim of it.

    A branch that is sent with it is looked at, too; one that is only named is answered, for the parent to look up.
    """
    from optimizer.review.plan_review import review_plan

    try:
        file = _read_plan_file(task)
        branch = file.beside.get(BRANCH)
        compared = _with_branch_sent(file, branch, task["as_of"]) if isinstance(branch, dict) else None
    except InputError as error:
        return _faults(error.report)
    review, say = review_plan(file, seconds=task["seconds"]), translator(task["lang"])
    judgement, problem = review.judgement, file.problem
    return {
        "branch_id": problem.branch.branch_id,
        "days": [problem.date_of(day).isoformat() for day in range(problem.days)],
        "named": branch if isinstance(branch, str) else None,
        "verdict": {
            "format": file.format,
            "clean": judgement.is_clean and not (compared and compared.violations),
            "violations": [violation_to_json(violation) for violation in judgement.violations],
            "accepted": [violation_to_json(violation) for violation in judgement.accepted],
            "costs": {str(rule): cents for rule, cents in judgement.costs.items()},
            "cost_cents": judgement.cost_cents,
            "assumptions": assumptions(judgement, problem, say),
            "not_judged": [{"path": one.path, "why": one.why(say)} for one in review.not_judged],
            "branch": None if compared is None else comparison_to_json(compared, task["lang"]),
        },
    }


def _read_plan_file(task: Answer) -> PlanFile:
    """Return a plan file and what was sent with it.

    Raises
    ------
    InputError
        When one of them has faults.
    """
    from optimizer.ingest.plans.plan_file import read_plan_file
    from optimizer.judge.verdict import time_routes

    file = read_plan_file(task["file"], time_routes=time_routes, beside=(BRANCH,))
    branch = file.beside.get(BRANCH)
    if not isinstance(branch, dict | str | None):
        log = IssueLog(form="json", file=Path(task["file"]).name)
        log.add("PLAN_SHAPE", expected=Phrase("a branch, the id of a plan, or 'newest'"), path=f"/{BRANCH}")
        raise InputError(log.report())
    return file


def _with_branch_sent(file: PlanFile, branch: Answer, as_of: str | None) -> Comparison:
    """Compare a plan with a branch that was sent as JSON, as the command line does with one on disk."""
    from optimizer.review.branch_now import compare_with_branch

    with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
        path = upload.lay_out(json.dumps(branch).encode(), upload.JSON, Path(folder))
        return compare_with_branch(file, path, as_of=None if as_of is None else datetime.fromisoformat(as_of))


def compare_file(task: Answer) -> Answer:
    """Compare a plan file with a submission; answer what differs and what it breaks, as a verdict lists it."""
    try:
        found = _with_submission(_read_plan_file(task), task)
    except InputError as error:
        return _faults(error.report)
    return comparison_to_json(found, task["lang"])


def compare(task: Answer) -> Answer:
    """Compare a kept plan with another submission of its branch; answer what differs and what it breaks, as faults."""
    from optimizer.ingest.plans.plan_file import PlanFile
    from optimizer.travel.provider import travel_for

    made = json.loads(Path(task["made"]).read_bytes())
    problem = _problem_of(made)
    try:
        with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
            own = upload.lay_out(Path(task["own"]).read_bytes(), task["own_media_type"], Path(folder))
            matrix = travel_for(problem, own)
        file = PlanFile(problem, matrix, plan_from_json(made["plan"], problem), _format_of(made))
        found = _with_submission(file, task)
    except InputError as error:
        return _faults(error.report)
    return {
        "differences": {lang: [difference_as_fault(one, lang) for one in found.differences] for lang in LANGUAGES},
        "violations": {lang: [violation_as_breach(one, lang) for one in found.violations] for lang in LANGUAGES},
    }


def _with_submission(file: PlanFile, task: Answer) -> Comparison:
    """Compare a plan with a submission of its branch, on the days that are asked for.

    Raises
    ------
    InputError
        When the submission has faults, is of another branch, or does not plan these days.
    """
    from optimizer.review.branch_now import check_is_same
    from optimizer.review.branch_now import compare as compare_facts

    days = None if task["days"] is None else [date.fromisoformat(day) for day in task["days"]]
    with tempfile.TemporaryDirectory(prefix="paigong-") as folder:
        path = upload.lay_out(Path(task["branch"]).read_bytes(), task["branch_media_type"], Path(folder))
        laid = upload.read(path, task["options"])
        now = laid.intake.checked()
        check_is_same(file.problem, now, path.name, dates=days)
        return compare_facts(file, now, laid.matrix(), dates=days)


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
            told=None if made.get("told") is None else frozenset(made["told"]),
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
    from optimizer.report.papers.making import make_papers
    from optimizer.report.workbook import write_workbook

    papers = make_papers(problem, matrix, plan, context, task["lang"])
    write_workbook(problem, matrix, plan, Path(task["out"]), task["lang"], papers=papers)
    return {}


def _page(
    task: Answer, made: Answer, problem: Problem, matrix: TravelMatrix, plan: Plan, context: Any, judgement: Any
) -> Answer:
    from optimizer.explain.sentences import accepted_sentence
    from optimizer.report.page import write_page
    from optimizer.report.papers.making import make_papers

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


def _technicians_page(
    task: Answer, _made: Answer, problem: Problem, matrix: TravelMatrix, plan: Plan, context: Any, _judgement: Any
) -> Answer:
    from optimizer.report.papers.making import make_papers
    from optimizer.report.technician_files import technician_page

    lang, who = task["lang"], task["technician"]
    page = technician_page(problem, make_papers(problem, matrix, plan, context, lang), who, lang)
    if page is None:
        return {"refused": "TECHNICIAN_HAS_NO_ROUTE", "values": {"technician": who}}
    Path(task["out"]).write_text(page, encoding="utf-8")
    return {}


def _details(
    task: Answer, _made: Answer, problem: Problem, matrix: TravelMatrix, plan: Plan, _context: Any, _judgement: Any
) -> Answer:
    from optimizer.report.details import plan_details

    found = plan_details(problem, matrix, plan, task["lang"])
    Path(task["out"]).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return {}


_PAPERS = {
    "plan.json": _plan_file,
    "route-sheets.xlsx": _workbook,
    "route-sheets.html": _page,
    "route-sheet.html": _technicians_page,
    "details.json": _details,
}


def compare_plans(task: Answer) -> Answer:
    """Compare two kept plans of a branch; answer the visits that one treats otherwise than the other."""
    from optimizer.moments.changes import changes_between

    made, other = (json.loads(Path(task[name]).read_bytes()) for name in ("made", "other"))
    problem = _problem_of(made)
    before, after = (plan_from_json(one["plan"], problem) for one in (other, made))
    clock = branch_clock(problem)
    return {"changes": [change_to_json(change, clock) for change in changes_between(problem, before, after)]}


def edit(task: Answer) -> Answer:
    """Edit a kept plan; answer what becomes of it, or what of the edits cannot be done."""
    from api.readers.editing import edit as edit_kept

    try:
        return edit_kept(task)
    except InputError as error:
        return _faults(error.report)


def erase(task: Answer) -> Answer:
    """Take a customer out of what a job keeps."""
    from api.readers.erasing import erase as erase_kept

    return erase_kept(task)


def patch(task: Answer) -> Answer:
    """Patch a submission; answer what of the patch is wrong."""
    # With what describes bodies, which takes a moment to load: readers that patch nothing do without.
    from api.readers.patching import patch as patch_submission

    try:
        return patch_submission(task)
    except InputError as error:
        return _faults(error.report)


def open_plan(task: Answer) -> Answer:
    """Open a kept plan for the edits to come."""
    from api.readers.editing import open_kept

    return open_kept(task)


_TASKS = {
    "read": read,
    "judge": judge,
    "compare": compare,
    "compare_file": compare_file,
    "compare_plans": compare_plans,
    "edit": edit,
    "open": open_plan,
    "erase": erase,
    "patch": patch,
    "print": print_paper,
}


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
    # A signal to all processes of a service is for its server, which lets what is being read come to its end.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    hold_temporary()
    parent.say_ready()
    while (message := parent.receive()) is not None:
        gc.disable()
        task = json.loads(message)
        Path(tempfile.gettempdir()).mkdir(parents=True, exist_ok=True)
        try:
            answer = _TASKS[task["task"]](task)
        except MemoryError:
            answer = {"refused": "BODY_TOO_COSTLY", "values": {"limit": task.get("limit_s", "?")}}
        except (TimeoutError, ChildProcessError) as error:
            # A process that it needed got no time, or was killed: nothing is known of what it read.
            answer = {"unread": "READERS_SLOW" if isinstance(error, TimeoutError) else "READER_LOST"}
        except OSError as error:
            answer = {"errno": error.errno, "text": str(error)}
        except Exception as error:
            answer = {"defect": f"{type(error).__name__}: {error}"}
        gc.enable()
        parent.send(json.dumps(answer).encode())
