"""Benchmark days out of a seed, small enough for a test: no file of another's is kept here."""

from __future__ import annotations

import json
from random import Random
from typing import Any

SKILLS = ("hvac", "water", "lift")
PARTS = ("P01", "P02", "P03")


def generated_day(seed: int, *, technicians: int, orders: int) -> str:
    """Return the JSON of a day: a square of ten kilometres, windows of two hours, parts that not everybody can have."""
    rng = Random(f"day {seed}")
    places = [(30.27, 120.15), *((30.22 + 0.1 * rng.random(), 120.10 + 0.1 * rng.random()) for _ in range(orders))]
    names = [f"T{number:02}" for number in range(1, technicians + 1)]
    day = {
        "name": f"generated_{technicians}x{orders}_{seed}",
        "seed": seed,
        "depot": {"lat": 30.27, "lon": 120.15},
        "break_": {"len": 60, "start_min": 690, "start_max": 750},
        "costs": {
            "drop": {"1": 20000, "2": 30000, "3": 50000, "4": 80000, "5": 150000},
            "late_small": 60, "late_limit": 15, "late_big": 400, "travel": 50, "overtime": 150,
            "contractor_fixed": 6000, "contractor_minute": 60, "preferred_miss": 1500, "fair": 10,
            "low_level_extra": 30,
        },
        "parts": {part: 1 + int(rng.random() * orders / 6) for part in PARTS},
        "techs": [_technician(rng, name) for name in names],
        "orders": [_order(rng, number, places[number], names) for number in range(1, orders + 1)],
        "travel": [[_minutes(rng, a, b) for b in places] for a in places],
    }  # fmt: skip
    return json.dumps(day)


def _technician(rng: Random, name: str) -> dict[str, Any]:
    start = 480 + 30 * int(rng.random() * 3)
    held = {skill: 1 + int(rng.random() * 3) for skill in SKILLS if rng.random() < 0.7}
    return {
        "id": name,
        "shift_start": start,
        "regular_end": start + 540,
        "hard_end": start + 600,
        "skills": held or {SKILLS[0]: 1},
        "contractor": rng.random() < 0.2,
    }


def _order(rng: Random, number: int, place: tuple[float, float], names: list[str]) -> dict[str, Any]:
    opens = 480 + 30 * int(rng.random() * 16)
    return {
        "id": number,
        "lat": place[0],
        "lon": place[1],
        "base": 20 + 5 * int(rng.random() * 15),
        "tw": [opens, opens + (60, 120, 240)[int(rng.random() * 3)]],
        "skill": SKILLS[int(rng.random() * 3)],
        "level": 1 + int(rng.random() * 2),
        "priority": 1 + int(rng.random() * 5),
        "parts": {PARTS[int(rng.random() * 3)]: 1} if rng.random() < 0.3 else {},
        "preferred": names[int(rng.random() * len(names))] if rng.random() < 0.2 else None,
    }


def _minutes(rng: Random, a: tuple[float, float], b: tuple[float, float]) -> int:
    """Return whole minutes from a place to another, not the same both ways."""
    away = abs(a[0] - b[0]) + abs(a[1] - b[1])
    return 0 if a == b else 3 + int(away * 300 * (0.9 + 0.2 * rng.random()))
