"""The wire models of a plan in detail, and of two plans side by side."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.answered import Date, Given
from api.schemas.plan import Change

Degrees = Annotated[float, Field(description="WGS-84")]


class Where(Given):
    """A visit with what it belongs to, and where it is."""

    visit: str
    order: str
    customer: str
    lat: Degrees
    lon: Degrees


class StopDetails(Where):
    """A visit on a route."""

    travel_s: Annotated[int, Field(description="of the way to it, the time at the door included")]
    travel_m: int
    waiting_s: Annotated[int, Field(description="between arrival and start, the technician's break not counted")]
    service_s: int


class LineString(Given):
    """A way as GeoJSON: straight from place to place, longitude first."""

    type: Literal["LineString"]
    coordinates: list[list[float]]


class RouteDetails(Given):
    """One technician on one day."""

    technician: str
    date: Date
    travel_s: int
    travel_m: int
    service_s: int
    waiting_s: int
    return_travel_s: int
    return_travel_m: int
    geometry: LineString
    geometry_along: Annotated[
        Literal["straight"],
        Field(description="what the way is drawn along: straight lines, as no roads are known"),
    ]
    stops: list[StopDetails]


class LeftOut(Where):
    """A visit that no route has."""

    reasons: Annotated[list[str], Field(description="a sentence each, in the reader's language")]


class Details(Given):
    """What a plan leaves to be worked out."""

    routes: list[RouteDetails]
    unassigned: list[LeftOut]


class Sides(Given):
    """A figure of two plans."""

    before: float | None
    after: float | None


class PlansCompared(Given):
    """What one plan does otherwise than another."""

    before: Annotated[str, Field(description="id of the plan that is compared with")]
    after: str
    cost_cents: Sides
    costs: Annotated[dict[str, Sides], Field(description="cents by rule, as far as they differ")]
    figures: Annotated[dict[str, Sides], Field(description="key figures, as far as they differ")]
    changes: list[Change]
