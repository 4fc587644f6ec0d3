"""What commands show: that they are at work, and where."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import pytest
import typer

from optimizer import console
from optimizer.console import Faults, Stages, holding_interrupts, translator_for
from optimizer.domain.region import Region
from optimizer.errors import NoPlanError
from optimizer.running.child import CancelToken, Progress
from optimizer.text.catalogue import translator
from tests.ingest.worlds import two_orders, with_cell, write_folder
from tests.worlds import job, person, world

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Stopped before there was a plan; nothing is written."),
        ("zh", "在得出计划之前已停止，没有写出任何文件。"),
    ],
)
def test_who_stops_before_there_is_a_plan_is_told_so(capsys: pytest.CaptureFixture[str], lang: str, said: str) -> None:
    with pytest.raises(typer.Exit) as ended, Faults(translator_for(lang), as_json=False):
        raise NoPlanError("interrupted")
    assert ended.value.exit_code == 130
    assert capsys.readouterr().err == said + "\n"


def test_ctrl_c_that_was_to_be_ignored_stays_ignored() -> None:
    before, token = signal.signal(signal.SIGINT, signal.SIG_IGN), CancelToken()
    try:
        with holding_interrupts(token):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not token.is_cancelled


def test_ctrl_c_is_held_and_asks_the_search_to_end() -> None:
    token = CancelToken()
    with holding_interrupts(token):
        signal.raise_signal(signal.SIGINT)
        assert (token.stopped, token.is_urgent) == ("interrupted", False)
        signal.raise_signal(signal.SIGINT)
    assert token.is_urgent
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_stage_is_a_line_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Stages(translator("en"), is_quiet=False) as stages:
        stages.begin("reading")
        stages.tell("Still compiling; it may take minutes on a slow machine.")
    assert capsys.readouterr().err == "reading\nStill compiling; it may take minutes on a slow machine.\n"


def test_nothing_is_shown_where_a_program_reads(capsys: pytest.CaptureFixture[str]) -> None:
    with Stages(translator("zh"), is_quiet=True) as stages:
        stages.begin("reading")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("as_json", "shows_work", "says_so"), [(False, False, True), (True, False, False), (False, True, False)]
)
def test_a_command_that_takes_long_and_shows_nothing_says_that_it_is_at_work(
    monkeypatch: pytest.MonkeyPatch, as_json: bool, shows_work: bool, says_so: bool
) -> None:
    said, is_said = [], threading.Event()
    monkeypatch.setattr(console, "SILENT_S", 0.01)
    monkeypatch.setattr(console, "warn", lambda text: (said.append(text), is_said.set()))
    with Faults(translator_for("en"), as_json=as_json, shows_work=shows_work):
        is_said.wait(60 if says_so else 0.2)
    assert said == (["Still at work: large branches take a while."] if says_so else [])


def test_a_command_that_is_quick_says_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with Faults(translator_for("en"), as_json=False):
        pass
    assert capsys.readouterr().err == ""


# --- the language ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "system", "branch", "spoken"),
    [
        ("en", "zh_CN.UTF-8", "zh", "en"),
        (None, "en_US.UTF-8", "zh", "en"),
        (None, "zh_CN.UTF-8", "en", "zh"),
        (None, "C.UTF-8", "en", "en"),
        (None, "C.UTF-8", "", "zh"),
        (None, "de_DE.UTF-8", "en", "en"),
    ],
)
def test_who_asks_goes_before_the_system_and_that_before_the_branch(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, system: str, branch: str, spoken: str
) -> None:
    monkeypatch.setenv("LANG", system)
    say = translator_for(asked)
    say.follow(branch)
    assert (say.lang, say("reading")) == (spoken, {"en": "reading", "zh": "正在读取"}[spoken])


def test_a_branch_that_is_named_is_asked_at_once(tmp_path: Path) -> None:
    sheets = with_cell(two_orders(), "branch", 2, "locale", "en-US")
    assert translator_for(None, write_folder(tmp_path, sheets)).lang == "en"
    assert translator_for("zh", tmp_path).lang == "zh"


def test_costs_are_shown_in_the_money_of_the_branch() -> None:
    made = world([job("A", place=10)], [person("Ann")])
    with Stages(translator("en"), is_quiet=True) as stages:
        stages.region = Region(currency="USD")
        stages.report(Progress(0, 0, 0.0, 123_450, served=1, plan=made.solved()))
        assert stages._bar.tasks[0].description == "cost $1,234.50, 1 of 1 visits"
