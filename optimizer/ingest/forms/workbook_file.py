"""Is this file a workbook that may be opened? Asked of its bytes, before any reader of workbooks sees them.

A workbook is a zip archive of XML parts. Sizes that an archive declares may lie, so every entry is inflated here once,
piece by piece, and the first piece too much ends it.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

MAX_ENTRIES = 2_000
MAX_INFLATED = 100_000_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_END_OF_DIRECTORY = b"PK\x05\x06"
_LOCAL_HEADER = b"PK\x03\x04"
_LOCAL_HEADER_SIZE = 30
#: No entry of the directory is longer than this in a workbook, so that a directory of more bytes is a bomb.
_DIRECTORY_ENTRY = 1_000
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_PIECE = 1 << 20


class RefusedError(Exception):
    """The file is not opened; `code` is the fault, `limit` what it went beyond."""

    def __init__(self, code: str, *, limit: int = 0) -> None:
        super().__init__(code)
        self.code, self.limit = code, limit


def check_file(content: bytes) -> None:
    """Check that bytes are a workbook that is safe to open.

    Raises
    ------
    RefusedError
        When they are something else, encrypted, or inflate to too much.
    """
    if content.startswith(_OLE):
        raise RefusedError("WORKBOOK_PASSWORD" if _ENCRYPTED in content else "WORKBOOK_OLD")
    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise RefusedError("WORKBOOK_KIND")
    _check_directory(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_entries(content, archive.infolist())
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        OSError,
        struct.error,
        RuntimeError,
        IndexError,
    ) as error:
        raise RefusedError("WORKBOOK_BROKEN") from error


def _check_directory(content: bytes) -> None:
    """Refuse a directory of too many entries by its size, before it is read."""
    at = content.rfind(_END_OF_DIRECTORY)
    end = content[at : at + 22]
    if len(end) < 22:
        raise RefusedError("WORKBOOK_BROKEN")
    count, size = struct.unpack("<HL", end[10:16])
    if count > MAX_ENTRIES or size > MAX_ENTRIES * _DIRECTORY_ENTRY:
        raise RefusedError("WORKBOOK_ENTRIES", limit=MAX_ENTRIES)


def _check_entries(content: bytes, entries: list[zipfile.ZipInfo]) -> None:
    if not entries:
        raise RefusedError("WORKBOOK_KIND")
    if len(entries) > MAX_ENTRIES:
        raise RefusedError("WORKBOOK_ENTRIES", limit=MAX_ENTRIES)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise RefusedError("WORKBOOK_PASSWORD")
    if sum(entry.file_size for entry in entries) > MAX_INFLATED:
        raise RefusedError("WORKBOOK_INFLATES", limit=MAX_INFLATED)
    left = MAX_INFLATED
    for entry in entries:
        left -= _inflate(content, entry, left)


def _inflate(content: bytes, entry: zipfile.ZipInfo, limit: int) -> int:
    """Return how many bytes an entry inflates to, and look for a document type where it has to stand, at the top."""
    begin = entry.header_offset
    header = content[begin : begin + _LOCAL_HEADER_SIZE]
    if header[:4] != _LOCAL_HEADER or len(header) < _LOCAL_HEADER_SIZE:
        raise RefusedError("WORKBOOK_BROKEN")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    begin += _LOCAL_HEADER_SIZE + name_length + extra_length
    data = memoryview(content)[begin : begin + entry.compress_size]
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    if entry.compress_type == zipfile.ZIP_STORED:
        _check_size(len(data), limit)
        _check_doctype(bytes(data[:_PIECE]) if is_xml else b"")
        return len(data)
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise RefusedError("WORKBOOK_BROKEN")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    rest, size = bytes(data), 0
    while rest and not inflater.eof:
        piece = inflater.decompress(rest, _PIECE)
        rest = inflater.unconsumed_tail
        size += len(piece)
        _check_size(size, limit)
        if is_xml and size == len(piece):
            _check_doctype(piece)
    return size


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise RefusedError("WORKBOOK_INFLATES", limit=MAX_INFLATED)


def _check_doctype(piece: bytes) -> None:
    if any(mark in piece for mark in _DOCTYPES):
        raise RefusedError("WORKBOOK_DOCTYPE")
