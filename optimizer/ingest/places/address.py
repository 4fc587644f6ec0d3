"""Which area an address names: province, city, district and town from the left, each of which may be missing.

`浙江省杭州市余杭区五常街道文一西路 969 号`, `杭州余杭五常`, `西湖区文三路 90 号`. Several cities have a district of one
name: the city that the address names decides, else the branch's own, else the nearest, which is in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.domain.units import great_circle_m
from optimizer.ingest.cells.place_names import plain, stem
from optimizer.ingest.places.gazetteer import Area, Level
from optimizer.text.patterns import pattern_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.ingest.places.gazetteer import Gazetteer

#: No branch goes farther: an area of the same name beyond is not meant unless the address names its city.
NEAR_M = 150_000
#: A town without its district is looked for so near the branch: many have one name.
_TOWN_M = 60_000
#: A town belongs to the district whose centre is nearest, or to one whose centre is not much farther.
_FARTHER, _EDGE_M = 1.6, 5_000
#: Characters of an address, from its left, in which a district is looked for.
_REACH = 24
_LONGEST_NAME = 14
#: What makes a road of the name before it: 南京路, 北京东路, 西湖大道.
_ROAD = pattern_of(r"[东西南北中]?[一二三四五六七八九十]?(?:路|街(?!道)|巷|道|弄|大道|大街|广场|公园|花园|大厦|桥|站)")
#: What may follow the short name of a town, which has often become a street since.
_KIND_OF_TOWN = pattern_of(r"街道|镇|乡")
#: What comes soon after the short name of a province or city: the name of something smaller, not a road or an estate.
_SMALLER = pattern_of(r"(?!(?:区|县|镇|乡|旗|街|村))\w{1,8}?(?:区|县|市|镇|乡|旗|街道)")
#: Names that are words of other addresses: only with the city before them.
_PLAIN_WORDS = frozenset({"城区", "郊区", "矿区", "东区", "西区", "南区", "北区"})


@dataclass(frozen=True, slots=True)
class Found:
    """The smallest area that an address names.

    Parameters
    ----------
    others
        Areas of that name elsewhere, where nothing but the distance to the branch decided.
    """

    area: Area
    others: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class Home:
    """The branch's own region: where it is, and the district that it lies in, as far as one is known."""

    lat: float
    lon: float
    district: Area | None = None

    @property
    def city(self) -> str:
        """The city that it lies in; nothing where none is known."""
        return self.district.city if self.district else ""

    def distance_m(self, area: Area) -> float:
        """Return how far the centre of an area is from the branch, as the crow flies."""
        return great_circle_m(self.lat, self.lon, area.lat, area.lon)


def home_of(table: Gazetteer, lat: float, lon: float) -> Home:
    """Return the region of a branch: its district is the nearest."""
    here = Home(lat, lon)
    districts = (area for areas in table.districts.values() for area in areas)
    nearest = min(districts, key=here.distance_m, default=None)
    return here if nearest is None or here.distance_m(nearest) > NEAR_M else Home(lat, lon, nearest)


def locate(table: Gazetteer, home: Home, address: str, district: str = "") -> Found | None:
    """Return the town or district that an address names, `None` when it names none that is known.

    Parameters
    ----------
    district
        What the order says of its district elsewhere, for an address that does not name it.
    """
    said, rest = _region(table, plain(address))
    found, after = _district(table, home, said, rest)
    if found is None:
        found = _choose(home, said, _called(table.districts, district))
        after = rest
    if found is None:
        return _town_alone(table, home, said, rest)
    town = _town_of(table, found.area, after)
    return found if town is None else Found(town, found.others)


def _region(table: Gazetteer, text: str) -> tuple[tuple[str, ...], str]:
    """Return the names of province and city that a text begins with, as areas have them, and what comes after."""
    said: list[str] = []
    text = text.removeprefix("中国")
    while True:
        for level in (Level.PROVINCE, Level.CITY):
            name = _prefix(table.of(level), text)
            areas, rest = table.of(level).get(name, []), text[len(name) :]
            if any(name == plain(area.name) for area in areas) or (areas and _is_inside(table, rest)):
                said += [area.name for area in areas]
                text = rest.removeprefix("市辖区")
                break
        else:
            return tuple(said), text


def _is_inside(table: Gazetteer, rest: str) -> bool:
    """Return whether what follows a short name names something smaller, and not a road or an estate of that name."""
    name = _prefix(table.districts, rest)
    return bool(_SMALLER.match(rest)) or (bool(name) and not _ROAD.match(rest[len(name) :]))


def _prefix(areas: dict[str, list[Area]], text: str) -> str:
    return next((text[:end] for end in range(min(_LONGEST_NAME, len(text)), 1, -1) if text[:end] in areas), "")


def _district(table: Gazetteer, home: Home, said: tuple[str, ...], text: str) -> tuple[Found | None, str]:
    """Return the district named first by its whole name, or by its short one at the very beginning; and the rest."""
    for begin in range(min(_REACH, len(text))):
        if begin and text[begin - 1] in "省市州":
            break  # a city or province that is not known: whose district it is cannot be told
        for end in range(min(begin + _LONGEST_NAME, len(text)), begin + 1, -1):
            name = text[begin:end]
            areas = [area for area in table.districts.get(name, ()) if name == plain(area.name) or begin == 0]
            if not areas or (name in _PLAIN_WORDS and (begin or not said)):
                continue
            is_short = all(name != plain(area.name) for area in areas)
            if is_short and not _goes_on_as_short(table, areas, text[end:]):
                continue
            found = _choose(home, said, areas)
            if found is not None:
                return found, text[end:]
    return None, text


def _goes_on_as_short(table: Gazetteer, areas: Sequence[Area], rest: str) -> bool:
    """Return whether what follows a short name is a town of it: 余杭五常街道, but not 西湖大道."""
    return any(_town_of(table, area, rest) is not None for area in areas)


def _choose(home: Home, said: tuple[str, ...], areas: Iterable[Area]) -> Found | None:
    """Return the area that is meant: in the city that was named, else in the branch's own, else the nearest."""
    areas = list(areas)
    if said:
        named = [area for area in areas if any(name in area.path[:-1] for name in said)]
        cities = [area for area in named if area.city in said]
        areas = cities or named
    own = [area for area in areas if area.city == home.city]
    if len(own) == 1:
        return Found(own[0])
    near = sorted((area for area in areas if said or home.distance_m(area) <= NEAR_M), key=home.distance_m)
    return Found(near[0], tuple(near[1:])) if near else None


def _called(areas: dict[str, list[Area]], name: str) -> list[Area]:
    return areas.get(plain(name)) or areas.get(stem(name)) or [] if name else []


def _town_of(table: Gazetteer, district: Area, text: str) -> Area | None:
    """Return the town of a district that a text names: by its whole name, or by the short one where it begins."""
    for begin in range(min(_REACH, len(text))):
        for end in range(min(begin + _LONGEST_NAME, len(text)), begin + 1, -1):
            name, rest = text[begin:end], text[end:]
            is_whole = _is_town(name) or _KIND_OF_TOWN.match(rest) is not None
            if name not in table.towns or not (is_whole or (begin == 0 and not _ROAD.match(rest))):
                continue
            town = _nearest_town(table, district, name)
            if town is not None:
                return town
    return None


def _nearest_town(table: Gazetteer, district: Area, name: str) -> Area | None:
    """Return the town of a name in a district, or at its edge: whose centre the table's nearest district is not."""
    towns = table.towns[name]
    own = next((town for town in towns if town.key[:-1] == district.key), None)
    if own is not None:
        return own
    near = min(towns, key=lambda town: _apart_m(town, district))
    if _apart_m(near, district) > _FARTHER * _apart_m(near, table.district_of(near)) + _EDGE_M:
        return None
    return Area((*district.path, near.name), Level.TOWN, near.lat, near.lon)


def _apart_m(one: Area, other: Area | None) -> float:
    return 0.0 if other is None else great_circle_m(one.lat, one.lon, other.lat, other.lon)


def _is_town(name: str) -> bool:
    return name.endswith(("街道", "镇", "乡"))


def _town_alone(table: Gazetteer, home: Home, said: tuple[str, ...], text: str) -> Found | None:
    """Return the town that a text names by its whole name, where it says nothing of the district."""
    for begin in range(min(_REACH, len(text))):
        for end in range(min(begin + _LONGEST_NAME, len(text)), begin + 2, -1):
            name = text[begin:end]
            if not _is_town(name):
                continue
            areas = [area for area in _called(table.towns, name) if said or home.distance_m(area) <= _TOWN_M]
            found = _choose(home, said, areas)
            if found is not None:
                return found
    return None


# --- the branch's own city --------------------------------------------------------------------------------------------

#: The centre of a city so far from the branch says less than that of the branch's own district.
_CITY_M = 30_000
#: What begins with a city, county or province that is not known.
_OTHER_PLACE = pattern_of(
    r"[\u4e00-\u9fff]{2,6}?(?:省|自治[区州县]|(?<![超城夜集菜都门股])市(?![场政民区心委府中])|县(?![前城府学西东南北委医]))"
)
#: What people write for an address that they do not have.
_NO_ADDRESS = frozenset(
    {"待定", "待确认", "不详", "未知", "同上", "电话联系", "电话确认", "见备注", "地址", "tbd", "unknown"}
)
#: An address of fewer letters says nothing.
_FEWEST_LETTERS = 2


def own_city(table: Gazetteer, home: Home, address: str) -> Area | None:
    """Return the branch's city, or its district where that is nearer, for an address that names no area but fits.

    It does not fit where it names another city, or a district that is elsewhere, or says nothing.
    """
    text = plain(address)
    letters = sum(sign.isalpha() for sign in text)
    if home.district is None or text in _NO_ADDRESS or letters < _FEWEST_LETTERS:
        return None
    said, rest = _region(table, text)
    if any(name not in home.district.path[:-1] for name in said):
        return None
    name = _prefix(table.districts, rest)
    is_district = any(name == plain(area.name) and name not in _PLAIN_WORDS for area in table.districts.get(name, ()))
    if is_district or _OTHER_PLACE.match(rest):
        return None
    city = next((area for area in table.cities.get(plain(home.city), ()) if area.path == home.district.path[:2]), None)
    if city is not None and (home.city in said or home.distance_m(city) <= _CITY_M):
        return city
    return home.district
