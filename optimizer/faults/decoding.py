"""Bytes to text to JSON, strictly: what is not plainly right is named, never guessed."""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from optimizer.faults.issues import Phrase
from optimizer.text.machine_errors import reader_words, system_words

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.faults.issues import IssueLog

MAX_BYTES = 25_000_000
MAX_PLAN_BYTES = 400_000_000
MAX_DEPTH = 32
MAX_JSON_INT = 10**9
#: Characters of a number; a float written out in full has at most 25.
MAX_NUMBER = 400

#: Bytes of a text that are looked at for UTF-16 without a mark, and zero bytes on one side that show it: the marks
#: between the cells of a header have one each.
_LOOKED_AT, _LEAST_ZEROS = 4_000, 4

#: How workbooks, old and new, and web pages begin.
_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_PAGES = (b"<html", b"<!doctype html", b"<table", b"<?xml")

#: A string, also an unclosed one: it matches wherever it begins, so that hostile text costs no more than a pass.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_LONG_NUMBER = re.compile(r"[\d.eE+-]{10,}", re.ASCII)
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_MAYBE_HALF = re.compile(r"\\u[dD]")
_INTEGER = re.compile(r"-?\d+", re.ASCII)
_ESCAPES = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)


def read_bytes(path: Path, log: IssueLog, *, file: str = "", limit: int = MAX_BYTES) -> bytes | None:
    """Return what a file holds, or `None` after noting why it cannot be read."""
    name = file or path.name
    if path.is_dir():
        log.add("FILE_IS_FOLDER", file=name)
        return None
    try:
        size = path.stat().st_size
        if size > limit:
            log.add("FILE_TOO_LARGE", file=name, size=size, limit=limit)
            return None
        return path.read_bytes()
    except OSError as error:
        log.add("FILE_UNREADABLE", file=name, error=Phrase(system_words(error)))
        return None


def read_text(
    path: Path, log: IssueLog, *, file: str = "", limit: int = MAX_BYTES, is_sheet: bool = False
) -> str | None:
    """Return a file's text, or `None` after noting why there is none.

    Parameters
    ----------
    is_sheet
        Read what spreadsheets save as text, too: GB18030 and UTF-16.
    """
    content = read_bytes(path, log, file=file, limit=limit)
    return None if content is None else decode_text(content, log, file=file or path.name, is_sheet=is_sheet)


def decode_text(content: bytes, log: IssueLog, *, file: str, is_sheet: bool = False) -> str | None:
    """Return the text of UTF-8 bytes, with or without a byte order mark, or note the first byte that is none.

    A sheet may be UTF-16, and one that is GB18030 is read as such, with a warning; one that is UTF-8 but for some
    broken bytes is not.
    """
    kind = _no_text(content) if is_sheet else ""
    if kind:
        log.add(kind, file=file)
        return None
    wide = _utf_16(content)
    if wide and is_sheet:
        try:
            return content.decode(wide).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            log.add("FILE_ENCODING", file=file, offset=error.start)
            return None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        log.add("FILE_UTF16", file=file)
        return None
    has_mark = content.startswith(codecs.BOM_UTF8)
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + (len(codecs.BOM_UTF8) if has_mark else 0)
    if is_sheet and not has_mark and not _is_damaged_utf8(content):
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            pass
        else:
            log.add("FILE_GB18030", file=file)
            return text
    log.add("FILE_ENCODING", file=file, offset=offset)
    return None


def _no_text(content: bytes) -> str:
    """Return the fault of a file that is called a text and is a workbook or a web page, as some systems export them."""
    if content.startswith(_WORKBOOK):
        return "FILE_WORKBOOK"
    if content.startswith(_OLD_WORKBOOK):
        return "WORKBOOK_OLD"
    return "FILE_HTML" if content[:_LOOKED_AT].lstrip(codecs.BOM_UTF8 + b" \r\n\t").lower().startswith(_PAGES) else ""


def _utf_16(content: bytes) -> str:
    """Return the name of the UTF-16 that a text is in, by its mark or by where its zero bytes lie, else nothing."""
    if content.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if content.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    even, odd = (content[side:_LOOKED_AT:2].count(0) for side in (0, 1))
    if min(even, odd) or max(even, odd) < _LEAST_ZEROS or len(content) % 2:
        return ""
    return "utf-16-le" if odd else "utf-16-be"


def _is_damaged_utf8(content: bytes) -> bool:
    """Return whether more of the characters beyond ASCII are UTF-8 than not; in GB18030 hardly any are by chance."""
    text = content.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return sum(not character.isascii() for character in text) - broken > broken


def decode_json(text: str, log: IssueLog) -> Any:
    """Return the value of a JSON text, or `None` after noting every way in which it is not strict JSON.

    Refused are doubled keys, `NaN` and infinite numbers, half characters, nesting deeper than 32 and integers of
    more than ten digits: common decoders let each of them pass, and each has broken a service somewhere.
    """
    if not text.strip():
        log.add("JSON_SYNTAX", error=Phrase("it is empty"), line=1, position=1)
        return None
    noted = _note_shape(text, log)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal noted
        entries = dict(pairs)
        if len(entries) < len(pairs):
            count = Counter(name for name, _ in pairs)
            for name in sorted(name for name in count if count[name] > 1):
                log.add("JSON_DUPLICATE_KEY", value=name)
            noted = True
        return entries

    def finite(literal: str) -> float:
        nonlocal noted
        number = float(literal)
        if number - number != 0:  # infinite, or not a number
            log.add("JSON_NOT_FINITE", value=literal)
            noted = True
        return number

    if noted:
        return None
    try:
        value = json.loads(text, object_pairs_hook=unique, parse_constant=finite, parse_float=finite)
    except json.JSONDecodeError as error:
        log.add("JSON_SYNTAX", error=Phrase(reader_words(error)), line=error.lineno, position=error.colno)
        return None
    except RecursionError:
        log.add("JSON_TOO_DEEP", limit=MAX_DEPTH)
        return None
    return None if noted else value


def _note_shape(text: str, log: IssueLog) -> bool:
    """Note too deep nesting, too long integers and half characters, before a decoder sees them."""
    noted = False
    for match in _STRING.finditer(text) if _MAYBE_HALF.search(text) else ():
        half = _half_character(match[0]) if "\\u" in match[0] else ""
        if half:
            log.add("JSON_SURROGATE", value=half)
            noted = True
    bare = _STRING.sub("", text)
    for match in _LONG_NUMBER.finditer(bare):
        token = match[0]
        if len(token) > MAX_NUMBER or (
            _INTEGER.fullmatch(token) and (len(token) > 11 or abs(int(token)) > MAX_JSON_INT)
        ):
            log.add("JSON_INT", value=token, limit=MAX_JSON_INT)
            noted = True
    if _is_too_deep(_NO_BRACKETS.sub("", bare)):
        log.add("JSON_TOO_DEEP", limit=MAX_DEPTH)
        noted = True
    return noted


def _is_too_deep(brackets: str) -> bool:
    """Return whether brackets nest deeper than allowed, from the inside out; what does not close is no JSON."""
    for _ in range(MAX_DEPTH):
        left = brackets.replace("[]", "").replace("{}", "")
        if not left or left == brackets:
            return False
        brackets = left
    return True


def _half_character(token: str) -> str:
    """Return the first escape of a string that is half of a surrogate pair without its other half."""
    pending = ""
    end = -1
    for escape in _ESCAPES.finditer(token):
        if len(escape[1]) != 5:
            continue  # another escape, or a broken one that the decoder will name
        code = int(escape[1][1:], 16)
        is_low = 0xDC00 <= code <= 0xDFFF
        if pending and not (is_low and escape.start() == end):
            return pending
        if is_low and not pending:
            return escape[0]
        pending = escape[0] if 0xD800 <= code <= 0xDBFF else ""
        end = escape.end()
    return pending
