"""Headers: which sheet and which column a person means by a title, and how we call them ourselves."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.ingest.forms.labels import COLUMN_NAMES, NOTES, SHEET_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from optimizer.ingest.forms.columns import Column

#: What a title may carry beside its words: spaces, punctuation, the star of a required column, a unit in brackets.
#: Miles stay: beside the same in kilometres they are another column.
_UNIT = re.compile(r"\((?!\s*(?:mi|miles?|英里)\s*\))[^()]*\)\s*\*?\s*$")
_MARKS = re.compile(r"[\W_]+")


#: Traditional characters and the simplified ones in our titles: in Taiwan and Hong Kong the former are written.
_TO_SIMPLIFIED = str.maketrans(
    "單號戶編時長緯經間門務電話聯繫區產備優級緊類現稱網點師數術約報諾預計證書開關業營員個維護裝遺難達離轉結庫貨負責總內實際還應鎖註"
    "狀態優劃處導運閉認訪領課驗環麼補滿續擔圍無籤簽發復別從執紀錄檢剩餘額單價費歲鄉鎮縣組織團隊",
    "单号户编时长纬经间门务电话联系区产备优级紧类现称网点师数术约报诺预计证书开关业营员个维护装遗难达离转结库货负责总内实际还应锁注"
    "状态优划处导运闭认访领课验环么补满续担围无签签发复别从执纪录检剩余额单价费岁乡镇县组织团队",
)
#: A unit of time in the brackets of a title, and how a cell says it itself.
_UNIT_OF_TIME = re.compile(
    r"[(（]\s*(?:(?P<hours>小时|小時|时|時|钟头|hours?|hrs?|h)|(?P<seconds>秒|seconds?|secs?|s))\s*[)）]\s*\*?\s*$",
    re.IGNORECASE,
)


def unit_of_time(title: str) -> str:
    """Return the unit that a title says its durations are in, as a cell would say it; empty for minutes or none.

    >>> unit_of_time("服务时长（小时）"), unit_of_time("Duration (h)"), unit_of_time("服务时长（分钟）")
    ('小时', '小时', '')
    """
    match = _UNIT_OF_TIME.search(title)
    return "" if match is None else "小时" if match["hours"] else "秒"


def normal(title: str) -> str:
    """Return what two spellings of one title have in common.

    >>> normal("＊服务时长（分钟）"), normal("Order No."), normal("order_no"), normal("工單號")
    ('服务时长', 'orderno', 'orderno', '工单号')
    """
    half_width = unicodedata.normalize("NFKC", title[:200]).casefold()
    if not half_width.isascii():
        half_width = half_width.translate(_TO_SIMPLIFIED)
    return _MARKS.sub("", _UNIT.sub("", half_width)) or _MARKS.sub("", half_width)


#: Titles of a column that holds both coordinates, and whether the longitude stands first in it.
_PAIRS: Mapping[str, bool] = MappingProxyType(
    {
        **dict.fromkeys(("经纬度", "经纬坐标", "lonlat", "lnglat", "longitudelatitude"), True),
        **dict.fromkeys(("纬经度", "坐标", "位置坐标", "gps坐标", "地图坐标", "定位坐标"), False),
        **dict.fromkeys(("latlon", "latlng", "latlong", "latitudelongitude", "coordinates", "gps"), False),
    }
)
_PAIR = re.compile(
    r"[(（\[]?\s*([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*[NE]?\s*[,，;；、/\s]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*[NE]?\s*[)）\]]?",
    re.ASCII,
)
_LARGEST_LATITUDE = 90


def is_pair(title: str) -> bool:
    """Return whether a title means both coordinates."""
    return normal(title) in _PAIRS


def pair_in(title: str, text: str) -> tuple[str, str] | None:
    """Return latitude and longitude of a cell that holds both; what can be no latitude is the longitude.

    >>> pair_in("坐标", "120.1551, 30.2741"), pair_in("lat, lon", "40.0, -83.0"), pair_in("坐标", "文三路")
    (('30.2741', '120.1551'), ('40.0', '-83.0'), None)
    """
    match = _PAIR.fullmatch(text)
    if match is None:
        return None
    one, other = match[1], match[2]
    is_lon_first = _PAIRS[normal(title)] if abs(float(other)) <= _LARGEST_LATITUDE else False
    is_lon_first = is_lon_first or abs(float(one)) > _LARGEST_LATITUDE
    return (other, one) if is_lon_first else (one, other)


def label(sheet: str, field: str, lang: str) -> str:
    """Return the title of a column for people: the header of a template.

    >>> label("orders", "order_id", "zh"), label("orders", "order_id", "en")
    ('工单号', 'Order no.')
    """
    return COLUMN_NAMES[sheet][field][0 if lang == "zh" else 1]


def is_title(sheet: str) -> Callable[[str], bool]:
    """Return what tells whether a text is the title of a column of a sheet."""
    titles = columns_by_title(sheet)
    return lambda text: bool(text.strip()) and normal(text) in titles


def sheet_label(sheet: str, lang: str) -> str:
    """Return the name of a sheet for people: of a template's tab, or of its file without the suffix."""
    return SHEET_NAMES[sheet][0 if lang == "zh" else 1]


def sheet_named(title: str) -> str | None:
    """Return the sheet that a person means by the name of a tab or file, `None` when it is no sheet of ours.

    >>> sheet_named("派工单"), sheet_named("Service area"), sheet_named("orders"), sheet_named("汇总")
    ('orders', 'service_area', 'orders', None)
    """
    return _sheets().get(normal(title))


def is_note(title: str) -> bool:
    """Return whether a tab or file only explains the others."""
    return normal(title) in {normal(name) for name in NOTES}


def field_names(sheet: str, field: str) -> tuple[str, ...]:
    """Return every name of a column beside its own: Chinese and English label, and what else people write."""
    chinese, english, others = COLUMN_NAMES[sheet].get(field, ("", "", ""))
    return tuple(name for name in (chinese, english, *others.split()) if name)


@cache
def columns_by_title(sheet: str) -> Mapping[str, Column]:
    """Return the columns of a sheet by the normal form of every title that means them."""
    from optimizer.ingest.forms.columns import columns_of

    columns = columns_of(sheet)
    by_title = {normal(title): column for column in columns for title in field_names(sheet, column.field)}
    return by_title | {normal(column.sheet_name): column for column in columns}


def begins_another(sheet: str, texts: list[str]) -> bool:
    """Return whether the cells of a row are titles of another sheet, all of them.

    >>> begins_another("orders", ["工程师编号", "日期", "上班"]), begins_another("orders", ["SO-1", "C-1", "45"])
    (True, False)
    """
    titles = [normal(text) for text in texts[:1]]
    if titles[0] not in _all_titles():
        return False
    titles += [normal(text) for text in texts[1:]]
    others = (columns_by_title(other) for other in SHEET_NAMES if other != sheet)
    return any(all(title in known for title in titles) for known in others)


@cache
def _all_titles() -> frozenset[str]:
    return frozenset(title for sheet in SHEET_NAMES for title in columns_by_title(sheet))


@cache
def _sheets() -> Mapping[str, str]:
    by_name: dict[str, str] = {}
    for sheet, (chinese, english, others) in SHEET_NAMES.items():
        by_name |= {normal(name): sheet for name in (chinese, english, *others.split(), sheet)}
    return by_name
