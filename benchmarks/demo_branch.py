"""Make the demo branch: `python -m benchmarks.demo_branch data/hangzhou`.

A believable after-sales branch in Hangzhou on Monday 2026-11-23, planned on Friday at 16:00. People, shops, estates
and phones are invented; districts and coordinates are the city's. The same script always writes the same bytes.

Most orders are drawn at random; the troubles that a coordinator meets are told one by one in `STORIES`. What happens
after 16:00 (results, returns, counts, a night's emergency, an absence) is in the same files with its moment: the
settling at 18:00 and the opening on Monday at 08:00 see it, the draft does not.
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, Any]

TODAY, PLAN_DATE = "2026-11-20", "2026-11-23"
ORDERS = 60
BRANCH = (30.2741, 120.1551)

#: Invented estate: district, latitude, longitude (WGS-84).
ESTATES = {
    "云杉里": ("西湖区", 30.2862, 120.1214),
    "文渡新村": ("西湖区", 30.2768, 120.1087),
    "墩禾苑": ("西湖区", 30.3247, 120.0861),
    "留溪雅筑": ("西湖区", 30.2441, 120.0478),
    "运河拾光": ("拱墅区", 30.3052, 120.1503),
    "北埠花园": ("拱墅区", 30.3236, 120.1361),
    "半岭人家": ("拱墅区", 30.3534, 120.1877),
    "祥里名居": ("拱墅区", 30.3318, 120.1144),
    "望潮邸": ("上城区", 30.2346, 120.1842),
    "清吟公寓": ("上城区", 30.2618, 120.1951),
    "潮鸣府": ("上城区", 30.2467, 120.2093),
    "彭家湾": ("上城区", 30.2889, 120.2247),
    "江枫城": ("滨江区", 30.2074, 120.2112),
    "长桥星邸": ("滨江区", 30.1903, 120.1918),
    "浦荷苑": ("滨江区", 30.1722, 120.1561),
    "五谷水岸": ("余杭区", 30.2561, 120.0262),
    "未名里": ("余杭区", 30.2823, 120.0011),
    "仓禾里": ("余杭区", 30.2908, 119.9762),
    "闲云居": ("余杭区", 30.2257, 119.9948),
    "金澜花园": ("萧山区", 30.1816, 120.2643),
    "宁川府": ("萧山区", 30.2138, 120.2747),
    "湘畔里": ("萧山区", 30.1517, 120.2308),
}
#: Outside the service area, and beyond the 80 km of the promise rule.
FAR_PLACES = {
    "富春江畔": ("富阳区", 30.0489, 119.9601),
    "千岛湖度假村": ("淳安县", 29.6043, 119.0353),
}
#: The service area: the inner districts, as a polygon.
SERVICE_AREA = (
    (30.42, 119.94), (30.44, 120.24), (30.30, 120.38), (30.12, 120.36), (30.11, 120.10), (30.19, 119.92),
)  # fmt: skip


class Product(NamedTuple):
    """A product: its model, what breaks, and the part that a repair may need."""

    model: str
    faults: tuple[str, ...]
    part_id: str = ""


#: Trade, which is also the name of the skill: the products.
TRADES = {
    "空调": (
        Product("KFR-35 挂机", ("不制热", "内机漏水", "遥控无反应"), "P07"),
        Product("KFR-72 柜机", ("不制热", "室外机异响", "风量变小"), "P07"),
    ),
    "热水器": (
        Product("JSQ-16 燃气热水器", ("点火失败", "忽冷忽热", "不出热水"), "P02"),
        Product("F60 电热水器", ("不加热", "接口漏水"), "P02"),
    ),
    "锅炉": (Product("L1P-26 壁挂炉", ("报 E1 故障", "压力偏低", "地暖不热"), "P03"),),
    "冰箱": (
        Product("BCD-452 对开门", ("冷藏室不凉", "结冰严重"), "P04"),
        Product("BCD-216 三门", ("压缩机不停", "门封不严"), "P04"),
    ),
    "洗衣机": (
        Product("XQG-100 滚筒", ("不脱水", "门锁打不开", "震动大"), "P05"),
        Product("XQB-80 波轮", ("排水慢", "不进水"), "P05"),
    ),
    "厨电": (
        Product("CXW-268 油烟机", ("吸力变小", "照明不亮")),
        Product("JZT-7 灶具", ("打不着火", "火苗发黄"), "P08"),
    ),
}
TRADE_SHARES = (30, 18, 9, 16, 15, 12)

#: Kind of order: share in percent, minutes of service to draw from, what stands in place of a fault.
KINDS = {
    "repair": (55, (25, 30, 40, 45, 60), ""),
    "installation": (12, (60, 75, 90), "新机安装"),
    "inspection": (15, (20, 25, 30), "安全检查"),
    "maintenance": (18, (30, 35, 45), "清洗保养"),
}
PART_CHANCE = 0.4

#: Part: name, quantity on hand.
PARTS = {
    "P01": ("空调主板", 2),
    "P02": ("温控模块", 6),
    "P03": ("循环水泵", 3),
    "P04": ("冰箱温控器", 5),
    "P05": ("排水泵", 5),
    "P06": ("油烟机电机", 0),
    "P07": ("启动电容", 8),
    "P08": ("灶具点火针", 4),
}

#: Technician: name, employment, estate of the home of those who start there, districts, and per skill: level,
#: percent of the service duration, extra minutes.
TECHNICIANS = {
    "T01": ("陈立新", "employee", "", "", {"空调": (3, 90, 0), "冰箱": (2, 100, 0), "洗衣机": (1, 120, 10)}),
    "T02": ("林晓东", "employee", "", "", {"热水器": (3, 90, 0), "锅炉": (3, 100, 0), "厨电": (2, 100, 0)}),
    "T03": ("周海波", "employee", "", "", {"空调": (2, 100, 0), "热水器": (2, 100, 0), "洗衣机": (2, 100, 0)}),
    "T04": ("吴建民", "employee", "", "", {"冰箱": (3, 90, 0), "洗衣机": (3, 90, 0), "厨电": (1, 120, 15)}),
    "T05": ("郑佳豪", "employee", "未名里", "", {"空调": (2, 100, 0), "厨电": (3, 90, 0), "冰箱": (1, 120, 15)}),
    "T06": (
        "孙雨桐",
        "employee",
        "金澜花园",
        "萧山区;滨江区;上城区",
        {"热水器": (2, 100, 0), "空调": (1, 130, 15), "洗衣机": (2, 100, 0)},
    ),
    "T07": ("何志远", "employee", "", "", {"锅炉": (2, 100, 0), "热水器": (1, 120, 15), "空调": (2, 105, 0)}),
    "T08": ("外协 冯师傅", "contractor", "", "", {"空调": (2, 110, 0), "冰箱": (2, 110, 0), "厨电": (2, 110, 0)}),
    "T09": (
        "徐文静",
        "employee",
        "",
        "",
        {"空调": (2, 100, 0), "热水器": (2, 100, 0), "冰箱": (2, 100, 0), "洗衣机": (1, 110, 0), "锅炉": (1, 120, 15)},
    ),
    # On call: comes when something more must be done.
    "T10": ("外协 邓师傅", "contractor", "", "", {"冰箱": (2, 110, 0), "热水器": (2, 110, 0), "空调": (1, 120, 0)}),
}

CONTACTS = ("物业 李师傅", "租客 小陈", "店长 阿敏", "女儿 王小姐", "保安室")
REQUESTS = ("到前半小时打电话", "顺便检查排水", "请带收据", "需要发票", "进门请穿鞋套")
PREPARATIONS = ("清空洗衣机", "提前断水", "腾出阳台", "准备保修卡", "家里留人")
THINGS_TO_BRING = ("鞋套", "门禁卡登记表", "调试软件 U 盘", "高空作业许可")

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
SHOPS = ("晨禾便利店", "拾味小馆", "云朵咖啡", "青芽托育", "宁心诊所")


def repair(trade: str, level: int, minutes: int, fault: str, part_id: str = "") -> Row:
    """Return the cells of a repair."""
    return {
        "kind": "repair",
        "product": TRADES[trade][0].model,
        "fault": fault,
        "skills": f"{trade}:{level}",
        "service_min": minutes,
        "parts": f"{part_id}:1" if part_id else "",
    }


def at_estate(estate: str, home: str = "1 幢 1 单元 502 室") -> Row:
    """Return the cells of a place in an estate."""
    district, lat, lon = (ESTATES | FAR_PLACES)[estate]
    return {"lat": lat, "lon": lon, "address": f"杭州市{district}{estate} {home}", "area": district}


def window(start: str, end: str) -> str:
    """Return a window on the day to plan."""
    return f"{PLAN_DATE} {start}/{end}"


NO_WINDOW: Row = {"promised": "", "requested": ""}
UNFINISHED: Row = {
    "carried_over": "yes",
    "received": "2026-11-18 09:20",
    "due_day": PLAN_DATE,
    "priority": 3,
    **NO_WINDOW,
}
BOARD_BURNT = repair("空调", 2, 60, "主板烧毁", "P01")
CLASH: Row = {**repair("锅炉", 3, 90, "反复熄火"), "required": "T02", "promised": window("14:00", "14:30")}

#: Order: what is special about it, one comment a story.
STORIES: dict[str, Row] = {
    # Left unfinished on the last working days.
    "D003": UNFINISHED,
    "D009": UNFINISHED,
    "D014": UNFINISHED,
    "D021": UNFINISHED,
    # Five need a main board, two are there and two arrive in the morning; one is held for D005.
    "D005": {**BOARD_BURNT, "intermittent": "yes"},
    "D006": BOARD_BURNT,
    "D007": BOARD_BURNT,
    "D008": BOARD_BURNT,
    "D010": {**BOARD_BURNT, "priority": 1, "due_day": "2026-11-26", "urgency": "normal"},
    # The motor arrives a day late.
    "D011": {**repair("厨电", 2, 60, "电机不转", "P06"), **NO_WINDOW, "due_day": "2026-11-25"},
    # Agreed with T04 by phone: locked to the person.
    "D012": {**repair("洗衣机", 2, 60, "内筒异响"), **NO_WINDOW},
    # The customer (K015) refuses T05 and T08, so that one person is left.
    "D015": repair("厨电", 2, 45, "噪声大"),
    # Two promises that one person cannot keep, half an hour's drive apart.
    "D016": {**CLASH, **at_estate("仓禾里"), "priority": 3},
    "D017": {**CLASH, **at_estate("湘畔里", "3 幢 1 单元 802 室"), "priority": 2},
    # Published in the draft of the plan: T02, 09:30 to 10:30.
    "D018": {**repair("热水器", 2, 60, "忽冷忽热"), **NO_WINDOW},
    # Needs two people at one time.
    "D019": {"kind": "installation", "product": "L1P-32 壁挂炉", "fault": "新机安装", "skills": "锅炉:2"}
    | {"crew_size": 2, "service_min": 150, "parts": ""},
    # The building site will be ready on Wednesday.
    "D020": {"kind": "installation", "product": "KFR-72 柜机", "fault": "新机安装，等装修完工", "skills": "空调:2"}
    | {"ready": "2026-11-25 08:00", "due_day": "2026-11-26", "service_min": 120, "parts": "", **NO_WINDOW},
    # No hot water and a baby in the house: first of all.
    "D023": {**repair("热水器", 2, 45, "不出热水，家有婴儿"), "urgency": "emergency", "received": "2026-11-20 15:20"}
    | {"promised": window("09:00", "11:00"), "requested": "", "due_day": PLAN_DATE},
    # Hard work: the policy asks for level 2 at least.
    "D024": {"difficulty": "hard"},
    # A clinic's refrigerator is tested in full before it is handed back.
    "D026": {**repair("冰箱", 2, 45, "温度报警"), "critical_test_min": 20},
    # The concierge lets the technician in at any hour.
    "D028": {"works_through": "yes"},
    # Outside the service area: three working days instead of two.
    "D030": {**at_estate("富春江畔", "5 幢 2 单元 301 室"), "due_day": "", "received": "2026-11-19 14:10", **NO_WINDOW},
    # A special agreement instead of the promise rule.
    "D034": {"due_day": "", "agreed_day": "2026-11-27", **NO_WINDOW},
    # Announced already: one customer says no, one is not reached, and is visited all the same.
    "D036": {"confirmed": "unreachable", "contacted": "2026-11-20 14:40"},
    "D037": {"confirmed": "no", "contacted": "2026-11-20 14:55"},
    "D038": {"confirmed": "yes", "contacted": "2026-11-20 11:20"},
}

TODAYS: Row = {
    "planned_on": TODAY,
    "received": "2026-11-18 10:15",
    "dispatched": "2026-11-19 16:50",
    "acknowledged": "2026-11-19 17:02",
}
#: Orders beside those of the day to plan.
MORE_STORIES: dict[str, Row] = {
    # An emergency received just now: its two hours are over long before Monday.
    "D061": {**repair("热水器", 2, 60, "燃气味，已关阀"), "urgency": "emergency", "received": "2026-11-20 15:50"}
    | {**at_estate("清吟公寓", "9 幢 1 单元 1102 室"), "due_day": "", "contacted": ""},
    # Received on Sunday night: only the opening on Monday sees it.
    "D062": {**repair("冰箱", 2, 30, "药品冷柜断电报警"), "urgency": "emergency", "received": "2026-11-23 02:10"}
    | {**at_estate("运河拾光", "社区卫生站 1 层"), "due_day": "", "contacted": ""},
    # Beyond 80 km: no day is promised until one is agreed.
    "D063": {**repair("锅炉", 2, 90, "报 E4 故障"), **at_estate("千岛湖度假村", "12 号别墅"), "due_day": ""},
    # Today's work: done; done, but the part is not back; no part; customer absent; no word of it.
    "D064": {
        **repair("洗衣机", 2, 45, "排水慢", "P05"),
        **at_estate("运河拾光"),
        **TODAYS,
        "planned_technician": "T04",
    },
    "D065": {**repair("空调", 2, 60, "主板烧毁", "P01"), **at_estate("望潮邸"), **TODAYS, "planned_technician": "T01"},
    "D066": {**repair("厨电", 2, 60, "电机异响", "P06"), **at_estate("祥里名居"), **TODAYS, "planned_technician": "T05"}
    | {"due_day": TODAY},
    "D067": {**repair("冰箱", 2, 45, "冷藏室不凉"), **at_estate("彭家湾"), **TODAYS, "planned_technician": "T04"}
    | {"promised": f"{TODAY} 15:00/17:00", "due_day": TODAY, "priority": 3},
    "D068": {**repair("热水器", 1, 30, "接口漏水"), **at_estate("墩禾苑"), **TODAYS, "planned_technician": "T02"},
    # Received on Saturday morning.
    "D069": {
        **repair("洗衣机", 1, 40, "不进水"),
        **at_estate("北埠花园"),
        "received": "2026-11-21 10:30",
        "due_day": "",
    },
}
CUSTOMER_STORIES: dict[str, Row] = {
    "K015": {"refused": "T05;T08"},
    "K022": {"name": "拾味小馆", "opening": "Mon-Sun 09:30-21:00", "closed_hours": "11:00-13:30"},
    "K026": {"name": "宁心诊所", "tier": "key", "opening": "Mon-Sat 08:30-17:30", "closed_hours": "12:00-13:00"},
    "K028": {"name": "云朵咖啡", "opening": "Mon-Sun 12:00-22:00"},
    "K062": {"name": "运河社区卫生站", "tier": "key"},
    "K067": {"opening": "Mon-Sun 13:00-20:00"},
}


def main() -> None:
    """Write every sheet of the demo branch into the folder named on the command line."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m benchmarks.demo_branch FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in make_sheets().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def make_sheets() -> dict[str, list[Row]]:
    """Return the rows of every sheet by its name."""
    rng = random.Random("paigong-hangzhou-14")
    orders = [_order(rng, number) for number in range(1, ORDERS + 1)]
    customers = [_customer(rng, order) for order in orders]
    papers = random.Random("paigong-hangzhou-papers")
    more = [_one_more(papers, order_id) for order_id in MORE_STORIES]
    customers += [_customer(papers, order) for order in more]
    orders = [row | _papers(papers, row) | _told_so_far(row) for row in [*orders, *more]]
    return {
        "branch": [_branch()],
        "calendar": _calendar(),
        "service_area": [
            {"point": point, "lat": lat, "lon": lon} for point, (lat, lon) in enumerate(SERVICE_AREA, start=1)
        ],
        "customers": customers,
        "orders": orders,
        "technicians": [_technician(rng, number) for number in range(1, len(TECHNICIANS) + 1)],
        "skills": _skills(),
        "shifts": _shifts(),
        "parts": [
            {"part_id": part_id, "name": name, "on_hand": on_hand, "as_of": "2026-11-20 15:30"}
            for part_id, (name, on_hand) in PARTS.items()
        ],
        "arrivals": _table("part_id quantity usable_on", [("P01", 2, PLAN_DATE), ("P06", 4, "2026-11-24")]),
        "reservations": _table(
            "reservation_id part_id quantity date visit_id",
            [("R1", "P01", 1, PLAN_DATE, "D005"), ("R2", "P02", 1, PLAN_DATE, "")],
        ),
        # L1 is past due, so that T03 takes no part; L2 comes back in the evening, L3 should and does not; L4 has time.
        "loans": _table(
            "loan_id technician_id part_id quantity due return_booked",
            [
                ("L1", "T03", "P02", 1, "2026-11-19", ""),
                ("L2", "T01", "P04", 1, TODAY, ""),
                ("L3", "T03", "P05", 1, TODAY, ""),
                ("L4", "T02", "P03", 1, "2026-11-25", "2026-11-25"),
            ],
        ),
        "tools": _table("tool_id name units", [("G1", "高空作业安全绳", 1)]),
        "locks": _table(
            "visit_id level technician_id date start tolerance_min position",
            [("D012", "person", "T04", "", "", "", "")],
        ),
        "published": _table(
            "visit_id technician_id date told_open told_close agreed",
            [("D018", "T02", PLAN_DATE, "09:30", "10:30", "no")],
        ),
        "results": _table(
            "order_id result at technician_id next_visit parts_back note",
            [
                ("D061", "done", f"{TODAY} 17:40", "T06", "", "yes", "更换电磁阀密封圈"),
                ("D064", "done", f"{TODAY} 17:05", "T04", "", "yes", ""),
                ("D065", "done", f"{TODAY} 17:30", "T01", "", "no", "旧主板周一交回"),
                ("D066", "no_part", f"{TODAY} 16:40", "T05", "", "no", "电机周二到货"),
                ("D067", "customer_absent", f"{TODAY} 17:10", "T04", PLAN_DATE, "no", "电话约好周一"),
            ],
        ),
        "returns": _table("loan_id quantity condition at", [("L2", 1, "unused", f"{TODAY} 17:20")]),
        "counts": _table("part_id counted at", [("P02", 6, f"{TODAY} 17:50"), ("P08", 3, f"{TODAY} 17:55")]),
        "absences": _table(
            "technician_id date start end reported reason",
            [
                ("T04", PLAN_DATE, "16:00", "", f"{TODAY} 11:00", "体检"),
                ("T03", PLAN_DATE, "", "08:40", f"{PLAN_DATE} 07:40", "电瓶车没电，晚到十分钟"),
            ],
        ),
    }


def _table(columns: str, rows: Sequence[tuple[Any, ...]]) -> list[Row]:
    return [dict(zip(columns.split(), row, strict=True)) for row in rows]


def _branch() -> Row:
    return {
        "branch_id": "HZ01",
        "name": "杭州城中服务网点",
        "lat": BRANCH[0],
        "lon": BRANCH[1],
        "address": "杭州市拱墅区示范路 1 号",
        "phone": "0571-0000 0001",
        "timezone": "Asia/Shanghai",
        "business_open": "08:30",
        "business_close": "17:30",
        "plan_date": PLAN_DATE,
        "as_of": "2026-11-20 16:00",
        "policy": "tomorrow",
        "promise": "branch",
    }


def _one_more(rng: random.Random, order_id: str) -> Row:
    """Return an order that is told whole: what its story leaves open is drawn or stays empty."""
    drawn = _order(rng, int(order_id[1:]))
    usual = {"promised": "", "requested": "", "due_day": PLAN_DATE, "priority": 2, "urgency": "normal", "parts": ""}
    return drawn | usual | MORE_STORIES[order_id]


def _papers(rng: random.Random, order: Row) -> Row:
    """Draw what people read on the route sheet and no rule looks at."""
    days_old = rng.randint(60, 2400)
    return {
        "contacts": f"{rng.choice(CONTACTS)} 137-0000-1{order['order_id'][1:]}" if rng.random() < 0.3 else "",
        "serial": f"HZ{rng.randint(19, 26)}{rng.randint(1, 12):02d}-{rng.randint(1, 99999):05d}",
        "coverage": "warranty" if days_old < 1100 else "paid",
        "request": rng.choice(REQUESTS) if rng.random() < 0.25 else "",
        "bring": ";".join(rng.sample(THINGS_TO_BRING, rng.choice([0, 0, 1, 1, 2]))),
        "prepare": rng.choice(PREPARATIONS) if rng.random() < 0.3 else "",
    }


def _told_so_far(order: Row) -> Row:
    """Return the moments of an order so far: passed on after a quarter of an hour, called within two hours."""
    day, clock = order["received"].split()
    hour, minute = (int(part) for part in clock.split(":"))
    is_fresh = order["received"] >= f"{TODAY} 14:30"
    contacted = "" if is_fresh else f"{day} {hour + 1:02d}:{minute:02d}"
    passed_on = f"{day} {hour:02d}:{minute + 15:02d}" if minute < 45 else f"{day} {hour + 1:02d}:{minute - 45:02d}"
    said = {
        "agreed_day": "",
        "confirmed": "",
        "dispatched": "",
        "acknowledged": "",
        "planned_on": "",
        "planned_technician": "",
    }
    moments = {"passed_on": "" if is_fresh and order["urgency"] == "normal" else passed_on, "contacted": contacted}
    return {column: order.get(column, value) for column, value in (said | moments).items()}


def _customer(rng: random.Random, order: Row) -> Row:
    customer_id, trade = order["customer_id"], order["skills"].partition(":")[0]
    experts = [technician_id for technician_id, (*_, skills) in TECHNICIANS.items() if trade in skills]
    is_shop = rng.random() < 0.1
    row = {
        "customer_id": customer_id,
        "name": rng.choice(SHOPS) if is_shop else rng.choice(SURNAMES) + rng.choice(["女士", "先生"]),
        "tier": rng.choices(["", "key"], weights=[9, 1])[0],
        "phone": f"138-0000-0{customer_id[1:]}",
        "opening": "Mon-Sun 08:00-20:00" if is_shop else "",
        "closed_hours": "",
        "refused": "",
        "served_by": rng.choice(experts) if rng.random() < 0.25 else "",
    }
    return row | CUSTOMER_STORIES.get(customer_id, {})


def _order(rng: random.Random, number: int) -> Row:
    order_id = f"D{number:03d}"
    promised, requested = _windows(rng)
    row = {
        "order_id": order_id,
        "customer_id": f"K{number:03d}",
        **_job(rng),
        "received": f"2026-11-{rng.choice([18, 19, 20])} {rng.randint(8, 15):02d}:{rng.choice(['05', '20', '40'])}",
        "requested": requested,
        "promised": promised,
        "due_day": rng.choices([PLAN_DATE, "2026-11-24", "2026-11-25", "2026-11-26"], weights=[35, 35, 20, 10])[0],
        "priority": rng.choices([1, 2, 3, 4], weights=[25, 40, 25, 10])[0],
        "urgency": rng.choices(["normal", "urgent"], weights=[90, 10])[0],
        "difficulty": "normal",
        "carried_over": "no",
        **_place(rng),
        "intermittent": "no",
        "critical_test_min": "",
        "ready": "",
        "works_through": "no",
        "required": "",
        "prohibited": "",
        "crew_size": 1,
        "tools": "",
        "after": "",
    }
    return row | STORIES.get(order_id, {})


def _job(rng: random.Random) -> Row:
    """Draw what is to be done: kind, product, fault, minutes, skill and part."""
    kind = rng.choices(list(KINDS), weights=[share for share, _, _ in KINDS.values()])[0]
    _, minutes, wording = KINDS[kind]
    name = rng.choices(list(TRADES), weights=TRADE_SHARES)[0]
    product = rng.choice(TRADES[name])
    level = 1 if kind == "inspection" else rng.choices([1, 2, 3], weights=[45, 48, 7])[0]
    has_part = kind == "repair" and product.part_id and rng.random() < PART_CHANCE
    return {
        "kind": kind,
        "product": product.model,
        "fault": wording or rng.choice(product.faults),
        "service_min": rng.choice(minutes),
        "skills": f"{name}:{level}",
        "parts": f"{product.part_id}:1" if has_part else "",
    }


def _place(rng: random.Random) -> Row:
    """Draw a home within a few hundred metres of an estate's centre."""
    home = f"{rng.randint(1, 28)} 幢 {rng.randint(1, 4)} 单元 {rng.randint(2, 18)}0{rng.randint(1, 4)} 室"
    place = at_estate(rng.choice(list(ESTATES)), home)
    return place | {axis: round(place[axis] + rng.uniform(-0.003, 0.003), 5) for axis in ("lat", "lon")}


def _windows(rng: random.Random) -> tuple[str, str]:
    """Draw a promised and a requested window: two thirds promised, a sixth requested, a sixth neither."""
    length = rng.choice([1, 2, 2, 3, 4])
    opens = rng.choice([9, 9, 10, 13, 14, 15])
    drawn, asked = rng.random(), window(f"{opens:02d}:00", f"{min(opens + length, 18):02d}:00")
    if drawn < 0.67:
        return asked, ""
    return ("", asked) if drawn < 0.84 else ("", "")


def _technician(rng: random.Random, number: int) -> Row:
    technician_id = f"T{number:02d}"
    name, employment, home, areas, _ = TECHNICIANS[technician_id]
    place = at_estate(home) if home else {"lat": "", "lon": "", "address": ""}
    is_staff = employment == "employee"
    return {
        "technician_id": technician_id,
        "name": name,
        "employment": employment,
        "phone": f"139-0000-{number:04d}",
        "start": "home" if home else "branch",
        "end": "home" if home else "branch",
        "home_lat": place["lat"],
        "home_lon": place["lon"],
        "home_address": place["address"],
        "areas": areas,
        "ledger_load_min": rng.randint(1750, 2250) if is_staff else "",
        "ledger_contracted_min": 2400 if is_staff else "",
        "ledger_days": 5 if is_staff else "",
    }


def _skills() -> list[Row]:
    return [
        {
            "technician_id": technician_id,
            "skill": skill,
            "level": level,
            "valid_from": "",
            # The gas certificate of T07 ran out last month.
            "valid_until": "2026-10-31" if (technician_id, skill) == ("T07", "热水器") else "",
            "factor_pct": factor,
            "surcharge_min": surcharge,
        }
        for technician_id, (_, _, _, _, skills) in TECHNICIANS.items()
        for skill, (level, factor, surcharge) in skills.items()
    ]


def _shifts() -> list[Row]:
    return [
        {
            "technician_id": technician_id,
            "date": PLAN_DATE,
            "start": "08:30",
            "end": "17:30",
            "overtime_limit_min": 60,
            "break_open": "11:30",
            "break_close": "12:30",
            "break_min": 60,
            "contracted_min": 480,
            # T03 rides an e-bike and stays in the middle of the city.
            "max_leg_min": 40 if technician_id == "T03" else "",
            "max_travel_min": 240,
            "max_visits": "",
            "profile": "ebike" if technician_id == "T03" else "car",
        }
        for technician_id in TECHNICIANS
    ]


def _calendar() -> list[Row]:
    """Return the dates on which work departs from Monday to Friday: all of 2026, and what is sure of 2027."""
    holidays = {
        "元旦": "2026-01-01 2026-01-02 2027-01-01",
        "春节": "2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23",
        "清明节": "2026-04-06",
        "劳动节": "2026-05-01 2026-05-04 2026-05-05",
        "端午节": "2026-06-19",
        "中秋节": "2026-09-25",
        "国庆节": "2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07",
    }
    make_up = "2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10"
    days = [(day, "no", note) for note, dates in holidays.items() for day in dates.split()]
    days += [(day, "yes", "调休上班") for day in make_up.split()]
    return _table("date working note", sorted(days))


if __name__ == "__main__":
    main()
