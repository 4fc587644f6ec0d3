"""The demo branch, planned once for all pages, a real browser, and what it prints."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from optimizer import read_branch, solve, travel_for
from optimizer.domain.order import Briefing, Coverage
from optimizer.report.page import write_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from optimizer.domain.problem import Problem
    from optimizer.solver import Outcome

#: A4 in millimetres less both margins, in pixels of the screen, upright and on its side.
PRINTED_WIDTH_PX, WIDE_PX = round((210 - 18) / 25.4 * 96), round((297 - 18) / 25.4 * 96)

#: A PDF may name a character by a radical that looks the same; NFKC knows most of them, these it does not.
RADICALS = str.maketrans(
    "⼾⺠⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰", "户民西见角贝车长门青页风飞食马骨鬼鱼鸟麦黄齐齿龙"
)

#: A print button does all but open the dialog.
NO_DIALOG = "window.print = () => {};"


@pytest.fixture(scope="session")
def outcome() -> Outcome:
    problem = read_branch("data/hangzhou")
    return solve(problem, travel_for(problem), seconds=None, iterations=2000)


@pytest.fixture(scope="session")
def wordy(outcome: Outcome) -> Problem:
    """Return the demo branch with every field of every order filled in, at a length that people write."""
    briefing = Briefing(
        contacts=("李经理 138-0000-9001", "门卫 王师傅 138-0000-9002"),
        serial="KFR72LW-2024-08-15-00077A",
        coverage=Coverage.WARRANTY,
        request="请顺便检查排水管，并把上次的保养记录带来核对",
        bring=("调试软件 U 盘", "鞋套", "小区施工出入证"),
        prepare="清空水槽下橱柜，保证通电，预留停车位",
    )
    problem = outcome.problem
    someone = problem.technicians[0].technician_id
    return replace(
        problem,
        orders=tuple(replace(order, briefing=briefing) for order in problem.orders),
        customers=tuple(replace(customer, served_by=(someone,)) for customer in problem.customers),
    )


@pytest.fixture
def open_file(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a file in a window of a width; what a page complains of fails the test."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_file(file: Path, width: int = 1280) -> Page:
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.add_init_script(NO_DIALOG)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: None if request.url.startswith(("file:", "data:")) else complaints.append(request.url),
        )
        page.goto(file.as_uri())
        pages.append(page)
        return page

    yield open_file
    for page in pages:
        page.close()
    assert complaints == []


@pytest.fixture
def opened(open_file: Callable[..., Page], outcome: Outcome, tmp_path: Path) -> Callable[..., Page]:
    """Return a function that writes the plan's page in a language and opens it in a window of a width."""

    def open_page(lang: str, width: int = 1280, problem: Problem | None = None) -> Page:
        file = tmp_path / f"{lang}.html"
        write_page(problem or outcome.problem, outcome.matrix, outcome.plan, file, lang)
        return open_file(file, width)

    return open_page


@dataclass(frozen=True)
class Sheet:
    """A printed page: its text without spaces, and whether it lies on its side."""

    text: str
    is_wide: bool


def printed(page: Page, paper: str = "") -> list[Sheet]:
    """Return what a page prints, all of it or the paper of one print button."""
    if paper:
        page.locator(".printing summary").click()
        page.locator(f"[data-print={paper}]").click()
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    return [
        Sheet(
            text=plain(sheet.extract_text()),
            is_wide=sheet.mediabox.width > sheet.mediabox.height,
        )
        for sheet in reader.pages
    ]


def plain(text: str) -> str:
    """Return a text as it is compared: without spaces, every character by its usual name."""
    return "".join(unicodedata.normalize("NFKC", text.translate(RADICALS)).split())
