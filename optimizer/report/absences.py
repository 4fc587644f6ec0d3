"""Who is away on the days of a plan, in words: what page, papers, workbook and terminal say alike.

When, and never why: a reason is for whoever keeps the roster, not for a wall.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from optimizer.domain.order import Interval

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
    person = wording.person_with_id(absence.technician_id, problem)
    return wording.translate("{technician} {when}", technician=person, when=when_away(absence, problem, wording))


def when_away(absence: Absence, problem: Problem, wording: Wording) -> str:
    """Return when somebody is away: `all day`, `until 08:40`, `from 16:00`, `10:00–12:00`."""
    t, day, from_s, until_s = wording.translate, absence.day, absence.from_s, absence.until_s
    if from_s is not None and until_s is not None:
        return wording.window(Interval(from_s, until_s), problem, day)
    if from_s is not None:
        return t("from {time}", time=wording.clock(from_s, problem, day))
    return t("all day") if until_s is None else t("until {time}", time=wording.clock(until_s, problem, day))
