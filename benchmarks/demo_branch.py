"""Make the demo branch: `python -m benchmarks.demo_branch data/hangzhou`.

A believable after-sales branch in Hangzhou on Monday 2026-11-23, planned on Friday at 16:00. Customers, phones and
estates are invented; districts and coordinates are the city's. The same script always writes the same bytes.
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

PLAN_DATE = "2026-11-23"
BRANCH = (30.2741, 120.1551)

#: District: centre, spread in degrees, invented estates.
DISTRICTS = {
    "西湖区": ((30.2595, 120.1300), 0.022, ["翠林苑", "湖畔云庭", "文汇新村"]),
    "拱墅区": ((30.3190, 120.1420), 0.022, ["运河人家", "北桥花园", "大关雅居"]),
    "上城区": ((30.2470, 120.1840), 0.018, ["望江名邸", "清波里", "凯旋公寓"]),
    "滨江区": ((30.2080, 120.2100), 0.020, ["江晖城", "星云府", "白马湖苑"]),
    "余杭区": ((30.2900, 119.9990), 0.030, ["未来里", "五常水岸", "良栖苑"]),
    "萧山区": ((30.1850, 120.2640), 0.025, ["金城花园", "市心名苑", "湘湖里"]),
}

#: Technician: name, employment, start, district of the home, skills (name, level, factor %, extra minutes).
TECHNICIANS = [
    ("T01", "陈立新", "employee", "branch", "", [("空调", 3, 90, 0), ("冰箱", 2, 100, 0), ("洗衣机", 1, 120, 10)]),
    ("T02", "林晓东", "employee", "branch", "", [("热水器", 3, 90, 0), ("锅炉", 3, 100, 0), ("厨电", 2, 100, 0)]),
    ("T03", "周海波", "employee", "branch", "", [("空调", 2, 100, 0), ("热水器", 2, 100, 0), ("洗衣机", 2, 100, 0)]),
    ("T04", "吴建民", "employee", "branch", "", [("冰箱", 3, 90, 0), ("洗衣机", 3, 90, 0), ("厨电", 1, 120, 15)]),
    ("T05", "郑佳豪", "employee", "home", "余杭区", [("空调", 2, 100, 0), ("厨电", 3, 90, 0), ("冰箱", 1, 120, 15)]),
    ("T06", "孙雨桐", "employee", "home", "萧山区", [("热水器", 2, 100, 0), ("空调", 1, 130, 15), ("洗衣机", 2, 100, 0)]),
    ("T07", "何志远", "employee", "branch", "", [("锅炉", 2, 100, 0), ("热水器", 1, 120, 15), ("空调", 2, 105, 0)]),
    ("T08", "外协甲", "contractor", "branch", "", [("空调", 2, 110, 0), ("冰箱", 2, 110, 0), ("厨电", 2, 110, 0)]),
]

#: Skill: part that its repairs may need, products, faults.
TRADES = {
    "空调": ("P01", ["KFR-35 挂机", "KFR-72 柜机"], ["不制冷", "室外机异响", "漏水", "遥控无反应"]),
    "热水器": ("P02", ["JSQ-16 燃气热水器", "F60 电热水器"], ["点火失败", "忽冷忽热", "不出热水", "漏水"]),
    "锅炉": ("P03", ["L1P-26 壁挂炉"], ["报 E1 故障", "压力偏低", "采暖不热"]),
    "冰箱": ("P04", ["BCD-452 对开门", "BCD-216 三门"], ["冷藏室不凉", "结冰严重", "压缩机不停"]),
    "洗衣机": ("P05", ["XQG-100 滚筒", "XQB-80 波轮"], ["不脱水", "排水慢", "震动大"]),
    "厨电": ("P06", ["CXW-268 油烟机", "JZT-7 灶具"], ["吸力变小", "打不着火", "照明不亮"]),
}
PARTS = [
    ("P01", "空调主板", 2),
    ("P02", "点火模块", 6),
    ("P03", "循环水泵", 3),
    ("P04", "冰箱温控器", 5),
    ("P05", "排水泵", 5),
    ("P06", "油烟机电机", 0),
]
#: Kind: share of the orders, minutes to choose from, chance of a part.
KINDS = {
    "repair": (0.5, [45, 60, 75, 90], 0.45),
    "installation": (0.2, [90, 120, 150], 0.0),
    "inspection": (0.15, [30, 40], 0.0),
    "maintenance": (0.15, [40, 50, 60], 0.0),
}
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
SHOPS = ["晨光便利店", "拾味小馆", "云栖咖啡", "青禾幼儿园", "宁心诊所"]
ORDERS = 60


def main() -> None:
    """Write every sheet of the demo branch into the folder named on the command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in make_sheets().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def make_sheets() -> dict[str, list[dict[str, object]]]:
    """Return the rows of every sheet by its name."""
    rng = random.Random("paigong-hangzhou")
    customers, orders = [], []
    for number in range(1, ORDERS + 1):
        customer, order = _customer_and_order(rng, number)
        customers.append(customer)
        orders.append(order)
    _tell_stories({str(order["order_id"]): order for order in orders}, {str(c["customer_id"]): c for c in customers})
    return {
        "branch": [
            {
                "branch_id": "HZ01",
                "name": "杭州城中服务网点",
                "lat": BRANCH[0],
                "lon": BRANCH[1],
                "address": "杭州市拱墅区中河示范路 1 号",
                "timezone": "Asia/Shanghai",
                "business_open": "08:30",
                "business_close": "17:30",
                "plan_date": PLAN_DATE,
                "as_of": "2026-11-20 16:00",
                "policy": "tomorrow",
            }
        ],
        "calendar": _calendar(),
        "customers": customers,
        "orders": orders,
        "technicians": _technicians(rng),
        "skills": _skills(),
        "shifts": _shifts(),
        "parts": [{"part_id": p, "name": n, "on_hand": q, "as_of": "2026-11-20 15:30"} for p, n, q in PARTS],
        "arrivals": [
            {"part_id": "P01", "quantity": 2, "usable_on": PLAN_DATE},
            {"part_id": "P06", "quantity": 4, "usable_on": "2026-11-24"},
        ],
        "reservations": [
            {"reservation_id": "R1", "part_id": "P01", "quantity": 1, "date": PLAN_DATE, "visit_id": "D005"},
            {"reservation_id": "R2", "part_id": "P02", "quantity": 1, "date": PLAN_DATE, "visit_id": ""},
        ],
        "loans": [
            {
                "loan_id": "L1",
                "technician_id": "T03",
                "part_id": "P02",
                "quantity": 1,
                "due": "2026-11-19",
                "return_booked": "",
            },
            {
                "loan_id": "L2",
                "technician_id": "T01",
                "part_id": "P04",
                "quantity": 1,
                "due": "2026-11-20",
                "return_booked": "",
            },
        ],
        "tools": [{"tool_id": "G1", "name": "高空作业安全绳", "units": 1}],
        "locks": [
            {
                "visit_id": "D012",
                "level": "person",
                "technician_id": "T04",
                "date": "",
                "start": "",
                "tolerance_min": "",
                "position": "",
            }
        ],
        "published": [
            {
                "visit_id": "D018",
                "technician_id": "T02",
                "date": PLAN_DATE,
                "told_open": f"{PLAN_DATE} 09:30",
                "told_close": f"{PLAN_DATE} 10:30",
                "agreed": "no",
            }
        ],
    }


def _customer_and_order(rng: random.Random, number: int) -> tuple[dict[str, object], dict[str, object]]:
    order_id, customer_id = f"D{number:03d}", f"K{number:03d}"
    district = rng.choice(list(DISTRICTS))
    (lat, lon), spread, estates = DISTRICTS[district]
    kind = rng.choices(list(KINDS), weights=[share for share, _, _ in KINDS.values()])[0]
    _, minutes, part_chance = KINDS[kind]
    skill = rng.choices(list(TRADES), weights=[30, 18, 9, 16, 15, 12])[0]
    part, products, faults = TRADES[skill]
    level = 1 if kind == "inspection" else rng.choices([1, 2, 3], weights=[40, 50, 10])[0]
    is_shop = rng.random() < 0.1
    name = rng.choice(SHOPS) if is_shop else rng.choice(SURNAMES) + rng.choice(["女士", "先生"])
    served_by = rng.choice(TECHNICIANS[:7])[0] if rng.random() < 0.25 else ""
    building = f"{rng.randint(1, 28)} 幢 {rng.randint(1, 4)} 单元 {rng.randint(2, 18)}0{rng.randint(1, 4)} 室"
    address = f"杭州市{district}{rng.choice(estates)} {building}"
    promised, requested = _windows(rng)
    customer = {
        "customer_id": customer_id,
        "name": name,
        "tier": rng.choices(["", "vip"], weights=[9, 1])[0],
        "phone": f"138-0000-{number:04d}",
        "opening": "Mon-Sun 08:00-20:00" if is_shop else "",
        "closed_hours": "",
        "refused": "",
        "served_by": served_by,
    }
    order = {
        "order_id": order_id,
        "customer_id": customer_id,
        "kind": kind,
        "product": rng.choice(products),
        "fault": rng.choice(faults) if kind == "repair" else "",
        "received": f"2026-11-{rng.choice([18, 19, 20])} {rng.randint(8, 15):02d}:{rng.choice(['05', '20', '40'])}",
        "requested": requested,
        "promised": promised,
        "due_day": rng.choices([PLAN_DATE, "2026-11-24", "2026-11-25", "2026-11-26"], weights=[35, 35, 20, 10])[0],
        "priority": rng.choices([1, 2, 3, 4], weights=[25, 40, 25, 10])[0],
        "urgency": rng.choices(["normal", "urgent"], weights=[88, 12])[0],
        "difficulty": "normal",
        "carried_over": "no",
        "lat": round(lat + rng.gauss(0, spread / 2), 5),
        "lon": round(lon + rng.gauss(0, spread / 2), 5),
        "address": address,
        "area": district,
        "service_min": rng.choice(minutes),
        "skills": f"{skill}:{level}",
        "parts": f"{part}:1" if rng.random() < part_chance else "",
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
    return customer, order


def _windows(rng: random.Random) -> tuple[str, str]:
    """Return a promised and a requested window: two thirds promised, a sixth requested, a sixth neither."""
    length = rng.choice([1, 2, 2, 3, 4])
    opens = rng.choice([9, 9, 10, 13, 14, 15])
    window = f"{PLAN_DATE} {opens:02d}:00/{min(opens + length, 18):02d}:00"
    drawn = rng.random()
    if drawn < 0.67:
        return window, ""
    return ("", window) if drawn < 0.84 else ("", "")


def _tell_stories(orders: dict[str, dict[str, object]], customers: dict[str, dict[str, object]]) -> None:
    """Plant what a coordinator meets: clashes, a scarce part, a refusal, a site that is not ready, a crew."""
    for order_id in ("D003", "D009", "D014", "D021"):  # yesterday's unfinished work
        orders[order_id].update(carried_over="yes", due_day=PLAN_DATE, promised="", priority=3)
    for order_id in ("D005", "D006", "D007", "D008", "D010"):  # five need a board, four will be there
        orders[order_id].update(kind="repair", skills="空调:2", product="KFR-72 柜机", fault="主板烧毁", parts="P01:1")
    orders["D005"].update(intermittent="yes")
    orders["D011"].update(skills="厨电:2", kind="repair", fault="电机不转", parts="P06:1", promised="", requested="")
    customers["K015"].update(refused="T05;T08")
    orders["D015"].update(skills="厨电:2", parts="")
    clash = dict(skills="锅炉:3", required="T02", parts="", promised=f"{PLAN_DATE} 14:00/14:30", service_min=90)
    orders["D016"].update(clash, address="杭州市余杭区未来里 6 幢 2 单元 501 室", area="余杭区", lat=30.2905, lon=119.9985)
    orders["D017"].update(clash, address="杭州市萧山区湘湖里 3 幢 1 单元 802 室", area="萧山区", lat=30.1852, lon=120.2633)
    orders["D018"].update(skills="热水器:2", parts="", promised="", requested="", service_min=60)
    orders["D012"].update(skills="洗衣机:2", parts="", promised="", requested="", required="", service_min=60)
    orders["D019"].update(crew_size=2, kind="installation", product="L1P-26 壁挂炉", service_min=150, skills="锅炉:2", parts="")
    orders["D020"].update(ready="2026-11-25 08:00", promised="", due_day="2026-11-26", kind="installation", parts="")
    customers["K022"].update(name="拾味小馆", opening="Mon-Sun 09:30-21:00", closed_hours="11:00-13:30")
    orders["D023"].update(urgency="emergency", priority=5, promised=f"{PLAN_DATE} 09:00/11:00", due_day=PLAN_DATE)
    orders["D024"].update(difficulty="hard")


def _technicians(rng: random.Random) -> list[dict[str, object]]:
    rows = []
    for number, (technician_id, name, employment, start, district, _) in enumerate(TECHNICIANS, 1):
        (lat, lon), _, _ = DISTRICTS.get(district, ((0, 0), 0, []))
        at_home = start == "home"
        rows.append(
            {
                "technician_id": technician_id,
                "name": name,
                "employment": employment,
                "phone": f"139-0000-{number:04d}",
                "start": start,
                "end": start,
                "home_lat": lat if at_home else "",
                "home_lon": lon if at_home else "",
                "home_address": f"杭州市{district}" if at_home else "",
                "areas": "萧山区;滨江区;上城区" if technician_id == "T06" else "",
                "ledger_load_min": rng.randint(1750, 2250) if employment == "employee" else "",
                "ledger_contracted_min": 2400 if employment == "employee" else "",
                "ledger_days": 5 if employment == "employee" else "",
            }
        )
    return rows


def _skills() -> list[dict[str, object]]:
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
        for technician_id, _, _, _, _, skills in TECHNICIANS
        for skill, level, factor, surcharge in skills
    ]


def _shifts() -> list[dict[str, object]]:
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
            "max_leg_min": "",
            "max_travel_min": 240,
            "max_visits": "",
            "profile": "ebike" if technician_id == "T03" else "car",
        }
        for technician_id, *_ in TECHNICIANS
    ]


def _calendar() -> list[dict[str, object]]:
    """Return the days of 2026 on which the calendar differs from Monday to Friday."""
    holidays = {
        "元旦": ["2026-01-01", "2026-01-02"],
        "春节": ["2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-02-23"],
        "清明节": ["2026-04-06"],
        "劳动节": ["2026-05-01", "2026-05-04", "2026-05-05"],
        "端午节": ["2026-06-19"],
        "中秋节": ["2026-09-25"],
        "国庆节": ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"],
    }
    make_up = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
    rows = [(day, "no", note) for note, days in holidays.items() for day in days]
    rows += [(day, "yes", "调休上班") for day in make_up]
    return [{"date": day, "working": working, "note": note} for day, working, note in sorted(rows)]


if __name__ == "__main__":
    main()
