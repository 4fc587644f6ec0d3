"""The folder of the next day: made apart, read back, and only then put in its place, all of it at once.

Beside the sheets it has what the branch keeps from day to day (policy, matrix, places), the published plans that go on,
and `archive`: a folder a day with the branch's files as they were, the plans that are over, and what became of each
order (`closed.csv`).
"""

from __future__ import annotations

import csv
import errno
import filecmp
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog
from optimizer.ingest.forms.columns import REQUIRED_SHEETS
from optimizer.ingest.forms.folder import sheet_files, workbook_in
from optimizer.ingest.forms.mapped import FILE as MAPPING
from optimizer.ingest.forms.typed_rows import sheet_text
from optimizer.ingest.places.own_tables import CORRECTIONS, PLACES
from optimizer.ingest.plans.published import last_day_of, published_folder
from optimizer.ingest.read import read_intake
from optimizer.travel.own_files import CSV_NAME, METRES_NAME, NPZ_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.day.close import ClosedDay
    from optimizer.faults.issues import IssueReport

#: The folder of the days that are over, in that of a branch.
ARCHIVE = "archive"
#: What became of each order, in the archive of a day.
CLOSED = "closed.csv"
#: What lies beside a workbook and belongs to its branch.
_BESIDE_WORKBOOK = (*(f"{name}.csv" for name in (*CORRECTIONS, *PLACES)), CSV_NAME, METRES_NAME, NPZ_NAME)


class NextFolderError(Exception):
    """The folder of the next day is there, and holds something else than what would be written."""


def refuse_json(branch: Path) -> None:
    """Raise where a branch is one JSON document: it belongs to the system that sends it.

    Raises
    ------
    InputError
    """
    if branch.suffix.lower() == ".json":
        log = IssueLog(form="json", file=branch.name)
        log.add("CLOSE_FORM", value=branch.name)
        raise InputError(log.report())


def write_next(closed: ClosedDay, branch: Path, out: Path) -> tuple[bool, IssueReport]:
    """Write the next day's folder as a whole; return whether it was not there yet, and what reading it back says.

    Raises
    ------
    InputError
        When what would be written cannot be read: nothing is.
    NextFolderError
        When the folder is there and differs: somebody has worked in it, or it is another day's.
    """
    target = Path(os.path.realpath(out))
    if target == Path(os.path.realpath(branch)):
        raise NextFolderError
    if out.exists() and not out.is_dir():
        raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(out))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as place:
        draft = Path(place) / target.name
        draft.mkdir()
        _fill(closed, branch, draft)
        report = read_intake(draft).report
        if report.has_errors:
            raise InputError(report)
        if target.exists() and any(target.iterdir()):
            if not _is_same(draft, target):
                raise NextFolderError
            return False, report
        draft.replace(target)
    return True, report


def _fill(closed: ClosedDay, branch: Path, draft: Path) -> None:
    for name, rows in closed.rows.items():
        if rows or name in REQUIRED_SHEETS:
            (draft / f"{name}.csv").write_text(sheet_text(name, rows), encoding="utf-8", newline="\n")
    archive = draft / ARCHIVE / closed.day.isoformat()
    archive.mkdir(parents=True)
    own, kept = files_of(branch)
    for path in own:
        shutil.copyfile(path, archive / path.name)
    for path in kept:
        shutil.copyfile(path, draft / path.name)
    for path in _plans(branch):
        last = last_day_of(path)
        home = draft / "published" if last is not None and last >= closed.day else archive / "published"
        home.mkdir(exist_ok=True)
        shutil.copyfile(path, home / path.name)
    earlier = branch / ARCHIVE
    for past in sorted(earlier.iterdir()) if earlier.is_dir() else ():
        if past.is_dir() and past.name != archive.name:
            shutil.copytree(past, draft / ARCHIVE / past.name, copy_function=_linked)
    with (archive / CLOSED).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["order_id", "state", "technician_id"])
        writer.writerows(
            [order.order_id, order.state, order.technician_id]
            for order in sorted(closed.orders, key=lambda one: one.order_id)
        )


def files_of(branch: Path) -> tuple[list[Path], list[Path]]:
    """Return the files that hold a branch's sheets, and those that it keeps from day to day."""
    if not branch.is_dir():
        return [branch], [path for name in _BESIDE_WORKBOOK if (path := branch.with_name(name)).is_file()]
    book, is_mapped = workbook_in(branch), (branch / MAPPING).exists()
    own = {path for _, path in sheet_files(branch)} | ({book} if book else set())
    files = [path for path in sorted(branch.iterdir()) if path.is_file() and not path.name.startswith((".", "~"))]
    if is_mapped:
        from optimizer.ingest.forms.mapped_files import files_meant
        from optimizer.ingest.mapping.reading import read_mapping

        mappings = read_mapping(branch, IssueLog(form="csv", file=branch.name)).values()
        own |= {branch / MAPPING, *(path for one in mappings if one.file for path in files_meant(branch, one.file))}
    return [path for path in files if path in own], [path for path in files if path not in own]


def _plans(branch: Path) -> Iterator[Path]:
    folder = published_folder(branch)
    yield from sorted(folder.glob("*.json")) if folder.is_dir() else ()


def _linked(source: str, target: str) -> str:
    """Copy a file that nobody changes any more: where the disk allows it, as another name of the same."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target


def _is_same(one: Path, other: Path) -> bool:
    """Return whether two folders hold the same files with the same bytes."""
    names = [
        sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()) for root in (one, other)
    ]
    return names[0] == names[1] and all(filecmp.cmp(one / name, other / name, shallow=False) for name in names[0])
