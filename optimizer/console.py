"""What the commands share: the reader's language, and faults that end a command in words and with an exit code."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console

from optimizer.domain.region import Region
from optimizer.errors import (
    InputError,
    JudgementError,
    LockConflictError,
    NoPlanError,
    PaigongError,
    ScenarioError,
)
from optimizer.text.catalogue import LANGUAGES, translator
from optimizer.text.machine_errors import system_text
from optimizer.text.regional import money_text
from optimizer.text.system import DEFAULT_LANGUAGE, system_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import Self

    from optimizer.domain.rules import Violation
    from optimizer.faults.issues import IssueReport
    from optimizer.running.child import CancelToken, Progress
    from optimizer.text.catalogue import Translate


class Speaker:
    """Translate into the language asked for, else the system's, else the branch's once that is known.

    Parameters
    ----------
    lang
        What a person asked for; `None` when nobody did.
    """

    def __init__(self, lang: str | None) -> None:
        self._asked = lang or system_language(os.environ)
        self.lang = self._asked or DEFAULT_LANGUAGE

    @property
    def is_asked(self) -> bool:
        """Whether a person or the system asks for the language."""
        return bool(self._asked)

    def __call__(self, sentence: str, /, **values: object) -> str:
        """Return the sentence in the language of now, its places filled."""
        return translator(self.lang)(sentence, **values)

    def follow(self, language: str) -> None:
        """Speak the language of the branch, where neither a person nor the system asks for one."""
        if language and not self._asked:
            self.lang = language


def translator_for(lang: str | None, branch: Path | None = None) -> Speaker:
    """Return who speaks a language, or end the command when there is no such language.

    Parameters
    ----------
    branch
        Whose own language counts where nobody asks for one.
    """
    if lang is not None and lang not in LANGUAGES:
        raise typer.BadParameter(f"{lang!r} is not one of {', '.join(LANGUAGES)}", param_hint="--lang")
    say = Speaker(lang)
    if branch is not None and not say.is_asked:
        from optimizer.ingest.spoken import branch_language

        say.follow(branch_language(branch))
    return say


#: What a shell says of a command that a signal ended: 128 and the signal's number.
INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Let SIGTERM end a command as an exception does: its child processes and its temporary files end with it."""

    def end() -> NoReturn:
        raise SystemExit(TERMINATED)

    with _answering(signal.SIGTERM, end):
        yield


@contextmanager
def holding_interrupts(cancel: CancelToken) -> Iterator[None]:
    """Let Ctrl-C end the search, whenever it comes, and nothing else: the plan is judged and written as a whole."""
    with _answering(signal.SIGINT, cancel.interrupt):
        yield


@contextmanager
def _answering(number: signal.Signals, answer: Callable[[], None]) -> Iterator[None]:
    """Answer a signal; one that whoever started us lets us ignore stays ignored."""
    before = signal.getsignal(number)
    if before is not signal.SIG_IGN:
        signal.signal(number, lambda *_: answer())
    try:
        yield
    finally:
        signal.signal(number, before)


#: A command that has shown nothing for so long says that it is at work.
SILENT_S = 1.5


#: What a fault that lies in no cell has in place of one, as JSON.
_ANYWHERE: dict[str, object] = {"file": "", "row": None, "column": "", "path": "", "value": ""}


class Faults:
    """Turn our exceptions into a report on standard error and an exit code; anything else is a defect and shows.

    Parameters
    ----------
    branch, workbook
        With both, the faults of the branch's files are also written as a workbook, the bad cells marked.
    shows_work
        Whether the command shows by itself that it is at work; one that does not, says so when it takes long.
    """

    def __init__(
        self,
        say: Speaker,
        *,
        as_json: bool,
        branch: Path | None = None,
        workbook: Path | None = None,
        shows_work: bool = False,
    ) -> None:
        self.say, self.as_json = say, as_json
        self.branch, self.workbook = branch, workbook
        self._is_silent = not (as_json or shows_work)
        self._silence = threading.Timer(SILENT_S, warn, [say("Still at work: large branches take a while.")])
        self._silence.daemon = True
        self._noted: list[dict[str, object]] = []

    def __enter__(self) -> Self:
        if self._is_silent:
            self._silence.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._silence.cancel()
        if isinstance(error, InputError):
            self._stop_with_report(error.report)
        if isinstance(error, LockConflictError):
            head = self.say("What is locked cannot be kept together with the other rules:")
            hint = self.say("What a lock breaks by itself can be accepted and listed: --broken-locks keep.")
            lines = [clash.text[self.say.lang] for clash in error.clashes] or [*map(violation_line, error.violations)]
            self.stop(3, "LOCK_CONFLICT", "\n".join([head, *lines]), hint if error.helps_to_keep else "")
        if isinstance(error, JudgementError):
            head = self.say("The engine made a plan that the judge refuses. This is a defect of Paigong:")
            self.stop(4, "DEFECT", _violations_text(head, error.violations))
        if isinstance(error, NoPlanError) and error.is_interrupted:
            self.stop(INTERRUPTED, "INTERRUPTED", self.say("Stopped before there was a plan; nothing is written."))
        if isinstance(error, NoPlanError):
            self.stop(3, "NO_PLAN", "\n".join(filter(None, (self.say(str(error)), error.note))))
        if isinstance(error, ScenarioError):
            self.stop(2, "SCENARIO", "\n".join(error.texts(self.say)))
        if isinstance(error, PaigongError):
            self.stop(2, "INPUT", str(error))
        if isinstance(error, OSError):
            self.stop(2, "FILE", self._file_text(error))
        if error is None and self._noted:
            warn(_json_text(self._noted))

    def stop(self, exit_code: int, code: str, cause: str, action: str = "") -> NoReturn:
        """End the command with a fault: in words, or in the form that faults of an input have as JSON."""
        if self.as_json:
            stop(exit_code, _json_text([_fault("error", code, cause, action), *self._noted]))
        stop(exit_code, "\n".join(filter(None, (cause, action))))

    def stop_at_broken(self, code: str, head: str, violations: Sequence[Violation]) -> None:
        """End the command with what a plan breaks, a line each below a heading; with nothing broken it goes on."""
        if violations:
            self.stop(1, code, _violations_text(head, violations))

    def stop_at_unknown(self, code: str, cause: str, name: str, known: Iterable[str]) -> NoReturn:
        """End the command as something that is asked about is not there; a name that may be meant is proposed."""
        from optimizer.faults.spelling import maybe_meant

        self.stop(2, code, cause, maybe_meant(name, known, self.say))

    def stop_at_unknown_technician(self, name: str, known: Iterable[str]) -> NoReturn:
        """End the command as a technician that is asked about is not there."""
        cause = self.say("The technician '{technician}' is not in technicians.", technician=name)
        self.stop_at_unknown("UNKNOWN_TECHNICIAN", cause, name, known)

    def warn(self, code: str, text: str) -> None:
        """Print a warning at once, or at the end among the others as JSON."""
        if self.as_json:
            self._noted.append(_fault("warning", code, text))
        else:
            warn(text)

    def warn_of(self, report: IssueReport) -> None:
        """Print the warnings of an input that can be planned, as `warn` does."""
        if self.as_json:
            self._noted += report.to_json(self.say.lang)
        else:
            warn(report.text(self.say.lang))

    def _stop_with_report(self, report: IssueReport) -> NoReturn:
        """End the command with the faults of its input; shown also when their workbook cannot be written."""
        self.say.follow(report.language)
        texts, faults = [report.text(self.say.lang)], report.to_json(self.say.lang)
        if self.branch is not None and self.workbook is not None:
            from optimizer.ingest.fault_workbook import write_fault_workbook

            try:
                write_fault_workbook(self.branch, report, self.workbook, self.say.lang)
                texts.append(self.say("The faults are marked in {file}.", file=str(self.workbook)))
            except OSError as error:
                texts.append(self._file_text(error))
                faults.append(_fault("error", "FILE", texts[-1]))
        stop(2, _json_text(faults) if self.as_json else "\n".join(texts))

    def _file_text(self, error: OSError) -> str:
        return self.say("Cannot write or read: {error}", error=system_text(error, self.say))


class Stages:
    """Show on standard error what a command is at: a live line on a terminal, else a line a stage.

    Its `region`, in whose money costs are shown, is the branch's once that is known.

    Parameters
    ----------
    is_quiet
        Show nothing: standard error is for a program.
    """

    def __init__(self, say: Translate, *, is_quiet: bool) -> None:
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        self.say, self.region = say, Region()
        self._console = Console(stderr=True, quiet=is_quiet)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bar = Bar(*columns, console=self._console, disable=not self._console.is_terminal)
        self._task = self._bar.add_task("")

    def __enter__(self) -> Stages:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Show nothing any more; what follows is for standard output."""
        self._bar.stop()

    def begin(self, stage: str) -> None:
        """Show that a stage begins."""
        self._bar.update(self._task, description=self.say(stage))
        if not self._console.is_terminal:
            self.tell(stage)

    def tell(self, sentence: str) -> None:
        """Print a sentence of the catalogue."""
        self._console.print(self.say(sentence), markup=False, highlight=False)

    def report(self, progress: Progress) -> None:
        """Show how a search stands."""
        assert progress.plan is not None
        visits = progress.served + len(progress.plan.unassigned)
        cost = money_text(progress.cost_cents, self.region)
        line = self.say("cost {cost}, {served} of {visits} visits", cost=cost, served=progress.served, visits=visits)
        self._bar.update(self._task, description=line)


def _fault(severity: str, code: str, cause: str, action: str = "") -> dict[str, object]:
    """Return a fault that lies in no cell as JSON."""
    return {**_ANYWHERE, "code": code, "severity": severity, "cause": cause, "action": action}


def _json_text(faults: list[dict[str, object]]) -> str:
    return json.dumps(faults, ensure_ascii=False, indent=1)


def show_any_text() -> None:
    """Let the letters that the encoding of standard output lacks be shown by their numbers, as standard error does."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


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


def _violations_text(head: str, violations: Iterable[Violation]) -> str:
    return "\n".join([head, *map(violation_line, violations)])
