"""What is kept and sent of a plan: what a lock breaks is worded in both languages, with its amount."""

from __future__ import annotations

import pytest

from api.plans.conversion import lock_faults, lock_remedy, violation_as_fault
from api.plans.view import _failure
from optimizer.domain.rules import Rule, Violation
from optimizer.errors import Clash, LockConflictError


@pytest.mark.parametrize(
    ("rule", "amount", "unit", "missed"),
    [
        (Rule.SHIFT, 61, "s", "相差 2 分钟。"),  # rounded up to the minute
        (Rule.LOCK, 1, "days", "相差 1 天。"),
        (Rule.SKILL, 2, "levels", "相差 2 级。"),
        (Rule.ALLOWED, 1, "", ""),
    ],
)
def test_a_chinese_reader_sees_by_how_much_a_rule_is_missed(rule: Rule, amount: int, unit: str, missed: str) -> None:
    violation = Violation(rule, amount, unit, "T1 is back at 18:01.", "T1", "O1")
    fault = violation_as_fault(violation, "zh")
    assert fault["cause"].startswith("O1：")
    assert fault["cause"].endswith("。" + missed)
    assert fault["action"] == "请解除该锁定，或更改与之冲突的内容。"
    english = violation_as_fault(violation, "en")
    assert (english["cause"], english["action"]) == ("T1 is back at 18:01.", "Release it, or change what it breaks.")


def test_what_clashes_is_said_in_its_own_words() -> None:
    violation = Violation(Rule.LOCK, 1500, "s", "Visit B can start at 09:40.", "T1", "B")
    clash = Clash(("A", "B"), violation, {"en": "A, B: 25 min too late.", "zh": "A, B：晚 25 分钟。"})
    (fault,) = lock_faults(LockConflictError([violation], [clash]), "zh")
    assert (fault["code"], fault["cause"]) == ("LOCK_BREAKS_LOCK", "A, B：晚 25 分钟。")
    (fault,) = lock_faults(LockConflictError([violation]), "en")
    assert fault["cause"] == "Visit B can start at 09:40."


def test_keeping_locks_is_offered_where_it_helps() -> None:
    """A failure that an earlier version kept says what it said then."""
    kept, released = (
        _failure({"code": "LOCKS_CONFLICT", "values": {"remedy": lock_remedy(helps_to_keep=helps)}}, "en")["action"]
        for helps in (True, False)
    )
    assert kept == "Release one of the locks listed, or send broken_locks=keep to keep and list what they break."
    assert released == "Release one of the locks listed, or change what it breaks; they cannot be kept like that."
    assert _failure({"code": "LOCKS_CONFLICT", "values": {}}, "en")["action"] == kept
    assert "broken_locks" not in lock_remedy(helps_to_keep=False)["zh"]
