"""Promise profiles: those that ship, what a branch changes of them, and what it may not write."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.policy import Policy
from optimizer.domain.promise import PromiseProfile
from optimizer.errors import InputError
from optimizer.faults.issues import IssueLog
from optimizer.ingest.read import read_branch, read_branch_report
from optimizer.ingest.settings.policy import load_policy, policy_to_json, read_policy, resolve_policy
from optimizer.ingest.settings.promise_profile import load_promise, promise_names
from tests.ingest.worlds import two_orders, with_cell, write_folder

if TYPE_CHECKING:
    from pathlib import Path


def promise_of_toml(folder: Path, text: str) -> PromiseProfile:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return read_policy(path).promise


def test_the_profiles_that_ship() -> None:
    assert promise_names() == ("branch", "centre")


def test_branch_is_the_rule_book() -> None:
    assert load_promise("branch") == PromiseProfile()


def test_centre_is_the_branch_with_an_hour_to_dispatch() -> None:
    assert load_promise("centre") == PromiseProfile(name="centre", dispatch_s=3600)


def test_the_policies_that_ship_promise_as_a_branch() -> None:
    assert {load_policy(name).promise for name in ("bench", "today", "tomorrow")} == {PromiseProfile()}


@pytest.mark.parametrize("name", ["center", "../promises/branch", "", "CENTRE"])
def test_an_unknown_profile_names_the_known_ones(name: str) -> None:
    with pytest.raises(InputError, match=r"There is no promise profile .*Known profiles: branch, centre\."):
        load_promise(name)


# --- the table of a policy ------------------------------------------------------------------------------------------


def test_a_table_changes_single_values(tmp_path: Path) -> None:
    text = "[promise]\narea_days = 1\noutside_km = 60.5\nfirst_contact_min = 90\nrunning_late_to_min = 15\n"
    changed = PromiseProfile(area_days=1, outside_m=60_500, first_contact_s=5400, running_late_to_s=900)
    assert promise_of_toml(tmp_path, text) == changed


def test_a_table_starts_from_its_base(tmp_path: Path) -> None:
    text = '[promise]\nname = "ours"\nbase = "centre"\nacknowledge_min = 10\n'
    assert promise_of_toml(tmp_path, text) == PromiseProfile(name="ours", dispatch_s=3600, acknowledge_s=600)


def test_a_table_may_name_a_profile_only(tmp_path: Path) -> None:
    assert promise_of_toml(tmp_path, '[promise]\nname = "centre"\n') == load_promise("centre")


def test_a_clock_can_be_switched_off(tmp_path: Path) -> None:
    text = '[promise]\nbase = "centre"\ndispatch_min = "off"\n'
    assert promise_of_toml(tmp_path, text) == PromiseProfile(name="centre")


BAD_KEYS = [
    ("area_days = 0", "area_days", "0 is too small. It must be at least 1."),
    ("area_days = 1.5", "area_days", "'1.5' has the wrong type. Expected a whole number."),
    ("outside_km = -1", "outside_km", "-1 is too small. It must be at least 0."),
    ('outside_km = "80"', "outside_km", "'80' has the wrong type. Expected kilometres as a number."),
    ("outside_km = true", "outside_km", "'true' has the wrong type. Expected kilometres as a number."),
    ("outside_km = 2000000", "outside_km", "2000000 is too large. It must be at most 1000000."),
    ("outside_km = 1e300", "outside_km", "1e+300 is too large."),
    ("area_days = 367", "area_days", "367 is too large. It must be at most 366."),
    ("call_back_min = 43201", "call_back_min", "43201 is too large. It must be at most 30 days."),
    ("outside_km = nan", "outside_km", "'nan' is not a finite number."),
    ('passed_on_min = "off"', "passed_on_min", "'off' has the wrong type. Expected minutes as a number."),
    ("passed_on_min = -5", "passed_on_min", "'-5' is a negative duration."),
    ("passed_min = 5", "passed_min", "The policy has no key 'passed_min'. Maybe 'passed_on_min' is meant."),
    ('base = "center"', "base", "There is no promise profile 'center'. Maybe 'centre' is meant."),
    ('name = "ours"', "name", "There is no promise profile 'ours'. Known profiles: branch, centre."),
    ("name = 5", "name", "'5' has the wrong type. Expected text."),
    ("running_late_to_min = 4", "running_late_to_min", "Who runs late would have to call later than at the latest."),
]


@pytest.mark.parametrize(("text", "key", "rest"), BAD_KEYS, ids=[text for text, _, _ in BAD_KEYS])
def test_a_wrong_key_is_named(text: str, key: str, rest: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        promise_of_toml(tmp_path, f"[promise]\n{text}\n")
    assert caught.value.report.text().startswith(f"policy.toml, column 'promise.{key}': {rest}")
    assert caught.value.report.text("zh").startswith(f"policy.toml，“promise.{key}”列：")


def test_a_promise_is_a_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"column 'promise': 'centre' has the wrong type\. Expected a table\."):
        promise_of_toml(tmp_path, 'promise = "centre"\n')


# --- JSON -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "profile",
    [
        PromiseProfile(),
        PromiseProfile(name="centre", dispatch_s=3600),
        PromiseProfile(name="ours", area_days=1, outside_m=12_345, call_back_s=90, dispatch_s=60),
    ],
)
def test_json_holds_every_key(profile: PromiseProfile) -> None:
    policy = Policy(name="our own", promise=profile)
    log = IssueLog(form="json", file="x.json")
    assert resolve_policy(json.loads(json.dumps(policy_to_json(policy))), log) == policy
    assert not log.report().issues


def test_json_durations_are_iso_durations_and_kilometres_stay() -> None:
    entries = policy_to_json(Policy(promise=PromiseProfile(outside_m=80_500)))["promise"]
    assert (entries["first_contact"], entries["dispatch"], entries["outside_km"]) == ("PT2H", "off", 80.5)
    log = IssueLog(form="json", file="x.json")
    resolve_policy({"promise": {"first_contact": 120}}, log)
    assert log.report().text() == (
        "x.json at /policy/promise/first_contact: '120' has the wrong type. Expected a duration as text, e.g. PT45M."
    )


# --- the branch's column --------------------------------------------------------------------------------------------


def test_a_branch_names_its_profile(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "branch", 2, "promise", "centre")
    policy = read_branch(write_folder(tmp_path / "b", sheets)).policy
    assert policy == replace(load_policy("tomorrow"), promise=load_promise("centre"))


def test_its_policy_changes_the_profile_that_it_names(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "b", with_cell(two_orders(), "branch", 2, "promise", "centre"))
    (folder / "policy.toml").write_text('name = "tomorrow"\n[promise]\narea_days = 1\n', encoding="utf-8")
    problem, report = read_branch_report(folder)
    assert problem is not None
    assert problem.policy.promise == replace(load_promise("centre"), area_days=1)
    assert not [issue for issue in report.issues if issue.code.startswith("PROMISE")]


def test_two_names_for_the_profile_are_noted(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "b", with_cell(two_orders(), "branch", 2, "promise", "centre"))
    (folder / "policy.toml").write_text('[promise]\nbase = "branch"\n', encoding="utf-8")
    problem, report = read_branch_report(folder)
    assert problem is not None
    assert problem.policy.promise == PromiseProfile()
    [issue] = [issue for issue in report.issues if issue.code == "PROMISE_TWO_NAMES"]
    assert issue.cause() == "policy.toml names the promise profile 'branch', the branch names 'centre'."


def test_an_unknown_profile_of_a_branch_is_a_fault(tmp_path: Path) -> None:
    problem, report = read_branch_report(
        write_folder(tmp_path / "b", with_cell(two_orders(), "branch", 2, "promise", "center"))
    )
    assert problem is None
    assert [issue.text() for issue in report.errors] == [
        "branch.csv row 2, column 'promise': There is no promise profile 'center'. Maybe 'centre' is meant. "
        "Known profiles: branch, centre."
    ]
