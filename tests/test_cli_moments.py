"""An afternoon and a morning at the command line: draft, settle, open, and what is promised for an order."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from optimizer.cli import app
from tests.test_cli import HANGZHOU, RUN, run

if TYPE_CHECKING:
    from pathlib import Path


def test_draft_publish_settle_publish_open(tmp_path: Path) -> None:
    """The coordinator's afternoon: what is published is stayed near, and the changes are listed with their calls."""
    branch, out = tmp_path / "hangzhou", tmp_path / "out"
    shutil.copytree(HANGZHOU, branch)
    work = ["--iterations", "5000", "--lang", "en"]
    for stage in ("draft", "settle", "open"):
        text = run("plan", branch, "--stage", stage, "--out", out / stage, *work)
        assert ("Changes against the published plan" in text) is (stage != "draft")
        assert "Published for 2026-11-23" in run("publish", out / stage / "plan.json", "--lang", "en")
    kept = sorted(path.name for path in (branch / "published").iterdir())
    assert kept == [
        "2026-11-23_planned_2026-11-20T1600.json",
        "2026-11-23_planned_2026-11-20T1800.json",
        "2026-11-23_planned_2026-11-23T0800.json",
    ]
    assert "D067" in text or "D062" in text


def test_a_stage_without_a_published_plan_says_so_and_plans_afresh(tmp_path: Path) -> None:
    result = RUN.invoke(
        app, ["plan", str(HANGZHOU), "--stage", "settle", "--out", str(tmp_path), "--iterations", "100", "--lang", "en"]
    )
    assert result.exit_code == 0, result.output
    assert "No plan is published for 2026-11-23" in result.output


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ("D030", "3 working days outside the service area"),
        ("D061", "An emergency without an agreed time"),
        ("D063", "no due day until one is agreed"),
        ("D065", "The order states its day"),
    ],
)
def test_the_promise_of_one_order_is_explained(order: str, says: str) -> None:
    assert says in run("promise", HANGZHOU, "--order", order, "--lang", "en")


def test_an_unknown_order_is_named_with_the_nearest() -> None:
    result = RUN.invoke(app, ["promise", str(HANGZHOU), "--order", "D66", "--lang", "en"])
    assert result.exit_code == 2
    assert "Maybe 'D066' is meant." in result.output
