"""The runs of a page: in which order, what is left after a piece, and that two workers share without doubling."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks import run
from benchmarks.errors import FormatError
from benchmarks.page.work import absent_peers, left_of, make_days, rows_of, share_of, shares, units_of, work
from benchmarks.records import append_row, key_of

if TYPE_CHECKING:
    from benchmarks.page.plan import Folders, Page
    from tests.benchmarks.page.conftest import Asked


def test_a_peer_follows_ours_on_the_same_instance(page: Page, folders: Folders, asked: Asked) -> None:
    rows = list(work(page, folders))
    done = [(row["instance"], row["solver"], row["seed"]) for row in rows]
    assert done == [
        ("t3_n6_s7", "paigong", 1), ("t3_n6_s7", "pyvrp", 1), ("t3_n6_s7", "paigong", 2),
        ("t3_n6_s8", "paigong", 1), ("t3_n6_s8", "pyvrp", 1), ("t3_n6_s8", "paigong", 2),
        ("three_patients", "paigong", 1),
    ]  # fmt: skip
    assert {key_of(row) for row in rows_of(folders)} == {key_of(row) for row in rows}
    assert (folders.plans / rows[0]["plan"]).is_file()
    # Started again, there is nothing to do.
    assert list(work(page, folders)) == []
    assert len(asked.runs) == 7


def test_a_piece_begins_nothing_that_would_not_end_in_time(page: Page, folders: Folders, asked: Asked) -> None:
    said: list[str] = []
    # The first unit takes 2 + 3 s and twice 5 for the start. By this clock each look at it takes ten seconds.
    ticks = iter(range(0, 1000, 10))
    rows = list(work(page, folders, minutes=0.5, say=said.append, clock=lambda: next(ticks)))
    assert [row["solver"] for row in rows] == ["paigong", "pyvrp", "paigong"]
    assert said == ["stopped before t3_n6_s8 of days, which takes about 15 s"]
    assert len(list(work(page, folders))) == 4


def test_some_sections_alone(page: Page, folders: Folders, asked: Asked) -> None:
    assert [row["instance"] for row in work(page, folders, only=["care"])] == ["three_patients"]
    assert not (folders.out / "days").exists()


def test_two_workers_share_without_doubling(page: Page, folders: Folders, asked: Asked) -> None:
    first = list(work(page, folders, worker=1, workers=2))
    second = list(work(page, folders, worker=2, workers=2))
    assert {row["instance"] for row in first}.isdisjoint({row["instance"] for row in second})
    assert len(rows_of(folders)) == len(first) + len(second) == 7
    assert [path.name for path in folders.all_rows()] == ["rows-1-of-2.jsonl", "rows-2-of-2.jsonl"]
    # One alone goes on from what both did.
    assert list(work(page, folders)) == []


def test_an_instance_of_two_sections_has_one_worker(page: Page, folders: Folders) -> None:
    units = [*units_of(page.sections[0], folders.paths_of(page.sections[0], 0.5))] * 2
    # Equal times: seed 7 for the first, seed 8 for the second.
    assert {path.stem: worker for path, worker in shares(units, 2).items()} == {"t3_n6_s7": 1, "t3_n6_s8": 2}
    mine = share_of(page, folders, only=["days"], worker=1, workers=2)
    assert {unit.path.stem for unit in mine} == {"t3_n6_s7"}


def test_all_runs_of_an_instance_are_made_together(page: Page, folders: Folders) -> None:
    days, care = page.sections
    page = replace(page, sections=(days, care, replace(days, name="again", runs=days.runs[1:])))
    order = [
        (unit.path.stem, unit.section, unit.seed) for unit in share_of(page, folders, only=None, worker=1, workers=1)
    ]
    assert order == [
        ("t3_n6_s7", "days", 1), ("t3_n6_s7", "days", 2), ("t3_n6_s7", "again", 1),
        ("t3_n6_s8", "days", 1), ("t3_n6_s8", "days", 2), ("t3_n6_s8", "again", 1),
        ("three_patients", "care", 1),
    ]  # fmt: skip


def test_days_are_made_once(page: Page, folders: Folders) -> None:
    make_days(page.sections[0], page, folders)
    days = folders.paths_of(page.sections[0], page.load)
    assert [path.name for path in sorted(days[0].parent.iterdir())] == ["t3_n6_s7.json", "t3_n6_s8.json"]
    days[0].write_text("mine", encoding="utf-8")
    make_days(page.sections[0], page, folders)
    assert days[0].read_text(encoding="utf-8") == "mine"


def test_a_generator_that_fails_is_named(page: Page, folders: Folders) -> None:
    (folders.data / "days" / "make.py").write_text("raise SystemExit('no such size')", encoding="utf-8")
    with pytest.raises(FormatError, match=r"days/make\.py did not make t3_n6_s7\.json: no such size"):
        make_days(page.sections[0], page, folders)


def test_a_section_without_instances_is_refused_when_it_is_run(page: Page, folders: Folders, asked: Asked) -> None:
    (folders.data / "care" / "three_patients.json").unlink()
    with pytest.raises(FormatError, match=r"section care: care/\*\.json names no file in the data folder"):
        list(work(page, folders))
    assert len(list(work(page, folders, only=["days"]))) == 6


def test_a_peer_that_finds_no_plan_is_not_asked_again(page: Page, folders: Folders, asked: Asked) -> None:
    asked.peer_fails = True
    assert [row["status"] for row in work(page, folders)].count("failed") == 2
    assert list(work(page, folders)) == []


def test_a_peer_that_cannot_be_run_does_not_stop_the_others(
    page: Page, folders: Folders, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise FormatError("java ended with code 1")

    monkeypatch.setattr(run, "run_peer", refuse)
    rows = list(work(page, folders))
    assert [row["status"] for row in rows].count("unread") == 2
    assert len(rows_of(folders)) == 5
    units = share_of(page, folders, only=None, worker=1, workers=1)
    assert [unit.runs[0].solver for unit in left_of(units, rows_of(folders))] == ["pyvrp", "pyvrp"]
    assert left_of(units, rows_of(folders), absent=["pyvrp"]) == []


def test_absent_peers_are_named(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.peers.find_spec", lambda module: None)
    assert absent_peers(page.sections) == {"pyvrp": "pyvrp is not installed; `pip install '.[bench]'` brings it"}
    assert absent_peers(page.sections[1:]) == {}


def test_two_states_of_the_optimizer_are_not_mixed(
    page: Page, folders: Folders, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = list(work(page, folders, worker=1, workers=2))
    monkeypatch.setattr("benchmarks.page.work.engine_version", lambda: "0.0+edited")
    with pytest.raises(FormatError, match=r"out has rows of paigong .*, another state: write to a new folder"):
        list(work(page, folders, worker=2, workers=2))
    # Nor are they read, should a worker have begun before there were any.
    append_row(folders.rows_of(2, 2), first[0] | {"solver_version": "0.0+edited", "seed": 9})
    with pytest.raises(FormatError, match="figures of two states are never mixed"):
        rows_of(folders)
