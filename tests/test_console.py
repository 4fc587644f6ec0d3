"""What commands show: that they are at work, and where."""

from __future__ import annotations

import threading

import pytest

from optimizer import console
from optimizer.console import Faults, Stages
from optimizer.text.catalogue import translator


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
    with Faults(translator("en"), "en", as_json=as_json, shows_work=shows_work):
        is_said.wait(60 if says_so else 0.2)
    assert said == (["Still at work: large branches take a while."] if says_so else [])


def test_a_command_that_is_quick_says_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with Faults(translator("en"), "en", as_json=False):
        pass
    assert capsys.readouterr().err == ""
