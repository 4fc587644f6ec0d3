"""What of the machine this process may use: its cores and its memory, as system, container and operator say."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The operator's word: how many solves may use a core each at a time; 0 lets every solve begin at once.
CORES = "PAIGONG_CORES"
#: Where Linux says which control groups this process is in, and where these are.
OWN_GROUPS, GROUPS = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")

_log = logging.getLogger(__name__)


def asked_cores() -> int | None:
    """Return what the operator says of cores; `None` when nothing is said, or nothing that is a number from 0 on."""
    said = os.environ.get(CORES, "").strip()
    if not said:
        return None
    if not said.isascii() or not said.isdigit():
        _log.warning("%s is '%s', expected a number from 0 on; it is not heeded", CORES, said)
        return None
    return int(said)


def usable_cores() -> tuple[int, ...]:
    """Return the numbers of the cores that this process may use: at least one, and no more than its group has time for.

    Where the operator says how many there are, these are numbers from 0 on, whatever the system calls its own.
    """
    asked = asked_cores()
    if asked:
        return tuple(range(asked))
    try:
        cores = sorted(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        cores = list(range(os.cpu_count() or 1))
    quotas = [quota for quota in _quotas() if quota > 0]
    # Of one core and a half, the half would make two solves wait for one another.
    most = max(1, int(min(quotas))) if quotas else len(cores)
    return tuple(cores[:most])


def memory_bytes() -> int | None:
    """Return how much memory the machine has, or the group of this process may have; `None` where nobody says."""
    limits = []
    with suppress(AttributeError, ValueError, OSError):
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for group, is_unified in _own_groups("memory"):
        limits += _numbers(group / ("memory.max" if is_unified else "memory.limit_in_bytes"))[:1]
    return min((limit for limit in limits if limit > 0), default=None)


def _quotas() -> Iterator[float]:
    """Yield how many cores' time each group of this process may use."""
    for group, is_unified in _own_groups("cpu"):
        if is_unified:
            numbers = _numbers(group / "cpu.max")
        else:
            numbers = [*_numbers(group / "cpu.cfs_quota_us"), *_numbers(group / "cpu.cfs_period_us")]
        # `max` is no number, and is left out with what it is divided by.
        if len(numbers) == 2 and numbers[1] > 0:
            yield numbers[0] / numbers[1]


def _own_groups(controller: str) -> Iterator[tuple[Path, bool]]:
    """Yield the folders of the groups that bound this process, the narrowest first, and whether each is of version 2.

    In a container the path named is often not there: its group is then at the root of what is mounted.
    """
    lines: list[str] = []
    with suppress(OSError):
        lines = OWN_GROUPS.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        is_unified = not controllers
        if not is_unified and controller not in controllers.split(","):
            continue
        root = GROUPS if is_unified else GROUPS / controller
        group = root / path.lstrip("/")
        yield group, is_unified
        for above in group.parents:
            if above.is_relative_to(root):
                yield above, is_unified


def _numbers(file: Path) -> list[int]:
    """Return the numbers that a file of the system says; none when it is not there."""
    with suppress(OSError):
        return [int(word) for word in file.read_text(encoding="ascii").split() if word.lstrip("-").isdigit()]
    return []
