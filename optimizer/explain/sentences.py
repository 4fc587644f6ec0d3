"""Reasons, and what kept locks and exceptions break, in words: one plain sentence for people, in the reader's language.

Each sentence is a key of the catalogue; which one fits a reason depends on its code and on what the reason names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.plan import AWAY, BEFORE, BUSINESS, DUTY, OVER, PAUSE, ReasonCode
from optimizer.domain.problem import LockLevel
from optimizer.domain.rules import Rule
from optimizer.text.durations import span_text
from optimizer.text.regional import clock_text, date_text, points_text

if TYPE_CHECKING:
    from optimizer.domain.house_limits import LimitException
    from optimizer.domain.order import Visit
    from optimizer.domain.plan import Reason
    from optimizer.domain.problem import Problem
    from optimizer.domain.rules import Violation
    from optimizer.text.catalogue import Translate

#: Sentences by code, and by what the reason names (its subject, unit or "visit") where that makes a difference.
SENTENCES: dict[tuple[ReasonCode, str], str] = {
    (ReasonCode.SKILL, ""): "{technician} comes closest but does not have the skill {subject} (level {amount} needed).",
    (ReasonCode.SKILL_LEVEL, ""): "{technician} comes closest but is {amount} level(s) too low in {subject}.",
    (ReasonCode.SKILL_LEVEL, "visit"): (
        "The same fault was repaired {days} day(s) before by {last} at level {level}: it needs level {needed}, or a "
        "second person (crew size 2)."
    ),
    (ReasonCode.CERTIFICATE_EXPIRED, ""): (
        "{technician} comes closest but the certificate for {subject} is not valid on {day} ({amount} day(s) off)."
    ),
    (ReasonCode.AREA, ""): "{technician} comes closest but does not serve the area {subject}.",
    (ReasonCode.TECHNICIAN_NOT_ALLOWED, "required"): (
        "{technician} comes closest but is not among the technicians this visit requires."
    ),
    (
        ReasonCode.TECHNICIAN_NOT_ALLOWED,
        "crew",
    ): "{technician}, whom this visit requires, is not among those who can come.",
    (ReasonCode.TECHNICIAN_NOT_ALLOWED, AWAY): (
        "Only {people} may come: no shift on {horizon} (on leave, or not on the roster)."
    ),
    (ReasonCode.TECHNICIAN_NOT_ALLOWED, "prohibited"): "{technician} comes closest but must not serve this visit.",
    (ReasonCode.TECHNICIAN_NOT_ALLOWED, "refused"): "{technician} comes closest but the customer refuses this person.",
    (ReasonCode.PART_OUT_OF_STOCK, ""): "Part {part} is out of stock: {amount} missing.",
    (ReasonCode.PART_OUT_OF_STOCK, "visit"): "Part {part} is out of stock: {amount} missing, visit {visit} has it.",
    (ReasonCode.PART_ARRIVES_LATE, ""): "Part {part} arrives too late: {amount} missing, usable from {day}.",
    (ReasonCode.PART_ARRIVES_LATE, "moment"): (
        "Part {part} arrives at {arrives} and is booked in by {usable}: {technician} leaves before that, and would "
        "have to stop at the branch for it."
    ),
    (ReasonCode.PART_ARRIVES_LATE, "s"): (
        "Part {part} arrives at {arrives} and is booked in by {usable}: {technician} comes closest but, leaving at "
        "{usable} or stopping at the branch then, would be {span} too late."
    ),
    (ReasonCode.PART_NOT_RETURNED, ""): (
        "{technician} comes closest but has not returned {amount} of part {part} and may take no new part."
    ),
    (ReasonCode.LOAD, ""): "{technician} comes closest but would carry {amount} {subject} too much.",
    (ReasonCode.TOOL_IN_USE, ""): "There are too few of the tool {tool}: {amount} missing.",
    (ReasonCode.TOOL_IN_USE, "visit"): "The tool {tool} is in use on {day}: {amount} missing, visit {visit} has it.",
    (ReasonCode.CREW_SIZE, ""): "On {day} it needs {amount} more people than can come.",
    (ReasonCode.CREW_SIZE, "visit"): (
        "On {day} it needs {amount} more people than can come: the same fault was repaired {days} day(s) before by "
        "{last}, and a level higher than then, or two people are needed."
    ),
    (ReasonCode.CREW_SIZE, "s"): "Its people cannot meet on {day}: {span} apart.",
    (ReasonCode.CREW_LEAD, ""): (
        "Nobody can lead its crew on {day}: {technician} comes closest, {amount} level(s) of {subject} missing."
    ),
    (ReasonCode.CREW_LEAD, "days"): (
        "Nobody can lead its crew on {day}: the certificate of {technician} for {subject} is {amount} day(s) off."
    ),
    (ReasonCode.PRECEDENCE, ""): "It comes after visit {visit}, which is not planned.",
    (ReasonCode.PRECEDENCE, "s"): (
        "{technician} comes closest but visit {visit} would then start {span} too soon or too late after another one."
    ),
    (ReasonCode.PRECEDENCE, "technicians"): (
        "{technician} comes closest but visit {visit} is for the same people as the one before it."
    ),
    (ReasonCode.UNREACHABLE, ""): "{technician} comes closest but has no way to travel: {subject}.",
    (ReasonCode.UNREACHABLE, "stop"): (
        "{technician} comes closest but would have to stop at the branch for the parts first."
    ),
    (ReasonCode.MAX_TRAVEL, ""): "{technician} comes closest but would travel {span} more than allowed.",
    (ReasonCode.MAX_TRAVEL, DUTY): (
        "{technician} comes closest but the day would last {lasts}, {span} more than allowed."
    ),
    (ReasonCode.NOT_READY, ""): "The visit is ready too late that day: {span} too late for {technician}.",
    (ReasonCode.TIME_PASSED, ""): (
        "{technician} comes closest but cannot leave before the plan is made: {span} too late."
    ),
    (ReasonCode.TIME_PASSED, OVER): "Its window was over when the plan was made: phone the customer for another time.",
    (ReasonCode.TIME_PASSED, BEFORE): (
        "Its window closes before the days that are planned here: send somebody sooner, or phone the customer for "
        "another time."
    ),
    (ReasonCode.TIME_WINDOW, ""): ("{technician} comes closest but misses the customer's window or hours by {span}."),
    (ReasonCode.TIME_WINDOW, PAUSE): (
        "{technician} comes closest but misses the customer's window or hours by {span}; it would fit if the "
        "service could pause while the customer is closed: put the kind of the order on the policy's pause list."
    ),
    (ReasonCode.TIME_WINDOW, "visit"): (
        "{technician} comes closest but would then miss the window or hours of visit {visit} by {span}."
    ),
    (ReasonCode.TIME_WINDOW, BUSINESS): (
        "{technician} comes closest but would start {span} after the branch's business hours, which count where a "
        "customer states no window and no hours: agree a window."
    ),
    (ReasonCode.TIME_WINDOW, "day"): "The customer has no window on {day}.",
    (ReasonCode.TIME_WINDOW, "stop"): (
        "{technician} comes closest but, after fetching the parts at the branch, misses the customer's window or hours "
        "by {span}."
    ),
    (ReasonCode.SHIFT_CAPACITY, ""): (
        "{technician} comes closest but would be back {span} after the latest allowed return."
    ),
    (ReasonCode.SHIFT_CAPACITY, "visits"): "{technician} comes closest but would have {amount} visit(s) too many.",
    (ReasonCode.SHIFT_CAPACITY, "stop"): (
        "{technician} comes closest but, with the way over the branch for the parts, would be back {span} after "
        "the latest allowed return."
    ),
    (ReasonCode.SHIFT_CAPACITY, "branch"): (
        "{technician} comes closest but would be at the branch {span} after it closes."
    ),
    (ReasonCode.SHIFT_CAPACITY, "shift"): "Nobody has a shift on {day}.",
    (ReasonCode.SHIFT_CAPACITY, "shifts"): "Nobody has a shift on these days.",
    (ReasonCode.REST, ""): ("{technician} comes closest but would have {span} too little rest between two shifts."),
    (ReasonCode.BREAK, ""): "{technician} comes closest but the break would not fit, by {span}.",
    (ReasonCode.BREAK, PAUSE): (
        "{technician} comes closest but the break would not fit, by {span}; it would fit if the service could "
        "pause: put the kind of the order on the policy's pause list."
    ),
    (ReasonCode.PINNED_CONFLICT, ""): "{technician} comes closest but misses the locked start by {span}.",
    (ReasonCode.PINNED_CONFLICT, "visit"): (
        "{technician} comes closest but would then miss the locked start of visit {visit} by {span}."
    ),
    (ReasonCode.PINNED_CONFLICT, "person"): "The visit is locked to {technician}, who cannot serve it on {day}.",
    (ReasonCode.OUTRANKED, "visit"): (
        "{technician} serves visit {visit} at that time; with this one in its place the plan would be {points} points "
        "worse."
    ),
    (ReasonCode.OUTRANKED, ""): (
        "Other work is worth more: serving it with {technician} makes the plan {points} points worse than leaving it "
        "out."
    ),
    (ReasonCode.TIME_LIMIT, ""): (
        "The search ended before placing it: {technician} could take it, and the plan would be {points} points better; "
        "plan again with more time."
    ),
    (ReasonCode.TIME_LIMIT, "untried"): (
        "There was no time left to try its places in this plan: {technician} is able to serve it; plan again with more "
        "time."
    ),
    (ReasonCode.TIME_LIMIT, "unknown"): ("There was no time left to find out why; plan again with more time."),
    (ReasonCode.RULE, ""): "{technician} comes closest but this rule would be broken: {rule}",
    (ReasonCode.RULE, "s"): "{technician} comes closest but this rule would be broken by {span}: {rule}",
    (ReasonCode.DECLINED, ""): "The customer said no to this time: agree another one.",
    (ReasonCode.NOT_REACHED, "installation"): (
        "The customer was not reached, and nobody drives out for an installation without an answer: agree a time."
    ),
    (ReasonCode.NOT_REACHED, "appointment"): "The customer was not reached and has no appointment: agree a time.",
    (ReasonCode.NOT_REACHED, "way"): (
        "The customer was not reached, and it is {span} too far off every way to try in vain: agree a time."
    ),
    (ReasonCode.DUE_BEFORE_PLAN, ""): "Its time is before the day planned here: send somebody today.",
}


#: How long a way takes where it is not the drive alone.
AT_THE_DOOR = "{drive} + {door} at the door"

#: What a kept lock breaks, by rule and unit.
ACCEPTED: dict[tuple[Rule, str], str] = {
    (Rule.SKILL, "levels"): "The lock of visit {visit} is kept although {technician} lacks a skill that it needs.",
    (Rule.ALLOWED, ""): "The lock of visit {visit} is kept although {technician} may not serve it.",
    (Rule.WINDOW, "s"): (
        "The lock of visit {visit} is kept although it lies {span} outside the customer's window or hours."
    ),
    (Rule.WINDOW, "visits"): "The lock of visit {visit} is kept although the customer has no window on that day.",
    (Rule.SHIFT, "s"): (
        "The lock of visit {visit} is kept although {technician} is back {span} after the latest allowed return."
    ),
    (Rule.SHIFT, "early"): (
        "The lock of visit {visit} is kept although {technician} has to begin {span} before the shift."
    ),
}


#: What an exception allows, by rule and unit.
EXCEPTED: dict[tuple[Rule, str], str] = {
    (Rule.TRAVEL_LIMIT, "s"): "{by} lets {technician} travel {span} more than allowed, for visit {visit}: {why}",
    (Rule.TRAVEL_LIMIT, "visits"): "{by} lets {technician} have {amount} visit(s) more, for visit {visit}: {why}",
    (Rule.SHIFT, "s"): (
        "{by} lets {technician} be back {span} after the latest allowed return, for visit {visit}: {why}"
    ),
    (Rule.ALLOWED, ""): "{by} lets {technician} serve visit {visit} outside the own area: {why}",
    (Rule.LOCK, "s"): "{by} lets visit {visit} start {span} outside the window told to the customer: {why}",
}


def accepted_sentence(accepted: Violation, problem: Problem, translate: Translate) -> str:
    """Return what a kept lock breaks, or an exception allows, as one plain sentence."""
    values = {
        "visit": accepted.visit_id,
        "technician": technician_words(accepted.technician_id, problem),
        "span": span_text(accepted.amount, translate),
        "amount": accepted.amount,
        "by": accepted.by,
        "why": accepted.why,
    }
    if accepted.by:
        return translate(EXCEPTED[accepted.rule, accepted.unit], **values)
    kind = "early" if _is_early(accepted, problem) else accepted.unit
    return translate(ACCEPTED[accepted.rule, kind], **values)


def _is_early(accepted: Violation, problem: Problem) -> bool:
    """Return whether what a kept lock breaks is the beginning of its shift, as it is nearer to that than to the end."""
    starts = [k for k in problem.locks if k.visit_id == accepted.visit_id and k.level is LockLevel.START]
    shifts = {shift.day: shift for shift in problem.shifts if shift.technician_id == accepted.technician_id}
    held = [(lock.start_s, shifts[problem.day_of_lock(lock)]) for lock in starts if accepted.rule is Rule.SHIFT]
    return any(start_s - shift.start_s < shift.end_s - start_s for start_s, shift in held)


#: The first proposal of a reason that is a house limit: the row to write, a cell after another.
PROPOSAL = (
    "An exception would do; in the sheet exceptions: order {visit}, rule {rule}, amount {amount}, by whom, why, "
    "technician {technician}."
)


def sentence(reason: Reason, problem: Problem, translate: Translate, *, visit: Visit | None = None) -> str:
    """Return a reason as one plain sentence, and its proposal as another one after it.

    Parameters
    ----------
    visit
        That stays out for this reason: where a day is agreed for it, that day is what people ask about.
    """
    agreed = "" if visit is None else _agreed(reason, visit, problem, translate)
    said = agreed or _plain_sentence(reason, problem, translate)
    return said if reason.exception is None else f"{said} {proposal(reason.exception, translate)}".strip()


def _agreed(reason: Reason, visit: Visit, problem: Problem, translate: Translate) -> str:
    """Return what is agreed for another day than those planned; empty where a reason is about something else."""
    region, order = problem.branch.region, problem.order_of(visit)
    if reason.code is ReasonCode.NOT_READY and visit.ready_s is not None and visit.ready_s >= problem.end_s:
        day = date_text(problem.local_time(visit.ready_s).date(), region)
        return translate(
            "Agreed is: not before {day} {time}.", day=day, time=clock_words(visit.ready_s, problem, translate)
        )
    if (reason.code, reason.subject) != (ReasonCode.TIME_WINDOW, "day"):
        return ""
    windows = order.promised or order.requested
    first = problem.local_time(windows[0].open_s).date() if windows else order.agreed_day
    if first is None:
        return ""
    day = date_text(first, region)
    if order.promised or not windows:
        return translate("Agreed with the customer is {day}.", day=day)
    return translate("The customer asked for {day}.", day=day)


def proposal(one: LimitException, translate: Translate) -> str:
    """Return the row of an exception that is still without a name and a reason, in words."""
    return translate(PROPOSAL, **proposal_values(one))


def proposal_values(one: LimitException) -> dict[str, object]:
    """Return what the row of an exception says, its amount as a sheet has it."""
    amount = one.amount // one.limit.unit
    return {"visit": one.visit_id, "rule": str(one.limit), "amount": amount, "technician": one.technician_id}


def _plain_sentence(reason: Reason, problem: Problem, translate: Translate) -> str:
    """Return a reason as one plain sentence; technicians, parts and tools are named with their ids."""
    day, region, moment_s = problem.date_of(reason.day), problem.branch.region, reason.moment_s
    return translate(
        _template(reason),
        technician=technician_words(reason.technician_id, problem),
        part=part_words(reason.subject, problem),
        tool=tool_words(reason.subject, problem),
        visit=reason.visit_id,
        subject=reason.subject,
        rule=_rule(reason, translate),
        amount=reason.amount,
        span=span_text(reason.amount, translate),
        lasts=span_text(_most_duty_s(reason, problem) + reason.amount, translate),
        points=points_text(reason.amount, region),
        day=date_text(day, region),
        people=_required(reason, problem, translate),
        horizon=_horizon(problem, translate),
        **_repeat_values(reason, problem, translate),
        arrives="" if moment_s is None else clock_words(moment_s - problem.policy.pick_s, problem, translate),
        usable="" if moment_s is None else clock_words(moment_s, problem, translate),
    )


def clock_words(moment_s: int, problem: Problem, translate: Translate) -> str:
    """Return the time that the clock shows at a moment, as the branch writes it."""
    return clock_text(problem.local_time(moment_s), problem.branch.region, translate, has_seconds=True)


def _repeat_values(reason: Reason, problem: Problem, translate: Translate) -> dict[str, object]:
    """Return what is said of a repeat fault: when it was repaired last, by whom and at which level."""
    repeat = problem.repeats.get(reason.visit_id)
    if repeat is None:
        return {}
    last = technician_words(repeat.technician_id, problem) or translate("somebody")
    return {"days": repeat.days, "last": last, "level": repeat.level, "needed": repeat.level_needed}


def _required(reason: Reason, problem: Problem, translate: Translate) -> str:
    """Return those whom the visit requires that a reason names; nobody where it names none."""
    visit = problem.visit_by_id.get(reason.visit_id)
    people = sorted(visit.required) if visit else []
    return translate(" or ").join(technician_words(who, problem) for who in people)


def _horizon(problem: Problem, translate: Translate) -> str:
    """Return the day that is planned, or the first and the last of several."""
    first, last = (date_text(day, problem.branch.region) for day in (problem.first_day, problem.last_day))
    return first if problem.days == 1 else translate("{start} to {end}", start=first, end=last)


def _rule(reason: Reason, translate: Translate) -> str:
    """Return the rule that a reason names in its own sentence, empty when it is about something else."""
    rules = [rule for rule in Rule if reason.code is ReasonCode.RULE and rule.value == reason.subject]
    return translate(rules[0].statement) if rules else reason.subject


def _template(reason: Reason) -> str:
    """Return the sentence that says most about a reason."""
    moment = "" if reason.moment_s is None else "moment"
    names = (reason.subject, reason.unit, moment, "visit" if reason.visit_id else "")
    fitting = [SENTENCES[reason.code, name] for name in names if name and (reason.code, name) in SENTENCES]
    return fitting[0] if fitting else SENTENCES.get((reason.code, ""), reason.code.value)


def _most_duty_s(reason: Reason, problem: Problem) -> int:
    """Return how long the day that a reason is about may last, 0 when the reason is about something else."""
    if (reason.code, reason.subject) != (ReasonCode.MAX_TRAVEL, DUTY):
        return 0
    key = (reason.technician_id, reason.day)
    return next((shift.max_duty_s or 0 for shift in problem.shifts if (shift.technician_id, shift.day) == key), 0)


def technician_words(technician_id: str, problem: Problem) -> str:
    """Return a technician by name and id."""
    technician = problem.technician_by_id.get(technician_id)
    is_named = technician is not None and technician.name not in ("", technician_id)
    return f"{technician.name} ({technician_id})" if technician is not None and is_named else technician_id


def tool_words(tool_id: str, problem: Problem) -> str:
    """Return a tool by name and id."""
    name = next((tool.name for tool in problem.tools if tool.tool_id == tool_id), "")
    return f"{name} ({tool_id})" if name and name != tool_id else tool_id


def part_words(part_id: str, problem: Problem) -> str:
    """Return a part by name and id."""
    name = next((part.name for part in problem.parts if part.part_id == part_id), "")
    return f"{name} ({part_id})" if name and name != part_id else part_id
