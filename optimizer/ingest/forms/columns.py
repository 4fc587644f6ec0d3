"""The column contract: one class of rows per sheet, shared by CSV folders and the JSON wire form.

A field that ends in `_s` is a duration in seconds here, the column `*_min` (minutes) in a sheet, and an ISO 8601
duration under the bare name in JSON: `service_s`, `service_min`, `service`. Every other name is the same in all three.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from optimizer.domain.units import at
from optimizer.ingest.cells.kinds import (
    ConditionWord,
    ConfirmedWord,
    Count,
    CoverageWord,
    Currency,
    Day,
    DayOrMoment,
    Days,
    DaysDone,
    DifficultyWord,
    DistanceWord,
    Duration,
    EmploymentWord,
    EndPlace,
    HalfDayWord,
    Hours,
    Id,
    Ids,
    Kind,
    Language,
    LimitWord,
    Loads,
    Locale,
    LockWord,
    Moment,
    NoCalls,
    Number,
    Opening,
    PaperWord,
    PartNeeds,
    Percent,
    PlaceWord,
    Predecessors,
    Priority,
    Quantity,
    ResultWord,
    Said,
    SkillLevel,
    SkillNeeds,
    Text,
    Texts,
    Time,
    TimeOrMoment,
    Times,
    ToolNeeds,
    UnfinishedWord,
    UrgencyWord,
    Weekend,
    Whole,
    Windows,
    Word,
    WordId,
    YesNo,
    Zone,
)
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.forms.rows import Row, column

if TYPE_CHECKING:
    from collections.abc import Mapping


class BranchRow(Row):
    """The branch and the day to plan; one row."""

    branch_id: Id = column("HZ-01", "The branch's number.")
    name: Text | None = column("杭州城西网点", "Name of the branch.", default=None)
    lat: Number = column("30.2741", "Latitude of the branch, in degrees.")
    lon: Number = column("120.1551", "Longitude of the branch, in degrees.")
    address: Text = column("文三路 90 号", "Address of the branch.", default="")
    phone: Text = column("0571-0000 0001", "Phone of the coordinator.", default="")
    timezone: Zone = column("Asia/Shanghai", "Time zone of all local times.", default="Asia/Shanghai")
    business_open: Time = column("08:30", "When the branch opens.", default=at(8, 30))
    business_close: Time = column(
        "17:30", "When the branch closes; notice of a change ends with it.", default=at(17, 30)
    )
    plan_date: Day = column("2026-11-23", "The day to plan, or the first of several.")
    days: Days = column("3", "How many days are planned in one go, from 1 to 7.", default=1)
    as_of: Moment = column("2026-11-20 16:00", "The moment of planning.")
    policy: Word | None = column("tomorrow", "The policy's named profile.", default=None)
    promise: Word | None = column("branch", "The promise profile: branch or centre.", default=None)
    service_radius_km: Number | None = column(
        "25", "Service area as a circle, as the crow flies, in kilometres.", default=None
    )
    service_radius_mi: Number | None = column("15", "The same in miles, in its place.", default=None)
    holidays: Text | None = column(
        "CN", "Country of the public holidays, with its part: US-OH; or none; empty: by the time zone.", default=None
    )
    weekend: Weekend | None = column(
        "Sat-Sun", "Days of rest of every week, or none; empty: those of the holidays' country.", default=None
    )
    currency: Currency | None = column(
        "CNY", "Currency of all prices; those of the policy are in its minor unit.", default=None
    )
    distance_unit: DistanceWord | None = column("km", "Unit of distances on papers: km or mi.", default=None)
    paper: PaperWord | None = column("A4", "Paper of the printers: A4 or Letter.", default=None)
    no_calls: NoCalls | None = column(
        "12:00-14:00", "Hours of every day in which no customer is phoned, or none.", default=None
    )
    language: Language | None = column(
        "zh", "Language of the papers, zh or en, where nobody asks for another.", default=None
    )
    locale: Locale = column(
        "zh-CN", "How dates and times are written and read: en-US month first, en-GB and de-DE day first.", default=""
    )
    datum: Text | None = column("WGS-84", "Datum of all coordinates: WGS-84, GCJ-02 or BD-09.", default=None)


class CalendarRow(Row):
    """A date on which the branch departs from its plain week."""

    date: Day = column("2026-10-10", "The date.")
    working: YesNo = column("yes", "Whether the branch works on it.")
    note: Text = column("国庆调休", "Why.", default="")


class AreaRow(Row):
    """A corner of the service area, a polygon around the branch."""

    point: Count = column("1", "Place in the order of the corners.")
    lat: Number = column("30.4012", "Latitude of the corner.")
    lon: Number = column("120.0511", "Longitude of the corner.")


class CustomerRow(Row):
    """A customer."""

    customer_id: Id = column("C-0007", "The customer's number.")
    name: Text | None = column("西溪花园 王女士", "The customer's name.", default=None)
    tier: Word = column("key", "Customer tier; the policy's floors refer to it.", default="")
    place_kind: PlaceWord | None = column(
        "home",
        "What kind of place it is: home, office, hospital or factory; from the street to the door it takes so long.",
        default=None,
    )
    phone: Text = column("0571-0000 0007", "Phone number.", default="")
    opening: Opening | None = column(
        "Mon-Fri 09:00-17:00; Sat 09:00-12:00", "Opening hours; empty: none.", default=None
    )
    closed_hours: Hours = column("12:00-13:00", "Hours of every day without any service.", default=())
    refused: Ids = column("T-03", "Technicians whom the customer does not want.", default=())
    served_by: Ids = column("T-01; T-02", "Technicians who served before, the latest first.", default=())


class OrderRow(Row):
    """A work order, which is one visit."""

    order_id: Id = column("SO-1042", "The order's number.")
    customer_id: Id = column("C-0007", "The customer in customers; not needed where name and phone stand here.")
    customer_name: Text = column("王女士", "Who asked, where customers are made from the orders.", default="")
    customer_phone: Text = column(
        "138-0000 0007", "Phone of who asked; the same phone and address are the same customer.", default=""
    )
    kind: Word = column("repair", "installation, repair, inspection, or the branch's word.", default="")
    product: Text = column("KFR-35GW", "Product model.", default="")
    fault: Text = column("不制冷", "What is wrong.", default="")
    received: Moment | None = column("2026-11-20 10:12", "When the request came in.", default=None)
    requested: Windows = column("2026-11-23 09:00/11:00", "Arrival windows asked for.", default=())
    promised: Windows = column("2026-11-23 09:00/11:00", "Arrival windows given to the customer.", default=())
    due_day: Day | None = column("2026-11-24", "The last day that the promise allows.", default=None)
    priority: Priority = column("2", "1 to 5, 5 most urgent.", default=1)
    urgency: UrgencyWord = column("urgent", "normal, urgent or emergency.", default="normal")
    difficulty: DifficultyWord = column("hard", "normal or hard.", default="normal")
    carried_over: Times = column("no", "Left unfinished on an earlier day: yes, or how many times.", default=0)
    lat: Number | None = column(
        "30.2891", "Latitude of the place; empty: looked up from the address, if asked for.", default=None
    )
    lon: Number | None = column("120.0823", "Longitude of the place.", default=None)
    approximate: YesNo = column(
        "no",
        "The coordinates are only the centre of its district or town; the address is to be confirmed.",
        default=False,
    )
    address: Text = column("文一西路 588 号 3-1-502", "Address of the place.", default="")
    area: Text = column("西湖", "District, matched with the technicians' areas.", default="")
    service_s: Duration = column("45", "Service duration at factor 100 %; of a job of several days, that of each day.")
    skills: SkillNeeds = column("aircon:2; electric", "Skills needed with their least level.", default=())
    parts: PartNeeds = column("P01:1; P07:2", "Parts consumed with quantities.", default=())
    intermittent: YesNo = column("no", "The fault comes and goes: an observation is added.", default=False)
    critical_test_s: Duration = column("20", "Full test of a critical device.", default=0)
    ready: DayOrMoment | None = column(
        "2026-11-23 10:00", "Earliest start; a date alone is its midnight.", default=None
    )
    works_through: YesNo = column("no", "Opening and closed hours do not bind.", default=False)
    required: Ids = column("T-01; T-02", "Only these technicians.", default=())
    prohibited: Ids = column("T-03", "Not these technicians.", default=())
    crew_size: Quantity = column("1", "How many technicians at the same time.", default=1)
    lead_skills: SkillNeeds = column(
        "aircon:3", "Skills that the lead of a crew needs; empty: as for everybody.", default=()
    )
    tools: ToolNeeds = column("ladder:1", "Tools needed with units.", default=())
    loads: Loads = column("kg:20 crates:2", "What has to be carried to it, by quantity.", default=())
    after: Predecessors = column(
        "SO-1041; SO-1040 +2h; SO-1039 start+30min..4h same",
        "Orders that come before; + is the least and .. the greatest time from their end, or from their start"
        " if that is written; same: the same people.",
        default=(),
    )
    days: Days = column(
        "3", "A job of several working days in a row, with the same people; windows are of the first day.", default=1
    )
    days_done: DaysDone = column("1", "How many of those days are done already.", default=0)
    visit_id: Id | None = column("SO-1042", "The visit's id; empty: the order's number.", default=None)
    datum: Text | None = column("GCJ-02", "Datum of this row's coordinates; empty: the branch's.", default=None)
    contacts: Texts = column("李经理 138-0000-0001; 物业 0571-0000 0002", "Whom to ask for, with phones.", default=())
    serial: Text = column("HZ2210-00871", "Serial number of the product.", default="")
    coverage: CoverageWord | None = column("warranty", "warranty or paid.", default=None)
    request: Text = column("顺便检查加湿器", "What the customer asks for.", default="")
    bring: Texts = column("鞋套; 门禁卡", "What to bring beside parts and tools.", default=())
    prepare: Text = column("清空阳台", "What the customer prepares.", default="")
    agreed_day: Day | None = column("2026-11-30", "Day of a special agreement: it is planned on it.", default=None)
    agreed_half: HalfDayWord | None = column(
        "morning", "The half of that day, if one was agreed: morning or afternoon.", default=None
    )
    passed_on: Moment | None = column("2026-11-20 10:20", "When it was passed on to the branch.", default=None)
    contacted: Moment | None = column("2026-11-20 11:05", "When the customer was first called.", default=None)
    dispatched: Moment | None = column("2026-11-20 16:30", "When it was given to a technician.", default=None)
    acknowledged: Moment | None = column("2026-11-20 16:40", "When the technician received it.", default=None)
    on_site: Moment | None = column("2026-11-20 17:10", "When the technician was there.", default=None)
    done: Moment | None = column("2026-11-20 17:50", "When it was done.", default=None)
    called_back: Moment | None = column("2026-11-21 09:00", "When the customer was asked how it went.", default=None)
    parts_back: YesNo | None = column("no", "Whether its parts are back at the branch.", default=None)
    confirmed: ConfirmedWord | None = column("yes", "What the customer said: yes, no or unreachable.", default=None)
    planned_on: Day | None = column("2026-11-20", "The earlier day whose plan has it already.", default=None)
    planned_technician: Id | None = column("T-01", "Who has it on that day's plan.", default=None)
    unfinished: UnfinishedWord | None = column(
        "no_part",
        "Why the last visit did not finish it: no_part, customer_absent, not_reproduced, not_repaired, site_not_ready "
        "or no_time.",
        default=None,
    )
    repaired_on: Day | None = column(
        "2026-11-09", "When the same fault of this product was repaired last, where it is back.", default=None
    )
    repaired_by: Id | None = column("T-01", "Who repaired it then.", default=None)
    repaired_level: SkillLevel | None = column("2", "At which level; empty: that of the technician now.", default=None)


class TechnicianRow(Row):
    """A technician."""

    technician_id: Id = column("T-01", "The technician's number.")
    name: Text | None = column("李伟", "The technician's name.", default=None)
    employment: EmploymentWord = column("employee", "employee or contractor.", default="employee")
    phone: Text = column("0571-0000 0101", "Phone number.", default="")
    start: EndPlace = column("branch", "Where the day starts: branch or home.", default="branch")
    end: EndPlace | None = column("home", "Where the day ends, branch or home; empty: where it starts.", default=None)
    home_lat: Number | None = column("30.3012", "Latitude of the home.", default=None)
    home_lon: Number | None = column("120.1201", "Longitude of the home.", default=None)
    home_address: Text = column("古墩路 12 号", "Address of the home.", default="")
    datum: Text | None = column("GCJ-02", "Datum of this row's coordinates; empty: the branch's.", default=None)
    areas: Ids = column("西湖; 拱墅", "Districts served; empty: all.", default=())
    own_parts: PartNeeds = column("P01:2; P07:1", "Parts that the technician carries; used first.", default=())
    own_tools: ToolNeeds = column("ladder:1", "Tools of the technician's own.", default=())
    capacity: Loads = column(
        "kg:300 crates:12", "How much one tour can carry, by quantity; not named: no limit.", default=()
    )
    ledger_load_s: Duration = column("1850", "Travel and service of the days before.", default=0)
    ledger_contracted_s: Duration = column("2250", "Contracted time of the days before.", default=0)
    ledger_days: Count = column("5", "How many days before are counted.", default=0)


class SkillRow(Row):
    """A skill that a technician holds."""

    technician_id: Id = column("T-01", "The technician.")
    skill: Id = column("aircon", "The skill.")
    level: SkillLevel = column("2", "1 apprentice, 2 technician, 3 expert.")
    valid_from: Day | None = column("2025-01-01", "First day of the certificate.", default=None)
    valid_until: Day | None = column("2027-12-31", "Last day of the certificate.", default=None)
    factor_pct: Percent = column("100", "Service duration in percent.", default=100)
    surcharge_s: Duration = column("0", "Added to each service with this skill.", default=0)


class ShiftRow(Row):
    """One technician on one date."""

    technician_id: Id = column("T-01", "The technician.")
    date: Day = column("2026-11-23", "The date that the shift starts on.")
    start: TimeOrMoment = column("08:30", "Shift start.")
    end: TimeOrMoment = column("17:30", "Shift end.")
    overtime_limit_s: Duration = column("60", "How much later the technician may return.", default=0)
    break_open: TimeOrMoment | None = column("11:30", "Earliest start of the break.", default=None)
    break_close: TimeOrMoment | None = column("13:00", "Latest start of the break.", default=None)
    break_s: Duration | None = column("45", "Length of the break.", default=None)
    contracted_s: Duration | None = column("495", "Paid time; empty: the shift less its break.", default=None)
    max_leg_s: Duration | None = column("60", "Longest single drive.", default=None)
    max_travel_s: Duration | None = column("240", "Most travel of the day.", default=None)
    max_duty_s: Duration | None = column("600", "Longest day, from departure to return.", default=None)
    max_visits: Count | None = column("10", "Most visits of the day.", default=None)
    profile: WordId = column("car", "Travel profile.", default="car")


class PartRow(Row):
    """A part and its stock at the branch."""

    part_id: Id = column("P01", "The part's number.")
    name: Text | None = column("电容 35uF", "The part's name.", default=None)
    on_hand: Whole = column("4", "Quantity that the last count found.")
    as_of: Moment | None = column("2026-11-20 15:30", "When it was counted.", default=None)


class ArrivalRow(Row):
    """Parts that come to the branch."""

    part_id: Id = column("P01", "The part.")
    quantity: Quantity = column("10", "How many come.")
    usable_on: DayOrMoment = column(
        "2026-11-24", "First date of a pick-up that can use them; or date and time at which they come."
    )


class ReservationRow(Row):
    """Parts held back."""

    reservation_id: Id = column("R-12", "The reservation's number.")
    part_id: Id = column("P01", "The part.")
    quantity: Quantity = column("1", "How many are held.")
    date: Day = column("2026-11-23", "The date that they are held for.")
    visit_id: Text = column("SO-1042", "The order that they are held for; empty: other work.", default="")


class LoanRow(Row):
    """A part that a technician took and has not returned."""

    loan_id: Id = column("L-3", "The loan's number.")
    technician_id: Id = column("T-02", "Who took it.")
    part_id: Id = column("P07", "The part.")
    quantity: Quantity = column("1", "How many.")
    due: Day = column("2026-11-20", "The evening by which it is due back.")
    return_booked: Day | None = column("2026-11-23", "When the return is booked.", default=None)


class ToolRow(Row):
    """Reusable equipment."""

    tool_id: Id = column("ladder", "The tool.")
    name: Text | None = column("6 米梯", "Its name.", default=None)
    units: Count = column("2", "How many exist.")


class LockRow(Row):
    """A decision that the plan must keep."""

    visit_id: Id = column("SO-1042", "The order.")
    level: LockWord = column("start", "person, day, start or prefix.")
    technician_id: Id = column("T-01", "The technician.")
    date: Day | None = column("2026-11-23", "The day; empty: the first day to plan.", default=None)
    start: TimeOrMoment | None = column("09:30", "For start: the service start.", default=None)
    tolerance_s: Duration = column("15", "For start: how much earlier or later.", default=0)
    position: Count | None = column("0", "For prefix: place in the started route, from 0.", default=None)
    began: TimeOrMoment | None = column("09:05", "For prefix: when the service began, if it has.", default=None)


class ExceptionRow(Row):
    """A house limit that somebody lets a visit exceed."""

    visit_id: Id = column("SO-1042", "The order.")
    rule: LimitWord = column("travel", "travel, overtime, area, visits or told.")
    amount: Quantity | None = column("5", "By how much at most: minutes, or visits; empty for area.", default=None)
    by: Said = column("陈主管", "Who allows it.")
    why: Said = column("老客户，只差两分钟", "For what reason.")
    technician_id: Id | None = column("T-01", "Whose limit; empty: of whoever serves it.", default=None)


class PublishedRow(Row):
    """What the published plan says of a visit."""

    visit_id: Id = column("SO-1042", "The order.")
    technician_id: Id = column("T-01", "The technician.")
    date: Day = column("2026-11-23", "The day.")
    told_open: TimeOrMoment | None = column("09:00", "Start of the window that the customer was told.", default=None)
    told_close: TimeOrMoment | None = column("10:00", "End of that window.", default=None)
    agreed: YesNo = column("no", "The customer agreed to a change.", default=False)


class ResultRow(Row):
    """What became of an order of today's plan, as the day ends."""

    order_id: Id = column("SO-1031", "The order.")
    result: ResultWord = column(
        "no_part",
        "done, or why it is not: no_part, customer_absent, not_reproduced, not_repaired, site_not_ready or no_time.",
    )
    at: Moment | None = column("2026-11-20 17:40", "When it was reported; empty: known already.", default=None)
    technician_id: Id | None = column("T-01", "Who was there.", default=None)
    next_visit: Day | None = column("2026-11-24", "The day agreed for the next visit.", default=None)
    parts_back: YesNo = column("no", "Whether its parts are back at the branch.", default=False)
    note: Text = column("客户要求下周", "Anything else.", default="")


class ReturnRow(Row):
    """A part that came back."""

    loan_id: Id = column("L-3", "The loan that it ends.")
    quantity: Quantity | None = column("1", "How many came back; empty: all.", default=None)
    condition: ConditionWord = column("unused", "unused goes back into the stock, faulty is tagged.")
    at: Moment | None = column("2026-11-20 17:30", "When; empty: known already.", default=None)


class CountRow(Row):
    """A part that was counted."""

    part_id: Id = column("P01", "The part.")
    counted: Whole = column("3", "What the count found.")
    at: Moment = column("2026-11-20 17:50", "When it was counted.")


class AbsenceRow(Row):
    """A technician who does not come, comes later or leaves earlier."""

    technician_id: Id = column("T-01", "The technician.")
    date: Day = column("2026-11-23", "The day.")
    start: TimeOrMoment | None = column("08:30", "From when; empty: from the shift's start.", default=None)
    end: TimeOrMoment | None = column("12:00", "Until when; empty: until the shift's end.", default=None)
    reported: Moment | None = column("2026-11-23 07:40", "When it was reported; empty: known already.", default=None)
    reason: Text = column("发烧", "Why.", default="")


#: The name and number of the wire form that these sheets make.
PROBLEM_FORMAT = "paigong.problem/1"

#: Every sheet by its name, in the order in which faults are reported.
SHEETS: Mapping[str, type[Row]] = MappingProxyType(
    {
        "branch": BranchRow,
        "calendar": CalendarRow,
        "service_area": AreaRow,
        "customers": CustomerRow,
        "orders": OrderRow,
        "technicians": TechnicianRow,
        "skills": SkillRow,
        "shifts": ShiftRow,
        "parts": PartRow,
        "arrivals": ArrivalRow,
        "reservations": ReservationRow,
        "loans": LoanRow,
        "tools": ToolRow,
        "locks": LockRow,
        "exceptions": ExceptionRow,
        "published": PublishedRow,
        "results": ResultRow,
        "returns": ReturnRow,
        "counts": CountRow,
        "absences": AbsenceRow,
    }
)
REQUIRED_SHEETS = ("branch", "customers", "orders", "technicians")

#: The columns that together name a row; two rows with the same are one too many (of calendar, see `calendar.py`).
KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "service_area": ("point",),
        "customers": ("customer_id",),
        "orders": ("order_id",),
        "technicians": ("technician_id",),
        "shifts": ("technician_id", "date"),
        "parts": ("part_id",),
        "reservations": ("reservation_id",),
        "loans": ("loan_id",),
        "tools": ("tool_id",),
        "locks": ("visit_id", "level", "technician_id"),
        "exceptions": ("visit_id", "rule"),
        "published": ("visit_id", "technician_id", "date"),
        "results": ("order_id", "at"),
        "counts": ("part_id", "at"),
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column, for readers, templates and documentation.

    Parameters
    ----------
    field, sheet_name, json_name
        Its name in the row, in a sheet's header, and in JSON.
    default
        What an empty cell stands for; `None` where it may not be empty.
    """

    field: str
    sheet_name: str
    json_name: str
    kind: Kind
    required: bool
    default: Any
    example: str
    meaning: str

    @property
    def shape(self) -> Shape:
        """What its cells look like; a text that names another sheet's row is an id."""
        shape = self.kind.shape
        return Shape.ID if shape is Shape.TEXT and self.field.endswith("_id") else shape

    def name(self, form: str) -> str:
        """Return the column's name in the given form, `csv` or `json`."""
        return self.json_name if form == "json" else self.sheet_name


@cache
def columns_of(sheet: str) -> tuple[Column, ...]:
    """Return the columns of a sheet, in order."""
    columns = []
    for declared in SHEETS[sheet].columns().values():
        bare = declared.name.removesuffix("_s")
        columns.append(
            Column(
                field=declared.name,
                sheet_name=declared.name if bare == declared.name else f"{bare}_min",
                json_name=bare,
                kind=declared.kind,
                required=declared.is_required,
                default=declared.default,
                example=declared.example,
                meaning=declared.meaning,
            )
        )
    return tuple(columns)
