"""An upload laid out on disk as a branch: one JSON file, one workbook, or a folder of CSV files; and read from there.

Only child processes and workers do this. Reading is the same as the command line's, so that a plan asked for by HTTP is
the plan that `paigong plan` makes.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from api.refusals.refusal import by_language
from optimizer.domain.planning_context import Stage
from optimizer.domain.policy import BrokenLocks
from optimizer.ingest.forms.workbook_file import RefusedError, check_file
from optimizer.ingest.intake import Intake, ReadOptions
from optimizer.ingest.plans.published import published_folder
from optimizer.ingest.read import read_intake
from optimizer.travel.provider import checked_travel, travel_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.travel.matrix import TravelMatrix

JSON = "application/json"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ARCHIVE = "application/zip"
MEDIA_TYPES = (JSON, WORKBOOK, ARCHIVE)

#: What a branch's folder may hold; anything else in an archive is left out, as it would be in a folder.
_SUFFIXES = (".csv", ".toml", ".npz")
MAX_MEMBERS = 100
#: Bytes of a file's name that every file system takes.
MAX_NAME = 200


class ArchiveError(Exception):
    """An archive is not unpacked; `reason` says why, by language."""

    def __init__(self, sentence: str, **values: object) -> None:
        self.reason = by_language(sentence, **values)
        super().__init__(self.reason["en"])


@dataclass(frozen=True, slots=True)
class Laid:
    """A branch on disk, read; `own` is the matrix that it brings, read to be checked."""

    path: Path
    intake: Intake
    own: TravelMatrix | None = None

    def matrix(self) -> TravelMatrix:
        """Return the travel of the branch."""
        problem = self.intake.checked()
        return travel_for(problem, self.path) if self.own is None else self.own

    def with_travel(self) -> tuple[Intake, TravelMatrix]:
        """Return all of it, for when its folder is gone."""
        return self.intake, self.matrix()


def lay_out(content: bytes, media_type: str, folder: Path) -> Path:
    """Write an upload into a folder; return the path that a branch is read from.

    Raises
    ------
    ArchiveError
        When an archive is none, is encrypted, or inflates to too much.
    """
    if media_type == ARCHIVE:
        return _unpack(content, folder / "branch")
    path = folder / ("branch.json" if media_type == JSON else "branch.xlsx")
    path.write_bytes(content)
    return path


def read(path: Path, options: dict[str, Any]) -> Laid:
    """Return what a branch on disk holds, read as a job's options say; its travel is checked.

    Raises
    ------
    optimizer.InputError
        When its travel file has faults, or nobody knows the travel of a shift.
    """
    as_of = options.get("as_of")
    intake = read_intake(
        path,
        ReadOptions(
            stage=Stage(options["stage"]),
            as_of=None if as_of is None else datetime.fromisoformat(as_of),
            days=options.get("days"),
            skip_bad=bool(options.get("skip_bad")),
            # Submissions of earlier versions do not say, and were taken.
            refuse_unknown=options.get("allow_unknown") is False,
            datum=options.get("datum"),
        ),
    )
    if intake.problem is None:
        return Laid(path, intake)
    broken_locks = options.get("broken_locks")
    if broken_locks is not None:
        policy = replace(intake.problem.policy, broken_locks=BrokenLocks(broken_locks))
        intake = replace(intake, problem=replace(intake.problem, policy=policy))
    assert intake.problem is not None
    own, doubts = checked_travel(intake.problem, path)
    return Laid(path, replace(intake, report=intake.report.with_more(doubts)), own)


def lay_published(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Put published plans where a branch on disk keeps them."""
    folder = published_folder(path)
    for name, content in files:
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)


def _unpack(content: bytes, folder: Path) -> Path:
    """Unpack the files of a branch; the archive's own folder, if it has one, is looked through."""
    try:
        check_file(content)
    except RefusedError as refused:
        raise ArchiveError(_REASONS.get(refused.code, _BROKEN)) from refused
    folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(members) > MAX_MEMBERS:
            raise ArchiveError("it holds more than {count} files", count=MAX_MEMBERS)
        for entry in members:
            # Only the last part of a name is used: nothing is written beside the folder.
            name = PurePosixPath(_name_of(entry).replace("\\", "/")).name
            if name.lower().endswith(_SUFFIXES) and not name.startswith("."):
                if len(name.encode()) > MAX_NAME:
                    raise ArchiveError("a name in it is too long")
                if (folder / name).exists():
                    raise ArchiveError("it holds two files of one name")
                (folder / name).write_bytes(_member(archive, entry))
    return folder


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    # A RuntimeError is what the library says of a way of packing that it does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise ArchiveError(_BROKEN) from error


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Return a member's name; Windows in China writes names in GBK and does not say so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return entry.filename


_BROKEN = "it is broken"
_REASONS = {
    "WORKBOOK_OLD": "it is no zip archive",
    "WORKBOOK_KIND": "it is no zip archive",
    "WORKBOOK_PASSWORD": "it is encrypted",
    "WORKBOOK_ENTRIES": "it has too many entries",
    "WORKBOOK_INFLATES": "it inflates to too much",
    "WORKBOOK_DOCTYPE": "a file in it declares a document type",
}
