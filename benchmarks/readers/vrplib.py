"""Vehicle routing with time windows in VRPLIB form: site-dependent (SDVRPTW) and prize-collecting (PCVRPTW).

A heading line is `NAME: value`, a section is a title and a row for each node or vehicle, both counted from 1; node 1 is
the depot. Customers keep their node number as id, vehicles theirs.

| type | what it adds | distances |
|---|---|---|
| SDVRPTW | which customers a vehicle may serve, capacities one by one, a longest route | rounded to 3 decimals |
| PCVRPTW | customers who may be left out for their prize | cut to 1 decimal |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.errors import FormatError
from benchmarks.vrp import Client, Vehicle, VrpInstance, distances, rounded_thousandths, truncated_tenths

if TYPE_CHECKING:
    from benchmarks.vrp import Scaling

_SCALES: dict[str, tuple[int, Scaling]] = {
    "SDVRPTW": (1000, rounded_thousandths),
    "PCVRPTW": (10, truncated_tenths),
}

_HEADING = re.compile(r"^([A-Z_]+)\s*:\s*(.*)$")
_TITLE = re.compile(r"^[A-Z_]+_SECTION$")


@dataclass(frozen=True, slots=True)
class _File:
    """The headings, and the rows of each section with their line numbers."""

    name: str
    headings: dict[str, str]
    sections: dict[str, list[tuple[int, list[float]]]]

    def whole(self, heading: str) -> int:
        """Return a heading's whole number."""
        try:
            return int(self.headings[heading])
        except KeyError as fault:
            raise FormatError(f"{self.name}: no line '{heading}: ...'") from fault
        except ValueError as fault:
            raise FormatError(f"{self.name}: {heading} is {self.headings[heading]!r}, no whole number") from fault

    def table(self, section: str, *, rows: int, columns: int | None) -> list[list[float]]:
        """Return a section's rows without their numbers, checked to be 1 to `rows` and `columns` wide."""
        if section not in self.sections:
            raise FormatError(f"{self.name}: no {section}")
        found = self.sections[section]
        for k, (line, row) in enumerate(found, start=1):
            where = f"{self.name} line {line}, {section}"
            if row[0] != k:
                raise FormatError(f"{where}: row {row[0]:g} where {k} was expected")
            if columns is not None and len(row) != columns + 1:
                raise FormatError(f"{where}: {len(row)} figures where {columns + 1} were expected")
        if len(found) != rows:
            raise FormatError(f"{self.name}: {section} has {len(found)} rows where {rows} were expected")
        return [row[1:] for _, row in found]

    def column(self, section: str, *, rows: int, heading: str) -> list[float]:
        """Return a section of one column, or the heading's value for each row where the file has that instead."""
        if section not in self.sections and heading in self.headings:
            return [float(self.whole(heading))] * rows
        return [row[0] for row in self.table(section, rows=rows, columns=1)]


def recognises(text: str) -> bool:
    """Say whether a file looks like VRPLIB."""
    return "NODE_COORD_SECTION" in text and re.search(r"^TYPE\s*:", text, re.MULTILINE) is not None


def parse(text: str, *, name: str) -> VrpInstance:
    """Read the text of an instance.

    Raises
    ------
    FormatError
        When the type is not one of the table above, a section is missing, or a row does not fit.
    """
    file = _read(text, name=name)
    kind = file.headings.get("TYPE", "")
    if kind not in _SCALES:
        raise FormatError(f"{name}: type {kind!r} is not read; known are {', '.join(_SCALES)}")
    if file.headings.get("EDGE_WEIGHT_TYPE", "EUC_2D") != "EUC_2D":
        raise FormatError(f"{name}: distances of type {file.headings['EDGE_WEIGHT_TYPE']!r}; expected EUC_2D")
    scale, scaled = _SCALES[kind]
    size = file.whole("DIMENSION")
    xy = np.array(file.table("NODE_COORD_SECTION", rows=size, columns=2))
    windows = file.table("TIME_WINDOW_SECTION", rows=size, columns=2)
    demands = file.table("DEMAND_SECTION", rows=size, columns=1)
    services = file.column("SERVICE_TIME_SECTION", rows=size, heading="SERVICE_TIME")
    prizes = file.table("PRIZE_SECTION", rows=size, columns=1) if "PRIZE_SECTION" in file.sections else None
    for node, (opens, closes) in enumerate(windows, start=1):
        if closes < opens:
            raise FormatError(f"{name}: the window of node {node} closes at {closes:g}, before it opens at {opens:g}")
    longest = "VEHICLES_MAX_DURATION"
    return VrpInstance(
        name=name,
        scale=scale,
        open=round(scale * windows[0][0]),
        close=round(scale * windows[0][1]),
        clients=tuple(
            Client(
                client_id=str(row + 1),
                row=row,
                demand=round(demands[row][0]),
                open=round(scale * windows[row][0]),
                close=round(scale * windows[row][1]),
                service=round(scale * services[row]),
                prize=None if prizes is None else round(scale * prizes[row][0]),
            )
            for row in range(1, size)
        ),
        vehicles=_vehicles(file),
        max_duration=scale * file.whole(longest) if longest in file.headings else None,
        xy=xy,
        distance=distances(xy, scaled),
    )


def _vehicles(file: _File) -> tuple[Vehicle, ...]:
    number, section = file.whole("VEHICLES"), "VEHICLES_ALLOWED_CLIENTS_SECTION"
    capacities = file.column("CAPACITY_SECTION", rows=number, heading="CAPACITY")
    lists = file.table(section, rows=number, columns=None) if section in file.sections else [None] * number
    return tuple(
        Vehicle(str(k), round(capacity), None if nodes is None else frozenset(f"{node:.0f}" for node in nodes))
        for k, (capacity, nodes) in enumerate(zip(capacities, lists, strict=True), start=1)
    )


def _read(text: str, *, name: str) -> _File:
    file, rows = _File(name, {}, {}), None
    for k, line in enumerate((line.strip() for line in text.splitlines()), start=1):
        if not line:
            continue
        if line == "EOF":
            break
        if heading := _HEADING.match(line):
            file.headings[heading[1]], rows = heading[2].strip(), None
        elif _TITLE.match(line):
            rows = file.sections.setdefault(line, [])
        elif rows is None:
            raise FormatError(f"{name} line {k}: {line[:40]!r} is neither a heading nor in a section")
        else:
            try:
                rows.append((k, [float(word) for word in line.split()]))
            except ValueError as fault:
                raise FormatError(f"{name} line {k}: {fault}; expected figures") from fault
    return file
