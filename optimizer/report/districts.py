"""Districts and towns of a branch's visits, by name: what gives the eye a hold on a map without tiles.

A visit's own area names its district, else its address does. Nothing is looked up anywhere.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from optimizer.domain.order import Visit

Point = tuple[float, float]

#: A Chinese address from the largest to the smallest: province and city are passed over, a district or town is named.
_PROVINCE = re.compile(r"[\u4e00-\u9fff]{2,8}?(?:省|自治区)")
_CITY = re.compile(r"[\u4e00-\u9fff]{2,8}?(?:市|自治州|地区|盟)")
_DISTRICT = re.compile(r"[\u4e00-\u9fff]{1,7}?(?:区|县|市|旗|镇|乡|街道)")
#: Words that end as a district does, and are a compound, a campus or a works.
_COMPOUND = re.compile(r"[小社园校厂院景库矿片功]区$")
#: What stands beside a town's name in an address with commas: a state, a post code, a number.
_CODE = re.compile(r"\b(?:[A-Z]{2}|[A-Z]{1,2}\d\w?(?: \d[A-Z]{2})?|\d[\d-]*)\b")
_COUNTRIES = frozenset({"china", "usa", "u.s.a.", "united states", "germany", "deutschland", "uk", "united kingdom"})
#: A place so many times as far from the middle as half of them does not draw its district's shape.
_STRAY = 2.5


def district_of(visit: Visit) -> str:
    """Return the name of the district or town that a visit lies in; empty when nothing names one."""
    return visit.area or district_in(visit.place.address)


def district_in(address: str) -> str:
    """Return the district or town that an address names.

    >>> district_in("浙江省杭州市上城区清吟公寓 27 幢"), district_in("12 Main St, Columbus, OH 43215")
    ('上城区', 'Columbus')
    """
    rest = address.strip()
    for larger in (_PROVINCE, _CITY):
        found = larger.match(rest)
        rest = rest[found.end() :] if found else rest
    found = _DISTRICT.match(rest)
    if found:
        return "" if _COMPOUND.search(found.group()) else found.group()
    names = [_CODE.sub("", part).strip() for part in address.split(",")[1:]]
    return next((name for name in reversed(names) if name and name.lower() not in _COUNTRIES), "")


def outline_of(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the corners of the convex shape around most of some points, in order; strays do not stretch it."""
    middle = middle_of(points)
    away = sorted(_apart(point, middle) for point in points)
    reach = _STRAY * away[len(away) // 2]
    return _hull(sorted({point for point in points if _apart(point, middle) <= reach} or set(points)))


def middle_of(points: Sequence[Point]) -> Point:
    """Return the median of some points, which no stray moves far."""
    half = len(points) // 2
    return sorted(x for x, _ in points)[half], sorted(y for _, y in points)[half]


def _apart(one: Point, other: Point) -> float:
    return math.dist(one, other)


def _hull(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the convex hull of sorted points: Andrew (1979), "Another efficient algorithm for convex hulls"."""
    if len(points) < 3:
        return tuple(points)
    return (*_chain(points)[:-1], *_chain(reversed(points))[:-1])


def _chain(points: Iterable[Point]) -> list[Point]:
    """Return one side of a hull: points in order, without those at which it would turn inwards."""
    chain: list[Point] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
