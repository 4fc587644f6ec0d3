"""The one catalogue of sentences: English is the key, `locales/zh_CN.po` holds the Chinese.

Every text that a person reads (faults, reasons, tables, pages) is written in English in the source, passed through
`translator(lang)`, and translated here. A test extracts all of them and fails on a missing translation.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Protocol

LANGUAGES = ("en", "zh")


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
    """Read the Chinese sentences, once."""
    from babel.messages.pofile import read_po

    with files("optimizer.text").joinpath("locales/zh_CN.po").open("rb") as stream:
        catalog = read_po(stream, locale="zh_CN")
    return {str(message.id): str(message.string) for message in catalog if message.id and message.string}
