"""Doubts: what is possible in itself and can hardly be meant, or was read as something near: code, cause, way out."""

from __future__ import annotations

from optimizer.faults.fault import note, warning

_READ = {
    "REF_NAME": note("'{value}' is the name of {meant} and was read as that.", "Write the id if another is meant."),
    "ID_ALIKE": warning(
        "'{value}' and '{like}' in row {other} differ in letter case, width, spaces or zeros only.",
        "If they are the same, keep one row; else ignore this.",
    ),
    "ORDER_ALIKE": warning(
        "The order '{value}' has the same {who} and the same {what} as '{first}' in row {other}: maybe one request that"
        " came in twice.",
        "If it is one, delete one of the two rows, so that nobody goes there twice; else ignore this.",
    ),
    "AREA_UNKNOWN": warning(
        "The area '{value}' is in no technician's areas: only who has none can serve the order.",
        "Correct the area, or the areas of a technician.",
    ),
    "AREA_NO_ORDER": warning(
        "The area '{value}' is in none of the orders, spelt like this.", "Correct the area if it is misspelt."
    ),
    "AREA_ADDRESS": warning(
        "The area is '{value}', but the address names '{told}'.", "Correct the area or the address."
    ),
    "LOAD_UNKNOWN": warning(
        "No technician's capacity names '{value}', so it is carried without a limit; it names: {known}.",
        "Correct the word, or add it to the capacity.",
    ),
    "TIER_UNKNOWN": warning(
        "The policy says nothing of the tier '{value}', so it changes nothing; the policy knows: {known}.",
        "Correct the word, or add the tier to the policy.",
    ),
    "KIND_NEAR": warning(
        "'{value}' is no kind of service that a rule looks for.", "Correct the word if it is misspelt."
    ),
    "ID_LIKE_DATE": warning(
        "'{value}' is a date, as a spreadsheet makes of an id like 11-23.",
        "Format the column as text and enter the id again.",
    ),
    "NUMBER_ROUNDED": warning(
        "'{value}' is a number that a spreadsheet has rounded; it is left out of the papers.",
        "Format the column as text and enter it again.",
    ),
    "NUMBER_ZEROS": warning(
        "'{value}' ends in zeros, as long numbers do that a spreadsheet has rounded.",
        "Compare it with the original; format the column as text.",
    ),
}

_PHONES = {
    "PHONE_NONE": warning("'{value}' is no phone number.", "Write a number that can be called, or leave it empty."),
    "PHONE_DIGITS": warning(
        "'{value}' has {digits} digits, which no phone number has.", "Compare the number with the original."
    ),
    "PHONE_MOBILE": warning(
        "'{value}' is no mobile number: these have 11 digits and begin with 13 to 19.",
        "Compare the number with the original.",
    ),
    "PHONE_NORTH_AMERICA": warning(
        "'{value}' is no number of North America: these have 10 digits, and no 0 or 1 begins area or exchange.",
        "Compare the number with the original; write + and its country before one of abroad.",
    ),
    "PHONE_ZERO": warning(
        "'{value}' has maybe lost its first zero.", "Write {meant} if that is meant; format the column as text."
    ),
}

_FIGURES = {
    "SERVICE_LONG": warning(
        "The service takes {value} minutes: {hours} hours.", "Write {meant} if that was meant in seconds."
    ),
    "SERVICE_SHORT": warning(
        "The service takes {value} minutes only.", "Write {meant} if hours were meant: minutes are expected here."
    ),
    "LIMIT_ZERO": warning(
        "A limit of 0 lets no visit be planned on this shift.", "Leave the cell empty where there is no limit."
    ),
    "PLACE_DISTANT": warning(
        "The place is {distance} {unit} away from the branch.", "Compare the coordinates with the address."
    ),
}

_DATES = {
    "DATE_LONG_AGO": warning(
        "'{value}' is {days} days before the day to plan.", "Correct the year or the month if it is misspelt."
    ),
    "DATE_LONG_AHEAD": warning(
        "'{value}' is {days} days after the day to plan.", "Correct the year or the month if it is misspelt."
    ),
    "DUE_BEFORE_RECEIVED": warning(
        "The due day {value} is before {received}, when the request came in.", "Correct one of the two."
    ),
    "PROMISE_AFTER_DUE": warning(
        "The window promised on {value} is after the due day {due}.", "Correct one of the two."
    ),
    "REQUEST_PAST": note(
        "The window asked for is over; the promised one counts.", "Write the window of now if it was misspelt."
    ),
    "PLAN_DAY_OFF": note(
        "The branch does not work on {value} by its calendar.", "Correct plan_date if another day is meant."
    ),
    "WINDOW_NO_START": warning(
        "The service ({minutes} min) can begin in none of its windows: the customer is closed then, or closes before it"
        " is over.",
        "Agree another window, or correct the hours.",
    ),
    "LEAD_LONG": warning(
        "Who arrives {lead} min before the end of a window of {minutes} min has one moment only.",
        "Agree a wider window, or lower arrival_lead_min of the policy.",
    ),
}

_WAYS = {
    "MATRIX_FAST": warning(
        "From '{origin}' to there it is {distance} {unit}, and the matrix says {value} s: nobody is so fast.",
        "Correct the cell; it holds seconds.",
    ),
    "MATRIX_MINUTES": warning(
        "From '{origin}' to there it is {distance} {unit}, and the matrix says {value} s: these are maybe minutes.",
        "Write seconds.",
    ),
    "MATRIX_SLOW": warning(
        "From '{origin}' to there it is {distance} {unit}, and the matrix says {value} s: who walks is faster.",
        "Correct the cell; it holds seconds.",
    ),
    "MATRIX_SHORT": warning(
        "From '{origin}' to there it is {distance} {unit}, and the matrix says {value} m.", "Write metres."
    ),
    "MATRIX_WAYS_MORE": warning("{value} more ways are like that.", "Correct the table as a whole."),
}

FAULTS_OF_DOUBTS = {**_READ, **_PHONES, **_FIGURES, **_DATES, **_WAYS}
