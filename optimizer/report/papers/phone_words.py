"""What is said to a customer on the phone, as people say it: who is calling, day and hour, a question at the end.

Nobody gives a cause that the plan does not know, nor one that is another person's; nobody is sorry where nothing was
promised. Each sentence has a form to be sent as a text, with its hours in figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from optimizer.domain.plan import ReasonCode
from optimizer.domain.units import MINUTE_S
from optimizer.promise.calling_hours import is_firm
from optimizer.text.printable import without_controls
from optimizer.text.spoken import say_day, say_span, say_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from optimizer.domain.order import Customer, Interval, Visit
    from optimizer.domain.plan import Stop, UnassignedVisit
    from optimizer.promise.offers import Offer
    from optimizer.report.papers.case import Case

#: What a visit is about, by the kind of its order.
_WORK = {
    "repair": "the repair of your {thing}",
    "installation": "the installation of your {thing}",
    "maintenance": "the maintenance of your {thing}",
    "inspection": "the inspection of your {thing}",
    "commissioning": "the commissioning of your {thing}",
}
#: Who comes late is there "about" then: nobody says nineteen minutes past.
_ABOUT_S = 5 * MINUTE_S
#: For the coordinator's own name.
BLANK = "____"
#: Surnames of two characters.
_LONG_SURNAMES = ("欧阳", "上官", "司马", "诸葛", "司徒", "皇甫", "尉迟", "慕容", "东方", "夏侯", "端木", "令狐")
_MASTER = "师傅"
_CJK = re.compile("[\u4e00-\u9fff]")
#: A number of a model before the name of the thing: nobody says it on the phone.
_MODEL = re.compile(r"^[A-Za-z0-9][A-Za-z0-9\-/.]*\s*(?=[\u4e00-\u9fff])")


class Said(NamedTuple):
    """Something said: a statement, a question that can be answered, and the same as a text to send."""

    statement: str
    question: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class PhoneWords:
    """The words of one call to a customer.

    Parameters
    ----------
    caller_id
        The technician who calls and comes; empty for the coordinator.
    is_today
        The call is made on the day of the plan, so that others are near or far from it.
    """

    case: Case
    customer: Customer
    caller_id: str = ""
    is_today: bool = True

    # --- who and when ---------------------------------------------------------------------------------------------

    def greeting(self) -> str:
        """Return the first sentence: who is calling whom."""
        case, branch = self.case, self.case.problem.branch
        caller = self.master(self.caller_id) if self.caller_id else BLANK
        values = {"caller": caller, "branch": branch.name or case.say("the service branch"), "name": self._name}
        if not self._name:
            return case.say("Hello, this is {caller} from {branch}.", **values)
        if is_firm(self.customer):
            return case.say("Hello, this is {caller} from {branch}. Is that {name}?", **values)
        return case.say("Hello {name}, this is {caller} from {branch}.", **values)

    def heading(self) -> str:
        """Return how a text begins."""
        branch = self.case.problem.branch.name or self.case.say("the service branch")
        if not self._name:
            return self.case.say("{branch}: hello.", branch=branch)
        return self.case.say("{branch}: hello {name}.", branch=branch, name=self._name)

    @property
    def _name(self) -> str:
        """The customer's name; none where only a number is known."""
        name = without_controls(self.customer.name).strip()
        return "" if name == self.customer.customer_id else name

    def master(self, technician_id: str) -> str:
        """Return a technician as customers hear of him: 陈立新师傅; nobody hears which firm a contractor is of."""
        technician = self.case.problem.technician_by_id.get(technician_id)
        name = without_controls(technician.name if technician else "").strip() or technician_id
        name = name.split()[-1] if _CJK.search(name) else name
        if self.case.wording.lang != "zh":
            return name
        return name if name.endswith(_MASTER) else f"{name}{_MASTER}"

    def master_by_surname(self, technician_id: str) -> str:
        """Return a technician by the surname alone, as one speaks of somebody who will phone in a minute: 陈师傅."""
        whole = self.master(technician_id)
        if self.case.wording.lang != "zh" or not _CJK.match(whole):
            return whole
        return whole[: 2 if whole.startswith(_LONG_SURNAMES) else 1] + _MASTER

    def masters(self, stop: Stop) -> str:
        """Return all who come to a stop."""
        return self.case.say(" and ").join(map(self.master, self.case.crew_of(stop.visit_id)))

    def we(self, stop: Stop) -> str:
        """Return all who come to a stop as whoever calls says it: the caller is `I`."""
        people = self.case.crew_of(stop.visit_id)
        others = [self.master(who) for who in people if who != self.caller_id]
        if len(others) == len(people):
            return self.masters(stop)
        return self.case.say("{others} and I", others=self.case.say(" and ").join(others))

    def work(self, visit: Visit) -> str:
        """Return what a visit is about: 您报修的空调."""
        order, case = self.case.problem.order_of(visit), self.case
        thing = _MODEL.sub("", without_controls(order.product)).strip()
        if order.kind in _WORK:
            return case.say(_WORK[order.kind], thing=thing or case.say("appliance"))
        return case.say("your {thing}", thing=thing) if thing else case.say("your order")

    def day(self, day: date, on: str = "on ") -> str:
        """Return a day as it is said."""
        today = self.case.date_at(self.case.problem.as_of_s)
        return say_day(day, today, self.case.wording.lang, is_sure=self.is_today, on=on)

    def _is_today(self, day: date) -> bool:
        return self.is_today and day == self.case.date_at(self.case.problem.as_of_s)

    def when(self, window: Interval, *, after: Interval | None = None, on: str = "on ") -> str:
        """Return a window with its day, as it is said; the day is not said again after a window of the same one."""
        opens, closes = (self.case.problem.local_time(end_s) for end_s in (window.open_s, window.close_s))
        hours = say_span(opens, closes, self.case.wording.lang)
        if after is not None and self.case.date_at(after.open_s) == opens.date():
            return hours
        text = self.day(opens.date(), on)
        if self._is_today(opens.date()):
            return self.case.say("{today} {hours}", today=text, hours=hours)
        return self.case.say("{date}, {hours}", date=text, hours=hours)

    def dated(self, window: Interval) -> str:
        """Return a window as a text to send has it: the same hours as are said."""
        return self.case.day_window(window)

    def time(self, moment_s: int) -> str:
        """Return a moment with its day, as it is said."""
        moment = self.case.problem.local_time(moment_s)
        time, day = say_time(moment, self.case.wording.lang), self.day(moment.date())
        return self.case.say("{time} {day}", time=time, day=day)

    def time_today(self, moment_s: int) -> str:
        """Return a moment as it is said, the day with it only where it is another one."""
        moment = self.case.problem.local_time(moment_s)
        return say_time(moment, self.case.wording.lang) if self._is_today(moment.date()) else self.time(moment_s)

    def figures(self, moment_s: int) -> str:
        """Return a moment as a text to send has it: `17:50 today`, or with its date."""
        moment = self.case.problem.local_time(moment_s)
        if not self._is_today(moment.date()):
            return self.case.time_text(moment_s)
        return self.case.say("{time} today", time=self.case.wording.time(moment))

    def whens(self, windows: Iterable[Interval], on: str = "on ") -> str:
        """Return several windows, one or the other."""
        said: list[str] = []
        last: Interval | None = None
        for window in windows:
            said.append(self.when(window, after=last, on=on))
            last = window
        return self.case.say(", or ").join(said)

    # --- sentences ------------------------------------------------------------------------------------------------

    def coming(self, visit: Visit, stop: Stop) -> Said:
        """Return that and when somebody comes."""
        case, work, when = self.case, self.work(visit), self.when(stop.window)
        people = case.crew_of(visit.visit_id)
        values = {"work": work, "when": when, "who": self.we(stop)}
        if len(people) > 1 and self.caller_id in people:
            text = case.say("About {work}: {who} will come {when}, and call you before we set off.", **values)
        elif len(people) > 1:
            text = case.say("About {work}: {who} will come {when}, and call you before they set off.", **values)
        elif self.caller_id:
            text = case.say("About {work}: I will come {when}, and call you before I set off.", **values)
        else:
            text = case.say("About {work}: {who} will come {when}, and call you before setting off.", **values)
        sent = case.say(
            "About {work}: {who}, {window}. We call before we come.",
            work=work,
            who=self.masters(stop),
            window=self.dated(stop.window),
        )
        return Said(text, self.is_anybody_there(), sent)

    def is_anybody_there(self) -> str:
        """Return the question that ends a call about a window."""
        if is_firm(self.customer):
            return self.case.say("Will somebody be there to let us in?")
        return self.case.say("Will somebody be at home then?")

    def moved(self, visit: Visit, stop: Stop, before: Interval, offers: Sequence[Offer]) -> Said:
        """Return that a window that was told is another one now."""
        case, values = (
            self.case,
            {"work": self.work(visit), "before": self.when(before), "after": self.when(stop.window)},
        )
        statement = case.say(
            "First of all, our apologies: about {work}, we had said {before}, and have to move it to {after}. {who} "
            "comes.",
            who=self.masters(stop),
            **values,
        )
        question = case.say("Does that suit you?")
        if offers:
            question = case.say("Does that suit you, or rather {other}?", other=self.when(offers[0].window))
        sent = case.say(
            "About {work}: we are sorry, instead of {before} it is {after}. {who} comes.",
            work=values["work"],
            before=self.dated(before),
            after=self.dated(stop.window),
            who=self.masters(stop),
        )
        return Said(statement, question, sent)

    def other_person(self, visit: Visit, stop: Stop) -> Said:
        """Return that somebody else comes at the time told."""
        case = self.case
        values = {"work": self.work(visit), "who": self.masters(stop)}
        when, people = self.when(stop.window), case.crew_of(visit.visit_id)
        if self.caller_id in people and len(people) == 1:
            text = case.say(
                "About {work}: the time stays, {when}; I am coming instead.", work=values["work"], when=when
            )
        else:
            text = case.say("About {work}: the time stays, {when}; {who} comes.", when=when, **values)
        window = self.dated(stop.window)
        sent = case.say("About {work}: the time stays, {window}; {who} comes.", window=window, **values)
        return Said(text, self.is_anybody_there(), sent)

    def late(self, visit: Visit, stop: Stop, promised: Sequence[Interval]) -> Said:
        """Return that somebody comes later than was promised."""
        case, about_s = self.case, -(-stop.start_s // _ABOUT_S) * _ABOUT_S
        values = {"work": self.work(visit), "who": self.masters(stop)}
        text = case.say(
            "First of all, our apologies: about {work}, we had agreed {promised}, and {who} will only be there "
            "about {time}.",
            promised=self.whens(promised),
            time=self.time(about_s),
            **values,
        )
        sent = case.say(
            "About {work}: we are sorry, {who} will only be there about {time}.",
            time=self.figures(about_s),
            **values,
        )
        return Said(text, case.say("Does that still suit you?"), sent)

    def broken(self, visit: Visit, left: UnassignedVisit, told: Sequence[Interval], *, is_past: bool) -> str:
        """Return what is not kept: an apology where it was promised, the plain fact where it was not."""
        case, order = self.case, self.case.problem.order_of(visit)
        values = {"work": self.work(visit), "cause": self._cause(left)}
        if told and is_past:
            return case.say(
                "First of all, our apologies: about {work}, we had agreed {when}, and nobody came. That is our fault.",
                when=self.whens(told),
                **values,
            )
        if told or order.agreed_day is not None:
            agreed = self.whens(told) if told or order.agreed_day is None else self.day(order.agreed_day)
            return case.say(
                "First of all, our apologies: about {work}, we had agreed {when}. {cause}We cannot make it. That is "
                "our "
                "fault.",
                when=agreed,
                **values,
            )
        if left.due is None:
            return case.say("About {work}: {cause}We cannot come as soon as we meant to.", **values)
        return case.say(
            "About {work}: we meant to come by {day}. {cause}We cannot manage that.",
            day=self.day(left.due, ""),
            **values,
        )

    def _cause(self, left: UnassignedVisit) -> str:
        """Return the cause where the plan knows one that a customer may hear: a part that is not there."""
        for reason in left.reasons[:1]:
            if reason.code is ReasonCode.PART_OUT_OF_STOCK:
                return self.case.say("The part for it, {part}, is not in yet. ", part=self.case.part(reason.subject))
            if reason.code is ReasonCode.PART_ARRIVES_LATE:
                return self.case.say("The part for it, {part}, arrives later. ", part=self.case.part(reason.subject))
        return ""

    def offered(self, statement: str, offers: Sequence[Offer], answer_by_s: int, sent: str = "") -> Said:
        """Return a statement with two windows to choose from; with none in hand, when the customer hears of one."""
        case = self.case
        windows = [offer.window for offer in offers]
        if not windows:
            when = self.time_today(answer_by_s)
            ring = case.say("I am finding out when we can come, and will call you back by {when}.", when=when)
            said = case.say("{first} {second}", first=statement, second=ring)
            promise = case.say("We will call you back by {when}.", when=self.figures(answer_by_s))
            sent = case.say("{first} {second}", first=sent or statement, second=promise)
            return Said(said, case.say("May I call you then?"), sent)
        if len(windows) == 1:
            kept = case.say("I have kept a time for you: {when}.", when=self.when(windows[0], on=""))
            question = case.say("Does that suit you?")
            choice = case.say("Possible is {window}.", window=self.dated(windows[0]))
        else:
            kept = case.say("I have kept two times for you: {windows}.", windows=self.whens(windows, ""))
            question = case.say("Which one suits you better?")
            first, second = map(self.dated, windows)
            choice = case.say(
                "Possible are 1) {first} and 2) {second}; please answer 1 or 2.", first=first, second=second
            )
        return Said(
            case.say("{first} {second}", first=statement, second=kept),
            question,
            case.say("{first} {second}", first=sent or statement, second=choice),
        )

    def not_here(self, statement: str, answer_by_s: int) -> Said:
        """Return what the coordinator does where nobody of the branch can do the work: no day is asked for."""
        case = self.case
        told = case.say("Nobody at our branch does this work, so I am arranging for somebody from elsewhere.")
        ring = case.say("I will call you back by {when}.", when=self.time_today(answer_by_s))
        sent = case.say("We will call you back by {when}.", when=self.figures(answer_by_s))
        said = [text for text in (statement, told) if text]
        return Said(self.joined([*said, ring]), case.say("May I call you then?"), self.joined([*said, sent]))

    def joined(self, sentences: Iterable[str]) -> str:
        """Return sentences one after the other."""
        space = "" if self.case.wording.lang == "zh" else " "
        return space.join(text.strip() for text in sentences if text.strip())
