"""The language that a branch speaks, before all of it is read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from optimizer.faults.decoding import read_text
from optimizer.faults.issues import IssueLog
from optimizer.ingest.build.region import region_of
from optimizer.ingest.forms.headers import sheet_named
from optimizer.ingest.forms.sheets import check_cells, read_json_sheet
from optimizer.ingest.forms.tables import read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.ingest.forms.sheets import RawSheet


def branch_language(path: Path) -> str:
    """Return the language that a branch's own row says or implies; empty where that is not quickly read.

    What is wrong with the row is said by whoever reads all of the branch.
    """
    try:
        if path.is_dir():
            raw, form = _of_folder(path), "csv"
        elif path.suffix.lower() == ".json":
            raw, form = _of_json(path), "json"
        else:
            return ""
    except (OSError, ValueError, RecursionError):
        return ""
    if raw is None:
        return ""
    rows = check_cells([raw], IssueLog(form=form, file=path.name)).branch.readable()
    return region_of(rows[0].row).language if rows else ""


def _of_folder(folder: Path) -> RawSheet | None:
    log = IssueLog(form="csv", file=folder.name)
    files = (path for path in sorted(folder.glob("*.csv")) if sheet_named(path.stem) == "branch")
    text = next((read_text(path, log, is_sheet=True) for path in files), None)
    return None if text is None else read_csv("branch", text, log)


def _of_json(path: Path) -> RawSheet | None:
    document = json.loads(path.read_bytes())
    found = document.get("branch") if isinstance(document, dict) else None
    return read_json_sheet("branch", found, IssueLog(form="json", file=path.name)) if isinstance(found, dict) else None
