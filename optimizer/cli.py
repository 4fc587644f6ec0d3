"""The command line: `paigong plan | judge | export | warm`.

Exit codes: 0 done, 1 the judge found violations, 2 the input has faults (nothing is written),
3 no plan keeps the locks, or none was found in time, 4 a defect of ours.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from optimizer.catalogue import LANGUAGES, translator
from optimizer.errors import InputError, JudgementError, LockConflictError, PaigongError, TimeLimitError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.catalogue import Translate
    from optimizer.domain.rules import Violation
    from optimizer.runner import Progress

#: The moment from which a time limit counts: the start of the process, as near as we can tell.
_STARTED_S = time.monotonic() - time.process_time()
#: Kept back from the limit for writing the files.
WRITE_S = 1.0

app = typer.Typer(help="派工 Paigong: plan tomorrow's visits of a service branch.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="Folder of CSV files, or one JSON file, of a branch.")]
Lang = Annotated[str, typer.Option(help="Language of tables, files and faults: en or zh.")]
AsJson = Annotated[bool, typer.Option("--json-faults", help="Print faults as JSON.")]


@app.command()
def plan(
    branch: Folder,
    out: Annotated[Path, typer.Option(help="Folder for plan.json, plan.xlsx and plan.html.")] = Path("out"),
    seconds: Annotated[float | None, typer.Option(min=0, help="Time limit, start to plan. [default: 10]")] = None,
    iterations: Annotated[
        int | None, typer.Option(min=0, help="Work mode: moves per island; the same plan every time.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the search.")] = 0,
    threads: Annotated[int, typer.Option(min=1, help="Threads; they change the speed only.")] = 1,
    islands: Annotated[int | None, typer.Option(min=1, help="Searches side by side.")] = None,
    master: Annotated[bool, typer.Option(help="Let CP-SAT recombine the routes found.")] = True,
    lang: Lang = "zh",
    json_faults: AsJson = False,
) -> None:
    """Plan a day and write the plan."""
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    from optimizer.ingest.plan_file import write_plan
    from optimizer.ingest.read import read_branch_report
    from optimizer.report import kpis, print_plan, write_page, write_workbook
    from optimizer.solve import solve
    from optimizer.travel.provider import travel_for

    say, console = _translator(lang), Console()
    if seconds is None and iterations is None:
        seconds = 10.0
    with _faults(say, lang, as_json=json_faults):
        problem, report = read_branch_report(branch)
        if problem is None:
            raise InputError(report)
        matrix = travel_for(problem, branch)
        _print_warnings(report.text(lang))
        out.mkdir(parents=True, exist_ok=True)
        with Bar(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=Console(stderr=True)
        ) as bar:
            task = bar.add_task(say("searching"))

            def show(progress: Progress) -> None:
                line = say(
                    "cost {cost:,.2f} yuan, {served} of {visits} visits",
                    cost=progress.cost_cents / 100,
                    served=progress.served,
                    visits=len(problem.visits),
                )
                bar.update(task, description=line)

            outcome = solve(
                problem,
                matrix,
                seconds=None if seconds is None else max(seconds / 2, seconds - WRITE_S),
                iterations=iterations,
                seed=seed,
                threads=threads,
                islands=islands,
                use_master=master,
                on_progress=show,
                on_message=lambda sentence: bar.console.print(say(sentence)),
                started_s=_STARTED_S,
            )
        write_plan(
            outcome.plan,
            problem,
            matrix,
            outcome.run.to_json(),
            out / "plan.json",
            kpis=kpis(problem, matrix, outcome.plan),
        )
        write_workbook(problem, matrix, outcome.plan, out / "plan.xlsx", lang)
        assumptions = [say(item.sentence, **item.values) for item in outcome.judgement.assumptions]
        write_page(problem, matrix, outcome.plan, out / "plan.html", lang, assumptions=assumptions)
    print_plan(problem, matrix, outcome.plan, console, lang)
    for assumption in assumptions:
        console.print(Text(say("Assumed: {assumption}", assumption=assumption)))
    if outcome.run.stopped == "child_died":
        console.print(Text(say("the solver process died; this is its last judged plan"), style="yellow"))
    elif outcome.run.stopped != "finished":
        console.print(Text(say("stopped early; this is the best plan so far"), style="yellow"))
    if outcome.run.note:
        console.print(Text(outcome.run.note.strip(), style="dim"))
    console.print(Text(say("Judged clean. Written to {folder}", folder=str(out))))


@app.command(name="judge")
def judge_plan(
    plan_file: Annotated[Path, typer.Argument(help="A plan.json, from anywhere.")],
    branch: Annotated[Path | None, typer.Option(help="The branch, for a plan that holds routes only.")] = None,
    lang: Lang = "zh",
    json_faults: AsJson = False,
) -> None:
    """Check every rule of a plan and recompute its costs."""
    from optimizer.ingest.plan_file import read_plan
    from optimizer.judge import judge

    say, console = _translator(lang), Console()
    with _faults(say, lang, as_json=json_faults):
        problem, matrix, given = read_plan(plan_file, branch)
        judgement = judge(problem, matrix, given)
    for violation in judgement.violations:
        console.print(Text(_violation_line(violation), style="red"))
    for rule, cents in judgement.costs.items():
        console.print(Text(f"{rule:<14}{cents / 100:>14,.2f}"))
    console.print(Text(f"{say('total'):<14}{judgement.cost_cents / 100:>14,.2f}"))
    if judgement.violations:
        console.print(Text(say("{count} violations", count=len(judgement.violations)), style="red"))
        raise typer.Exit(1)
    console.print(Text(say("No rule is broken.")))


@app.command()
def export(
    branch: Folder,
    json_file: Annotated[Path, typer.Option("--json", help="Where to write the problem in the wire form.")],
    lang: Lang = "zh",
    json_faults: AsJson = False,
) -> None:
    """Validate a branch and write it as one JSON file."""
    from optimizer.ingest.read import read_branch
    from optimizer.ingest.write import write_problem

    say = _translator(lang)
    with _faults(say, lang, as_json=json_faults):
        write_problem(read_branch(branch), json_file)
    Console().print(Text(say("Written to {folder}", folder=str(json_file))))


@app.command()
def warm(lang: Lang = "zh") -> None:
    """Compile the solver's kernels now, so that the first plan does not have to."""
    from optimizer.runner import warm_up
    from optimizer.solve import find_plans

    say = _translator(lang)
    took = warm_up(find_plans, lambda sentence: print(say(sentence), file=sys.stderr))
    print(say("The kernels are ready ({seconds:.0f} s).", seconds=took))


def main() -> None:
    """Run the command line."""
    app()


# --- faults for people --------------------------------------------------------------------------------------------


class _faults:
    """Turn our exceptions into a report on standard error and an exit code; anything else is a defect and shows."""

    def __init__(self, say: Translate, lang: str, *, as_json: bool) -> None:
        self.say, self.lang, self.as_json = say, lang, as_json

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InputError):
            text = error.report.text(self.lang)
            if self.as_json:
                text = json.dumps(error.report.to_json(), ensure_ascii=False, indent=1)
            _stop(2, text)
        if isinstance(error, LockConflictError):
            head = self.say("What is locked cannot be kept together with the other rules:")
            _stop(3, "\n".join([head, *_lines(error.violations)]))
        if isinstance(error, JudgementError):
            head = self.say("The engine made a plan that the judge refuses. This is a defect of Paigong:")
            _stop(4, "\n".join([head, *_lines(error.violations)]))
        if isinstance(error, TimeLimitError):
            _stop(3, self.say(str(error)))
        if isinstance(error, PaigongError):
            _stop(2, str(error))
        if isinstance(error, OSError):
            _stop(2, self.say("Cannot write or read: {error}", error=str(error)))


def _stop(code: int, text: str) -> NoReturn:
    print(text, file=sys.stderr)
    raise typer.Exit(code)


def _lines(violations: Sequence[Violation]) -> list[str]:
    return [_violation_line(violation) for violation in violations]


def _violation_line(violation: Violation) -> str:
    amount = f" [{violation.amount} {violation.unit}]" if violation.unit else ""
    return f"{violation.rule}{amount}: {violation.message}"


def _print_warnings(text: str) -> None:
    if text:
        print(text, file=sys.stderr)


def _translator(lang: str) -> Translate:
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    return translator(lang)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONIOENCODING", "utf-8")
    main()
