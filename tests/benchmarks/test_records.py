"""A results file grows by whole lines, forgives a cut-off end, and keeps the last row of each run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.errors import FormatError
from benchmarks.records import append_row, key_of, mixed_versions, read_rows

if TYPE_CHECKING:
    from pathlib import Path

ROW = {"solver": "paigong", "instance": "R1", "seed": 1, "seconds_allowed": 10.0}


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    for seed in (1, 2):
        append_row(out, ROW | {"seed": seed, "objective": 4915.7667})
    assert read_rows(out) == [ROW | {"seed": seed, "objective": 4915.7667} for seed in (1, 2)]


def test_a_cut_off_line_is_not_counted_and_the_next_row_takes_its_place(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    append_row(out, ROW)
    with out.open("a", encoding="utf-8") as stream:
        stream.write('{"solver": "paig')
    assert read_rows(out) == [ROW]
    append_row(out, ROW | {"seed": 2})
    assert read_rows(out) == [ROW, ROW | {"seed": 2}]


def test_a_run_tried_again_counts_once(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    append_row(out, ROW | {"status": "failed"})
    append_row(out, ROW | {"status": "solved"})
    assert [row["status"] for row in read_rows(out)] == ["solved"]


def test_a_line_in_the_middle_that_is_no_row_is_named(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    out.write_text("{}\nhello\n{}\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"results\.jsonl line 2: not a row"):
        read_rows(out)
    out.write_text("[1]\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"results\.jsonl line 1: not a row"):
        read_rows(out)


def test_another_budget_is_another_run() -> None:
    assert key_of(ROW) == key_of(ROW | {"seconds_allowed": 10, "objective": 5})
    assert key_of(ROW) != key_of(ROW | {"seconds_allowed": 60.0})
    assert key_of(ROW) != key_of(ROW | {"digest": "0"})


def test_two_states_of_one_solver_are_found() -> None:
    rows = [ROW | {"solver_version": "1"}, ROW | {"solver": "other", "solver_version": "7"}]
    assert mixed_versions(rows, "paigong", "1") is None
    assert mixed_versions(rows, "paigong", "2") == "1"
