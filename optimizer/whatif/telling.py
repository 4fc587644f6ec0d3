"""Answers about one visit in words: why it is out and what would help, why it is where it is, or what else would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.explain.sentences import sentence
from optimizer.explain.served import Fixed
from optimizer.report.wording import CHANGE_KINDS, Wording
from optimizer.whatif.sentences import proposal_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.domain.order import Interval
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Rule
    from optimizer.explain.served import Alternative, WhyServed
    from optimizer.whatif.counterfactual import Counterfactual
    from optimizer.whatif.proposals import Proposal

#: What the start of a service comes from.
FIXED: dict[Fixed, str] = {
    Fixed.ARRIVAL: "it begins on arrival",
    Fixed.WINDOW: "its window opens then",
    Fixed.READY: "it can be done from then on",
    Fixed.FLOOR: "nothing begins before the plan is made",
    Fixed.LOCK: "its lock says so",
    Fixed.OTHERS: "it waits for others",
    Fixed.HOURS: "before that it does not fit into the hours",
}
#: So many others who could come are named.
NAMED = 3


def told_proposals(proposals: Sequence[Proposal], problem: Problem, lang: str) -> Iterator[str]:
    """Yield what would help a visit that stays out, a line each, the cheapest first."""
    wording = Wording(lang, problem.branch.region)
    t = wording.translate
    if not proposals:
        yield t("Nothing that may be asked for was found to help.")
        return
    yield t("What would help, each planned and judged:")
    for number, one in enumerate(proposals, start=1):
        said = proposal_sentence(one, problem, t, between=wording.listed(["", ""]))
        yield f"{number}. {said}"


def told_served(why: WhyServed, problem: Problem, lang: str) -> Iterator[str]:
    """Yield why a visit is where it is, and who else could come, a line each."""
    wording = Wording(lang, problem.branch.region)
    t = wording.translate
    yield t(
        "{technician} is there at {start}: {fixed}.",
        technician=wording.person(why.technician_id, problem),
        start=wording.clock(why.start_s, problem, why.day),
        fixed=t(FIXED[why.fixed_by]),
    )
    if not why.others:
        yield t("Nobody else could take it, the rest of the plan as it is.")
    for number, other in enumerate(why.others[:NAMED]):
        yield _other(other, problem, wording, is_first=number == 0)


def _other(other: Alternative, problem: Problem, wording: Wording, *, is_first: bool) -> str:
    t = wording.translate
    values = {
        "technician": wording.person(other.technician_id, problem),
        "day": wording.short_day(problem.date_of(other.day)),
        "start": wording.clock(other.start_s, problem, other.day),
        "points": _signed(other.extra_cents, wording),
        "rules": _by_rule(other.cost_changes, wording),
    }
    if is_first:
        return t("Second best: {technician}, {day} at {start}: {points} points ({rules}).", **values)
    return t("Then: {technician}, {day} at {start}: {points} points ({rules}).", **values)


def _by_rule(changes: Mapping[Rule, int], wording: Wording) -> str:
    """Return what each rule costs more or less, the largest first."""
    largest = sorted(changes.items(), key=lambda one: (-abs(one[1]), one[0]))
    return wording.listed(f"{wording.rule(rule)} {_signed(cents, wording)}" for rule, cents in largest) or "–"


def _signed(cents: int, wording: Wording) -> str:
    return f"{'−' if cents < 0 else '+'}{wording.points(abs(cents))}"


# --- what else would be -----------------------------------------------------------------------------------------------


def told_instead(found: Counterfactual, problem: Problem, lang: str) -> Iterator[str]:
    """Yield what would be otherwise with a decision forced: the cost, by rule, by visit and by person."""
    wording = Wording(lang, problem.branch.region)
    t, who = wording.translate, wording.person(found.technician_id, problem)
    if found.variant is None:
        yield t("No plan was found in which {technician} serves {visit}.", technician=who, visit=found.visit_id)
        if found.reason is not None:
            yield sentence(found.reason, problem, t, visit=problem.visit_by_id[found.visit_id])
        return
    extra_cents = found.variant.extra_cents
    yield t(
        "With {technician} at {visit}, planned anew: {points} points.",
        technician=who,
        visit=found.visit_id,
        points=_signed(extra_cents, wording),
    )
    if extra_cents < 0:
        yield t("That plan is better: plan again with more time.")
    yield t("By rule: {rules}.", rules=_by_rule(found.cost_changes, wording))
    for change in found.changes:
        yield t(
            "{visit} ({customer}): {change}, {before} → {after}.",
            visit=change.visit_id,
            customer=problem.customer_of(problem.visit_by_id[change.visit_id]).name,
            change=t(CHANGE_KINDS[change.kind]),
            before=_side(change.before_people, change.before, problem, wording),
            after=_side(change.after_people, change.after, problem, wording),
        )
    for one in found.people:
        yield t(
            "{technician}: {visits} visits, {time} out.",
            technician=wording.person(one.technician_id, problem),
            visits=f"{one.visits:+d}".replace("-", "−"),
            time=wording.balance(one.out_s),
        )


def _side(people: Sequence[str], window: Interval | None, problem: Problem, wording: Wording) -> str:
    """Return who comes and when; a dash when nobody does."""
    if window is None:
        return "–"
    names = wording.listed(wording.person(who, problem) for who in people)
    return f"{names} {wording.window(window, problem, problem.clock.day_of(window.open_s))}"
