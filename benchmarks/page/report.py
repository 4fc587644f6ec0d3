"""The page: each section's table, means, bars, losses and what is not measured, from the rows that are there."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from benchmarks.check_hhcrsp import check
from benchmarks.compare import Entry, key_of, provenance, summary_of
from benchmarks.page.bars import Entries, Verdict, against, judge_bar
from benchmarks.page.work import absent_peers, rows_of
from benchmarks.run import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.page.plan import Folders, Page, Runs, Section
    from benchmarks.records import Row


@dataclass(frozen=True, slots=True)
class Found:
    """A section with what is there of it.

    Parameters
    ----------
    paths
        Its instance files by name, in the order of the table.
    entries
        Its runs, by label and instance.
    """

    section: Section
    paths: Mapping[str, Path]
    entries: Entries
    verdicts: tuple[Verdict, ...]

    @property
    def ours(self) -> list[Runs]:
        """The runs of the optimizer."""
        return [runs for runs in self.section.runs if runs.is_ours]

    @property
    def peers(self) -> list[Runs]:
        """The runs of others."""
        return [runs for runs in self.section.runs if not runs.is_ours]

    @property
    def rows(self) -> list[Row]:
        """All rows."""
        return [row for found in self.entries.values() for entry in found.values() for row in entry.rows]

    @property
    def is_published(self) -> bool:
        """Say whether best-known values come from a table beside the instances, and not from these rows."""
        return any(row.get("best_known") is not None and not row.get("least_seen") for row in self.rows)

    @property
    def has_gaps(self) -> bool:
        """Say whether gaps are of interest: not where the peers are the measure and nothing is published."""
        return self.is_published or not self.peers or any("gap" in v.bar.figure for v in self.verdicts)


def page_of(page: Page, folders: Folders, *, name: str) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    name
        Of the file that describes the page, for the commands on it.

    Raises
    ------
    FormatError
        When the rows hold two states of one solver.
    """
    rows = with_least_seen(rows_of(folders))
    sections = [_found(section, page, folders, rows) for section in page.sections]
    parts = [f"# {_date(rows)}{page.title}", *([page.note.strip()] if page.note else []), _circumstances(rows)]
    parts += [_all_bars(sections)] if any(found.verdicts for found in sections) else []
    parts += [_section(found, folders, name) for found in sections]
    parts += [f"## Measured elsewhere\n\n{page.elsewhere.strip()}"] if page.elsewhere else []
    return "\n\n".join(parts) + "\n"


def with_least_seen(rows: Iterable[Row]) -> list[Row]:
    """Return the rows; where nothing is published, the best known is the least value of all rows of that instance."""
    rows = list(rows)
    least: dict[Any, float] = {}
    for row in rows:
        if row["status"] == "solved" and row["feasible"] and row["best_known"] is None and not row["counts_unserved"]:
            least[key_of(row)] = min(row["objective"], least.get(key_of(row), row["objective"]))
    return [
        row | {"best_known": best, "least_seen": True, "gap_pct": 100 * (row["objective"] / best - 1)}
        if row["status"] == "solved" and row["best_known"] is None and (best := least.get(key_of(row)))
        else row
        for row in rows
    ]


# --- the rows of a section -------------------------------------------------------------------------------------------


def _found(section: Section, page: Page, folders: Folders, rows: Sequence[Row]) -> Found:
    paths = {path.stem: path for path in folders.paths_of(section, page.load)}
    wanted = {(name, digest_of(path)) for name, path in paths.items() if path.exists()}
    mine = [row for row in rows if key_of(row) in wanted]
    entries: Entries = {}
    for runs in section.runs:
        heads = [runs.head(seed) for seed in runs.seeds]
        grouped: dict[str, list[Row]] = {}
        for row in mine:
            if any(head.items() <= row.items() for head in heads):
                grouped.setdefault(row["instance"], []).append(row)
        entries[runs.label] = {name: Entry(runs.label, name, tuple(grouped[name])) for name in paths if name in grouped}
    expected = {runs.label: dict.fromkeys(paths, len(runs.seeds)) for runs in section.runs}
    verdicts = tuple(judge_bar(bar, entries, expected) for bar in section.bars)
    return Found(section, paths, entries, verdicts)


# --- the page --------------------------------------------------------------------------------------------------------


def _date(rows: Sequence[Row]) -> str:
    return f"{max(row['ended'] for row in rows)[:10]}: " if rows else ""


def _circumstances(rows: Sequence[Row]) -> str:
    if not rows:
        return "Nothing is measured yet."
    begun, ended = (f(row["ended"] for row in rows)[:16].replace("T", " ") for f in (min, max))
    versions = sorted({f"{name} {version}" for row in rows for name, version in row["versions"].items()})
    said = f"{len(rows)} runs ended between {begun} and {ended} UTC. {_load(rows)}\n{', '.join(versions)}."
    return f"{provenance(rows)}\n{said}"


def _load(rows: Sequence[Row]) -> str:
    loads = [row["load"][0] for row in rows if row.get("load")]
    if not loads:
        return ""
    return f"Load of the machine in a run's last minute: {min(loads):g} to {max(loads):g}, median {median(loads):g}."


def _all_bars(sections: Sequence[Found]) -> str:
    verdicts = [(found.section, verdict) for found in sections for verdict in found.verdicts]
    counts = [f"{sum(v.word == word for _, v in verdicts)} {word}" for word in ("met", "missed", "open")]
    lines = [f"Bars: {', '.join(counts)}.", "", _row(["section", "bar", "measured", ""]), _row(["---"] * 4)]
    lines += [_row([section.title, v.bar.says, v.measured, f"**{v.word}**"]) for section, v in verdicts]
    return "\n".join(lines)


def _section(found: Found, folders: Folders, name: str) -> str:
    section = found.section
    lines = [f"## {section.title}", "", *([section.note.strip(), ""] if section.note else [])]
    lines += [f"    python -m benchmarks page {name} --data DATA --out OUT --only {section.name}", ""]
    if section.days is not None:
        seeds = ", ".join(map(str, section.days.seeds))
        lines += [f"Days of {section.days.techs} technicians and {section.days.orders} orders, seeds {seeds}.", ""]
    lines += [f"- {v.bar.says}: {v.measured}: **{v.word}**." for v in found.verdicts]
    lines += [""] if found.verdicts else []
    lines += [*_table(found), ""] if found.rows else []
    said = [*_said(found), *_invalid(found), *_checks(found, folders), *_not_run(found, folders), _load(found.rows)]
    return "\n".join(lines + [f"- {sentence}" for sentence in said if sentence]).rstrip()


def _table(found: Found) -> list[str]:
    """Return a line an instance: best known, then each of ours with gap, spread and moves, then the others."""
    has_gap = found.has_gaps
    has_ratio = not found.is_published
    spreads = {runs.label for runs in found.section.runs if len(runs.seeds) > 1}
    heads = ["instance", "best known" if found.is_published else "least seen"]
    for runs in [*found.ours, *found.peers]:
        heads += [runs.label, *(["gap"] if has_gap else []), *(["spread"] if runs.label in spreads else [])]
        heads += ["moves"] if runs.is_ours else []
        if has_ratio and not runs.is_ours:
            heads += ["ratio"] if len(found.ours) == 1 else [f"ratio of {our.label}" for our in found.ours]
    lines = [_row(heads), _row(["---"] + ["---:"] * (len(heads) - 1))]
    ratios = {
        (ours.label, peer.label, line.ours.instance): line.verdict if line.ratio is None else f"{line.ratio:.4f}"
        for ours in found.ours
        for peer in found.peers
        if (comparison := against(found.entries, ours.label, peer.label)) is not None
        for line in comparison.lines
    }
    for name in found.paths:
        there = [entries[name] for entries in found.entries.values() if name in entries]
        if not there:
            continue
        cells = [name, _best_known(there)]
        for runs in [*found.ours, *found.peers]:
            entry = found.entries.get(runs.label, {}).get(name)
            cells += [_value(entry)]
            cells += [_shown(entry, "gap_pct", "z.2f", " %")] if has_gap else []
            cells += [_shown(entry, "spread_pct", ".2f", " %")] if runs.label in spreads else []
            cells += [_shown(entry, "moves", ",.0f").replace(",", " ")] if runs.is_ours else []
            if has_ratio and not runs.is_ours:
                cells += [ratios.get((ours.label, runs.label, name), "") for ours in found.ours]
        lines.append(_row(cells))
    return lines


def _best_known(entries: Sequence[Entry]) -> str:
    for row in (row for entry in entries for row in entry.rows):
        if row.get("best_known") is not None:
            out = row.get("best_known_unassigned")
            return f"{row['best_known']:.10g}" + (f" ({out} out)" if out else "")
    return ""


def _value(entry: Entry | None) -> str:
    if entry is None:
        return "not run"
    if not entry.valid:
        waits = entry.rows[0].get("waits_for")
        return f"waits for {', '.join(waits)}" if waits else "no valid plan"
    bad = len(entry.rows) - len(entry.valid)
    value = f"{entry.mean:.{10 if len(entry.valid) == 1 else 7}g}"
    value += f" ({entry.unassigned:g} out)" if entry.unassigned else ""
    return value + (f", {bad} without a valid plan" if bad else "")


def _shown(entry: Entry | None, name: str, form: str, unit: str = "") -> str:
    value = getattr(entry, name) if entry is not None and entry.valid else None
    return "" if value is None else f"{value:{form}}{unit}"


# --- in words --------------------------------------------------------------------------------------------------------


def _said(found: Found) -> list[str]:
    """Return means, ratios, losses and spreads in sentences."""
    said = []
    for runs in found.section.runs:
        entries = [entry for entry in found.entries.get(runs.label, {}).values() if entry.valid]
        gaps = [entry.gap_pct for entry in entries if entry.gap_pct is not None]
        if gaps and found.has_gaps:
            of = f"{len(gaps)} of {len(found.paths)} instances"
            said.append(f"{runs.label}: mean gap {fmean(gaps):z.2f} %, largest {max(gaps):z.2f} %, over {of}.")
        spreads = [entry.spread_pct for entry in entries if entry.spread_pct is not None]
        if spreads:
            said.append(
                f"{runs.label}: spread over {len(runs.seeds)} seeds {min(spreads):.2f} to {max(spreads):.2f} %, "
                f"mean {fmean(spreads):.2f} %."
            )
    for ours in found.ours:
        for peer in found.peers:
            comparison = against(found.entries, ours.label, peer.label)
            if comparison is not None:
                sentences = [s for s in summary_of(comparison) if not s.startswith("Mean gap")]
                said.append(f"{ours.label} against {peer.label}: {' '.join(sentences)}")
        if found.is_published and ours.label in found.entries:
            said += _beside_best_known(ours.label, found.entries[ours.label])
    return said


def _beside_best_known(label: str, entries: Mapping[str, Entry]) -> list[str]:
    gaps = {name: entry.gap_pct for name, entry in entries.items() if entry.valid and entry.gap_pct is not None}
    below = [f"{name} ({gap:.2f} %)" for name, gap in gaps.items() if gap < -0.005]
    above = sorted(((gap, name) for name, gap in gaps.items() if gap > 0.005), reverse=True)
    said = [f"{label}, below the best known: {', '.join(below) or 'none'}."]
    worst = [f"{name} (+{gap:.2f} %)" for gap, name in above]
    return [*said, f"{label}, above it: {len(above)} of {len(gaps)}{': ' if worst else ''}{', '.join(worst)}."]


def _invalid(found: Found) -> list[str]:
    """Return every run that ended without a valid plan, with its first fault."""
    bad = [
        f"{entry.instance} ({entry.label}, seed {row['seed']}: {row['faults'][0]})"
        for entries in found.entries.values()
        for entry in entries.values()
        for row in entry.rows
        if row not in entry.valid and row["status"] != "unsupported"
    ]
    return [f"Without a valid plan: {'; '.join(bad)}."] if bad else []


def _checks(found: Found, folders: Folders) -> list[str]:
    """Return what a program that shares nothing with the optimizer says of home care plans."""
    same, differing, absent = 0, [], []
    for row in found.rows:
        if row.get("format") != "hhcrsp" or row["status"] != "solved":
            continue
        plan = folders.plans / row.get("plan", "")
        if not plan.is_file():
            absent.append(row["instance"])
            continue
        instance = found.paths[row["instance"]]
        report = check(instance.read_text(encoding="utf-8"), plan.read_text(encoding="utf-8"))
        is_same = abs(float(report.objective) - row["objective"]) < 1e-3 and row["feasible"] == (not report.faults)
        same += is_same
        differing += [] if is_same else [f"{row['instance']}: {report.faults[:1] or float(report.objective)}"]
    if not same and not differing and not absent:
        return []
    said = f"Checked by benchmarks/check_hhcrsp.py, which shares nothing with the optimizer: {same} plans, the same "
    said += "value and feasibility."
    said += f" DIFFERING: {'; '.join(differing)}." if differing else ""
    return [said + (f" Without their plan: {', '.join(absent)}." if absent else "")]


def _not_run(found: Found, folders: Folders) -> list[str]:
    left_out = []
    absent = absent_peers([found.section])
    for runs in found.section.runs:
        seeds = {name: len(entry.rows) for name, entry in found.entries.get(runs.label, {}).items()}
        left = [name for name in found.paths if seeds.get(name, 0) < len(runs.seeds)]
        if left:
            count = sum(len(runs.seeds) - seeds.get(name, 0) for name in left)
            which = ", ".join(left) if seeds else "every instance"
            why = f" ({absent[runs.solver]})" if runs.solver in absent else ""
            left_out.append(f"{runs.label}, {count} runs: {which}{why}")
    said = [f"Not run yet: {'; '.join(left_out)}."] if left_out else []
    empty = folders.empty_patterns(found.section)
    return said + ([f"No instances in the data folder: {', '.join(empty)}."] if empty else [])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
