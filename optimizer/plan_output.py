"""What `paigong plan` writes and shows: the plan file and the papers, and a plan on the terminal."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

from rich.console import Console

from optimizer.console import translator_for
from optimizer.ingest.plans.formats import PLAN_FORMAT
from optimizer.text.regional import said_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from optimizer.console import Faults
    from optimizer.domain.plan import Plan
    from optimizer.domain.planning_context import PlanningContext
    from optimizer.domain.problem import Problem
    from optimizer.domain.region import Region
    from optimizer.domain.rules import Violation
    from optimizer.judge.verdict import Judgement
    from optimizer.moments.draft_settle_open import StageOutcome
    from optimizer.report.workbook_child import WorkbookWriter
    from optimizer.text.catalogue import Translate
    from optimizer.travel.matrix import TravelMatrix

#: What is written of a plan beside the technicians' files.
PLAN_FILES = ("plan.json", "plan.xlsx", "plan.html")
#: What is proposed where a machine was too slow.
SLOW_S = 60
#: Whoever gives a search less time wants the first plan, whatever the machine.
SHORT_S = 1.0
#: Waiting for a core is told from so long on.
WORTH_TELLING_S = 0.5


# --- before the search ------------------------------------------------------------------------------------------------


def check_writable(out: Path) -> None:
    """Make the folder of a plan, and raise now what writing into it would raise after the search."""
    out.mkdir(parents=True, exist_ok=True)
    technicians = out / "technicians"
    wrong = [(errno.EISDIR, path) for path in map(out.joinpath, PLAN_FILES) if path.is_dir()]
    wrong += [(errno.ENOTDIR, technicians)] if technicians.exists() and not technicians.is_dir() else []
    folders = [folder for folder in (out, technicians) if folder.is_dir()]
    wrong += [(errno.EACCES, folder) for folder in folders if not os.access(folder, os.W_OK | os.X_OK)]
    for number, path in wrong:
        raise OSError(number, os.strerror(number), str(path))


def warn_of_gone(problem: Problem, published: Plan, faults: Faults) -> None:
    """Say which technicians and orders of the published plan the branch has no more."""
    from optimizer.moments.changes import gone_since

    say = faults.say
    left, called_off = gone_since(problem, published)
    for who, visits in left.items():
        text = say("Technician {technician} of the published plan is not in technicians; others take {visits}.",
                   technician=who, visits=", ".join(visits))  # fmt: skip
        faults.warn("TECHNICIAN_GONE", say("Warning: {message}", message=text))
    for who, visits in called_off.items():
        text = say("The published plan has {visits}, no longer to be planned: tell technician {technician}.",
                   technician=who, visits=", ".join(visits))  # fmt: skip
        faults.warn("VISITS_GONE", say("Warning: {message}", message=text))


def load_papers(lang: str, region: Region) -> None:
    """Load what writes the papers: when the first plan is judged, while the search goes on in its own process."""
    import rich.table  # noqa: F401

    import optimizer.explain.unassigned
    import optimizer.ingest.plans.plan_file
    import optimizer.report.page
    import optimizer.report.papers.making
    import optimizer.report.screen
    import optimizer.report.technician_files  # noqa: F401
    from optimizer.report.templating import load_templates
    from optimizer.report.wording import Wording

    load_templates(Wording(lang, region))


# --- after it ---------------------------------------------------------------------------------------------------------


def write_plan_and_papers(
    solved: StageOutcome,
    context: PlanningContext,
    branch: Path,
    read_as: Mapping[str, object],
    out: Path,
    lang: str,
    workbook: WorkbookWriter | None,
    *,
    reading_s: float,
) -> None:
    """Write the plan file and the papers; the workbook is only begun where somebody is there to write it."""
    outcome = solved.outcome
    about = {"reading_s": round(reading_s, 3), "branch": str(branch.resolve()), "stage": str(context.stage), **read_as}
    record = {**outcome.run.to_json(), **about}
    write_made(
        outcome.problem, outcome.matrix, outcome.plan, outcome.judgement, record, context, out, lang, workbook
    )  # fmt: skip


def write_made(
    problem: Problem,
    matrix: TravelMatrix,
    made: Plan,
    judgement: Judgement,
    record: Mapping[str, Any],
    context: PlanningContext,
    out: Path,
    lang: str,
    workbook: WorkbookWriter | None = None,
    *,
    plan_format: str = PLAN_FORMAT,
) -> None:
    """Write a judged plan and its papers.

    Parameters
    ----------
    record
        How it came about, for the plan file.
    workbook
        Who writes the workbook meanwhile; `None` where it is written here.
    plan_format
        The format of a plan that was made earlier.
    """
    from optimizer.ingest.plans.plan_file import write_plan
    from optimizer.report.figures import kpis
    from optimizer.report.page import write_page
    from optimizer.report.paper_view import sheet_views
    from optimizer.report.papers.making import make_papers
    from optimizer.report.technician_files import write_technician_files

    say = translator_for(lang)
    papers = make_papers(problem, matrix, made, context, lang)
    if workbook is None:
        from optimizer.report.workbook import write_workbook

        write_workbook(problem, matrix, made, out / "plan.xlsx", lang, papers=papers)
    else:
        workbook.begin(problem, matrix, made, out / "plan.xlsx", lang, papers)
    figures = kpis(problem, matrix, made)
    file, known = out / PLAN_FILES[0], judgement.accepted
    write_plan(made, problem, matrix, record, file, kpis=figures, accepted=known, plan_format=plan_format)
    assumptions = list(_assumption_sentences(judgement, problem, say))
    accepted = _accepted_sentences(judgement.accepted, problem, say)
    page, sheets = out / "plan.html", sheet_views(papers)
    write_page(
        problem, matrix, made, page, lang, assumptions=assumptions, accepted=accepted, papers=papers, sheets=sheets
    )
    write_technician_files(problem, papers, out / "technicians", lang, sheets=sheets)


def print_outcome(
    solved: StageOutcome, context: PlanningContext, *, reading_s: float, lang: str, asked_s: float | None = None
) -> None:
    """Show the plan, what is to be known of it, and how long it took.

    Parameters
    ----------
    asked_s
        How long the search should last, where somebody has said so.
    """
    from optimizer.report.screen import print_changes, print_plan
    from optimizer.running.child import FIRST_PLAN
    from optimizer.text.prose import Prose

    say, console, outcome = translator_for(lang), Console(), solved.outcome
    problem, run = outcome.problem, outcome.run
    print_plan(problem, outcome.matrix, outcome.plan, console, lang, absences=context.absences)
    print_changes(problem, context, console, lang)
    for visit_id in solved.released:
        console.print(Prose(say("Visit {visit} cannot keep the time told: call first.", visit=visit_id), "red"))
    print_conditions(outcome.judgement, problem, console, say)
    if run.stopped == "child_died":
        console.print(Prose(say("the solver process died; this is its last judged plan"), "yellow"))
    elif run.stopped == FIRST_PLAN:
        is_short = asked_s is not None and asked_s < SHORT_S
        text = (
            say("This is the first plan: in --seconds {asked:g} none is improved; try --seconds {seconds}.",
                asked=asked_s, seconds=SLOW_S)
            if is_short
            else say("The machine was too slow to improve the first plan; try --seconds {seconds}.", seconds=SLOW_S)
        )  # fmt: skip
        console.print(Prose(say("Warning: {message}", message=text), "yellow"))
    elif run.stopped != "finished":
        console.print(Prose(say("stopped early; this is the best plan so far"), "yellow"))
    if run.note:
        console.print(Prose(run.note.strip(), "dim"))
    spent = say(
        "Read in {reading:.1f} s, started the search in {starting:.1f} s, searched for {search:.1f} s.",
        reading=reading_s,
        starting=run.starting_s or 0.0,
        search=run.search_s,
    )
    console.print(Prose(spent, "dim"))
    if run.waited_s >= WORTH_TELLING_S:
        text = say("Waited {waiting:.1f} s for a free core before that.", waiting=run.waited_s)
        console.print(Prose(text, "dim"))


def print_conditions(judgement: Judgement, problem: Problem, console: Console, say: Translate) -> None:
    """Show what kept locks break and is accepted, and what is taken for granted."""
    from optimizer.text.prose import Prose

    for text in _accepted_sentences(judgement.accepted, problem, say):
        console.print(Prose(say("Accepted: {accepted}", accepted=text), "yellow"))
    for text in _assumption_sentences(judgement, problem, say):
        console.print(Prose(say("Assumed: {assumption}", assumption=text)))


def _assumption_sentences(judgement: Judgement, problem: Problem, say: Translate) -> Iterator[str]:
    """Yield what is taken for granted, in words."""
    for item in judgement.assumptions:
        yield say(item.sentence, **said_values(item.values, problem.branch.region, say))


def _accepted_sentences(accepted: Sequence[Violation], problem: Problem, say: Translate) -> list[str]:
    """Return what kept locks break, in words."""
    from optimizer.explain.sentences import accepted_sentence

    return [accepted_sentence(violation, problem, say) for violation in accepted]
