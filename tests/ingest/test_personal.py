"""A customer is taken out of a branch: nobody can tell who it was, and every verdict and figure stays."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from optimizer.domain.person_names import is_person
from optimizer.ingest.forms.columns import columns_of
from optimizer.ingest.personal import (
    ERASED,
    PERSONAL,
    Person,
    mentions,
    plain,
    texts_of,
    without_mentions,
    without_person,
)
from optimizer.ingest.plans.facts_digest import facts_sha256
from optimizer.ingest.read import problem_from_json
from optimizer.ingest.write import problem_to_json
from optimizer.judge.verdict import judge_plan, time_routes
from tests.random_problems import random_problem_with_plan

if TYPE_CHECKING:
    from optimizer.domain.order import Place

PERSON = Person("C1", "erased-1")
NAME, PHONE, STREET = "欧阳澈女士", "139-1234 5678", "西湖区龙井路 17 号 2-601"

#: What a branch says of a customer that is no secret of a person, and that rules, papers or figures look at.
KEPT = {
    "customers": {"customer_id", "tier", "place_kind", "opening", "closed_hours", "refused", "served_by"},
    "orders": {
        "order_id", "customer_id", "kind", "product", "received", "requested", "promised", "due_day", "priority",
        "urgency", "difficulty", "carried_over", "lat", "lon", "approximate", "area", "service", "skills", "parts",
        "intermittent", "critical_test", "ready", "works_through", "required", "prohibited", "crew_size",
        "lead_skills", "tools", "loads", "after", "days", "days_done", "visit_id", "datum", "coverage", "agreed_day",
        "agreed_half", "passed_on", "contacted", "dispatched", "acknowledged", "on_site", "done", "called_back",
        "parts_back", "confirmed", "planned_on", "planned_technician", "unfinished", "repaired_on", "repaired_by",
        "repaired_level",
    },
}  # fmt: skip


def branch(**rows: Any) -> dict[str, Any]:
    """Return a branch of two customers in JSON; the first has everything by which one can be known."""
    document = {
        "customers": [
            {"customer_id": "C1", "name": NAME, "phone": PHONE, "tier": "key", "refused": ["T2"]},
            {"customer_id": "C2", "name": "钱江食品", "phone": "0571-0000 0002"},
        ],
        "orders": [
            {
                "order_id": "O1", "customer_id": "C1", "lat": 30.1, "lon": 120.1, "address": STREET, "area": "西湖",
                "contacts": ["李经理 138-0000 0001"], "serial": "HZ2210-00871", "request": "请走后门，狗很凶",
                "bring": ["鞋套"], "prepare": "清空阳台", "fault": "不制冷", "kind": "repair",
            },
            {"order_id": "O2", "customer_id": "C2", "lat": 30.2, "lon": 120.2, "address": "文三路 90 号"},
        ],
        "exceptions": [
            {"visit_id": "O1", "rule": "travel", "amount": 5, "by": "陈主管", "why": "欧阳澈女士催得急"},
            {"visit_id": "O2", "rule": "travel", "amount": 5, "by": "陈主管", "why": "老客户"},
        ],
    }  # fmt: skip
    return document | rows


def forgotten(document: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a branch without its first customer."""
    order_ids = PERSON.order_ids(document) | set(more.pop("order_ids", ()))
    texts = texts_of(document, PERSON, order_ids)
    return without_person(document, PERSON, order_ids, texts, **more)


def test_every_column_of_customers_and_orders_is_either_personal_or_not() -> None:
    for sheet, personal in PERSONAL.items():
        assert {*personal} | KEPT[sheet] == {column.json_name for column in columns_of(sheet)}
        assert not {*personal} & KEPT[sheet]


def test_nothing_says_who_it_was_and_the_others_stay() -> None:
    before = branch()
    after = forgotten(before)
    text = json.dumps(after, ensure_ascii=False)
    for told in (NAME, PHONE, STREET, "李经理", "138-0000 0001", "HZ2210", "后门", "鞋套", "阳台", "不制冷", '"C1"'):
        assert told not in text
    assert after["customers"][0] == {
        "customer_id": "erased-1", "name": "匿名先生/女士", "tier": "key", "refused": ["T2"],
    }  # fmt: skip
    assert after["orders"][0] == {
        "order_id": "O1", "customer_id": "erased-1", "lat": 30.1, "lon": 120.1, "area": "西湖", "kind": "repair",
    }  # fmt: skip
    assert [row["why"] for row in after["exceptions"]] == [ERASED, "老客户"]
    for sheet in PERSONAL:
        assert after[sheet][1] == before[sheet][1]
    assert before == branch()  # not changed itself


@pytest.mark.parametrize("name", ["王女士", "Ms Cole", "欧阳敏", "半亩咖啡", "Cole & Sons", "李记"])
def test_a_name_is_read_as_one_of_the_same_kind(name: str) -> None:
    after = forgotten(branch(customers=[{"customer_id": "C1", "name": name}]))
    stand_in = after["customers"][0]["name"]
    assert is_person(stand_in) == is_person(name)
    assert stand_in.isascii() == name.isascii()


def test_who_is_only_told_in_the_rows_of_orders_is_found_there() -> None:
    row = {"order_id": "O1", "customer_name": NAME, "customer_phone": PHONE, "address": STREET}
    after = forgotten({"orders": [row]}, order_ids=["O1"])
    assert after["orders"] == [{"order_id": "O1", "customer_id": "erased-1", "customer_name": "匿名先生/女士"}]
    named = forgotten({"orders": [row | {"customer_name": ""}]}, order_ids=["O1"], names={"O1": "李记"})
    assert named["orders"][0]["customer_name"] == "匿名客户"


def test_an_order_that_only_has_an_address_gets_the_place_that_was_found_for_it() -> None:
    problem, _, _ = random_problem_with_plan(1)
    place: Place = replace(problem.visits[0].place, approximate=True)
    row = {"order_id": "O1", "customer_id": "C1", "address": STREET}
    after = forgotten({"orders": [row]}, places={"O1": place})
    assert after["orders"][0] | {"lat": place.lat, "lon": place.lon, "approximate": True} == after["orders"][0]


def test_spellings_of_a_phone_and_a_name_are_the_same_text() -> None:
    texts = texts_of(branch(), PERSON, {"O1"})
    assert plain("１３９１２３４５６７８") in texts
    assert mentions("call +86 (139) 1234-5678 first", texts)
    assert mentions("李经理在家", texts)
    assert not mentions("不制冷", texts)  # said of many
    assert without_mentions({"a": ["x", "打 13912345678"], "n": 3}, texts) == {"a": ["x", ERASED], "n": 3}


def test_a_short_name_in_letters_is_no_reason_to_blacken_words() -> None:
    document = branch(customers=[{"customer_id": "C1", "name": "Li", "phone": "110"}], orders=[])
    assert texts_of(document, PERSON, ()) == set()


@pytest.mark.parametrize("seed", range(12))
def test_every_verdict_and_cost_stays(seed: int) -> None:
    problem, matrix, routes = random_problem_with_plan(seed)
    customers = tuple(
        replace(one, name=("王女士", "Cole & Sons")[number % 2], phone=f"138000{number:05}")
        for number, one in enumerate(problem.customers)
    )
    wire = json.loads(json.dumps(problem_to_json(replace(problem, customers=customers))))
    problem = problem_from_json(wire)
    plan = time_routes(problem, matrix, routes)
    who = problem.customers[seed % len(problem.customers)]
    person = Person(who.customer_id, "erased-1")
    order_ids = person.order_ids(wire)
    made = without_person(wire, person, order_ids, texts_of(wire, person, order_ids))
    after = problem_from_json(made)
    assert facts_sha256(problem_to_json(after)) == facts_sha256(made)
    assert who.phone not in json.dumps(made)
    before = judge_plan(problem, matrix, plan)
    verdict = judge_plan(after, matrix, plan)
    assert (verdict.costs, verdict.violations) == (before.costs, before.violations)
