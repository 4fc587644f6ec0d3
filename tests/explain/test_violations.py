"""What a plan breaks, in words: a dispatcher reads who, what and by how much."""

from __future__ import annotations

from datetime import date

import pytest

from optimizer.domain.rules import Rule, Violation
from optimizer.domain.technician import HeldSkill
from optimizer.explain.violations import SENTENCES, violation_sentence
from optimizer.text.catalogue import translator
from tests.worlds import job, person, world

OVER = HeldSkill("lift", 2, valid_until=date(2026, 11, 1))
WORLD = world(
    [job("A", place=10, skills={"boiler": 3}, area="north"), job("B", place=20, skills={"lift": 1})],
    [person("T1", skills={"boiler": 1}, areas=frozenset({"south"})), person("T2")],
).with_technician("T2", skills=(OVER,))


@pytest.mark.parametrize(
    ("violation", "english", "chinese"),
    [
        (
            Violation(Rule.SKILL, 2, "levels", "", "T1", "A"),
            "T1 Li (T1) is 2 level(s) too low in boiler for visit A.",
            "上门服务 A 需要 boiler，T1 Li (T1)差 2 级。",
        ),
        (
            Violation(Rule.SKILL, 1, "levels", "", "T2", "B"),
            "T2 Li (T2) has no valid certificate for lift, which visit B needs.",
            "上门服务 B 需要 lift，T2 Li (T2)的证书当天无效。",
        ),
        (
            Violation(Rule.ALLOWED, 1, "", "", "T1", "A"),
            "Visit A lies outside the area of T1 Li (T1).",
            "上门服务 A 不在T1 Li (T1)负责的片区。",
        ),
        (
            Violation(Rule.SHIFT, 3_700, "s", "", "T1"),
            "T1 Li (T1) is back 1 h 2 min after the latest allowed return.",
            "T1 Li (T1)比最晚返回时刻晚 1 小时 2 分钟。",
        ),
        (
            Violation(Rule.TRAVEL_LIMIT, 60, "s", "", "T1", "A"),
            "The way of T1 Li (T1) to or from visit A is 1 min longer than allowed.",
            "T1 Li (T1)往返上门服务 A 的一段路超出限制 1 分钟。",
        ),
        (
            Violation(Rule.STOCK, 1, "parts", "", "T1", "A"),
            "T1 Li (T1) starts at home and does not stop at the branch for the parts of A.",
            "T1 Li (T1)从家出发，途中没有到网点领 A 的备件。",
        ),
        (Violation(Rule.STOCK, 2, "parts", "", part_id="P"), "Part P is 2 short.", "备件 P 缺 2 件。"),
        (
            Violation(Rule.LOAD, 5, "kg", "", "T1"),
            "T1 Li (T1) would carry 5 kg too much.",
            "T1 Li (T1)装载的 kg 超出 5。",
        ),
        (
            Violation(Rule.UNASSIGNED, 1, "", "", "", "A"),
            f"A: {Rule.UNASSIGNED.statement}",
            None,
        ),
    ],
)  # fmt: skip
def test_what_is_broken_is_said(violation: Violation, english: str, chinese: str | None) -> None:
    assert violation_sentence(violation, WORLD.problem, translator("en")) == english
    if chinese is not None:
        assert violation_sentence(violation, WORLD.problem, translator("zh")) == chinese


def test_every_hard_rule_has_a_sentence() -> None:
    assert {rule for rule, _ in SENTENCES} == {rule for rule in Rule if rule.is_hard}
