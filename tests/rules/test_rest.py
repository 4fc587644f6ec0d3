"""A technician is back in time to rest before the next shift, and never out on two routes at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from optimizer.domain.plan import ReasonCode
from optimizer.domain.policy import BrokenLocks
from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.rules import Rule
from optimizer.domain.technician import Break, Shift
from optimizer.errors import LockConflictError
from optimizer.explain.lock_clashes import find_lock_clashes, helps_to_keep
from optimizer.judge.facts import Facts
from optimizer.judge.rest import latest_return_s, rest_after_s
from optimizer.solver import solve
from tests.naive import best_plan
from tests.random_problems import random_nights
from tests.test_solver import check_clean_and_priced, plan_of
from tests.time_limits import seeds
from tests.worlds import PLAIN, Job, Person, World, clock, day_s, job, person, span, world

#: Eight hours, and ten after a return later than 22:00.
RESTED = replace(PLAIN, rest_s=28_800, rest_after_night_s=36_000)
#: Out at any moment, ten minutes from the branch: back 40 minutes after the start.
A = {"Ann": ["A"]}


def ann(*hours: str, overtime: int = 0) -> Person:
    """Return Ann with a shift on each day from Monday on; hours count from the midnight before it."""
    shifts = tuple(person("Ann", hours=on, days=(day,), overtime=overtime).shifts[0] for day, on in enumerate(hours))
    return replace(person("Ann"), shifts=shifts)


def late(start: str, *hours: str, **facts: object) -> World:
    """Return A, to be started at a moment of Monday, and Ann with these hours."""
    return world([job("A", place=10, requested=f"{start}-{start}")], [ann(*hours)], days=2, policy=RESTED, **facts)


# --- by when somebody is back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tuesday", "latest"),
    [
        ("05:00", "21:00"),  # Eight hours before.
        ("06:00", "22:00"),
        ("07:00", "22:00"),  # At 22:01 ten hours were needed, until 08:01.
        ("08:00", "22:00"),
        ("08:30", "22:30"),  # Ten hours before.
    ],
)
def test_the_return_may_lie_on_the_limit_but_not_behind_it(tuesday: str, latest: str) -> None:
    starts_s = clock(latest) - 40 * 60
    at = f"{starts_s // 3600:02d}:{starts_s % 3600 // 60:02d}"
    made = late(at, "15:00-24:00", f"{tuesday}-15:00")
    assert made.broken(A) == []
    assert made.with_job("A", base_s=1801).broken(A) == [(Rule.REST, 1)]


def test_the_verdict_names_who_is_back_when_and_what_begins_next() -> None:
    (found,) = late("21:30", "15:00-24:00", "06:00-15:00").judge(A).violations
    assert found.message == "Ann is back at 22:10, 10 min too late to rest before the next shift begins at 06:00."
    assert (found.unit, found.technician_id) == ("s", "Ann")


def test_every_return_up_to_the_latest_leaves_enough_rest_and_none_after_it() -> None:
    shift = Shift("Ann", 0, clock("15:00"), clock("24:00"))
    returns = range(clock("12:00"), clock("36:00"), 900)
    for rest_s, after_night_s in product((0, 28_800), (0, 36_000)):
        problem = late("20:00").with_policy(rest_s=rest_s, rest_after_night_s=after_night_s).problem
        for next_s in range(clock("20:00"), clock("36:00"), 900):
            latest_s = latest_return_s(problem, shift, next_s)
            assert [r for r in returns if r + rest_after_s(problem, shift, r) <= next_s] == [
                r for r in returns if r <= latest_s
            ]


def test_without_a_rest_one_person_is_still_in_one_place() -> None:
    made = late("23:30", "15:00-26:00", "00:00-09:00").with_policy(rest_s=0, rest_after_night_s=0)
    assert made.broken(A) == [(Rule.REST, 600)]
    assert made.with_job("A", base_s=1200).broken(A) == []


def test_overtime_ends_where_the_rest_begins() -> None:
    """Ann may return until 20:00, and works from 03:30 on: eight hours before it is 19:30."""
    made = world([job("A", place=10, requested="18:50-18:50")], [ann("10:00-18:00", "03:30-12:00", overtime=120)],
                 days=2, policy=RESTED)  # fmt: skip
    assert made.broken(A) == []
    assert made.with_job("A", base_s=1860).broken(A) == [(Rule.REST, 60)]
    # Whoever is later than the shift allows breaks that rule, too.
    assert made.with_job("A", base_s=3660).broken(A) == [(Rule.SHIFT, 60), (Rule.REST, 1860)]


def test_a_break_after_the_latest_return_is_none_of_this_shift() -> None:
    rest = Break(span("22:00-22:30"), 1800)
    monday = replace(ann("15:00-24:00").shifts[0], break_=rest)
    made = late("20:00", "15:00-24:00", "06:00-15:00")
    made = made.but(shifts=(monday, *made.problem.shifts[1:]))
    assert made.broken(A) == []
    assert made.plan(A).routes[0].break_ is None
    assert made.with_policy(rest_s=0, rest_after_night_s=0).plan(A).routes[0].break_ is not None


def test_the_day_after_the_horizon_counts() -> None:
    made = late("21:30", "15:00-24:00").but(
        days=1, shifts_around=(Shift("Ann", 1, day_s("06:00", 1), day_s("15:00", 1)),)
    )
    assert made.broken(A) == [(Rule.REST, 600)]


def test_the_shifts_of_others_do_not_count() -> None:
    made = late("21:30", "15:00-24:00")
    others = (Shift("Ben", 1, day_s("06:00", 1), day_s("15:00", 1)),)
    assert (
        made.but(
            technicians=(*made.problem.technicians, person("Ben").technician), shifts=(*made.problem.shifts, *others)
        ).broken(A)
        == []
    )


# --- after work that is a fact --------------------------------------------------------------------------------------


def after_a_night(until: str, *, start: str = "12:10") -> World:
    """Return Ann, who worked since Sunday 19:00, with a shift from 06:00 on, and A."""
    made = world([job("A", place=10, requested=f"06:00-{start}")], [ann("06:00-15:00")], policy=RESTED)
    return made.but(shifts_around=(Shift("Ann", -1, day_s("19:00", -1), clock(until)),))


def test_nobody_leaves_before_the_rest_is_over() -> None:
    plan = after_a_night("02:00").plan(A)
    assert plan.routes[0].depart_s == clock("12:00")
    assert after_a_night("02:00").judge(plan).is_clean
    (found,) = [
        v for v in after_a_night("02:00").judge(after_a_night("01:50").plan(A)).violations if v.rule is Rule.REST
    ]
    assert (found.amount, found.message) == (600, "Ann leaves at 11:50, 10 min before the rest is over.")


def test_the_morning_at_the_branch_is_no_rest() -> None:
    made = after_a_night("02:00", start="13:00").with_policy(morning_s=900)
    assert made.plan(A).routes[0].depart_s == clock("12:15")


@pytest.mark.parametrize(("back_s", "departs"), [(-7200, "06:00"), (-7199, "08:00:01")])
def test_the_longer_rest_is_that_after_22_o_clock(back_s: int, departs: str) -> None:
    hour, minute, second = map(int, (departs + ":00").split(":")[:3])
    made = world([job("A", place=10)], [ann("06:00-15:00")], policy=RESTED)
    made = made.but(shifts_around=(Shift("Ann", -1, day_s("12:00", -1), back_s),))
    assert made.plan(A).routes[0].depart_s == hour * 3600 + minute * 60 + second


def test_a_rest_longer_than_the_shift_leaves_nothing_of_it() -> None:
    assert (Rule.REST in {rule for rule, _ in after_a_night("08:00").broken(A)}) is False
    assert {rule for rule, _ in after_a_night("08:00").broken(A)} == {Rule.WINDOW, Rule.SHIFT}


def test_what_has_begun_lets_the_next_shift_begin_later() -> None:
    """A began at 23:00; Ann is home at 23:40, and rests until 09:40. B on Tuesday, ten minutes away, waits for it."""
    jobs = [job("A", place=10, requested="22:00-23:59"), job("B", place=10, days=(1,), requested="06:00-15:00")]
    made = world(jobs, [ann("15:00-24:00", "06:00-15:00")], days=2, policy=RESTED, as_of_s=clock("23:10"))
    begun = Lock("A", LockLevel.PREFIX, "Ann", began_s=clock("23:00"))
    plan = made.but(locks=(begun,)).plan({("Ann", 0): ["A"], ("Ann", 1): ["B"]})
    assert made.but(locks=(begun,)).judge(plan).is_clean
    assert plan.routes[1].depart_s == day_s("09:40", 1)
    # What has begun on Tuesday as well is a fact of its own.
    both = (begun, Lock("B", LockLevel.PREFIX, "Ann", 1, began_s=day_s("07:00", 1)))
    facts = Facts(made.but(locks=both).problem, made.matrix)
    assert facts.shifts["Ann", 1].start_s == day_s("06:00", 1)


@pytest.mark.parametrize("order", [("A", "C"), ("C", "A")])
def test_of_what_has_begun_the_last_way_home_counts(order: tuple[str, str]) -> None:
    """C began at 21:00, A at 23:00: Ann is home from A at 23:40, and rests until 09:40."""
    jobs = [job("A", place=10), job("C", place=10), job("B", place=10, days=(1,), requested="06:00-15:00")]
    made = world(jobs, [ann("15:00-24:00", "06:00-15:00")], days=2, policy=RESTED, as_of_s=clock("23:10"))
    began = {"A": clock("23:00"), "C": clock("21:00")}
    locks = tuple(Lock(visit_id, LockLevel.PREFIX, "Ann", began_s=began[visit_id]) for visit_id in order)
    facts = Facts(made.but(locks=locks).problem, made.matrix)
    assert facts.shifts["Ann", 1].start_s == day_s("09:40", 1)


# --- the engine -----------------------------------------------------------------------------------------------------


def night_and_day() -> World:
    """Return A at 03:30 on Ann's night, which has to end by 04:00 for the shift at 14:00, and B early in it."""
    jobs = [job("A", place=10, requested="27:30-27:30"), job("B", place=10, requested="20:00-21:00")]
    return world(jobs, [ann("19:00-31:00", "14:00-22:00")], days=2, policy=RESTED)


def test_the_engine_is_back_in_time() -> None:
    plan = night_and_day().solved()
    assert [(route.day, route.visit_ids) for route in plan.routes] == [(0, ("B",))]
    assert [(left.visit_id, left.reasons[0].code, left.reasons[0].proven) for left in plan.unassigned] == [
        ("A", ReasonCode.REST, True)
    ]
    # A second shift that begins ten minutes later leaves room for it.
    later = night_and_day().but(shifts=ann("19:00-31:00", "14:10-22:00").shifts).solved()
    assert [route.visit_ids for route in later.routes] == [("B", "A")]


def test_the_engine_leaves_when_the_rest_is_over() -> None:
    assert after_a_night("02:00").solved().routes[0].depart_s == clock("12:00")
    (left,) = after_a_night("02:00", start="12:09").solved().unassigned
    assert (left.reasons[0].code, left.reasons[0].amount) == (ReasonCode.REST, 60)


def test_a_visit_that_would_make_a_full_day_too_long_to_rest() -> None:
    """Either of the two fits alone, so that neither is impossible: the present day says by how much."""
    jobs: list[Job] = [job(name, place=10, minutes=60, requested="20:00-21:00") for name in "AB"]
    made = world(jobs, [ann("15:00-24:00", "06:00-15:00")], days=2, policy=RESTED)
    (left,) = made.solved().unassigned
    assert (left.reasons[0].code, left.reasons[0].amount) == (ReasonCode.REST, 600)


@pytest.mark.parametrize("seed", seeds(60, by_day=20))
def test_nights_in_a_row_are_planned_clean_and_to_the_cent(seed: int) -> None:
    problem, matrix, _ = random_nights(seed)
    plan = plan_of(problem, matrix, moves=300, seed=seed)
    check_clean_and_priced(problem, matrix, plan)


#: Seeds whose plan was once dearer: early breaks kept a crew's start up, a locked visit did not wait for who follows on
#: the same route, or one was held for a follower that is left out, on a day that may last only so long.
ONCE_DEARER = (106, 109, 265, 318, 333)


@pytest.mark.parametrize("seed", [*seeds(40, by_day=8), *ONCE_DEARER])
def test_nights_in_a_row_are_planned_as_well_as_brute_force_plans_them(seed: int) -> None:
    """What the engine cuts off a shift loses nothing: a plan that the judge would allow is never better."""
    problem, matrix, _ = random_nights(seed, most_visits=3)
    best_cents = best_plan(problem, matrix)
    assert best_cents is not None
    assert plan_of(problem, matrix, moves=2_000, seed=seed).cost_cents <= best_cents


def test_the_random_nights_are_cut_on_both_sides() -> None:
    cut = [0, 0]
    for seed in range(12):
        facts = Facts(*random_nights(seed)[:2])
        cut[0] += any(one.start_s > facts.rostered[key].start_s for key, one in facts.shifts.items())
        cut[1] += any(one.return_limit_s < facts.rostered[key].return_limit_s for key, one in facts.shifts.items())
    assert min(cut) >= 3


# --- locks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", BrokenLocks)
def test_no_lock_breaks_a_rest(policy: BrokenLocks) -> None:
    locks = (Lock("A", LockLevel.START, "Ann", start_s=clock("23:00")),)
    made = late("23:00", "15:00-24:00", "06:00-15:00", locks=locks).with_policy(broken_locks=policy)
    with pytest.raises(LockConflictError):
        solve(made.problem, made.matrix, seconds=30.0, iterations=100)
    (clash,) = find_lock_clashes(made.problem, made.matrix)
    assert clash.text == {
        "en": "A: locked to Ann Li (Ann), who would be back at 23:40, 1 h 40 min too late to rest before the next "
        "shift.",
        "zh": "A：锁定给Ann Li (Ann)，其 23:40 才能返回，下一班次之前的休息会少 1 小时 40 分钟。",
    }
    assert not helps_to_keep(made.problem, made.matrix)


def test_a_lock_into_the_rest_says_until_when_it_lasts() -> None:
    made = after_a_night("02:00", start="15:00").but(locks=(Lock("A", LockLevel.START, "Ann", start_s=clock("08:00")),))
    (clash,) = find_lock_clashes(made.problem, made.matrix)
    assert clash.text["en"] == (
        "A: locked to Ann Li (Ann), who comes to A at 12:10 (resting until 12:00, 10 min on the way); its lock allows "
        "08:00 at the latest: 4 h 10 min too late."
    )
