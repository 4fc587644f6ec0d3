"""What keeps a visit out in the end, in words: whether it is proven, beside which visits, or what taking it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.plan import CauseKind
from optimizer.explain.sentences import technician_words
from optimizer.text.regional import date_text, points_text

if TYPE_CHECKING:
    from optimizer.domain.plan import Cause, UnassignedVisit
    from optimizer.domain.problem import Problem
    from optimizer.text.catalogue import Translate

#: Sentences by kind, and by what is known.
CAUSES: dict[tuple[CauseKind, str], str] = {
    (CauseKind.ALONE, ""): "Proven: no plan of these days has it.",
    (CauseKind.ALONE, "others"): "Proven: no plan of these days has it together with what comes before it ({visits}).",
    (CauseKind.LOCKED, ""): "Proven: no plan has it that keeps what is locked or told to customers ({visits}).",
    (CauseKind.LOCKED, "own"): "Proven: no plan has it that keeps its own lock.",
    (CauseKind.OUTRANKED, ""): (
        "Not proven: {technician} could come on {day} and nobody else would have to move; that plan is {points} points "
        "worse, a better one may exist."
    ),
    (CauseKind.OUTRANKED, "moved"): (
        "Not proven: {technician} could come on {day} if these were served at other times or by others: {visits}; that "
        "plan is {points} points worse, a better one may exist."
    ),
    (CauseKind.OUTRANKED, "left_out"): (
        "Not proven: {technician} could come on {day} if these stayed out: {visits}; that plan is {points} points "
        "worse, a better one may exist."
    ),
    (CauseKind.OPEN, ""): (
        "Open: neither a plan with it nor a proof against one was found in time; paigong explain looks longer."
    ),
    (CauseKind.OPEN, "better"): (
        "Open: {technician} could come on {day}, and the plan would be {points} points better: plan again with more "
        "time."
    ),
}


def cause_sentence(
    left: UnassignedVisit, cause: Cause, problem: Problem, translate: Translate, *, between: str = ", "
) -> str:
    """Return what keeps a visit out in the end as one plain sentence.

    Parameters
    ----------
    between
        What stands between two visits.
    """
    visits = cause.others[: cause.left_out] or cause.others
    return translate(
        CAUSES[cause.kind, _known(left, cause)],
        technician=technician_words(cause.technician_id, problem),
        day=date_text(problem.date_of(cause.day), problem.branch.region),
        visits=between.join(visits),
        points=points_text(abs(cause.cents or 0), problem.branch.region),
    )


def _known(left: UnassignedVisit, cause: Cause) -> str:
    """Return what of a cause its sentence says."""
    match cause.kind:
        case CauseKind.ALONE:
            return "others" if cause.others else ""
        case CauseKind.LOCKED:
            return "own" if cause.others == (left.visit_id,) else ""
        case CauseKind.OPEN:
            return "" if cause.cents is None else "better"
        case _:
            return "left_out" if cause.left_out else "moved" if cause.others else ""
