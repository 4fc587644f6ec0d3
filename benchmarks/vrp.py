"""A vehicle routing instance with time windows in whole numbers, as the text formats of the field give it.

Distances and times are one number, Euclidean, scaled and rounded by the format's convention; one unit is `1 / scale`
of the file's. Nothing here is the optimizer's but `problem_of` and `matrix_of`, which turn an instance into a problem.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.errors import FormatError
from optimizer.domain.order import Customer, Interval, Load, Order, Place, Visit
from optimizer.domain.policy import Fairness, Policy
from optimizer.domain.problem import BRANCH_PLACE, Branch, Problem
from optimizer.domain.technician import Shift, Technician
from optimizer.domain.units import DAY_S, MINUTE_S
from optimizer.ingest.settings.policy import load_policy
from optimizer.travel.matrix import TravelMatrix

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    #: Lengths in the file's unit to whole units, as floats.
    Scaling = Callable[[NDArray[np.float64]], NDArray[np.float64]]

PROFILE = "car"

#: What customers ask for and vehicles carry.
DEMAND = "demand"

_DAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Client:
    """One customer; times in the instance's units, windows of the service start.

    Parameters
    ----------
    row
        The customer's row of the distance table; the depot is row 0.
    prize
        What leaving the customer out costs; `None` when the customer must be served.
    """

    client_id: str
    row: int
    demand: int
    open: int
    close: int
    service: int
    prize: int | None = None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle: what it carries, and whom it may serve (`None` is everybody)."""

    vehicle_id: str
    capacity: int
    allowed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class VrpInstance:
    """An instance in whole units.

    Parameters
    ----------
    scale
        Units per unit of the file: 10 for one decimal.
    open, close
        When the depot opens and closes.
    max_duration
        The longest a route may last, from the latest departure that keeps its earliest return; `None` is no limit.
    xy
        float64 array of shape (1 + customers, 2): coordinates as in the file, the depot first.
    distance
        int64 array of shape (1 + customers, 1 + customers): units from row to column.
    """

    name: str
    scale: int
    open: int
    close: int
    clients: tuple[Client, ...]
    vehicles: tuple[Vehicle, ...]
    max_duration: int | None
    xy: NDArray[np.float64]
    distance: NDArray[np.int64]

    @property
    def units_per_second(self) -> int:
        """How many units one second of our clock stands for: 1 wherever the instance fits into a day."""
        return -(-self.close // (DAY_S - 1))


def distances(xy: NDArray[np.float64], scaled: Scaling) -> NDArray[np.int64]:
    """Return the Euclidean distances between the rows of `xy`, scaled and rounded by the format's convention."""
    # The root of the sum of squares is exact where it is whole, which cutting decimals needs.
    lengths = np.sqrt(((xy[:, None, :] - xy[None, :, :]) ** 2).sum(axis=2))
    return scaled(lengths).astype(np.int64)


def truncated_tenths(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut to one decimal and count in tenths: the convention of the DIMACS challenge of 2021/22.

    >>> truncated_tenths(np.array([1.0, 1.4142, 2.69999])).tolist()
    [10.0, 14.0, 26.0]
    """
    return np.floor(10 * lengths)


def rounded_thousandths(lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to three decimals and count in thousandths.

    >>> rounded_thousandths(np.array([1.4142136, 0.0004])).tolist()
    [1414.0, 0.0]
    """
    return np.rint(1000 * lengths)


# --- the optimizer's side -----------------------------------------------------------------------------------------


def problem_of(instance: VrpInstance) -> Problem:
    """Return the problem whose cents are the seconds travelled; who is left out costs the prize, or more than any plan.

    A longest route that no route can exceed between the opening and the closing of the depot is none.
    """
    clients, per_second = instance.clients, instance.units_per_second
    start_s, end_s = _up(instance.open, per_second), instance.close // per_second
    longest_s = None if instance.max_duration is None else instance.max_duration // per_second
    if longest_s is not None and longest_s >= end_s - start_s:
        longest_s = None
    return Problem(
        branch=Branch("depot", instance.name, _place(instance, 0)),
        first_day=_DAY,
        as_of_s=-DAY_S // 3,
        customers=tuple(Customer(c.client_id, c.client_id) for c in clients),
        orders=tuple(_order(c, per_second) for c in clients),
        visits=tuple(_visit(instance, c) for c in clients),
        technicians=tuple(
            Technician(v.vehicle_id, v.vehicle_id, capacity=(Load(DEMAND, v.capacity),)) for v in instance.vehicles
        ),
        shifts=tuple(
            Shift(
                v.vehicle_id,
                day=0,
                start_s=start_s,
                end_s=end_s,
                contracted_s=end_s - start_s,
                max_duty_s=longest_s,
                profile=PROFILE,
            )
            for v in instance.vehicles
        ),
        policy=_policy(instance),
    )


def matrix_of(instance: VrpInstance, problem: Problem) -> TravelMatrix:
    """Return the distances as seconds, rounded up where one second is more than one unit."""
    keys = tuple(problem.places())
    if keys != (BRANCH_PLACE, *(client.client_id for client in instance.clients)):
        raise FormatError(f"{instance.name}: places must be the depot and the customers in the order of the file")
    return TravelMatrix(
        keys=keys,
        profiles=(PROFILE,),
        seconds=_seconds(instance)[None],
        metres=instance.distance[None].astype(np.int32),
        provenance={"provider": "instance", "instance": instance.name, "rounding": rounding_of(instance)},
    )


def rounding_of(instance: VrpInstance) -> str:
    """Say what planning in whole seconds changes."""
    if instance.units_per_second == 1:
        return f"none: a second of our clock is 1/{instance.scale} of the file's unit"
    return (
        f"a second of our clock is {instance.units_per_second}/{instance.scale} of the file's unit: travel, services "
        "and openings rounded up, closings and longest routes down; value and feasibility are recomputed in the "
        "format's numbers"
    )


def _policy(instance: VrpInstance) -> Policy:
    prizes = {
        client.client_id: _up(client.prize, instance.units_per_second)
        for client in instance.clients
        if client.prize is not None
    }
    legs = len(instance.clients) + len(instance.vehicles)
    # More than any plan costs, so that serving one more who has no prize always pays.
    dearest_cents = int(_seconds(instance).max()) * legs + sum(prizes.values()) + 1
    return replace(
        load_policy("bench"),
        max_lateness_s=0,
        reload=False,
        unassigned_cents=(dearest_cents,) * 5,
        unassigned_due_pct=(100, 100, 100, 100),
        unassigned_by_order_cents=prizes,
        travel_cents=MINUTE_S,  # a cent a second
        overtime_cents=0,
        continuity_cents=0,
        fairness=Fairness.OFF,
        overqualified_cents=0,
    )


def _order(client: Client, per_second: int) -> Order:
    open_s = _up(client.open, per_second)
    window = Interval(open_s, max(open_s, client.close // per_second))
    return Order(client.client_id, customer_id=client.client_id, promised=(window,))


def _visit(instance: VrpInstance, client: Client) -> Visit:
    named = [v for v in instance.vehicles if v.allowed is not None]
    serving = {v.vehicle_id for v in instance.vehicles if v.allowed is None or client.client_id in v.allowed}
    return Visit(
        visit_id=client.client_id,
        order_id=client.client_id,
        place=_place(instance, client.row),
        base_s=_up(client.service, instance.units_per_second),
        required=frozenset(serving) if named else frozenset(),
        loads=(Load(DEMAND, client.demand),) if client.demand else (),
    )


def _place(instance: VrpInstance, row: int) -> Place:
    """Return a place for pictures only; the travel times are the instance's own."""
    x, y = instance.xy[row]
    return Place(lat=float(y) / 1000, lon=float(x) / 1000)


def _seconds(instance: VrpInstance) -> NDArray[np.int32]:
    return (-(-instance.distance // instance.units_per_second)).astype(np.int32)


def _up(units: int, per_second: int) -> int:
    return -(-units // per_second)
