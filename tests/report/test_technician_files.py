"""One file per technician: his own papers alone, a name that every disk takes, nothing stale, nothing foreign lost."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.technician import Technician
from optimizer.report import technician_files
from optimizer.report.page import write_page
from optimizer.report.paper_view import sheet_views
from optimizer.report.papers.making import make_papers
from optimizer.report.technician_files import MARK, safe_stems, write_technician_files
from tests.report.conftest import PRINTED_WIDTH_PX, printed
from tests.report.paper_worlds import PAIR, TWO_DAYS, boiler_pair, two_days

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def write(outcome, tmp_path: Path):
    """Return a function that writes the files into a folder and returns their paths."""

    def write(lang: str = "zh", problem=None, plan=None) -> list[Path]:
        problem = problem or outcome.problem
        papers = make_papers(problem, outcome.matrix, plan or outcome.plan, None, lang)
        return write_technician_files(problem, papers, tmp_path / "technicians", lang)

    return write


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_technician_with_a_route_has_one_file_with_all_his_visits(write, outcome, lang: str) -> None:
    paths = write(lang)
    assert sorted(path.name for path in paths) == sorted(path.name for path in paths[0].parent.iterdir())
    assert len(paths) == len(outcome.plan.routes)
    for route in outcome.plan.routes:
        person = outcome.problem.technician_by_id[route.technician_id]
        text = file_of(paths, person).read_text(encoding="utf-8")
        assert person.name in text
        assert text.count('<tr class="entry') == len(route.stops)


def test_a_sheet_is_drawn_once_for_the_page_and_the_files(write, outcome, tmp_path: Path) -> None:
    papers = make_papers(outcome.problem, outcome.matrix, outcome.plan, None, "zh")
    sheets, together = sheet_views(papers), tmp_path / "together"
    write_page(
        outcome.problem, outcome.matrix, outcome.plan, tmp_path / "plan.html", "zh", papers=papers, sheets=sheets
    )
    drawn = [sheet.drawn(lambda _: pytest.fail("the page has drawn it")) for sheet in sheets]
    paths = write_technician_files(outcome.problem, papers, together, "zh", sheets=sheets)
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert all(text in page for text in drawn)
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in write("zh")]


def test_a_file_knows_the_phones_of_its_own_customers_only(write, outcome) -> None:
    problem = outcome.problem
    for path in write():
        technician_id = path.name.split("-")[0]
        text = path.read_text(encoding="utf-8")
        served = {v for route in outcome.plan.routes if route.technician_id == technician_id for v in route.visit_ids}
        own = {problem.customer_of(problem.visit_by_id[visit_id]) for visit_id in served}
        assert {customer.phone for customer in own} <= set(re.findall(r"138-\d{4}-\d{4}", text))
        for customer in set(problem.customers) - own:
            assert customer.phone not in text, f"{customer.customer_id} in {path.name}"


def test_the_loan_card_and_the_pick_list_are_his_own(write, outcome) -> None:
    for path in write("en"):
        person = outcome.problem.technician_by_id[path.name.split("-")[0]]
        _, *lists = path.read_text(encoding="utf-8").split('class="list ')
        for text in lists:
            others = {other.technician_id for other in outcome.problem.technicians} - {person.technician_id}
            assert not [other for other in others if f"({other})" in text]


def test_a_name_keeps_its_letters_and_loses_what_a_disk_refuses() -> None:
    names = [("T01", "陈立新"), ("T/2", "..\\a:b*"), ("CON", ""), ("nul.x", "y"), ("T3", "a\x00\u202eb"), (" ", " ")]
    assert safe_stems(Technician(number, name) for number, name in names) == [
        "T01-陈立新",
        "T_2-___a_b_",
        "_CON",
        "nul_x-y",
        "T3-a__b",
        "_",
    ]


def test_names_alike_on_any_disk_are_told_apart() -> None:
    names = [("t1", "ann"), ("T1", "Ann"), ("T1", "Ａnn"), ("T1", "Ann-2")]
    stems = safe_stems(Technician(number, name) for number, name in names)
    assert len({stem.casefold() for stem in stems}) == 4


def test_an_endless_name_is_cut_within_a_character() -> None:
    (stem,) = safe_stems([Technician("T1", "长" * 300)])
    assert len(stem.encode()) <= 160
    assert stem.startswith("T1-长")


def test_files_of_an_earlier_run_go_and_those_of_others_stay(write, outcome) -> None:
    paths = write()
    folder = paths[0].parent
    (folder / "notes.html").write_text("<p>mine</p>", encoding="utf-8")
    (folder / "notes.txt").write_text(MARK, encoding="utf-8")
    fewer = replace(outcome.plan, routes=outcome.plan.routes[1:])
    left = write(plan=fewer)
    assert {path.name for path in folder.iterdir()} == {path.name for path in left} | {"notes.html", "notes.txt"}
    assert len(left) == len(paths) - 1


def test_a_link_to_another_place_is_not_followed(write, outcome, tmp_path: Path) -> None:
    elsewhere = tmp_path / "kept.html"
    elsewhere.write_text(MARK, encoding="utf-8")
    folder = write()[0].parent
    (folder / "old.html").symlink_to(elsewhere)
    write()
    assert elsewhere.exists()
    assert (folder / "old.html").is_symlink()


def test_a_failure_leaves_the_folder_as_it_was(write, monkeypatch) -> None:
    paths = write()
    before = {path: path.read_bytes() for path in paths}

    def fail(*_: object, **__: object) -> str:
        raise OSError("no space left")

    monkeypatch.setattr(technician_files, "render", fail)
    with pytest.raises(OSError, match="no space"):
        write("en")
    assert {path: path.read_bytes() for path in paths[0].parent.iterdir()} == before


def test_equal_plans_give_equal_files(write) -> None:
    first = [path.read_bytes() for path in write()]
    assert [path.read_bytes() for path in write()] == first


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_reads_on_a_phone_and_prints_the_sheet_on_its_first_page(write, open_file, outcome, lang) -> None:
    longest = max(outcome.plan.routes, key=lambda route: len(route.stops))
    path = file_of(write(lang), outcome.problem.technician_by_id[longest.technician_id])
    page = open_file(path, 390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": PRINTED_WIDTH_PX, "height": 900})
    first, *rest = printed(page)
    assert not first.is_wide
    assert all(sheet.is_wide for sheet in rest[len(longest.stops) > 8 :])
    assert page.locator(".entry").count() == len(longest.stops)


@pytest.mark.browser
def test_what_people_are_called_cannot_run(write, open_file, outcome) -> None:
    evil = '"><script>document.title = "owned"</script><img src=x onerror=alert(1)>'
    problem = replace(
        outcome.problem,
        customers=tuple(replace(c, name=evil) for c in outcome.problem.customers),
        technicians=tuple(replace(t, name=evil) for t in outcome.problem.technicians),
    )
    for path in write(problem=problem):
        page = open_file(path)
        assert page.title() != "owned"
        assert page.locator("img").count() == 0


def file_of(paths: list[Path], person: Technician) -> Path:
    return next(path for path in paths if path.name == f"{person.technician_id}-{person.name}.html")


def test_all_days_of_a_technician_are_in_one_file(tmp_path: Path) -> None:
    w = two_days()
    papers = make_papers(w.problem, w.matrix, w.plan(TWO_DAYS), None, "en")
    first, second = write_technician_files(w.problem, papers, tmp_path, "en")
    assert (first.name, second.name) == ("T1-T1 Li.html", "T2-T2 Li.html")
    text = first.read_text(encoding="utf-8")
    assert [text.count(day) for day in ("Monday, 23 November 2026", "Tuesday, 24 November 2026")] == [1, 1]
    assert '<a href="#day-1">Tue 24 Nov</a>' in text
    assert "Tuesday, 24 November 2026" in second.read_text(encoding="utf-8")


def test_a_member_reads_the_customer_and_has_no_parts_to_take(tmp_path: Path) -> None:
    w = boiler_pair()
    papers = make_papers(w.problem, w.matrix, w.plan(PAIR), None, "en")
    lead, member = (
        path.read_text(encoding="utf-8") for path in write_technician_files(w.problem, papers, tmp_path, "en")
    )
    assert "138-K" in lead
    assert "138-K" in member
    assert 'class="list pick_list' in lead
    assert 'class="list tool_list' in lead
    assert 'class="list pick_list' not in member
