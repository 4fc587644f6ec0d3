"""What the changes of a scenario make of a branch: what goes with them, what is said of it, and what is refused."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import date

import pytest

from optimizer.domain.policy import Fairness
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.stock import Arrival, Loan, Part, Tool
from optimizer.errors import InputError, InputWarning, ScenarioError
from optimizer.whatif.case import Case
from optimizer.whatif.house_changes import DROPPABLE
from optimizer.whatif.scenario import Scenario
from tests.worlds import MONDAY, clock, job, person, world

WORLD = world(
    [
        job("A", place=10, skills={"ice": 2}, parts={"P": 1}, area="north"),
        job("B", place=20, area="south", required=frozenset({"Jo"})),
    ],
    [person("Jo", skills={"ice": 1}, home=5), person("Mo", skills={"ice": 2})],
    parts=(Part("P", "part", 0), Part("Q", "other", 1)),
    tools=(Tool("G", "rope", 1),),
    loans=(Loan("L", "Jo", "P", 1, date(2026, 11, 19)),),
    locks=(Lock("B", LockLevel.PERSON, "Jo"),),
)
CASE = Case(WORLD.problem, WORLD.matrix)


def notes(case: Case) -> list[str]:
    return [str(note) for note in case.notes]


def doubted(scenario: Scenario) -> Case:
    with pytest.warns(InputWarning, match=scenario.name):
        return scenario.on(CASE)


def test_who_is_removed_takes_locks_and_loans_along_and_each_is_listed() -> None:
    case = Scenario("one leaves").remove(technicians=["Jo"]).on(CASE)
    problem = case.problem
    assert [one.technician_id for one in problem.technicians] == ["Mo"]
    assert {shift.technician_id for shift in problem.shifts} == {"Mo"}
    assert (problem.locks, problem.loans) == ((), ())
    assert notes(case) == [
        "Jo is not there.",
        "The lock (person) of B on Jo goes, too.",
        "The loan L of Jo (P) goes, too.",
        "B asks for Jo and nobody else: it stays out.",
    ]
    assert CASE.problem is WORLD.problem, "the base stays as it is"


def test_who_is_added_lives_and_works_like_another_one() -> None:
    case = Scenario("one more").add("Al", like="Jo").on(CASE)
    [new] = [shift for shift in case.problem.shifts if shift.technician_id == "Al"]
    [old] = [shift for shift in case.problem.shifts if shift.technician_id == "Jo"]
    assert replace(new, technician_id="Jo") == old
    # Jo lives five minutes out, and A is five minutes from there.
    assert case.matrix.travel_s("car", "start:Al", "A") == 300
    assert case.matrix.travel_s("car", "A", "end:Al") == 300
    assert case.matrix.travel_s("car", "start:Al", "start:Jo") == 0


def test_training_raises_a_level_and_changes_compose() -> None:
    case = Scenario("both").train("Jo", "ice", +1).stock("P", +2).on(CASE)
    held = case.problem.technician_by_id["Jo"].held_skill("ice")
    assert held is not None
    assert held.level == 2
    assert [part.on_hand for part in case.problem.parts] == [2, 1]
    assert notes(case) == ["Jo has level 2 in ice, not 1.", "Of P there are 2, not 0."]
    held = Scenario("most").train("Jo", "ice", +9).on(CASE).problem.technician_by_id["Jo"].held_skill("ice")
    assert held is not None
    assert held.level == 3


def test_hours_are_the_branchs_and_paid_time_follows() -> None:
    case = Scenario("longer").shifts("Jo", end="18:30", overtime_min=45).on(CASE)
    [shift] = [shift for shift in case.problem.shifts if shift.technician_id == "Jo"]
    assert (shift.start_s, shift.end_s, shift.overtime_limit_s) == (clock("08:00"), clock("18:30"), 45 * 60)
    # From nine hours to ten and a half.
    assert shift.contracted_s == 10.5 * 3600
    assert [one for one in case.problem.shifts if one.technician_id == "Mo"] == [
        one for one in CASE.problem.shifts if one.technician_id == "Mo"
    ]
    with pytest.raises(ScenarioError, match="it ends before it begins"):
        Scenario("wrong").shifts("Jo", end="07:00").on(CASE)


def test_parts_arrive_and_tools_are_bought() -> None:
    with pytest.warns(InputWarning, match="needs G"):
        case = Scenario("more").arrival("P", 2, on="2026-11-23").tool("G", +1).on(CASE)
    assert case.problem.arrivals == (Arrival("P", 2, MONDAY),)
    assert [tool.units for tool in case.problem.tools] == [2]


def test_a_policy_is_changed_by_its_own_keys() -> None:
    case = Scenario("dear").policy(travel_cents_per_min=80, fairness="load").on(CASE)
    assert case.problem.policy == replace(WORLD.problem.policy, travel_cents=80, fairness=Fairness.LOAD)
    assert "travel_cents_per_min is 80, not 50." in notes(case)
    with pytest.raises(InputError, match="travel_cents_per_min"):
        Scenario("wrong").policy(travel_cents_per_min="dear").on(CASE)


def test_a_promise_is_another_one_only_where_it_is_restated() -> None:
    received = {"received_s": clock("10:00") - 3 * 86_400}
    stated = WORLD.with_job("A", due_day=date(2026, 11, 24), **received).with_job("B", **received)
    case = Case(stated.problem, stated.matrix)
    plain = Scenario("1 day").promise(area_days=1).on(case).with_due_days().problem
    # Received on Friday: a working day later is Monday; what the branch states stays.
    assert [plain.order_by_id[one].due_day for one in "AB"] == [date(2026, 11, 24), date(2026, 11, 23)]
    anew = Scenario("1 day").promise(area_days=1, restate=True).on(case).with_due_days().problem
    assert [anew.order_by_id[one].due_day for one in "AB"] == [date(2026, 11, 23)] * 2


def test_a_closed_area_takes_its_visits_along() -> None:
    case = Scenario("no south").close_area("south").on(CASE)
    assert [visit.visit_id for visit in case.problem.visits] == ["A"]
    assert [order.order_id for order in case.problem.orders] == ["A"]
    assert case.problem.locks == ()
    assert notes(case) == ["1 visits of south are not served: B."]


def test_ways_are_slower_by_their_speed_rounded_up() -> None:
    case = Scenario("slow").travel(90).on(CASE)
    # 600 s at nine tenths of the speed are 666.7 s.
    assert case.matrix.travel_s("car", "branch", "A") == 667
    assert Scenario("fast").travel(200).on(CASE).matrix.travel_s("car", "branch", "A") == 300


@pytest.mark.parametrize("rule", DROPPABLE)
def test_a_rule_is_left_out_or_said_to_ask_for_nothing(rule: str) -> None:
    with pytest.warns(InputWarning) if rule in _IDLE else nullcontext():
        case = Scenario("without").drop(rule).on(CASE)
    asks = [f"Rule {rule} asks for nothing here."] if rule in _IDLE else [f"Rule {rule} is left out."]
    assert notes(case) == asks


#: What nothing in the world is about.
_IDLE = {"reserve", "fairness", "working_time", "travel_limit", "ready", "break", "load", "tool", "rest"}


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (Scenario("idle").stock("Q", +1), "No visit of these days needs Q."),
        (Scenario("idle").stock("P", -1), "Of P there are 0 as before."),
        (Scenario("idle").train("Mo", "ice", 0), "Mo has level 2 in ice as before."),
        (Scenario("idle").shifts("Mo", start="08:00"), "No shift differs."),
        (Scenario("idle").policy(travel_cents_per_min=50), "No weight and no limit differs."),
        (Scenario("idle").promise(area_days=1), "No due day differs."),
        (Scenario("idle").travel(100), "No way takes another time."),
        (Scenario("idle").arrival("P", 1, on="2026-11-30"), "The plan ends before 2026-11-30."),
    ],
)
def test_a_change_that_touches_nothing_warns(scenario: Scenario, said: str) -> None:
    assert notes(doubted(scenario))[-1] == said


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (Scenario("odd").remove("Ja"), "Scenario odd: The branch has no technician Ja. There are: Jo, Mo."),
        (
            Scenario("odd").drop("trovel"),
            "Scenario odd: There is no rule trovel that can be left out. Maybe 'tra",
        ),
        (Scenario("odd").train("Jo", "fire"), "Scenario odd: Nobody has the skill fire, and no visit needs it."),
        (Scenario("odd").stock("X", 1), "Scenario odd: The branch has no part X."),
        (Scenario("odd").add("Mo", like="Jo"), "Scenario odd: The branch has a technician Mo already."),
        (Scenario("odd").drop("window"), "Scenario odd: There is no rule window that can be left out."),
        (Scenario("odd").travel(0), "Scenario odd: A speed of 0 % is not meant"),
        (Scenario("odd").shifts(start="8 am"), "Scenario odd: '8 am' is no time of the day like 08:30."),
    ],
)
def test_what_the_branch_does_not_have_is_refused_by_name(scenario: Scenario, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        scenario.on(CASE)
    assert str(caught.value).startswith(said)


def test_a_scenario_is_light_to_look_at_and_needs_a_name() -> None:
    assert repr(Scenario("x").stock("P", 1)) == "Scenario('x', 1 changes)"
    with pytest.raises(ScenarioError, match="needs a name"):
        Scenario(" ")
    with pytest.raises(ScenarioError, match="is no date"):
        Scenario("x").arrival("P", 1, on="tomorrow")
