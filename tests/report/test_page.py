"""The page in a real browser: whole, silent, alone, readable on a desk and on a phone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.order import Interval
from optimizer.domain.planning_context import Change, ChangeKind, PlanningContext
from optimizer.domain.units import at
from optimizer.report.page import render_page, write_page
from optimizer.report.papers.making import make_papers
from tests.report.conftest import printed
from tests.report.paper_worlds import FETCH, PAIR, TWO_DAYS, boiler_pair, fetch_on_the_way, two_days

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.worlds import World

pytestmark = pytest.mark.browser

EVIL = '"><script>document.title = "owned"</script><img src=x onerror=alert(1)>'


@pytest.mark.parametrize(("lang", "tag", "title"), [("zh", "zh-CN", "派工计划"), ("en", "en", "Dispatch plan")])
def test_every_stop_is_in_the_chart_on_the_map_and_in_the_sheets(opened, outcome, lang, tag, title) -> None:
    page = opened(lang)
    assert page.locator("html").get_attribute("lang") == tag
    assert title in page.title()
    stops = sum(len(route.stops) for route in outcome.plan.routes)
    assert page.locator(".bar").count() == stops
    assert page.locator(".badge").count() == stops
    assert page.locator(".entry").count() == stops
    assert page.locator(".map .left").count() == len(outcome.unassigned)


def test_every_paper_has_its_section_and_its_place_in_the_menu(opened) -> None:
    page = opened("en")
    links = page.locator("nav a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    sections = ["overview", "call_list", "route_sheets", "pick_list", "tool_list", "loan_card", "register"]
    assert links == [f"#{name}" for name in sections]
    for link in links:
        assert page.locator(link).count() == 1


def test_changes_have_a_section_when_there_are_any(outcome) -> None:
    stop = outcome.plan.routes[0].stops[0]
    change = Change(stop.visit_id, ChangeKind.TIME, "T01", "T01", Interval(at(8), at(9)), stop.window, call_by_s=at(8))
    context = PlanningContext(changes=(change,), is_published=True)
    papers = make_papers(outcome.problem, outcome.matrix, outcome.plan, context, "en")
    with_changes = render_page(outcome.problem, outcome.matrix, outcome.plan, "en", papers=papers)
    without = render_page(outcome.problem, outcome.matrix, outcome.plan, "en")
    assert 'id="changes"' in with_changes
    assert 'id="changes"' not in without


def test_the_register_holds_every_order_and_marks_the_red_ones(opened, outcome) -> None:
    page = opened("zh")
    rows = page.locator("#register tbody tr")
    assert rows.count() == len(outcome.problem.visits)
    red = page.locator("#register tr.is-red")
    assert red.count() > 0
    assert red.locator(".mark").all_inner_texts() == ["红"] * red.count()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out_sideways(opened, lang, width) -> None:
    page = opened(lang, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_column_is_cut_off_on_a_screen(opened, lang) -> None:
    """The last column of a table that is too wide is out of sight until somebody drags it."""
    page = opened(lang)
    panels = page.locator(".panel").evaluate_all("all => all.map(one => [one.scrollWidth, one.clientWidth])")
    assert [(wide, seen) for wide, seen in panels if wide > seen] == []


def test_the_menu_stays_on_top(opened) -> None:
    page = opened("en")
    page.locator("#register").scroll_into_view_if_needed()
    page.mouse.wheel(0, 4000)
    page.wait_for_function("window.scrollY > 1000")
    assert page.locator("nav").bounding_box()["y"] == 0


def test_choosing_a_technician_dims_the_others_and_letting_go_brings_them_back(opened, outcome) -> None:
    page = opened("en")
    first = page.locator(".names button").first
    first.click()
    assert first.get_attribute("aria-pressed") == "true"
    assert page.locator("svg.row.dim").count() == len(outcome.problem.technicians) - 1
    page.keyboard.press("Escape")
    assert page.locator(".dim").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_people_are_called_cannot_run(open_file, outcome, tmp_path, lang) -> None:
    problem = outcome.problem
    hostile = replace(
        problem,
        customers=tuple(replace(c, name=EVIL, phone=EVIL) for c in problem.customers),
        technicians=tuple(replace(t, name=EVIL) for t in problem.technicians),
        parts=tuple(replace(p, name=EVIL) for p in problem.parts),
    )
    file = tmp_path / "hostile.html"
    write_page(hostile, outcome.matrix, outcome.plan, file, lang)
    page = open_file(file)
    assert page.title() != "owned"
    assert page.locator("img").count() == 0
    assert page.locator(".who").first.inner_text().count(EVIL) == 2
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert all("<img" in sheet.text for sheet in printed(page, "route_sheets"))


@pytest.mark.parametrize(("lang", "heading", "balance"), [("en", "Balance", "+7 min"), ("zh", "累计余额", "+7 分")])
def test_the_balance_over_ledger_and_horizon_stands_beside_the_load_of_all_days(lang, heading, balance) -> None:
    """T1 is 400 s below 85 % of the contracted time on Monday and 800 s above on Tuesday; T2 far below."""
    w = two_days().with_shift("T1", contracted_s=4_000)
    page = render_page(w.problem, w.matrix, w.plan(TWO_DAYS), lang)
    assert page.count(f">{heading}</th>") == 1
    assert page.count(f'<td class="n">{balance}') == 1


def test_equal_plans_give_equal_pages(outcome) -> None:
    pages = {render_page(outcome.problem, outcome.matrix, outcome.plan, "zh") for _ in range(2)}
    assert len(pages) == 1


# --- crews, a stop at the branch, several days ----------------------------------------------------------------------


@pytest.fixture
def shown(open_file, tmp_path) -> Callable[..., Page]:
    """Return a function that opens the page of a tiny world."""

    def shown(w: World, routes: dict, lang: str = "en", width: int = 1280) -> Page:
        file = tmp_path / f"tiny-{lang}.html"
        write_page(w.problem, w.matrix, w.plan(routes), file, lang)
        return open_file(file, width)

    return shown


def test_a_visit_of_two_has_a_bar_and_an_entry_for_each_and_the_tool_list_a_chapter(shown) -> None:
    page = shown(boiler_pair(), PAIR)
    assert page.locator(".bar").count() == 4
    assert page.locator(".entry .crew dd").all_inner_texts() == ["T2 Li (T2) 139-2", "none", "T1 Li (T1) 139-1", "none"]
    assert page.locator(".card b").first.inner_text() == "3"
    assert page.locator("#tool_list tbody tr").count() == 1
    assert page.locator("nav a[href='#tool_list']").count() == 1


def test_a_stop_at_the_branch_is_in_the_chart_on_the_map_and_in_the_sheet(shown) -> None:
    page = shown(fetch_on_the_way(), FETCH)
    assert page.locator(".row .at-branch").count() == 1
    assert page.locator(".map rect.at-branch").count() == 1
    rows = page.locator(".sheet tbody tr").evaluate_all("rows => rows.map(row => row.className)")
    assert rows == ["packing", "entry", "pick-up", "entry"]
    assert "pump (P2) ×2" in page.locator(".pick-up").inner_text()


def test_a_one_day_plan_has_no_days_to_choose(shown) -> None:
    page = shown(fetch_on_the_way(), FETCH)
    assert page.locator("[data-show-day], [data-day]").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_day_can_be_chosen_and_all_days_come_back(shown, lang, width) -> None:
    page = shown(two_days(), TWO_DAYS, lang, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".day:visible").count() == 2
    assert page.locator(".person:visible").count() == 3
    page.locator("[data-show-day='0']").click()
    assert page.locator(".day:visible").count() == 1
    assert page.locator(".person:visible").count() == 1
    assert page.locator("#pick_list .of-day:visible").count() == 1
    assert page.locator("#register tbody tr:visible").count() == 3
    page.locator("[data-show-day='']").click()
    assert page.locator(".day:visible").count() == 2


def test_a_technician_is_one_person_on_all_days(shown) -> None:
    page = shown(two_days(), TWO_DAYS)
    page.locator(".names button", has_text="T2").first.click()
    assert page.locator("svg.row.dim").count() == 2
    assert page.locator("svg.row.chosen").count() == 2


def test_a_chosen_day_is_what_is_printed(shown) -> None:
    page = shown(two_days(), TWO_DAYS)
    assert len(printed(page, "route_sheets")) == 3
    page.locator("[data-show-day='1']").click()
    sheets = printed(page, "route_sheets")
    assert len(sheets) == 2
    assert all("Tuesday,24November2026" in sheet.text for sheet in sheets)


def test_each_day_of_the_pick_list_is_a_page(shown) -> None:
    first, second, totals = printed(shown(two_days(), TWO_DAYS), "pick_list")
    assert "Monday,23November2026" in first.text
    assert "Tuesday,24November2026" in second.text
    assert "Partsintotal" in totals.text


def test_the_hatching_of_breaks_is_there_whatever_day_is_chosen(shown) -> None:
    """A pattern inside a hidden drawing would not be drawn anywhere."""
    page = shown(two_days(), TWO_DAYS)
    page.locator("[data-show-day='1']").click()
    assert page.locator("#hatch").count() == 1
    assert page.locator(".other-day #hatch").count() == 0


# --- on a phone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_a_phone_the_call_list_shows_script_caller_and_deadline_without_scrolling(opened, outcome, lang) -> None:
    page = opened(lang, 390)
    lines = page.locator("#call_list tbody tr")
    assert lines.count() > 0
    panel = page.locator("#call_list .panel")
    assert panel.evaluate("one => one.scrollWidth <= one.clientWidth")
    for name in ("whom", "phone", "say", "caller", "by"):
        cell = lines.first.locator(f"[data-name={name}]")
        box = cell.bounding_box()
        assert box is not None, name
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= 390, name


def test_no_table_of_the_papers_scrolls_sideways_on_a_phone(opened) -> None:
    page = opened("zh", 390)
    panels = page.locator(".paper .panel").evaluate_all("all => all.map(one => [one.scrollWidth, one.clientWidth])")
    assert [(wide, seen) for wide, seen in panels if wide > seen] == []


def test_numbers_are_called_and_places_opened_by_a_tap(opened, outcome) -> None:
    page = opened("en", 390)
    calls = page.locator("#call_list td[data-name=phone] a[href^='tel:']")
    assert calls.count() == page.locator("#call_list tbody tr").count()
    places = page.locator("#route_sheets .entry .address a[href^='geo:']")
    assert places.count() == sum(len(route.stops) for route in outcome.plan.routes)
    visit = outcome.problem.visit_by_id[outcome.plan.routes[0].stops[0].visit_id]
    assert places.first.get_attribute("href").startswith(f"geo:{visit.place.lat:.6f},{visit.place.lon:.6f}")


def test_everybody_has_one_colour_and_one_line_in_chart_map_and_legend(opened, outcome) -> None:
    page = opened("en")
    for index in range(len(outcome.plan.routes)):
        parts = page.locator(
            f"[data-person='{index}'] .sample line, [data-person='{index}'] .way, [data-person='{index}'] .route"
        )
        pens = parts.evaluate_all(
            "all => all.map(one => one.getAttribute('stroke') + one.getAttribute('stroke-dasharray'))"
        )
        assert len(pens) > 2
        assert len(set(pens)) == 1


def test_the_map_names_the_districts_and_covers_no_number(opened, outcome) -> None:
    page = opened("zh")
    names = page.locator(".map .district-name").all_text_contents()
    assert len(names) > 2
    assert set(names) <= {visit.area for visit in outcome.problem.visits}
    assert page.locator(".map .badge.hidden").count() <= outcome.plan.served // 10


def test_a_day_without_a_visit_is_no_page(shown) -> None:
    page = shown(two_days(), {("T1", 1): ["A"]})
    assert page.locator(".day.empty").count() == 1
    assert not any("Nobodyhasavisit" in sheet.text for sheet in printed(page, "overview"))
