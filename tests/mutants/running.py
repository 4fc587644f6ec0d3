"""Running a battery of tests against mutants: each in a forked child, until the first test that fails.

The tests are loaded and run once without a mutant; that tells which lines of the judge each of them runs, and how long
it takes, and is remembered as long as judge and test stay the same. A mutant meets the tests that run its lines, the
quickest first. It is killed by a test that fails, by an error, or by a test that takes many times as long as ever.
"""

from __future__ import annotations

import gc
import hashlib
import inspect
import json
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol

from tests.judge.dealt import KEPT
from tests.mutants.making import JUDGE, Mutant
from tests.mutants.planting import plant
from tests.worlds import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import CodeType, FrameType

ROOT = Path(__file__).parents[2]
#: The tests that judge: no engine, no files, no seeds that are drawn by asking the judge itself.
BATTERY = ("tests/judge", "tests/rules", "tests/test_rules_page.py")
#: Of a file, tests that need more than the judge, measure time, or try the same on many worlds.
LEFT_OUT = {
    "test_a_wrong_statement_is_found_under_its_rule_with_its_amount",
    "test_a_sound_plan_file_is_clean",
    "test_both_readings_agree",
    "test_a_large_plan_is_clean_and_judged_fast",
    "test_a_large_linked_plan_is_judged_fast",
}
#: A test that takes so many seconds of processor time, and so many times its time without a mutant, would never end.
FOREVER_S, FOREVER_TIMES = 2.0, 10
#: Every so many of the drawn odd times are enough.
EVERY = 4
#: A function that is entered more often in one test has shown which lines it runs there.
ENTRIES = 200
#: Where it is remembered which test runs which lines.
MEMORY = ROOT / "out/mutants.json"


class Fate(NamedTuple):
    """What became of a mutant; `killer` is the test, empty for a survivor."""

    mutant: Mutant
    killer: str
    tests: int


class Tested(NamedTuple):
    """A test, how long it takes without a mutant, and the lines of the judge that it runs, by module."""

    item: pytest.Item
    took_s: float
    lines: frozenset[tuple[str, int]]


class Battery:
    """A plugin of pytest that collects the tests, and meets mutants in the place of the usual loop."""

    def __init__(self, mutants: Sequence[Mutant], *, jobs: int, say: Callable[[str], None]) -> None:
        self.mutants, self.jobs, self.say = mutants, jobs, say
        self.fates: list[Fate] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests of the battery."""
        items[:] = [item for item in items if _is_quick(item)]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the battery without a mutant, then with each of them."""
        World.solved = _needs_the_engine  # type: ignore[method-assign]
        tested = _watch(session.items)
        self.say(f"{len(tested)} tests in {sum(one.took_s for one in tested):.1f} s of processor time")
        gc.collect()
        gc.freeze()
        self.fates = sorted(self._meet(tested), key=lambda fate: self.mutants.index(fate.mutant))
        return True

    def _meet(self, tested: Sequence[Tested]) -> Iterator[Fate]:
        running: dict[int, tuple[Mutant, int, int]] = {}
        waiting = list(reversed(self.mutants))
        while waiting or running:
            while waiting and len(running) < self.jobs:
                mutant = waiting.pop()
                lines = {(mutant.module, n) for n in range(mutant.edit.line, mutant.edit.last_line + 1)}
                # A table is read where it is used, not where it stands.
                able = [one for one in tested if mutant.is_table or not lines.isdisjoint(one.lines)]
                able.sort(key=lambda one: one.took_s)
                reader, writer = os.pipe()
                child = os.fork()
                if child == 0:
                    _live(mutant, able, writer)
                os.close(writer)
                running[child] = (mutant, len(able), reader)
            child, status = os.wait()
            mutant, count, reader = running.pop(child)
            with os.fdopen(reader) as told:
                killer = told.read() or ("" if status == 0 else f"signal or error, status {status}")
            self.say(f"{'killed' if killer else 'SURVIVES'} ({count}) {mutant.name}")
            yield Fate(mutant, killer, count)


def _is_quick(item: pytest.Item) -> bool:
    assert isinstance(item, pytest.Function)
    name = item.originalname
    if name == "test_both_readings_of_odd_times_agree":
        return item.callspec.params["seed"] % EVERY == 0
    has_seed = hasattr(item, "callspec") and "seed" in item.callspec.params
    return not has_seed and name not in LEFT_OUT and "solve(" not in inspect.getsource(item.function)


def _needs_the_engine(*_: Any, **__: Any) -> None:
    pytest.skip("needs the engine")


def _watch(items: Sequence[pytest.Item]) -> list[Tested]:
    """Return what each test takes and runs: as remembered, else by running it."""
    memory = json.loads(MEMORY.read_text(encoding="utf-8")) if MEMORY.exists() else {}
    known, files = {}, {str(item.path): _digest(item.path) for item in items}
    for item in items:
        name = f"{item.nodeid} {files[str(item.path)]}"
        known[name] = memory.get(name) or _run(item)
    MEMORY.parent.mkdir(exist_ok=True)
    MEMORY.write_text(json.dumps(known), encoding="utf-8")
    return [
        Tested(item, took_s, frozenset((module, line) for module, lines in where.items() for line in lines))
        for item, (took_s, where) in zip(items, known.values(), strict=True)
    ]


def _digest(path: Path) -> str:
    """Return what changes with the file of a test, with the worlds that tests share, and with what is judged."""
    shared = [file for folder in ("tests", "tests/judge") for file in (ROOT / folder).glob("[!t]*.py")]
    judged = [file for part in ("judge", "domain", "travel") for file in (ROOT / "optimizer" / part).glob("*.py")]
    texts = [file.read_bytes() for file in (path, KEPT, *sorted(shared), *sorted(judged))]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:12]


def _run(item: pytest.Item) -> tuple[float, dict[str, list[int]]]:
    """Run a test twice: for its caches and its time, and for its lines by module."""
    began = time.process_time()
    assert _passes(item), f"{item.nodeid} fails without a mutant"
    took_s = time.process_time() - began
    lines: dict[str, set[int]] = {}
    entries: Counter[CodeType] = Counter()
    folder = str(JUDGE) + os.sep

    def trace(frame: FrameType, _event: str, _arg: object) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(folder):
            return None
        entries[code] += 1
        if entries[code] > ENTRIES:
            return None
        run = lines.setdefault(code.co_filename[len(folder) : -3], set())

        def line(frame: FrameType, _event: str, _arg: object) -> Any:
            run.add(frame.f_lineno)
            return line

        return line

    sys.settrace(trace)
    try:
        passed = _passes(item)
    finally:
        sys.settrace(None)
    assert passed, f"{item.nodeid} fails when it is watched"
    return took_s, {module: sorted(run) for module, run in lines.items()}


def _passes(item: pytest.Item) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def _live(mutant: Mutant, tested: Sequence[Tested], writer: int) -> None:
    """Run the tests with a mutant, as a child that never returns; what kills it is written into a pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    signal.signal(signal.SIGVTALRM, _end)
    killer = ""
    try:
        plant(mutant)
        killer = next((one.item.nodeid for one in tested if not _passes_in_time(one)), "")
    except BaseException as error:
        killer = f"error: {error!r}"
    os.write(writer, killer.encode()[:4000])
    os._exit(0)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError("it would never end")


def _passes_in_time(tested: Tested) -> bool:
    signal.setitimer(signal.ITIMER_VIRTUAL, FOREVER_S + FOREVER_TIMES * tested.took_s)
    try:
        return _passes(tested.item)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def meet(mutants: Sequence[Mutant], *, jobs: int = 1, say: Callable[[str], None] = print) -> list[Fate]:
    """Return what becomes of each mutant, in order.

    Parameters
    ----------
    jobs
        How many children run side by side.
    """
    battery = Battery(mutants, jobs=jobs, say=say)
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-s", "--no-header", "--no-summary"]
    done = pytest.main([*arguments, *(str(ROOT / part) for part in BATTERY)], plugins=[battery])
    if done is not pytest.ExitCode.OK or len(battery.fates) != len(mutants):
        raise RuntimeError("the battery does not run without a mutant")
    return battery.fates
