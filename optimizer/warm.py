"""A tiny world that makes every kernel compile: two technicians, four visits, a break, a part, two windows."""

from __future__ import annotations

from datetime import date

import numpy as np

from optimizer.domain.order import Customer, Interval, Order, PartNeed, Place, SkillNeed, Visit
from optimizer.domain.problem import BRANCH_PLACE, Branch, Problem
from optimizer.domain.stock import Part
from optimizer.domain.technician import Break, HeldSkill, Shift, Technician
from optimizer.domain.units import at
from optimizer.travel.matrix import TravelMatrix


def tiny_problem() -> tuple[Problem, TravelMatrix]:
    """Return the tiny world and its travel: ten minutes between any two places."""
    place = Place(30.27, 120.16)
    names = [f"V{n}" for n in range(4)]
    visits = tuple(
        Visit(name, name, place, base_s=1800, skills=(SkillNeed("any"),), parts=(PartNeed("P", 1),)) for name in names
    )
    windows = (Interval(at(9), at(11)), Interval(at(14), at(16)))
    orders = tuple(Order(name, "C", promised=windows) for name in names)
    rest = Break(Interval(at(11, 30), at(12, 30)), 3600)
    shifts = tuple(Shift(f"T{n}", 0, at(8), at(17), 3600, rest, at(8)) for n in range(2))
    problem = Problem(
        branch=Branch("B", "B", place),
        first_day=date(2026, 1, 5),
        as_of_s=-at(8),
        customers=(Customer("C", "C"),),
        orders=orders,
        visits=visits,
        technicians=tuple(Technician(f"T{n}", f"T{n}", skills=(HeldSkill("any", 2),)) for n in range(2)),
        shifts=shifts,
        parts=(Part("P", "P", on_hand=3),),
    )
    keys = (BRANCH_PLACE, *names)
    seconds = np.full((1, 5, 5), 600, np.int32)
    seconds[0, range(5), range(5)] = 0
    return problem, TravelMatrix(keys, ("car",), seconds, seconds.copy())
