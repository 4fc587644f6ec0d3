"""The command line: `paigong plan | publish | promise | template | judge | export | warm`.

Exit codes: 0 done, 1 the judge found violations, 2 the input has faults (nothing is written),
3 no plan keeps the locks, or the solver ended before its first one, 4 a defect of ours,
130 Ctrl-C came before there was a plan, 143 SIGTERM.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.text import Text

from optimizer.console import (
    Faults,
    Stages,
    ending_in_order,
    holding_interrupts,
    show_any_text,
    stop,
    translator_for,
    violation_line,
)
from optimizer.domain.planning_context import PlanningContext, Stage
from optimizer.domain.policy import BrokenLocks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.ingest.build.geocode import GeocoderSettings
    from optimizer.ingest.intake import ReadOptions
    from optimizer.judge.verdict import Judgement
    from optimizer.moments.draft_settle_open import StageOutcome
    from optimizer.report.workbook_child import WorkbookWriter
    from optimizer.review.branch_now import Comparison
    from optimizer.running.child import Progress
    from optimizer.text.catalogue import Translate

#: The start of the process, as near as we can tell: from here on reading counts.
_STARTED_S = time.monotonic() - time.process_time()
#: The longest search that can be asked for: a week.
LONGEST_S = 7 * 86_400
#: What is written of a plan beside the technicians' files.
PLAN_FILES = ("plan.json", "plan.xlsx", "plan.html")
#: What is proposed where a machine was too slow.
SLOW_S = 60
#: Waiting for a core is told from so long on.
WORTH_TELLING_S = 0.5

app = typer.Typer(
    help="派工 Paigong: plan tomorrow's visits of a service branch.",
    epilog="Exit codes: 0 done; 1 the judge found violations; 2 the input has faults, or a file cannot be read or "
    "written; 3 no plan keeps what is locked, or the solver ended before its first one; 4 a defect of ours; "
    "130 Ctrl-C came before there was a plan; 143 SIGTERM. "
    "Ctrl-C stops a search; the best plan so far is written as a whole.",
    no_args_is_help=True,
)

Branch = Annotated[Path, typer.Argument(help="A branch: a folder of CSV files, one workbook, or one JSON file.")]
Lang = Annotated[str, typer.Option(help="Language of tables, files and faults: en or zh.")]
AsJson = Annotated[bool, typer.Option("--json-faults", help="Print faults as JSON.")]
FaultWorkbook = Annotated[
    Path | None, typer.Option("--fault-book", help="Write the faults as a workbook, the bad cells marked.")
]
Datum = Annotated[
    str | None,
    typer.Option(help="Datum of coordinates that name none: WGS-84, GCJ-02 or BD-09.", show_default="WGS-84"),
]
Geocode = Annotated[
    str | None,
    typer.Option(
        help="Look up addresses without coordinates: nominatim, baiduv3, nominatim@http://host; "
        "the key is read from PAIGONG_GEOCODER_KEY.",
        show_default="off",
    ),
]
StageOf = Annotated[Stage, typer.Option(help="The moment of the day: 16:00, 18:00 or 08:00.")]
KeepOf = Annotated[
    BrokenLocks | None,
    typer.Option(
        help="A lock that breaks a skill, a refusal, a window or a shift: no plan, or kept and listed as accepted.",
        show_default="what the policy says",
    ),
]
At = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d %H:%M"], help="The moment of planning.", show_default="that of the stage"
    ),
]
SeenUntil = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d %H:%M"],
        help="What the branch reports after this moment is not seen.",
        show_default="the moment at which the plan was made",
    ),
]


def _named(path: str | Path) -> Path:
    """Return a path that was given; an empty one would mean the folder of now, which nobody has named."""
    if not str(path).strip():
        raise typer.BadParameter("the name is empty")
    return Path(path)


@app.command()
def plan(
    branch: Branch,
    stage: StageOf = Stage.DRAFT,
    as_of: At = None,
    out: Annotated[
        Path,
        typer.Option(
            parser=_named, metavar="PATH", help="Folder for plan.json, plan.xlsx, plan.html and technicians/."
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
    days: Annotated[
        int | None,
        typer.Option(min=1, max=7, help="Days to plan in one go.", show_default="what the branch says, or 1"),
    ] = None,
    broken_locks: KeepOf = None,
    skip_bad: Annotated[bool, typer.Option(help="Plan without the orders that have faults; they stay listed.")] = False,
    fault_workbook: FaultWorkbook = None,
    datum: Datum = None,
    geocode: Geocode = None,
    lang: Lang = "zh",
    json_faults: AsJson = False,
) -> None:
    """Plan a day, or settle or open it near the published plan, and write the plan and its papers."""
    from optimizer.running.preloaded import solver_server

    # What the solver needs is loaded while this process reads.
    solver_server()
    from optimizer.ingest.fault_workbook import write_fault_workbook
    from optimizer.ingest.intake import ReadOptions
    from optimizer.ingest.plans.published import published_plan, routes_before
    from optimizer.ingest.read import read_intake
    from optimizer.judge.verdict import time_routes
    from optimizer.moments.draft_settle_open import URGENCY, plan_stage
    from optimizer.moments.known_returns import with_known_returns
    from optimizer.report.workbook_child import WorkbookWriter
    from optimizer.running.child import CancelToken
    from optimizer.running.warming import warm_up
    from optimizer.solver import DEFAULT_S
    from optimizer.travel.provider import travel_for

    say = translator_for(lang)
    if seconds is None and iterations is None:
        seconds = DEFAULT_S
    options = ReadOptions(stage, as_of, days=days, skip_bad=skip_bad, datum=datum, geocoder=_geocoder(geocode, branch))
    faults = Faults(say, lang, as_json=json_faults, branch=branch, workbook=fault_workbook, shows_work=True)
    with ending_in_order(), faults:
        for option, span_s in (("--seconds", seconds), ("--patience", patience)):
            if span_s is not None and span_s > LONGEST_S:
                faults.stop(2, "OPTION", say("{option} takes a number of seconds up to {most}; '{value}' is none.",
                                             option=option, most=LONGEST_S, value=span_s))  # fmt: skip
        with Stages(say, is_quiet=json_faults) as stages:
            stages.begin("reading")
            intake = read_intake(branch, options)
            problem = intake.checked()
            if broken_locks is not None:
                problem = replace(problem, policy=replace(problem.policy, broken_locks=broken_locks))
            if fault_workbook is not None:
                write_fault_workbook(branch, intake.report, fault_workbook, lang)
            matrix = travel_for(problem, branch)
            as_of = problem.local_time(problem.as_of_s)
            before = routes_before(branch, problem.clock, as_of, time_routes=time_routes)
            problem = with_known_returns(problem, before)
            published = None
            if stage is not Stage.DRAFT:
                published = published_plan(branch, problem.first_day, as_of, time_routes=time_routes)
            faults.warn_of(intake.report)
            if published is not None:
                _warn_of_gone(problem, published, faults)
            elif stage is not Stage.DRAFT:
                day = problem.first_day.isoformat()
                faults.warn("NOT_PUBLISHED", say("No plan is published for {day}; this one is made afresh.", day=day))
            _check_writable(out)
            reading_s = time.monotonic() - _STARTED_S
            warm_up(stages.tell)
            papers = threading.Thread(target=_load_papers, args=(lang,), daemon=True)
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
                context = replace(intake.context, changes=solved.changes, is_published=published is not None)
                workbook = next(iter(writers), None)
                _write(solved, context, branch, _read_as(options), out, lang, workbook, reading_s=reading_s)
        _print(solved, context, out, reading_s=reading_s, lang=lang)


def _read_as(options: ReadOptions) -> dict[str, object]:
    """Return how a branch was read, as far as it was asked for: it is read again like this when the plan is judged."""
    return {name: value for name, value in (("skip_bad", options.skip_bad), ("datum", options.datum)) if value}


def _load_papers(lang: str) -> None:
    """Load what writes the page: when the first plan is judged, while the search goes on in its own process."""
    from optimizer.report.templating import load_templates

    load_templates(lang)


def _accepted_sentences(accepted: Sequence[Violation], problem: Problem, say: Translate) -> list[str]:
    """Return what kept locks break, in words."""
    from optimizer.explain.sentences import accepted_sentence

    return [accepted_sentence(violation, problem, say) for violation in accepted]


def _write(
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
    """Write the plan file and the papers; the workbook is written beside the others where somebody is there for it."""
    from optimizer.ingest.plans.plan_file import write_plan
    from optimizer.report import kpis, write_page, write_technician_files, write_workbook
    from optimizer.report.papers import make_papers

    say, outcome = translator_for(lang), solved.outcome
    problem, matrix, made, judgement = outcome.problem, outcome.matrix, outcome.plan, outcome.judgement
    about = {"reading_s": round(reading_s, 3), "branch": str(branch.resolve()), "stage": str(context.stage), **read_as}
    record = {**outcome.run.to_json(), **about}
    figures = kpis(problem, matrix, made)
    write_plan(made, problem, matrix, record, out / "plan.json", kpis=figures, accepted=judgement.accepted)
    papers = make_papers(problem, matrix, made, context, lang)
    if workbook is None:
        write_workbook(problem, matrix, made, out / "plan.xlsx", lang, papers=papers)
    else:
        workbook.begin(problem, matrix, made, out / "plan.xlsx", lang, papers)
    assumptions = [say(item.sentence, **item.values) for item in judgement.assumptions]
    accepted = _accepted_sentences(judgement.accepted, problem, say)
    page = out / "plan.html"
    write_page(problem, matrix, made, page, lang, assumptions=assumptions, accepted=accepted, papers=papers)
    write_technician_files(problem, papers, out / "technicians", lang)
    if workbook is not None:
        workbook.finish()


def _print(solved: StageOutcome, context: PlanningContext, out: Path, *, reading_s: float, lang: str) -> None:
    """Show the plan, what is to be known of it, and how long it took."""
    from optimizer.report import print_changes, print_plan
    from optimizer.running.child import FIRST_PLAN

    say, console, outcome = translator_for(lang), Console(), solved.outcome
    problem, run = outcome.problem, outcome.run
    print_plan(problem, outcome.matrix, outcome.plan, console, lang)
    print_changes(problem, context, console, lang)
    for visit_id in solved.released:
        console.print(Text(say("Visit {visit} cannot keep the time told: call first.", visit=visit_id), style="red"))
    _print_conditions(outcome.judgement, problem, console, say)
    if run.stopped == "child_died":
        console.print(Text(say("the solver process died; this is its last judged plan"), style="yellow"))
    elif run.stopped == FIRST_PLAN:
        text = say("The machine was too slow to improve the first plan; try --seconds {seconds}.", seconds=SLOW_S)
        console.print(Text(say("Warning: {message}", message=text), style="yellow"))
    elif run.stopped != "finished":
        console.print(Text(say("stopped early; this is the best plan so far"), style="yellow"))
    if run.note:
        console.print(Text(run.note.strip(), style="dim"))
    spent = say(
        "Read in {reading:.1f} s, started the search in {starting:.1f} s, searched for {search:.1f} s.",
        reading=reading_s,
        starting=run.starting_s or 0.0,
        search=run.search_s,
    )
    console.print(Text(spent, style="dim"))
    if run.waited_s >= WORTH_TELLING_S:
        text = say("Waited {waiting:.1f} s for a free core before that.", waiting=run.waited_s)
        console.print(Text(text, style="dim"))
    console.print(Text(say("Judged clean. Written to {folder}", folder=str(out))))


def _print_conditions(judgement: Judgement, problem: Problem, console: Console, say: Translate) -> None:
    """Show what kept locks break and is accepted, and what is taken for granted."""
    for text in _accepted_sentences(judgement.accepted, problem, say):
        console.print(Text(say("Accepted: {accepted}", accepted=text), style="yellow"))
    for item in judgement.assumptions:
        console.print(Text(say("Assumed: {assumption}", assumption=say(item.sentence, **item.values))))


def _check_writable(out: Path) -> None:
    """Make the folder of a plan, and raise now what writing into it would raise after the search."""
    out.mkdir(parents=True, exist_ok=True)
    technicians = out / "technicians"
    wrong = [(errno.EISDIR, path) for path in map(out.joinpath, PLAN_FILES) if path.is_dir()]
    wrong += [(errno.ENOTDIR, technicians)] if technicians.exists() and not technicians.is_dir() else []
    folders = [folder for folder in (out, technicians) if folder.is_dir()]
    wrong += [(errno.EACCES, folder) for folder in folders if not os.access(folder, os.W_OK | os.X_OK)]
    for number, path in wrong:
        raise OSError(number, os.strerror(number), str(path))


def _warn_of_gone(problem: Problem, published: Plan, faults: Faults) -> None:
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


def _geocoder(service: str | None, branch: Path) -> GeocoderSettings | None:
    """Return how to look addresses up, with a cache beside the branch; `None` when that is not asked for.

    A service of one's own is named with its address: `nominatim@http://localhost:8080`.
    """
    if service is None:
        return None
    from optimizer.ingest.build.geocode import GeocoderSettings
    from optimizer.ingest.plans.published import published_folder

    name, _, address = service.partition("@")
    own = urlsplit(address)
    cache = published_folder(branch).with_name("geocode-cache.json")
    return GeocoderSettings(name, domain=own.netloc + own.path, scheme=own.scheme, cache=cache)


@app.command()
def publish(
    plan_file: Annotated[Path, typer.Argument(help="The plan.json that customers and technicians are told.")],
    branch: Annotated[
        Path | None, typer.Option(help="The branch that keeps it. [default: the one that it was made from]")
    ] = None,
    as_of: SeenUntil = None,
    geocode: Geocode = None,
    lang: Lang = "zh",
    json_faults: AsJson = False,
) -> None:
    """Keep a plan as the one that later plans of the day stay near, in the folder `published` of its branch.

    It is judged once more, also with the branch as it is now.
    """
    from optimizer.ingest.plans.plan_file import read_plan_file
    from optimizer.ingest.plans.published import publish_plan
    from optimizer.judge.verdict import time_routes
    from optimizer.review.branch_now import compare_with_branch
    from optimizer.review.plan_review import review_plan

    say = translator_for(lang)
    with Faults(say, lang, as_json=json_faults) as faults:
        file = read_plan_file(plan_file, branch, time_routes=time_routes)
        problem, made = file.problem, file.plan
        _refuse_to_publish(review_plan(file).judgement.violations, faults)
        home = branch or file.branch
        if home is None:
            faults.stop(2, "NO_BRANCH",
                        say("The plan does not say which branch it was made from: name it with --branch."))  # fmt: skip
        if not home.exists():
            faults.stop(2, "NO_BRANCH",
                        say("The branch '{branch}' does not exist: name it with --branch.", branch=home))  # fmt: skip
        compared = compare_with_branch(file, home, as_of=as_of, geocoder=_geocoder(geocode, home))
        if compared.differences:
            faults.warn("BRANCH_CHANGED", "\n".join(_difference_lines(compared, lang, say)))
        _refuse_to_publish(compared.violations, faults)
        target = publish_plan(plan_file, problem, home)
    Console().print(Text(say("Published for {day}: {count} visits. Kept as {file}",
                             day=problem.first_day.isoformat(), count=made.served, file=str(target))))  # fmt: skip


def _refuse_to_publish(violations: Sequence[Violation], faults: Faults) -> None:
    """End the command when a plan breaks anything."""
    if violations:
        head = faults.say("The plan breaks rules and is not published:")
        faults.stop(1, "NOT_PUBLISHED", "\n".join([head, *map(violation_line, violations)]))


@app.command()
def promise(
    branch: Branch,
    order: Annotated[str, typer.Option(help="The order's number.")],
    stage: StageOf = Stage.DRAFT,
    as_of: At = None,
    datum: Datum = None,
    geocode: Geocode = None,
    lang: Lang = "zh",
    json_faults: AsJson = False,
) -> None:
    """Say what is promised for one order, until when, and how its clocks stand, each with the reason."""
    from optimizer.faults.issues import nearest
    from optimizer.ingest.intake import ReadOptions
    from optimizer.ingest.read import read_intake
    from optimizer.promise.report import promise_report
    from optimizer.travel.provider import travel_for

    say, console = translator_for(lang), Console()
    with Faults(say, lang, as_json=json_faults) as faults:
        options = ReadOptions(stage, as_of, datum=datum, geocoder=_geocoder(geocode, branch))
        intake = read_intake(branch, options)
        problem = _with_aside(intake.checked(), intake.context)
        visit = next((visit for visit in problem.visits if visit.order_id == order), None)
        if visit is None:
            near = nearest(order, problem.order_by_id)
            hint = say("Maybe '{near}' is meant.", near=near) if near else ""
            faults.stop(2, "UNKNOWN_ORDER", say("The order '{order}' is not in orders.", order=order), hint)
        for line in promise_report(problem, travel_for(problem, branch), visit, lang):
            console.print(Text(line.text_in(lang)), soft_wrap=True)


def _with_aside(problem: Problem, context: PlanningContext) -> Problem:
    """Return the problem with the orders that today's plan has or has done, so that they can be asked about too."""
    customers = {customer.customer_id: customer for customer in problem.customers}
    return replace(
        problem,
        orders=(*problem.orders, *(aside.order for aside in context.aside)),
        visits=(*problem.visits, *(aside.visit for aside in context.aside)),
        customers=tuple(({aside.customer.customer_id: aside.customer for aside in context.aside} | customers).values()),
    )


@app.command()
def template(
    out: Annotated[Path, typer.Option(help="Where to write the empty workbook.")] = Path("branch.xlsx"),
    lang: Lang = "zh",
) -> None:
    """Write an empty workbook for a branch: every sheet and column, explained."""
    from optimizer.ingest.template import write_template

    say = translator_for(lang)
    with Faults(say, lang, as_json=False):
        if out.exists():
            stop(2, say("'{file}' exists already; name another file with --out.", file=str(out)))
        write_template(out, lang)
    Console().print(Text(say("Written to {folder}", folder=str(out))))


@app.command(name="judge")
def judge(
    plan_file: Annotated[Path, typer.Argument(help="A plan.json, from anywhere.")],
    branch: Annotated[
        Path | None, typer.Option(help="The branch: the plan is judged with what it is now, too.")
    ] = None,
    as_of: SeenUntil = None,
    geocode: Geocode = None,
    lang: Lang = "zh",
    json_faults: AsJson = False,
) -> None:
    """Check every rule and every claim of a plan and recompute its costs; with --branch, also as the branch is now."""
    from optimizer.ingest.plans.plan_file import read_plan_file
    from optimizer.judge.verdict import time_routes
    from optimizer.review.branch_now import Comparison, compare_with_branch
    from optimizer.review.plan_review import review_plan

    say, console = translator_for(lang), Console()
    with Faults(say, lang, as_json=json_faults):
        file = read_plan_file(plan_file, branch, time_routes=time_routes)
        review, compared = review_plan(file), Comparison()
        if branch is not None:
            compared = compare_with_branch(file, branch, as_of=as_of, geocoder=_geocoder(geocode, branch))
    judgement = review.judgement
    for violation in judgement.violations:
        console.print(Text(violation_line(violation), style="red"))
    _print_conditions(judgement, file.problem, console, say)
    for text in review.not_judged_texts(say):
        console.print(Text(say("Not judged: {claim}", claim=text), style="dim"))
    for line in _difference_lines(compared, lang, say):
        console.print(Text(line, style="yellow"))
    if branch is not None and not compared.differences:
        console.print(Text(say("The branch is as the plan knows it.")))
    if compared.violations:
        console.print(Text(say("With the branch as it is now, the plan breaks:")))
    for violation in compared.violations:
        console.print(Text(violation_line(violation), style="red"))
    for rule, cents in judgement.costs.items():
        console.print(Text(f"{rule:<14}{cents / 100:>14,.2f}"))
    console.print(Text(f"{say('total'):<14}{judgement.cost_cents / 100:>14,.2f}"))
    count = len(judgement.violations) + len(compared.violations)
    if count:
        console.print(Text(say("{count} violations", count=count), style="red"))
        raise typer.Exit(1)
    console.print(Text(say("No rule is broken.")))


def _difference_lines(compared: Comparison, lang: str, say: Translate) -> list[str]:
    """Return what is another fact now and concerns the plan, a line each below its heading."""
    if not compared.differences:
        return []
    return [say("The branch has changed since the plan was made:"), *(one.text(lang) for one in compared.differences)]


@app.command()
def export(
    branch: Branch,
    json_file: Annotated[Path, typer.Option("--json", help="Where to write the problem in the wire form.")],
    lang: Lang = "zh",
    json_faults: AsJson = False,
) -> None:
    """Validate a branch and write it as one JSON file."""
    from optimizer.ingest.read import read_branch
    from optimizer.ingest.write import write_problem

    say = translator_for(lang)
    with Faults(say, lang, as_json=json_faults):
        write_problem(read_branch(branch), json_file)
    Console().print(Text(say("Written to {folder}", folder=str(json_file))))


@app.command()
def warm(lang: Lang = "zh") -> None:
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
    show_any_text()
    app()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONIOENCODING", "utf-8")
    main()
