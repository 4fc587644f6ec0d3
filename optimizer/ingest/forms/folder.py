"""Read a folder of CSV files as a branch: one file a sheet, by our name for it or by the branch's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.faults.decoding import read_text
from optimizer.faults.issues import Source, nearest
from optimizer.ingest.forms.columns import REQUIRED_SHEETS, SHEETS
from optimizer.ingest.forms.flat import is_without_customers
from optimizer.ingest.forms.headers import is_note, sheet_label, sheet_named
from optimizer.ingest.forms.sheets import RawSheet, location_of
from optimizer.ingest.forms.tables import read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.faults.issues import IssueLog

#: Sheets that a branch folder may hold and that are read elsewhere.
_OTHER_SHEETS = {"matrix", "matrix_metres", "places", "地名", "corrections", "地址更正"}


def read_folder(folder: Path, log: IssueLog) -> list[RawSheet]:
    """Return the sheets of a folder, and note which files are missing, unknown or there twice."""
    files, unknown = _files_of_ours(folder, log)
    is_chinese = any(not path.name.isascii() for path in files.values())
    absent = [name for sheet in SHEETS if sheet not in files for name in (sheet, sheet_label(sheet, "zh"))]
    for path in unknown:
        near = nearest(path.stem, absent)
        log.add("FILE_UNKNOWN", value=path.name, near=f"{near}.csv" if near else "")
    raws: list[RawSheet] = []
    for name in SHEETS:
        if name in files:
            log.sources[name] = Source(files[name].name)
            text = read_text(files[name], log, is_sheet=True)
            raws.append(RawSheet(name, is_given=False, is_unread=True) if text is None else read_csv(name, text, log))
    for name in REQUIRED_SHEETS:
        if name not in files and not (name == "customers" and is_without_customers(raws)):
            wanted = sheet_label(name, "zh") if is_chinese else name
            stems = [path.stem for path in unknown]
            near = nearest(wanted, stems) or nearest(name, stems)
            location = {**location_of(name, log, None), "file": f"{wanted}.csv"}
            log.add("FILE_MISSING", near=f"{near}.csv" if near else "", **location)
    return raws


def _files_of_ours(folder: Path, log: IssueLog) -> tuple[dict[str, Path], list[Path]]:
    """Return the file of each sheet, and the CSV files that are none."""
    files: dict[str, Path] = {}
    unknown: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv" or path.name.startswith((".", "~")):
            continue
        name = sheet_named(path.stem)
        if name is None:
            if path.stem not in _OTHER_SHEETS and not is_note(path.stem):
                unknown.append(path)
        elif name in files:
            log.add("SHEET_TWICE", value=files[name].name, **{**location_of(name, log, None), "file": path.name})
        else:
            files[name] = path
    return files, unknown
