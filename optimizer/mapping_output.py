"""What `paigong map` does: look at a file of the branch's own, write `mapping.toml` beside the branch, and say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog
from optimizer.ingest.forms.headers import label, sheet_named
from optimizer.ingest.forms.mapped import FILE, UNMAPPED
from optimizer.ingest.forms.mapped_files import pattern_of
from optimizer.ingest.forms.workbook import SUFFIXES
from optimizer.ingest.mapping.own_table import read_own_table, staff_of
from optimizer.ingest.mapping.proposing import Proposal, Why, propose
from optimizer.ingest.mapping.reading import read_mapping
from optimizer.ingest.mapping.writing import mapping_text
from optimizer.text.files import write_text

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.text.catalogue import Translate


def write_mapping(file: Path, branch: Path | None, sheet: str | None, lang: str, say: Translate) -> list[str]:
    """Write how a file is read, and return what is to be said about it, line by line.

    Parameters
    ----------
    branch
        The folder of the branch, or its one workbook; `None`: the folder that the file lies in.
    sheet
        Which of our sheets the file is, by any name of it; `None`: the one that the file is named like, else orders.

    Raises
    ------
    InputError
        When the file cannot be read, or an earlier mapping has faults.
    """
    folder = file.parent if branch is None else branch if branch.is_dir() else branch.parent
    log = IssueLog(form="xlsx" if file.suffix.lower() in SUFFIXES else "csv", file=file.name)
    asked = sheet or sheet_named(file.stem) or "orders"
    name = sheet_named(asked)
    if name is None:
        log.add("MAPPING_KEY", column=asked)
    if file.is_dir():
        log.add("MAPPING_FOLDER", files=_tables_in(file))
        raise InputError(log.report())
    before = read_mapping(folder, log)
    table = None if name is None else read_own_table(file, name, before.get(name, UNMAPPED), log)
    if log.has_errors or table is None or name is None:
        raise InputError(log.report())
    is_branch = branch == file or (branch is None and table.is_branch)
    skills, people = staff_of(file if is_branch else folder)
    proposal = propose(
        name,
        table.titles,
        table.rows,
        before=before.get(name, UNMAPPED),
        file="" if is_branch else _pattern(file, folder),
        tab=table.tab,
        skills=skills,
        people=people,
    )
    target = folder / FILE
    write_text(mapping_text(before, proposal, name, lang, say), target)
    return [*_lines(name, proposal, lang, say), say("Written to {folder}", folder=str(target))]


def _tables_in(folder: Path) -> str:
    """Return the names of the tables in a folder, those first that have no name of ours."""
    tables = [one for one in folder.iterdir() if one.suffix.lower() in (*SUFFIXES, ".csv")]
    tables.sort(key=lambda one: (sheet_named(one.stem) is not None, one.name))
    return ", ".join(one.name for one in tables)


def _pattern(file: Path, folder: Path) -> str:
    """Return the name of a file for tomorrow; one that lies elsewhere is found by its way from the branch."""
    if file.resolve().parent == folder.resolve():
        return pattern_of(file.name)
    return (file.resolve().parent / pattern_of(file.name)).as_posix()


def _lines(sheet: str, proposal: Proposal, lang: str, say: Translate) -> list[str]:
    reasons = {
        Why.KEPT: say("as before"),
        Why.NAMED: say("of that name"),
        Why.NEAR: say("by its name; please check"),
        Why.LOOK: say("by the look of its values; please check"),
    }
    lines = [
        say("{title} -> {column} ({why})", title=one.title, column=label(sheet, one.field, lang), why=reasons[one.why])
        for one in proposal.placed
        if one.field
    ]
    unused = [one.title for one in proposal.placed if not one.field]
    if unused:
        lines.append(say("Not used: {titles}", titles=", ".join(unused)))
    for field in proposal.guessed:
        column = label(sheet, field, lang)
        lines.append(say("{column}: the file has none; a guess by what the order is about was written.", column=column))
    for field, words in proposal.unread.items():
        column = label(sheet, field, lang)
        lines.append(say("{column}: not understood: {words}", column=column, words=", ".join(words)))
    for field in proposal.missing:
        lines.append(
            say("{column}: nothing in the file fills it, and it is required.", column=label(sheet, field, lang))
        )
    if sheet == "orders" and not {"skills"} & {*proposal.mapping.fills, *(one.field for one in proposal.placed)}:
        lines.append(say("No order names a skill: anybody may be sent. Add a table fill for the column skills if not."))
    return lines
