"""Who is away on the days of a plan, in words: what page, papers, workbook and terminal say alike.

When, and never why: a reason is for whoever keeps the roster, not for a wall.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.domain.planning_context import Absence
    from optimizer.domain.problem import Problem
    from optimizer.report.wording import Wording


def away_words(absences: Iterable[Absence], problem: Problem, wording: Wording) -> str:
    """Return who is away when, as one sentence.

    It reads `Away: Ann Li (T01) until 08:40; Ben Li (T02) all day.`, and is empty where nobody is. Of several days,
    each is named.
    """
    t, days = wording.translate, []
    for day, own in itertools.groupby(absences, key=lambda one: one.day):
        people = wording.series(_of_one(absence, problem, wording) for absence in own)
        if problem.days > 1:
            people = t("{day}: {people}", day=wording.short_day(problem.date_of(day)), people=people)
        days.append(people)
    return t("Away: {people}.", people=wording.series(days)) if days else ""


def _of_one(absence: Absence, problem: Problem, wording: Wording) -> str:
    name, who = wording.person(absence.technician_id, problem), absence.technician_id
    person = f"{name} ({who})" if name != who else name
    return wording.translate("{technician} {when}", technician=person, when=when_away(absence, problem, wording))


def when_away(absence: Absence, problem: Problem, wording: Wording) -> str:
    """Return when somebody is away: `all day`, `until 08:40`, `from 16:00`, `10:00–12:00`."""
    t, day = wording.translate, absence.day
    from_, until = (
        None if moment_s is None else wording.clock(moment_s, problem, day)
        for moment_s in (absence.from_s, absence.until_s)
    )
    if from_ and until:
        return f"{from_}–{until}"
    if from_ is None and until is None:
        return t("all day")
    return t("from {time}", time=from_) if from_ else t("until {time}", time=until)
