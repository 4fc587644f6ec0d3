"""Every sentence of the source has its Chinese, with the same places to fill."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import optimizer
from optimizer.catalogue import _chinese, translator

PACKAGE = Path(optimizer.__file__).parent
#: How the source calls a translation: say("..."), t("..."), translate("..."), self.translate("...").
CALLS = {"say", "t", "translate", "_"}


def sentences_of(file: Path) -> set[str]:
    """Return the literal sentences that a module passes to a translation."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in CALLS and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            found.add(node.args[0].value)
    return found


def template_sentences(file: Path) -> set[str]:
    """Return the literal sentences that a template passes to `t`."""
    return {m[2] for m in re.finditer(r"\bt\((['\"])(.*?)\1", file.read_text(encoding="utf-8"))}


def all_sentences() -> set[str]:
    found: set[str] = set()
    for file in PACKAGE.glob("**/*.py"):
        found |= sentences_of(file)
    for file in PACKAGE.glob("**/templates/*"):
        found |= template_sentences(file)
    return found


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_sentence_has_its_chinese() -> None:
    missing = sorted(all_sentences() - set(_chinese()))
    assert not missing


def test_the_chinese_fills_the_same_places() -> None:
    for english, chinese in _chinese().items():
        assert fields(english) == fields(chinese), english


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fr"):
        translator("fr")
