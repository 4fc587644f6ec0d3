"""Regular expressions that wait until they are used."""

from __future__ import annotations

import re

import pytest

from optimizer.text.patterns import pattern_of


def test_nothing_is_compiled_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled, compile_it = [], re.compile

    def noting(source: str, flags: int) -> re.Pattern[str]:
        compiled.append((source, flags))
        return compile_it(source, flags)

    monkeypatch.setattr(re, "compile", noting)
    pattern = pattern_of("a+", re.IGNORECASE)
    assert (pattern.pattern, compiled) == ("a+", [])
    assert pattern.fullmatch("aAa")
    assert not pattern.fullmatch("ab")
    assert compiled == [("a+", re.IGNORECASE)], "what it has been asked for once it has itself"
    assert pattern.sub("b", "xAx") == "xbx"


def test_what_is_no_expression_is_said_when_it_is_used() -> None:
    with pytest.raises(re.error):
        pattern_of("(").search("")
