"""Solomon's and Gehring and Homberger's instances with capacity and time windows, in their text format.

    VEHICLE, NUMBER and CAPACITY, then CUSTOMER with a row each: number, x, y, demand, ready, due, service

Customer 0 is the depot. Distances are Euclidean, cut to one decimal (the DIMACS challenge of 2021/22), and are both
time and cost; the objective is distance alone, with any number of vehicles up to NUMBER.
"""

from __future__ import annotations

import numpy as np

from benchmarks.errors import FormatError
from benchmarks.vrp import Client, Vehicle, VrpInstance, distances, truncated_tenths

#: Tenths: the instance counts in them.
SCALE = 10

#: The table of best-known values names several conventions; ours is this one.
CONVENTION = "dimacs_trunc1"

_COLUMNS = "number x y demand ready due service"


def recognises(text: str) -> bool:
    """Say whether a file looks like this format."""
    words = text[:2000].upper().split()
    return "VEHICLE" in words and "CUSTOMER" in words and "CAPACITY" in words


def parse(text: str, *, name: str) -> VrpInstance:
    """Read the text of an instance.

    Raises
    ------
    FormatError
        When a section is missing, or a row does not fit; the message has the line.
    """
    lines = text.splitlines()
    number, capacity = _fleet(lines, name=name)
    depot, *customers = _table(lines, name=name)
    xy = np.array([row[1:3] for row in (depot, *customers)])
    return VrpInstance(
        name=name,
        scale=SCALE,
        open=_tenths(depot[4]),
        close=_tenths(depot[5]),
        clients=tuple(
            Client(str(round(row[0])), k, round(row[3]), _tenths(row[4]), _tenths(row[5]), _tenths(row[6]))
            for k, row in enumerate(customers, start=1)
        ),
        vehicles=tuple(Vehicle(str(k), capacity) for k in range(1, number + 1)),
        max_duration=None,
        xy=xy,
        distance=distances(xy, truncated_tenths),
    )


def _fleet(lines: list[str], *, name: str) -> tuple[int, int]:
    heading = _row_of(lines, "NUMBER", name=name)
    row = next((k for k in range(heading + 1, len(lines)) if lines[k].strip()), None)
    if row is None:
        raise FormatError(f"{name}: no number and capacity below line {heading + 1}")
    try:
        number, capacity = (int(word) for word in lines[row].split())
    except ValueError as fault:
        raise FormatError(f"{name} line {row + 1}: expected the number of vehicles and their capacity") from fault
    if number < 1 or capacity < 0:
        raise FormatError(f"{name} line {row + 1}: {number} vehicles of capacity {capacity} cannot be")
    return number, capacity


def _table(lines: list[str], *, name: str) -> list[list[float]]:
    rows: list[list[float]] = []
    first = _row_of(lines, "CUST", name=name) + 1
    for k, line in enumerate(lines[first:], start=first + 1):
        if not line.strip():
            continue
        where = f"{name} line {k}"
        try:
            row = [float(word) for word in line.split()]
        except ValueError as fault:
            raise FormatError(f"{where}: {fault}; expected {_COLUMNS}") from fault
        if len(row) != len(_COLUMNS.split()):
            raise FormatError(f"{where}: {len(row)} figures where {len(_COLUMNS.split())} were expected ({_COLUMNS})")
        if row[0] != len(rows):
            raise FormatError(f"{where}: customer {row[0]:g} where {len(rows)} was expected")
        if row[5] < row[4]:
            raise FormatError(f"{where}: due {row[5]:g} is before ready {row[4]:g}")
        rows.append(row)
    if len(rows) < 2:
        raise FormatError(f"{name}: no customer below the depot")
    return rows


def _row_of(lines: list[str], word: str, *, name: str) -> int:
    row = next((k for k, line in enumerate(lines) if line.upper().split()[:1] == [word]), None)
    if row is None:
        raise FormatError(f"{name}: no line that begins with {word}")
    return row


def _tenths(figure: float) -> int:
    return round(SCALE * figure)
