"""The published plans of a branch: one file a publishing, beside the branch's own files; no server needed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.ingest.plan_file import read_plan
from optimizer.ingest.write import write_text

if TYPE_CHECKING:
    from datetime import date, datetime

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})_planned_(\d{4}-\d{2}-\d{2}T\d{4})\.json")


def published_folder(branch: str | Path) -> Path:
    """Return where a branch keeps its published plans: `published` in its folder, or beside its one file."""
    path = Path(branch)
    return path / "published" if path.is_dir() else path.with_name(f"{path.stem}.published")


def publish_plan(plan_file: str | Path, problem: Problem, branch: str | Path) -> Path:
    """Keep a plan file as the plan to stay near, at once and as a whole; return where.

    Parameters
    ----------
    problem
        The problem of the plan file: its day and its moment name the copy.
    """
    folder = published_folder(branch)
    folder.mkdir(parents=True, exist_ok=True)
    as_of = problem.local_time(problem.as_of_s)
    target = folder / f"{problem.first_day.isoformat()}_planned_{as_of:%Y-%m-%dT%H%M}.json"
    write_text(Path(plan_file).read_text(encoding="utf-8"), target)
    return target


def published_plan(branch: str | Path, day: date, as_of: datetime) -> Plan | None:
    """Return the last plan published for a day by a moment (local time of the branch), `None` when there is none.

    Raises
    ------
    InputError
        When the file has faults.
    """
    newest: tuple[str, Path] | None = None
    folder = published_folder(branch)
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        if match and match[1] == day.isoformat() and match[2] <= f"{as_of:%Y-%m-%dT%H%M}":
            newest = max(newest, (match[2], path)) if newest else (match[2], path)
    return None if newest is None else read_plan(newest[1])[2]
