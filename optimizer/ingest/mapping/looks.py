"""What a column holds by the look of its values, and what its title comes near to: the guesses of `paigong map`."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.ingest.build.coordinates import parse_datum
from optimizer.ingest.forms.columns import columns_of
from optimizer.ingest.forms.headers import field_names, normal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

#: Titles of exports that mean a column here, but are too vague to be read so without a person's yes.
VAGUE: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("上门时间", "预约日期", "预约时段", "上门日期", "上门时段", "时间段", "时段"), "requested"),
        **dict.fromkeys(("appointment", "wish", "preferreddate", "preferredtime", "timeslot"), "requested"),
        **dict.fromkeys(("联系人", "用户名", "客户名", "contact", "contactname"), "customer_name"),
        **dict.fromkeys(("服务项目", "业务类型", "服务类别", "业务", "jobtype", "servicetype"), "kind"),
        **dict.fromkeys(("品类", "产品类别", "产品名称", "家电", "设备", "机器型号", "appliance", "item"), "product"),
        **dict.fromkeys(("问题", "现象", "报修原因", "报修", "problem", "issue", "complaint"), "fault"),
        **dict.fromkeys(("备注", "客户备注", "要求", "说明", "notes", "remark", "comment"), "request"),
        **dict.fromkeys(("师傅", "指定师傅", "服务工程师", "工程师", "安装师傅", "维修师傅"), "required"),
        **dict.fromkeys(("区县", "区", "行政区域", "所在区"), "area"),
        **dict.fromkeys(("省", "省份", "市", "城市", "街道", "乡镇", "street", "city"), "address"),
        **dict.fromkeys(("登记时间", "创建时间", "下单时间", "created", "createdat"), "received"),
        **dict.fromkeys(("重要程度", "级别", "等级"), "priority"),
        **dict.fromkeys(("ref", "reference", "jobno", "ticket", "ticketno", "caseno"), "order_id"),
        **dict.fromkeys(("engineer", "assignedto", "mechanic"), "required"),
        **dict.fromkeys(("x坐标", "x", "坐标x", "经度坐标"), "lon"),
        **dict.fromkeys(("y坐标", "y", "坐标y", "纬度坐标"), "lat"),
        **dict.fromkeys(("保内外", "保内保外", "质保状态"), "coverage"),
    }
)
#: Fields that several columns may make up, joined in their order: a date and its time, a city and its street.
JOINED = frozenset({"requested", "address"})
#: So many of a column's values have to look alike.
_SHARE = 0.7
#: What a fitting look of the values adds to the nearness of a title, which is at most 1.
_LOOKS_SO = 0.5
#: How alike two titles have to be spelt.
_LIKE = 0.6

_ADDRESS = re.compile(r"[省市区县镇乡村]|街道|路|街|巷|弄|号|幢|栋|单元|室")
_CLOCK = re.compile(r"\d{1,2}\s*[:：点时]|上午|下午|中午|晚上|全天|[ap]m\b|noon|morning|evening", re.IGNORECASE)
_DATE = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}|\d{1,2}\s*月\s*\d{1,2}|\d{1,2}/\d{1,2}|今天|明天|后天|周[一二三四五六日]"
)
_NAME = re.compile(
    r"[\u4e00-\u9fff·]{2,4}|[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐|老师|师傅|总|经理)|.{2,20}(?:公司|店|馆|院|所)"
)
_FAULT = re.compile(
    r"不[\u4e00-\u9fff]|漏|坏|响|噪|报错|故障|结冰|堵|跳闸|没反应|\bleak|\bnois|\bnot\b|\bno\b|broken|error",
    re.IGNORECASE,
)
_PRODUCT = re.compile(
    r"空调|冰箱|洗衣机|热水器|油烟机|灶|锅炉|壁挂炉|净水器|电视|\b(?:KFR?|BCD?|XQ[BG]|JSQ|CXW|JZ[TY])-?\d{2,}"
    r"|air ?con|fridge|freezer|washer|washing|boiler|heater|oven",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[A-Za-z]{0,6}[-_/]?\d[\w/-]{2,30}", re.ASCII)


def is_phone(text: str) -> bool:
    """Return whether a text looks like a phone number, or several."""
    first = re.split(r"[/;,、；，]", text)[0]
    digits = re.sub(r"\D", "", first)
    return 7 <= len(digits) <= 14 and len(digits) >= 0.6 * len(first.strip())


def _is_degrees(low: float, high: float) -> Callable[[str], bool]:
    def looks(text: str) -> bool:
        match = re.fullmatch(r"\d{1,3}\.\d{2,}", text.strip(), re.ASCII)
        return match is not None and low <= float(text) <= high

    return looks


def is_address(text: str) -> bool:
    """Return whether a text looks like an address: it names at least two of what addresses are made of."""
    return len(text) >= 5 and len(set(_ADDRESS.findall(text))) >= 2


def is_wish(text: str) -> bool:
    """Return whether a text looks like a day with a time."""
    return bool(_CLOCK.search(text)) and bool(_DATE.search(text))


def is_day(text: str) -> bool:
    """Return whether a text looks like a day without a time."""
    return bool(_DATE.search(text)) and not _CLOCK.search(text)


def is_time(text: str) -> bool:
    """Return whether a text looks like a time without its day."""
    return bool(_CLOCK.search(text)) and not _DATE.search(text)


#: Fields that a column's values can tell, the surest first; of two columns that look like one, the first has it.
LOOKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "lat": _is_degrees(3.0, 54.0),
        "lon": _is_degrees(73.0, 136.0),
        "customer_phone": is_phone,
        "requested": is_wish,
        "address": is_address,
        "fault": lambda text: _FAULT.search(text) is not None,
        "customer_name": lambda text: _NAME.fullmatch(text.strip()) is not None,
        "product": lambda text: _PRODUCT.search(text) is not None,
        "order_id": lambda text: _NUMBER.fullmatch(text.strip()) is not None and not is_phone(text),
    }
)


def look_alike(values: Sequence[str], looks: Callable[[str], bool]) -> bool:
    """Return whether most of a column's values look like it; a column without values looks like nothing."""
    given = [value for value in values if value.strip()]
    return bool(given) and sum(map(looks, given)) >= _SHARE * len(given)


def contradicts(field: str, values: Sequence[str]) -> bool:
    """Return whether a column's values cannot be what its title comes near to."""
    looks = (lambda text: parse_datum(text) is not None) if field == "datum" else LOOKS.get(field)
    given = [value for value in values if value.strip()]
    if field == "customer_name":
        return look_alike(values, is_phone)
    if looks is None or not given or field in ("requested", "address", "fault", "product"):
        return False
    return not any(map(looks, given))


def near_field(title: str, sheet: str, free: Collection[str], values: Sequence[str] = ()) -> str:
    """Return the field whose name a title contains, is contained in, or is spelt like; empty when none is near.

    Values that look like a field speak for it, and those that cannot be what it holds against it.

    >>> near_field("客户联系电话", "orders", {"customer_phone", "address"})
    'customer_phone'
    """
    wanted, best, found = normal(title), 0.0, ""
    if sheet == "orders" and VAGUE.get(wanted) in free:
        return VAGUE[wanted]
    for column in columns_of(sheet):
        if column.field not in free or contradicts(column.field, values):
            continue
        looks = LOOKS.get(column.field)
        bonus = _LOOKS_SO if looks is not None and look_alike(values, looks) else 0.0
        for name in map(normal, (*field_names(sheet, column.field), column.sheet_name)):
            nearness = _nearness(wanted, name)
            if nearness and nearness + bonus > best:
                best, found = nearness + bonus, column.field
    return found


def _nearness(title: str, name: str) -> float:
    """Return how near two titles are, from 0 to 1; 0 when they are not near at all."""
    short, long = sorted((title, name), key=len)
    if len(short) >= 2 and short in long:
        return 0.6 + 0.4 * len(short) / len(long)
    alike = SequenceMatcher(None, title, name).ratio()
    return 0.9 * alike if alike >= _LIKE and len(short) >= 3 else 0.0
