"""The command `whatif`: a bar with the time left, what is known of each scenario in words, and the tables as files."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.domain.currencies import decimals_of
from optimizer.text.files import write_text
from optimizer.text.regional import money_text
from optimizer.whatif.certainty import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

    from optimizer.console import Speaker
    from optimizer.whatif.comparison import Compared, Comparison
    from optimizer.whatif.runs import Work

#: What is said of a verdict.
VERDICTS = {
    Verdict.BETTER: "better",
    Verdict.WORSE: "worse",
    Verdict.EQUAL: "equal: no fact differs",
    Verdict.CANNOT_TELL: "cannot tell yet",
    Verdict.NO_PLAN: "no plan keeps what is locked",
}


@dataclass
class WorkBar:
    """How far a comparison is, on standard error: a live bar on a terminal, else a line at each tenth."""

    say: Speaker
    console: Console

    def __post_init__(self) -> None:
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (BarColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=self.console, disable=not self.console.is_terminal)
        self._task = self._bar.add_task("", total=None)
        self._tenth = 0

    def __enter__(self) -> WorkBar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, work: Work) -> None:
        """Show how far it is."""
        left = "" if work.left_s is None else self._left(work.left_s)
        text = self.say("{done} of {total} solves", done=work.done, total=work.total) + left
        self._bar.update(self._task, completed=work.done, total=work.total, description=text)
        tenth = 10 * work.done // max(1, work.total)
        if tenth > self._tenth and not self.console.is_terminal:
            self._tenth = tenth
            self.console.print(text, markup=False, highlight=False)

    def _left(self, left_s: float) -> str:
        minutes = math.ceil(left_s / 60)
        return self.say(", some {minutes} min left", minutes=minutes)


def lines_of(found: Comparison, say: Speaker) -> Iterator[str]:
    """Yield what is known of each scenario, in words."""
    for one in found.scenarios:
        yield _headline(one, found, say)
        yield from (f"    {note.text(say.lang)}" for note in one.case.notes)
        if one.pairs and not one.is_equal:
            yield f"    {_figures(one, say)}"


def _headline(one: Compared, found: Comparison, say: Speaker) -> str:
    verdict, cost = one.verdict(), one.difference()
    said = say(VERDICTS[verdict])
    if not one.pairs or one.is_equal:
        return f"{one.name}: {said}"
    region = found.base.problem.branch.region
    scale = 10 ** decimals_of(region.currency)

    def money(amount: float) -> str:
        return money_text(round(amount * scale), region) if math.isfinite(amount) else "?"

    text = say("{verdict}; {mean} in all, between {low} and {high} ({seeds} seeds)", verdict=said,
               mean=money(cost.mean), low=money(cost.low), high=money(cost.high), seeds=len(one.pairs))  # fmt: skip
    if verdict is not Verdict.CANNOT_TELL:
        return f"{one.name}: {text}"
    if cost.more is None:
        return f"{one.name}: {text}. {say('More seeds would hardly tell; more moves might.')}"
    return f"{one.name}: {text}. {say('Some {count} more seeds would tell.', count=cost.more)}"


def _figures(one: Compared, say: Speaker) -> str:
    """Return what the plans of a scenario hold beside the base's, on the mean of its seeds."""

    def pair(measure: str) -> dict[str, str]:
        was = sum(pair.base_figures[measure] for pair in one.pairs) / len(one.pairs)
        now = sum(pair.figures[measure] for pair in one.pairs) / len(one.pairs)
        return {"was": f"{was:,.1f}", "now": f"{now:,.1f}"}

    return "; ".join(
        [
            say("visits planned {was} → {now}", **pair("visits_planned")),
            say("promises kept {was} → {now}", **pair("promises_kept")),
            say("paid {was} → {now}", **pair("paid")),
            say("travel {was} → {now} min", **pair("travel_minutes")),
            say("overtime {was} → {now} min", **pair("overtime_minutes")),
        ]
    )


def write_tables(found: Comparison, folder: Path) -> None:
    """Write the table of measures, which orders moved, and what each scenario changes, as CSV files in English."""
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    moved = {one.name: found.why(one.name) for one in found.scenarios if one.pairs}
    notes: list[dict[str, Any]] = [
        {"scenario": one.name, "change": note.text(), "doubt": note.is_doubt}
        for one in found.scenarios
        for note in one.case.notes
    ]
    tables = {
        "table.csv": found.table,
        "changes.csv": pd.DataFrame(notes, columns=["scenario", "change", "doubt"]).set_index("scenario"),
    }
    if moved:
        tables["moved.csv"] = pd.concat(moved, names=["scenario"])
    for name, table in tables.items():
        write_text(table.to_csv(), folder / name)
