"""Bodies: uploads are spooled to disk under a cap of bytes and of time, small ones are decoded strictly."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from api.refusals.parameters import faults_of
from api.refusals.refusal import Refusal
from optimizer.faults.decoding import decode_json, decode_text
from optimizer.faults.issues import IssueLog
from optimizer.text.catalogue import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from api.settings import Settings

Model = TypeVar("Model", bound=BaseModel)

#: What a client that was refused may still send before the connection is cut, so that it can read the answer.
DRAINED_BYTES, DRAINED_S = 4_000_000, 1.0


@dataclass(frozen=True, slots=True)
class Spooled:
    """An upload on disk.

    Parameters
    ----------
    sha256
        Of its bytes.
    """

    path: Path
    media_type: str
    sha256: str
    size: int


async def spool(
    request: Request, settings: Settings, folder: Path, media_types: tuple[str, ...]
) -> AsyncIterator[Spooled]:
    """Give a request's body as a file in a folder, which is gone afterwards.

    Raises
    ------
    Refusal
        For another media type, or a body that is too large or too slow.
    """
    media_type = _media_type(request, media_types)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="upload-", suffix=".part") as file:
        digest = hashlib.sha256()
        size = 0
        async for piece in _pieces(request, settings, settings.max_body_bytes):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
        file.flush()
        yield Spooled(Path(file.name), media_type, digest.hexdigest(), size)


async def small_json(request: Request, settings: Settings, model: type[Model]) -> tuple[Model, str]:
    """Return a small JSON body as a model, and the SHA-256 of its bytes.

    Raises
    ------
    Refusal
        With every fault at once.
    """
    _media_type(request, ("application/json",))
    content = b"".join([piece async for piece in _pieces(request, settings, settings.max_small_body_bytes)])
    log = IssueLog(form="json", file="body.json")
    text = decode_text(content, log, file="body.json")
    value = None if text is None else decode_json(text, log)
    report = log.report()
    if report.has_errors:
        faults = {lang: report.to_json(lang) for lang in LANGUAGES}
        raise Refusal("INPUT_FAULTS", faults=faults, count=len(report.errors))
    try:
        return model.model_validate(value), hashlib.sha256(content).hexdigest()
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=True, include_input=False)
        raise Refusal("PARAMETER_INVALID", faults=faults_of(found), count=len(found)) from None


def _media_type(request: Request, known: tuple[str, ...]) -> str:
    stated = request.headers.get("content-type", "")
    media_type = stated.partition(";")[0].strip().lower()
    if media_type not in known:
        raise Refusal("MEDIA_TYPE", value=stated, known=", ".join(known), headers={"Accept": ", ".join(known)})
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Refusal("CONTENT_ENCODING", value=encoding)
    return media_type


async def _pieces(request: Request, settings: Settings, limit: int) -> AsyncIterator[bytes]:
    """Give the pieces of a body; its stated length is believed only when it is too large."""
    too_large = Refusal("BODY_TOO_LARGE", limit=limit, headers={"Connection": "close"})
    stated = request.headers.get("content-length", "")
    stream = request.stream()
    if stated.isdecimal() and len(stated) < 20 and int(stated) > limit:
        if request.headers.get("expect", "").lower() != "100-continue":
            await _drain(stream)
        raise too_large
    size = 0
    try:
        async with asyncio.timeout(settings.body_s):
            async for piece in stream:
                size += len(piece)
                if size > limit:
                    break
                yield piece
    except TimeoutError:
        raise Refusal("BODY_TOO_SLOW", limit=f"{settings.body_s:g}", headers={"Connection": "close"}) from None
    if size > limit:
        await _drain(stream)
        raise too_large


async def _drain(stream: AsyncIterator[bytes]) -> None:
    """Read on for a moment: a client that is still sending when the connection is cut never sees the answer."""
    left = DRAINED_BYTES
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_S):
            async for piece in stream:
                left -= len(piece)
                if left < 0:
                    return
