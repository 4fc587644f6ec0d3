"""The page in a real browser: whole, silent, alone, readable on a desk and on a phone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.report import render_page, write_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from optimizer.solve import Outcome

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def opened(browser: Browser, outcome: Outcome, tmp_path: Path):
    """Return a function that opens the page in a language and a width; what the page complains of fails the test."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(lang: str, width: int = 1280) -> Page:
        file = tmp_path / f"{lang}.html"
        write_page(outcome.problem, outcome.matrix, outcome.plan, file, lang)
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith(("file:", "data:")) else complaints.append(request.url),
        )
        page.goto(file.as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


@pytest.mark.parametrize(("lang", "tag", "title"), [("zh", "zh-CN", "派工计划"), ("en", "en", "Dispatch plan")])
def test_every_stop_is_in_the_chart_on_the_map_and_in_the_sheets(opened, outcome, lang, tag, title) -> None:
    page = opened(lang)
    assert page.locator("html").get_attribute("lang") == tag
    assert title in page.title()
    served = outcome.plan.served
    assert page.locator(".bar").count() == served
    assert page.locator(".badge").count() == served
    assert page.locator(".person tbody tr").count() == served
    assert page.locator(".map .left").count() == len(outcome.unassigned)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_sticks_out_sideways(opened, width) -> None:
    page = opened("zh", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_choosing_a_technician_dims_the_others_and_letting_go_brings_them_back(opened, outcome) -> None:
    page = opened("en")
    first = page.locator(".names button").first
    first.click()
    assert first.get_attribute("aria-pressed") == "true"
    assert page.locator("svg.row.dim").count() == len(outcome.problem.technicians) - 1
    page.keyboard.press("Escape")
    assert page.locator(".dim").count() == 0


def test_what_a_customer_is_called_cannot_run(browser, outcome, tmp_path) -> None:
    problem = outcome.problem
    evil = '"><script>document.title = "owned"</script><img src=x onerror=alert(1)>'
    hostile = replace(problem, customers=tuple(replace(c, name=evil) for c in problem.customers))
    file = tmp_path / "hostile.html"
    write_page(hostile, outcome.matrix, outcome.plan, file, "en")
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.title() != "owned"
    assert page.locator("img").count() == 0
    page.close()


def test_the_printed_page_has_a_sheet_for_each_technician(opened, outcome, tmp_path) -> None:
    page = opened("zh")
    pdf = page.pdf(format="A4", landscape=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") >= len(outcome.plan.routes)


def test_equal_plans_give_equal_pages(outcome) -> None:
    pages = {render_page(outcome.problem, outcome.matrix, outcome.plan, "zh") for _ in range(2)}
    assert len(pages) == 1
