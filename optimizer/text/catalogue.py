"""The one catalogue of sentences: English is the key, `locales/zh_CN.po` holds the Chinese.

Every text that a person reads (faults, reasons, tables, pages) is written in English in the source, passed through
`translator(lang)`, and translated here. A test extracts all of them and fails on a missing translation.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Protocol

LANGUAGES = ("en", "zh")
#: An entry of the catalogue: a key and its sentence, each on one line and quoted as in JSON. A test holds it to that.
_ENTRY = re.compile(r'^msgid (".+")\nmsgstr (".+")$', re.MULTILINE)


class Translate(Protocol):
    """Turn an English sentence with `{named}` places into the reader's language."""

    def __call__(self, sentence: str, /, **values: object) -> str:
        """Return the sentence in the language, its places filled."""
        ...


def translator(lang: str) -> Translate:
    """Return the translation function of a language, `en` or `zh`.

    >>> translator("en")("{count} visits", count=3)
    '3 visits'
    """
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r} is not one of {', '.join(LANGUAGES)}")
    sentences = {} if lang == "en" else _chinese()

    def translate(sentence: str, /, **values: object) -> str:
        return sentences.get(sentence, sentence).format(**values)

    return translate


@cache
def _chinese() -> dict[str, str]:
    """Read the Chinese sentences, once; what reads every form of such files takes twenty times as long to do it."""
    text = files("optimizer.text").joinpath("locales/zh_CN.po").read_text(encoding="utf-8")
    keys, sentences = (json.loads(f"[{','.join(quoted)}]") for quoted in zip(*_ENTRY.findall(text), strict=True))
    return dict(zip(keys, sentences, strict=True))
