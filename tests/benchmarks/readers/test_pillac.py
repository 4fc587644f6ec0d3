"""Pillac and Praxedo: seconds of the judge against doubles of the format; tools, parts and the stop at the depot."""

from __future__ import annotations

import pytest

from benchmarks.errors import FormatError
from benchmarks.measure import measure_pillac
from benchmarks.readers import pillac
from optimizer.domain.order import PartNeed
from optimizer.domain.rules import Rule
from optimizer.judge.verdict import Judgement, judge_plan, time_routes
from tests.benchmarks.worlds import FOUR_ERRANDS, THREE_REQUESTS, THREE_REQUESTS_ROUTES

TEXT = THREE_REQUESTS.read_text(encoding="utf-8")
INSTANCE = pillac.parse(TEXT, name="three_requests")
PROBLEM = pillac.problem_of(INSTANCE)
MATRIX = pillac.matrix_of(INSTANCE, PROBLEM)
ERRANDS = pillac.parse(FOUR_ERRANDS.read_text(encoding="utf-8"), name="four_errands")
EUCLIDEAN = """small

INFO
CREW COUNT  SKILLS  TOOLS   SPARE PARTS
1      1       1       1

DEPOT TECHNICIANS AND REQUESTS
ID   X     Y     TWS    TWE    Serv   SKILLS   TOOLS    SPARE PARTS
0    0     0     0      500    0      [] 	[] 	[]
1    10    0     0      500    0      [0] 	[] 	[2]
2    13    4     0      400    10     [0] 	[] 	[0]
"""


def _judged(routes: dict[str, tuple[str, ...]]) -> Judgement:
    return judge_plan(PROBLEM, MATRIX, time_routes(PROBLEM, MATRIX, routes))


def test_durations_by_hand() -> None:
    # 1: starts 3 at 465 (waits), ends 510, at 4 525.5, starts 585, ends 675, back 705.6667. Latest departure:
    #    4 at 585, so 3 ends by 569.5 and starts by min(480, 524.5) = 480: leaves 459.8667. 245.8 minutes.
    # 2: 10 + 45 + 10 = 65 minutes.
    measured = measure_pillac(INSTANCE, THREE_REQUESTS_ROUTES)
    assert measured.faults == ()
    assert measured.value == pytest.approx(310.8, abs=1e-9)
    judgement = _judged(THREE_REQUESTS_ROUTES)
    assert judgement.is_clean
    assert judgement.costs[Rule.WORKING_TIME] == judgement.cost_cents == 18_648  # 310.8 x 60 seconds


def test_one_more_request_is_worth_more_than_all_shifts() -> None:
    # Both shifts together last 2 x 720 minutes = 86 400 seconds.
    empty = _judged({})
    assert empty.cost_cents == 3 * 86_401
    assert measure_pillac(INSTANCE, {}).unserved == 3


def test_printed_seconds_are_taken_for_seconds_and_others_rounded_up() -> None:
    assert MATRIX.travel_s("car", "branch", "3") == 1_208  # 20.1333 minutes are 1 207.998 s
    assert pillac.seconds_up(54.4667) == 3_268  # 3 268.002 s
    assert pillac.seconds_up(10.01) == 601
    assert pillac.seconds_down(10.01) == 600
    assert pillac.seconds_down(10.0) == pillac.seconds_up(10.0) == 600


def test_rows_beyond_the_requests_are_left_out() -> None:
    assert MATRIX.keys == ("branch", "3", "4", "5")
    assert INSTANCE.travel_min.shape == (6, 6)


@pytest.mark.parametrize(
    ("routes", "rule"),
    [
        ({"2": ("3",)}, Rule.SKILL),
        ({"1": ("4", "3")}, Rule.WINDOW),
        ({"1": ("3",), "2": ("3",)}, Rule.ONCE),
    ],
)
def test_the_judge_and_the_format_refuse_the_same(routes: dict[str, tuple[str, ...]], rule: Rule) -> None:
    assert not measure_pillac(INSTANCE, routes).is_feasible
    assert rule in {violation.rule for violation in _judged(routes).violations}


def test_a_connection_lost_to_rounding_is_named() -> None:
    assert pillac.lost_connections(INSTANCE) == ()
    # From 3 (465 + 45) to 4 (until 600) just fits in 90 minutes; in whole seconds a little more does not.
    exact = TEXT.replace("15.5000", "90.0000")
    assert pillac.lost_connections(pillac.parse(exact, name="exact")) == ()
    tight = exact.replace("90.0000", "90.0080").replace("600.0", "600.008")
    assert pillac.lost_connections(pillac.parse(tight, name="tight")) == ("3 -> 4",)


def test_without_tables_travel_is_euclidean_and_homes_are_their_own_places() -> None:
    instance = pillac.parse(EUCLIDEAN, name="small")
    problem = pillac.problem_of(instance)
    matrix = pillac.matrix_of(instance, problem)
    assert matrix.keys == ("branch", "start:1", "end:1", "2")
    assert matrix.travel_s("car", "start:1", "2") == 5 * 60  # 3, 4, 5
    assert matrix.travel_s("car", "start:1", "end:1") == 0
    plan = time_routes(problem, matrix, {"1": ("2",)})
    assert judge_plan(problem, matrix, plan).costs[Rule.WORKING_TIME] == 20 * 60
    assert measure_pillac(instance, {"1": ("2",)}).value == pytest.approx(20.0)


def test_what_a_technician_holds_are_own_parts_and_the_branch_has_enough_of_all() -> None:
    problem = pillac.problem_of(ERRANDS)
    assert problem.technicians[0].own_parts == (PartNeed("part 0", 1), PartNeed("tool 0", 1))
    assert {part.part_id: part.on_hand for part in problem.parts} == {"tool 0": 1, "part 0": 3, "tool 1": 1}
    assert problem.visit_by_id["2"].parts == (PartNeed("tool 0", 1), PartNeed("part 0", 1))
    # Nobody needs what the technician of the other file holds.
    assert pillac.problem_of(pillac.parse(EUCLIDEAN, name="small")).technicians[0].own_parts == ()


def test_a_stop_at_the_depot_by_hand() -> None:
    problem = pillac.problem_of(ERRANDS)
    matrix = pillac.matrix_of(ERRANDS, problem)
    # From 10 to 12, 14, the depot at 0, -2, 5 and home: 2 + 2 + 14 + 2 + 7 + 5 = 32, and 4 x 5 of service.
    routes = {"1": ("2", "3", "0", "4", "5")}
    judgement = judge_plan(problem, matrix, time_routes(problem, matrix, routes))
    assert judgement.is_clean
    assert judgement.cost_cents == 52 * 60
    measured = measure_pillac(ERRANDS, routes)
    assert (measured.value, measured.unserved, measured.faults) == (52.0, 0, ())


@pytest.mark.parametrize(
    "route",
    [
        ("2", "3", "4", "5"),  # neither tool 1 nor a part is left
        ("2", "4", "0", "3", "5"),  # tool 1 comes from the depot
        ("2", "5", "0", "3", "4"),  # so do the parts of 5
    ],
)
def test_what_is_not_held_comes_from_the_depot(route: tuple[str, ...]) -> None:
    problem = pillac.problem_of(ERRANDS)
    matrix = pillac.matrix_of(ERRANDS, problem)
    judgement = judge_plan(problem, matrix, time_routes(problem, matrix, {"1": route}))
    assert {violation.rule for violation in judgement.violations} == {Rule.STOCK}
    assert not measure_pillac(ERRANDS, {"1": route}).is_feasible


def test_who_lives_at_the_depot_stops_there_all_the_same() -> None:
    text = (
        FOUR_ERRANDS.read_text(encoding="utf-8")
        .replace("1           10 ", "1            0 ")
        .replace("  5       5", "500       5")
    )
    instance = pillac.parse(text, name="at_the_depot")
    problem = pillac.problem_of(instance)
    matrix = pillac.matrix_of(instance, problem)
    for route, is_right in ((("4",), False), (("0", "4"), True)):
        judgement = judge_plan(problem, matrix, time_routes(problem, matrix, {"1": route}))
        assert judgement.is_clean is is_right
        assert measure_pillac(instance, {"1": route}).is_feasible is is_right


def test_an_instance_of_several_days_is_one_long_shift() -> None:
    instance = pillac.parse(EUCLIDEAN.replace("500", "3390").replace("400", "3300"), name="small")
    problem = pillac.problem_of(instance)
    assert (problem.days, problem.shifts[0].end_s) == (3, 3390 * 60)
    assert problem.windows["2"][0].close_s == 3300 * 60
    with pytest.raises(FormatError, match="lasts 14 days, and at most 7"):
        pillac.problem_of(pillac.parse(EUCLIDEAN.replace("500", "20000"), name="small"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1      1       1       1", "", "no line with the sizes"),
        ("ID   X", "NR   X", "no table headed"),
        ("2    13    4", "3    13    4", "id 3 where 2 was expected"),
        ("400    10", "400", "line 11: expected 'ID X Y"),
        ("1      1       1       1", "9      1       1       1", "too few"),
    ],
)
def test_a_broken_file_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        pillac.parse(EUCLIDEAN.replace(old, new), name="broken")


def test_a_short_table_is_refused() -> None:
    with pytest.raises(FormatError, match="TRAVEL TIMES must have at least 6 rows"):
        pillac.parse(TEXT[: TEXT.index("TRAVEL TIMES") + 100], name="broken")
