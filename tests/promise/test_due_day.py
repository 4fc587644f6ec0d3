"""The promise rule: due days worked out by hand, each with its sentence.

In 2026 the branch rests on 1-3 January, 15-23 February, 4-6 April, 1-5 May, 19-21 June, 25-27 September and 1-7
October, and works on the weekend days 4 January, 14 and 28 February, 9 May, 20 September and 10 October. Unless a case
says otherwise, the order is 10 km away in a service area of 25 km around the branch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimizer.domain.order import GapFrom, Place, Predecessor, Urgency
from optimizer.domain.promise import PromiseProfile
from optimizer.domain.units import DAY_S
from optimizer.promise.due_day import Basis, Promise, WindowSource, Zone, promise_of, with_due_days, zone_of
from optimizer.promise.sentences import promise_sentence
from optimizer.text.catalogue import translator
from tests.promise_worlds import ELL, SQUARE, a_day, north, promise_world
from tests.worlds import job, person, span, world

FAR = {"km": 45.2}
NO_AREA = {"radius_km": None}

#: What the case is about, its facts, the due day and the sentence.
Case = tuple[str, dict[str, Any], str | None, str]

WEEKENDS: list[Case] = [
    (
        "Monday",
        {"received": "11-23 10:00"},
        "11-25",
        "Received Monday 23 November; 2 working days in the service area: Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "Wednesday",
        {"received": "11-25 10:00"},
        "11-27",
        "Received Wednesday 25 November; 2 working days in the service area: Thursday 26, Friday 27: "
        "due Friday 27 November.",
    ),
    (
        "Thursday, over a weekend",
        {"received": "11-26 10:00"},
        "11-30",
        "Received Thursday 26 November; 2 working days in the service area: Friday 27, Monday 30: "
        "due Monday 30 November.",
    ),
    (
        "Friday, into another month",
        {"received": "11-27 10:00"},
        "12-01",
        "Received Friday 27 November; 2 working days in the service area: Monday 30 November, Tuesday 1 December: "
        "due Tuesday 1 December.",
    ),
    (
        "Saturday request",
        {"received": "11-21 10:00"},
        "11-24",
        "Received Saturday 21 November; 2 working days in the service area: Monday 23, Tuesday 24: "
        "due Tuesday 24 November.",
    ),
    (
        "Sunday request",
        {"received": "11-22 10:00"},
        "11-24",
        "Received Sunday 22 November; 2 working days in the service area: Monday 23, Tuesday 24: "
        "due Tuesday 24 November.",
    ),
    (
        "Friday after closing time",
        {"received": "11-20 20:30"},
        "11-24",
        "Received Friday 20 November; 2 working days in the service area: Monday 23, Tuesday 24: "
        "due Tuesday 24 November.",
    ),
    (
        "Monday one minute before midnight",
        {"received": "11-23 23:59"},
        "11-25",
        "Received Monday 23 November; 2 working days in the service area: Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "Tuesday at midnight",
        {"received": "11-24 00:00"},
        "11-26",
        "Received Tuesday 24 November; 2 working days in the service area: Wednesday 25, Thursday 26: "
        "due Thursday 26 November.",
    ),
    (
        "one working day promised",
        {"received": "11-20 10:00", "profile": PromiseProfile(area_days=1)},
        "11-23",
        "Received Friday 20 November; 1 working day in the service area: Monday 23: due Monday 23 November.",
    ),
]

OUTSIDE = "3 working days outside the service area, {} km from the branch (up to 80 km): "
DISTANCES: list[Case] = [
    (
        "outside, Monday",
        {"received": "11-23 10:00", **FAR},
        "11-26",
        "Received Monday 23 November; " + OUTSIDE.format("45.2") + "Tuesday 24, Wednesday 25, Thursday 26: "
        "due Thursday 26 November.",
    ),
    (
        "outside, Saturday request",
        {"received": "11-21 10:00", **FAR},
        "11-25",
        "Received Saturday 21 November; " + OUTSIDE.format("45.2") + "Monday 23, Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "outside, over a weekend into another month",
        {"received": "11-26 10:00", **FAR},
        "12-01",
        "Received Thursday 26 November; "
        + OUTSIDE.format("45.2")
        + "Friday 27 November, Monday 30 November, Tuesday 1 December: due Tuesday 1 December.",
    ),
    (
        "79.9 km",
        {"received": "11-20 10:00", "km": 79.9},
        "11-25",
        "Received Friday 20 November; " + OUTSIDE.format("79.9") + "Monday 23, Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "80.0 km",
        {"received": "11-20 10:00", "km": 80.0},
        "11-25",
        "Received Friday 20 November; " + OUTSIDE.format("80.0") + "Monday 23, Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "one metre less than 80 km",
        {"received": "11-20 10:00", "km": 79.999},
        "11-25",
        "Received Friday 20 November; " + OUTSIDE.format("79.999") + "Monday 23, Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "one metre more than 80 km",
        {"received": "11-20 10:00", "km": 80.001},
        None,
        "80.001 km from the branch, more than 80 km: no due day until one is agreed; call the customer.",
    ),
    (
        "80.1 km",
        {"received": "11-20 10:00", "km": 80.1},
        None,
        "80.1 km from the branch, more than 80 km: no due day until one is agreed; call the customer.",
    ),
    (
        "on the circle, by another way",
        {"received": "11-23 10:00", "place": north(25.0), "km": 33.0},
        "11-25",
        "Received Monday 23 November; 2 working days in the service area: Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "two metres outside the circle",
        {"received": "11-23 10:00", "place": north(25.002), "km": 33.0},
        "11-26",
        "Received Monday 23 November; " + OUTSIDE.format("33.0") + "Tuesday 24, Wednesday 25, Thursday 26: "
        "due Thursday 26 November.",
    ),
    (
        "inside the circle, more than 80 km by road",
        {"received": "11-23 10:00", "place": north(24.0), "km": 85.0},
        "11-25",
        "Received Monday 23 November; 2 working days in the service area: Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "inside the polygon",
        {"received": "11-23 10:00", "area": SQUARE, "place": Place(31.25, 121.45)},
        "11-25",
        "Received Monday 23 November; 2 working days in the service area: Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "on the polygon's border",
        {"received": "11-23 10:00", "area": SQUARE, "place": Place(31.2, 121.5)},
        "11-25",
        "Received Monday 23 November; 2 working days in the service area: Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "on the polygon's corner",
        {"received": "11-23 10:00", "area": SQUARE, "place": Place(31.3, 121.5)},
        "11-25",
        "Received Monday 23 November; 2 working days in the service area: Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
    (
        "190 m outside the polygon, though inside the circle",
        {"received": "11-23 10:00", "area": SQUARE, "place": Place(31.2, 121.502), "km": 15.0},
        "11-26",
        "Received Monday 23 November; " + OUTSIDE.format("15.0") + "Tuesday 24, Wednesday 25, Thursday 26: "
        "due Thursday 26 November.",
    ),
    (
        "in the quarter that the polygon leaves out",
        {"received": "11-23 10:00", "area": ELL, "place": Place(31.25, 121.45), "km": 9.0},
        "11-26",
        "Received Monday 23 November; " + OUTSIDE.format("9.0") + "Tuesday 24, Wednesday 25, Thursday 26: "
        "due Thursday 26 November.",
    ),
    (
        "no area stated",
        {"received": "11-23 10:00", "km": 12.0, **NO_AREA},
        "11-25",
        "Received Monday 23 November; 2 working days, 12.0 km from the branch (no service area is stated, so up to 80 "
        "km count as inside): Tuesday 24, Wednesday 25: due Wednesday 25 November.",
    ),
    (
        "no area stated, 80.0 km",
        {"received": "11-23 10:00", "km": 80.0, **NO_AREA},
        "11-25",
        "Received Monday 23 November; 2 working days, 80.0 km from the branch (no service area is stated, so up to 80 "
        "km count as inside): Tuesday 24, Wednesday 25: due Wednesday 25 November.",
    ),
    (
        "no area stated, 80.1 km",
        {"received": "11-23 10:00", "km": 80.1, **NO_AREA},
        None,
        "80.1 km from the branch, more than 80 km: no due day until one is agreed; call the customer.",
    ),
    (
        "no metres in the matrix",
        {"received": "11-23 10:00", "km": None, "place": north(40.0)},
        "11-26",
        "Received Monday 23 November; " + OUTSIDE.format("40.0") + "Tuesday 24, Wednesday 25, Thursday 26: "
        "due Thursday 26 November. The matrix has no metres: the distance is as the crow flies.",
    ),
    (
        "no metres in the matrix, beyond",
        {"received": "11-23 10:00", "km": None, "place": north(90.0)},
        None,
        "90.0 km from the branch, more than 80 km: no due day until one is agreed; call the customer. "
        "The matrix has no metres: the distance is as the crow flies.",
    ),
    (
        "no way, outside",
        {"received": "11-23 10:00", "km": None, "place": north(40.0), "is_reachable": False},
        None,
        "No way leads from the branch to this place: no due day until one is agreed; check the address.",
    ),
    (
        "no way, but inside the circle",
        {"received": "11-23 10:00", "km": None, "is_reachable": False},
        "11-25",
        "Received Monday 23 November; 2 working days in the service area: Tuesday 24, Wednesday 25: "
        "due Wednesday 25 November.",
    ),
]

SPRING_FESTIVAL: list[Case] = [
    (
        "ends on the make-up Saturday before",
        {"received": "02-12 10:00"},
        "02-14",
        "Received Thursday 12 February; 2 working days in the service area: Friday 13, Saturday 14: "
        "due Saturday 14 February. Working day by the calendar: Saturday 14 February.",
    ),
    (
        "over the festival, make-up Saturday counted",
        {"received": "02-13 10:00"},
        "02-24",
        "Received Friday 13 February; 2 working days in the service area: Saturday 14, Tuesday 24: "
        "due Tuesday 24 February. Closed: Sunday 15 February to Monday 23 February. "
        "Working day by the calendar: Saturday 14 February.",
    ),
    (
        "requested on the make-up Saturday before",
        {"received": "02-14 10:00"},
        "02-25",
        "Received Saturday 14 February; 2 working days in the service area: Tuesday 24, Wednesday 25: "
        "due Wednesday 25 February. Closed: Sunday 15 February to Monday 23 February.",
    ),
    (
        "requested on New Year's Day",
        {"received": "02-17 10:00"},
        "02-25",
        "Received Tuesday 17 February; 2 working days in the service area: Tuesday 24, Wednesday 25: "
        "due Wednesday 25 February. Closed: Wednesday 18 February to Monday 23 February.",
    ),
    (
        "requested on the last day of the festival, outside",
        {"received": "02-23 10:00", **FAR},
        "02-26",
        "Received Monday 23 February; " + OUTSIDE.format("45.2") + "Tuesday 24, Wednesday 25, Thursday 26: "
        "due Thursday 26 February.",
    ),
    (
        "over the festival, outside",
        {"received": "02-12 10:00", **FAR},
        "02-24",
        "Received Thursday 12 February; " + OUTSIDE.format("45.2") + "Friday 13, Saturday 14, Tuesday 24: "
        "due Tuesday 24 February. Closed: Sunday 15 February to Monday 23 February. "
        "Working day by the calendar: Saturday 14 February.",
    ),
    (
        "due on the make-up Saturday after",
        {"received": "02-26 10:00"},
        "02-28",
        "Received Thursday 26 February; 2 working days in the service area: Friday 27, Saturday 28: "
        "due Saturday 28 February. Working day by the calendar: Saturday 28 February.",
    ),
    (
        "over the make-up Saturday after, outside",
        {"received": "02-27 10:00", **FAR},
        "03-03",
        "Received Friday 27 February; "
        + OUTSIDE.format("45.2")
        + "Saturday 28 February, Monday 2 March, Tuesday 3 March: due Tuesday 3 March. "
        "Working day by the calendar: Saturday 28 February.",
    ),
    (
        "requested on the make-up Saturday after",
        {"received": "02-28 10:00"},
        "03-03",
        "Received Saturday 28 February; 2 working days in the service area: Monday 2, Tuesday 3: due Tuesday 3 March.",
    ),
]

NATIONAL_DAY: list[Case] = [
    (
        "on the eve",
        {"received": "09-30 10:00"},
        "10-09",
        "Received Wednesday 30 September; 2 working days in the service area: Thursday 8, Friday 9: "
        "due Friday 9 October. Closed: Thursday 1 October to Wednesday 7 October.",
    ),
    (
        "the day before the eve",
        {"received": "09-29 10:00"},
        "10-08",
        "Received Tuesday 29 September; 2 working days in the service area: Wednesday 30 September, Thursday 8 "
        "October: due Thursday 8 October. Closed: Thursday 1 October to Wednesday 7 October.",
    ),
    (
        "between two holidays, outside",
        {"received": "09-28 10:00", **FAR},
        "10-08",
        "Received Monday 28 September; "
        + OUTSIDE.format("45.2")
        + "Tuesday 29 September, Wednesday 30 September, Thursday 8 October: due Thursday 8 October. "
        "Closed: Thursday 1 October to Wednesday 7 October.",
    ),
    (
        "requested on a holiday that is a Sunday",
        {"received": "10-04 10:00"},
        "10-09",
        "Received Sunday 4 October; 2 working days in the service area: Thursday 8, Friday 9: "
        "due Friday 9 October. Closed: Monday 5 October to Wednesday 7 October.",
    ),
    (
        "requested on the last holiday",
        {"received": "10-07 22:00"},
        "10-09",
        "Received Wednesday 7 October; 2 working days in the service area: Thursday 8, Friday 9: due Friday 9 October.",
    ),
    (
        "due on the make-up Saturday",
        {"received": "10-08 10:00"},
        "10-10",
        "Received Thursday 8 October; 2 working days in the service area: Friday 9, Saturday 10: "
        "due Saturday 10 October. Working day by the calendar: Saturday 10 October.",
    ),
    (
        "over the make-up Saturday, outside",
        {"received": "10-09 10:00", **FAR},
        "10-13",
        "Received Friday 9 October; " + OUTSIDE.format("45.2") + "Saturday 10, Monday 12, Tuesday 13: "
        "due Tuesday 13 October. Working day by the calendar: Saturday 10 October.",
    ),
    (
        "requested on the make-up Saturday",
        {"received": "10-10 10:00"},
        "10-13",
        "Received Saturday 10 October; 2 working days in the service area: Monday 12, Tuesday 13: "
        "due Tuesday 13 October.",
    ),
    (
        "over the make-up Sunday",
        {"received": "09-18 10:00"},
        "09-21",
        "Received Friday 18 September; 2 working days in the service area: Sunday 20, Monday 21: "
        "due Monday 21 September. Working day by the calendar: Sunday 20 September.",
    ),
    (
        "requested on the make-up Sunday",
        {"received": "09-20 10:00"},
        "09-22",
        "Received Sunday 20 September; 2 working days in the service area: Monday 21, Tuesday 22: "
        "due Tuesday 22 September.",
    ),
]

OTHER_HOLIDAYS: list[Case] = [
    (
        "New Year",
        {"received": "2025-12-31 10:00"},
        "01-05",
        "Received Wednesday 31 December 2025; 2 working days in the service area: Sunday 4, Monday 5: "
        "due Monday 5 January. Closed: Thursday 1 January to Saturday 3 January. "
        "Working day by the calendar: Sunday 4 January.",
    ),
    (
        "Qingming",
        {"received": "04-03 10:00"},
        "04-08",
        "Received Friday 3 April; 2 working days in the service area: Tuesday 7, Wednesday 8: "
        "due Wednesday 8 April. Closed: Saturday 4 April to Monday 6 April.",
    ),
    (
        "Labour Day",
        {"received": "04-30 10:00"},
        "05-07",
        "Received Thursday 30 April; 2 working days in the service area: Wednesday 6, Thursday 7: "
        "due Thursday 7 May. Closed: Friday 1 May to Tuesday 5 May.",
    ),
    (
        "due on Labour Day's make-up Saturday",
        {"received": "05-07 10:00"},
        "05-09",
        "Received Thursday 7 May; 2 working days in the service area: Friday 8, Saturday 9: "
        "due Saturday 9 May. Working day by the calendar: Saturday 9 May.",
    ),
    (
        "Dragon Boat Festival",
        {"received": "06-18 10:00"},
        "06-23",
        "Received Thursday 18 June; 2 working days in the service area: Monday 22, Tuesday 23: "
        "due Tuesday 23 June. Closed: Friday 19 June to Sunday 21 June.",
    ),
    (
        "Mid-Autumn Festival",
        {"received": "09-24 10:00"},
        "09-29",
        "Received Thursday 24 September; 2 working days in the service area: Monday 28, Tuesday 29: "
        "due Tuesday 29 September. Closed: Friday 25 September to Sunday 27 September.",
    ),
    (
        "last days of a published year",
        {"received": "12-29 10:00"},
        "12-31",
        "Received Tuesday 29 December; 2 working days in the service area: Wednesday 30, Thursday 31: "
        "due Thursday 31 December.",
    ),
    (
        "into a year that is not published",
        {"received": "12-30 10:00"},
        "2027-01-04",
        "Received Wednesday 30 December; 2 working days in the service area: Thursday 31 December, Monday 4 January "
        "2027: due Monday 4 January 2027. Closed: Friday 1 January 2027 to Sunday 3 January 2027. "
        "The make-up days of 2027 are not published yet; ask again.",
    ),
    (
        "the branch's own rest day",
        {"received": "11-23 10:00", "days": {"11-25": False}},
        "11-26",
        "Received Monday 23 November; 2 working days in the service area: Tuesday 24, Thursday 26: "
        "due Thursday 26 November. Closed: Wednesday 25 November.",
    ),
    (
        "the branch's own working Saturday",
        {"received": "11-26 10:00", "days": {"11-28": True}},
        "11-28",
        "Received Thursday 26 November; 2 working days in the service area: Friday 27, Saturday 28: "
        "due Saturday 28 November. Working day by the calendar: Saturday 28 November.",
    ),
    (
        "the branch works on a holiday",
        {"received": "09-30 10:00", "days": {"10-06": True}},
        "10-08",
        "Received Wednesday 30 September; 2 working days in the service area: Tuesday 6, Thursday 8: "
        "due Thursday 8 October. Closed: Thursday 1 October to Monday 5 October, Wednesday 7 October.",
    ),
    (
        "the branch rests on a make-up Saturday",
        {"received": "10-08 10:00", "days": {"10-10": False}},
        "10-12",
        "Received Thursday 8 October; 2 working days in the service area: Friday 9, Monday 12: "
        "due Monday 12 October. Closed: Saturday 10 October to Sunday 11 October.",
    ),
]

AGREEMENTS: list[Case] = [
    (
        "agreed day beyond 80 km",
        {"received": "11-20 10:00", "km": 95.0, "agreed": "11-30"},
        "11-30",
        "A day is agreed with the customer: due Monday 30 November.",
    ),
    (
        "agreed day later than the rule's",
        {"received": "11-20 10:00", "agreed": "12-03"},
        "12-03",
        "A day is agreed with the customer: due Thursday 3 December.",
    ),
    (
        "agreed day earlier than the rule's",
        {"received": "11-20 10:00", "agreed": "11-23"},
        "11-23",
        "A day is agreed with the customer: due Monday 23 November.",
    ),
    (
        "agreed on a Saturday",
        {"received": "11-20 10:00", "agreed": "11-28"},
        "11-28",
        "A day is agreed with the customer: due Saturday 28 November.",
    ),
    (
        "agreed without a request",
        {"agreed": "11-26"},
        "11-26",
        "A day is agreed with the customer: due Thursday 26 November.",
    ),
    (
        "agreed and stated alike",
        {"received": "11-20 10:00", "agreed": "11-26", "due": "11-26"},
        "11-26",
        "A day is agreed with the customer: due Thursday 26 November.",
    ),
    (
        "stated day goes before the agreed one",
        {"received": "11-20 10:00", "agreed": "11-26", "due": "11-27"},
        "11-27",
        "The order states its day: due Friday 27 November.",
    ),
    (
        "stated day goes before the rule",
        {"received": "11-20 10:00", "due": "11-23"},
        "11-23",
        "The order states its day: due Monday 23 November.",
    ),
    (
        "stated day beyond 80 km",
        {"received": "11-20 10:00", "km": 95.0, "due": "11-27"},
        "11-27",
        "The order states its day: due Friday 27 November.",
    ),
    (
        "stated day that the rule gives as well",
        {"received": "11-20 10:00", "due": "11-24"},
        "11-24",
        "Received Friday 20 November; 2 working days in the service area: Monday 23, Tuesday 24: "
        "due Tuesday 24 November.",
    ),
    (
        "emergency received just now",
        {"received": "11-20 15:50", "urgency": Urgency.EMERGENCY},
        "11-20",
        "An emergency without an agreed time: on site within 2 h of the technician's receipt; due Friday 20 November.",
    ),
    (
        "emergency received overnight, as the day opens",
        {"received": "11-23 02:00", "urgency": Urgency.EMERGENCY, "as_of": "11-23 08:00"},
        "11-23",
        "An emergency without an agreed time: on site within 2 h of the technician's receipt; due Monday 23 November.",
    ),
    (
        "emergency that a technician has had since yesterday",
        {
            "received": "11-19 16:00",
            "urgency": Urgency.EMERGENCY,
            "log": {"dispatched": "11-19 16:10", "acknowledged": "11-19 16:20"},
        },
        "11-19",
        "An emergency without an agreed time: on site within 2 h of the technician's receipt; due Thursday 19 "
        "November.",
    ),
    (
        "emergency with an agreed day",
        {"received": "11-20 15:50", "urgency": Urgency.EMERGENCY, "agreed": "11-23"},
        "11-23",
        "A day is agreed with the customer: due Monday 23 November.",
    ),
    (
        "nobody knows when it was received",
        {},
        None,
        "It is not known when the order was received: no due day follows from the promise.",
    ),
]

READY: list[Case] = [
    (
        "site ready after the due day",
        {"received": "11-20 10:00", "ready": "11-30 08:00"},
        "11-30",
        "Not ready before Monday 30 November: due Monday 30 November instead of Tuesday 24 November.",
    ),
    (
        "site ready the day after the due day, in the afternoon",
        {"received": "11-20 10:00", "ready": "11-25 15:00"},
        "11-25",
        "Not ready before Wednesday 25 November: due Wednesday 25 November instead of Tuesday 24 November.",
    ),
    (
        "site ready on the due day",
        {"received": "11-20 10:00", "ready": "11-24 15:00"},
        "11-24",
        "Received Friday 20 November; 2 working days in the service area: Monday 23, Tuesday 24: "
        "due Tuesday 24 November.",
    ),
    (
        "site ready before the due day",
        {"received": "11-20 10:00", "ready": "11-23 08:00"},
        "11-24",
        "Received Friday 20 November; 2 working days in the service area: Monday 23, Tuesday 24: "
        "due Tuesday 24 November.",
    ),
    (
        "part arrives on a Saturday",
        {"received": "11-20 10:00", "ready": "11-28 09:00"},
        "11-30",
        "Not ready before Saturday 28 November, a day of rest: due on the next working day, Monday 30 November, "
        "instead of Tuesday 24 November.",
    ),
    (
        "part arrives on a make-up Saturday",
        {"received": "09-22 10:00", "ready": "10-10 09:00"},
        "10-10",
        "Not ready before Saturday 10 October: due Saturday 10 October instead of Thursday 24 September.",
    ),
    (
        "part arrives during National Day",
        {"received": "09-22 10:00", "ready": "10-03 09:00"},
        "10-08",
        "Not ready before Saturday 3 October, a day of rest: due on the next working day, Thursday 8 October, "
        "instead of Thursday 24 September.",
    ),
    (
        "part arrives after the stated day",
        {"received": "11-20 10:00", "due": "11-23", "ready": "11-26 09:00"},
        "11-26",
        "Not ready before Thursday 26 November: due Thursday 26 November instead of Monday 23 November.",
    ),
    (
        "stated day later than the part",
        {"received": "11-20 10:00", "due": "11-27", "ready": "11-26 09:00"},
        "11-27",
        "The order states its day: due Friday 27 November.",
    ),
    (
        "part arrives after the agreed day",
        {"received": "11-20 10:00", "agreed": "11-25", "ready": "11-27 09:00"},
        "11-30",
        "Wednesday 25 November was agreed, but the site or a part comes later: due Monday 30 November, the working day "
        "after.",
    ),
    (
        "part arrives on a day of rest of a year that is not published",
        {"received": "12-22 10:00", "ready": "2027-01-02 09:00"},
        "2027-01-04",
        "Not ready before Saturday 2 January 2027, a day of rest: due on the next working day, Monday 4 January 2027, "
        "instead of Thursday 24 December. The make-up days of 2027 are not published yet; ask again.",
    ),
    (
        "site not ready, beyond 80 km",
        {"received": "11-20 10:00", "km": 80.1, "ready": "11-30 08:00"},
        None,
        "80.1 km from the branch, more than 80 km: no due day until one is agreed; call the customer.",
    ),
]

CASES = [*WEEKENDS, *DISTANCES, *SPRING_FESTIVAL, *NATIONAL_DAY, *OTHER_HOLIDAYS, *AGREEMENTS, *READY]


def answer(lang: str = "en", **facts: Any) -> tuple[Promise, str]:
    problem, matrix, visit = promise_world(**facts)
    promise = promise_of(problem, matrix, visit)
    return promise, promise_sentence(promise, problem, translator(lang))


@pytest.mark.parametrize(("facts", "due", "sentence"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_due_day_and_its_reason(facts: dict[str, Any], due: str | None, sentence: str) -> None:
    promise, said = answer(**facts)
    assert promise.due_day == (None if due is None else a_day(due))
    assert said == sentence


@pytest.mark.parametrize(("facts", "due"), [case[1:3] for case in CASES], ids=[case[0] for case in CASES])
def test_filling_in_due_days_is_done_once_and_keeps_the_reason(facts: dict[str, Any], due: str | None) -> None:
    problem, matrix, visit = promise_world(**facts)
    filled = with_due_days(problem, matrix)
    assert filled.orders[0].due_day == (None if due is None else a_day(due))
    assert with_due_days(filled, matrix) is filled
    if not facts.get("due"):
        assert promise_of(filled, matrix, visit) == promise_of(problem, matrix, visit)


def test_there_are_at_least_sixty_cases() -> None:
    assert len(CASES) >= 60
    assert len({name for name, *_ in CASES}) == len(CASES)


CHINESE = {
    "Saturday request": "11月21日周六接单；服务区内，2 个工作日：23日周一、24日周二；最迟11月24日周二上门。",
    "80.0 km": (
        "11月20日周五接单；服务区外，距网点 80.0 公里（不超过 80 公里），3 个工作日：23日周一、24日周二、25日周三；"
        "最迟11月25日周三上门。"
    ),
    "80.1 km": "距网点 80.1 公里，超过 80 公里：约定日期之前没有期限；请致电客户。",
    "over the festival, make-up Saturday counted": (
        "2月13日周五接单；服务区内，2 个工作日：14日周六、24日周二；最迟2月24日周二上门。"
        "其间休息：2月15日周日至2月23日周一。调休上班：2月14日周六。"
    ),
    "into a year that is not published": (
        "12月30日周三接单；服务区内，2 个工作日：12月31日周四、2027年1月4日周一；最迟2027年1月4日周一上门。"
        "其间休息：2027年1月1日周五至2027年1月3日周日。2027 年的调休安排尚未公布，届时请再确认。"
    ),
    "agreed on a Saturday": "已与客户特别约定：最迟11月28日周六。",
    "stated day beyond 80 km": "派工单已写明期限：最迟11月27日周五。",
    "part arrives on a Saturday": (
        "11月28日周六才具备上门条件，当天休息：期限由11月24日周二改为下一个工作日11月30日周一。"
    ),
    "no area stated": (
        "11月23日周一接单；距网点 12.0 公里（网点未划定服务区，80 公里以内均视为区内），2 个工作日："
        "24日周二、25日周三；最迟11月25日周三上门。"
    ),
    "emergency received just now": "紧急报修，未约定时间：工程师接单后 2 小时内到场；最迟11月20日周五。",
    "nobody knows when it was received": "接单时间未知，无法按承诺规则推算期限。",
}


@pytest.mark.parametrize("name", CHINESE)
def test_the_reason_in_chinese(name: str) -> None:
    [facts] = [facts for case, facts, *_ in CASES if case == name]
    assert answer("zh", **facts)[1] == CHINESE[name]


# --- zones and bases ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "zone", "distance_m", "is_estimate"),
    [
        ({"km": 10.0}, Zone.IN_AREA, 10_000, False),
        ({"km": 80.0}, Zone.OUTSIDE, 80_000, False),
        ({"km": 80.001}, Zone.BEYOND, 80_001, False),
        ({"km": None, "place": north(40.0)}, Zone.OUTSIDE, 40_000, True),
        ({"km": None, "place": north(40.0), "is_reachable": False}, Zone.UNKNOWN, None, False),
        ({"km": 30.0, "profile": PromiseProfile(outside_m=29_999)}, Zone.BEYOND, 30_000, False),
    ],
)
def test_the_zone_of_a_place(facts: dict[str, Any], zone: Zone, distance_m: int | None, is_estimate: bool) -> None:
    problem, matrix, visit = promise_world(**facts)
    assert zone_of(problem, matrix, visit) == (zone, distance_m, is_estimate)


def test_a_place_that_the_matrix_does_not_have_is_measured_as_the_crow_flies() -> None:
    problem, matrix, visit = promise_world(km=30.0)
    elsewhere = replace(visit, visit_id="W", place=north(50.0))
    assert zone_of(problem, matrix, elsewhere) == (Zone.OUTSIDE, 50_000, True)


@pytest.mark.parametrize(
    ("facts", "basis"),
    [
        ({"received": "11-20 10:00"}, Basis.AREA),
        ({"received": "11-20 10:00", **FAR}, Basis.OUTSIDE),
        ({"received": "11-20 10:00", "km": 81.0}, Basis.BEYOND),
        ({"received": "11-20 10:00", "agreed": "11-26"}, Basis.AGREED),
        ({"received": "11-20 10:00", "due": "11-26"}, Basis.STATED),
        ({"received": "11-20 10:00", "ready": "11-26"}, Basis.READY),
        ({}, Basis.NO_REQUEST),
        ({"due": "11-26"}, Basis.STATED),
        ({"received": "11-20 10:00", **FAR, "km": None, "place": north(40.0), "is_reachable": False}, Basis.NO_WAY),
    ],
)
def test_what_a_due_day_follows_from(facts: dict[str, Any], basis: Basis) -> None:
    assert answer(**facts)[0].basis is basis


def test_windows_are_those_promised_else_asked_for_else_the_hours() -> None:
    asked, told = span("09:00-11:00"), span("13:00-15:00")
    assert answer()[0].source is WindowSource.HOURS
    assert answer(urgency=Urgency.EMERGENCY)[0].source is WindowSource.EMERGENCY
    assert answer(requested=(asked,))[0].windows == (asked,)
    problem, matrix, visit = promise_world()
    with_lead = replace(problem, policy=replace(problem.policy, arrival_lead_s=300))
    assert promise_of(with_lead, matrix, visit).windows == (span("08:30-17:30"),)
    promise, _ = answer(requested=(asked,), promised=(told,))
    assert (promise.windows, promise.source) == ((told,), WindowSource.PROMISED)


# --- due days of a problem ------------------------------------------------------------------------------------------


def test_a_problem_without_requests_is_left_alone() -> None:
    day = world([job("A", place=10, ready_s=DAY_S), job("B", place=20, due_day=a_day("11-20"))], [person("T1")])
    assert with_due_days(day.problem, day.matrix) is day.problem


def test_a_due_day_of_its_own_leaves_an_emergency_an_emergency() -> None:
    problem, matrix, visit = promise_world(received="11-20 15:50", urgency=Urgency.EMERGENCY)
    filled = with_due_days(problem, matrix)
    assert filled.is_emergency_call(visit)
    assert filled.is_due_before_plan(visit)
    assert filled.windows == problem.windows


def test_only_the_order_without_a_due_day_gets_one() -> None:
    received_s = -3 * DAY_S  # Friday 20 November
    day = world(
        [
            job("A", place=10, received_s=received_s),
            job("B", place=20, received_s=received_s, due_day=a_day("11-23")),
            job("C", place=30),
        ],
        [person("T1")],
    )
    due = {order.order_id: order.due_day for order in with_due_days(day.problem, day.matrix).orders}
    assert due == {"A": a_day("11-24"), "B": a_day("11-23"), "C": None}


def test_an_order_of_two_visits_is_due_when_the_later_one_is() -> None:
    problem, matrix, visit = promise_world(received="11-20 10:00")
    second = replace(visit, visit_id="W", ready_s=3 * DAY_S)  # Thursday 26 November
    both = replace(problem, visits=(visit, second))
    assert with_due_days(both, matrix).orders[0].due_day == a_day("11-26")


# --- jobs of several days -------------------------------------------------------------------------------------------

#: The day after, with the same people.
NEXT_DAY = (GapFrom.START, 12 * 3600, 36 * 3600, True)


def job_of_three_days(**facts: Any) -> tuple[Any, Any, list[Any]]:
    """Return an order of the branch as a job of three days: V, V/2 and V/3."""
    problem, matrix, first = promise_world(**facts)
    names = ("V", "V/2", "V/3")
    visits = [
        replace(first, visit_id=name, order_id=name, after=(Predecessor(names[n - 1], *NEXT_DAY),) if n else ())
        for n, name in enumerate(names)
    ]
    orders = tuple(replace(problem.orders[0], order_id=name) for name in names)
    return replace(problem, orders=orders, visits=tuple(visits)), matrix, visits


def test_the_days_of_a_job_are_due_one_after_another() -> None:
    problem, matrix, visits = job_of_three_days(received="11-25 10:00")
    found = [promise_of(problem, matrix, visit) for visit in visits]
    assert [promise.due_day for promise in found] == [a_day("11-27"), a_day("11-30"), a_day("12-01")]
    assert [promise.basis for promise in found] == [Basis.AREA, Basis.CONTINUES, Basis.CONTINUES]
    assert promise_sentence(found[1], problem, translator("en")) == (
        "A job of several days, the day before due Friday 27 November: due Monday 30 November."
    )
    assert promise_sentence(found[1], problem, translator("zh")) == (
        "多天作业，前一天最迟11月27日周五：这一天最迟11月30日周一。"
    )


def test_their_due_days_are_filled_in_once() -> None:
    problem, matrix, visits = job_of_three_days(received="11-25 10:00")
    filled = with_due_days(problem, matrix)
    assert [order.due_day for order in filled.orders] == [a_day("11-27"), a_day("11-30"), a_day("12-01")]
    assert with_due_days(filled, matrix) == filled
    assert promise_of(filled, matrix, visits[2]).basis is Basis.CONTINUES


def test_who_merely_comes_after_another_is_due_by_the_rule() -> None:
    problem, matrix, visits = job_of_three_days(received="11-25 10:00")
    alone = replace(visits[1], after=(Predecessor("V", GapFrom.END, DAY_S),))
    assert promise_of(problem, matrix, alone).due_day == a_day("11-27")
