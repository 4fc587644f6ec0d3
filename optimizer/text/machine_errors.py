"""What goes wrong in the machine, in sentences of the catalogue: its own are in English, whoever reads them.

The operating system is known by its numbers, the readers of JSON, TOML and CSV by what they say. What is not known here
is told by its name, as an administrator finds it in a manual.
"""

from __future__ import annotations

import errno
import json
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import csv
    from collections.abc import Mapping

    from optimizer.text.catalogue import Translate

_FULL = "the disk is full"
_NOT_ALLOWED = "this user is not allowed to"
#: What the operating system reports, by the names that POSIX gives.
OF_THE_SYSTEM: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("EACCES", "EPERM"), _NOT_ALLOWED),
        "EROFS": "it is read-only here",
        "ENOENT": "it does not exist",
        "ENOTDIR": "a part of the path is a file and no folder",
        "EISDIR": "it is a folder",
        "EEXIST": "it exists already",
        "ENOTEMPTY": "the folder is not empty",
        **dict.fromkeys(("ENOSPC", "EDQUOT"), _FULL),
        "EFBIG": "it is larger than files may be here",
        "ENAMETOOLONG": "the name is too long",
        "ELOOP": "it is a link to itself",
        **dict.fromkeys(("EBUSY", "ETXTBSY"), "another program holds it"),
        **dict.fromkeys(("EMFILE", "ENFILE"), "too many files are open"),
        "EIO": "the disk or the connection to it fails",
        "ENOMEM": "there is not enough memory",
        "EPIPE": "nobody reads the other end",
        "EINVAL": "the system cannot do that there",
        "ECONNREFUSED": "nobody answers there",
        "EADDRINUSE": "another program listens there",
        **dict.fromkeys(("EHOSTUNREACH", "ENETUNREACH", "ENETDOWN"), "there is no network"),
        **dict.fromkeys(("ETIMEDOUT", "ESTALE"), "no answer comes"),
    }
)
_UNKNOWN = "the system reports an error"

#: What a reader of texts says, and what it means; the longest that a message begins with counts.
OF_READERS: Mapping[str, str] = MappingProxyType(
    {
        # json
        "Expecting value": "a value is missing",
        "Expecting property name": "a key in quotation marks is missing",
        "Illegal trailing comma": "a comma stands before the closing bracket",
        "Expecting ':' delimiter": "a colon is missing",
        "Expecting ',' delimiter": "a comma is missing",
        "Unterminated string": "a quotation mark is not closed",
        "Invalid control character": "a text goes over the end of its line, or holds a control character",
        "Invalid \\": "a backslash stands before something that it does not go with",
        "Extra data": "something stands behind the end",
        "Unexpected UTF-8 BOM": "the mark of a file's beginning stands inside",
        # csv
        "unexpected end of data": "a quotation mark is not closed",
        "field larger than": "a cell is too long; maybe a quotation mark is not closed",
        "new-line character seen": "the ends of its lines are mixed",
        "line contains NUL": "it holds a character that no text has",
        "'": "something stands behind a closing quotation mark",
        # tomllib
        "Invalid value": "the value is none: texts stand in quotation marks",
        "Expected '='": "the sign = is missing",
        "Expected newline or end of document": "something stands behind the value",
        "Invalid statement": "the key is none: names with other signs stand in quotation marks",
        "Invalid initial character": "the key is none: names with other signs stand in quotation marks",
        "Cannot overwrite": "the key appears twice",
        "Cannot declare": "the table appears twice",
        "Duplicate inline table key": "the key appears twice",
        "Unclosed array": "a bracket is not closed",
        "Unclosed inline table": "a bracket is not closed",
        "Expected ']": "a bracket is not closed",
        'Expected "\'"': "a quotation mark is not closed",
        "Illegal character": "it holds a character that may not stand there",
        "Unescaped '\\'": "a backslash stands before something that it does not go with",
    }
)
#: Of tables in tables without an end.
TOO_DEEP = "it is nested too deep"
_UNREAD = "it cannot be read there"
_POSITION = re.compile(r"\(at line (\d+), column (\d+)\)")


def system_words(error: OSError) -> str:
    """Return the sentence of the catalogue for what the operating system reports.

    >>> system_words(PermissionError(13, "Permission denied")), system_words(OSError("?"))
    ('this user is not allowed to', 'the system reports an error')
    """
    return OF_THE_SYSTEM.get(errno.errorcode.get(error.errno or 0, ""), _UNKNOWN)


def system_text(error: OSError, t: Translate) -> str:
    """Return what went wrong with which file; what is not known here with its number.

    >>> from optimizer.text.catalogue import translator
    >>> system_text(FileNotFoundError(2, "No such file or directory", "/a/b"), translator("en"))
    "'/a/b': it does not exist"
    """
    words = t(system_words(error))
    if system_words(error) is _UNKNOWN:
        words = f"{words} ({errno.errorcode.get(error.errno or 0) or str(error) or type(error).__name__})"
    files = [str(name) for name in (error.filename, error.filename2) if name is not None]
    return f"'{', '.join(files)}': {words}" if files else words


def reader_words(error: ValueError | csv.Error) -> str:
    """Return the sentence of the catalogue for what is wrong with a text of JSON, TOML or CSV.

    >>> import csv
    >>> reader_words(csv.Error("unexpected end of data")), reader_words(ValueError("no such case"))
    ('a quotation mark is not closed', 'it cannot be read there')
    """
    text = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    known = [begin for begin in OF_READERS if text.startswith(begin)]
    return OF_READERS[max(known, key=len)] if known else _UNREAD


def place_in(text: str, error: ValueError) -> tuple[int, int]:
    r"""Return line and position at which a reader of TOML gave a text up; where it names none, the end.

    >>> place_in("", ValueError("Invalid value (at line 3, column 5)"))
    (3, 5)
    >>> place_in("a = 1\nb = ", ValueError("Invalid value (at end of document)"))
    (2, 5)
    """
    match = _POSITION.search(str(error))
    if match:
        return int(match[1]), int(match[2])
    lines = text.rstrip("\n").split("\n")
    return len(lines), len(lines[-1]) + 1
