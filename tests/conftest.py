"""Named tiny worlds, each with an answer that a reader can compute, and a real browser."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import date
from typing import TYPE_CHECKING

import pytest

from optimizer.domain.problem import Lock, LockLevel
from optimizer.domain.stock import Loan, Part
from tests.time_limits import (  # noqa: F401
    pytest_runtest_call,
    pytest_runtest_setup,
    pytest_runtest_teardown,
    pytest_terminal_summary,
)
from tests.worlds import World, job, person, world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

# Tests run side by side, and beside others: what shares cores is told so where it is tested.
os.environ["PAIGONG_CORES"] = "0"

# The language of the machine is none of the tests' business: nobody asks for one, unless a test does.
for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
    os.environ.pop(name, None)
os.environ["LANG"] = "C.UTF-8"

# A shell that starts the tests in the background has them, and their children, ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def one_van() -> World:
    """Ann from the branch at 08:00; A ten minutes away, B ten minutes farther; half an hour each.

    A then B: 08:10 to 08:40, 08:50 to 09:20, back at 09:40; 40 minutes of travel at 50 cents are 2 000 cents.
    """
    return world([job("A", place=10), job("B", place=20)], [person("Ann")])


@pytest.fixture
def two_vans() -> World:
    """Ann knows air conditioning well and electricity a little, Ben only a little air conditioning."""
    people = [person("Ann", skills={"aircon": 3, "electric": 1}), person("Ben", skills={"aircon": 1})]
    return world([job("A", place=10, skills={"aircon": 2}), job("B", place=-10), job("C", place=20)], people)


@pytest.fixture
def short_stock() -> World:
    """Two visits need the one compressor on hand."""
    jobs = [job("A", place=10, parts={"P": 1}), job("B", place=20, parts={"P": 1})]
    return world(jobs, [person("Ann"), person("Ben")], parts=(Part("P", "compressor", 1),))


@pytest.fixture
def late_promise() -> World:
    """A, an hour away, is promised 08:00 to 08:30; two hours of lateness are allowed."""
    made = world([job("A", place=60, requested="08:00-08:30")], [person("Ann")])
    return made.with_policy(max_lateness_s=7200)


@pytest.fixture
def lunch_day() -> World:
    """Ann has half an hour of lunch that starts from 12:00 to 13:00; A is from 11:00, B from 13:00."""
    jobs = [
        job("A", place=10, minutes=60, requested="11:00-12:00"),
        job("B", place=20, minutes=60, requested="13:00-15:00"),
    ]
    return world(jobs, [person("Ann", lunch="12:00-13:00")])


@pytest.fixture
def loan_past_due() -> World:
    """Ann should have returned a fan on Thursday; it is Friday afternoon, and A on Monday needs a compressor."""
    jobs = [job("A", place=10, parts={"P": 1}), job("B", place=20)]
    return world(
        jobs,
        [person("Ann"), person("Ben")],
        parts=(Part("P", "compressor", 5), Part("F", "fan", 5)),
        loans=(Loan("L", "Ann", "F", 1, date(2026, 11, 19)),),
    )


@pytest.fixture
def pinned_visit() -> World:
    """A is locked to Ben."""
    jobs = [job("A", place=10), job("B", place=20)]
    return world(jobs, [person("Ann"), person("Ben")], locks=(Lock("A", LockLevel.PERSON, "Ben"),))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is missing; .ci/run installs it")
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield found
        found.close()
