"""The command line of the benchmarks: `python -m benchmarks solve | ... | whatif`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.compare import compare, provenance, reference_of, table_of
from benchmarks.errors import FormatError
from benchmarks.instances import Instance, read_instance
from benchmarks.peers import PEERS
from benchmarks.records import line_of, read_rows, report, write_plan
from benchmarks.run import SOLVER, plan_campaign, run_campaign, run_peer_campaign, told
from benchmarks.scatter import scatter_svg
from benchmarks.solver import Budget, solve_problem
from optimizer.running.machine import usable_cores

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Exit codes beside 0: the plan breaks a rule of its format, the file cannot be read, a rule is waited for.
INFEASIBLE, UNREADABLE, WAITS = 1, 2, 3

#: The minutes of a piece are over, and runs of the page are left.
LEFT = 4

#: Ended by Ctrl-C; what is in the results file stays, and the campaign can be resumed.
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except (FormatError, OSError) as fault:
        print(fault, file=sys.stderr)
        return UNREADABLE
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Paigong on instances.")
    commands = parser.add_subparsers(required=True)
    solve = commands.add_parser("solve", help="solve and judge one instance, print one JSON line")
    solve.add_argument("instance", type=Path, help="the instance file; its format is found by its content")
    solve.add_argument("--seconds", type=float, help="wall seconds (default 10, none with --iterations)")
    solve.add_argument("--iterations", type=int, help="moves of each island: a run that can be repeated")
    solve.add_argument("--seed", type=int, default=1, help="default 1")
    solve.add_argument("--threads", type=int, default=1, help="default 1")
    solve.add_argument("--plan", type=Path, help="write the routes to this JSON file")
    solve.set_defaults(command=_solve)

    bound = commands.add_parser("bound", help="a plan, and what no plan costs less than: one JSON line")
    bound.add_argument("instance", type=Path, help="the instance file")
    bound.add_argument(
        "--seconds", type=float, default=60.0, help="wall seconds, a fifth of them for the plan (default 60)"
    )
    bound.add_argument("--seed", type=int, default=1, help="default 1")
    bound.add_argument("--threads", type=int, default=1, help="of the search (default 1)")
    bound.set_defaults(command=_bound)

    run = commands.add_parser("run", help="instances x configurations x seeds, one row each; goes on where it was left")
    run.add_argument("paths", type=Path, nargs="+", help="one configuration (.toml), or instance files and folders")
    run.add_argument("--seconds", type=float, help="wall seconds a run, instead of the configuration's")
    run.add_argument("--iterations", type=int, help="moves of each island, instead of the configuration's limits")
    run.add_argument("--seeds", type=_seeds, help="for example 1,2,3")
    run.add_argument("--out", type=Path, required=True, help="the results file (.jsonl); rows are added")
    run.set_defaults(command=_run)

    table = commands.add_parser("compare", help="tables of results, with gaps, ratios and losses")
    table.add_argument("results", type=Path, help="a results file")
    table.add_argument("--against", type=Path, help="another results file: peers, or another state of the optimizer")
    table.add_argument("--base", help="our side's label, as the tables name it (default: what begins with paigong)")
    table.add_argument("--svg", type=Path, help="write the last comparison as a scatter plot")
    table.set_defaults(command=_compare)

    peers = commands.add_parser("peers", help="let another solver run on the same instances, one row each")
    peers.add_argument("paths", type=Path, nargs="+", help="instance files and folders")
    peers.add_argument("--peer", choices=sorted(PEERS), required=True, help="the solver")
    peers.add_argument("--seconds", type=float, required=True, help="wall seconds of the search")
    peers.add_argument("--seeds", type=_seeds, default=(1,), help="default 1")
    peers.add_argument("--out", type=Path, help="the results file (.jsonl); without it, rows are printed")
    peers.set_defaults(command=_peers)

    speed = commands.add_parser("speed", help="what a move costs on instances of growing size: a table and a picture")
    speed.add_argument("paths", type=Path, nargs="+", help="instance files and folders")
    speed.add_argument("--moves", type=int, default=3_000, help="moves of each instance in each round (default 3000)")
    speed.add_argument("--rounds", type=int, default=5, help="rounds over all instances (default 5)")
    speed.add_argument("--seed", type=int, default=1, help="default 1")
    speed.add_argument("--reference", help="the instance that the others are compared with (default: the smallest)")
    speed.add_argument("--svg", type=Path, help="write the picture")
    speed.set_defaults(command=_speed)

    page = commands.add_parser("page", help="what a whole results page needs, in pieces, and the page of what is there")
    page.add_argument("page", type=Path, help="the file that describes it (.toml)")
    page.add_argument("--data", type=Path, required=True, help="the folder that its instances are named from")
    page.add_argument("--out", type=Path, required=True, help="the folder for rows, days, plans and the page")
    page.add_argument("--only", nargs="+", metavar="SECTION", help="run these sections; the page has all")
    page.add_argument("--minutes", type=float, help="begin nothing that would not end within them")
    page.add_argument("--worker", type=_worker, default=(1, 1), metavar="K/N", help="the share of one of N processes")
    page.add_argument("--report", action="store_true", help="run nothing, write the page from the rows that are there")
    page.set_defaults(command=_page)

    service = commands.add_parser("service", help="what the service costs beside its solves: one JSON line")
    service.add_argument("instance", type=Path, help="the instance that is handed in")
    service.add_argument("--seconds", type=float, default=10.0, help="wall seconds of its solve (default 10)")
    service.add_argument("--small", type=Path, default=Path("data/hangzhou"), help="a branch for the small solves")
    service.add_argument("--count", type=int, default=200, help="how many small solves (default 200)")
    service.set_defaults(command=_service)

    first = commands.add_parser(
        "first", help="how soon there is a first judged plan, and what a command adds: one line"
    )
    first.add_argument("instance", type=Path, help="the instance that is planned, warm")
    first.add_argument("--branch", type=Path, default=Path("data/hangzhou"), help="the branch that the command plans")
    first.add_argument("--seconds", type=float, default=2.0, help="wall seconds of the command's search (default 2)")
    first.add_argument("--runs", type=int, default=10, help="runs of each way (default 10)")
    first.set_defaults(command=_first)

    starving = commands.add_parser("starve", help="each way to a plan beside many busy processes: one JSON line each")
    starving.add_argument("branch", type=Path, nargs="?", default=Path("data/hangzhou"), help="a branch's folder")
    starving.add_argument("--seconds", type=float, default=2.0, help="wall seconds of each search (default 2)")
    starving.add_argument("--runs", type=int, default=20, help="runs of each way (default 20)")
    starving.add_argument("--busy", type=int, default=15 * len(usable_cores()), help="busy processes (15 a core)")
    starving.add_argument("--within", type=float, default=60.0, help="wall seconds that each way has (default 60)")
    starving.set_defaults(command=_starve)

    kill = commands.add_parser(
        "kill", help="the service's processes are killed under load: one JSON line of what came of it"
    )
    kill.add_argument("branch", type=Path, nargs="?", default=Path("data/hangzhou"), help="a branch's folder")
    kill.add_argument("--kills", type=int, default=50, help="how many (default 50)")
    kill.add_argument("--seconds", type=float, default=3.0, help="wall seconds of each search (default 3)")
    kill.add_argument("--database", default="", help="address of the database (default: SQLite)")
    kill.add_argument("--seed", type=int, default=1, help="default 1")
    kill.set_defaults(command=_kill)

    door = commands.add_parser("door", help="half-open connections, and keys of unequal greed: one JSON line each")
    door.add_argument("branch", type=Path, nargs="?", default=Path("data/hangzhou"), help="a branch's folder")
    door.add_argument("--half-open", type=int, default=2_500, help="connections with half a head (default 2500)")
    door.add_argument("--hold", type=float, default=60.0, help="seconds that they are held (default 60)")
    door.add_argument("--plans", type=_counts, default=(12, 4, 2), help="plans of each key (default 12,4,2)")
    door.add_argument("--seconds", type=float, default=2.0, help="wall seconds of each search (default 2)")
    door.set_defaults(command=_door)

    whatif = commands.add_parser("whatif", help="scenarios of which it is known which way they go: one JSON line")
    whatif.add_argument("branch", type=Path, nargs="?", default=Path("data/hangzhou"), help="a branch's folder")
    whatif.add_argument("--pairs", type=int, default=25, help="how many scenarios (default 25)")
    whatif.add_argument("--seeds", type=int, default=8, help="seeds of each (default 8)")
    whatif.add_argument("--moves", type=int, default=20_000, help="moves of each solve (default 20000)")
    whatif.add_argument("--workers", type=int, default=len(usable_cores()), help="solves at a time (a core each)")
    whatif.set_defaults(command=_whatif)
    return parser


def _whatif(options: argparse.Namespace) -> int:
    from benchmarks.whatif import measure_whatif

    figures = measure_whatif(
        options.branch, pairs=options.pairs, seeds=options.seeds, moves=options.moves, workers=options.workers
    )
    print(line_of(figures))
    return INFEASIBLE if figures["wrong"] else 0


def _solve(options: argparse.Namespace) -> int:
    instance = read_instance(options.instance)
    if instance.unbuilt:
        print(line_of({"instance": instance.name, "format": instance.format, "waits_for": list(instance.unbuilt)}))
        return WAITS
    seconds = 10.0 if options.seconds is None and options.iterations is None else options.seconds
    budget = Budget(seconds, options.iterations, options.seed, options.threads)
    return _solve_instance(instance, budget, options.plan)


def _bound(options: argparse.Namespace) -> int:
    from benchmarks.bound import measure_bound

    instance = read_instance(options.instance)
    if instance.unbuilt:
        print(line_of({"instance": instance.name, "format": instance.format, "waits_for": list(instance.unbuilt)}))
        return WAITS
    print(line_of(measure_bound(instance, seconds=options.seconds, threads=options.threads, seed=options.seed)))
    return 0


def _service(options: argparse.Namespace) -> int:
    from benchmarks.service import measure_service
    from optimizer.ingest.write import problem_to_json

    problem, _ = read_instance(options.instance).build()
    figures = measure_service(
        problem_to_json(problem), seconds=options.seconds, small=options.small, count=options.count
    )
    print(line_of(figures))
    return 0


def _first(options: argparse.Namespace) -> int:
    from benchmarks.first import measure_first
    from optimizer.ingest.write import problem_to_json

    problem, matrix = read_instance(options.instance).build()
    content = json.dumps(problem_to_json(problem), ensure_ascii=False).encode()
    figures = measure_first(problem, matrix, content, branch=options.branch, seconds=options.seconds, runs=options.runs)
    print(line_of(figures))
    return 0


def _kill(options: argparse.Namespace) -> int:
    import tempfile

    from benchmarks.kill import kill_loop

    with tempfile.TemporaryDirectory(prefix="paigong-kill-") as folder:
        found = kill_loop(
            options.branch,
            Path(folder) / "data",
            kills=options.kills,
            seconds=options.seconds,
            database=options.database,
            seed=options.seed,
            say=lambda sentence: print(sentence, file=sys.stderr, flush=True),
        )
    print(line_of(found.to_json()))
    return 0 if found.is_good else INFEASIBLE


def _door(options: argparse.Namespace) -> int:
    from benchmarks.door import measure_fairness, measure_half_open

    print(line_of(measure_half_open(count=options.half_open, seconds=options.hold)), flush=True)
    plans = {f"key {number}": count for number, count in enumerate(options.plans, start=1)}
    print(line_of(measure_fairness(options.branch, plans=plans, seconds=options.seconds)))
    return 0


def _starve(options: argparse.Namespace) -> int:
    from benchmarks.starve import starve

    bad = 0
    asked = {"seconds": options.seconds, "runs": options.runs, "busy": options.busy, "within_s": options.within}
    for run in starve(options.branch, **asked):
        bad += not run.is_good
        print(line_of({**asdict(run), "took_s": round(run.took_s, 1), "good": run.is_good}), flush=True)
    return INFEASIBLE if bad else 0


def _solve_instance(instance: Instance, budget: Budget, plan: Path | None) -> int:
    problem, matrix = instance.build()
    print(f"solving {instance.name}: {len(problem.visits)} visits", file=sys.stderr, flush=True)
    solved = solve_problem(problem, matrix, budget)
    measured = instance.measure(solved.routes)
    if plan is not None:
        write_plan(plan, solved.routes)
    print(line_of(report(instance, budget, solved, measured)))
    return 0 if measured.is_feasible else INFEASIBLE


def _run(options: argparse.Namespace) -> int:
    campaign = plan_campaign(options.paths)
    campaign = campaign.with_options(seconds=options.seconds, iterations=options.iterations, seeds=options.seeds)
    codes = [0]
    for row in run_campaign(campaign, options.out):
        print(told(row), file=sys.stderr, flush=True)
        codes.append(_code_of(row["status"], is_feasible=row.get("feasible", False)))
    if len(codes) == 1:
        print(f"nothing left to run: every row is in {options.out}", file=sys.stderr)
    return next(code for code in (UNREADABLE, INFEASIBLE, WAITS, 0) if code in codes)


def _peers(options: argparse.Namespace) -> int:
    campaign = replace(plan_campaign(options.paths), seeds=options.seeds)
    codes = [0]
    for row in run_peer_campaign(campaign, options.peer, options.seconds, options.out):
        print(told(row), file=sys.stderr, flush=True)
        if options.out is None:
            print(line_of(row))
        codes.append(_code_of(row["status"], is_feasible=row.get("feasible", False)))
    return next(code for code in (UNREADABLE, INFEASIBLE, 0) if code in codes)


def _page(options: argparse.Namespace) -> int:
    from benchmarks.page.plan import Folders, read_page
    from benchmarks.page.report import page_of
    from benchmarks.page.work import absent_peers, left_of, rows_of, share_of, work

    def say(sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)

    page, folders = read_page(options.page), Folders(options.data, options.out)
    share = {"only": options.only, "worker": options.worker[0], "workers": options.worker[1]}
    codes = [0]
    if not options.report:
        for row in work(page, folders, **share, minutes=options.minutes, say=say):
            say(told(row))
            # A peer without a good plan is a result of the page; what has to be looked at before going on is not.
            if row["status"] == "unread" or (row["status"] == "failed" and row["solver"] == SOLVER):
                codes.append(_code_of(row["status"], is_feasible=False))
        absent = absent_peers(page.some(options.only))
        codes.append(LEFT if left_of(share_of(page, folders, **share), rows_of(folders), absent) else 0)
    folders.out.mkdir(parents=True, exist_ok=True)
    written = folders.out / f"{options.page.stem}.md"
    part = written.with_suffix(f".{os.getpid()}.part")
    part.write_text(page_of(page, folders, name=options.page.name), encoding="utf-8")
    part.replace(written)
    say(f"written: {written.name}")
    return next(code for code in (UNREADABLE, INFEASIBLE, LEFT, 0) if code in codes)


def _code_of(status: str, *, is_feasible: bool) -> int:
    if status == "unsupported":
        return WAITS
    if status == "unread":
        return UNREADABLE
    return 0 if status == "solved" and is_feasible else INFEASIBLE


def _compare(options: argparse.Namespace) -> int:
    rows = read_rows(options.results)
    against = None if options.against is None else read_rows(options.against)
    everything = [*rows, *(against or ())]
    found = compare(rows, against, base=options.base)
    references = reference_of(everything)
    print("\n\n".join([table_of(comparison, references) for comparison in found] + [provenance(everything)]))
    if options.svg is not None:
        options.svg.write_text(scatter_svg(found[-1]), encoding="utf-8")
    return 0


def _speed(options: argparse.Namespace) -> int:
    # The engine is loaded here alone: tables are made without it.
    from benchmarks.speed import measure_speed, table_of
    from benchmarks.speed_plot import speed_svg

    if options.moves < 1 or options.rounds < 1:
        raise FormatError("moves and rounds are at least 1")
    speed = measure_speed(
        plan_campaign(options.paths).paths,
        moves=options.moves,
        rounds=options.rounds,
        seed=options.seed,
        reference=options.reference,
        say=lambda sentence: print(sentence, file=sys.stderr, flush=True),
    )
    print(table_of(speed))
    if options.svg is not None:
        options.svg.write_text(speed_svg(speed), encoding="utf-8")
    return WAITS if speed.unsupported else 0


def _seeds(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(","))
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"{text!r}; expected whole numbers like 1,2,3") from fault


def _counts(text: str) -> tuple[int, ...]:
    counts = _seeds(text)
    if not counts or min(counts) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}; expected how many plans each key hands in, like 12,4,2")
    return counts


def _worker(text: str) -> tuple[int, int]:
    worker, slash, workers = text.partition("/")
    if not (slash and worker.isdecimal() and workers.isdecimal() and 1 <= int(worker) <= int(workers)):
        raise argparse.ArgumentTypeError(f"{text!r}; expected the first or second of two as 1/2 or 2/2")
    return int(worker), int(workers)


if __name__ == "__main__":
    sys.exit(main())
