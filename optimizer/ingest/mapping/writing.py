"""Write `mapping.toml` for a person: every line in the branch's language, ready to be edited."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from optimizer.ingest.cells.words import word_label
from optimizer.ingest.forms.headers import label, normal, sheet_label
from optimizer.ingest.forms.mapped import ANY, FORMAT
from optimizer.ingest.mapping.proposing import Why

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.ingest.forms.mapped import SheetMapping
    from optimizer.ingest.mapping.proposing import Placed, Proposal
    from optimizer.text.catalogue import Translate


def mapping_text(
    mappings: Mapping[str, SheetMapping], proposal: Proposal, sheet: str, lang: str, say: Translate
) -> str:
    """Return the whole file: the sheet just looked at with its comments, the others as they were.

    Parameters
    ----------
    mappings
        What was settled before, by sheet.
    proposal
        Of `sheet`.
    """
    lines = [
        f"# {say('Written by paigong map, and read by every command that reads this branch. Edit it as you like:')}",
        f"# {say('what stands here stays when paigong map is run again; comments are written anew.')}",
        f"format = {_quoted(FORMAT)}",
    ]
    for name in dict.fromkeys((*mappings, sheet)):
        mapping = proposal.mapping if name == sheet else mappings[name]
        placed = proposal.placed if name == sheet else ()
        lines += ["", *_sheet(name, mapping, placed, proposal if name == sheet else None, lang, say)]
    return "\n".join(lines) + "\n"


def _sheet(
    sheet: str, mapping: SheetMapping, placed: Sequence[Placed], proposal: Proposal | None, lang: str, say: Translate
) -> Iterator[str]:
    name = sheet_label(sheet, "zh") if lang == "zh" else sheet
    yield f"[{_key(name)}]"
    if mapping.file:
        note = say("The file; * stands for what differs from day to day. Of several the last by its numbers is read.")
        yield f"# {note}"
        yield f"file = {_quoted(mapping.file)}"
    if mapping.tab:
        yield f"tab = {_quoted(mapping.tab)}"
    yield ""
    yield f"[{_key(name)}.columns]"
    note = say('Column of the file = our column; "" is not used.')
    yield f"# {note}"
    seen = {normal(one.title) for one in placed}
    for one in placed:
        yield f"{_quoted(one.title)} = {_quoted(_field(sheet, one.field, lang))}{_why(one, say)}"
    for title, field in mapping.columns.items():
        if title not in seen:
            yield f"{_quoted(title)} = {_quoted(_field(sheet, field or '', lang))}"
    unread = proposal.unread if proposal else {}
    for field in dict.fromkeys((*mapping.values, *unread)):
        yield ""
        yield f"[{_key(name)}.values.{_quoted(_field(sheet, field, lang))}]"
        for text, meant in mapping.values.get(field, {}).items():
            yield f"{_quoted(word_label(text, lang))} = {_quoted(word_label(meant, lang))}"
        for text in unread.get(field, ()):
            yield f'# {_quoted(text)} = ""  # {say("not understood; say what it means and take away the first #")}'
    guessed = proposal.guessed if proposal else ()
    for field, fill in mapping.fills.items():
        yield ""
        yield f"[{_key(name)}.fill.{_quoted(_field(sheet, field, lang))}]"
        if field in guessed:
            yield f"# {say('A guess: please check. An empty cell is filled by what the column named in by contains.')}"
        by = [_quoted(_field(sheet, one, lang)) for one in fill.by]
        yield f"by = {by[0] if len(by) == 1 else '[' + ', '.join(by) + ']'}"
        for text, value in fill.values.items():
            yield f"{_quoted(text if text == ANY else word_label(text, lang))} = {_quoted(value)}"


def _why(one: Placed, say: Translate) -> str:
    if one.why is Why.NEAR:
        return f"  # {say('by its name; please check')}"
    if one.why is Why.LOOK:
        return f"  # {say('by the look of its values; please check')}"
    return ""


def _field(sheet: str, field: str, lang: str) -> str:
    return label(sheet, field, lang) if field else ""


def _quoted(text: str) -> str:
    """Return a basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("_", "").isalnum() else _quoted(name)
