"""The kill loop in small: every kind of end once, and what it would say of a promise that was broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.kill import KINDS, Found, House, _look_at, kill_loop

HANGZHOU = Path(__file__).parents[2] / "data/hangzhou"
#: A job that went as it should.
GOOD: dict[str, Any] = {
    "id": "a", "status": "solved", "failure": None, "state": "draft", "plan": {"routes": [{}]},
    "run": {"search_s": 2.0, "searched_before_s": 1.0, "stopped": "finished", "note": ""},
}  # fmt: skip


class Told(House):
    """A service that tells these statuses of any job."""

    statuses = ("queued", "solving", "solved")

    def ask(self, path: str, *, content: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        told = enumerate(self.statuses, start=1)
        text = "".join(f'id: {number}\nevent: status\ndata: {{"status": "{status}"}}\n\n' for number, status in told)
        return 200, text.encode()


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, None),
        ({"plan": None}, "without_plan"),
        ({"plan": {"routes": []}}, "without_plan"),
        ({"state": None}, "without_plan"),
        ({"run": {"search_s": 1.0, "stopped": "child_died", "note": "-15"}}, "cut_short"),
        ({"status": "stopped"}, "cut_short"),
        ({"status": "failed", "failure": {"code": "WORKER_LOST"}}, "failed"),
        ({"status": "failed", "failure": {"code": "INPUT_FAULTS"}}, "blamed"),
        ({"status": "invalid", "failure": {"code": "LOCKS_CONFLICT"}}, "blamed"),
    ],
)
def test_a_broken_promise_is_named(changes: dict[str, Any], broken: str | None) -> None:
    found = Found(accepted=1)
    _look_at(Told(Path()), GOOD | changes, 3.0, found, "job a")
    assert found.is_good is (broken is None)
    assert [name for name, value in found.to_json().items() if isinstance(value, list) and value] == (
        [broken] if broken else []
    )


def test_two_ends_of_one_job_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Told, "statuses", ("queued", "solving", "solved", "queued", "solving", "solved"))
    found = Found(accepted=1)
    _look_at(Told(Path()), GOOD, 3.0, found, "job a")
    assert len(found.doubled) == 1
    assert found.begun_again == 1


@pytest.mark.night
def test_every_kind_of_end_once(tmp_path: Path) -> None:
    found = kill_loop(HANGZHOU, tmp_path / "data", kills=len(KINDS), seconds=2.0)
    assert sum(found.kills.values()) == len(KINDS)
    assert found.is_good, found.to_json()
