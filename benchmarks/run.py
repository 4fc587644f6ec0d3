"""A campaign: every instance with every configuration and seed, one row each, resumed where it was left."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.errors import FormatError
from benchmarks.instances import read_instance
from benchmarks.peers import run_peer
from benchmarks.records import (
    FINISHED,
    Row,
    append_row,
    budgeted,
    circumstances,
    key_of,
    mixed_versions,
    read_rows,
    report,
    write_plan,
)
from benchmarks.settings import SETTINGS, Config, config_of, list_of, matches, only_known, read_toml
from benchmarks.solver import Budget, engine_version, solve_problem
from optimizer.errors import JudgementError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.instances import Instance

SOLVER = "paigong"

#: Endings that a folder is searched for.
INSTANCE_ENDINGS = (".json", ".txt", ".vrp")


@dataclass(frozen=True, slots=True)
class Campaign:
    """Instances, configurations and seeds."""

    paths: tuple[Path, ...]
    configs: tuple[Config, ...] = (Config(),)
    seeds: tuple[int, ...] = (1,)

    def with_options(self, *, seconds: float | None, iterations: int | None, seeds: Sequence[int] | None) -> Campaign:
        """Return the campaign with what the command line names instead."""
        configs = self.configs
        if seconds is not None or iterations is not None:
            configs = tuple(replace(config, seconds=seconds, iterations=iterations) for config in configs)
        return replace(self, configs=configs, seeds=self.seeds if seeds is None else tuple(seeds))


def plan_campaign(paths: Sequence[Path]) -> Campaign:
    """Return the campaign that a configuration file describes, or that of instance files and folders.

    Raises
    ------
    FormatError
        When the configuration breaks its form, or nothing is there to run.
    """
    if len(paths) == 1 and paths[0].suffix == ".toml":
        return _read_campaign(paths[0])
    if any(path.suffix == ".toml" for path in paths):
        raise FormatError("give one configuration file, or instances, not both")
    return Campaign(_expand(paths))


def run_campaign(campaign: Campaign, out: Path, *, plans: Path | None = None) -> Iterator[Row]:
    """Run what has no finished row in `out` yet, append each row there, and give it back.

    Parameters
    ----------
    plans
        A folder that each plan is written to; its row names the file as `plan`.

    Raises
    ------
    FormatError
        When `out` has rows of another state of the optimizer: figures of two are never mixed in one file.
    """
    rows = read_rows(out) if out.exists() else []
    finished = {key_of(row) for row in rows if row["status"] in FINISHED}
    engine = engine_version()
    _refuse_mixing(rows, SOLVER, engine, out)
    for path in campaign.paths:
        digest = digest_of(path)
        instance: Instance | None = None
        for seed in campaign.seeds:
            for config in campaign.configs:
                head = {"solver": SOLVER, "solver_version": engine, "config": config.name, "digest": digest}
                budget = config.budget(seed)
                if key_of(head | {"instance": path.stem} | budgeted(budget)) in finished:
                    continue
                try:
                    instance = instance or read_instance(path)
                except FormatError as fault:
                    # The others can still be measured; nothing is recorded, so that a mended file is run.
                    yield head | {"status": "unread", "instance": path.stem, "seed": seed, "faults": [str(fault)]}
                    continue
                plan = None if plans is None else plans / plan_name(head | {"instance": path.stem} | budgeted(budget))
                row = head | run_one(instance, budget, plan=plan)
                if row.get("stopped") == "interrupted":
                    raise KeyboardInterrupt
                if engine_version() != engine:
                    raise FormatError(f"the optimizer was edited while {path.name} ran: that run is not recorded")
                append_row(out, row)
                yield row


def run_peer_campaign(campaign: Campaign, peer: str, seconds: float, out: Path | None) -> Iterator[Row]:
    """Let a peer run what has no finished row in `out` yet, append each row there, and give it back.

    Raises
    ------
    FormatError
        When the peer is absent, an instance cannot be modelled for it, or `out` has rows of another version of it.
    """
    rows = read_rows(out) if out is not None and out.exists() else []
    finished = {key_of(row) for row in rows if row["status"] in FINISHED}
    for path in campaign.paths:
        instance = read_instance(path)
        for seed in campaign.seeds:
            head = {"digest": digest_of(path)}
            budget = budgeted(Budget(seconds, None, seed, threads=1))
            if key_of(head | {"solver": peer, "config": "default", "instance": instance.name} | budget) in finished:
                continue
            row = head | run_peer(instance, peer, seconds=seconds, seed=seed)
            if out is not None:
                _refuse_mixing(rows, peer, row["solver_version"], out)
                append_row(out, row)
            yield row


def run_one(instance: Instance, budget: Budget, *, plan: Path | None = None) -> Row:
    """Run one instance once and return its row; what is not built and what the judge refuses are rows, too.

    Where `plan` names a file, the routes are written there.
    """
    named = {"instance": instance.name, "format": instance.format}
    if instance.unbuilt:
        waits = {"status": "unsupported", "waits_for": list(instance.unbuilt)}
        return waits | named | budgeted(budget) | circumstances()
    problem, matrix = instance.build()
    try:
        solved = solve_problem(problem, matrix, budget)
    except JudgementError as fault:
        refused = {"status": "failed", "judged_clean": False, "feasible": False, "faults": [str(fault)]}
        return refused | named | budgeted(budget) | circumstances()
    kept = {}
    if plan is not None:
        write_plan(plan, solved.routes)
        kept = {"plan": plan.name}
    return {"status": "solved"} | report(instance, budget, solved, instance.measure(solved.routes)) | kept


def plan_name(row: Row) -> str:
    """Return the file name of a run's plan: instance, configuration, limits, seed."""
    limits = {"s": row["seconds_allowed"], "_moves": row["iterations_allowed"]}
    said = [f"{limit:g}{unit}" if unit == "s" else f"{limit}{unit}" for unit, limit in limits.items() if limit]
    return "-".join([row["instance"], row["config"].replace(" ", "_"), *said, f"seed{row['seed']}"]) + ".json"


def digest_of(path: Path) -> str:
    """Return the start of the file's hash: two files of one name are two instances."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def told(row: Row) -> str:
    """Return a row as one line for people."""
    who = f"{row['instance']}, {row['solver']} {row['config']}, seed {row['seed']}"
    if row["status"] == "unsupported":
        return f"{who}: unsupported, waits for {', '.join(row['waits_for'])}"
    if row["status"] in ("failed", "unread"):
        return f"{who}: {row['status']}, {row['faults'][0]}"
    gap = "" if row["gap_pct"] is None else f", gap {row['gap_pct']:.2f} %"
    out = f", {row['unassigned']} left out" if row["unassigned"] else ""
    fault = "" if row["feasible"] else f", INFEASIBLE: {row['faults'][0]}"
    return f"{who}: {row['objective']:.10g}{out}{gap}, {row['seconds']:.1f} s{fault}"


def _refuse_mixing(rows: list[Row], solver: str, version: str, out: Path) -> None:
    other = mixed_versions(rows, solver, version)
    if other is not None:
        raise FormatError(
            f"{out.name} has rows of {solver} {other}, and this is {version}: write to a new file, and compare the two"
        )


def _expand(paths: Sequence[Path]) -> tuple[Path, ...]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.iterdir() if item.suffix in INSTANCE_ENDINGS)
            if not inside:
                raise FormatError(f"{path}: no file that ends with {', '.join(INSTANCE_ENDINGS)}")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise FormatError(f"{path}: no such file or folder")
    return tuple(dict.fromkeys(found))


def _read_campaign(path: Path) -> Campaign:
    table = read_toml(path)
    only_known(table, {"instances", "seeds", "config", *SETTINGS}, where=path.name)
    patterns = list_of(table.get("instances"), str, "instances", where=path.name)
    found = [matches(path.parent, pattern) for pattern in patterns]
    empty = [pattern for pattern, paths in zip(patterns, found, strict=True) if not paths]
    if empty or not patterns:
        raise FormatError(f"{path.name}: instances name no file: {', '.join(empty) or 'the list is empty'}")
    common = {name: table[name] for name in SETTINGS if name in table}
    configs = [
        config_of(common | entry, k, where=path.name) for k, entry in enumerate(table.get("config", [{}]), start=1)
    ]
    if len({config.name for config in configs}) < len(configs):
        raise FormatError(f"{path.name}: two configurations have the same name")
    seeds = tuple(list_of(table.get("seeds", [1]), int, "seeds", where=path.name))
    return Campaign(_expand([item for paths in found for item in paths]), tuple(configs), seeds)
