"""Which file of a folder a mapping means: its name, with `*` for what differs from day to day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.faults.issues import IssueLog

_DIGITS = re.compile(r"\d+")


def pattern_of(name: str) -> str:
    """Return a file's name with `*` for its numbers: tomorrow's file has others.

    >>> pattern_of("工单导出20261130.csv"), pattern_of("11月30日(2).xlsx"), pattern_of("报修.csv")
    ('工单导出*.csv', '*月*日(*).xlsx', '报修.csv')
    """
    head, dot, ending = name.rpartition(".")
    return f"{_DIGITS.sub('*', head)}{dot}{ending}" if head else name


def files_meant(folder: Path, pattern: str) -> list[Path]:
    """Return the files that a name with `*` means, the latest by the numbers in their names last."""
    inside, _, name = pattern.rpartition("/")
    means = re.compile(".*".join(map(re.escape, name.split("*"))))
    directory = folder / inside
    paths = directory.iterdir() if directory.is_dir() else ()
    found = [path for path in paths if means.fullmatch(path.name) and path.is_file() and path.name[0] not in ".~"]
    return sorted(found, key=_by_numbers)


def file_meant(folder: Path, pattern: str, log: IssueLog) -> Path | None:
    """Return the one file that is meant, `None` after noting that there is none; of several the last by its numbers."""
    found = files_meant(folder, pattern)
    if not found:
        log.add("MAPPING_NO_FILE", value=pattern)
        return None
    if len(found) > 1:
        log.add("MAPPING_LAST_FILE", file=found[-1].name, value=pattern, count=len(found))
    return found[-1]


def _by_numbers(path: Path) -> tuple[list[int], str]:
    return [int(digits) for digits in _DIGITS.findall(path.stem)], path.name
