"""Every claim of a plan file is judged, under the rule that it concerns, or listed as not judged."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.rules import Rule
from optimizer.ingest.plans.plan_file import read_plan_file
from optimizer.judge.verdict import time_routes
from optimizer.review.plan_review import review_plan
from optimizer.text.catalogue import translator

if TYPE_CHECKING:
    from optimizer.review.plan_review import Review

#: A crew, a kept lock, a stop at the branch, a visit that nobody can serve; clean.
PLAN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "cases/formats/plan-2.json").read_text(encoding="utf-8"))


def review(document: dict[str, Any], folder: Path, seconds: float | None = None) -> Review:
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    return review_plan(read_plan_file(folder / "plan.json", time_routes=time_routes), seconds=seconds)


def changed(pointer: str, value: object) -> dict[str, Any]:
    document = copy.deepcopy(PLAN)
    *parents, last = pointer.split("/")
    target: Any = document
    for name in parents:
        target = target[int(name)] if isinstance(target, list) else target[name]
    target[int(last) if isinstance(target, list) else last] = value
    return document


def broken(found: Review) -> list[tuple[Rule, int]]:
    return [(violation.rule, violation.amount) for violation in found.judgement.violations]


def test_what_is_not_judged_of_a_right_plan(tmp_path: Path) -> None:
    found = review(PLAN, tmp_path)
    assert broken(found) == []
    assert [one.path for one in found.not_judged] == ["/problem/branch/as_of", "/matrix/provenance", "/run"]
    for lang in ("en", "zh"):
        assert found.not_judged_texts(translator(lang))[2].startswith("/run: ")


KPIS = PLAN["kpis"]
WRONG = [
    ("costs/window", -1_500_000, (Rule.WINDOW, 1_500_000)),
    ("kpis/travel_km", KPIS["travel_km"] + 3, (Rule.TRAVEL, 3)),
    ("kpis/visits_planned", 4, (Rule.ONCE, 1)),
    ("kpis/unassigned_waits", 3, (Rule.UNASSIGNED, 2)),
    ("kpis/promises_kept", 5, (Rule.WINDOW, 4)),
    ("kpis/late_visits", 2, (Rule.LATENESS, 2)),
    ("kpis/cost_cents", KPIS["cost_cents"] - 7, (Rule.UNASSIGNED, 7)),
    ("kpis/costs_cents/stability", 9, (Rule.STABILITY, 9)),
    ("kpis/fairness/load_gini", 1, (Rule.FAIRNESS, 1)),
    ("kpis/technicians/0/overtime_minutes", 12, (Rule.OVERTIME, 12)),
    ("kpis/days", [], (Rule.UNASSIGNED, 1)),
    ("bound", KPIS["cost_cents"] + 100, (Rule.UNASSIGNED, 100)),
    ("accepted", [], (Rule.SKILL, 1)),
    ("unassigned/0/reasons/0/code", "AREA", (Rule.UNASSIGNED, 1)),
    ("unassigned/0/reasons/0/amount", 5, (Rule.UNASSIGNED, 3)),
    ("unassigned/0/reasons/0/technician", "T2", (Rule.UNASSIGNED, 1)),
]


@pytest.mark.parametrize(("pointer", "value", "expected"), WRONG, ids=[pointer for pointer, _, _ in WRONG])
def test_a_wrong_claim_is_a_violation(pointer: str, value: object, expected: tuple[Rule, int], tmp_path: Path) -> None:
    found = review(changed(pointer, value), tmp_path)
    assert broken(found) == [expected]
    assert not found.judgement.is_clean


def test_a_wrong_entry_of_what_is_accepted_is_one_too_many_and_one_missing(tmp_path: Path) -> None:
    found = review(changed("accepted/0/amount", 4), tmp_path)
    assert broken(found) == [(Rule.SKILL, 4), (Rule.SKILL, 1)]
    messages = [violation.message for violation in found.judgement.violations]
    assert messages[0].startswith("The plan lists as accepted what no kept lock or exception lets break so: T1")
    assert messages[1].startswith("The plan does not list what is accepted: T1")


ALONE = {"kind": "alone", "proven": True}

WRONG_CAUSES = [
    ({"kind": "locked", "proven": True, "others": ["O1"]}, "Visit O3 is stated as locked, proven; it is alone."),
    ({"kind": "alone", "proven": True, "others": ["O1"]}, "Visit O3 is stated as alone, proven; it is alone."),
]


def test_a_proof_that_no_plan_has_a_visit_is_asked_for_again(tmp_path: Path) -> None:
    assert broken(review(changed("unassigned/0/cause", ALONE), tmp_path)) == []
    for cause, message in WRONG_CAUSES:
        found = review(changed("unassigned/0/cause", cause), tmp_path)
        assert broken(found) == [(Rule.UNASSIGNED, 1)]
        assert found.judgement.violations[0].message == message
    costs = {"kind": "outranked", "proven": False, "technician": "T1", "cents": 5, "others": ["O1"], "left_out": 1}
    found = review(changed("unassigned/0/cause", costs), tmp_path)
    assert broken(found) == []
    listed = {one.path: one for one in found.not_judged}
    assert listed["/unassigned/0/cause"].why(translator("en")) == (
        "What keeps the visit out in the end is what was found, not proven."
    )
    hurried = review(changed("unassigned/0/cause", ALONE), tmp_path, seconds=0)
    assert broken(hurried) == []


UNCHECKED = [
    ("kpis/mood", 5, "/kpis/mood", "The key figure is not known."),
    ("bound", 5, "/bound", "Whether no plan costs less is not looked at."),
    ("accepted/0/message", "x", "/accepted/0/message", "The judge says it in other words."),
    ("unassigned/0/reasons/0/proven", False, "/unassigned/0/reasons/0",
     "The reason is what a search found, not proven."),
    ("unassigned/0/reasons", [], "/unassigned/0", "No reason is stated why visit O3 is left out."),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value", "path", "why"), UNCHECKED, ids=[pointer for pointer, *_ in UNCHECKED])
def test_a_claim_that_nobody_can_check_is_listed(
    pointer: str, value: object, path: str, why: str, tmp_path: Path
) -> None:
    found = review(changed(pointer, value), tmp_path)
    assert broken(found) == []
    listed = {one.path: one for one in found.not_judged}
    assert listed[path].why(translator("en")) == why
    assert listed[path].why(translator("zh")) != why


def test_proofs_for_which_there_is_no_time_and_claims_of_a_wrong_plan_are_listed(tmp_path: Path) -> None:
    hurried = review(PLAN, tmp_path, seconds=0)
    assert "/unassigned/0/reasons/0" in {one.path for one in hurried.not_judged}
    assert broken(hurried) == []
    wrong = review(changed("costs/travel", 0), tmp_path)
    assert [rule for rule, _ in broken(wrong)] == [Rule.TRAVEL]
    assert {"/kpis", "/unassigned/0/reasons/0"} <= {one.path for one in wrong.not_judged}
