"""What each release wrote is opened by this one: stored plan files and problems, and their digests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.rules import Rule
from optimizer.ingest.forms.columns import PROBLEM_FORMAT
from optimizer.ingest.plans.facts_digest import facts_sha256
from optimizer.ingest.plans.formats import FIRST_FORMAT, FORMATS, PLAN_FORMAT, as_of_then, rules_of
from optimizer.ingest.plans.plan_file import read_plan_file
from optimizer.ingest.read import problem_from_json
from optimizer.ingest.write import problem_to_json
from optimizer.judge.verdict import time_routes
from optimizer.review.plan_review import review_plan
from tests.ingest.plans.stored_plan import RUN, STORED, write_stored_plan

if TYPE_CHECKING:
    from pathlib import Path

#: Of the stored problem: the same for ever, as long as the version before the colon is.
DIGEST = "1:c174fc5a4df5c557562867acfb7505e4da983a812a7647cbd22c9d60247a95a5"


def stored(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((STORED / name).read_text(encoding="utf-8"))
    return document


def test_each_format_has_a_stored_plan_and_no_other_is_stored() -> None:
    found = sorted(stored(path.name)["format"] for path in STORED.glob("plan-*.json"))
    assert found == sorted(FORMATS)
    assert [stored(path.name)["format"] for path in STORED.glob("problem-*.json")] == [PROBLEM_FORMAT]


@pytest.mark.parametrize("name", ["plan-1.json", "plan-2.json"])
def test_a_stored_plan_opens_and_is_judged_clean(name: str) -> None:
    file = read_plan_file(STORED / name, time_routes=time_routes)
    review = review_plan(file, seconds=None)
    assert review.judgement.violations == ()
    assert (file.plan.served, [left.visit_id for left in file.plan.unassigned]) == (3, ["O3"])
    assert [violation.visit_id for violation in review.judgement.accepted] == ["O1"]


def test_the_plan_that_is_to_be_stored_is_of_todays_format_and_clean(tmp_path: Path) -> None:
    write_stored_plan(tmp_path / "plan.json")
    file = read_plan_file(tmp_path / "plan.json", time_routes=time_routes)
    assert (file.format, file.run) == (PLAN_FORMAT, RUN)
    assert review_plan(file, seconds=None).judgement.is_clean


def test_figures_of_an_older_plan_that_differ_are_listed(tmp_path: Path) -> None:
    document = stored("plan-1.json")
    document["kpis"]["travel_km"] += 3
    (tmp_path / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    review = review_plan(read_plan_file(tmp_path / "plan.json", time_routes=time_routes), seconds=None)
    assert review.judgement.is_clean
    assert "/kpis" in {one.path for one in review.not_judged}


def test_an_older_plan_is_judged_by_the_rules_of_its_format_and_that_is_said() -> None:
    file = read_plan_file(STORED / "plan-1.json", time_routes=time_routes)
    first = review_plan(file, seconds=None).judgement.assumptions[0]
    assert first.values["format"] == FIRST_FORMAT
    assert str(first).startswith("The plan file has the format paigong.plan/1: it is judged by the rules of then")
    later = set(Rule) - rules_of(FIRST_FORMAT)
    assert set(str(first.values.get("rules", "")).split(", ")) - {""} == later
    assert set(review_plan(file, seconds=None).judgement.costs).isdisjoint(later)
    assert rules_of(PLAN_FORMAT) == set(Rule)
    newer = review_plan(read_plan_file(STORED / "plan-2.json", time_routes=time_routes), seconds=None)
    assert newer.judgement.assumptions == ()


def test_what_an_older_plan_states_beside_what_is_known_is_listed(tmp_path: Path) -> None:
    document = stored("plan-1.json") | {"colour": "red"}
    document["routes"][0]["stops"][0]["mood"] = "good"
    (tmp_path / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    file = read_plan_file(tmp_path / "plan.json", time_routes=time_routes)
    assert {"/colour", "/routes/0/stops/0/mood", "/facts_sha256"} <= {one.path for one in file.not_judged}


def test_a_plan_of_before_the_floor_has_none_and_another_keeps_its_own() -> None:
    problem = stored("plan-1.json")["problem"]
    assert problem_from_json(as_of_then(problem)).policy.lead_to_leave_s is None
    stating = problem | {"policy": problem["policy"] | {"lead_to_leave": "PT15M"}}
    assert problem_from_json(as_of_then(stating)).policy.lead_to_leave_s == 900


def test_a_stored_problem_is_written_as_it_was() -> None:
    document = stored("problem-1.json")
    again = problem_to_json(problem_from_json(document))
    assert facts_sha256(again) == facts_sha256(document) == DIGEST
    assert stored("plan-2.json")["facts_sha256"] == DIGEST


def test_the_digest_is_of_the_facts_and_not_of_how_they_are_written() -> None:
    document = stored("problem-1.json")
    turned = {key: value[::-1] if isinstance(value, list) else value for key, value in reversed(document.items())}
    turned["branch"] = turned["branch"] | {"as_of": "2026-11-20T18:00:00+08:00", "datum": None}
    turned["orders"] = [{k: v for k, v in row.items() if (k, v) != ("priority", 1)} for row in turned["orders"]]
    turned["customers"] = [row | {"tier": row.get("tier", "")} for row in turned["customers"]]
    turned["policy"] = {key: value for key, value in document["policy"].items() if key not in ("reload", "pair_kinds")}
    assert turned["orders"] != document["orders"][::-1]
    assert len(turned["policy"]) == len(document["policy"]) - 2
    assert facts_sha256(turned | {"absences": []}) == DIGEST


@pytest.mark.parametrize(
    ("sheet", "column", "value"),
    [("orders", "priority", 2), ("orders", "service", "PT46M"), ("shifts", "end", "17:29"), ("skills", "level", 3),
     ("technicians", "phone", "1"), ("customers", "refused", ["T1"]), ("orders", "carried_over", True)],
)  # fmt: skip
def test_the_digest_sees_every_fact(sheet: str, column: str, value: object) -> None:
    document = stored("problem-1.json")
    document[sheet][0][column] = value
    assert facts_sha256(document) != DIGEST


def test_the_digest_sees_a_row_a_policy_and_a_day() -> None:
    document = stored("problem-1.json")
    fewer = document | {"technicians": document["technicians"][:1]}
    other = document | {"policy": document["policy"] | {"travel_cents_per_min": 51}}
    later = document | {"branch": document["branch"] | {"plan_date": "2026-11-24"}}
    assert len({facts_sha256(one) for one in (document, fewer, other, later)}) == 4
