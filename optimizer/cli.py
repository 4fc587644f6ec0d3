"""The command line, `paigong`: check, plan, publish, close, edit, promise, explain, whatif and the rest.

Exit codes: 0 done, 1 the judge found violations, 2 the input has faults (nothing is written),
3 no plan keeps the locks, or the solver ended before its first one, 4 a defect of ours,
130 Ctrl-C came before there was a plan, 143 SIGTERM.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
import warnings
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime  # noqa: TC003 (typer reads it)
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from optimizer.cli_language import SpokenCommand, SpokenGroup
from optimizer.console import (
    INTERRUPTED,
    Faults,
    Stages,
    ending_in_order,
    holding_interrupts,
    show_any_text,
    stop,
    translator_for,
    violation_line,
)
from optimizer.domain.planning_context import Stage
from optimizer.errors import InputWarning
from optimizer.options import (
    AnyPlan,
    AsJson,
    At,
    Branch,
    BranchOfPlan,
    Datum,
    Days,
    FaultWorkbook,
    Geocode,
    KeepOf,
    Lang,
    SeenAt,
    SeenUntil,
    StageOf,
    WrittenPlan,
    edits_of_options,
    geocoder_of,
    named_path,
)
from optimizer.plan_output import (
    check_writable,
    load_papers,
    print_conditions,
    print_outcome,
    warn_of_gone,
    write_plan_and_papers,
)
from optimizer.running.process_limits import leave_garbage, seldom_look_for_garbage, start_no_threads

if TYPE_CHECKING:
    from optimizer.console import Speaker
    from optimizer.domain.problem import Problem
    from optimizer.ingest.intake import ReadOptions
    from optimizer.ingest.plans.plan_file import PlanFile
    from optimizer.report.workbook_child import WorkbookWriter
    from optimizer.review.branch_now import Comparison
    from optimizer.running.child import Progress

#: The start of the process, as near as we can tell: from here on reading counts.
_STARTED_S = time.monotonic() - time.process_time()
#: The longest search that can be asked for: a week.
LONGEST_S = 7 * 86_400

app = typer.Typer(
    cls=SpokenGroup,
    help="派工 Paigong: plan tomorrow's visits of a service branch.",
    epilog="Exit codes: 0 done; 1 the judge found violations; 2 the input has faults, or a file cannot be read or "
    "written; 3 no plan keeps what is locked, or the solver ended before its first one; 4 a defect of ours; "
    "130 Ctrl-C came before there was a plan; 143 SIGTERM. "
    "Ctrl-C stops a search; the best plan so far is written as a whole.",
    no_args_is_help=True,
)


@app.command(cls=SpokenCommand)
def check(
    branch: Branch,
    stage: StageOf = Stage.DRAFT,
    as_of: At = None,
    days: Days = None,
    fault_workbook: FaultWorkbook = None,
    datum: Datum = None,
    geocode: Geocode = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Read a branch and tell every fault and doubt about it; nothing is planned."""
    from optimizer.ingest.intake import ReadOptions
    from optimizer.ingest.read import read_intake
    from optimizer.report.wording import Wording
    from optimizer.travel.plausible import travel_doubts
    from optimizer.travel.provider import travel_for

    say = translator_for(lang, branch)
    with Faults(say, as_json=json_faults, branch=branch, workbook=fault_workbook) as faults:
        options = ReadOptions(stage, as_of, days=days, datum=datum, geocoder=geocoder_of(geocode, branch))
        intake = read_intake(branch, options)
        say.follow(intake.report.language)
        problem = intake.checked()
        faults.warn_of(intake.report.with_more(travel_doubts(problem, travel_for(problem, branch), branch)))
    said = say("It can be planned: {visits} visits, {technicians} technicians, {days}.",
               visits=len(problem.visits), technicians=len(problem.technicians),
               days=Wording(say.lang, problem.branch.region).horizon(problem))  # fmt: skip
    Console().print(Text(said), soft_wrap=True)


@app.command(cls=SpokenCommand)
def plan(
    branch: Branch,
    stage: StageOf = Stage.DRAFT,
    as_of: At = None,
    out: Annotated[
        Path,
        typer.Option(
            parser=named_path, metavar="PATH", help="Folder for plan.json, plan.xlsx, plan.html and technicians/."
        ),
    ] = Path("out"),
    seconds: Annotated[
        float | None,
        typer.Option(
            min=0,
            help="Time of the search; reading and writing come on top. A first plan is made however short it is.",
            show_default="10",
        ),
    ] = None,
    iterations: Annotated[
        int | None, typer.Option(min=0, help="Work limit instead: moves per island; the same plan every time.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the search.")] = 0,
    threads: Annotated[int, typer.Option(min=1, help="Threads; they change the speed only.")] = 1,
    islands: Annotated[
        int | None,
        typer.Option(min=1, help="Searches side by side.", show_default="as many as threads; 1 with --iterations"),
    ] = None,
    master: Annotated[bool, typer.Option(help="Let CP-SAT recombine routes, in solves of 120 s and more.")] = True,
    patience: Annotated[
        float | None,
        typer.Option(min=0, help="Stop after so many seconds without a better plan.", show_default="take all the time"),
    ] = None,
    days: Days = None,
    broken_locks: KeepOf = None,
    skip_bad: Annotated[bool, typer.Option(help="Plan without the orders that have faults; they stay listed.")] = False,
    fault_workbook: FaultWorkbook = None,
    datum: Datum = None,
    geocode: Geocode = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Plan a day, or settle or open it near the published plan, and write the plan and its papers."""
    from optimizer.running.preloaded import solver_server

    # What the solver needs is loaded while this process reads.
    solver_server()
    seldom_look_for_garbage()
    from optimizer.ingest.intake import ReadOptions
    from optimizer.ingest.read import read_intake
    from optimizer.moments.draft_settle_open import URGENCY, plan_stage
    from optimizer.moments.publications import beside_published
    from optimizer.report.workbook_child import WorkbookWriter
    from optimizer.running.child import CancelToken
    from optimizer.solver import DEFAULT_S
    from optimizer.text.regional import date_text
    from optimizer.travel.plausible import travel_doubts
    from optimizer.travel.provider import travel_for

    say = translator_for(lang, branch)
    if seconds is None and iterations is None:
        seconds = DEFAULT_S
    options = ReadOptions(
        stage, as_of, days=days, skip_bad=skip_bad, datum=datum, geocoder=geocoder_of(geocode, branch)
    )
    faults = Faults(say, as_json=json_faults, branch=branch, workbook=fault_workbook, shows_work=True)
    with ending_in_order(), faults:
        for option, span_s in (("--seconds", seconds), ("--patience", patience)):
            if span_s is not None and span_s > LONGEST_S:
                faults.stop(2, "OPTION", say("{option} takes a number of seconds up to {most}; '{value}' is none.",
                                             option=option, most=LONGEST_S, value=span_s))  # fmt: skip
        with Stages(say, is_quiet=json_faults) as stages:
            stages.begin("reading")
            intake = read_intake(branch, options)
            say.follow(intake.report.language)
            problem = intake.checked()
            stages.region = problem.branch.region
            if broken_locks is not None:
                problem = replace(problem, policy=replace(problem.policy, broken_locks=broken_locks))
            if fault_workbook is not None:
                from optimizer.ingest.fault_workbook import write_fault_workbook

                write_fault_workbook(branch, intake.report, fault_workbook, say.lang)
            matrix = travel_for(problem, branch)
            problem, published, told = beside_published(problem, branch, stage)
            faults.warn_of(intake.report.with_more(travel_doubts(problem, matrix, branch)))
            if published is not None:
                warn_of_gone(problem, published, faults)
            elif stage is not Stage.DRAFT:
                day = date_text(problem.first_day, problem.branch.region)
                faults.warn("NOT_PUBLISHED", say("No plan is published for {day}; this one is made afresh.", day=day))
            check_writable(out)
            reading_s = time.monotonic() - _STARTED_S
            papers = threading.Thread(target=load_papers, args=(say.lang, problem.branch.region), daemon=True)
            writers: list[WorkbookWriter] = []

            def report(progress: Progress) -> None:
                stages.report(progress)
                if papers.ident is None:
                    papers.start()
                    writers.append(ending.enter_context(closing(WorkbookWriter(solver_server()))))

            cancel = CancelToken()
            with holding_interrupts(cancel), ExitStack() as ending:
                stages.begin("searching")
                solved = plan_stage(
                    problem,
                    matrix,
                    published,
                    told=told,
                    reported=intake.context.reported,
                    seconds=seconds,
                    iterations=iterations,
                    seed=seed,
                    threads=threads,
                    islands=islands,
                    use_master=master,
                    patience=patience,
                    urgency=URGENCY[stage],
                    on_progress=report,
                    cancel=cancel,
                    on_message=stages.tell,
                )
                stages.begin("writing")
                context = replace(intake.context, changes=solved.changes, is_published=published is not None, told=told)
                workbook = next(iter(writers), None)
                write_plan_and_papers(
                    solved, context, branch, _read_as(options), out, say.lang, workbook, reading_s=reading_s
                )
                stages.end()
                # The workbook is written meanwhile.
                print_outcome(solved, context, reading_s=reading_s, lang=say.lang, asked_s=seconds)
                if workbook is not None:
                    workbook.finish()
        Console().print(Text(say("Judged clean. Written to {folder}", folder=str(out))), soft_wrap=True)


def _read_as(options: ReadOptions) -> dict[str, object]:
    """Return how a branch was read, as far as it was asked for: it is read again like this when the plan is judged."""
    return {name: value for name, value in (("skip_bad", options.skip_bad), ("datum", options.datum)) if value}


@app.command(cls=SpokenCommand)
def publish(
    plan_file: Annotated[Path, typer.Argument(help="The plan.json that customers and technicians are told.")],
    branch: Annotated[
        Path | None, typer.Option(help="The branch that keeps it. [default: the one that it was made from]")
    ] = None,
    as_of: SeenUntil = None,
    geocode: Geocode = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Keep a plan as the one that later plans of the day stay near, in the folder `published` of its branch.

    It is judged once more, also with the branch as it is now.
    """
    from optimizer.ingest.plans.published import publish_plan
    from optimizer.review.branch_now import compare_with_branch
    from optimizer.review.plan_review import review_plan
    from optimizer.text.regional import date_text

    say = translator_for(lang)
    with Faults(say, as_json=json_faults) as faults:
        file = _read_plan(plan_file, branch, say)
        problem, made = file.problem, file.plan
        head = say("The plan breaks rules and is not published:")
        faults.stop_at_broken("NOT_PUBLISHED", head, review_plan(file).judgement.violations)
        home = branch or file.branch
        if home is None:
            faults.stop(2, "NO_BRANCH",
                        say("The plan does not say which branch it was made from: name it with --branch."))  # fmt: skip
        if not home.exists():
            faults.stop(2, "NO_BRANCH",
                        say("The branch '{branch}' does not exist: name it with --branch.", branch=home))  # fmt: skip
        compared = compare_with_branch(file, home, as_of=as_of, geocoder=geocoder_of(geocode, home))
        faults.warn_of(compared.doubts)
        if compared.differences:
            faults.warn("BRANCH_CHANGED", "\n".join(_difference_lines(compared, say)))
        faults.stop_at_broken("NOT_PUBLISHED", head, compared.violations)
        target = publish_plan(plan_file, problem, home)
    day = date_text(problem.first_day, problem.branch.region)
    said = say("Published for {day}: {count} visits. Kept as {file}", day=day, count=made.served, file=str(target))
    Console().print(Text(said), soft_wrap=True)


@app.command(name="close", cls=SpokenCommand)
def close_branch(
    branch: Branch,
    out: Annotated[
        Path, typer.Option(parser=named_path, metavar="PATH", help="Folder of the next day; it must not be there yet.")
    ],
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d %H:%M"],
            help="Reports up to this moment are part of the day, and the next day is planned then.",
            show_default="16:00, or the last report of the day",
        ),
    ] = None,
    day: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="The next day to plan.",
            show_default="the next working day, or an earlier one on which somebody has a shift",
        ),
    ] = None,
    datum: Datum = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Close the day of a branch: its results in, the next day's folder out; nothing of it is lost.

    What is unfinished is carried over, stock, loans and the ledger of work go on, and the day is kept in `archive`.
    """
    from optimizer.close_command import closed_sentences
    from optimizer.day.close import close_day
    from optimizer.day.next_folder import NextFolderError, refuse_json, write_next

    say = translator_for(lang, branch)
    with Faults(say, as_json=json_faults, branch=branch) as faults:
        refuse_json(branch)
        closed = close_day(branch, as_of=as_of, next_day=day.date() if day else None, datum=datum)
        say.follow(closed.report.language)
        try:
            is_new, doubts = write_next(closed, branch, out)
        except NextFolderError:
            faults.stop(2, "NEXT_EXISTS",
                        say("'{folder}' is there and holds something else; nothing is written.", folder=str(out)),
                        say("Name another folder with --out."))  # fmt: skip
        faults.warn_of(closed.report)
        faults.warn_of(doubts)
    for sentence in closed_sentences(closed, out, say, is_new=is_new):
        Console().print(Text(sentence), soft_wrap=True)


def _read_plan(plan_file: Path, branch: Path | None, say: Speaker) -> PlanFile:
    """Read a plan file, and speak the language of its branch from there on."""
    from optimizer.ingest.plans.plan_file import read_plan_file
    from optimizer.judge.verdict import time_routes

    file = read_plan_file(plan_file, branch, time_routes=time_routes)
    say.follow(file.problem.branch.region.language)
    return file


@app.command(cls=SpokenCommand)
def edit(
    plan_file: WrittenPlan,
    edits: Annotated[
        Path | None, typer.Option(help="Edits as JSON, as the service takes them; - is standard input.")
    ] = None,
    move: Annotated[
        list[str] | None,
        typer.Option(metavar="VISIT=TECHNICIAN", help="Give a visit to a technician, where it fits best."),
    ] = None,
    lock: Annotated[
        list[str] | None,
        typer.Option(metavar="VISIT[=LEVEL]", help="Lock a visit where it is: day, person or start."),
    ] = None,
    unlock: Annotated[list[str] | None, typer.Option(metavar="VISIT", help="Take the locks of a visit away.")] = None,
    forbid: Annotated[
        list[str] | None, typer.Option(metavar="VISIT=TECHNICIAN", help="A technician may not serve a visit.")
    ] = None,
    unassign: Annotated[list[str] | None, typer.Option(metavar="VISIT", help="Take a visit out of the plan.")] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="VISIT=RULE:AMOUNT", help="Let a visit exceed a house limit, with --by and --why."),
    ] = None,
    by: Annotated[str, typer.Option(help="Who allows it.")] = "",
    why: Annotated[str, typer.Option(help="For what reason.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change and break; write nothing.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the plan of before the last edit again.")] = False,
    branch: Annotated[
        Path | None, typer.Option(help="The branch, for the papers. [default: the one that it was made from]")
    ] = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Change a plan by hand: move, lock, forbid, take out, allow by exception; judge it and write its papers again.

    Visits are taken out first, then moved, then forbidden and locked; edits of a file come before, in its order.
    """
    from optimizer.edit_command import (
        earlier_plans,
        edited_plan,
        edits_of_file,
        file_of,
        plan_file_of,
        write_edited,
    )
    from optimizer.report.screen import print_edited

    say, console, path = translator_for(lang), Console(), plan_file_of(plan_file)
    with Faults(say, as_json=json_faults) as faults:
        if undo:
            kept = earlier_plans(path)
            if not kept:
                faults.stop(2, "NOTHING_TO_UNDO", say("There is no earlier plan beside {file}.", file=str(path)))
            file = _read_plan(kept[-1], None, say)
            write_edited(file, path, branch, faults, keeps=False)
            kept[-1].unlink()
        else:
            of_options = edits_of_options(
                by, why, move=move or (), lock=lock or (), unlock=unlock or (), forbid=forbid or (),
                unassign=unassign or (), allow=allow or (),
            )  # fmt: skip
            asked = [*([] if edits is None else edits_of_file(edits)), *of_options]
            file = _read_plan(path, branch, say)
            edited = edited_plan(file, asked, faults)
            print_edited(edited.problem, edited.changes, edited.cost_changes, console, say.lang)
            if dry_run:
                console.print(Text(say("No rule is broken. Nothing is written.")))
                return
            write_edited(file_of(edited, file, asked), path, branch, faults)
    console.print(Text(say("Judged clean. Written to {folder}", folder=str(path.parent))), soft_wrap=True)


@app.command(cls=SpokenCommand)
def promise(
    branch: Branch,
    order: Annotated[str, typer.Option(help="The order's number.")],
    stage: SeenAt = None,
    as_of: At = None,
    datum: Datum = None,
    geocode: Geocode = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Say what is promised for one order, until when, and how its clocks stand, each with the reason."""
    from optimizer.ingest.intake import ReadOptions
    from optimizer.ingest.plans.published import last_moment
    from optimizer.ingest.read import read_intake
    from optimizer.promise.report import promise_report
    from optimizer.promise_command import said_of, with_aside
    from optimizer.travel.plausible import travel_doubts
    from optimizer.travel.provider import travel_for

    say, console = translator_for(lang, branch), Console()
    with Faults(say, as_json=json_faults) as faults:
        options = ReadOptions(stage or Stage.DRAFT, as_of, datum=datum, geocoder=geocoder_of(geocode, branch))
        intake = read_intake(branch, options)
        newest = last_moment(branch, intake.checked().first_day) if stage is None and as_of is None else None
        if newest is not None:
            intake = read_intake(branch, replace(options, stage=newest[0], as_of=newest[1]))
        say.follow(intake.report.language)
        problem = with_aside(intake.checked(), intake.context)
        matrix = travel_for(problem, branch)
        faults.warn_of(intake.report.with_more(travel_doubts(problem, matrix, branch)))
        visit = next((visit for visit in problem.visits if visit.order_id == order), None)
        if visit is None:
            _refuse_order(order, problem, faults)
        published = said_of(visit, branch, intake.checked())
        aside = next((one for one in intake.context.aside if one.visit.visit_id == visit.visit_id), None)
        for line in promise_report(problem, matrix, visit, say.lang, published=published, aside=aside):
            console.print(Text(line.text_in(say.lang)), soft_wrap=True)


def _refuse_order(order: str, problem: Problem, faults: Faults) -> NoReturn:
    """End the command when an order that is asked about is not there."""
    said = faults.say("The order '{order}' is not in orders.", order=order)
    faults.stop_at_unknown("UNKNOWN_ORDER", said, order, problem.order_by_id)


@app.command(cls=SpokenCommand)
def explain(
    plan_file: AnyPlan,
    order: Annotated[
        str | None, typer.Option(help="The order's number.", show_default="every visit that stays out")
    ] = None,
    why: Annotated[
        str | None,
        typer.Option(
            help="The visit to ask about: why it is out and what would help, or why it is where it is.",
            show_default="none",
        ),
    ] = None,
    instead: Annotated[
        str | None,
        typer.Option(
            help="The technician who would serve it instead: the plan is made anew.", show_default="nobody else"
        ),
    ] = None,
    branch: BranchOfPlan = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Say of each visit that a plan leaves out why it stays out; of one order, also who comes when.

    With --why one visit is looked at closely; with --instead the plan is made anew, nothing is changed.
    """
    from optimizer.report.screen import print_reasons, print_visit
    from optimizer.review.reasons import reasons_now

    say, console = translator_for(lang), Console()
    with Faults(say, as_json=json_faults) as faults:
        file = _read_plan(plan_file, branch, say)
        problem = file.problem
        if instead is not None and why is None:
            faults.stop(2, "NO_VISIT", say("--instead needs a visit: name it with --why."))
        order = order if why is None else why
        asked = [visit for visit in problem.visits if order is None or order in (visit.order_id, visit.visit_id)]
        if not asked and order is not None:
            _refuse_order(order, problem, faults)
        if instead is not None and instead not in problem.technician_by_id:
            faults.stop_at_unknown_technician(instead, problem.technician_by_id)
        plan, violations = reasons_now(file, [visit.visit_id for visit in asked])
        head = say("The plan breaks rules; what it leaves out is not explained:")
        faults.stop_at_broken("NOT_EXPLAINED", head, violations)
    if order is not None:
        for visit in asked:
            print_visit(problem, plan, visit, console, say.lang)
    print_reasons(problem, plan, console, say.lang)
    if why is not None:
        from optimizer.whatif.closely import told_closely

        for visit in asked:
            for line in told_closely(file.problem, file.matrix, file.plan, visit, say.lang, instead=instead):
                console.print(Text(line), soft_wrap=True)


@app.command(cls=SpokenCommand)
def template(
    out: Annotated[Path, typer.Option(help="Where to write the empty workbook.")] = Path("branch.xlsx"),
    lang: Lang = None,
) -> None:
    """Write an empty workbook for a branch: every sheet and column, explained."""
    from optimizer.ingest.template import write_template

    say = translator_for(lang)
    with Faults(say, as_json=False):
        if out.exists():
            stop(2, say("'{file}' exists already; name another file with --out.", file=str(out)))
        write_template(out, say.lang)
    Console().print(Text(say("Written to {folder}", folder=str(out))), soft_wrap=True)


@app.command(name="map", cls=SpokenCommand)
def map_file(
    file: Annotated[Path, typer.Argument(help="A file of the branch's own: an export of orders, CSV or workbook.")],
    branch: Annotated[
        Path | None, typer.Option(help="The branch that it is for. [default: the folder that the file lies in]")
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(help="Which sheet of the branch it is. [default: what the file is named like, else orders]"),
    ] = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Say which column of a file is which of ours, and keep it in mapping.toml beside the branch, to be edited."""
    from optimizer.mapping_output import write_mapping

    say = translator_for(lang, branch or file.parent)
    with Faults(say, as_json=json_faults):
        lines = write_mapping(file, branch, sheet, say.lang, say)
    for line in lines:
        Console().print(Text(line), soft_wrap=True)


@app.command(name="judge", cls=SpokenCommand)
def judge(
    plan_file: AnyPlan,
    branch: Annotated[
        Path | None, typer.Option(help="The branch: the plan is judged with what it is now, too.")
    ] = None,
    as_of: SeenUntil = None,
    geocode: Geocode = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Check every rule and every claim of a plan and recompute its costs; with --branch, also as the branch is now."""
    from optimizer.review.branch_now import Comparison, compare_with_branch
    from optimizer.review.plan_review import review_plan
    from optimizer.text.regional import money_text

    say, console = translator_for(lang), Console()
    with Faults(say, as_json=json_faults) as faults:
        file = _read_plan(plan_file, branch, say)
        review, compared = review_plan(file), Comparison()
        if branch is not None:
            compared = compare_with_branch(file, branch, as_of=as_of, geocoder=geocoder_of(geocode, branch))
            faults.warn_of(compared.doubts)
    judgement = review.judgement
    for violation in judgement.violations:
        console.print(Text(violation_line(violation), style="red"))
    print_conditions(judgement, file.problem, console, say)
    for text in review.not_judged_texts(say):
        console.print(Text(say("Not judged: {claim}", claim=text), style="dim"))
    for line in _difference_lines(compared, say):
        console.print(Text(line, style="yellow"))
    if branch is not None and not compared.differences:
        console.print(Text(say("The branch is as the plan knows it.")))
    if compared.violations:
        console.print(Text(say("With the branch as it is now, the plan breaks:")))
    for violation in compared.violations:
        console.print(Text(violation_line(violation), style="red"))
    region = file.problem.branch.region
    for rule, cents in judgement.costs.items():
        console.print(Text(f"{rule:<14}{money_text(cents, region):>14}"))
    console.print(Text(f"{say('total'):<14}{money_text(judgement.cost_cents, region):>14}"))
    count = len(judgement.violations) + len(compared.violations)
    if count:
        console.print(Text(say("{count} violations", count=count), style="red"))
        raise typer.Exit(1)
    console.print(Text(say("No rule is broken.")))


@app.command(cls=SpokenCommand)
def prove(
    plan_file: WrittenPlan,
    technician: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Whose route may change; the others keep theirs.", show_default="everybody's"),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0, max=LONGEST_S, help="Time of the proof.")] = 30.0,
    keep: Annotated[
        bool,
        typer.Option(help="Write a cheaper plan and its papers in this one's place; `edit --undo` goes back."),
    ] = False,
    branch: BranchOfPlan = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Say how far a small day's plan, or some technicians' part of it, is from the best one, with a proof."""
    from optimizer.edit_command import plan_file_of, write_edited
    from optimizer.prove_command import better_file, proof_of, sentences_of

    say, console, path = translator_for(lang), Console(), plan_file_of(plan_file)
    with Faults(say, as_json=json_faults) as faults:
        file = _read_plan(path, branch, say)
        plan, outcome = proof_of(file, technician or (), seconds, faults)
        for sentence in sentences_of(file, plan, outcome, say):
            console.print(Text(sentence), soft_wrap=True)
        better = better_file(file, plan, outcome) if keep else None
        if better is not None:
            write_edited(better, path, branch, faults)
            console.print(Text(say("Judged clean. Written to {folder}", folder=str(path.parent))), soft_wrap=True)


@app.command(cls=SpokenCommand)
def bound(
    plan_file: WrittenPlan,
    seconds: Annotated[float, typer.Option(min=0, max=LONGEST_S, help="Time of the bound.")] = 60.0,
    branch: BranchOfPlan = None,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Say how far a plan of any size is from the best one at most: a cost that no plan is below."""
    from optimizer.bound_command import bound_of, bound_sentences
    from optimizer.edit_command import plan_file_of

    say, console, path = translator_for(lang), Console(), plan_file_of(plan_file)
    with Faults(say, as_json=json_faults) as faults:
        file = _read_plan(path, branch, say)
        bounded = bound_of(file, seconds, faults)
        for sentence in bound_sentences(file, bounded, say):
            console.print(Text(sentence), soft_wrap=True)


def _difference_lines(compared: Comparison, say: Speaker) -> list[str]:
    """Return what is another fact now and concerns the plan, a line each below its heading."""
    if not compared.differences:
        return []
    return [
        say("The branch has changed since the plan was made:"),
        *(one.text(say.lang) for one in compared.differences),
    ]


@app.command(cls=SpokenCommand)
def whatif(
    branch: Branch,
    scenarios: Annotated[Path, typer.Option(help="The scenarios, as TOML: data/hangzhou/whatif.toml is one.")],
    out: Annotated[
        Path,
        typer.Option(
            parser=named_path, metavar="DIR", help="Folder for the tables; plans are kept in it, and not made again."
        ),
    ] = Path("out/whatif"),
    stage: StageOf = Stage.DRAFT,
    as_of: At = None,
    days: Days = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="How often each scenario is planned.", show_default="the file's, or 8")
    ] = None,
    moves: Annotated[
        int | None, typer.Option(min=1, help="Moves of each solve.", show_default="the file's, or 20000")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Solves at a time; they change the speed only.")] = 1,
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Compare scenarios with the branch as it is: better, worse, equal, or cannot tell yet, and what moved."""
    from optimizer.running.child import CancelToken
    from optimizer.whatif.branch import MOVES, SEEDS
    from optimizer.whatif.branch import Branch as Asked
    from optimizer.whatif.scenario_file import read_scenarios
    from optimizer.whatif_command import WorkBar, lines_of, write_tables

    say, cancel = translator_for(lang, branch), CancelToken()
    with ending_in_order(), Faults(say, as_json=json_faults, branch=branch, shows_work=True) as faults:
        file = read_scenarios(scenarios)
        asked = Asked.read(branch, stage=stage, days=days, as_of=as_of)
        say.follow(asked.problem.branch.region.language)
        faults.warn_of(asked.doubts)
        check_writable(out)
        with (
            warnings.catch_warnings(),
            holding_interrupts(cancel),
            WorkBar(say, Console(stderr=True, quiet=json_faults)) as bar,
        ):
            # What touches nothing is told below the scenario.
            warnings.simplefilter("ignore", InputWarning)
            found = asked.compare(
                file.scenarios,
                seeds=seeds or file.seeds or SEEDS,
                moves=moves or file.moves or MOVES,
                workers=workers,
                folder=out,
                on_work=bar.show,
                cancel=cancel,
            )
        write_tables(found, out)
        for line in lines_of(found, say):
            Console().print(Text(line), soft_wrap=True)
        if not found.is_complete:
            stop(
                INTERRUPTED, say("Stopped; what is done is kept in {folder}, and the same command goes on.", folder=out)
            )
    Console().print(Text(say("Each plan is judged clean. Written to {folder}", folder=str(out))), soft_wrap=True)


@app.command(cls=SpokenCommand)
def export(
    branch: Branch,
    json_file: Annotated[Path, typer.Option("--json", help="Where to write the problem in the wire form.")],
    lang: Lang = None,
    json_faults: AsJson = False,
) -> None:
    """Validate a branch and write it as one JSON file, its own travel matrix included."""
    from optimizer.faults.issues import Issue, IssueReport
    from optimizer.ingest.read import read_branch
    from optimizer.ingest.write import write_problem
    from optimizer.travel.matrix_document import as_document
    from optimizer.travel.own_files import may_hold_matrix
    from optimizer.travel.provider import travel_for

    say, doubts = translator_for(lang, branch), list[Issue]()
    with Faults(say, as_json=json_faults) as faults:
        problem = read_branch(branch, on_warning=doubts.append)
        faults.warn_of(IssueReport(tuple(doubts)))
        own = as_document(travel_for(problem, branch)) if may_hold_matrix(branch) else None
        write_problem(problem, json_file, own)
    Console().print(Text(say("Written to {folder}", folder=str(json_file))), soft_wrap=True)


@app.command(cls=SpokenCommand)
def warm(lang: Lang = None) -> None:
    """Compile the solver's kernels now, so that the first plan does not have to."""
    from optimizer.engine.jit.kernels import is_warm
    from optimizer.running.warming import warm_up

    say = translator_for(lang)
    with ending_in_order():
        took = warm_up(lambda sentence: print(say(sentence), file=sys.stderr, flush=True))
    if not is_warm():
        stop(1, say("The kernels could not be compiled; the log says why."))
    print(say("The kernels are ready ({seconds:.0f} s).", seconds=took))


def main() -> None:
    """Run the command line."""
    atexit.register(leave_garbage)
    start_no_threads()
    show_any_text()
    app()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONIOENCODING", "utf-8")
    main()
