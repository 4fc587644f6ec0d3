"""The tool that makes mutants: each kind of edit, names that last, and a mutant that really runs."""

from __future__ import annotations

import ast
import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from tests.mutants.making import mutants_in, mutants_of
from tests.mutants.planting import function_of, plant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutants.making import Mutant

SOURCE = '''
"""A module."""
from enum import IntEnum

LIMIT_S = 30
TABLE = (1 + LIMIT_S, 7)


class Rule(IntEnum):
    ONCE = 0
    SKILL = 1


class Day:
    def __init__(self, start_s):
        self.start_s = start_s

    @property
    def end_s(self) -> int:
        """Return 99 more; this 99 is no code."""
        return self.start_s + 99


def first_of(rows: list[int], most: int = 3) -> int | None:
    for row in rows:
        if row < 0:
            continue
        return max(row, most)
    return None


def over_limit(rows, text: str = "5") -> list[str]:
    found: list[str] = []
    for row in sorted(rows):
        if row > LIMIT_S and not row == 77:
            found.append(f"{row - 1} over {text}")
    return found
'''


def described(source: str) -> list[str]:
    return [f"{mutant.edit.what} in {mutant.edit.where}" for mutant in mutants_in(source, "m")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return a < b", ["< to <= in a < b"]),
        ("return a >= b != c", [">= to > in a >= b != c", "!= to == in a >= b != c"]),
        ("return a is None", ["is to is not in a is None"]),
        ("return a not in b", ["not in to in in a not in b"]),
        ("return f(7)", ["7 to 8 in f(7)"]),
        ("return f(True)", ["True to False in f(True)"]),
        ("return a - b", ["- to + in a - b"]),
        ("return a | b", ["| to & in a | b"]),
        ("a += b", ["+= to -= in a += b"]),
        ("a += [b]", []),
        ("return 'x' + a", []),
        ("return a and b", ["and to or in a and b"]),
        ("return not a", ["dropped not in not a"]),
        ("return -a", ["dropped minus in -a"]),
        ("return min(a, b)", ["min to max in min(a, b)"]),
        ("return any(a)", ["any to all in any(a)"]),
        ("return abs(a)", ["dropped abs in abs(a)"]),
        ("for a in reversed(b): f(a)", ["dropped reversed in reversed(b)", "dropped in f(a)"]),
        ("yield a", ["dropped in yield a"]),
        ("yield from a", ["dropped in yield from a"]),
        ("while True: break", ["True to False in while True:", "skipped break in break"]),
        ("return a[0]", ["first to last in a[0]"]),
        ("return a[-1]", ["last to first in -1"]),
        ("return Rule.ONCE", ["Rule.ONCE to Rule.SKILL in Rule.ONCE"]),
        ("raise f(f'{a + 1}')", []),
        ("assert a > 0", []),
        ("return zip(a, b, strict=True)", []),
        ("a: int = b", []),
    ],
)
def test_what_is_made_of_a_line(body: str, expected: list[str]) -> None:
    assert described(f"def work(a, b, c):\n    {body}\n") == expected


@pytest.mark.parametrize(
    ("returns", "empty"),
    [
        ("list[int]", "[]"),
        ("int", "0"),
        ("str", "''"),
        ("dict[str, int]", "{}"),
        ("tuple[int, ...]", "()"),
        ("frozenset[int]", "frozenset()"),
        ("int | None", "None"),
        ("bool", "not a"),
    ],
)
def test_what_is_returned_instead(returns: str, empty: str) -> None:
    [mutant] = mutants_in(f"def work(a) -> {returns}:\n    return a\n", "m")
    mutant.edit.put()
    assert ast.unparse(mutant.tree).endswith(f"return {empty}")


def test_what_has_no_empty_value_is_returned_as_ever() -> None:
    assert described("def work(a) -> Day:\n    return a\n") == []
    assert described("def work(a) -> tuple[int, str]:\n    return a\n") == []


def test_names_say_the_place_and_tell_twins_apart() -> None:
    names = [mutant.name for mutant in mutants_in("def work(a, b):\n    f(a < b)\n    return a < b\n", "m")]
    assert names == [
        "m.work: < to <= in `a < b`",
        "m.work: dropped in `f(a < b)`",
        "m.work: < to <= in `a < b` (2)",
    ]


def test_all_of_the_judge_have_a_name_of_their_own_and_a_share_stays_the_same() -> None:
    every = list(mutants_of())
    assert len(every) > 300
    assert len({mutant.name for mutant in every}) == len(every)
    some = {mutant.name for mutant in every if mutant.is_among(0.2)}
    assert {mutant.name for mutant in every if mutant.is_among(0.1)} < some
    assert 0.15 < len(some) / len(every) < 0.25


# --- planting -------------------------------------------------------------------------------------------------------


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write the module into a package that can be imported; return the package's name."""
    (tmp_path / "yard").mkdir()
    (tmp_path / "yard/__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "yard/m.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("yard", "yard.m"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "yard"


def named(name: str) -> Mutant:
    [mutant] = [mutant for mutant in mutants_in(SOURCE, "m") if mutant.name == name]
    return mutant


@pytest.mark.parametrize(
    ("name", "call", "before", "after"),
    [
        ("m.Day.end_s: + to - in `self.start_s + 99`", "m.Day(100).end_s", 199, 1),
        ("m.Day.end_s: 99 to 100 in `self.start_s + 99`", "m.Day(100).end_s", 199, 200),
        ("m.first_of: skipped continue in `continue`", "m.first_of([-9, 5])", 5, 3),
        ("m.first_of: max to min in `max(row, most)`", "m.first_of([5])", 5, 3),
        ("m.over_limit: dropped in `found.append(f'{row - 1} over {text}')`", "len(m.over_limit([40]))", 1, 0),
        ("m.over_limit: returned empty in `return found`", "len(m.over_limit([40]))", 1, 0),
        ("m.LIMIT_S: 30 to 31 in `LIMIT_S = 30`", "len(m.over_limit([31]))", 1, 0),
        ("m.TABLE: dropped in `7`", "m.TABLE", (31, 7), (31,)),
    ],
)
def test_a_planted_mutant_runs(module: str, name: str, call: str, before: object, after: object) -> None:
    names = {"m": importlib.import_module(f"{module}.m")}
    assert eval(call, names) == before
    plant(named(name), module)
    assert eval(call, names) == after


def test_whoever_has_imported_a_function_meets_its_mutant(module: str) -> None:
    imported = importlib.import_module(f"{module}.m").first_of
    plant(named("m.first_of: < to <= in `row < 0`"), module)
    assert imported([0]) is None


def test_every_mutated_function_of_the_judge_is_found() -> None:
    for mutant in mutants_of():
        if not mutant.is_table:
            function_of(importlib.import_module(f"optimizer.judge.{mutant.module}"), mutant.function)
