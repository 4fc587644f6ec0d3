"""Where each rule lives: one row a rule, one column a place. `test_table.py` holds every entry against the source.

A place is a name below `optimizer`, as `judge.hard_rules.skill`, or several; or it is a sentence that says why the rule
has no place there. Where a rule has its sentence, its section on the page, its reason in both languages and its test
follows from its name, so that no column says it. What the lower bound makes of it stands in `engine/bounds/scope.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.domain.plan import ReasonCode
from optimizer.domain.rules import Rule

#: A name or several, or a sentence why there is none.
Place = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A rule and its places.

    Parameters
    ----------
    judge
        What finds it broken, or prices it: the specification.
    settled
        What the engine works out of it before the search, once.
    kernel
        What a move reads of it, a column or an array, and the kernels that are its own.
    master
        What the choice among finished routes adds: most rules bind a single route, and every route in the pool keeps
        them already.
    reasons
        By which reason it keeps a visit out.
    """

    rule: Rule
    judge: str
    settled: Place
    kernel: Place
    master: Place
    reasons: str | tuple[ReasonCode, ...]


IN_THE_ROUTE = "It binds a single route, and every route in the pool keeps it."
IN_ITS_CENTS = "engine.route_pool.PooledRoute.cost_cents"
WHO_MAY = "engine.arrays.ProblemArrays.duration"
BY_WHO_SERVES = "engine.arrays.ProblemArrays.extra"
#: A price keeps nobody out by itself: what a visit adds to the sum is more than leaving it out costs.
BY_THE_SUM = (ReasonCode.OUTRANKED,)

HARD = (
    Row(
        Rule.ONCE,
        judge="judge.hard_rules.once",
        settled="A visit has one index for each of its people, and an index is on one route or on none.",
        kernel="engine.search.state.State.shift_of",
        master="engine.master.constraints.add_once",
        reasons="It forbids a second service: a visit that is out has none.",
    ),
    Row(
        Rule.SKILL,
        judge="judge.hard_rules.skill",
        settled="engine.assignment.Assignment.can_serve",
        kernel=WHO_MAY,
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.SKILL, ReasonCode.SKILL_LEVEL, ReasonCode.CERTIFICATE_EXPIRED),
    ),
    Row(
        Rule.ALLOWED,
        judge="judge.hard_rules.allowed",
        settled=("engine.assignment.Assignment.can_serve", "engine.assignment.Assignment.is_outside"),
        kernel=(WHO_MAY, "engine.arrays.K_REQUIRED"),
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.TECHNICIAN_NOT_ALLOWED, ReasonCode.AREA),
    ),
    Row(
        Rule.TRAVEL_LIMIT,
        judge="judge.hard_rules.travel_limit",
        settled="engine.array_rows._shift_row",
        kernel=tuple(
            f"engine.arrays.{column}" for column in ("S_MAX_LEG", "S_MAX_TRAVEL", "S_MAX_DUTY", "S_MAX_VISITS")
        ),
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.MAX_TRAVEL, ReasonCode.UNREACHABLE, ReasonCode.SHIFT_CAPACITY),
    ),
    Row(
        Rule.WINDOW,
        judge="judge.hard_rules.window",
        settled="engine.array_rows.windows_by_day",
        kernel=("engine.arrays.ProblemArrays.windows", "engine.search.timing.start_of_service"),
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.TIME_WINDOW,),
    ),
    Row(
        Rule.READY,
        judge="judge.hard_rules.ready",
        settled="engine.array_rows._fill_visit",
        kernel="engine.arrays.V_READY",
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.NOT_READY,),
    ),
    Row(
        Rule.CONFIRMED,
        judge="judge.hard_rules.confirmed",
        settled="engine.array_rows.may_be_visited",
        kernel="Whom nobody may visit in vain has no index, so that no move can plan the visit.",
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.NOT_REACHED, ReasonCode.DECLINED),
    ),
    Row(
        Rule.FLOOR,
        judge="judge.hard_rules.floor",
        settled=("engine.assignment.Assignment.departure_s", "engine.assignment.Assignment.parts_floor_s"),
        kernel=("engine.arrays.S_DEPART", "engine.arrays.S_FLOOR", "engine.search.timing.floor_leg"),
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.TIME_PASSED,),
    ),
    Row(
        Rule.SHIFT,
        judge="judge.hard_rules.shift",
        settled="engine.array_rows._shift_row",
        kernel=("engine.arrays.S_RETURN_LIMIT", "engine.search.timing.return_limit"),
        master="engine.master.constraints.add_one_route_a_day",
        reasons=(ReasonCode.SHIFT_CAPACITY,),
    ),
    Row(
        Rule.REST,
        judge="judge.hard_rules.rest",
        settled="engine.rest.latest_homes",
        kernel=("engine.arrays.S_DEPART", "engine.arrays.S_RETURN_LIMIT"),
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.REST,),
    ),
    Row(
        Rule.BREAK,
        judge="judge.hard_rules.break_",
        settled="engine.assignment.Assignment.break_of",
        kernel=("engine.arrays.S_BREAK_OPEN", "engine.arrays.S_BREAK_CLOSE", "engine.search.timing.run_slot"),
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.BREAK,),
    ),
    Row(
        Rule.LOAD,
        judge="judge.carried.load",
        settled="engine.resources.Resources.capacity_of",
        kernel=("engine.arrays.S_CAPACITY", "engine.search.shared_resources.has_room"),
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.LOAD,),
    ),
    Row(
        Rule.STOCK,
        judge="judge.hard_rules.stock",
        settled="engine.resources.Resources._stock_rows",
        kernel=("engine.arrays.ProblemArrays.row", "engine.search.shared_resources.has_stock"),
        master="engine.master.constraints.add_stock",
        reasons=(ReasonCode.PART_OUT_OF_STOCK, ReasonCode.PART_ARRIVES_LATE),
    ),
    Row(
        Rule.LOAN,
        judge="judge.hard_rules.loan",
        settled="engine.assignment.Assignment.is_blocked_by_loan",
        kernel="engine.arrays.S_BLOCKED",
        master=IN_THE_ROUTE,
        reasons=(ReasonCode.PART_NOT_RETURNED,),
    ),
    Row(
        Rule.TOOL,
        judge="judge.carried.tool",
        settled="engine.resources.Resources._tools",
        kernel=("engine.arrays.E_TOOL", "engine.arrays.ProblemArrays.tool_units"),
        master="engine.master.constraints.add_tool",
        reasons=(ReasonCode.TOOL_IN_USE,),
    ),
    Row(
        Rule.CREW,
        judge="judge.crews.crew",
        settled="engine.array_rows.who_is_able",
        kernel=("engine.arrays.V_CREW", "engine.search.crews.insert_crew"),
        master="engine.master.model.is_bound",
        reasons=(ReasonCode.CREW_SIZE, ReasonCode.CREW_LEAD),
    ),
    Row(
        Rule.PRECEDENCE,
        judge="judge.crews.precedence",
        settled="engine.resources.Resources._earlier",
        kernel=("engine.arrays.E_EARLIER", "engine.search.synchronization.bounds_of_predecessors"),
        master="engine.master.model.is_bound",
        reasons=(ReasonCode.PRECEDENCE,),
    ),
    Row(
        Rule.LOCK,
        judge="judge.hard_rules.lock",
        settled=("engine.assignment.Assignment._keeps", "engine.assignment.Assignment.is_mandatory"),
        kernel=("engine.arrays.V_LATEST", "engine.arrays.V_FIXED"),
        master="engine.master.constraints.add_lock",
        reasons=(ReasonCode.PINNED_CONFLICT,),
    ),
)

SOFT = (
    Row(
        Rule.UNASSIGNED,
        judge="judge.costs.unassigned_cents",
        settled="engine.assignment.Assignment.unassigned_cents",
        kernel="engine.arrays.V_PRICE",
        master="engine.arrays.V_PRICE",
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.OVERDUE,
        judge="judge.costs._overdue",
        settled="engine.assignment.Assignment.overdue_cents",
        kernel=(BY_WHO_SERVES, "engine.arrays.K_DAYS"),
        master=IN_ITS_CENTS,
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.PROMISE,
        judge="judge.costs.promise_cents",
        settled="engine.assignment.Assignment.promise_cents",
        kernel="engine.arrays.V_PRICE",
        master="engine.arrays.V_PRICE",
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.WAITING,
        judge="judge.costs.waiting_cents",
        settled="engine.assignment.Assignment.waiting_cents",
        kernel="engine.arrays.V_PRICE",
        master="engine.arrays.V_PRICE",
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.LATENESS,
        judge="judge.costs._lateness",
        settled="engine.array_rows.make_rates",
        kernel=("engine.search.timing.late_cents", "engine.arrays.R_LATE_WORST"),
        master=IN_ITS_CENTS,
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.TRAVEL,
        judge="judge.costs._travel",
        settled="engine.array_rows.make_rates",
        kernel="engine.arrays.R_TRAVEL",
        master=IN_ITS_CENTS,
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.OVERTIME,
        judge="judge.costs._overtime",
        settled="engine.array_rows.make_rates",
        kernel="engine.arrays.R_OVERTIME",
        master=IN_ITS_CENTS,
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.WORKING_TIME,
        judge="judge.costs._working_time",
        settled="engine.array_rows.make_rates",
        kernel="engine.arrays.R_WORKING_TIME",
        master=IN_ITS_CENTS,
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.CONTRACTOR,
        judge="judge.costs._contractor",
        settled=("engine.array_rows._shift_row", "engine.assignment.Assignment.contractor_order_cents"),
        kernel=("engine.arrays.S_DAY_CENTS", "engine.arrays.S_MINUTE_CENTS", BY_WHO_SERVES),
        master=IN_ITS_CENTS,
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.RESERVE,
        judge="judge.costs.reserve_cents",
        settled="engine.assignment.Assignment.unreserved_s",
        kernel=("engine.arrays.S_FREE", "engine.search.state.load_cents"),
        master="engine.master.objective.load_cents",
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.CONTINUITY,
        judge="judge.costs._continuity",
        settled="engine.assignment.Assignment.continuity_cents",
        kernel=(BY_WHO_SERVES, "engine.arrays.K_CONTINUITY"),
        master=IN_ITS_CENTS,
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.FAIRNESS,
        judge="judge.costs.fairness_cents",
        settled="engine.assignment.Assignment.load_offset_s",
        kernel=("engine.arrays.S_OFFSET", "engine.search.state.load_cents", "engine.search.state.spread_cents"),
        master=("engine.master.objective.load_cents", "engine.master.objective.spread_cents"),
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.OVERQUALIFIED,
        judge="judge.costs._overqualified",
        settled="engine.array_rows.extras_of",
        kernel=BY_WHO_SERVES,
        master=IN_ITS_CENTS,
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.STABILITY,
        judge="judge.costs._stability",
        settled=("engine.assignment.Assignment.deviation_cents", "engine.assignment.Assignment.dropped_cents"),
        kernel=("engine.arrays.V_TOLD_CENTS", "engine.arrays.K_PERSON", "engine.search.timing.stability_cents"),
        master=(IN_ITS_CENTS, "engine.arrays.V_PRICE"),
        reasons=BY_THE_SUM,
    ),
    Row(
        Rule.EXCEPTION,
        judge="judge.costs._exceptions",
        settled=("engine.array_rows.make_more_rows", "engine.assignment.Assignment.area_cents"),
        kernel=("engine.arrays.ProblemArrays.more", "engine.search.excess.excess_cents"),
        master=IN_ITS_CENTS,
        reasons=BY_THE_SUM,
    ),
)

TABLE = (*HARD, *SOFT)
