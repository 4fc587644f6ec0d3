"""What a process may use of its machine, as the system, its control groups and the operator say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from optimizer.running import machine
from optimizer.running.machine import asked_cores, memory_bytes, usable_cores

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give a machine of eight cores, three of which this process may use, no control group and a silent operator."""
    monkeypatch.delenv(machine.CORES, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {5, 1, 3}, raising=False)
    monkeypatch.setattr(machine, "OWN_GROUPS", tmp_path / "own")
    monkeypatch.setattr(machine, "GROUPS", tmp_path / "groups")
    return tmp_path


def grouped(system: Path, own: str, files: Mapping[str, str]) -> None:
    """Put this process into control groups."""
    (system / "own").write_text(own, encoding="ascii")
    for name, text in files.items():
        file = system / "groups" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="ascii")


@pytest.mark.usefixtures("system")
def test_the_cores_are_those_that_the_process_is_bound_to() -> None:
    assert usable_cores() == (1, 3, 5)


@pytest.mark.usefixtures("system")
def test_a_system_that_binds_no_process_has_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    assert usable_cores() == tuple(range(8))


@pytest.mark.parametrize(
    ("own", "files", "cores"),
    [
        ("0::/box/inner\n", {"box/cpu.max": "250000 100000\n", "box/inner/cpu.max": "max 100000\n"}, 2),
        ("0::/box\n", {"box/cpu.max": "50000 100000\n"}, 1),
        ("0::/not/mounted/here\n", {"cpu.max": "100000 100000\n"}, 1),
        ("0::/box\n", {"box/cpu.max": "max 100000\n"}, 3),
        ("0::/box\n", {"box/cpu.max": "900000 100000\n"}, 3),
        (
            "2:cpuset:/\n1:cpu,cpuacct:/box\n",
            {"cpu/box/cpu.cfs_quota_us": "200000\n", "cpu/box/cpu.cfs_period_us": "100000\n"},
            2,
        ),
        ("1:cpu:/box\n", {"cpu/box/cpu.cfs_quota_us": "-1\n", "cpu/box/cpu.cfs_period_us": "100000\n"}, 3),
        ("what is this?\n", {}, 3),
    ],
)
def test_a_control_group_with_less_time_leaves_whole_cores(
    system: Path, own: str, files: Mapping[str, str], cores: int
) -> None:
    grouped(system, own, files)
    assert usable_cores() == (1, 3, 5)[:cores]


@pytest.mark.parametrize(
    ("said", "asked", "cores"),
    [
        ("4", 4, (0, 1, 2, 3)),
        ("0", 0, (1, 3, 5)),
        ("", None, (1, 3, 5)),
        ("many", None, (1, 3, 5)),
        ("-1", None, (1, 3, 5)),
    ],
)
@pytest.mark.usefixtures("system")
def test_the_operator_says_how_many_there_are(
    said: str, asked: int | None, cores: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(machine.CORES, said)
    assert asked_cores() == asked
    assert usable_cores() == cores


@pytest.mark.parametrize(
    ("own", "files", "most"),
    [
        ("", {}, 4096 * 1000),
        ("0::/box\n", {"box/memory.max": "max\n"}, 4096 * 1000),
        ("0::/box\n", {"box/memory.max": "1000000\n"}, 1_000_000),
        ("4:memory:/box\n", {"memory/box/memory.limit_in_bytes": "2000000\n"}, 2_000_000),
        ("4:memory:/box\n", {"memory/box/memory.limit_in_bytes": "9223372036854771712\n"}, 4096 * 1000),
    ],
)
def test_the_memory_is_that_of_the_machine_or_of_the_control_group(
    system: Path, own: str, files: Mapping[str, str], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1000}.__getitem__)
    grouped(system, own, files)
    assert memory_bytes() == most


@pytest.mark.usefixtures("system")
def test_a_system_that_does_not_tell_its_memory_has_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sysconf")
    assert memory_bytes() is None
