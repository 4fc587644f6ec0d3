"""The kinds of cells as `Annotated` types: one parser for text and JSON, and the expectation in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from optimizer.domain.house_limits import HouseLimit
from optimizer.domain.order import (
    Confirmed,
    Coverage,
    Difficulty,
    HalfDay,
    Interval,
    Load,
    PartNeed,
    Place,
    PlaceKind,
    Predecessor,
    SkillNeed,
    ToolNeed,
    Unfinished,
    Urgency,
)
from optimizer.domain.problem import MOST_DAYS, LockLevel
from optimizer.domain.technician import Employment
from optimizer.faults.issues import Phrase
from optimizer.ingest.cells.compound import (
    Window,
    parse_end_place,
    parse_hours,
    parse_ids,
    parse_loads,
    parse_opening,
    parse_part_needs,
    parse_predecessors,
    parse_skill_needs,
    parse_texts,
    parse_tool_needs,
    parse_windows,
)
from optimizer.ingest.cells.limits import parse_limit, parse_said
from optimizer.ingest.cells.locales import parse_locale
from optimizer.ingest.cells.regional import (
    parse_currency,
    parse_distance_unit,
    parse_language,
    parse_no_calls,
    parse_paper,
    parse_weekend,
)
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.cells.values import (
    choice,
    parse_date,
    parse_day_or_moment,
    parse_duration,
    parse_id,
    parse_int,
    parse_moment,
    parse_number,
    parse_text,
    parse_time,
    parse_time_or_moment,
    parse_times,
    parse_yes_no,
    parse_zone,
    whole,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a cell holds.

    Parameters
    ----------
    json_types, json_begins
        The types that JSON may bring, and how its text begins.
    expected
        The expectation in words.
    shape
        What its text in a sheet looks like, for tidying.
    words
        The only words that it may be; none where anything may stand there.
    wire
        What its JSON is called where types and shape do not say it: what each entry of an array is, for one.
    """

    json_types: tuple[type, ...]
    expected: Phrase
    json_begins: str = ""
    shape: Shape = Shape.TEXT
    words: tuple[str, ...] = ()
    wire: str = ""

    def is_json(self, value: object) -> bool:
        """Return whether JSON may bring this value: its own type, not a text or number that stands for it."""
        if type(value) not in self.json_types:
            return False
        return not self.json_begins or str(value).lstrip("-").startswith(self.json_begins)


_TEXT = Kind((str,), Phrase("text"))
_ID = Kind((str,), Phrase("text"), shape=Shape.ID)
_WORD = Kind((str,), Phrase("text"), shape=Shape.WORD)
_WHOLE = Kind((int,), Phrase("a whole number"), shape=Shape.NUMBER)
_DECIMAL = Kind((int, float), Phrase("a number"), shape=Shape.DECIMAL)
_PERCENT = Kind((int,), Phrase("a whole number"), shape=Shape.PERCENT)
_LEVEL = Kind((int,), Phrase("a whole number"), shape=Shape.LEVEL)
_PRIORITY = Kind((int,), Phrase("a whole number"), shape=Shape.PRIORITY)
_DATE = Kind((str,), Phrase("a date as text, YYYY-MM-DD"), shape=Shape.DATE)
_TIME = Kind((str,), Phrase("a time as text, HH:MM"), shape=Shape.TIME)
_TIME_OR_MOMENT = Kind(_TIME.json_types, _TIME.expected, shape=Shape.TIME, wire="time or moment")
_MOMENT = Kind((str,), Phrase("a moment as text, 2026-11-23T09:00:00+08:00"), shape=Shape.MOMENT)
_DAY_OR_MOMENT = Kind(_MOMENT.json_types, _MOMENT.expected, shape=Shape.DAY_OR_MOMENT)


def _listed(shape: Shape, entry: str) -> Kind:
    return Kind((list,), Phrase("an array"), shape=shape, wire=entry)


def _one_of(*words: str) -> Kind:
    return Kind((str,), Phrase("text"), shape=Shape.WORD, words=tuple(map(str, words)))


Text = Annotated[str, parse_text, _TEXT]
Id = Annotated[str, parse_id, _ID]
Ids = Annotated[tuple[str, ...], parse_ids, _listed(Shape.IDS, "text")]
Word = Annotated[str, parse_text, _WORD]
WordId = Annotated[str, parse_id, _WORD]
Zone = Annotated[str, parse_zone, _TEXT]
Currency = Annotated[str, parse_currency, _TEXT]
Language = Annotated[str, parse_language, _TEXT]
DistanceWord = Annotated[str, parse_distance_unit, _TEXT]
PaperWord = Annotated[str, parse_paper, _TEXT]
Locale = Annotated[str, parse_locale, _TEXT]
Weekend = Annotated[tuple[int, ...], parse_weekend, _listed(Shape.TEXT, "weekday")]
Number = Annotated[float, parse_number, _DECIMAL]
Whole = Annotated[int, parse_int, _WHOLE]
Count = Annotated[int, whole(0), _WHOLE]
Quantity = Annotated[int, whole(1), _WHOLE]
Days = Annotated[int, whole(1, MOST_DAYS), _WHOLE]
DaysDone = Annotated[int, whole(0, MOST_DAYS), _WHOLE]
Priority = Annotated[int, whole(1, 5), _PRIORITY]
SkillLevel = Annotated[int, whole(1, 9), _LEVEL]
Percent = Annotated[int, whole(1, 10_000), _PERCENT]
YesNo = Annotated[bool, parse_yes_no, Kind((bool,), Phrase("true or false"), shape=Shape.WORD)]
Times = Annotated[int, parse_times, Kind((bool, int), Phrase("true, false or a whole number"), shape=Shape.WORD)]
Duration = Annotated[
    int,
    parse_duration,
    Kind((str,), Phrase("a duration as text, e.g. PT45M"), json_begins="P", shape=Shape.DURATION),
]
Day = Annotated[date, parse_date, _DATE]
Time = Annotated[int, parse_time, _TIME]
Moment = Annotated[datetime, parse_moment, _MOMENT]
DayOrMoment = Annotated[datetime, parse_day_or_moment, _DAY_OR_MOMENT]
TimeOrMoment = Annotated[int | datetime, parse_time_or_moment, _TIME_OR_MOMENT]
Windows = Annotated[tuple[Window, ...], parse_windows, _listed(Shape.WINDOWS, "window")]
Hours = Annotated[tuple[Interval, ...], parse_hours, _listed(Shape.HOURS, "hours")]
NoCalls = Annotated[tuple[Interval, ...], parse_no_calls, _listed(Shape.HOURS, "hours")]
Opening = Annotated[tuple[tuple[int, Interval], ...], parse_opening, _listed(Shape.OPENING, "opening")]
SkillNeeds = Annotated[tuple[SkillNeed, ...], parse_skill_needs, _listed(Shape.SKILLS, "skill")]
PartNeeds = Annotated[tuple[PartNeed, ...], parse_part_needs, _listed(Shape.AMOUNTS, "part")]
ToolNeeds = Annotated[tuple[ToolNeed, ...], parse_tool_needs, _listed(Shape.AMOUNTS, "tool")]
Loads = Annotated[tuple[Load, ...], parse_loads, _listed(Shape.LOADS, "load")]
Predecessors = Annotated[tuple[Predecessor, ...], parse_predecessors, _listed(Shape.IDS, "predecessor")]
Texts = Annotated[tuple[str, ...], parse_texts, _listed(Shape.TEXT, "text")]
CoverageWord = Annotated[str, choice(*Coverage), _one_of(*Coverage)]
ConfirmedWord = Annotated[str, choice(*Confirmed), _one_of(*Confirmed)]
UnfinishedWord = Annotated[str, choice(*Unfinished), _one_of(*Unfinished)]
ResultWord = Annotated[str, choice("done", *Unfinished), _one_of("done", *Unfinished)]
ConditionWord = Annotated[str, choice("unused", "faulty"), _one_of("unused", "faulty")]
PlaceWord = Annotated[str, choice(*PlaceKind), _one_of(*PlaceKind)]
HalfDayWord = Annotated[str, choice(*HalfDay), _one_of(*HalfDay)]
UrgencyWord = Annotated[str, choice(*Urgency), _one_of(*Urgency)]
DifficultyWord = Annotated[str, choice(*Difficulty), _one_of(*Difficulty)]
EmploymentWord = Annotated[str, choice(*Employment), _one_of(*Employment)]
LimitWord = Annotated[str, parse_limit, _one_of(*HouseLimit)]
Said = Annotated[str, parse_said, _TEXT]
LockWord = Annotated[str, choice(*LockLevel), _one_of(*LockLevel)]
EndPlace = Annotated[
    str | Place,
    parse_end_place,
    Kind((str, dict), Phrase("branch, home or a place"), shape=Shape.WORD, wire="end place"),
]
