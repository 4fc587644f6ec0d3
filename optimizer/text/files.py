"""Write a file as a whole or not at all: whoever reads meanwhile sees the old one or the new one."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator

JsonObject = dict[str, Any]

#: Longer arrays and objects are spread over lines.
LINE_WIDTH = 118
#: One encoder for all values: `json.dumps` makes one for each that it is asked not to write in ASCII.
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a draft beside `path` to write to; it takes the place of `path` only when all went well.

    The draft lies in the same folder, so that taking the place is one atomic rename. Who may read stays as it was. Of
    a link, the file that it leads to is replaced. What is no file, a device or a pipe, is written to directly, and
    never replaced.

    Raises
    ------
    OSError
        When it cannot be written; it names `path`, whatever the draft is called.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".{target.name}.{uuid4().hex}.tmp")
    try:
        yield draft
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    except OSError as error:
        if str(error.filename) == str(draft):
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        with suppress(OSError):
            draft.unlink()


def write_text(text: str, path: str | Path) -> None:
    """Write a UTF-8 text file."""
    with replacing(Path(path)) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def write_json(value: object, path: str | Path) -> None:
    """Write JSON for people into a file."""
    write_text(json_text(value), path)


def json_text(value: object) -> str:
    """Return deterministic JSON for people: what fits goes onto one line, and so does any array of plain numbers."""
    return _layout(value, indent=0) + "\n"


def _layout(value: object, *, indent: int) -> str:
    if not isinstance(value, dict | list) or not value or _is_flat(value):
        return _encode(value)
    if isinstance(value, list):
        items = [_layout(item, indent=indent + 2) for item in value]
        brackets = "[]"
    else:
        items = [f"{_encode(key)}: {_layout(item, indent=indent + 2)}" for key, item in value.items()]
        brackets = "{}"
    width = indent + sum(map(len, items)) + 2 * len(items)
    if width <= LINE_WIDTH and not any("\n" in item for item in items):
        return brackets[0] + ", ".join(items) + brackets[1]
    margin = " " * (indent + 2)
    return brackets[0] + "\n" + ",\n".join(margin + item for item in items) + "\n" + " " * indent + brackets[1]


def _is_flat(value: list[object] | dict[str, object]) -> bool:
    """Return whether a value is an array of plain numbers, or begins with one and holds no other container."""
    is_array = isinstance(value, list) and isinstance(value[0], int | float | None)
    return is_array and not any(isinstance(item, dict | list) for item in value)
