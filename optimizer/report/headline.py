"""The key figures as a coordinator reads them: one list, in words, which page, terminal and workbook show alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.report.wording import Wording


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A key figure: what it is, its value, what to read beside it, and whether it needs attention.

    `name` is stable; `anchor` is the part of the page that says more.
    """

    name: str
    label: str
    value: str
    note: str = ""
    alarm: bool = False
    anchor: str = ""


def key_figures(figures: Mapping[str, Any], wording: Wording) -> list[KeyFigure]:
    """Return the key figures of a plan in the order in which a coordinator asks for them.

    Parameters
    ----------
    figures
        What `optimizer.report.figures.kpis` returns.
    """
    return [
        *_visits(figures, wording),
        *_times(figures, wording),
        *_people(figures, wording),
        *_money(figures, wording),
    ]


def _visits(figures: Mapping[str, Any], wording: Wording) -> list[KeyFigure]:
    t, left, due, kept = wording.translate, *(figures[k] for k in ("visits_unassigned", "promises", "promises_kept"))
    late, breaks, beyond = (figures[f"promises_{what}"] for what in ("late", "will_break", "beyond"))
    today, rebook = figures["unassigned_due_before_plan"], figures["unassigned_rebook"]
    windows, windows_kept = figures["promises_windows"], figures["promises_windows_kept"]
    days = due - windows
    return [
        KeyFigure(
            "planned",
            t("Planned visits"),
            f"{figures['visits_planned']}",
            t("of {count}", count=figures["visits_planned"] + left),
        ),
        KeyFigure(
            "not_planned",
            t("Not planned"),
            f"{left}",
            _notes(
                (breaks, t("1 promise will break") if breaks == 1 else t("{count} promises will break", count=breaks)),
                (today, t("{count} to send today", count=today)),
                (rebook, t("{count} to agree anew", count=rebook)),
            ),
            alarm=left > 0,
            anchor="unassigned" if left else "",
        ),
        KeyFigure(
            "promises_kept",
            t("Promises kept"),
            wording.share(figures["promises_kept_share"] if windows else None),
            _notes(
                (windows, t("{kept} of {count} windows", kept=windows_kept, count=windows)),
                (not windows, t("no window was promised")),
                (days, t("{kept} of {count} due days", kept=kept - windows_kept, count=days)),
                (late, t("{count} planned too late", count=late)),
                (breaks, t("{count} will break", count=breaks)),
                (beyond, t("{count} of them no plan could keep", count=beyond)),
            ),
            alarm=kept < due,
        ),
    ]


def _times(figures: Mapping[str, Any], wording: Wording) -> list[KeyFigure]:
    t, late = wording.translate, figures["late_visits"]
    return [
        KeyFigure(
            "lateness",
            t("Lateness"),
            wording.duration(figures["late_minutes"] * 60),
            _notes((late, wording.visits(late))),
            alarm=late > 0,
        ),
        KeyFigure(
            "travel",
            t("Travel"),
            wording.duration(figures["travel_minutes"] * 60),
            wording.distance(round(figures["travel_km"] * 1000), figures["door_minutes"] * 60),
        ),
        KeyFigure(
            "overtime",
            t("Overtime"),
            wording.duration(figures["overtime_minutes"] * 60),
            alarm=figures["overtime_minutes"] > 0,
        ),
    ]


def _people(figures: Mapping[str, Any], wording: Wording) -> list[KeyFigure]:
    t, contractors = wording.translate, figures["contractors_used"]
    deviation = wording.duration(figures["fairness"]["load_deviation_minutes"] * 60)
    return [
        KeyFigure(
            "technicians",
            t("Technicians"),
            f"{figures['technicians_used']}",
            _notes(
                (True, t("of {count}", count=figures["technicians_available"])),
                (contractors, t("1 contractor") if contractors == 1 else t("{count} contractors", count=contractors)),
            ),
        ),
        KeyFigure(
            "mean_load",
            t("Mean load"),
            wording.share(figures["load_share_mean"]),
            t("deviation {duration}", duration=deviation),
        ),
    ]


def _money(figures: Mapping[str, Any], wording: Wording) -> list[KeyFigure]:
    t, fixed = wording.translate, figures["fixed_cents"]
    return [
        KeyFigure(
            "paid",
            t("Will be paid"),
            wording.money(figures["paid_cents"]),
            t("travel, overtime, contractors"),
            anchor="costs",
        ),
        KeyFigure(
            "penalty",
            t("Penalty points"),
            wording.points(figures["penalty_cents"]),
            _notes((fixed, t("and {points} that no plan could avoid", points=wording.points(fixed)))),
            anchor="costs",
        ),
    ]


def _notes(*notes: tuple[object, str]) -> str:
    """Return what is to be read beside a figure: those texts that apply."""
    return " · ".join(text for applies, text in notes if applies)
