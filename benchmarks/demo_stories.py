"""The demo branch as told: places, products, people, and the troubles one by one.

People, shops, estates and phones are invented; districts and coordinates are the city's. `demo_branch.py` draws the
rest around it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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
    """A product: its model, and what breaks with the part that this may need."""

    model: str
    faults: dict[str, str]


#: Trade, which is also the name of the skill: the products.
TRADES = {
    "空调": (
        Product("KFR-35 空调挂机", {"不制热": "P07", "内机漏水": "", "遥控无反应": ""}),
        Product("KFR-72 空调柜机", {"不制热": "P07", "室外机异响": "", "风量变小": "P07"}),
    ),
    "热水器": (
        Product("JSQ-16 燃气热水器", {"点火失败": "", "忽冷忽热": "P02", "不出热水": "P02"}),
        Product("F60 电热水器", {"不加热": "P02", "接口漏水": ""}),
    ),
    "锅炉": (Product("L1P-26 壁挂炉", {"报 E1 故障": "", "压力偏低": "", "地暖不热": "P03"}),),
    "冰箱": (
        Product("BCD-452 对开门冰箱", {"冷藏室不凉": "P04", "结冰严重": "P04"}),
        Product("BCD-216 三门冰箱", {"压缩机不停": "P04", "门封不严": ""}),
    ),
    "洗衣机": (
        Product("XQG-100 滚筒洗衣机", {"不脱水": "P05", "门锁打不开": "", "震动大": ""}),
        Product("XQB-80 波轮洗衣机", {"排水慢": "P05", "不进水": ""}),
    ),
    "厨电": (
        Product("CXW-268 油烟机", {"吸力变小": "", "照明不亮": ""}),
        Product("JZT-7 灶具", {"打不着火": "P08", "火苗发黄": ""}),
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

CONTACTS = ("物业 李师傅", "租客 小陈", "邻居 周阿姨", "女儿 王小姐", "保安室")
#: What customers ask for, what they are asked to prepare and what technicians bring: with every product, and by trade.
REQUESTS = ("到前半小时打电话", "请带收据", "需要发票", "进门请穿鞋套")
PREPARATIONS: dict[str, tuple[str, ...]] = {
    "": ("家里留人", "找出购机发票"),
    "空调": ("腾出阳台", "移开空调下的家具"),
    "热水器": ("提前关水",),
    "锅炉": ("腾出厨房阳台",),
    "冰箱": ("清空冷藏室",),
    "洗衣机": ("清空洗衣机", "提前关水"),
    "厨电": ("清空灶台",),
}
THINGS_TO_BRING: dict[str, tuple[str, ...]] = {
    "": ("鞋套", "门禁卡登记表"),
    "空调": ("压力表", "清洗罩"),
    "热水器": ("验电笔",),
    "锅炉": ("调试软件 U 盘", "燃气检漏仪"),
    "冰箱": ("测温仪",),
    "洗衣机": ("水平仪",),
    "厨电": ("油污清洗剂",),
}
#: How old products are, in years, each with its share in percent; they are repaired free for three years.
AGES = {0: 20, 1: 20, 2: 15, 3: 15, 4: 15, 6: 15}
WARRANTY_MONTHS = 36

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
#: Kinds of shops, each with the names of those that there are.
SHOPS = (
    ("晨禾便利店", "橙邻便利店"),
    ("拾味小馆", "竹下面馆", "江岸小馆", "阿婆饭馆"),
    ("云朵咖啡", "巷尾咖啡", "半亩咖啡"),
    ("青芽托育",),
    ("宁心诊所",),
)


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


MEDICINE_FRIDGE = "YC-260 药品冷藏箱"
NO_WINDOW: Row = {"promised": "", "requested": ""}
UNFINISHED: Row = {
    "carried_over": "yes",
    "received": "2026-11-18 09:20",
    "priority": 3,
    **NO_WINDOW,
}
TODAYS: Row = {
    "planned_on": TODAY,
    "received": "2026-11-18 10:15",
    "dispatched": "2026-11-19 16:50",
    "acknowledged": "2026-11-19 17:02",
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
    "D005": {**BOARD_BURNT, "fault": "主板时好时坏", "intermittent": "yes"},
    "D006": BOARD_BURNT,
    "D007": BOARD_BURNT,
    "D008": BOARD_BURNT,
    "D010": {**BOARD_BURNT, "priority": 1, "urgency": "normal"},
    # The motor arrives a day late.
    "D011": {**repair("厨电", 2, 60, "电机不转", "P06"), **NO_WINDOW},
    # Agreed with T04 by phone: locked to the person.
    "D012": {**repair("洗衣机", 2, 60, "内筒异响"), **NO_WINDOW},
    # The customer (K015) refuses T05 and T08, so that one person is left.
    "D015": repair("厨电", 2, 45, "噪声大"),
    # Two promises that one person cannot keep, half an hour's drive apart.
    "D016": {**CLASH, **at_estate("仓禾里"), "priority": 3},
    "D017": {**CLASH, **at_estate("湘畔里", "3 幢 1 单元 802 室"), "priority": 2},
    # Published in the draft of the plan: T02, 09:30 to 10:30.
    "D018": {**repair("热水器", 2, 60, "忽冷忽热"), **NO_WINDOW},
    # Needs two people at one time, of whom one knows boilers well.
    "D019": {"kind": "installation", "product": "L1P-32 壁挂炉", "fault": "新机安装", "skills": "锅炉:1"}
    | {"lead_skills": "锅炉:2", "crew_size": 2, "service_min": 120, "parts": ""}
    | {"promised": window("09:00", "11:00"), "requested": "", "priority": 4},
    # The building site will be ready on Wednesday.
    "D020": {"kind": "installation", "product": "KFR-72 空调柜机", "fault": "新机安装，等装修完工", "skills": "空调:2"}
    | {"ready": "2026-11-25 08:00", "service_min": 120, "parts": "", **NO_WINDOW},
    # No hot water and a baby in the house: first of all.
    "D023": {**repair("热水器", 2, 45, "不出热水，家有婴儿"), "urgency": "emergency", "received": "2026-11-20 15:20"}
    | {"promised": window("09:00", "11:00"), "requested": ""},
    # Hard work: the policy asks for level 2 at least.
    "D024": {"difficulty": "hard"},
    # A clinic's refrigerator is tested in full before it is handed back.
    "D026": {**repair("冰箱", 2, 45, "温度报警"), "product": MEDICINE_FRIDGE, "critical_test_min": 20},
    # Both outdoors and high up, with the one rope that there is: whoever serves one serves the other.
    "D027": {"tools": "G1:1", "bring": "高空作业许可"},
    "D044": {"tools": "G1:1", "bring": "高空作业许可"},
    # The concierge lets the technician in at any hour.
    "D028": {"works_through": "yes"},
    # Outside the service area: three working days instead of two.
    "D030": {**at_estate("富春江畔", "5 幢 2 单元 301 室"), "due_day": "", "received": "2026-11-19 14:10", **NO_WINDOW},
    # Two days of work by the same man: the first is today's, the second is planned.
    "D033": {"kind": "installation", "product": "MDV-120 多联机", "fault": "新机安装，共两天", "skills": "空调:2"}
    | {"service_min": 150, "parts": "", "days": 2, **TODAYS, "planned_technician": "T01", **NO_WINDOW},
    # A special agreement instead of the promise rule.
    "D034": {"due_day": "", "agreed_day": "2026-11-27", **NO_WINDOW},
    # Announced already: one customer says no, one is not reached, and is visited all the same.
    "D036": {"confirmed": "unreachable", "contacted": "2026-11-20 14:40"},
    "D037": {"confirmed": "no", "contacted": "2026-11-20 14:55"},
    "D038": {"confirmed": "yes", "contacted": "2026-11-20 11:20"},
    # A new machine, and its inspection afterwards.
    "D059": {"product": "KFR-35 空调挂机", "serial": "HZ2610-02130", **at_estate("祥里名居", "6 幢 3 单元 604 室")},
    "D060": {
        "customer_id": "K059",
        "product": "KFR-35 空调挂机",
        "serial": "HZ2610-02130",
        "fault": "装后验收",
        "after": "D059",
        **at_estate("祥里名居", "6 幢 3 单元 604 室"),
    },
}
#: Orders beside those of the day to plan.
MORE_STORIES: dict[str, Row] = {
    # An emergency received just now: its two hours are over long before Monday.
    "D061": {**repair("热水器", 2, 60, "燃气味，已关阀"), "urgency": "emergency", "received": "2026-11-20 15:50"}
    | {**at_estate("清吟公寓", "9 幢 1 单元 1102 室"), "due_day": "", "contacted": ""},
    # Received on Sunday night: only the opening on Monday sees it.
    "D062": {**repair("冰箱", 2, 30, "断电报警"), "product": MEDICINE_FRIDGE, "urgency": "emergency"}
    | {"received": "2026-11-23 02:10"}
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
    "D066": {
        **repair("厨电", 2, 60, "电机异响", "P06"),
        **at_estate("祥里名居"),
        **TODAYS,
        "planned_technician": "T05",
    },
    "D067": {**repair("冰箱", 2, 45, "冷藏室不凉"), **at_estate("彭家湾"), **TODAYS, "planned_technician": "T04"}
    | {"promised": f"{TODAY} 15:00/17:00", "priority": 3},
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
    "K023": {"name": "徐女士", "opening": ""},
    "K026": {"name": "宁心诊所", "tier": "key", "opening": "Mon-Sat 08:30-17:30", "closed_hours": "12:00-13:00"},
    "K028": {"name": "云朵咖啡", "opening": "Mon-Sun 12:00-22:00"},
    "K062": {"name": "运河社区卫生站", "tier": "key"},
    "K067": {"opening": "Mon-Sun 13:00-20:00"},
}
