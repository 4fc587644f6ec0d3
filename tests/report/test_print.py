"""The papers on A4: one technician a page, nothing cut or split, room to write, red to be seen without colour."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.domain.planning_context import PlanningContext
from optimizer.report import page as page_module
from optimizer.report.papers.making import make_papers
from tests.report.conftest import PRINTED_WIDTH_PX, WIDE_PX, plain, printed

#: Every paper is printed by a real browser: minutes.
pytestmark = [pytest.mark.browser, pytest.mark.night]

#: Which boxes of some papers hold more than they have room for.
OVERFLOWING = """papers => [...document.querySelectorAll(papers)].flatMap(paper => [...paper.querySelectorAll(
    "td, th, .panel, .sheet article, .sheet dl, .blanks div, .packing div, .sheet-head")])
  .filter(box => box.clientWidth && (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1))
  .map(box => `${box.className || box.tagName}: ${box.innerText.slice(0, 40)}`)"""


def overflowing(page) -> list[str]:
    """Return the boxes of the papers, each paper as wide as it is printed, that hold more than they have room for."""
    page.emulate_media(media="print")
    found = []
    for width, papers in ((PRINTED_WIDTH_PX, ".paper:not(.wide)"), (WIDE_PX, ".paper.wide")):
        page.set_viewport_size({"width": width, "height": 900})
        found += page.evaluate(OVERFLOWING, papers)
    return found


def titles(problem, plan) -> list[str]:
    """Return how each technician with a route is called on top of his sheet."""
    people = [problem.technician_by_id[route.technician_id] for route in plan.routes]
    return [plain(f"{person.name} {person.technician_id}") for person in people]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("is_wordy", [False, True], ids=["demo", "every field filled"])
def test_a_day_of_up_to_eight_visits_is_one_page(opened, outcome, wordy, lang, is_wordy) -> None:
    problem, routes = wordy if is_wordy else outcome.problem, outcome.plan.routes
    sheets = printed(opened(lang, problem=problem), "route_sheets")
    assert not any(sheet.is_wide for sheet in sheets)
    for route, title in zip(routes, titles(problem, outcome.plan), strict=True):
        own = [sheet.text for sheet in sheets if title in sheet.text]
        assert len(own) == 1 or len(route.stops) > 8, title
        for visit_id in route.visit_ids:
            assert problem.visit_by_id[visit_id].order_id in "".join(own)
    assert len(sheets) == sum(len([s for s in sheets if title in s.text]) for title in titles(problem, outcome.plan))


@pytest.mark.parametrize(("lang", "signature"), [("zh", "客户签字"), ("en", "Signature")])
def test_a_longer_day_flows_with_its_heading_and_splits_no_entry(opened, outcome, monkeypatch, lang, signature) -> None:
    long_day(monkeypatch, outcome, lang, visits=20)
    page = opened(lang)
    numbers = page.locator(".order b").all_inner_texts()
    sheets = printed(page, "route_sheets")
    assert len(sheets) > 1
    for sheet in sheets:
        assert titles(outcome.problem, outcome.plan)[0] in sheet.text
        assert sheet.text.count(signature) == sum(number in sheet.text for number in numbers) > 0
    assert sum(sheet.text.count(signature) for sheet in sheets) == 20


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("is_wordy", [False, True], ids=["demo", "every field filled"])
def test_nothing_overflows_its_box_on_paper(opened, outcome, wordy, lang, is_wordy) -> None:
    page = opened(lang, problem=wordy if is_wordy else outcome.problem)
    assert overflowing(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE_PX


@pytest.mark.parametrize("unbroken", ["W" * 120, "长" * 120], ids=["Latin", "Chinese"])
def test_names_without_a_break_overflow_nothing(opened, outcome, unbroken) -> None:
    problem = outcome.problem
    endless = replace(
        problem,
        customers=tuple(replace(c, name=unbroken, phone=unbroken) for c in problem.customers),
        orders=tuple(replace(o, fault=unbroken, product=unbroken) for o in problem.orders),
        parts=tuple(replace(p, name=unbroken) for p in problem.parts),
        technicians=tuple(replace(t, name=unbroken) for t in problem.technicians),
    )
    assert overflowing(opened("en", problem=endless)) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_there_is_room_to_write_in_every_blank(opened, outcome, lang) -> None:
    page = opened(lang, PRINTED_WIDTH_PX)
    page.emulate_media(media="print")
    boxes = page.locator(".blanks div, .list td.blank")
    heights = boxes.evaluate_all("boxes => boxes.map(box => box.offsetHeight / 96 * 25.4)")
    assert len(heights) > 7 * outcome.plan.served
    assert min(heights) >= 7


@pytest.mark.parametrize(("lang", "none", "red"), [("zh", "无", "红"), ("en", "none", "red")])
def test_empty_fields_print_none_and_red_is_a_word_and_a_mark(opened, lang, none, red) -> None:
    page = opened(lang, PRINTED_WIDTH_PX)
    page.emulate_media(media="print")
    values = page.locator(".entry dd").all_inner_texts()
    assert none in values
    assert "" not in values
    entry = page.locator(".entry.is-red").first
    assert entry.locator(".mark").inner_text() == red
    assert entry.locator(".mark svg path").count() == 1


def test_each_list_starts_a_page_and_repeats_its_head(opened) -> None:
    page = opened("en")
    for name, head in (("call_list", "Whattosay"), ("loan_card", "Partkeepersigns"), ("register", "Acknowledged")):
        sheets = printed(page, name)
        assert all(head in sheet.text for sheet in sheets), name
        assert all(sheet.is_wide for sheet in sheets), name
    assert not any(sheet.is_wide for sheet in printed(page, "pick_list"))


def test_everything_is_the_overview_and_every_paper(opened) -> None:
    page = opened("zh")
    names = page.locator("[data-print]").evaluate_all("buttons => buttons.map(button => button.dataset.print)")
    assert names[:2] == ["all", "overview"]
    each = [len(printed(page, name)) for name in names]
    assert each[0] == sum(each[1:])


def test_folded_sheets_are_printed_and_folded_again(opened, outcome) -> None:
    page = opened("en")
    page.evaluate("document.querySelectorAll('details.person').forEach(sheet => sheet.open = false)")
    sheets = printed(page, "route_sheets")
    assert len(sheets) >= len(outcome.plan.routes)
    assert all("Signature" in sheet.text for sheet in sheets)
    assert page.locator("details.person[open]").count() == 0


def test_a_borrowed_part_has_its_bar_code_its_ticks_and_its_signatures(opened, outcome) -> None:
    page = opened("en", PRINTED_WIDTH_PX)
    page.emulate_media(media="print")
    lines = len(make_papers(outcome.problem, outcome.matrix, outcome.plan, PlanningContext(), "en").loan_card.lines)
    assert page.locator("#loan_card .barcode").count() == lines > 0
    assert page.locator("#loan_card .tick").count() == 2 * lines
    assert page.locator("#loan_card td.blank").count() == 3 * lines


def long_day(monkeypatch, outcome, lang: str, *, visits: int) -> None:
    """Let the page's one route sheet hold the first visits of the whole plan."""
    papers = make_papers(outcome.problem, outcome.matrix, outcome.plan, PlanningContext(), lang)
    entries = tuple(entry for sheet in papers.route_sheets for entry in sheet.entries)[:visits]
    sheet = replace(papers.route_sheets[0], entries=entries)
    monkeypatch.setattr(page_module, "make_papers", lambda *_: replace(papers, route_sheets=(sheet,)))
