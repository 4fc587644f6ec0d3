"""Faults of rows and cells: values, places, references, times: code, cause and way out."""

from __future__ import annotations

from optimizer.faults.fault import Fault, note, warning

_CELLS = {
    "CELL_EMPTY": Fault("The cell is empty.", "Fill it in; it is required."),
    "CELL_TYPE": Fault("'{value}' has the wrong type.", "Expected {expected}."),
    "TEXT_NUL": Fault("'{value}' holds a NUL character.", "Delete it."),
    "TEXT_TOO_LONG": Fault("'{value}' is too long.", "A text has at most {limit} characters."),
    "ID_EMPTY": Fault("The id is empty.", "Fill it in; it is required."),
    "ID_TOO_LONG": Fault("'{value}' is too long.", "An id has at most {limit} characters."),
    "ID_SPACES": Fault("'{value}' begins or ends with a space.", "Delete the space."),
    "ID_CONTROL": Fault("'{value}' holds a character that cannot be printed.", "Delete it."),
    "ID_ROUNDED": Fault(
        "'{value}' is a number that a spreadsheet has rounded, not an id.",
        "Format the column as text and enter the id again.",
    ),
    "LIST_OF_TEXTS": Fault("The list holds something other than texts.", "Write an array of texts."),
    "LIST_DOUBLE": Fault("'{name}' is listed twice.", "List it once."),
    "NUMBER_FORMAT": Fault("'{value}' is not a number.", "Write digits, with a point before decimals."),
    "NUMBER_TWO_WAYS": Fault(
        "'{value}' can be {one} or {other}.", "Write no comma between thousands, and a point before decimals."
    ),
    "NUMBER_FULL_WIDTH": Fault("'{value}' is written with full-width characters.", "Write {plain}."),
    "NUMBER_NOT_FINITE": Fault("'{value}' is not a finite number.", "Write a number, or leave the cell empty."),
    "NUMBER_NOT_WHOLE": Fault("'{value}' is not a whole number.", "Write digits only, for example 45."),
    "NUMBER_TOO_SMALL": Fault("{value} is too small.", "It must be at least {low}."),
    "NUMBER_TOO_LARGE": Fault("{value} is too large.", "It must be at most {limit}."),
    "YES_NO_FORMAT": Fault("'{value}' is neither yes nor no.", "Write yes or no."),
    "TIMES_FORMAT": Fault("'{value}' is neither yes nor no nor a number.", "Write yes, no, or how many times."),
    "CHOICE": Fault("'{value}' is not one of the words known here.", "Write one of: {choices}."),
    "DURATION_FORMAT": Fault("'{value}' is not a duration.", "In a sheet write minutes (45), in JSON PT45M."),
    "DURATION_MINUTES": Fault(
        "'{value}' is not a number of minutes.", "Write minutes, as in 45, or hours, as in 1.5h."
    ),
    "DURATION_SECONDS": Fault("'{value}' minutes are not whole seconds.", "Round it to whole minutes."),
    "DURATION_NEGATIVE": Fault("'{value}' is a negative duration.", "Write a duration of 0 or more."),
    "DURATION_ZERO": Fault("The service takes no time.", "Write the minutes that the service takes."),
    "DATE_FORMAT": Fault("'{value}' is not a date.", "Expected YYYY-MM-DD."),
    "DATE_TWO_WAYS": Fault(
        "'{value}' can be {one} or {other}.",
        "Write the one that is meant, as YYYY-MM-DD, or fill in the branch's locale, such as en-US.",
    ),
    "DATE_SWAPPED": Fault("'{value}' is not a date.", "Maybe the day and month are swapped; expected YYYY-MM-DD."),
    "DATE_EXCEL_SERIAL": Fault(
        "'{value}' is not a date but a spreadsheet's day number, perhaps {day}.",
        "Format the column as text and write YYYY-MM-DD.",
    ),
    "DATE_NO_SUCH_DAY": Fault("'{value}' is not a date: no calendar has that day.", "Correct the day or the month."),
    "DATE_FAR": Fault("'{value}' is more than ten years away from the day to plan.", "Correct the year."),
    "DATE_YEAR": Fault("'{value}' is no day to plan.", "Write a year from {low} to {limit}."),
    "TIME_FORMAT": Fault("'{value}' is not a time.", "Expected HH:MM."),
    "TIME_EXCEL_FRACTION": Fault(
        "'{value}' is not a time but a spreadsheet's fraction of a day.", "Format the column as text and write HH:MM."
    ),
    "TIME_NO_SUCH_TIME": Fault("'{value}' is not a time: no clock shows it.", "Times go from 00:00 to 24:00."),
    "CLOCK_LEAVES_OUT": warning(
        "No clock shows {value} on {day}: the clocks go forward then. It was read as {meant}.",
        "Correct the time if that is not meant.",
    ),
    "CLOCK_TWICE": warning(
        "The clock shows {value} twice on {day}, because the clocks go back; it was read as the first.",
        "Write {second} if the second is meant.",
    ),
    "MOMENT_NAIVE": warning(
        "'{value}' has no offset; it was read as the branch's local time. Moments of the column like that: {count}.",
        "Write the offset with it, as in 2026-11-23T09:00:00+08:00.",
    ),
    "TIME_BEYOND_MIDNIGHT": Fault(
        "'{value}' is not a time: no clock shows it.",
        "Write {meant} with the date of the next day, as in 2026-11-24 07:00.",
    ),
    "MOMENT_FORMAT": Fault("'{value}' is not a date and time.", "Expected YYYY-MM-DD HH:MM."),
    "MOMENT_NO_SUCH_TIME": Fault(
        "'{value}' is not a date and time: no calendar or clock shows it.", "Correct the day, month or time."
    ),
    "MOMENT_YEAR": Fault("The year of '{value}' cannot be meant.", "Write a year from {low} to {limit}."),
    "WINDOW_FORMAT": Fault("'{value}' is not a list of windows.", "Expected 2026-11-23 09:00/11:00; several by ';'."),
    "WINDOW_NO_SUCH_DAY": Fault("In '{value}' no calendar has the day {item}.", "Correct the day or the month."),
    "WINDOW_NO_SUCH_TIME": Fault("In '{value}' no clock shows {item}.", "Times go from 00:00 to 24:00."),
    "WINDOW_ONE_TIME": Fault(
        "'{value}' is one time, not a window.", "Write from when until when, as in 2026-11-23 14:00-16:00."
    ),
    "WINDOW_UNCLEAR": Fault(
        "In '{value}' it is not clear whether {item} is at night or in the afternoon.",
        "Write it by the clock of 24 hours, as in 14:00-16:00, or with am or pm.",
    ),
    "WINDOW_HALF": Fault(
        "In '{value}' it is not clear whether {item} is in the morning or in the evening.",
        "Write it by the clock of 24 hours, as in 19:00, or with am or pm.",
    ),
    "WINDOW_PART": Fault(
        "In '{value}' it is not said from when until when '{item}' is.", "Write the times, as in 18:00-20:00."
    ),
    "WINDOW_SIDE_OF_DAY": Fault(
        "'{value}' is a first or a last day, and no window.",
        "Write it into ready or due_day; a window says its days and times, as in 2026-11-23 14:00-16:00.",
    ),
    "WINDOW_RELATIVE": Fault(
        "In '{value}' it is not known from which day '{item}' counts.",
        "Write the date in its place, as in 2026-11-23 14:00-16:00.",
    ),
    "WINDOW_DAYS_DIFFER": Fault("In '{value}' the date is no '{item}'.", "Correct the date or the day of the week."),
    "WINDOW_NO_DAY": Fault(
        "'{value}' does not say on which day.", "Write the date before it, as in 2026-11-23 14:00-16:00."
    ),
    "WINDOW_REVERSED": Fault(
        "In '{value}' a window closes before it opens.",
        "Swap the two times; write the date after the slash when it closes on a later day.",
    ),
    "WINDOW_MIXED_OFFSET": Fault("In '{value}' only one end has an offset from UTC.", "Give both or neither."),
    "WINDOWS_TOO_MANY": Fault("There are too many windows.", "An order has at most {limit}."),
    "HOURS_FORMAT": Fault("'{value}' are not hours of a day.", "Expected 12:00-13:00; several by ';'."),
    "HOURS_REVERSED": Fault(
        "In '{value}' the hours end before they begin.",
        "Correct the times; a long night is two stretches, as in 16:00-24:00 and 00:00-08:00.",
    ),
    "OPENING_FORMAT": Fault("'{value}' are not opening hours.", "Expected Mon-Fri 09:00-17:00; Sat 09:00-12:00."),
    "AMOUNT_FORMAT": Fault(
        "'{value}' is not a list of names with amounts.", "Write a name and a whole number for each."
    ),
    "AMOUNT_NEGATIVE": Fault(
        "In '{item}' the amount is not a whole number from 0 to {limit}.", "Write it as {example}."
    ),
    "AFTER_FORMAT": Fault(
        "'{item}' is not an order with a gap.", "Expected SO-1041, SO-1041 +2h, or SO-1041 start+30min..4h same."
    ),
    "GAP_REVERSED": Fault(
        "In '{item}' the greatest gap is shorter than the least.", "Swap the two: the least stands before the dots."
    ),
    "DAYS_RANGE": Fault("{value} days cannot be planned in one go.", "Plan 1 to {limit} days."),
    "AMOUNT_NUMBER": Fault("In '{item}' the amount is not a whole number from 1 to {limit}.", "Write it as {example}."),
    "PLACE_FORMAT": Fault("'{value}' is not a place.", "Write branch, home, or lat, lon and address."),
    "ZONE_UNKNOWN": Fault("'{value}' is not a known time zone.", "Write a name such as Asia/Shanghai."),
    "CURRENCY_UNKNOWN": Fault("'{value}' is not a currency.", "Write its three letters, such as CNY, USD or EUR."),
    "LOCALE_UNKNOWN": Fault(
        "'{value}' is not a locale that is known here.", "Write language and country, such as en-US, en-GB or de-DE."
    ),
    "WEEKEND_FORMAT": Fault("'{value}' are not days of the week.", "Expected Sat-Sun, or Fri, Sat; or none."),
    "WEEKEND_ALL": Fault("No day of the week is left to work on.", "Write the days of rest only, or none."),
    "UNIT_TWICE": Fault(
        "It is given in kilometres and in miles: {other} is filled in, too.", "Keep the one that is meant."
    ),
}

_PLACES = {
    "PLACE_LATITUDE": Fault("{value} is no latitude.", "Latitudes go from -90 to 90 degrees."),
    "PLACE_LONGITUDE": Fault("{value} is no longitude.", "Longitudes go from -180 to 180 degrees."),
    "PLACE_SWAPPED": Fault(
        "Latitude {lat} and longitude {lon} are maybe swapped.", "Write the latitude into lat, the longitude into lon."
    ),
    "PLACE_ZERO": Fault("The place is at 0, 0, in the sea.", "Write the real coordinates."),
    "PLACE_FAR": Fault(
        "The place is {distance} {unit} away from the branch.", "Correct the coordinates; at most {limit} {unit}."
    ),
    "PLACE_MISSING": Fault(
        "The order has no coordinates.",
        "Fill in lat and lon, name the district in the address, or let it be looked up: option --geocode.",
    ),
    "PLACE_APPROXIMATE": warning(
        "Only the area of the address is known: the place is about the centre of {place}.",
        "Half a day is told, and the customer is called for the address; write what comes of it into corrections.csv.",
    ),
    "PLACE_USELESS": warning(
        "The coordinates ({value}) are none, so the place is taken from the address.",
        "Write both coordinates, or leave them empty.",
    ),
    "WINDOW_WEEKDAY": Fault("In '{value}' the date is a {item}.", "Correct the date or the day of the week."),
    "PLACE_BY_BRANCH": warning(
        "The address names no district that is known: the place is about the centre of {place}, where the branch is.",
        "Half a day is told, and the customer is called for the address; write what comes of it into corrections.csv.",
    ),
    "PLACE_IN_SEVERAL": warning(
        "The address does not say in which city; {place} was taken, as the nearest. There is also {others}.",
        "Write the city into the address if another is meant.",
    ),
    "HOME_MISSING": Fault(
        "The day starts or ends at home, but the home has no coordinates.",
        "Fill them in, or let the home's address be looked up: option --geocode.",
    ),
    "HOME_PARTLY": Fault("Only one of the home's coordinates is given.", "Fill in home_lat and home_lon, or neither."),
}

_LOOK_UPS = {
    "DATUM_UNKNOWN": Fault(
        "'{value}' is not a datum that is known here.",
        "Write WGS-84 (GPS), GCJ-02 (Amap, Tencent) or BD-09 (Baidu).",
    ),
    "DATUM_MIXED": warning(
        "The coordinates are given in different datums: {value}.",
        "Each was converted as stated; check that this is meant.",
    ),
    "GEOCODED": warning(
        "The place was read from the address '{value}' as {place}.", "Check it on a map, then fill in lat and lon."
    ),
    "GEOCODE_NOT_FOUND": Fault(
        "The service {service} does not find the address '{value}'.", "Correct the address, or fill in lat and lon."
    ),
    "GEOCODER_DOWN": Fault(
        "The service {service} does not look addresses up: {error}.",
        "Try again later, what was found is kept; or fill in the {count} missing places by hand.",
    ),
    "GEOCODER_UNKNOWN": Fault("There is no geocoding service '{value}'.", "Known services: {known}."),
    "GEOCODER_SETTINGS": Fault(
        "The service {service} cannot be used as it is set: {error}.",
        "A key is read from the environment variable {variable}; see the service's manual.",
    ),
    "GEOCODE_CACHE": warning(
        "The places found earlier cannot be read: {error}.", "They are looked up again and the file is written anew."
    ),
    "GEOCODE_CACHE_WRITE": warning(
        "The places found cannot be kept: {error}.", "They are looked up again next time; check the folder."
    ),
    "ORDER_SET_ASIDE": warning(
        "The order '{value}' has faults and is not planned.", "Correct its row; until then it stays in the register."
    ),
    "AFTER_FAULTY": Fault(
        "The order comes after '{value}', which has faults and is not planned.", "Correct the row of that order."
    ),
    "HOLIDAYS_UNKNOWN": Fault(
        "'{value}' is not a country whose public holidays are known.",
        "Write its two letters, such as {known}, or none.",
    ),
    "HOLIDAYS_PART_UNKNOWN": Fault(
        "'{value}' names no part of {country} whose public holidays are known.",
        "Write country and part, such as {known}, or the country alone.",
    ),
    "HOLIDAYS_NO_PARTS": Fault(
        "'{value}' names a part of {country}, of which no parts are known.", "Write the country alone: {country}."
    ),
    "CALENDAR_UNPUBLISHED": warning(
        "The make-up working days of {value} are not known yet; only the days fixed by law are counted as holidays.",
        "Write the public holidays and make-up working days of {value} into the calendar once they are announced.",
    ),
    "CALENDAR_CONTRADICTS": Fault(
        "{value} is both a working day and none: here and in row {other}.", "Keep one of the two rows."
    ),
}

_REFERENCES = {
    "CUSTOMER_TWO_NAMES": warning(
        "Row {other} has the same phone and address with the name '{first}': both were taken as one customer.",
        "Correct the phone or the address if they are two.",
    ),
    "ORDER_ID_MADE": note(
        "There is no column of order numbers: each has one made of who asked, where, for what.",
        "Add the column, so that an order keeps its number when its address or fault is corrected.",
    ),
    "ID_TWICE": Fault("'{value}' stands in row {other} already.", "Give each row its own; delete the one too many."),
    "ID_RESERVED": Fault(
        "'{value}' is the name of a place of ours.", "An order may not be called branch, nor begin with start: or end:."
    ),
    "ID_BRANCH_STOP": Fault("'0' stands for a stop at the branch.", "Give the order another number."),
    "REF_CUSTOMER": Fault("The customer '{value}' is not in customers.", "Add the customer, or correct the id."),
    "REF_TECHNICIAN": Fault(
        "The technician '{value}' is not in technicians.", "Add the technician, or correct the id."
    ),
    "REF_TECHNICIAN_NEVER": Fault(
        "The technician '{value}' is not in technicians: nobody knows whom not to send.",
        "Correct the id; take it out if that technician has left.",
    ),
    "REF_TECHNICIAN_GONE": warning(
        "The technician '{value}' is not in technicians.", "Correct the id if it is misspelt."
    ),
    "REF_VISIT": Fault("The order '{value}' is not in orders.", "Add the order, or delete this row."),
    "REF_PART": Fault("The part '{value}' is not in parts.", "Add the part, with 0 on hand if there is none."),
    "REF_PART_NOT_STOCKED": warning(
        "The part '{value}' is not in parts: nobody stocks it, so the order cannot be planned.",
        "Add the part, or correct the id.",
    ),
    "REF_PART_OWN": warning(
        "The part '{value}' is neither in parts nor needed by an order.", "Correct the id if it is misspelt."
    ),
    "REF_TOOL_OWN": warning(
        "The tool '{value}' is neither in tools nor needed by an order.", "Correct the id if it is misspelt."
    ),
    "REF_VISIT_GONE": warning("The order '{value}' is not in orders.", "Correct the id if it is misspelt."),
    "REF_RESERVED": warning(
        "The order '{value}' is not in orders; the part stays held all the same.",
        "Correct the id, or take the reservation out.",
    ),
    "REF_LOAN": Fault("The loan '{value}' is not in loans.", "Add the loan, or correct the id."),
    "REF_TOOL": Fault("The tool '{value}' is not in tools.", "Add the tool, or correct the id."),
    "REF_SKILL_NOT_HELD": warning(
        "No technician holds the skill '{value}', so the order cannot be planned.",
        "Add the skill to a technician, or correct the name.",
    ),
    "AFTER_ITSELF": Fault("The order '{value}' comes after itself.", "Break the circle: {circle}."),
    "LOCK_POSITIONS": Fault(
        "The prefix of technician '{technician}' has the positions {positions}.", "Count them 0, 1, 2 without a gap."
    ),
    "LOCK_START": Fault("A start lock has no start.", "Write the time of the service start."),
    "LOCK_POSITION": Fault("A prefix lock has no position.", "Write the place in the started route, from 0."),
    "LOCK_OTHER_DAY": Fault("The lock is for {value}, but {day} is planned.", "Take the order or the lock out."),
    "LOCK_TWO_PEOPLE": Fault(
        "The order '{value}' is locked to more technicians than serve it.", "Keep as many locks as people serve it."
    ),
    "LOCK_TWO_STARTS": Fault(
        "The order '{visit}' is locked to start at {value}, and in row {other} at another time.",
        "Keep the lock with the right start.",
    ),
    "LOCK_TWO_DAYS": Fault(
        "The order '{visit}' is locked to {value}, and in row {other} to another day.",
        "Keep the lock with the right day.",
    ),
    "LOCK_ABSENT": Fault(
        "The order '{visit}' is locked to technician '{value}', who is absent on {day} from {start} to {end}.",
        "Give the order to somebody else: write another technician into the lock, or take the lock out.",
    ),
    "LOCK_ABSENT_PARTLY": warning(
        "The order '{visit}' is locked to technician '{value}', who is absent on {day} from {start} to {end}.",
        "If the time left is too short, give the order to somebody else.",
    ),
    "LOCK_PROHIBITED": warning(
        "The order '{visit}' is locked to technician '{value}', whom it or its customer does not allow.",
        "Lock it to somebody else, or lift the prohibition.",
    ),
    "LOCK_NOT_ALLOWED": warning(
        "The order '{visit}' is locked to technician '{value}', who is not required for it or serves other districts.",
        "Lock it to somebody else, or correct required or the areas.",
    ),
    "LOCK_NO_SHIFT": warning(
        "The order '{visit}' is locked to technician '{value}', who has no shift on {day}.",
        "Add the shift, or lock the order to somebody else.",
    ),
    "EXCEPTION_NEVER": Fault(
        "Nobody can allow an exception to '{value}'.",
        "Exceptions are for travel, overtime, area, visits or told; take the row out, or mend what stands against it.",
    ),
    "EXCEPTION_AMOUNT": Fault("The exception has no amount.", "Write by how many minutes or visits at most."),
    "EXCEPTION_BAND": Fault(
        "The exception goes further ({value}) than the policy lets anybody go ({most}).",
        "Write {most} at most, or plan the order otherwise.",
    ),
    "EXCEPTION_BARRED": Fault(
        "The policy lets nobody make an exception to '{value}'.", "Take the row out, or plan the order otherwise."
    ),
    "LOCK_SKILL": warning(
        "The order '{visit}' is locked to technician '{value}', who does not hold the skill {skill} that day.",
        "Lock it to somebody else, or correct the skills or the certificate.",
    ),
    "LOCK_OUTSIDE_SHIFT": warning(
        "The order '{visit}' is locked to start at {value}, outside the technician's shift {shift}.",
        "Correct the start, or the shift.",
    ),
    "LOCK_OUTSIDE_WINDOW": warning(
        "The order '{visit}' is locked to start at {value}, outside its windows: {windows}.",
        "Correct the start, or agree another window with the customer.",
    ),
}

_TIMES = {
    "SHIFT_TWICE": Fault(
        "'{value}' stands in row {other} already: a technician has one shift a day.",
        "Delete the row too many. A split day is one row from its first start to its last end, with the time between as"
        " the break: break_open and break_close when the first part ends, break_min as long as the time between.",
    ),
    "SHIFTS_OVERLAP": Fault(
        "The shift of '{value}' begins before the one in row {other} ends ({until}): nobody is in two places at once.",
        "Correct the start or the end of one of the two, or delete its row.",
    ),
    "REST_SHORT": warning(
        "Between this shift of '{value}' and the one in row {other}, which ends at {until}, lie {gap} h; the rest is"
        " {rest} h.",
        "The earlier shift ends that much sooner, so that there is time to rest. Correct the roster if it should not.",
    ),
    "REST_SHORT_BEFORE": warning(
        "Between this shift of '{value}' and the one in row {other}, which ends at {until}, lie {gap} h; the rest is"
        " {rest} h.",
        "Nobody leaves on this shift before the rest is over. Correct the end of the earlier shift if it ended sooner.",
    ),
    "SHIFT_REVERSED": Fault(
        "The shift ends at {value}, not after its start.",
        "Correct the start or the end; an end on the next day is written with its date, as in 2026-11-24 07:00.",
    ),
    "SHIFT_LONG": Fault("The shift is longer than 24 hours.", "Correct the start or the end."),
    "BREAK_PARTLY": Fault(
        "The break is only partly given.", "Fill in break_open, break_close and its length, or none."
    ),
    "BREAK_REVERSED": Fault("The break's window closes before it opens.", "Swap the two times."),
    "BREAK_LENGTH": Fault("The break of {value} minutes cannot fit into the shift.", "Write a shorter break."),
    "BREAK_OUTSIDE": warning(
        "The shift does not hold the whole break, so no break is planned.",
        "Correct the break or the shift, if it should.",
    ),
    "BREAK_ZERO": warning("The break takes no time, so none is planned.", "Write its minutes, or empty its cells."),
    "CERTIFICATE_REVERSED": Fault("The certificate ends before it begins.", "Swap the two dates."),
    "CERTIFICATE_TWICE": Fault(
        "The skill '{value}' stands in row {other} already, for the same time.", "Keep one row for each time."
    ),
    "TOLD_PARTLY": Fault("The told window is only partly given.", "Fill in told_open and told_close, or neither."),
    "TOLD_REVERSED": Fault("The told window closes before it opens.", "Swap the two times."),
    "ORDER_TO_COME": note(
        "The order is received after the moment of planning, {moment}, and is not seen yet.",
        "A later stage sees it; correct the date if it is wrong.",
    ),
    "ABSENCE_MIDDLE": warning(
        "The absence lies inside the shift; only the longer part before or after it is planned.",
        "Correct the times if the technician leaves earlier or comes later.",
    ),
    "ABSENCE_REVERSED": Fault(
        "The absence ends at {value}, not after its start.",
        "Correct the two times; where it ends with the shift, leave the end empty.",
    ),
    "PERSON_TWICE": warning(
        "'{value}' stands in row {other}, too: one person under two numbers would be sent to two places at once.",
        "If it is one person, keep one number; else ignore this.",
    ),
    "NO_SHIFT": warning("The technician has no shift on {day}.", "Add one to shifts if the technician works."),
    "BUSINESS_REVERSED": Fault(
        "The branch closes before it opens.",
        "Swap the two times; a branch that is open over midnight states 00:00 to 24:00.",
    ),
    "PLANNED_EARLY": warning(
        "The plan would be made on {value}, {days} days before the day planned.", "Correct as_of or plan_date."
    ),
    "DAY_OVER": Fault(
        "The plan would be made at {value}, but {day} was over at {end}.",
        "Plan a day that is still to come (plan_date), or correct as_of.",
    ),
    "STOCK_NEGATIVE": warning("The stock of '{part}' is {value}; it counts as 0.", "Count the part again."),
    "CREW_FEW": warning(
        "The order needs {value} people, but on no day to plan are more than {able} at work, able and allowed.",
        "Correct crew_size or the skills, or add a shift; until then the order is not planned.",
    ),
    "CREW_NO_LEAD": warning(
        "Nobody at work on the days to plan can lead the crew: the lead needs {value}.",
        "Correct lead_skills, or add the skill or a shift; until then the order is not planned.",
    ),
    "LEAD_ALONE": warning(
        "The order names skills of a lead, but one person serves it.", "Correct crew_size, or put them into skills."
    ),
    "TOOL_SHORT": warning(
        "The order needs {value} of the tool '{tool}', but there are {units}, so it cannot be planned.",
        "Correct the number, or the units in tools.",
    ),
    "LOAD_LARGE": warning(
        "The order's load of {value} {quantity} is more than any technician can carry ({most}),"
        " so it cannot be planned.",
        "Correct the load, or a technician's capacity.",
    ),
    "REPAIR_UNDATED": Fault(
        "A last repair is stated ({value}), but not when it was.",
        "Write the date into repaired_on, or delete repaired_by and repaired_level.",
    ),
    "REPAIR_LATER": Fault(
        "The last repair ({value}) comes after the fault was reported again.",
        "Write when the same fault was repaired before that, or leave it empty.",
    ),
    "JOB_DONE": Fault(
        "All {days} days of the job are done already.", "Write when it was done, or correct days or days_done."
    ),
    "JOB_LONG": warning(
        "{value} days of the job are left, but only {planned} are planned; its later days wait.",
        "Plan more days in one go, if they should be planned.",
    ),
    "WINDOW_PAST": warning(
        "The window was over before the plan is made, so it binds nobody: the order is planned in opening hours.",
        "Agree a new window with the customer.",
    ),
    "WINDOW_NOT_READY": warning(
        "No start is possible in {value}: the work cannot begin before {ready}.",
        "Agree another window, or correct ready.",
    ),
    "WINDOW_NO_SEQUENCE": warning(
        "No start is possible in {value}: it comes after the order '{other}', whose times ({windows}) leave none.",
        "Agree another window for one of the two, or correct after.",
    ),
    "WINDOW_OFF_SHIFT": warning(
        "No start is possible in {value}: nobody's shift has the {minutes} min of the service then.",
        "Agree another window, or correct the service or the shifts.",
    ),
    "SERVICE_OVER_HOURS": warning(
        "The service takes {value} min, longer than the customer's hours on the days planned: {hours}.",
        "Correct the service or the hours; a job of several days says so in days.",
    ),
    "WINDOW_NO_SHIFT": warning(
        "A window lies on {day}, when nobody has a shift.", "Add a shift on that day, or agree another window."
    ),
    "CREW_LARGE": warning(
        "The order needs {value} people, more than there are technicians.", "Correct crew_size, or add technicians."
    ),
}

FAULTS_OF_ROWS = {**_CELLS, **_PLACES, **_LOOK_UPS, **_REFERENCES, **_TIMES}
