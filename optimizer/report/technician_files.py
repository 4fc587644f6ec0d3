"""One page per technician: his own day, parts, loans and calls, and nobody else's customers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from optimizer.report.paper_view import ListView, SheetView, sheet_views
from optimizer.report.templating import render
from optimizer.report.wording import Wording
from optimizer.text.files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from optimizer.domain.problem import Problem
    from optimizer.domain.technician import Technician
    from optimizer.report.papers.model import Paper, Papers

#: Stands in the head of each file that we write, so that a later run knows it as ours.
MARK = '<meta name="generator" content="Paigong technician file">'
_HEAD_BYTES = 2000

#: Names that Windows keeps for devices, whatever follows the first dot.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)($|\.)", re.IGNORECASE)
_LONGEST_BYTES = 160


def write_technician_files(
    problem: Problem, papers: Papers, folder: Path, lang: str, *, sheets: Sequence[SheetView] | None = None
) -> list[Path]:
    """Write one self-contained page per technician with a route, named `T01-陈立新.html`; return the paths.

    Each file appears as a whole or not at all. Files that an earlier run wrote for technicians who have no route now
    are removed; files that are not ours stay.

    Parameters
    ----------
    papers
        The papers of a plan, in the same language.
    sheets
        All route sheets of the papers, if somebody else draws them, too.
    """
    all_sheets = sheets or sheet_views(papers)
    wording = Wording(lang, problem.branch.region)
    technicians = list({sheet.technician.technician_id: sheet.technician for sheet in papers.route_sheets}.values())
    pages = {
        folder / f"{stem}.html": _page(problem, papers, all_sheets, technician, wording)
        for stem, technician in zip(safe_stems(technicians), technicians, strict=True)
    }
    folder.mkdir(parents=True, exist_ok=True)
    remove_stale(folder, keep={path.name for path in pages})
    for path, page in pages.items():
        with replacing(path) as draft:
            draft.write_text(page, encoding="utf-8", newline="\n")
    return list(pages)


def technician_page(problem: Problem, papers: Papers, technician_id: str, lang: str) -> str | None:
    """Return the self-contained page of one technician; `None` where the plan has no route for this person."""
    technician = problem.technician_by_id.get(technician_id)
    if technician is None or not papers.route_sheets_of(technician_id):
        return None
    sheets = [SheetView(sheet) for sheet in papers.route_sheets_of(technician_id)]
    return _page(problem, papers, sheets, technician, Wording(lang, problem.branch.region))


def _page(
    problem: Problem, papers: Papers, sheets: Sequence[SheetView], technician: Technician, wording: Wording
) -> str:
    who = technician.technician_id
    lists = (papers.call_list, papers.pick_list, papers.tool_list, papers.loan_card)
    own = [_own_lines(paper, who) for paper in lists]
    when = wording.horizon(problem)
    return render(
        "technician.html.jinja",
        "print.js",
        wording,
        mark=MARK,
        problem=problem,
        sheets=[sheet for sheet in sheets if sheet.technician.technician_id == who],
        lists=[ListView(paper, wording, when, is_wide=True) for paper in own if paper.lines],
    )


def _own_lines(paper: Paper, technician_id: str) -> Paper:
    """Return a list with one technician's lines alone; the note is about everybody, so it goes too."""
    return replace(paper, lines=tuple(line for line in paper.lines if line.technician_id == technician_id), note="")


def safe_stems(technicians: Iterable[Technician]) -> list[str]:
    """Return a file name for each technician, without suffix: readable, allowed everywhere, no two alike.

    Letters and digits of any script stay; names that differ in case alone count as alike, as they do on many disks.
    """
    stems: list[str] = []
    used: set[str] = set()
    for technician in technicians:
        plain = _plain("-".join(part for part in (technician.technician_id, technician.name) if part.strip()))
        stem, number = plain, 1
        while unicodedata.normalize("NFKC", stem).casefold() in used:
            number += 1
            stem = f"{plain}-{number}"
        used.add(unicodedata.normalize("NFKC", stem).casefold())
        stems.append(stem)
    return stems


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    text = "".join(c if c.isalnum() or c in "-_ " else "_" for c in text)
    text = text.encode()[:_LONGEST_BYTES].decode(errors="ignore").strip(" -") or "_"
    return f"_{text}" if _RESERVED.match(text) else text


def remove_stale(folder: Path, keep: set[str]) -> None:
    """Remove the files of an earlier run that this one does not write again."""
    for path in sorted(folder.glob("*.html")):
        if path.name not in keep and path.is_file() and not path.is_symlink() and _is_ours(path):
            path.unlink()


def _is_ours(path: Path) -> bool:
    with path.open("rb") as stream:
        return MARK.encode() in stream.read(_HEAD_BYTES)
