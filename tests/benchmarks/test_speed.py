"""What a move costs: rounds over all instances, shares within a round, medians, a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from benchmarks.__main__ import UNREADABLE, WAITS, main
from benchmarks.errors import FormatError
from benchmarks.instances import read_instance
from benchmarks.speed import Line, Speed, Timing, measure_speed, table_of, time_moves
from tests.benchmarks.worlds import EARLY_LEAVER, SIX_ORDERS, THREE_CUSTOMERS, THREE_PATIENTS

if TYPE_CHECKING:
    from pathlib import Path

TIMING = Timing(arrays_s=0.25, first_plan_s=0.5, first_plan_cents=700, move_us=20.0, removed=8.5)


def a_line(instance: str, *move_us: float, base: tuple[float, ...], visits: int = 60) -> Line:
    timings = tuple(replace(TIMING, move_us=us) for us in move_us)
    return Line(instance, 8, visits, timings, tuple(us / other for us, other in zip(move_us, base, strict=True)))


def test_the_table_states_medians_and_shares_of_a_round() -> None:
    base = (20.0, 40.0, 21.0)
    lines = (a_line("small", *base, base=base), a_line("large", 50.0, 90.0, 42.0, base=base))
    said = table_of(Speed(lines, "small", moves=3_000, seed=1, unsupported=("far (route duration)",))).splitlines()
    assert said[2] == "| small | 8 | 60 | 0.250 | 0.500 | 700 | 21.0 | 20.0, 40.0 | 8.5 | 1.00 |"
    # The shares are 2.5, 2.25 and 2: a slow round is slow for both.
    assert said[3] == "| large | 8 | 60 | 0.250 | 0.500 | 700 | 50.0 | 42.0, 90.0 | 8.5 | 2.25 |"
    assert "Medians of 3 rounds, 3000 moves each, seed 1, processor time of one thread." in said
    assert "Not planned, for rules that are not built: far (route duration)." in said


@pytest.mark.parametrize("source", [SIX_ORDERS, THREE_PATIENTS])
def test_moves_of_a_tiny_instance(source: Path) -> None:
    instance = read_instance(source)
    problem, matrix = instance.build()
    first, second = (time_moves(problem, matrix, moves=1_300, seed=1) for _ in range(2))
    # The work is the same, whatever it took.
    assert (first.first_plan_cents, first.removed) == (second.first_plan_cents, second.removed)
    assert 1 <= first.removed <= len(problem.visits)
    assert first.move_us > 0


def test_every_round_takes_all_instances_the_smallest_first() -> None:
    told: list[str] = []
    speed = measure_speed(
        [SIX_ORDERS, THREE_CUSTOMERS], moves=1_300, rounds=2, seed=1, reference="six_orders", say=told.append
    )
    assert [sentence.partition(":")[0] for sentence in told] == [
        "round 1 of 2, three_customers",
        "round 1 of 2, six_orders",
        "round 2 of 2, three_customers",
        "round 2 of 2, six_orders",
    ]
    assert [(line.instance, line.technicians, line.visits) for line in speed.lines] == [
        ("three_customers", 2, 3),
        ("six_orders", 3, 6),
    ]
    assert speed.lines[1].shares == (1.0, 1.0)


def test_an_unknown_reference_is_refused() -> None:
    with pytest.raises(FormatError, match="no instance t8; there are six_orders"):
        measure_speed([SIX_ORDERS], moves=1, rounds=1, seed=1, reference="t8")
    with pytest.raises(FormatError, match="no instance that can be planned; there are none"):
        measure_speed([EARLY_LEAVER], moves=1, rounds=1, seed=1)


def test_the_command_prints_a_table_and_draws_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "speed.svg"
    command = ["speed", str(SIX_ORDERS), str(EARLY_LEAVER), "--moves", "1300", "--rounds", "1", "--svg", str(picture)]
    assert main(command) == WAITS
    said = capsys.readouterr()
    assert "| six_orders | 3 | 6 |" in said.out
    assert "early_leaver (crew of which one leaves sooner)" in said.out
    assert len(said.err.splitlines()) == 1
    assert picture.read_text(encoding="utf-8").count("<circle") == 1
    assert main(["speed", str(SIX_ORDERS), "--rounds", "0"]) == UNREADABLE
