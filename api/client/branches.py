"""A branch in any form, as the body of a request; paths and queries of requests."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.problem import Problem

#: A branch: its JSON form, a `Problem`, or the path of a .json, .xlsx or .zip file or of a folder of CSV files.
BranchSource: TypeAlias = "Mapping[str, Any] | Problem | str | os.PathLike[str]"

JSON = "application/json"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ARCHIVE = "application/zip"
_MEDIA_TYPES = {".json": JSON, ".xlsx": _WORKBOOK, ".zip": _ARCHIVE}
#: What of a folder is a branch: sheets, a policy's profile, a travel matrix.
_SHEET_SUFFIXES = (".csv", ".toml", ".npz")


def path_of(job_id: str, rest: str = "") -> str:
    """Return the path of a job, or of what lies below it."""
    return f"/v1/plans/{quote(job_id, safe='')}{rest}"


def query_of(**given: object) -> dict[str, str]:
    """Return parameters as the service takes them, without those that say nothing."""
    as_of = given.get("as_of")
    if as_of is not None and not isinstance(as_of, str):
        # A second that cannot be sent is refused by name, not cut off.
        given["as_of"] = as_of.isoformat()  # type: ignore[attr-defined]
    said = {name: value for name, value in given.items() if value is not None and value is not False}
    return {name: "true" if value is True else str(value) for name, value in said.items()}


def json_bytes(document: object) -> bytes:
    """Return a JSON document as it is sent."""
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def content_of(branch: BranchSource) -> tuple[bytes, str]:
    """Return a branch as it is sent, and its media type."""
    if isinstance(branch, (str, os.PathLike)):
        path = Path(branch)
        if path.is_dir():
            return _zipped(path), _ARCHIVE
        media_type = _MEDIA_TYPES.get(path.suffix.lower())
        if media_type is None:
            raise ValueError(f"branch: '{path}' is no branch; expected .json, .xlsx, .zip or a folder of CSV files")
        return path.read_bytes(), media_type
    return json_bytes(_as_json(branch, "a dict, a Problem or a path")), JSON


def named_or_json(branch: Mapping[str, Any] | Problem | str) -> object:
    """Return a branch as it is sent along with a plan: its name, or its JSON form."""
    return branch if isinstance(branch, str) else _as_json(branch, "a dict, a Problem, a job's id or 'newest'")


def _as_json(branch: object, expected: str) -> object:
    if hasattr(branch, "keys"):
        return branch
    from optimizer.domain.problem import Problem
    from optimizer.ingest.write import problem_to_json

    if not isinstance(branch, Problem):
        raise TypeError(f"branch is a {type(branch).__name__}; expected {expected}")
    return problem_to_json(branch)


def _zipped(folder: Path) -> bytes:
    """Return the files of a branch as an archive; the same files give the same bytes, as an Idempotency-Key asks.

    Raises
    ------
    ValueError
        When there is no CSV file.
    """
    paths = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _SHEET_SUFFIXES and not path.name.startswith((".", "~")) and path.is_file()
    )
    if not any(path.suffix.lower() == ".csv" for path in paths):
        raise ValueError(f"branch: the folder '{folder}' has no .csv file; expected a folder of a branch's CSV files")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return made.getvalue()
