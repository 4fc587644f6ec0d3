"""The registry of formats, and one instance file opened for a run."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks import vrp
from benchmarks.errors import FormatError
from benchmarks.measure import Measured, Routes, measure_day, measure_pillac
from benchmarks.measure_hhcrsp import measure_hhcrsp
from benchmarks.measure_vrp import measure_vrp
from benchmarks.readers import days, hhcrsp, pillac, vrplib, vrptw

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


@dataclass(frozen=True, slots=True)
class BestKnown:
    """The best published value of an instance, in the format's unit, and how many visits it leaves out."""

    value: float
    unserved: int = 0


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of a format.

    Parameters
    ----------
    name, format
        The instance's name, and its format's name in `FORMATS`.
    objective, rounding
        What the format minimises, with the unit; and what reading it into whole numbers changes.
    unbuilt
        Rules that the instance needs and this version does not build; such an instance is not solved.
    lost_to_rounding
        Direct connections that whole seconds forbid although the format allows them.
    cents_per_unit
        Our cents per unit of the objective, where no visit is left out; `None` where cents do not follow it.
    counts_unserved
        The format compares the number left out first; else what is left out is priced in the objective.
    model
        The format's own instance, for those who model it for another solver.
    build
        Makes the problem and its matrix; our money sum orders plans as the objective does.
    measure
        Values routes in the format's own numbers, apart from the optimizer.
    """

    name: str
    format: str
    objective: str
    rounding: str
    build: Callable[[], tuple[Problem, TravelMatrix]]
    measure: Callable[[Routes], Measured]
    unbuilt: tuple[str, ...] = ()
    lost_to_rounding: tuple[str, ...] = ()
    best_known: BestKnown | None = None
    cents_per_unit: float | None = 1.0
    counts_unserved: bool = False
    model: Any = None

    def gap_pct(self, measured: Measured) -> float | None:
        """Return the percentage above the best-known value; `None` when it does not compare."""
        if self.best_known is None or not measured.is_feasible:
            return None
        if self.counts_unserved and measured.unserved != self.best_known.unserved:
            return None
        return 100 * (measured.value / self.best_known.value - 1)


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how to know it, how to open the text of a file, and which convention its best-known values follow."""

    name: str
    recognises: Callable[[str], bool]
    open: Callable[[str, str, BestKnown | None], Instance]
    convention: str = ""


def read_instance(path: Path) -> Instance:
    """Open an instance file in whatever format it is; a `bks.csv` beside it gives the best-known value.

    Raises
    ------
    FormatError
        When the file is in no known format or breaks its format.
    """
    text = path.read_text(encoding="utf-8-sig")
    for known in FORMATS:
        if known.recognises(text):
            return known.open(text, path.stem, best_known_beside(path, known.convention))
    raise FormatError(f"{path.name}: not in a known format ({', '.join(known.name for known in FORMATS)})")


def best_known_beside(path: Path, convention: str = "") -> BestKnown | None:
    """Return the best-known value from the `bks.csv` in the instance's folder, if there is one.

    Its columns `instance` (the file's name, with or without its ending), `bks` and, where given, `unserved_requests`
    are read. Where the format names a convention, only a row that names the same one counts.
    """
    table = path.with_name("bks.csv")
    if not table.is_file():
        return None
    with table.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if convention and row.get("convention") != convention:
                continue
            if row.get("instance") in (path.stem, path.name) and row.get("bks"):
                return BestKnown(float(row["bks"]), int(row.get("unserved_requests") or 0))
    return None


def _builder(reader: Any, model: Any) -> Callable[[], tuple[Problem, TravelMatrix]]:
    """Return what makes the problem and its matrix, by the reader that made the model."""

    def build() -> tuple[Problem, TravelMatrix]:
        problem = reader.problem_of(model)
        return problem, reader.matrix_of(model, problem)

    return build


def _open_day(text: str, name: str, best_known: BestKnown | None) -> Instance:
    day = days.parse(text, name=name)
    return Instance(
        name=name,
        format="days",
        objective="total cost, cents",
        rounding="none: the format speaks whole minutes and whole cents",
        build=_builder(days, day),
        measure=lambda routes: measure_day(day, routes),
        best_known=best_known,
        model=day,
    )


def _open_pillac(text: str, name: str, best_known: BestKnown | None) -> Instance:
    instance = pillac.parse(text, name=name)
    return Instance(
        name=name,
        format="pillac",
        objective="unserved requests, then total working time, minutes",
        rounding=pillac.ROUNDING,
        build=_builder(pillac, instance),
        measure=lambda routes: measure_pillac(instance, routes),
        lost_to_rounding=pillac.lost_connections(instance),
        best_known=best_known,
        cents_per_unit=60.0,
        counts_unserved=True,
        model=instance,
    )


def _open_vrp(
    text: str, name: str, best_known: BestKnown | None, *, kind: str, parse: Callable[..., vrp.VrpInstance]
) -> Instance:
    instance = parse(text, name=name)

    has_prizes = any(client.prize is not None for client in instance.clients)
    return Instance(
        name=name,
        format=kind,
        objective="distance plus the prizes of customers left out" if has_prizes else "distance",
        rounding=vrp.rounding_of(instance),
        build=_builder(vrp, instance),
        measure=lambda routes: measure_vrp(instance, routes),
        best_known=best_known,
        cents_per_unit=instance.scale / instance.units_per_second,
        model=instance,
    )


def _open_hhcrsp(text: str, name: str, best_known: BestKnown | None) -> Instance:
    instance = hhcrsp.parse(text, name=name)
    return Instance(
        name=name,
        format="hhcrsp",
        objective="(distance + total tardiness + largest tardiness) / 3",
        rounding=hhcrsp.ROUNDING,
        build=_builder(hhcrsp, instance),
        measure=lambda routes: measure_hhcrsp(instance, routes),
        unbuilt=instance.unbuilt,
        best_known=best_known,
        cents_per_unit=None,
        model=instance,
    )


FORMATS = (
    Format("days", days.recognises, _open_day),
    Format("pillac", pillac.recognises, _open_pillac),
    Format("vrptw", vrptw.recognises, partial(_open_vrp, kind="vrptw", parse=vrptw.parse), vrptw.CONVENTION),
    Format("vrplib", vrplib.recognises, partial(_open_vrp, kind="vrplib", parse=vrplib.parse)),
    Format("hhcrsp", hhcrsp.recognises, _open_hhcrsp),
)
