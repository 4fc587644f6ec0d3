"""A plan's page as the service sends it: nothing in it runs or looks but what its policy names by hash.

The page that the command line writes is opened from a disk and needs no policy; there, styles stand at the elements.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

_BLOCK = re.compile(r"(<script>.*?</script>)", re.DOTALL)
_STYLE_AT_ELEMENT = re.compile(r'(<[^<>]*?)\sstyle="([^"]*)"')
_HEAD_END = "</head>"
_REST = "img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def with_policy(page: str) -> tuple[str, str]:
    """Return a page without styles at its elements, and the content policy that fits it."""
    numbers: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        number = numbers.setdefault(match[2], len(numbers))
        return f'{match[1]} data-style="{number}"'

    parts = _BLOCK.split(page)
    for at in range(0, len(parts), 2):  # scripts stay as they are
        parts[at] = _STYLE_AT_ELEMENT.sub(numbered, parts[at])
    # Three times the attribute: what stood at an element goes before what classes say, as it did there.
    rules = "".join(f'[data-style="{number}"]' * 3 + f"{{{style}}}" for style, number in numbers.items())
    made = "".join(parts)
    if rules:
        made = made.replace(_HEAD_END, f"<style>{rules}</style>{_HEAD_END}", 1)
    scripts, styles = (_hashes(made, tag) for tag in ("script", "style"))
    return made, f"default-src 'none'; script-src {scripts}; style-src {styles}; {_REST}"


def _hashes(page: str, tag: str) -> str:
    """Return the hashes of the blocks of a kind, as a policy names them."""
    blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    digests = (b64encode(hashlib.sha256(block.encode()).digest()).decode() for block in blocks)
    return " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
