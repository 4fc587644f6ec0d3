"""The words for how a job and a plan stand, as the API says them."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    SOLVING = "solving"
    #: It has its plan.
    SOLVED = "solved"
    #: It was asked to stop; it has the best plan until then, if there was one.
    STOPPED = "stopped"
    #: It has no plan, and that is not the data's fault.
    FAILED = "failed"
    #: No plan is possible with what is locked, or the data turned out to have faults.
    INVALID = "invalid"


#: A job of these has ended.
ENDED = frozenset({Status.SOLVED, Status.STOPPED, Status.FAILED, Status.INVALID})


class State(StrEnum):
    """How a plan stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    #: Every technician with a route has acknowledged it.
    HANDED_OUT = "handed_out"


class Role(StrEnum):
    """What a key may do; each may do what those before it may."""

    READ = "read"
    PLAN = "plan"
    PUBLISH = "publish"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Return whether this role is enough where `needed` is asked for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)
