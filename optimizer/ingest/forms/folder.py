"""Read a folder of CSV files as a branch: one file a sheet, by our name for it or by the branch's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.faults.decoding import read_text
from optimizer.faults.issues import Source, nearest
from optimizer.ingest.forms.columns import REQUIRED_SHEETS, SHEETS
from optimizer.ingest.forms.flat import is_without_customers
from optimizer.ingest.forms.headers import is_note, sheet_label, sheet_named
from optimizer.ingest.forms.mapped import FILE, NO_MAPPINGS, UNMAPPED
from optimizer.ingest.forms.mapped_files import file_meant, files_meant
from optimizer.ingest.forms.sheets import RawSheet, location_of
from optimizer.ingest.forms.tables import read_csv
from optimizer.ingest.forms.workbook import SUFFIXES, read_mapped_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from optimizer.faults.issues import IssueLog
    from optimizer.ingest.forms.mapped import SheetMapping

#: Sheets that a branch folder may hold and that are read elsewhere.
_OTHER_SHEETS = {"matrix", "matrix_metres", "places", "地名", "corrections", "地址更正"}

#: What the name of a sheet's text may end in beside `.csv`: with tabs, and as "Unicode text".
_OTHER_TEXTS = (".tsv", ".txt")


def workbook_in(folder: Path) -> Path | None:
    """Return the one workbook that a folder holds in the place of sheets, if it does and no mapping says more."""
    if (folder / FILE).exists():
        return None
    books = [path for path in _visible(folder) if path.suffix.lower() in SUFFIXES]
    return books[0] if len(books) == 1 and not sheet_files(folder) else None


def sheet_files(folder: Path) -> list[tuple[str, Path]]:
    """Return the files of a folder that are sheets of ours, each with its sheet; other texts count without a CSV."""
    named = [(name, path) for path in _visible(folder) if (name := sheet_named(path.stem)) is not None]
    tables = [(name, path) for name, path in named if path.suffix.lower() == ".csv"]
    others = [(name, path) for name, path in named if path.suffix.lower() in _OTHER_TEXTS]
    return tables + [(name, path) for name, path in others if name not in dict(tables)]


def _visible(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith((".", "~"))]


def read_folder(folder: Path, log: IssueLog, mappings: Mapping[str, SheetMapping] = NO_MAPPINGS) -> list[RawSheet]:
    """Return the sheets of a folder, and note which files are missing, unknown or there twice.

    Parameters
    ----------
    mappings
        What the branch says of its own files, by sheet.
    """
    files, unknown, lost = _files_of_ours(folder, mappings, log)
    is_chinese = any(not path.name.isascii() for path in files.values())
    absent = [name for sheet in SHEETS if sheet not in files for name in (sheet, sheet_label(sheet, "zh"))]
    for path in unknown:
        near = nearest(path.stem, absent)
        log.add("FILE_UNKNOWN", value=path.name, near=f"{near}.csv" if near else "")
    raws: list[RawSheet] = []
    for name in SHEETS:
        if name in files:
            log.sources[name] = Source(files[name].name)
            raws.append(_read_file(name, files[name], log, mappings.get(name, UNMAPPED)))
        elif name in lost:
            raws.append(RawSheet(name, is_given=False, is_unread=True))
    for name in REQUIRED_SHEETS:
        if name not in files and name not in lost and not (name == "customers" and is_without_customers(raws)):
            wanted = sheet_label(name, "zh") if is_chinese else name
            stems = [path.stem for path in unknown]
            near = nearest(wanted, stems) or nearest(name, stems)
            location = {**location_of(name, log, None), "file": f"{wanted}.csv"}
            log.add("FILE_MISSING", near=f"{near}.csv" if near else "", **location)
    return raws


def _read_file(name: str, path: Path, log: IssueLog, mapping: SheetMapping) -> RawSheet:
    if path.suffix.lower() in SUFFIXES:
        return read_mapped_workbook(name, path, log, mapping)
    text = read_text(path, log, is_sheet=True)
    return RawSheet(name, is_given=False, is_unread=True) if text is None else read_csv(name, text, log, mapping)


def _files_of_ours(
    folder: Path, mappings: Mapping[str, SheetMapping], log: IssueLog
) -> tuple[dict[str, Path], list[Path], set[str]]:
    """Return the file of each sheet, the CSV files that are none, and the sheets whose mapped file is not there."""
    patterns = {sheet: mapping.file for sheet, mapping in mappings.items() if mapping.file}
    meant = {sheet: file_meant(folder, pattern, log) for sheet, pattern in patterns.items()}
    claimed = {path for pattern in patterns.values() for path in files_meant(folder, pattern)}
    files = {sheet: path for sheet, path in meant.items() if path is not None}
    for name, path in sheet_files(folder):
        if path in claimed:
            continue
        if name in files:
            log.add("SHEET_TWICE", value=files[name].name, **{**location_of(name, log, None), "file": path.name})
        else:
            files[name] = path
    tables = [path for path in _visible(folder) if path.suffix.lower() == ".csv" and sheet_named(path.stem) is None]
    others = [path for path in tables if path not in claimed and path.stem not in _OTHER_SHEETS]
    unknown = [path for path in others if not is_note(path.stem)]
    return files, unknown, {sheet for sheet, path in meant.items() if path is None}
