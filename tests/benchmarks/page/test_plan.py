"""The file of a page: what it may say, where instances are, and that the one in the repository is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchmarks
from benchmarks.errors import FormatError
from benchmarks.page.plan import Bar, Days, Folders, Page, read_page
from benchmarks.settings import Config
from tests.benchmarks.page.conftest import PAGE


def test_a_page_has_sections_with_runs_and_bars(page: Page) -> None:
    days, care = page.sections
    assert (page.title, page.generator, page.load) == ("tiny", "days/make.py", 0.5)
    assert days.days == Days(techs=3, orders=6, seeds=(7, 8))
    assert [(runs.label, runs.seeds, runs.is_ours) for runs in days.runs] == [
        ("paigong, 2 s", (1, 2), True),
        ("pyvrp, 3 s", (1,), False),
    ]
    assert days.bars == (Bar("a tenth below", "ratio", "paigong, 2 s", at_most=0.9, to="pyvrp, 3 s"),)
    assert care.runs[0].config == Config("few moves", iterations=500)
    assert page.some(["care"]) == (care,)
    assert page.some(None) == page.sections
    with pytest.raises(FormatError, match="no section x; there are days, care"):
        page.some(["x"])


def test_instances_stand_in_the_order_of_their_numbers(page: Page, folders: Folders) -> None:
    for name in ("a_10.json", "a_2.json"):
        (folders.data / "care" / name).touch()
    names = [path.name for path in folders.paths_of(page.sections[1], page.load)]
    assert names == ["a_2.json", "a_10.json", "three_patients.json"]
    days = folders.paths_of(page.sections[0], page.load)
    assert [path.relative_to(folders.out).as_posix() for path in days] == [
        "days/load-0.5/t3_n6_s7.json",
        "days/load-0.5/t3_n6_s8.json",
    ]


def test_two_instances_of_one_name_are_refused(tmp_path: Path, folders: Folders) -> None:
    (folders.data / "old").mkdir()
    (folders.data / "old" / "three_patients.json").touch()
    (tmp_path / "p.toml").write_text(PAGE.replace('"care/*.json"', '"*/three*.json"'), encoding="utf-8")
    with pytest.raises(FormatError, match="section care: two instances are called three_patients"):
        folders.paths_of(read_page(tmp_path / "p.toml").sections[1], 0.5)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "tiny"', "", r"p\.toml: title is None; expected str"),
        ("load = 0.5", "laod = 0.5", "unknown laod"),
        ('name = "care"', 'name = "days"', "two sections have the same name"),
        ("days = {", 'instances = ["*"]\ndays = {', "section days: name either instances or days"),
        ("techs = 3", 'techs = "3"', "techs is '3'; expected int"),
        ('peer = "pyvrp"', 'peer = "other"', "section days, run 2: no peer 'other'; there are pyvrp, "),
        ('peer = "pyvrp"\nseconds = 3', 'peer = "pyvrp"', "run 2: seconds is None; expected int or float"),
        ('peer = "pyvrp"', 'peer = "pyvrp"\nthreads = 2', "run 2: unknown threads; known are seconds"),
        ('peer = "pyvrp"\nseconds = 3', "seconds = 2", "two runs are called the same"),
        ("seeds = [1, 2]", "seeds = []", "run 1: the list of seeds is empty"),
        ("iterations = 500", "", "run 1: name seconds or iterations"),
        ('figure = "ratio"', 'figure = "cost"', "bar 'a tenth below': no figure 'cost'; there are mean gap, "),
        ('to = "pyvrp, 3 s"\n', "", "to is None; expected str or int or float"),
        ('to = "pyvrp, 3 s"', 'to = "pyvrp, 9 s"', "no runs 'pyvrp, 9 s'; there are paigong, 2 s; pyvrp, 3 s"),
        ("at_most = 0.9", "", "name one of at_most, at_least, below"),
    ],
)
def test_a_broken_page_says_what_is_expected(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in PAGE
    (tmp_path / "p.toml").write_text(PAGE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        read_page(tmp_path / "p.toml")


def test_the_page_of_the_repository_can_be_read() -> None:
    page = read_page(Path(benchmarks.__file__).with_name("page.toml"))
    assert {runs.solver for section in page.sections for runs in section.runs} == {
        "paigong", "pyvrp", "vroom", "ortools", "vrp-cli", "timefold",
    }  # fmt: skip
    assert all(runs.config.threads == 1 for section in page.sections for runs in section.runs)
