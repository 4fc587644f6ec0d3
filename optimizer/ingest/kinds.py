"""The kinds of cells as `Annotated` types: one parser for text and JSON, and the expectation in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import PlainValidator

from optimizer.domain.order import Difficulty, Interval, PartNeed, Place, SkillNeed, Urgency
from optimizer.domain.problem import LockLevel
from optimizer.domain.technician import Employment
from optimizer.ingest.cells import (
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
    parse_yes_no,
    parse_zone,
    whole,
)
from optimizer.ingest.compound import (
    Window,
    parse_end_place,
    parse_hours,
    parse_ids,
    parse_opening,
    parse_part_needs,
    parse_skill_needs,
    parse_tool_needs,
    parse_windows,
)
from optimizer.ingest.issues import Phrase


@dataclass(frozen=True, slots=True)
class Kind:
    """What a cell holds: the types that JSON may bring (and how its text begins), and the expectation in words."""

    json_types: tuple[type, ...]
    expected: Phrase
    json_begins: str = ""

    def is_json(self, value: object) -> bool:
        """Say whether JSON may bring this value: its own type, not a text or number that stands for it."""
        if type(value) not in self.json_types:
            return False
        return not self.json_begins or str(value).lstrip("-").startswith(self.json_begins)


_TEXT = Kind((str,), Phrase("text"))
_WHOLE = Kind((int,), Phrase("a whole number"))
_DECIMAL = Kind((int, float), Phrase("a number"))
_DATE = Kind((str,), Phrase("a date as text, YYYY-MM-DD"))
_TIME = Kind((str,), Phrase("a time as text, HH:MM"))
_MOMENT = Kind((str,), Phrase("a moment as text, 2026-11-23T09:00:00+08:00"))
_LISTED = Kind((list,), Phrase("an array"))

Text = Annotated[str, PlainValidator(parse_text), _TEXT]
Id = Annotated[str, PlainValidator(parse_id), _TEXT]
Ids = Annotated[tuple[str, ...], PlainValidator(parse_ids), _LISTED]
Zone = Annotated[str, PlainValidator(parse_zone), _TEXT]
Number = Annotated[float, PlainValidator(parse_number), _DECIMAL]
Whole = Annotated[int, PlainValidator(parse_int), _WHOLE]
Count = Annotated[int, PlainValidator(whole(0)), _WHOLE]
Quantity = Annotated[int, PlainValidator(whole(1)), _WHOLE]
Priority = Annotated[int, PlainValidator(whole(1, 5)), _WHOLE]
SkillLevel = Annotated[int, PlainValidator(whole(1, 9)), _WHOLE]
Percent = Annotated[int, PlainValidator(whole(1, 10_000)), _WHOLE]
YesNo = Annotated[bool, PlainValidator(parse_yes_no), Kind((bool,), Phrase("true or false"))]
Duration = Annotated[
    int, PlainValidator(parse_duration), Kind((str,), Phrase("a duration as text, e.g. PT45M"), json_begins="P")
]
Day = Annotated[date, PlainValidator(parse_date), _DATE]
Time = Annotated[int, PlainValidator(parse_time), _TIME]
Moment = Annotated[datetime, PlainValidator(parse_moment), _MOMENT]
DayOrMoment = Annotated[datetime, PlainValidator(parse_day_or_moment), _MOMENT]
TimeOrMoment = Annotated[int | datetime, PlainValidator(parse_time_or_moment), _TIME]
Windows = Annotated[tuple[Window, ...], PlainValidator(parse_windows), _LISTED]
Hours = Annotated[tuple[Interval, ...], PlainValidator(parse_hours), _LISTED]
Opening = Annotated[tuple[tuple[int, Interval], ...], PlainValidator(parse_opening), _LISTED]
SkillNeeds = Annotated[tuple[SkillNeed, ...], PlainValidator(parse_skill_needs), _LISTED]
PartNeeds = Annotated[tuple[PartNeed, ...], PlainValidator(parse_part_needs), _LISTED]
ToolNeeds = Annotated[tuple[PartNeed, ...], PlainValidator(parse_tool_needs), _LISTED]
UrgencyWord = Annotated[str, PlainValidator(choice(*Urgency)), _TEXT]
DifficultyWord = Annotated[str, PlainValidator(choice(*Difficulty)), _TEXT]
EmploymentWord = Annotated[str, PlainValidator(choice(*Employment)), _TEXT]
LockWord = Annotated[str, PlainValidator(choice(*LockLevel)), _TEXT]
EndPlace = Annotated[str | Place, PlainValidator(parse_end_place), Kind((str, dict), Phrase("branch, home or a place"))]
