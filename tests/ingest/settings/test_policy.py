"""Policies: the named profiles, what a branch changes, and what it may not write."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.policy import Fairness, Floor, Pickup, Policy
from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog
from optimizer.ingest.settings.policy import load_policy, policy_names, policy_to_json, read_policy, resolve_policy

if TYPE_CHECKING:
    from pathlib import Path


def test_the_profiles_that_ship() -> None:
    assert policy_names() == ("bench", "today", "tomorrow")


def test_tomorrow_is_the_rule_book_with_a_morning_and_floors() -> None:
    assert load_policy("tomorrow") == Policy(
        name="tomorrow",
        morning_s=15 * 60,
        lead_to_leave_s=15 * 60,
        lead_on_road_s=10 * 60,
        lead_with_parts_s=30 * 60,
        lead_emergency_s=5 * 60,
        pick_s=30 * 60,
        rest_s=8 * 3600,
        rest_after_night_s=10 * 3600,
        pause_kinds=frozenset({"commissioning", "inspection"}),
        level_floor=Floor(difficulty={"hard": 2}),
        priority_floor=Floor(urgency={"emergency": 5, "urgent": 4}, tier={"key": 3}),
        repeat_days=30,
        access_s={"home": 480, "office": 300, "hospital": 900, "factory": 900},
    )


def test_today_is_tomorrow_with_two_hours_of_lateness() -> None:
    assert load_policy("today") == replace(load_policy("tomorrow"), name="today", max_lateness_s=7200)


def test_bench_takes_days_as_given() -> None:
    bench = load_policy("bench")
    assert (bench.arrival_lead_s, bench.morning_s, bench.max_lateness_s) == (0, 0, None)
    assert bench.fairness is Fairness.SPREAD
    assert (bench.access_s, bench.repeat_days) == ({}, 0)
    assert bench.rest_s == bench.rest_after_night_s == 0
    assert bench.level_floor == bench.priority_floor == Floor()


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"Maybe 'today' is meant\. Known policies: bench, today, tomorrow\."):
        load_policy("toady")


@pytest.mark.parametrize("name", ["../policies/today", "today.toml", "", "TODAY"])
def test_a_profile_is_a_name_not_a_path(name: str) -> None:
    with pytest.raises(InputError):
        load_policy(name)


def test_a_file_changes_keys_of_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        'name = "today"\nmorning_min = 7.5\npickup = "stop"\n[priority_floor.tier]\ngold = 2\n', encoding="utf-8"
    )
    policy = read_policy(path)
    today = load_policy("today")
    # A sub-table that is given replaces the profile's; the others stay.
    floor = Floor(urgency=today.priority_floor.urgency, tier={"gold": 2})
    assert policy == replace(today, morning_s=450, pickup=Pickup.STOP, priority_floor=floor)


def test_a_name_of_its_own_starts_from_its_base(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('name = "summer"\nbase = "bench"\n', encoding="utf-8")
    assert read_policy(path) == replace(load_policy("bench"), name="summer")


INT = "has the wrong type. Expected a whole number."
MINUTES = "has the wrong type. Expected minutes as a number."
WORD = "is not one of the words known here."

#: What is written, the key that the report names, and how its line goes on.
BAD_KEYS = [
    (
        "travel_cents = 50",
        "travel_cents",
        "The policy has no key 'travel_cents'. Maybe 'travel_cents_per_min' is meant.",
    ),
    ("travel_cents_per_min = -1", "travel_cents_per_min", "-1 is too small. It must be at least 0."),
    ("travel_cents_per_min = 1.5", "travel_cents_per_min", f"'1.5' {INT}"),
    ("travel_cents_per_min = true", "travel_cents_per_min", f"'true' {INT}"),
    ("dropped_cents = 1_000_000_000_000_000_000", "dropped_cents", "1000000000000000000 is too large."),
    ("load_divisor = 0", "load_divisor", "0 is too small. It must be at least 1."),
    ("morning_min = -15", "morning_min", "'-15' is a negative duration."),
    ('morning_min = "15"', "morning_min", f"'15' {MINUTES}"),
    ("morning_min = nan", "morning_min", "'nan' is not a finite number."),
    ('max_lateness_min = "forever"', "max_lateness_min", f"'forever' {MINUTES}"),
    ('pickup = "evenings"', "pickup", f"'evenings' {WORD} Maybe 'evening' is meant. Write one of: evening, stop."),
    (
        "unassigned_cents = [1, 2]",
        "unassigned_cents",
        "'[1, 2]' has the wrong type. Expected an array of 5 whole numbers.",
    ),
    ("priority_floor = 3", "priority_floor", "'3' has the wrong type. Expected a table."),
    ("[priority_floor.urgency]\nurgnt = 3", "priority_floor.urgency.urgnt", f"'urgnt' {WORD} Maybe 'urgent' is meant."),
    ("[priority_floor.tier]\nkey = 6", "priority_floor.tier.key", "6 is too large. It must be at most 5."),
    ("[level_floor.tiers]\nkey = 2", "level_floor.tiers", "The policy has no key 'tiers'. Maybe 'tier' is meant."),
    ("[access_min]\nhome = -1", "access_min.home", "'-1' is a negative duration."),
    ("[access_min]\nhospitl = 9", "access_min.hospitl", f"'hospitl' {WORD} Maybe 'hospital' is meant."),
    ("access_min = 8", "access_min", "'8' has the wrong type. Expected a table."),
    ("name = 5", "name", "'5' has the wrong type. Expected text."),
]


@pytest.mark.parametrize(("text", "key", "rest"), BAD_KEYS, ids=[text for text, _, _ in BAD_KEYS])
def test_a_wrong_key_is_named(text: str, key: str, rest: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_policy(path)
    assert caught.value.report.text().startswith(f"policy.toml, column '{key}': {rest}")
    assert caught.value.report.text("zh").startswith(f"policy.toml，“{key}”列：")


@pytest.mark.parametrize("text", ["a = = 1", "a = 1\na = 2", "[a", "a = " + "[" * 5_000])
def test_what_is_not_toml_is_said(text: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"policy\.toml: This is not TOML: "):
        read_policy(path)


def test_all_wrong_keys_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('morning_min = -1\ntravel = 3\nfairness = "none"\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_policy(path)
    assert sorted(i.code for i in caught.value.report.issues) == ["CHOICE", "DURATION_NEGATIVE", "POLICY_KEY"]


@pytest.mark.parametrize("name", ["bench", "today", "tomorrow"])
def test_json_holds_every_key(name: str) -> None:
    policy = replace(load_policy(name), name="our own", travel_cents=1, priority_floor=Floor(tier={"贵宾": 5}))
    log = IssueLog(form="json", file="x.json")
    assert resolve_policy(json.loads(json.dumps(policy_to_json(policy))), log) == policy
    assert not log.report().issues


def test_json_durations_are_iso_durations() -> None:
    entries = policy_to_json(load_policy("today"))
    assert (entries["morning"], entries["max_lateness"], entries["late_small"]) == ("PT15M", "PT2H", "PT15M")
    assert policy_to_json(load_policy("bench"))["max_lateness"] == "unlimited"
    log = IssueLog(form="json", file="x.json")
    resolve_policy({"name": "today", "morning": 15}, log)
    assert log.report().text() == (
        "x.json at /policy/morning: '15' has the wrong type. Expected a duration as text, e.g. PT45M."
    )


def test_the_safety_list_and_reloading(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(
        'base = "today"\nname = "ours"\npair_kinds = ["高空作业", "维修"]\nreload = false\n', encoding="utf-8"
    )
    policy = read_policy(path)
    assert (policy.pair_kinds, policy.reload) == (frozenset({"高空作业", "repair"}), False)  # 维修 is repair
    entries = policy_to_json(policy)
    assert (entries["pair_kinds"], entries["reload"]) == (["repair", "高空作业"], False)
    for name in ("pair_kinds", "reload"):
        del entries[name]  # as a plan of an earlier version has it
    log = IssueLog(form="json", file="plan.json")
    assert resolve_policy(entries, log) == replace(policy, pair_kinds=frozenset(), reload=True)
    assert not log.issues


def test_prices_of_single_orders(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('[unassigned_by_order_cents]\nSO-2 = 500_000\n"工单 1" = 0\n', encoding="utf-8")
    policy = read_policy(path)
    assert policy.unassigned_by_order_cents == {"SO-2": 500_000, "工单 1": 0}
    entries = policy_to_json(policy)
    log = IssueLog(form="json", file="plan.json")
    assert resolve_policy(entries, log) == policy
    del entries["unassigned_by_order_cents"]  # as a plan of an earlier version has it
    assert resolve_policy(entries, log) == replace(policy, unassigned_by_order_cents={})
    assert not log.issues


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("unassigned_by_order_cents = 5", "'5' has the wrong type. Expected a table."),
        ("unassigned_by_order_cents = {SO-1 = 1.5}", "has the wrong type. Expected a whole number."),
        ('pair_kinds = "repair"', "'repair' has the wrong type. Expected an array of texts."),
        ("pair_kinds = [1]", "'[1]' has the wrong type. Expected an array of texts."),
        ("reload = 1", "'1' has the wrong type. Expected true or false."),
    ],
)
def test_a_wrong_safety_list(tmp_path: Path, line: str, text: str) -> None:
    (tmp_path / "ours.toml").write_text(line, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_policy(tmp_path / "ours.toml")
    [issue] = caught.value.report.issues
    assert (issue.file, issue.column.partition(".")[0]) == ("ours.toml", line.split(" ")[0])
    assert issue.text().endswith(text)
    assert "类型不对" in issue.text("zh")


# --- miles ------------------------------------------------------------------------------------------------------------


def test_distances_in_miles_take_the_place_of_kilometres(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        'base = "tomorrow"\ncontractor_radius_mi = 12.5\ncontractor_cents_per_mi = 150\n[promise]\noutside_mi = 45\n',
        encoding="utf-8",
    )
    policy = read_policy(path)
    assert (policy.contractor_radius_m, policy.promise.outside_m) == (20_117, 72_420)
    assert (policy.contractor_km_cents, policy.contractor_mile_cents) == (0, 150)
    log = IssueLog(form="json", file="x.json")
    assert resolve_policy(policy_to_json(policy), log) == policy


@pytest.mark.parametrize(
    ("text", "key", "other"),
    [
        ("contractor_radius_km = 20\ncontractor_radius_mi = 12", "contractor_radius_mi", "contractor_radius_km"),
        (
            "contractor_cents_per_km = 1\ncontractor_cents_per_mi = 2",
            "contractor_cents_per_mi",
            "contractor_cents_per_km",
        ),
        ("[promise]\noutside_mi = 45\noutside_km = 80", "promise.outside_mi", "outside_km"),
    ],
)
def test_one_distance_in_two_units_is_a_fault(tmp_path: Path, text: str, key: str, other: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_policy(path)
    assert caught.value.report.text() == (
        f"policy.toml, column '{key}': It is given in kilometres and in miles: {other} is filled in, too."
        " Keep the one that is meant."
    )
