"""Bars: the figure that each one names, from the rows that are there, and whether it is met, missed or open."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from statistics import fmean
from typing import TYPE_CHECKING

from benchmarks.compare import Comparison, Entry, compare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.page.plan import Bar

#: By label and instance: the runs of a section. An instance without rows is not there.
Entries = dict[str, dict[str, Entry]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bar's figure came to.

    Parameters
    ----------
    value, limit
        The figure, and what it is held to; `None` where there are no rows for it yet.
    is_met
        `None` while something is not measured.
    remarks
        Instances without a valid plan, those that do not compare, how many are not measured.
    """

    bar: Bar
    value: float | None
    limit: float | None
    is_met: bool | None
    remarks: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """Met, missed or open."""
        return {True: "met", False: "missed", None: "open"}[self.is_met]

    @property
    def measured(self) -> str:
        """The figure with its limit, in words."""
        form = ".4f" if self.bar.figure == "ratio" else "z.2f"
        unit = "" if self.bar.figure == "ratio" else " %"
        kind = "at least" if self.bar.at_least is not None else "below" if self.bar.below else "at most"
        # As the file says it, or as the other runs' figure is printed.
        limit = "" if self.limit is None else f", {kind} {self.limit:{form if self.bar.below else 'g'}}{unit}"
        value = "not measured" if self.value is None else f"{self.value:{form}}{unit}"
        return f"{value}{limit}" + "".join(f"; {remark}" for remark in self.remarks)


def judge_bar(bar: Bar, entries: Entries, expected: Mapping[str, Mapping[str, int]]) -> Verdict:
    """Hold the rows of a section to a bar.

    Parameters
    ----------
    expected
        By label and instance, how many runs there are to be.
    """
    labels = [label for label in (bar.of, bar.to, bar.below) if label is not None]
    names = [name for name in expected[bar.of] if not bar.only or any(fnmatchcase(name, p) for p in bar.only)]
    missing = {
        name for label in labels for name in names if len(_rows(entries, label, name)) < expected[label].get(name, 0)
    }
    there = [name for name in names if name in entries.get(bar.of, {})]
    bad = [name for name in there if len(entries[bar.of][name].valid) < len(entries[bar.of][name].rows)]
    worse = [name for name in there if name not in bad and _leaves_more_out(entries[bar.of][name])]
    remarks = [f"{len(missing)} of {len(names)} instances not measured in full"] if missing else []
    remarks += [] if names else ["no such instance"]
    remarks += [f"runs without a valid plan: {', '.join(bad)}"] if bad else []
    remarks += [f"more left out than in the best known: {', '.join(worse)}"] if worse else []
    value, silent = _figure(bar, bar.of, there, entries)
    remarks += [f"without a figure: {', '.join(silent)}"] if silent else []
    limit = bar.at_most if bar.at_most is not None else bar.at_least
    if bar.below is not None:
        limit, silent = _figure(bar, bar.below, there, entries)
        remarks += [f"{bar.below} without a figure: {', '.join(silent)}"] if silent else []
    if bad or worse:
        return Verdict(bar, value, limit, False, tuple(remarks))
    if missing or value is None or limit is None:
        return Verdict(bar, value, limit, None, tuple(remarks))
    is_met = value >= limit if bar.at_least is not None else value < limit if bar.below else value <= limit
    return Verdict(bar, value, limit, is_met, tuple(remarks))


def against(entries: Entries, label: str, other: str, names: Sequence[str] | None = None) -> Comparison | None:
    """Return the comparison of two labels of a section; `None` while one of them has no rows."""
    ours, theirs = (
        [row for name, entry in entries.get(side, {}).items() if names is None or name in names for row in entry.rows]
        for side in (label, other)
    )
    return compare(ours, theirs, base=label)[0] if ours and theirs else None


def _rows(entries: Entries, label: str, name: str) -> Sequence[object]:
    entry = entries.get(label, {}).get(name)
    return () if entry is None else entry.rows


def _leaves_more_out(entry: Entry) -> bool:
    best = entry.valid[0].get("best_known_unassigned") if entry.valid else None
    return best is not None and entry.left_out > best


def _figure(bar: Bar, label: str, names: Sequence[str], entries: Entries) -> tuple[float | None, list[str]]:
    """Return the bar's figure for some label, and the instances that say nothing to it."""
    if bar.figure == "ratio":
        comparison = against(entries, label, bar.to or "", names)
        if comparison is None:
            return None, []
        return comparison.geometric_mean, [line.ours.instance for line in comparison.lines if line.ratio is None]
    found = {name: entries[label][name] for name in names if name in entries.get(label, {})}
    figures = {
        name: (entry.spread_pct if bar.figure == "spread" else entry.gap_pct) if entry.valid else None
        for name, entry in found.items()
    }
    values = [value for value in figures.values() if value is not None]
    silent = [name for name, value in figures.items() if value is None]
    if not values:
        return None, silent
    if bar.figure == "mean gap":
        return fmean(values), silent
    if bar.figure == "share of gaps":
        return 100 * sum(value <= (bar.gap or 0.0) for value in values) / len(values), silent
    if bar.figure == "largest gap":
        # Of single runs: no seed may be above it.
        return max(row["gap_pct"] for e in found.values() for row in e.valid if row["gap_pct"] is not None), silent
    return max(values), silent
