"""What the commands share: the reader's language, and faults that end a command in words and with an exit code."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, NoReturn

import typer

from optimizer.errors import InputError, JudgementError, LockConflictError, PaigongError, TimeLimitError
from optimizer.text.catalogue import LANGUAGES, translator

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.domain.rules import Violation
    from optimizer.text.catalogue import Translate


def translator_for(lang: str) -> Translate:
    """Return the translation function of a language, or end the command when there is no such language."""
    if lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    return translator(lang)


class Faults:
    """Turn our exceptions into a report on standard error and an exit code; anything else is a defect and shows.

    Parameters
    ----------
    branch, workbook
        With both, the faults of the branch's files are also written as a workbook, the bad cells marked.
    """

    def __init__(
        self, say: Translate, lang: str, *, as_json: bool, branch: Path | None = None, workbook: Path | None = None
    ) -> None:
        self.say, self.lang, self.as_json = say, lang, as_json
        self.branch, self.workbook = branch, workbook

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InputError):
            text = error.report.text(self.lang)
            if self.as_json:
                text = json.dumps(error.report.to_json(self.lang), ensure_ascii=False, indent=1)
            if self.branch is not None and self.workbook is not None:
                from optimizer.ingest.fault_workbook import write_fault_workbook

                write_fault_workbook(self.branch, error.report, self.workbook, self.lang)
                text += "\n" + self.say("The faults are marked in {file}.", file=str(self.workbook))
            stop(2, text)
        if isinstance(error, LockConflictError):
            head = self.say("What is locked cannot be kept together with the other rules:")
            hint = self.say("What a lock breaks by itself can be accepted and listed: --broken-locks keep.")
            lines = [clash.text[self.lang] for clash in error.clashes] or [*map(violation_line, error.violations)]
            stop(3, "\n".join([head, *lines, *([hint] if error.helps_to_keep else [])]))
        if isinstance(error, JudgementError):
            head = self.say("The engine made a plan that the judge refuses. This is a defect of Paigong:")
            stop(4, "\n".join([head, *map(violation_line, error.violations)]))
        if isinstance(error, TimeLimitError):
            stop(3, self.say(str(error)))
        if isinstance(error, PaigongError):
            stop(2, str(error))
        if isinstance(error, OSError):
            stop(2, self.say("Cannot write or read: {error}", error=str(error)))


def stop(code: int, text: str) -> NoReturn:
    """End the command with a text on standard error."""
    print(text, file=sys.stderr)
    raise typer.Exit(code)


def warn(text: str) -> None:
    """Print a text on standard error, unless there is none."""
    if text:
        print(text, file=sys.stderr)


def violation_line(violation: Violation) -> str:
    """Return a violation as one line: rule, amount, sentence."""
    amount = f" [{violation.amount} {violation.unit}]" if violation.unit else ""
    return f"{violation.rule}{amount}: {violation.message}"
