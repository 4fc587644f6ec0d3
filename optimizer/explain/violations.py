"""What a plan breaks, in words: one plain sentence for people, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule
from optimizer.explain.sentences import technician_words
from optimizer.judge.facts import gaps_in
from optimizer.judge.hard_rules import refusals
from optimizer.text.durations import span_text

if TYPE_CHECKING:
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.text.catalogue import Translate

#: What is broken, by rule and by unit of the amount, or by what `kind_of` finds out beside it.
SENTENCES: dict[tuple[Rule, str], str] = {
    (Rule.ONCE, "visits"): "Visit {visit} is planned {amount} time(s) too often.",
    (Rule.SKILL, "levels"): "{technician} lacks a skill that visit {visit} needs ({amount} level(s)).",
    (Rule.SKILL, "skill"): "{technician} is {amount} level(s) too low in {skill} for visit {visit}.",
    (Rule.SKILL, "certificate"): "{technician} has no valid certificate for {skill}, which visit {visit} needs.",
    (Rule.ALLOWED, ""): "{technician} may not serve visit {visit}.",
    (Rule.ALLOWED, "required"): "Visit {visit} requires other people than {technician}.",
    (Rule.ALLOWED, "missing"): "Visit {visit} requires {technician}, who does not serve it.",
    (Rule.ALLOWED, "prohibited"): "{technician} must not serve visit {visit}.",
    (Rule.ALLOWED, "refused"): "The customer of visit {visit} refuses {technician}.",
    (Rule.ALLOWED, "area"): "Visit {visit} lies outside the area of {technician}.",
    (Rule.TRAVEL_LIMIT, ""): "There is no way for {technician} to or from visit {visit}.",
    (Rule.TRAVEL_LIMIT, "s"): "{technician} travels or is out {span} more than allowed.",
    (Rule.TRAVEL_LIMIT, "leg"): "The way of {technician} to or from visit {visit} is {span} longer than allowed.",
    (Rule.TRAVEL_LIMIT, "visits"): "{technician} has {amount} visit(s) more than allowed.",
    (Rule.WINDOW, "s"): "Visit {visit} cannot begin in time: {span} outside its window or hours.",
    (Rule.WINDOW, "visits"): "Visit {visit} has no window on this day.",
    (Rule.READY, "s"): "Visit {visit} begins {span} before it is ready.",
    (Rule.CONFIRMED, ""): "The customer of visit {visit} was not reached: agree a time first.",
    (Rule.FLOOR, "s"): "{technician} would have to leave {span} before anybody can.",
    (Rule.FLOOR, "visit"): "Visit {visit} begins {span} before anybody can be there.",
    (Rule.SHIFT, ""): "{technician} has no shift for this route.",
    (Rule.SHIFT, "s"): "{technician} is back {span} after the latest allowed return.",
    (Rule.REST, "s"): "{technician} has {span} too little rest between two shifts.",
    (Rule.BREAK, ""): "{technician} has no legal break on this day.",
    (Rule.BREAK, "s"): "The break of {technician} does not fit, by {span}.",
    (Rule.LOAD, ""): "{technician} would carry {amount} {unit} too much.",
    (Rule.STOCK, "parts"): "Part {part} is {amount} short.",
    (Rule.STOCK, "fetched"): "{technician} starts at home and does not stop at the branch for the parts of {visit}.",
    (Rule.LOAN, "parts"): "{technician} has not returned part {part} and may take no part for visit {visit}.",
    (Rule.TOOL, "tools"): "A tool is {amount} short on this day.",
    (Rule.CREW, ""): "The crew of visit {visit} does not fit.",
    (Rule.CREW, "technicians"): "The crew of visit {visit} is wrong by {amount} person(s).",
    (Rule.CREW, "levels"): "Nobody able leads the crew of visit {visit}: {technician} lacks {amount} level(s).",
    (Rule.CREW, "s"): "The crew of visit {visit} cannot meet: {span} apart.",
    (Rule.PRECEDENCE, "visits"): "Visit {visit} follows a visit that is not planned.",
    (Rule.PRECEDENCE, "s"): "Visit {visit} does not keep its gap behind the visit before it, by {span}.",
    (Rule.PRECEDENCE, "technicians"): "Visit {visit} is for the people who serve the visit before it.",
    (Rule.LOCK, ""): "Visit {visit} is locked to somebody else than {technician}.",
    (Rule.LOCK, "visits"): "Visit {visit} is locked and not planned.",
    (Rule.LOCK, "days"): "Visit {visit} is locked to another day.",
    (Rule.LOCK, "s"): "Visit {visit} begins {span} after what its lock, or the window told, allows.",
    (Rule.LOCK, "stops"): "Visit {visit} is locked to its place in a route that has started.",
}
#: Any rule without a sentence of its own.
BY_RULE = "{about}: {rule}"


def violation_sentence(violation: Violation, problem: Problem, translate: Translate) -> str:
    """Return what is broken as one plain sentence, technicians with their names."""
    about = violation.visit_id or violation.technician_id or violation.part_id
    return translate(
        _template(violation, problem),
        about=about,
        rule=translate(violation.rule.statement),
        technician=technician_words(violation.technician_id, problem),
        visit=violation.visit_id,
        part=violation.part_id,
        amount=violation.amount,
        unit=violation.unit,
        span=span_text(violation.amount, translate),
        skill=_skill(violation, problem)[0],
    )


def _template(violation: Violation, problem: Problem) -> str:
    """Return the sentence that says most about what is broken."""
    names = (kind_of(violation, problem), violation.unit, "")
    return next((SENTENCES[violation.rule, name] for name in names if (violation.rule, name) in SENTENCES), BY_RULE)


def kind_of(violation: Violation, problem: Problem) -> str:
    """Return what the facts say of a violation beyond its unit."""
    technician = problem.technician_by_id.get(violation.technician_id)
    visit = problem.visit_by_id.get(violation.visit_id)
    match violation.rule:
        case Rule.SKILL:
            return _skill(violation, problem)[1]
        case Rule.ALLOWED if technician is not None and visit is not None:
            return next(iter(refusals(problem, technician, visit)), "missing")
        case Rule.TRAVEL_LIMIT if visit is not None and violation.unit == "s":
            return "leg"
        case Rule.FLOOR if visit is not None:
            return "visit"
        case Rule.STOCK if technician is not None and not violation.part_id:
            return "fetched"
    return violation.unit


def _skill(violation: Violation, problem: Problem) -> tuple[str, str]:
    """Return the skill that a violation of `skill` is about, and whether a level or a certificate is missing."""
    technician = problem.technician_by_id.get(violation.technician_id)
    visit = problem.visit_by_id.get(violation.visit_id)
    if violation.rule is not Rule.SKILL or technician is None or visit is None:
        return "", violation.unit
    needs = (*problem.skills_needed(visit), *problem.lead_skills_needed(visit))
    for day in range(problem.days):
        for gap in gaps_in(technician, needs, problem.date_of(day)):
            if gap.levels == violation.amount:
                return gap.need.skill, "certificate" if gap.is_expired else "skill"
    return "", violation.unit
