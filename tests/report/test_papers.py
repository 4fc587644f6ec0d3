"""The papers of the demo branch: complete, in both languages, and each technician's own."""

from __future__ import annotations

import pytest

from optimizer.domain.planning_context import PlanningContext
from optimizer.report.columns import EXTRA_PAPERS, PAPERS
from optimizer.report.papers.making import make_papers
from optimizer.report.papers.route_sheet import BLANKS, EXTRA_FIELDS, FIELDS
from optimizer.text.catalogue import translator

_FIELDS = """
    order_id customer contacts phone address kind product serial coverage fault request last_try dispatched promised
    told leave leave_by start end technician lead crew parts tools bring prepare served_last
"""
NAMES = _FIELDS.split()


@pytest.fixture(scope="module", params=["zh", "en"])
def lang(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def papers(outcome, lang):
    return make_papers(outcome.problem, outcome.matrix, outcome.plan, PlanningContext(), lang)


def test_every_planned_visit_has_exactly_one_entry(papers, outcome) -> None:
    planned = [stop.visit_id for route in outcome.plan.routes for stop in route.stops]
    assert sorted(entry.visit_id for sheet in papers.route_sheets for entry in sheet.entries) == sorted(planned)


def test_the_entries_of_a_sheet_follow_the_route(papers, outcome) -> None:
    for route in outcome.plan.routes:
        [sheet] = papers.route_sheets_of(route.technician_id)
        assert [entry.visit_id for entry in sheet.entries] == list(route.visit_ids)
        assert [entry.position for entry in sheet.entries] == list(range(1, len(route.stops) + 1))


def test_every_entry_has_every_field_and_every_blank(papers, lang) -> None:
    say = translator(lang)
    assert list(FIELDS) == NAMES
    for sheet in papers.route_sheets:
        for entry in sheet.entries:
            assert [field.name for field in entry.fields if field.name not in EXTRA_FIELDS] == NAMES
            assert all(field.value.strip() and field.label for field in entry.fields)
            assert entry.blanks == tuple(say(label) for label in BLANKS)


def test_what_is_empty_reads_none(papers, lang) -> None:
    values = {field.value for sheet in papers.route_sheets for entry in sheet.entries for field in entry.fields}
    assert {"zh": "无", "en": "none"}[lang] in values
    assert "" not in values


def test_the_lists_have_the_cells_of_their_columns(papers) -> None:
    found = {paper.name: paper.columns for paper in papers.lists}
    assert found == {sheet.name: sheet.columns for sheet in (*PAPERS, *EXTRA_PAPERS)}
    for paper in papers.lists:
        for line in paper.lines:
            assert set(line.cells) == {column.name for column in paper.columns}, paper.name


def test_the_register_has_every_order_once(papers, outcome) -> None:
    ids = [line.cells["order_id"] for line in papers.register.lines]
    assert ids == sorted(order.order_id for order in outcome.problem.orders)
    assert all(line.cells["class"] for line in papers.register.lines)


def test_what_is_picked_is_what_the_visits_need(papers, outcome) -> None:
    problem = outcome.problem
    planned = [problem.visit_by_id[stop.visit_id] for route in outcome.plan.routes for stop in route.stops]
    needed = sorted((v.order_id, need.part_id, need.quantity) for v in planned for need in v.parts)
    picked = [
        tuple(line.cells[name] for name in ("order_id", "part_id", "quantity")) for line in papers.pick_list.lines
    ]
    assert sorted(picked) == needed
    total = sum(line.cells["needed"] for line in papers.pick_totals.lines)
    assert total == sum(quantity for *_, quantity in needed)


def test_everybody_with_a_phone_is_on_the_call_list_with_a_sentence(papers) -> None:
    assert papers.call_list.lines
    for line in papers.call_list.lines:
        assert line.cells["whom"]
        assert line.cells["say"]
        assert line.cells["caller"]


def test_what_a_technician_sees_holds_no_other_customers_phone(papers, outcome) -> None:
    problem = outcome.problem
    phones = {customer.customer_id: customer.phone for customer in problem.customers}
    for route in outcome.plan.routes:
        who = route.technician_id
        own = {problem.customer_of(problem.visit_by_id[stop.visit_id]).customer_id for stop in route.stops}
        lines = [line for paper in papers.lists for line in paper.lines if line.technician_id == who]
        text = repr((papers.route_sheets_of(who), [line.cells for line in lines]))
        seen = {customer_id for customer_id, phone in phones.items() if phone and phone in text}
        assert seen == own


def test_a_technician_without_a_visit_has_no_sheet(papers) -> None:
    assert papers.route_sheets_of("nobody") == ()
