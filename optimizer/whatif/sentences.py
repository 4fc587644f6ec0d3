"""Proposals in words: what to ask for, who then comes when, and what the plan costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.explain.sentences import part_words, proposal, technician_words, tool_words
from optimizer.text.regional import clock_text, date_text, points_text
from optimizer.whatif.asks import AskKind

if TYPE_CHECKING:
    from optimizer.domain.problem import Problem
    from optimizer.text.catalogue import Translate
    from optimizer.whatif.asks import Ask
    from optimizer.whatif.proposals import Proposal

#: What is asked for, by kind.
ASKS: dict[AskKind, str] = {
    AskKind.WINDOW: "Agree with the customer: {day} {opens}–{closes}.",
    AskKind.PART: "Get part {part} to the branch: {amount} more.",
    AskKind.TOOL: "Get the tool {tool}: {amount} more.",
    AskKind.RETURN: "{technician} returns part {part} ({amount}) first.",
    AskKind.TECHNICIAN: "Let {technician} serve it, who is refused, forbidden or not among those required.",
    AskKind.SKILL: "{technician} would need the skill {subject} at level {amount}.",
    AskKind.LOCK: "Take the lock of visit {visit} off.",
}


def proposal_sentence(one: Proposal, problem: Problem, translate: Translate, *, between: str = ", ") -> str:
    """Return a proposal in plain sentences: what to ask for, who comes when, what it costs, who stays out for it.

    Parameters
    ----------
    between
        What stands between two visits.
    """
    region, extra_cents = problem.branch.region, one.variant.extra_cents
    shown = problem.local_time(one.start_s)
    said = [
        ask_sentence(one.ask, problem, translate),
        translate(
            "{technician} then comes on {day} at {start}; the plan is {points} points worse."
            if extra_cents > 0
            else "{technician} then comes on {day} at {start}; the plan is {points} points better.",
            technician=technician_words(one.technician_id, problem),
            day=date_text(shown.date(), region),
            start=clock_text(shown, region, translate),
            points=points_text(abs(extra_cents), region),
        ),
    ]
    if one.variant.left_out:
        said.append(translate("Then left out: {visits}.", visits=between.join(one.variant.left_out)))
    return " ".join(said)


def ask_sentence(ask: Ask, problem: Problem, translate: Translate) -> str:
    """Return what is asked for as one plain sentence."""
    if ask.exception is not None:
        return proposal(ask.exception, translate)
    region = problem.branch.region
    moments = [] if ask.window is None else [problem.local_time(s) for s in (ask.window.open_s, ask.window.close_s)]
    times = [clock_text(shown, region, translate) for shown in moments] or ["", ""]
    return translate(
        ASKS[ask.kind],
        technician=technician_words(ask.technician_id, problem),
        part=part_words(ask.subject, problem),
        tool=tool_words(ask.subject, problem),
        subject=ask.subject,
        amount=ask.amount,
        visit=ask.released,
        day=date_text(moments[0].date(), region) if moments else "",
        opens=times[0],
        closes=times[1],
    )
