"""Every rule has its entry in each place: a test here fails by name for the one that lacks it."""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from optimizer.domain.plan import ReasonCode
from optimizer.domain.rules import Rule
from optimizer.engine.assemble import assemble_plan
from optimizer.engine.bounds.scope import HELD
from optimizer.engine.indexing import build_arrays
from optimizer.engine.search.entries import load_routes, true_cents
from optimizer.engine.search.state import make_state
from optimizer.explain.sentences import SENTENCES
from optimizer.judge import costs, verdict
from optimizer.report.wording import Wording
from optimizer.text.catalogue import translator
from tests import worlds
from tests.explain.test_every_rule import BREAKING, NEVER_ALONE
from tests.rules.reach import definitions, reached_from
from tests.rules.table import HARD, SOFT, TABLE, Row
from tests.test_rules_page import EXAMPLES, results_in, section_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix

#: What has to lead to the names of a column, and within what: there the rule counts, not only stands.
USERS = {
    "judge": ("judge.verdict.judge_plan", "judge"),
    "settled": ("engine.indexing.build_arrays", "engine.indexing", "engine.array_rows", "engine.assignment",
                "engine.resources", "engine.rest"),
    "kernel": ("engine.search.entries.step", "engine.search", "engine.own_parts"),
    "master": ("engine.master.model.choose_routes", "engine.master"),
    "reasons": ("explain.unassigned.explain_unassigned", "explain", "judge"),
}  # fmt: skip
PLACES = [(row, place) for row in TABLE for place in USERS]


def entries(row: Row, place: str) -> Sequence[str]:
    """Return what a row has in a column: names, or a sentence alone."""
    entry = getattr(row, place)
    return (entry,) if isinstance(entry, str) else [getattr(one, "name", one) for one in entry]


def is_sentence(entry: str) -> bool:
    """Say whether an entry gives a reason instead of a name."""
    return " " in entry


def is_one(entry: str) -> bool:
    """Say whether a sentence is one that says something: a capital, some words, a full stop."""
    return entry[:1].isupper() and entry.endswith(".") and len(entry.split()) >= 4


def missing(row: Row, place: str) -> list[str]:
    """Return the names of a column that are not in the source, or that nothing there leads to."""
    prefix = "domain.plan.ReasonCode." if place == "reasons" else ""
    reached = reached_from(*USERS[place])
    return [name for name in entries(row, place) if not is_sentence(name) and prefix + name not in reached]


# --- the table ------------------------------------------------------------------------------------------------------


def test_every_rule_has_a_row_in_the_order_of_the_rules() -> None:
    assert [row.rule for row in TABLE] == list(Rule)
    assert all(row.rule.is_hard for row in HARD)
    assert not any(row.rule.is_hard for row in SOFT)


@pytest.mark.parametrize(("row", "place"), PLACES, ids=lambda one: one if isinstance(one, str) else one.rule.value)
def test_what_a_row_names_is_there_and_counts(row: Row, place: str) -> None:
    assert entries(row, place)
    assert missing(row, place) == []
    assert all(is_one(entry) for entry in entries(row, place) if is_sentence(entry))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.rule.value)
def test_what_holds_a_rule_in_the_bound_is_there_and_counts(row: Row) -> None:
    generation = "engine.bounds.generation.Generation"
    reached = reached_from(generation, "engine.bounds") | reached_from(f"{generation}.run", "engine.bounds")
    assert [name for name in HELD[row.rule].by if f"engine.bounds.{name}" not in reached] == []


def test_what_is_nowhere_or_used_by_nobody_is_missed() -> None:
    """The check itself: a name that is not there, one that nothing calls, and one that counts elsewhere."""
    skill = next(row for row in TABLE if row.rule is Rule.SKILL)
    assert "judge.facts.skill_gaps" in definitions()
    for name in ("judge.hard_rules.skills", "judge.facts.skill_gaps", "engine.assignment.Assignment.can_serve"):
        assert missing(_with(skill, judge=name), "judge") == [name]
    assert missing(_with(skill, reasons=(ReasonCode.TIME_LIMIT,)), "reasons") == []
    assert missing(_with(skill, kernel="engine.arrays.P_COLUMNS"), "kernel") == ["engine.arrays.P_COLUMNS"]


def _with(row: Row, **places: object) -> Row:
    return Row(**{**{name: getattr(row, name) for name in row.__slots__}, **places})  # type: ignore[arg-type]


# --- the judge ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", HARD, ids=lambda row: row.rule.value)
def test_the_judge_has_the_rule_in_its_list(row: Row) -> None:
    (entry,) = [one for one in verdict.HARD_RULES if one.rule is row.rule]
    assert row.judge == f"{entry.find.__module__}.{entry.find.__name__}".removeprefix("optimizer.")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.rule.value)
def test_without_the_judges_entry_the_example_of_the_page_is_another_one(
    monkeypatch: pytest.MonkeyPatch, row: Row
) -> None:
    """So the entry is what makes the example come true, and the example is one of this rule."""
    name = row.judge.rpartition(".")[2]
    if row.rule.is_hard:
        left = tuple(one for one in verdict.HARD_RULES if one.rule is not row.rule)
        monkeypatch.setattr(verdict, "HARD_RULES", left)
    else:
        prices = tuple((rule, costs_nothing if rule is row.rule else price) for rule, price in costs.ROUTE_PRICES)
        monkeypatch.setattr(costs, "ROUTE_PRICES", prices)
        monkeypatch.setattr(costs, name, costs_nothing)
    assert example(row.rule) != results_in(section_of(row.rule))


def example(rule: Rule) -> list[str]:
    """Return what the code finds for the example of a rule; what it complains about, where it expects something."""
    try:
        return EXAMPLES[rule]()
    except (AssertionError, ValueError) as complaint:
        return [str(complaint)]


def costs_nothing(*_: object) -> int:
    """Price whatever it is at nothing."""
    return 0


# --- the engine -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", SOFT, ids=lambda row: row.rule.value)
def test_the_engine_prices_the_example_of_the_page_as_the_judge_does(monkeypatch: pytest.MonkeyPatch, row: Row) -> None:
    """To the cent, twice: rule by rule where the plan is made, and all rules together where a move is weighed."""
    monkeypatch.setattr(worlds, "judge_plan", price_by_the_engine)
    assert example(row.rule) == results_in(section_of(row.rule))


def price_by_the_engine(problem: Problem, matrix: TravelMatrix, plan: Plan) -> verdict.Judgement:
    """Return what a plan's routes cost by the engine alone, as if the judge had found it."""
    indexed = build_arrays(problem, matrix)
    solution = indexed.first_routes(
        problem, {(route.technician_id, route.day): route.visit_ids for route in plan.routes}
    )
    arrays, state = indexed.arrays.own_copy(), make_state(indexed.arrays, 0)
    counts = np.array([len(route) for route in solution], np.int64)
    seqs = np.full((len(counts), max(1, *counts)), -1, np.int64)
    for shift, route in enumerate(solution):
        seqs[shift, : len(route)] = route
    load_routes(arrays, state, seqs, counts, state.best_start)
    made = assemble_plan(problem, indexed, solution, state.best_start)
    assert true_cents(arrays, state) + indexed.left_out_cents == sum(made.costs.values())
    return verdict.Judgement((), made.costs)


# --- the sentences --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", HARD, ids=lambda row: row.rule.value)
def test_the_reason_seen_is_one_of_the_row(row: Row) -> None:
    """Each hard rule has a world in which it alone keeps a visit out of the engine's plan; `BREAKING` reads it."""
    seen = [one.code.name for one in BREAKING if one.rule is row.rule]
    assert len(seen) == 1 or row.rule in NEVER_ALONE
    assert set(seen) <= set(entries(row, "reasons"))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.rule.value)
def test_every_sentence_is_there_in_both_languages(row: Row) -> None:
    said = [row.rule.statement]
    if not isinstance(row.reasons, str):
        assert {code for code, _ in SENTENCES} >= set(row.reasons)
        said += [text for (code, _), text in SENTENCES.items() if code in row.reasons]
    assert [text for text in said if in_words(text, "zh") == in_words(text, "en")] == []


def in_words(text: str, language: str) -> str:
    """Return a sentence in a language, with something in each of its places."""
    places = [name for _, name, _, _ in Formatter().parse(text) if name]
    return translator(language)(text, **dict.fromkeys(places, "…"))


@pytest.mark.parametrize("row", SOFT, ids=lambda row: row.rule.value)
def test_every_price_has_a_short_name_in_both_languages(row: Row) -> None:
    en, zh = (Wording(language).rule(row.rule) for language in ("en", "zh"))
    assert en
    assert zh
    assert en != zh
    assert row.rule.value not in (en, zh)


# --- the page and the tests -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.rule.value)
def test_every_rule_has_its_section_with_an_example(row: Row) -> None:
    assert row.rule.statement in section_of(row.rule)
    assert results_in(section_of(row.rule))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.rule.value)
def test_every_rule_has_its_test_here(row: Row) -> None:
    text = (Path(__file__).parent / f"test_{row.rule.value}.py").read_text(encoding="utf-8")
    assert f"Rule.{row.rule.name}" in text
    assert "\ndef test_" in text
