"""The wire models of a plan: routes with their stops, visits left out with their reasons, changes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from optimizer.domain.plan import CauseKind, UnassignedState
from optimizer.domain.planning_context import ChangeKind

#: Local time of the branch with its offset.
LocalMoment = Annotated[
    str,
    Field(
        examples=["2026-11-30T09:00:00+08:00"],
        description="ISO 8601 with offset",
        json_schema_extra={"format": "date-time"},
    ),
]
#: A day of the branch.
LocalDate = Annotated[str, Field(examples=["2026-11-30"], json_schema_extra={"format": "date"})]


class Part(BaseModel):
    """Of the plan file; clients pass over fields that a later version adds."""


class Window(Part):
    """From when until when."""

    open: LocalMoment
    close: LocalMoment


class PartTaken(Part):
    """A part that a stop needs."""

    part_id: str
    quantity: int


class PauseTaken(Part):
    """When the work of a stop is interrupted."""

    start: LocalMoment
    end: LocalMoment


class Stop(Part):
    """One visit on a route."""

    visit: str
    arrive: LocalMoment
    start: LocalMoment
    end: LocalMoment
    leave_by: Annotated[
        LocalMoment, Field(description="when to leave for it at the latest: in time for the window told, at no cost")
    ]
    window: Annotated[Window, Field(description="what the customer is told")]
    lateness_s: int
    parts: list[PartTaken]
    crew: Annotated[list[str], Field(description="everybody who serves it")]
    lead: str
    pinned: bool
    pause: Annotated[
        PauseTaken | None, Field(description="where the work is interrupted, for the break or closed hours")
    ] = None


class BreakTaken(Part):
    """The break of a route: in which slot, from when."""

    slot: int
    start: LocalMoment


class BranchStop(Part):
    """A stop at the branch on the way, before the stop of this index."""

    before: int
    arrive: LocalMoment
    start: LocalMoment
    end: LocalMoment
    leave_by: LocalMoment


class Route(Part):
    """One technician on one day."""

    technician: str
    date: LocalDate
    depart: LocalMoment
    return_: Annotated[LocalMoment, Field(alias="return")]
    break_: Annotated[BreakTaken | None, Field(alias="break")]
    branch_stop: BranchStop | None = None
    stops: list[Stop]


class Reason(Part):
    """Why a visit is not planned: a code, whom and which day it is about, what is missing."""

    code: Annotated[str, Field(examples=["SKILL_LEVEL"])]
    proven: bool
    technician: str
    day: LocalDate
    amount: int
    unit: str
    subject: str
    visit: str
    moment: Annotated[
        LocalMoment | None, Field(description="from when on the part can be used, where the visit waits for one")
    ] = None
    exception: Annotated[
        dict[str, Any] | None,
        Field(description="the row of the sheet exceptions that would let it be planned, without a name and a reason"),
    ] = None


class Cause(Part):
    """What keeps a visit out in the end: what is proven, or a plan that has it and what that costs more."""

    kind: Annotated[CauseKind, Field(description="impossible alone, beside what is locked, outranked, or open")]
    proven: bool
    technician: Annotated[str, Field(description="who would come in the plan that has the visit")]
    day: LocalDate
    cents: Annotated[int | None, Field(description="what that plan costs more; null where there is none")]
    others: Annotated[list[str], Field(description="visits that have to go for it, or that are locked in its way")]
    left_out: Annotated[int, Field(description="how many of them, the first, that plan leaves out")]


class UnassignedVisit(Part):
    """A visit that no route serves."""

    visit: str
    state: Annotated[UnassignedState, Field(description="whether it may wait, or a promise will break")]
    due: LocalDate | None
    reasons: list[Reason]
    cause: Annotated[Cause | None, Field(description="what keeps it out in the end")] = None


class Accepted(Part):
    """What kept locks break, and what exceptions allow: then with who allows it and why."""

    rule: str
    amount: int
    unit: str
    technician: str
    visit: str
    message: str
    by: str = ""
    why: str = ""


class PlanPart(Part):
    """The plan itself, as in the plan file."""

    format: Annotated[
        str | None, Field(examples=["paigong.plan/2"], description="null of a plan kept before plans had it")
    ] = None
    routes: list[Route]
    unassigned: list[UnassignedVisit]
    accepted: list[Accepted]
    costs: Annotated[dict[str, int], Field(description="cents by rule")]
    kpis: Annotated[dict[str, Any], Field(description="key figures")]
    bound: Annotated[int | None, Field(description="proven lower bound in cents; null while none is computed")]


class TravelTimes(Part):
    """The travel of a plan: seconds and metres by profile, from each place to each; null where there is no way."""

    provenance: dict[str, str]
    sha256: str
    keys: list[str]
    profiles: list[str]
    seconds: list[list[list[int | None]]]
    metres: list[list[list[int | None]]]


class PlanFile(PlanPart):
    """A plan with all that it was made from: anyone can judge it alone."""

    problem: Annotated[dict[str, Any], Field(description="the branch as it was planned, in the form of `Branch`")]
    facts_sha256: str
    matrix: TravelTimes
    run: Annotated[dict[str, Any], Field(description="how it came about: seed, moves, elapsed seconds, versions")]


class ChangeSide(Part):
    """How a visit is treated: by whom, within which window; empty where no route has it."""

    technician: str
    window: Window | None
    crew: list[str]


class Change(Part):
    """A visit that is treated otherwise than in the published plan."""

    visit: str
    kind: ChangeKind
    before: ChangeSide
    after: ChangeSide
    call_by: LocalMoment
