"""Customers, orders and visits: what is to be done, where, and when it is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from optimizer.domain.person_names import is_person


@dataclass(frozen=True, slots=True)
class Place:
    """A point in WGS-84 degrees, with the address that people read.

    Parameters
    ----------
    approximate
        Only the district or the town of the address is known: the point is its centre, some minutes off.
    """

    lat: float
    lon: float
    address: str = ""
    approximate: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A closed stretch of time, in seconds of the clock: `open_s` <= t <= `close_s`."""

    open_s: int
    close_s: int

    def __post_init__(self) -> None:
        if self.close_s < self.open_s:
            raise ValueError(f"interval closes at {self.close_s} s, before it opens at {self.open_s} s")


class Urgency(StrEnum):
    """How pressing the customer's need is."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Difficulty(StrEnum):
    """How hard the work is expected to be."""

    NORMAL = "normal"
    HARD = "hard"


class Coverage(StrEnum):
    """Who pays: the manufacturer, as long as the product is in warranty, or the customer."""

    WARRANTY = "warranty"
    PAID = "paid"


#: The kind of order that nobody drives out for without the customer's word: the site, the appliance, the water.
INSTALLATION = "installation"


class PlaceKind(StrEnum):
    """What kind of place a customer's is: how long it takes from the street to the door."""

    HOME = "home"
    OFFICE = "office"
    HOSPITAL = "hospital"
    FACTORY = "factory"


class CustomerKind(StrEnum):
    """Who waits for the technician: somebody at home, or a firm that is there all day."""

    HOME = "home"
    FIRM = "firm"


class Confirmed(StrEnum):
    """What the customer said when the visit was announced: who said no is not visited at that time."""

    YES = "yes"
    NO = "no"
    UNREACHABLE = "unreachable"


class HalfDay(StrEnum):
    """The part of an agreed day: until noon, or from noon on."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


class Unfinished(StrEnum):
    """Why the last visit did not finish the order: its class in the register."""

    NO_PART = "no_part"
    CUSTOMER_ABSENT = "customer_absent"
    NOT_REPRODUCED = "not_reproduced"
    NOT_REPAIRED = "not_repaired"
    SITE_NOT_READY = "site_not_ready"
    NO_TIME = "no_time"


@dataclass(frozen=True, slots=True)
class SkillNeed:
    """A skill that a visit needs and the least level of it (1 apprentice, 2 technician, 3 expert)."""

    skill: str
    min_level: int = 1


@dataclass(frozen=True, slots=True)
class PartNeed:
    """A part that a visit consumes and how many."""

    part_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ToolNeed:
    """Reusable equipment that a visit needs, or a technician owns, and how many units of it."""

    tool_id: str
    units: int = 1


@dataclass(frozen=True, slots=True)
class Load:
    """So much of a quantity (kilograms, crates, the demand of a benchmark): what a visit needs carried, or a limit."""

    quantity: str
    amount: int


class GapFrom(StrEnum):
    """From which moment of the earlier visit a gap counts."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A visit that comes first.

    Parameters
    ----------
    visit_id
        The earlier visit; this one is served only if that one is.
    gap_from
        Whether the gap counts from the earlier service's end or from its start.
    min_gap_s, max_gap_s
        Least and greatest time to this service's start; `None` is no limit.
    same_people
        Whoever serves the earlier visit serves this one: orders of several days, stays.
    """

    visit_id: str
    gap_from: GapFrom = GapFrom.END
    min_gap_s: int = 0
    max_gap_s: int | None = None
    same_people: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """Who asked: tier, hours, refusals and who served before.

    Parameters
    ----------
    opening
        Opening hours by weekday index (0 Monday), as seconds of the day; an absent weekday means closed.
        `None` when the customer states none: then no hours bind a service, and a visit without any window is
        planned within the branch's business hours.
    closed
        Hours of every day in which no service may take place (meals, meetings), as seconds of the day.
    refused
        Technicians whom the customer does not want.
    served_by
        Technicians who served this customer before, the latest first.
    place_kind
        What kind of place it is; `None` when nobody says, and then it takes no time from the street to the door.
    """

    customer_id: str
    name: str
    tier: str = ""
    phone: str = ""
    opening: tuple[tuple[int, Interval], ...] | None = None
    closed: tuple[Interval, ...] = ()
    refused: frozenset[str] = frozenset()
    served_by: tuple[str, ...] = ()
    place_kind: PlaceKind | None = None

    @property
    def kind(self) -> CustomerKind:
        """What kind of customer it is: by the place, else a home where the name is that of a person, else a firm."""
        if self.place_kind is not None:
            return CustomerKind.HOME if self.place_kind is PlaceKind.HOME else CustomerKind.FIRM
        return CustomerKind.HOME if is_person(self.name) else CustomerKind.FIRM


@dataclass(frozen=True, slots=True)
class Briefing:
    """What people read on the route sheet and no rule looks at.

    Parameters
    ----------
    contacts
        Whom to ask for at the place, each with the phone: `李经理 138-0000-0001`.
    request
        What the customer asks for beside the repair.
    bring
        What to take along that is neither part nor tool: software, shoe covers, permits.
    prepare
        What the customer prepares.
    """

    contacts: tuple[str, ...] = ()
    serial: str = ""
    coverage: Coverage | None = None
    request: str = ""
    bring: tuple[str, ...] = ()
    prepare: str = ""


@dataclass(frozen=True, slots=True)
class ServiceLog:
    """What has happened to an order, in seconds of the clock; `None` is "not yet". `promise.clocks` reads it."""

    passed_on_s: int | None = None
    contacted_s: int | None = None
    dispatched_s: int | None = None
    acknowledged_s: int | None = None
    on_site_s: int | None = None
    done_s: int | None = None
    called_back_s: int | None = None
    parts_back: bool | None = None
    confirmed: Confirmed | None = None


@dataclass(frozen=True, slots=True)
class LastRepair:
    """When the same fault of the same product of a customer was repaired last, and by whom.

    Parameters
    ----------
    technician_id
        Who repaired it then; empty when nobody knows.
    level
        At which level; `None`: that at which the technician holds the skills of the visit now.
    """

    day: date
    technician_id: str = ""
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A work order: what a customer needs, and what was asked and promised.

    Parameters
    ----------
    kind
        `installation`, `repair`, `inspection` or the branch's own word.
    requested
        Windows for the service start that the customer asked for, in seconds of the clock; soft until promised.
    promised
        Arrival windows given to the customer, in seconds of the clock; what was told, before any lead.
    due_day
        The last day that the promise rule allows; `None` when none is agreed yet.
    priority
        1 to 5, 5 most urgent. The policy's table may raise it.
    carried_over
        How many times it was left unfinished on an earlier day.
    agreed_day, agreed_half
        The day of a special agreement, and the half of it if one was agreed; it takes the place of the promise rule's,
        and the visit is planned on it.
    unfinished
        Class of the last visit that did not finish the order.
    last_repair
        The last repair of the same fault of this product, where it had been done and is back.
    """

    order_id: str
    customer_id: str
    kind: str = ""
    fault: str = ""
    product: str = ""
    received_s: int | None = None
    requested: tuple[Interval, ...] = ()
    promised: tuple[Interval, ...] = ()
    due_day: date | None = None
    priority: int = 1
    urgency: Urgency = Urgency.NORMAL
    difficulty: Difficulty = Difficulty.NORMAL
    carried_over: int = 0
    agreed_day: date | None = None
    agreed_half: HalfDay | None = None
    unfinished: Unfinished | None = None
    last_repair: LastRepair | None = None
    briefing: Briefing = Briefing()
    log: ServiceLog = ServiceLog()


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop: a place, a service, and what the service needs.

    Parameters
    ----------
    base_s
        Service duration of a technician whose factor is 100 %, in seconds.
    intermittent
        The fault comes and goes, so that an observation is added (policy, 30 minutes).
    critical_test_s
        Full test of a critical device, added unscaled, in seconds.
    ready_s
        Earliest start (site agreed ready, ordered part arrived), in seconds of the clock.
    works_through
        Opening and closed hours do not bind this service.
    area
        Name of the district, matched with the technicians' areas.
    required, prohibited
        Technician ids; `required` empty means anyone.
    crew_size
        How many technicians serve together; the policy's safety list may ask for two.
    lead_skills
        What the lead of a crew needs; empty means the same as every member.
    tools
        Equipment that the visit needs, once for the whole crew: the lead brings it.
    after
        The visits that come before this one.
    loads
        What the lead has to carry for this visit, by quantity.
    """

    visit_id: str
    order_id: str
    place: Place
    base_s: int
    skills: tuple[SkillNeed, ...] = ()
    parts: tuple[PartNeed, ...] = ()
    intermittent: bool = False
    critical_test_s: int = 0
    ready_s: int | None = None
    works_through: bool = False
    area: str = ""
    required: frozenset[str] = frozenset()
    prohibited: frozenset[str] = frozenset()
    crew_size: int = 1
    lead_skills: tuple[SkillNeed, ...] = ()
    tools: tuple[ToolNeed, ...] = ()
    after: tuple[Predecessor, ...] = ()
    loads: tuple[Load, ...] = ()
