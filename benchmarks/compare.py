"""Results side by side: a table per instance, ratios with their geometric mean, and every loss by name.

Ours is the mean over the seeds; the other side is the least of all its runs, whatever solver, budget or seed: a
comparison that is kind to the others.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

from benchmarks.errors import FormatError
from benchmarks.primal import primal_integral_s

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.records import Row

#: What tells instances apart: the name, and the file's digest, since two sets may use one name.
Key = tuple[str, str]

#: A ratio above this is a loss.
EVEN = 1.0 + 1e-9


@dataclass(frozen=True, slots=True)
class Entry:
    """The runs of one solver, configuration and budget on one instance."""

    label: str
    instance: str
    rows: tuple[Row, ...]

    @property
    def valid(self) -> tuple[Row, ...]:
        """The runs with a plan that keeps the format's rules."""
        return tuple(row for row in self.rows if row["status"] == "solved" and row["feasible"])

    @property
    def left_out(self) -> float:
        """The mean number left out where the format compares it first; else 0."""
        return fmean(row["unassigned"] if row["counts_unserved"] else 0 for row in self.valid)

    @property
    def unassigned(self) -> float:
        """The mean number of visits that no route serves."""
        return fmean(row["unassigned"] for row in self.valid)

    @property
    def mean(self) -> float:
        """The mean value over the seeds."""
        return fmean(row["objective"] for row in self.valid)

    @property
    def least(self) -> tuple[int, float]:
        """The best run: fewest left out where the format compares that first, then the least value."""
        return min((row["unassigned"] if row["counts_unserved"] else 0, row["objective"]) for row in self.valid)

    @property
    def spread_pct(self) -> float | None:
        """Largest minus smallest value in percent of the mean; `None` with one seed."""
        values = [row["objective"] for row in self.valid]
        return 100 * (max(values) - min(values)) / self.mean if len(values) > 1 and self.mean else None

    @property
    def moves(self) -> float | None:
        """The mean number of moves; `None` for a solver that counts none."""
        found = [row["moves"] for row in self.valid if row.get("moves") is not None]
        return fmean(found) if found else None

    @property
    def first_plan_s(self) -> float | None:
        """The mean of when the first plan was judged clean, in seconds; `None` where no progress was recorded."""
        # Rows of earlier versions have it in their progress alone.
        found = [row["progress"][0][0] for row in self.valid if row.get("progress")]
        return fmean(found) if found else None

    @property
    def gap_pct(self) -> float | None:
        """The mean gap to the best-known value; `None` when some run has none."""
        gaps = [row["gap_pct"] for row in self.valid]
        return fmean(gaps) if gaps and None not in gaps else None


@dataclass(frozen=True, slots=True)
class Line:
    """One instance: ours, the best of the others (`None` without any), and how they compare.

    Parameters
    ----------
    ratio
        Our mean over their least; `None` where the two do not compare as numbers.
    verdict
        Empty, or what is to be seen at once: a loss, or why there is no ratio.
    """

    ours: Entry
    other: Entry | None
    ratio: float | None = None
    verdict: str = ""

    @property
    def is_loss(self) -> bool:
        """Say whether the other side is better."""
        return self.verdict.startswith("LOSS")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One of our labels against one other label, or against the best of all others."""

    label: str
    against: str
    lines: tuple[Line, ...]
    unsupported: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def geometric_mean(self) -> float | None:
        """The geometric mean of the ratios; `None` without any."""
        logs = [math.log(line.ratio) for line in self.lines if line.ratio]
        return math.exp(fmean(logs)) if logs else None

    @property
    def losses(self) -> tuple[Line, ...]:
        """The lines on which the other side is better."""
        return tuple(line for line in self.lines if line.is_loss)


def compare(rows: Iterable[Row], against: Iterable[Row] | None = None, *, base: str | None = None) -> list[Comparison]:
    """Return every comparison of our labels: with each other label, and with the best of several.

    Parameters
    ----------
    against
        The other side; without it, the other labels of the same rows.
    base
        Our label; without it, all labels that begin with `paigong` where `against` is given, else the first of them.

    Raises
    ------
    FormatError
        When no row has the label.
    """
    ours_by, supplied = _by_label(rows), against is not None
    mine = [label for label in ours_by if (label == base if base else label.startswith("paigong"))]
    if not mine:
        raise FormatError(f"no results of {base or 'paigong'}; there are {', '.join(ours_by) or 'none at all'}")
    mine = mine if supplied else mine[:1]
    others_by = _by_label(against or ()) if supplied else {k: v for k, v in ours_by.items() if k not in mine}
    found = []
    for label in mine:
        ours, waiting = _planned(ours_by[label])
        if not others_by:
            found.append(Comparison(label, "", tuple(Line(entry, None) for entry in ours.values()), waiting))
            continue
        planned = {name: _planned(entries)[0] for name, entries in others_by.items()}
        found += [Comparison(label, name, _lines(ours, [entries]), waiting) for name, entries in planned.items()]
        if len(planned) > 1:
            found.append(Comparison(label, "the best of all", _lines(ours, list(planned.values())), waiting))
    return found


def label_of(row: Row) -> str:
    """Return what a row's runs are grouped by: solver, configuration, and the budget."""
    named = "" if row["config"] in ("default", "") else f" {row['config']}"
    seconds, moves = row["seconds_allowed"], row["iterations_allowed"]
    limit = " ".join(([f"{seconds:g} s"] if seconds is not None else []) + ([f"{moves} moves"] if moves else []))
    return f"{row['solver']}{named}, {limit}"


def mean_integral_s(entry: Entry, reference: float) -> float | None:
    """Return the mean primal integral over an entry's runs, in seconds; `None` where no progress was recorded."""
    found = [
        primal_integral_s(row["progress"], reference, row["seconds_allowed"] or row["seconds"])
        for row in entry.valid
        if row.get("progress")
    ]
    return fmean(found) if found else None


def reference_of(rows: Iterable[Row]) -> dict[Key, float]:
    """Return, by instance, the least cost in cents of the best-known value and of any run's progress."""
    least: dict[Key, float] = {}
    for row in rows:
        costs = [cost for _, cost in row.get("progress") or ()]
        costs += [row["reference_cents"]] if row.get("reference_cents") is not None else []
        if costs:
            least[key_of(row)] = min([*costs, least.get(key_of(row), math.inf)])
    return least


def key_of(row: Row) -> Key:
    """Return what tells a row's instance from every other."""
    return row["instance"], row.get("digest", "")


def table_of(comparison: Comparison, references: Mapping[Key, float]) -> str:
    """Return a comparison as Markdown: the table, the geometric mean, the losses, what was not planned."""
    title = comparison.label + (f" against {comparison.against}" if comparison.against else "")
    heads = ["instance", "runs", "mean", "left out", "best known", "gap", "spread", "first plan", "primal integral"]
    heads += ["other, least", "of", "ratio", ""] if comparison.against else [""]
    lines = [f"### {title}", "", _row(heads), _row(["---"] * len(heads))]
    lines += [_row(_cells(line, references, has_other=bool(comparison.against))) for line in comparison.lines]
    return "\n".join([*lines, "", *summary_of(comparison)])


def summary_of(comparison: Comparison) -> list[str]:
    """Return a comparison in sentences: the mean gap, the geometric mean, the losses, what was not planned."""
    said = []
    gaps = [gap for line in comparison.lines if line.ours.valid and (gap := line.ours.gap_pct) is not None]
    if gaps:
        said.append(
            f"Mean gap to best known: {fmean(gaps):.2f} % over {len(gaps)} of {len(comparison.lines)} instances."
        )
    if comparison.geometric_mean is not None:
        ratios = [line.ratio for line in comparison.lines if line.ratio]
        said.append(
            f"Geometric mean of {len(ratios)} ratios: {comparison.geometric_mean:.4f} "
            f"(from {min(ratios):.4f} to {max(ratios):.4f})."
        )
    if comparison.against:
        names = ", ".join(line.ours.instance for line in comparison.losses) or "none"
        met = sum(1 for line in comparison.lines if line.other is not None)
        said.append(f"Losses: {len(comparison.losses)} of {met} that both planned ({names}).")
    if comparison.unsupported:
        waits = [f"{name} ({', '.join(rules)})" for name, rules in comparison.unsupported.items()]
        said.append(f"Not planned, for rules that are not built: {len(waits)}: {', '.join(waits)}.")
    return said


def provenance(rows: Iterable[Row]) -> str:
    """Return the solvers, machines and versions behind the rows, one sentence each."""
    solvers: dict[str, set[str]] = defaultdict(set)
    machines: set[str] = set()
    for row in rows:
        solvers[row["solver"]].add(row["solver_version"])
        machines.add(row["machine"])
    said = [f"{name}: {', '.join(sorted(versions))}." for name, versions in sorted(solvers.items())]
    said += [f"Machine: {name}." for name in sorted(machines)]
    if len(machines) > 1:
        said.append("Several machines: times, and values within a time limit, do not compare between them.")
    return "\n".join(said)


def _by_label(rows: Iterable[Row]) -> dict[str, dict[Key, Entry]]:
    grouped: dict[str, dict[Key, list[Row]]] = {}
    for row in rows:
        grouped.setdefault(label_of(row), {}).setdefault(key_of(row), []).append(row)
    return {
        label: {key: Entry(label, key[0], tuple(group)) for key, group in sorted(instances.items())}
        for label, instances in grouped.items()
    }


def _planned(entries: Mapping[Key, Entry]) -> tuple[dict[Key, Entry], dict[str, Sequence[str]]]:
    """Part what was tried from what waits for rules."""
    waiting = {key for key, entry in entries.items() if all(row["status"] == "unsupported" for row in entry.rows)}
    rules = {entries[key].instance: entries[key].rows[0]["waits_for"] for key in sorted(waiting)}
    return {key: entry for key, entry in entries.items() if key not in waiting}, rules


def _lines(ours: Mapping[Key, Entry], others: Sequence[Mapping[Key, Entry]]) -> tuple[Line, ...]:
    return tuple(_line(entry, [side[key] for side in others if key in side]) for key, entry in ours.items())


def _line(ours: Entry, others: Sequence[Entry]) -> Line:
    able = [entry for entry in others if entry.valid]
    if not able:
        return Line(ours, None, verdict="" if ours.valid else "no plan")
    other = min(able, key=lambda entry: entry.least)
    if len(ours.valid) < len(ours.rows):
        return Line(ours, other, verdict=f"LOSS: {len(ours.rows) - len(ours.valid)} runs without a valid plan")
    out, value = other.least
    if ours.left_out != out:
        fewer = ours.left_out < out
        return Line(ours, other, verdict="fewer left out" if fewer else f"LOSS: {ours.left_out:g} left out, not {out}")
    ratio = ours.mean / value if value else None
    is_loss = ours.mean > value if ratio is None else ratio > EVEN
    return Line(ours, other, ratio, "LOSS" if is_loss else "")


def _cells(line: Line, references: Mapping[Key, float], *, has_other: bool) -> list[str]:
    entry = line.ours
    cells = [entry.instance, str(len(entry.rows))]
    if entry.valid:
        best = entry.valid[0]["best_known"]
        reference = references.get(key_of(entry.rows[0]))
        integral_s = None if reference is None else mean_integral_s(entry, reference)
        cells += [f"{entry.mean:.10g}", f"{entry.unassigned:g}", "" if best is None else f"{best:.10g}"]
        cells += [_shown(entry.gap_pct, ".2f", " %"), _shown(entry.spread_pct, ".2f", " %")]
        cells += [_shown(entry.first_plan_s, ".2f", " s"), _shown(integral_s, ".3f", " s")]
    else:
        cells += ["no valid plan", "", "", "", "", "", ""]
    if has_other:
        if line.other is None:
            cells += ["", "", ""]
        else:
            out, value = line.other.least
            cells += [
                f"{value:.10g}" + (f" ({out} out)" if out else ""),
                line.other.label,
                _shown(line.ratio, ".4f", ""),
            ]
    return [*cells, line.verdict]


def _shown(value: float | None, form: str, unit: str) -> str:
    return "" if value is None else f"{value:{form}}{unit}"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
