"""The pictures of the documentation: `python -m benchmarks.pictures data/pictures`.

They show the draft of the demo branch, planned with a limit of work, so that the same sources give the same pictures:
the page on a screen, and call list and route sheet as they are printed. It needs chromium and playwright.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from playwright.sync_api import sync_playwright

from optimizer.domain.planning_context import Stage
from optimizer.ingest.intake import ReadOptions
from optimizer.ingest.read import read_intake
from optimizer.moments.draft_settle_open import plan_stage
from optimizer.report.page import write_page
from optimizer.report.papers.making import make_papers
from optimizer.text.catalogue import LANGUAGES
from optimizer.travel.provider import travel_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser

BRANCH = Path(__file__).parents[1] / "data/hangzhou"
ITERATIONS = 60_000
#: Inches to the pixels of a style sheet; what a picture shows of an inch of paper.
_CSS_PX, _PAPER_PX = 96, 85
_A4_IN, _MARGIN_IN = (210 / 25.4, 297 / 25.4), 9 / 25.4
SCREEN = (1280, 1030)


class Picture(NamedTuple):
    """One paper as it is printed: the part of the page, and whether it lies on its side."""

    name: str
    paper: str
    is_wide: bool


PICTURES = (Picture("call-list", "call_list", True), Picture("route-sheet", "route_sheets", False))


def main(arguments: Sequence[str] | None = None) -> None:
    """Plan the demo branch and take every picture in both languages."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        pages = write_pages(Path(made))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for lang, page in pages.items():
            take_screen(browser, page, folder / f"plan-{lang}.png")
            for picture in PICTURES:
                take_print(browser, page, picture, folder / f"{picture.name}-{lang}.png")
        browser.close()


def write_pages(folder: Path) -> dict[str, Path]:
    """Plan the draft of the demo branch and write its page, by language."""
    intake = read_intake(BRANCH, ReadOptions(Stage.DRAFT))
    problem = intake.checked()
    matrix = travel_for(problem, BRANCH)
    made = plan_stage(problem, matrix, None, seconds=None, iterations=ITERATIONS).outcome
    pages = {lang: folder / f"{lang}.html" for lang in LANGUAGES}
    for lang, page in pages.items():
        papers = make_papers(made.problem, made.matrix, made.plan, intake.context, lang)
        write_page(made.problem, made.matrix, made.plan, page, lang, papers=papers)
    return pages


def take_screen(browser: Browser, page: Path, target: Path) -> None:
    """Take the top of the page as a screen shows it."""
    width, height = SCREEN
    shown = browser.new_page(viewport={"width": width, "height": height})
    shown.goto(page.as_uri())
    shown.screenshot(path=target)
    shown.close()


def take_print(browser: Browser, page: Path, picture: Picture, target: Path) -> None:
    """Take the first sheet of one paper as it comes out of a printer."""
    width_in, height_in = reversed(_A4_IN) if picture.is_wide else _A4_IN
    width, height = round(width_in * _CSS_PX), round(height_in * _CSS_PX)
    shown = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=_PAPER_PX / _CSS_PX)
    shown.add_init_script("window.print = () => {};")
    shown.goto(page.as_uri())
    shown.locator(".printing summary").click()
    shown.locator(f"[data-print={picture.paper}]").click()
    shown.emulate_media(media="print")
    shown.add_style_tag(
        content=f"body {{ padding: {_MARGIN_IN}in }} details.person:nth-of-type(n + 2) {{ display: none }}"
    )
    shown.screenshot(path=target, clip={"x": 0, "y": 0, "width": width, "height": height})
    shown.close()


if __name__ == "__main__":
    main()
