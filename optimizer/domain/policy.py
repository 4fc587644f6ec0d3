"""A policy: the weights and limits of the rule book as one named profile.

The defaults are those of docs/rules.md, Soft rules. Rates are cents per minute, other amounts cents, limits seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.order import CustomerKind
from optimizer.domain.promise import PromiseProfile
from optimizer.domain.units import at

#: Opens the phone's own map, whichever that is; coordinates are WGS-84.
MAP_LINK = "geo:{lat},{lon}?q={lat},{lon}({name})"


class Pickup(StrEnum):
    """How branch parts reach a technician who starts at home."""

    EVENING = "evening"
    STOP = "stop"


class BrokenLocks(StrEnum):
    """What becomes of a lock that breaks a hard rule by itself.

    `REFUSE`: there is no plan. `KEEP`: it is planned all the same, and what it breaks is listed as accepted.
    """

    REFUSE = "refuse"
    KEEP = "keep"


class ContractorPay(StrEnum):
    """What a contractor is paid by: a used day and the minutes worked, or each order by its kind and distance."""

    TIME = "time"
    ORDER = "order"


class Fairness(StrEnum):
    """How uneven load is priced.

    `LOAD` is the rule book's: monotone, per technician, over the contracted time. `SPREAD` is the benchmark days':
    the squared deviation from the staff's mean, in minutes. `OFF` prices nothing.
    """

    LOAD = "load"
    SPREAD = "spread"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Floor:
    """Least values that follow from urgency, difficulty and customer tier: the highest that applies counts."""

    urgency: Mapping[str, int] = field(default_factory=dict)
    difficulty: Mapping[str, int] = field(default_factory=dict)
    tier: Mapping[str, int] = field(default_factory=dict)

    def least(self, *, urgency: str, difficulty: str, tier: str) -> int:
        """Return the highest floor that applies; 0 when none does."""
        return max(self.urgency.get(urgency, 0), self.difficulty.get(difficulty, 0), self.tier.get(tier, 0))


@dataclass(frozen=True, slots=True)
class Policy:
    """The weights and limits in force.

    Parameters
    ----------
    arrival_lead_s
        How much before a window's close a technician aims to arrive; taken off every close once.
    morning_s
        Time at the branch before a route leaves it, and of each stop there on the way.
    lead_to_leave_s, lead_on_road_s, lead_with_parts_s, lead_emergency_s
        The floor: how long after the plan is made somebody leaves at the earliest, from the branch and from the road or
        home; how long until parts of the branch are ready to leave; and how long for whoever has an emergency already.
        `None` for the first is no floor at all, as in plans of before there was one.
    pick_s
        How long it takes to book parts in that arrive at a stated moment.
    rest_s, rest_after_night_s, night_from_s
        How long a technician rests at least before the next shift; and after work past this time of the day.
    max_lateness_s
        How late a service may start after its window closes; `None` is without limit.
    unreached_way_s
        How much longer a way may be for a customer who was not reached. `None`: who was not reached, or said no, is
        visited all the same, as in plans of before this was asked.
    access_s
        Time at the door by kind of place: what the way into a place takes beyond the drive, from another address.
    told_width_s, told_grid_s
        How wide a window a customer of each kind is told, and from which moments of the day on. Without any width it is
        the planned start, plus and minus `told_half_width_s`, as in plans of before there was a grid.
    reload
        A technician who has carried all there is room for may stop at the branch and load again.
    broken_locks
        What becomes of a lock that breaks a hard rule by itself.
    repeat_days
        A fault that is back within so many days is served a level higher than the last time, or by two; 0 is never.
    pair_kinds
        The safety list: orders of these kinds are served by at least two technicians.
    pause_kinds, pause_over_s, pause_leave_s
        Orders of these kinds may pause when one person's service takes longer than this; and how much longer it takes
        by a pause than the pause itself, for packing up and setting up again.
    level_floor, priority_floor
        Least skill level and least priority by urgency, difficulty and customer tier.
    unassigned_cents
        Price of leaving a visit out, for priority 1 to 5.
    unassigned_due_pct
        Its percentage with 2 or more, 1 and 0 working days left, and past due.
    unassigned_by_order_cents
        Price of leaving out single orders, by their ids, whatever their priority and due day.
    broken_promise_cents
        Price of leaving out a visit whose last promised window lies in the horizon, on top.
    waiting_cents, waiting_tier_cents
        Price of leaving a visit out for each working day since its request; for some customer tiers another one.
    late_small_cents, late_small_s, late_large_cents
        Lateness per minute up to `late_small_s` after the close, and beyond it.
    late_worst_cents
        Price per minute of the plan's longest lateness, on top: with it, nobody is as late as all others together.
    contractor_pay, contractor_day_cents, contractor_minute_cents
        What contractors are paid by; a used day and a minute of travel and service, where it is time.
    contractor_order_cents, contractor_kind_cents, contractor_radius_m, contractor_km_cents, contractor_mile_cents
        Where it is orders: an order, those of some kinds, and each kilometre or mile of the way from the branch to it
        beyond a radius.
    reserve_pct, reserve_cents
        Share of a day's contracted time that plans leave free until noon of that day, and the price of a minute of it.
    load_target_pct, load_divisor
        Fairness: x^2 // `load_divisor` cents for x seconds of a day's load above this share of its contracted time.
    spread_weight
        The benchmark days' coefficient, for `Fairness.SPREAD`.
    dropped_cents, other_technician_cents, other_time_cents, short_notice_pct
        Stability against the published plan.
    exception_travel_s, exception_overtime_s, exception_told_s, exception_visits, exception_areas
        The bands of exceptions: by how much one may exceed a house limit at most; 0 is never.
    exception_travel_cents, exception_overtime_cents
        Price of each minute above a limit that an exception covers.
    exception_told_cents, exception_visit_cents, exception_area_cents
        The same of a start outside the told window, of each visit above the limit, and of each person outside his area.
    call_s
        How long a call to a customer or a technician takes.
    map_link
        What an address opens on a phone, with `{lat}`, `{lon}` and perhaps `{name}` in it: an app, or a map on the web.
    promise
        How many days are promised, and how long each clock runs.
    """

    name: str = "tomorrow"
    arrival_lead_s: int = 300
    morning_s: int = 0
    lead_to_leave_s: int | None = 0
    lead_on_road_s: int = 0
    lead_with_parts_s: int = 0
    lead_emergency_s: int = 0
    pick_s: int = 0
    rest_s: int = 0
    rest_after_night_s: int = 0
    night_from_s: int = at(22)
    max_lateness_s: int | None = 0
    pickup: Pickup = Pickup.EVENING
    reload: bool = True
    broken_locks: BrokenLocks = BrokenLocks.REFUSE
    observation_s: int = 1800
    unreached_way_s: int | None = 1800
    access_s: Mapping[str, int] = field(default_factory=dict)
    told_width_s: Mapping[str, int] = field(
        default_factory=lambda: {CustomerKind.HOME: 7_200, CustomerKind.FIRM: 3_600}
    )
    told_grid_s: int = 1800
    told_half_width_s: int = 1800
    repeat_days: int = 0
    pair_kinds: frozenset[str] = frozenset()
    pause_kinds: frozenset[str] = frozenset()
    pause_over_s: int = 9_000
    pause_leave_s: int = 600
    level_floor: Floor = Floor()
    priority_floor: Floor = Floor()
    unassigned_cents: tuple[int, int, int, int, int] = (20_000, 30_000, 50_000, 80_000, 150_000)
    unassigned_due_pct: tuple[int, int, int, int] = (100, 150, 500, 800)
    unassigned_by_order_cents: Mapping[str, int] = field(default_factory=dict)
    broken_promise_cents: int = 50_000
    waiting_cents: int = 500
    waiting_tier_cents: Mapping[str, int] = field(default_factory=lambda: {"key": 2_000})
    late_small_cents: int = 60
    late_small_s: int = 900
    late_large_cents: int = 400
    late_worst_cents: int = 0
    travel_cents: int = 50
    overtime_cents: int = 150
    working_time_cents: int = 0
    contractor_day_cents: int = 6_000
    contractor_minute_cents: int = 60
    contractor_pay: ContractorPay = ContractorPay.TIME
    contractor_order_cents: int = 6_000
    contractor_kind_cents: Mapping[str, int] = field(default_factory=dict)
    contractor_radius_m: int = 20_000
    contractor_km_cents: int = 200
    contractor_mile_cents: int = 0
    reserve_pct: int = 0
    reserve_cents: int = 500
    continuity_cents: int = 1_500
    fairness: Fairness = Fairness.LOAD
    load_target_pct: int = 85
    load_divisor: int = 12_000
    spread_weight: int = 10
    overqualified_cents: int = 200
    dropped_cents: int = 2_000
    other_technician_cents: int = 1_000
    other_time_cents: int = 500
    short_notice_pct: int = 300
    exception_travel_s: int = 900
    exception_overtime_s: int = 3_600
    exception_told_s: int = 1_800
    exception_visits: int = 1
    exception_areas: int = 1
    exception_travel_cents: int = 100
    exception_overtime_cents: int = 150
    exception_told_cents: int = 2_000
    exception_visit_cents: int = 2_000
    exception_area_cents: int = 2_000
    call_s: int = 180
    map_link: str = MAP_LINK
    promise: PromiseProfile = PromiseProfile()

    def band_of(self, limit: HouseLimit) -> int:
        """Return by how much an exception may exceed a house limit at most: seconds, visits or districts."""
        return {
            HouseLimit.TRAVEL: self.exception_travel_s,
            HouseLimit.OVERTIME: self.exception_overtime_s,
            HouseLimit.AREA: self.exception_areas,
            HouseLimit.VISITS: self.exception_visits,
            HouseLimit.TOLD: self.exception_told_s,
        }[limit]
