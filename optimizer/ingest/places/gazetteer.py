"""The gazetteer: where the centres of provinces, cities, districts and towns are, by their names.

The table comes with Paigong (`data/places`; `benchmarks/gazetteer.py` makes it); a branch adds to it by a file of its
own (`own_tables.py`).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.ingest.cells.place_names import plain, stem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

#: The file of the table, and its columns; a district that is no more is called what its people still call it.
TABLE = "china.csv"
COLUMNS = ("code", "level", "name", "lat", "lon")


class Level(IntEnum):
    """How small an area is: the smaller, the nearer its centre."""

    PROVINCE = 1
    CITY = 2
    DISTRICT = 3
    TOWN = 4


@dataclass(frozen=True, slots=True)
class Area:
    """A province, city, district or town.

    Parameters
    ----------
    path
        Its name after those of all that it lies in: `("浙江省", "杭州市", "西湖区")`.
    lat, lon
        Its centre in WGS-84.
    """

    path: tuple[str, ...]
    level: Level
    lat: float
    lon: float

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path[-1]

    @property
    def city(self) -> str:
        """The city that it is or lies in; a municipality is its own."""
        return next((name for name in reversed(self.path[:2]) if name), "")

    @property
    def key(self) -> tuple[str, ...]:
        """What it is, whether or not its province is named."""
        return (self.city, *self.path[2:]) if self.level > Level.CITY else (self.name,)

    @property
    def label(self) -> str:
        """How a person reads it: from the city down, each name once."""
        return "".join(dict.fromkeys((self.city, *self.path[2:])))


@dataclass(slots=True)
class Gazetteer:
    """Areas by what people call them.

    Parameters
    ----------
    provinces, cities, districts, towns
        By every spelling: the whole name, and the name without its last word (`stem`).
    """

    provinces: dict[str, list[Area]] = field(default_factory=dict)
    cities: dict[str, list[Area]] = field(default_factory=dict)
    districts: dict[str, list[Area]] = field(default_factory=dict)
    towns: dict[str, list[Area]] = field(default_factory=dict)

    def of(self, level: Level) -> dict[str, list[Area]]:
        """Return the areas of a level by their spellings."""
        return (self.provinces, self.cities, self.districts, self.towns)[level - 1]

    def add(self, area: Area) -> None:
        """Add an area in the place of what is known as the same."""
        for name in {plain(area.name), stem(area.name)}:
            known = self.of(area.level).setdefault(name, [])
            known[:] = [other for other in known if other.key != area.key]
            known.append(area)

    def district_of(self, town: Area) -> Area | None:
        """Return the district that a town lies in, `None` when it is not known."""
        known = self.districts.get(plain(town.path[2]), ()) if len(town.path) > 3 else ()
        return next((district for district in known if district.key == town.key[:-1]), None)

    def with_own(self, areas: Iterable[Area]) -> Gazetteer:
        """Return a gazetteer that also knows a branch's own areas, which go before what comes with Paigong."""
        own = Gazetteer(*({name: list(known) for name, known in self.of(level).items()} for level in Level))
        for area in areas:
            own.add(area)
        return own


@cache
def known_areas() -> Gazetteer:
    """Return what comes with Paigong."""
    text = table_file().read_text(encoding="utf-8")
    found = Gazetteer()
    names: dict[str, str] = {}
    for row in csv.DictReader(io.StringIO(text)):
        level, code = Level(int(row["level"])), row["code"]
        if level is not Level.TOWN:
            names.setdefault(code, row["name"])
        parents = [names.get(code[:2] + "0000", ""), names.get(code[:4] + "00", ""), names.get(code, "")]
        path = (*parents[: level - 1], row["name"])
        found.add(Area(path, level, float(row["lat"]), float(row["lon"])))
    return found


def table_file() -> Traversable:
    """Return the table: inside the installed package, else in the repository's `data`."""
    packaged = files("optimizer").joinpath("gazetteer", TABLE)
    return packaged if packaged.is_file() else Path(__file__).parents[3] / "data" / "places" / "vendor" / TABLE
