"""Make the demo branch: `python -m benchmarks.demo_branch data/hangzhou`.

A believable after-sales branch in Hangzhou on Monday 2026-11-23, planned on Friday at 16:00. People, shops, estates
and phones are invented; districts and coordinates are the city's. The same script always writes the same bytes.

Most orders are drawn at random; the troubles that a coordinator meets are told in `demo_stories.py`. What happens
after 16:00 (results, returns, counts, a night's emergency, an absence) is in the same files with its moment: the
settling at 18:00 and the opening on Monday at 08:00 see it, the draft does not.
"""

from __future__ import annotations

import csv
import random
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.demo_stories import (
    AGES,
    BRANCH,
    CONTACTS,
    CUSTOMER_STORIES,
    ESTATES,
    KINDS,
    MORE_STORIES,
    ORDERS,
    PART_CHANCE,
    PARTS,
    PLAN_DATE,
    PREPARATIONS,
    REQUESTS,
    SERVICE_AREA,
    SHOPS,
    STORIES,
    SURNAMES,
    TECHNICIANS,
    THINGS_TO_BRING,
    TODAY,
    TRADE_SHARES,
    TRADES,
    WARRANTY_MONTHS,
    Row,
    at_estate,
    window,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


#: The branch's own numbers: it leaves a tenth of the day free for what comes in.
POLICY = "reserve_pct = 10\n"


def main() -> None:
    """Write every sheet and the policy of the demo branch into the folder named on the command line."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m benchmarks.demo_branch FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in make_sheets().items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")


def make_sheets() -> dict[str, list[Row]]:
    """Return the rows of every sheet by its name."""
    rng = random.Random("paigong-hangzhou-14")
    orders = [_order(rng, number) for number in range(1, ORDERS + 1)]
    customers = [_customer(rng, order) for order in orders]
    papers = random.Random("paigong-hangzhou-papers")
    more = [_one_more(papers, order_id) for order_id in MORE_STORIES]
    customers += [_customer(papers, order) for order in more]
    customers = _with_own_names(list({row["customer_id"]: row for row in reversed(customers)}.values())[::-1])
    shops = {row["customer_id"] for row in customers if any(row["name"] in names for names in SHOPS)}
    orders = [_with_papers(papers, row) for row in [*orders, *more]]
    orders = [_at_a_shop(row) if row["customer_id"] in shops else row for row in orders]
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
                ("D033", "done", f"{TODAY} 17:20", "T01", "", "yes", "室外机就位，周一接管调试"),
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
    usual = {"promised": "", "requested": "", "priority": 2, "urgency": "normal", "parts": ""}
    return drawn | usual | MORE_STORIES[order_id]


def _with_papers(rng: random.Random, order: Row) -> Row:
    """Return an order with its due day, and with what people read on the route sheet and no rule looks at."""
    years_old, trade = order["years_old"], order["skills"].partition(":")[0]
    months_old = 1 if order["kind"] == "installation" else 12 * years_old + rng.randint(2, 12)
    year, month = divmod(12 * 2026 + 10 - months_old, 12)
    is_free = months_old <= WARRANTY_MONTHS and order["kind"] != "maintenance"
    things = [*THINGS_TO_BRING[""], *THINGS_TO_BRING[trade]]
    papers = {
        "contacts": f"{rng.choice(CONTACTS)} 137-0000-1{order['order_id'][1:]}" if rng.random() < 0.3 else "",
        "serial": f"HZ{year - 2000:02d}{month + 1:02d}-{rng.randint(1, 99999):05d}",
        "coverage": "warranty" if is_free else "paid",
        "request": rng.choice(REQUESTS) if rng.random() < 0.25 else "",
        "bring": ";".join(rng.sample(things, rng.choice([0, 0, 1, 1, 2]))),
        "prepare": rng.choice([*PREPARATIONS[""], *PREPARATIONS[trade]]) if rng.random() < 0.3 else "",
    }
    row = {column: cell for column, cell in order.items() if column != "years_old"}
    row["due_day"] = _due_day(row) if row["due_day"] is None else row["due_day"]
    return row | papers | row | _told_so_far(row)


def _due_day(order: Row) -> str:
    """Return the day of the promise rule: two working days after the request; not before the site is ready."""
    day = date.fromisoformat(order["received"].split()[0])
    for _ in range(2):
        day += timedelta(days={4: 3, 5: 2}.get(day.weekday(), 1))
    return max(day.isoformat(), order["ready"].split()[0] if order["ready"] else "")


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
        "name": rng.choice(SHOPS)[0] if is_shop else rng.choice(SURNAMES) + rng.choice(["女士", "先生"]),
        "tier": rng.choices(["", "key"], weights=[9, 1])[0],
        "phone": f"138-0000-0{customer_id[1:]}",
        "opening": "Mon-Sun 08:00-20:00" if is_shop else "",
        "closed_hours": "",
        "refused": "",
        "served_by": rng.choice(experts) if rng.random() < 0.25 else "",
    }
    return row | CUSTOMER_STORIES.get(customer_id, {})


def _with_own_names(customers: list[Row]) -> list[Row]:
    """Return customers of whom no two shops have one name; those of the stories keep theirs."""
    taken = {story["name"] for story in CUSTOMER_STORIES.values() if "name" in story}
    named = []
    for row in customers:
        own = next((names for names in SHOPS if row["name"] in names), ())
        if own and "name" not in CUSTOMER_STORIES.get(row["customer_id"], {}):
            name = next(name for name in own if name not in taken)
            taken.add(name)
            row = row | {"name": name}
        named.append(row)
    return named


def _at_a_shop(order: Row) -> Row:
    """Return an order as a shop gives it: from the street, not from a flat, and by its manager."""
    estate, building, *_ = order["address"].split()
    told = {
        "address": f"{estate} {building} 幢沿街商铺",
        "contacts": order["contacts"] and f"店长 {order['contacts'].split()[-1]}",
        "prepare": order["prepare"].replace("家里", "现场"),
    }
    return order | told


def _order(rng: random.Random, number: int) -> Row:
    order_id = f"D{number:03d}"
    promised, requested = _windows(rng)
    row = {
        "order_id": order_id,
        "customer_id": f"K{number:03d}",
        **_job(rng),
        "received": f"2026-11-{rng.choice([19, 20, 20])} {rng.randint(8, 15):02d}:{rng.choice(['05', '20', '40'])}",
        "requested": requested,
        "promised": promised,
        "due_day": None,
        "years_old": rng.choices(list(AGES), weights=list(AGES.values()))[0],
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
        "lead_skills": "",
        "tools": "",
        "after": "",
        "days": 1,
    }
    return row | STORIES.get(order_id, {})


def _job(rng: random.Random) -> Row:
    """Draw what is to be done: kind, product, fault, minutes, skill and part."""
    kind = rng.choices(list(KINDS), weights=[share for share, _, _ in KINDS.values()])[0]
    _, minutes, wording = KINDS[kind]
    name = rng.choices(list(TRADES), weights=TRADE_SHARES)[0]
    product = rng.choice(TRADES[name])
    level = 1 if kind == "inspection" else rng.choices([1, 2, 3], weights=[45, 48, 7])[0]
    takes_part = kind == "repair" and any(product.faults.values()) and rng.random() < PART_CHANCE
    fault = wording or rng.choice(list(product.faults))
    part_id = product.faults[fault] if takes_part else ""
    return {
        "kind": kind,
        "product": product.model,
        "fault": fault,
        "service_min": rng.choice(minutes),
        "skills": f"{name}:{level}",
        "parts": f"{part_id}:1" if part_id else "",
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
