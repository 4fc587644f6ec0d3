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
from optimizer.ingest.forms.workbook import SUFFIXES as WORKBOOK_SUFFIXES

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.faults.issues import IssueLog

#: Sheets that a branch folder may hold and that are read elsewhere.
_OTHER_SHEETS = {"matrix", "matrix_metres", "places", "地名", "corrections", "地址更正"}

#: What the name of a sheet's text may end in beside `.csv`: with tabs, and as "Unicode text".
_OTHER_TEXTS = (".tsv", ".txt")


def workbook_in(folder: Path) -> Path | None:
    """Return the one workbook that a folder holds in the place of sheets, if it does."""
    books = [path for path in _visible(folder) if path.suffix.lower() in WORKBOOK_SUFFIXES]
    return books[0] if len(books) == 1 and not sheet_files(folder) else None


def sheet_files(folder: Path) -> list[tuple[str, Path]]:
    """Return the files of a folder that are sheets of ours, each with its sheet; other texts count without a CSV."""
    named = [(name, path) for path in _visible(folder) if (name := sheet_named(path.stem)) is not None]
    tables = [(name, path) for name, path in named if path.suffix.lower() == ".csv"]
    others = [(name, path) for name, path in named if path.suffix.lower() in _OTHER_TEXTS]
    return tables + [(name, path) for name, path in others if name not in dict(tables)]


def _visible(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith((".", "~"))]


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
    for name, path in sheet_files(folder):
        if name in files:
            log.add("SHEET_TWICE", value=files[name].name, **{**location_of(name, log, None), "file": path.name})
        else:
            files[name] = path
    tables = [path for path in _visible(folder) if path.suffix.lower() == ".csv" and sheet_named(path.stem) is None]
    unknown = [path for path in tables if path.stem not in _OTHER_SHEETS and not is_note(path.stem)]
    return files, unknown
