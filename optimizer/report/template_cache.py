"""Compiled templates on disk, for the next process: compiling them took a quarter of a second of each plan."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2.bccache import FileSystemBytecodeCache

from optimizer.cache_root import find_cache_root

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class TemplateCache(FileSystemBytecodeCache):
    """Jinja's cache, which knows a template by its text; what cannot be kept is compiled anew."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a compiled template, if it is there."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, if that is possible."""
        with suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def find_template_cache(set_up: Path) -> TemplateCache | None:
    """Return the cache of this user, `None` without a folder for it.

    Parameters
    ----------
    set_up
        The source of the environment: templates are compiled anew where it, or Jinja, is another.
    """
    root = find_cache_root()
    if root is None:
        return None
    made_with = version("jinja2").encode() + set_up.read_bytes()
    return TemplateCache(str(root / f"templates-{hashlib.sha256(made_with).hexdigest()[:16]}"))
