"""The glossary has each word once, in order, and what it retired stands in no name of the source."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]

#: Words that had a field's standard term beside them, or two meanings.
RETIRED = (
    "bulletin", "clerk", "desk", "dial", "dials", "fault_book", "gesture", "gestures", "heat", "likeness", "obstacle",
    "obstacles", "rises",
)  # fmt: skip
#: Where one of them is a setting that people have.
KEPT = {("api", "clerk")}


def sections() -> dict[str, list[list[str]]]:
    """Return the rows of each table of the page, cell by cell."""
    found: dict[str, list[list[str]]] = {}
    for part in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        lines = [line for line in part.splitlines() if line.startswith("| ")]
        found[part.partition("\n")[0]] = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]
    return found


def names_of(tree: ast.AST) -> set[str]:
    """Return the names that a file gives, uses and imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.keyword):
            names.add(node.arg or "")
        elif isinstance(node, ast.alias):
            names |= {*node.name.split("."), node.asname or ""}
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            names.add(node.name or "")
    return names


def retired_in(names: Iterable[str]) -> list[str]:
    """Return the retired words that are a name or stand in one, as `fault_book` in `write_fault_book`."""
    split = {"_" + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() + "_" for name in names}
    return [word for word in RETIRED if any(f"_{word}_" in name for name in split)]


def test_every_word_has_a_meaning_and_stands_once() -> None:
    rows = [row for rows in sections().values() for row in rows]
    assert len(rows) > 40
    assert all(len(row) == 3 and row[0] and row[1] for row in rows)
    words = [row[0] for row in rows]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("section", sections())
def test_words_stand_in_order(section: str) -> None:
    words = [row[0].strip("`").casefold() for row in sections()[section]]
    assert [(one, other) for one, other in pairwise(words) if one > other] == []


@pytest.mark.parametrize(
    "source",
    [
        "def write_fault_book(): ...",
        "class FaultBook: ...",
        "write(fault_book=path)",
        "from optimizer import text as the_fault_book",
        "import optimizer.fault_book.writing",
        "try: ...\nexcept OSError as fault_book: ...",
        "match fault:\n    case [*fault_book]: ...",
    ],
)
def test_a_retired_word_is_found_wherever_it_hides(source: str) -> None:
    assert retired_in(names_of(ast.parse(source))) == ["fault_book"]


def test_a_word_that_only_looks_like_a_retired_one_is_none() -> None:
    assert retired_in(["dialled", "default_bookings", "desktop"]) == []


@pytest.mark.parametrize("package", ["optimizer", "api", "benchmarks"])
def test_a_retired_word_is_in_no_name(package: str) -> None:
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        names = names_of(ast.parse(path.read_text(encoding="utf-8"))) | {*path.relative_to(ROOT).with_suffix("").parts}
        found += [(str(path.relative_to(ROOT)), word) for word in retired_in(names)]
    assert [(path, word) for path, word in found if (package, word) not in KEPT] == []
