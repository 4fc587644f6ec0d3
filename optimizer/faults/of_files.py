"""Faults of whole files: folders, workbooks, JSON, policies, plans, travel matrices: code, cause and way out."""

from __future__ import annotations

from optimizer.faults.fault import Fault, note, warning

_FILES = {
    "FILE_NOT_FOUND": Fault(
        "'{value}' does not exist.",
        "Give a folder of CSV files, one Excel workbook (.xlsx) or one .json file.",
    ),
    "FILE_KIND": Fault(
        "'{value}' is neither a folder, an Excel workbook nor a .json file.",
        "Give a folder of CSV files, one Excel workbook (.xlsx) or one .json file.",
    ),
    "FILE_MISSING": Fault("The file is missing.", "Put it into the folder; it is required."),
    "FILE_UNKNOWN": warning(
        "'{value}' is not a sheet of a branch and was not read.", "Rename it, or take it out of the folder."
    ),
    "FILE_IS_FOLDER": Fault("This is a folder, not a file.", "Put a file of that name in its place."),
    "FILE_UNREADABLE": Fault("The file cannot be read: {error}.", "Check that it exists and that you may read it."),
    "FILE_TOO_LARGE": Fault("The file has {size} bytes.", "At most {limit} are read; split the data by branch."),
    "FILE_EMPTY": Fault("The file is empty.", "Write the header row first: {columns}."),
    "FILE_ENCODING": Fault("Byte {offset} (from 0) is not UTF-8 text.", "Save the file as 'CSV UTF-8'."),
    "FILE_WORKBOOK": Fault(
        "This is an Excel workbook and no text, whatever the file is called.",
        "Let its name end in .xlsx, or save it as 'CSV UTF-8'.",
    ),
    "FILE_HTML": Fault("This is a web page and no table.", "Open it in a spreadsheet program and save it as .xlsx."),
    "FILE_UTF16": Fault("The file is UTF-16 text.", "Save the file as 'CSV UTF-8'."),
    "CSV_SEPARATOR": Fault("The columns are separated by '{value}'.", "Save the file with commas between the columns."),
    "CSV_CELLS": Fault(
        "The line cannot be split into cells: {error}.", "Look for a quotation mark that is not closed."
    ),
    "CSV_EXTRA_CELLS": Fault(
        "The row has more cells than the header.", "Put a cell that holds a comma in quotation marks."
    ),
    "CSV_TOO_MANY_ROWS": Fault("The sheet has more than {limit} rows.", "Split the data by branch."),
    "COLUMN_MISSING": Fault("The column is missing.", "Add it to the header row; it is required."),
    "COLUMN_UNKNOWN": warning("The column is not known and was not read.", "Known columns: see the template."),
    "COLUMN_UNTITLED": warning(
        "Column {value} holds something but has no title, and was not read.",
        "Write its title into the header, or empty the column.",
    ),
    "HEADER_BELOW": note(
        "The header was found here; what stands above it was not read: {value}.",
        "Nothing is to be done, if that is a heading only.",
    ),
    "ROW_TOTAL": warning(
        "The row begins with '{value}' and was not read: it is taken for a total or a remark.",
        "Delete the row; if it is none, write its id into it.",
    ),
    "HEADER_AGAIN": note(
        "The header stands here once more; it was not read as a row.", "Nothing is to be done; it may be deleted."
    ),
    "COLUMN_PAIR": note(
        "The column holds both coordinates: '{value}' was read as latitude {lat} and longitude {lon}.",
        "Write them into columns of their own if that is not meant.",
    ),
    "SHIFT_OFF": note(
        "'{value}' means that there is no shift; the row was not read.", "Nothing is to be done, if that is right."
    ),
    "TABLE_BELOW": warning(
        "Another table begins here ({value}); from here on the sheet was not read.",
        "Put that table into a file or sheet of its own.",
    ),
    "COLUMN_TWICE": Fault("The column appears twice.", "Keep one of them."),
    "MAPPING_FORMAT": Fault("'{value}' is not a form of this file that is known here.", 'Write format = "{expected}".'),
    "MAPPING_KEY": Fault(
        "There is no sheet and no setting of that name.", "A sheet has file, tab, columns, values and fill."
    ),
    "MAPPING_VALUE": Fault("'{value}' is not what is expected here.", "Write a text in quotation marks, or a table."),
    "MAPPING_FIELD": Fault("'{value}' is not a column of ours.", 'Write a heading of the template, or "" for none.'),
    "MAPPING_FOLDER": Fault(
        "This is a folder; paigong map looks at one file.",
        "Name the file, and with --sheet which sheet it is; here lie: {files}.",
    ),
    "MAPPING_NO_FILE": Fault(
        "There is no file '{value}', which mapping.toml names.",
        "Put the file into the folder, or look at it with paigong map FILE.",
    ),
    "MAPPING_NO_TAB": Fault(
        "The workbook has no tab '{value}' with rows, which mapping.toml names.",
        "Correct tab there, or look at the file with paigong map FILE.",
    ),
    "MAPPING_LAST_FILE": note(
        "{count} files are called '{value}'; the last by its numbers was read.",
        "Take the older ones out of the folder.",
    ),
    "MAPPING_FILLED": note(
        "{count} rows say nothing here; it was taken from mapping.toml.", "Correct the table fill there if it is wrong."
    ),
    "SHEET_EMPTY": Fault("The sheet has no row.", "Write at least one row below the header."),
    "SHEET_NO_ROWS": warning("There is no row below the header.", "Nothing is to be done, if there is none today."),
    "BRANCH_ROWS": Fault("There is more than one branch.", "Keep one row; plan each branch by its own folder."),
}

_WORKBOOKS = {
    "WORKBOOK_KIND": Fault("This is not an Excel workbook.", "Save it as 'Excel workbook (.xlsx)'."),
    "WORKBOOK_OLD": Fault("This is an old Excel file (.xls).", "Open it and save it as 'Excel workbook (.xlsx)'."),
    "WORKBOOK_PASSWORD": Fault("The workbook is protected by a password.", "Open it, remove the password and save it."),
    "WORKBOOK_BROKEN": Fault(
        "The workbook is damaged.", "Open it in a spreadsheet program and save it again as .xlsx."
    ),
    "WORKBOOK_DOCTYPE": Fault(
        "The workbook declares a document type, which no spreadsheet program writes.",
        "Copy its sheets into a new workbook.",
    ),
    "WORKBOOK_ENTRIES": Fault("The workbook has more than {limit} parts.", "Copy its sheets into a new workbook."),
    "WORKBOOK_INFLATES": Fault(
        "The workbook inflates to more than {limit} bytes.", "Copy its sheets into a new workbook; keep the data only."
    ),
    "WORKBOOK_TOO_MUCH": Fault(
        "The workbook holds more than can be read.", "Copy its sheets into a new workbook; keep the data only."
    ),
    "WORKBOOK_MACROS": warning(
        "The workbook holds macros; they were not run.", "Save it as .xlsx if they are not needed."
    ),
    "SHEET_MISSING": Fault("The sheet is missing.", "Add it to the workbook; it is required."),
    "SHEET_UNKNOWN": warning(
        "'{value}' is not a sheet of a branch and was not read.", "Rename it, or take it out of the workbook."
    ),
    "SHEET_TWICE": Fault("'{value}' is the same sheet.", "Keep one of the two."),
    "SHEET_LAST_CELL": Fault(
        "The sheet goes as far as cell {value}.", "Delete what is no data of the branch, far down or to the right."
    ),
    "SHEET_HIDDEN": warning("The sheet is hidden; it was read all the same.", "Delete it if it should not count."),
    "ROWS_HIDDEN": warning(
        "There are hidden rows ({value}); they were read all the same.", "Delete them if they should not count."
    ),
    "COLUMNS_HIDDEN": warning(
        "There are hidden columns ({value}); they were read all the same.", "Delete them if they should not count."
    ),
    "CELLS_MERGED": Fault("The cells {value} are merged.", "Unmerge them and fill in each of them."),
    "CELLS_COMPUTED": warning(
        "{count} cells hold formulas ({value}); their values are those last computed.",
        "If in doubt, open the workbook, let it compute, and save it.",
    ),
    "CELLS_UNCOMPUTED": Fault(
        "{count} cells hold formulas that were never computed ({value}).",
        "Open the workbook in a spreadsheet program and save it.",
    ),
    "CELLS_ERROR": Fault(
        "{count} cells show an error instead of a value ({value}).", "Correct the formulas, or write the values."
    ),
    "ID_DATE": Fault(
        "'{value}' is a date or time that a spreadsheet has made of an id.",
        "Format the column as text and enter the id again.",
    ),
    "HEADER_UNKNOWN": Fault(
        "No title of the header row is known: '{value}'.",
        "Write the header row first: {columns}. If characters look wrong, save the file as 'CSV UTF-8'.",
    ),
    "FILE_GB18030": warning(
        "The file is not UTF-8; it was read as GB18030.", "If characters look wrong, save the file as 'CSV UTF-8'."
    ),
    "READ_AS": warning("'{value}' was read as {meant}.", "Correct the cell if that is not meant."),
    "READ_USUAL": note("'{value}' was read as {meant}.", "Correct the cell if that is not meant."),
    "READ_USUAL_COLUMN": note(
        "{count} cells were read as people mean them, for example {readings}.",
        "Correct the cell if that is not meant.",
    ),
    "READ_AS_MORE": warning(
        "{value} more cells of the sheet were read as something similar to what they hold.",
        "Correct the cells named here, then read the file again.",
    ),
}

_JSON = {
    "JSON_SYNTAX": Fault("This is not JSON: {error} (line {line}, position {position}).", "Correct the file there."),
    "JSON_DUPLICATE_KEY": Fault("The key '{value}' appears twice in one object.", "Keep one of them."),
    "JSON_NOT_FINITE": Fault("'{value}' is not a number of JSON.", "Write a finite number, or leave the key out."),
    "JSON_SURROGATE": Fault("'{value}' is half a character.", "Write the character itself, as UTF-8."),
    "JSON_TOO_DEEP": Fault("Arrays and objects are nested more than {limit} deep.", "No key of ours needs that."),
    "JSON_INT": Fault("The number {value} is too large.", "Whole numbers go up to {limit}."),
    "JSON_SHAPE": Fault("Expected {expected}.", "See the wire form of this key."),
    "JSON_FORMAT": Fault("The format is '{value}'.", 'Expected "format": "{expected}".'),
    "KEY_UNKNOWN": warning("The key '{value}' is not known and was not read.", "Known keys: see the wire form."),
    "KEY_MISSING": Fault("The key '{value}' is missing.", "Add it; it is required."),
}

_POLICIES = {
    "POLICY_UNKNOWN": Fault("There is no policy '{value}'.", "Known policies: {known}."),
    "POLICY_KEY": Fault("The policy has no key '{value}'.", "See the policies that ship with Paigong."),
    "POLICY_TWO_NAMES": warning(
        "policy.toml names the policy '{value}', the branch names '{branch}'.", "policy.toml is followed; name one."
    ),
    "PRICE_NO_ORDER": warning(
        "The policy has a price for the order '{value}', which is not in orders.", "Correct the number, or take it out."
    ),
    "TOML_SYNTAX": Fault("This is not TOML: {error} (line {line}, position {position}).", "Correct the file there."),
}

_PROMISES = {
    "PROMISE_UNKNOWN": Fault("There is no promise profile '{value}'.", "Known profiles: {known}."),
    "PROMISE_TWO_NAMES": warning(
        "policy.toml names the promise profile '{value}', the branch names '{branch}'.",
        "policy.toml is followed; name one.",
    ),
    "PROMISE_LATE_REVERSED": Fault(
        "Who runs late would have to call later than at the latest.",
        "Write at least as many minutes in running_late_to as in running_late_from.",
    ),
}

_PLANS = {
    "PLAN_SHAPE": Fault("Expected {expected}.", "See docs/rules.md, The plan file."),
    "PLAN_VALUE": Fault("'{value}' is not {expected}.", "Write the plan again with Paigong, or correct it there."),
    "PLAN_NO_PROBLEM": Fault("The plan does not hold its problem.", "Give the branch that it was made for, too."),
    "PLAN_MATRIX_SHAPE": Fault(
        "The matrix is not {expected} of whole numbers.", "Write one row and one cell for each place and profile."
    ),
    "PLAN_MATRIX_CHANGED": Fault(
        "The matrix is not the one that the plan was made with (sha256 differs).", "Write the plan file again."
    ),
    "PLAN_FACTS_CHANGED": Fault(
        "The problem is not the one that the plan was made for (facts_sha256 differs).",
        "Plan again from the facts of now; `paigong judge PLAN --branch BRANCH` names what differs.",
    ),
    "PLAN_TIME_MISSING": Fault(
        "The time '{value}' is missing, while others are stated.",
        "State every time of every route, or none: then the plan is timed anew.",
    ),
    "PLAN_KEY_UNKNOWN": Fault("A plan file has no key '{value}'.", "Take it out, or correct its name."),
    "PLAN_OTHER_BRANCH": Fault("The plan is for the branch {value}, this is {branch}.", "Name the plan's own branch."),
    "PLAN_OTHER_DAYS": Fault(
        "The plan is for {value}, the branch plans {days}.", "Plan again, or set plan_date of the branch back."
    ),
    "PLAN_ROUTE_TWICE": Fault("'{value}' has two routes on one day.", "Write one route for a technician and day."),
}

_MATRICES = {
    "MATRIX_TWO_FILES": Fault("The folder also holds '{value}'.", "Keep one of the two matrices."),
    "MATRIX_KEY_TWICE": Fault("'{value}' appears twice.", "Keep one of them."),
    "MATRIX_KEY_MISSING": Fault("The place '{value}' is missing.", "Add its row and its column."),
    "MATRIX_ROW_MISSING": Fault("The place '{value}' has a column but no row.", "Add its row."),
    "MATRIX_ROW_UNKNOWN": Fault("The place '{value}' has a row but no column.", "Add its column, or delete the row."),
    "MATRIX_NO_KEYS": Fault(
        "No row begins with a place of the header row, but with '{value}'.",
        "Begin each row with its place, and leave the first cell of the header row free.",
    ),
    "MATRIX_CELLS": Fault(
        "The row has {value} cells for {expected} places.",
        "Write one number for each place of the header; leave the cell empty where there is no way.",
    ),
    "MATRIX_NEGATIVE": Fault("{value} is negative.", "Write 0 or more; no way is an empty cell, in JSON null."),
    "MATRIX_NUMBER": Fault(
        "'{value}' is not a number.", "Write it in digits, like 600; no way is an empty cell, in JSON null."
    ),
    "MATRIX_LARGE": Fault(
        "{value} is too large.", "It must be at most {limit}; no way is an empty cell, in JSON null."
    ),
    "MATRIX_NOT_FINITE": Fault("'{value}' is not a finite number.", "Write a number; an empty cell means no way."),
    "MATRIX_DIAGONAL": Fault("The way from a place to itself is {value}.", "Write 0."),
    "MATRIX_MORE": Fault("{value} more cells are wrong.", "Correct the cells named here, then read the file again."),
    "MATRIX_NPZ": Fault("This is not a NumPy .npz file: {error}.", "Write it again with numpy.savez."),
    "MATRIX_ARRAY_MISSING": Fault("The array '{value}' is missing.", "Write keys and seconds with numpy.savez."),
    "MATRIX_ARRAY_TYPE": Fault("The array holds {value}, not numbers.", "Write whole numbers."),
    "MATRIX_SHAPE": Fault("The array has the shape {value}.", "It must be {expected}: profiles, places, places."),
    "MATRIX_SIZE": Fault(
        "There are {value} entries for {expected} places.",
        "Write one row for each of keys, in their order, and in it one number for each; null where there is no way.",
    ),
    "MATRIX_TABLES": Fault(
        "There are {value} tables for {expected} profiles.", "Write one table for each of profiles, in their order."
    ),
    "MATRIX_PLACES": Fault(
        "The matrix has {value} places; in JSON it may have {limit}.", "Send a zip archive with a matrix.npz in it."
    ),
    "MATRIX_PROFILE_MISSING": Fault("The travel profile '{value}' is missing.", "The file has: {known}."),
    "TRAVEL_PROFILE": Fault(
        "'{value}' is not a travel profile.", "Write one of {known}, or put your own matrix.csv into the folder."
    ),
}

FAULTS_OF_FILES = {**_FILES, **_WORKBOOKS, **_JSON, **_POLICIES, **_PROMISES, **_PLANS, **_MATRICES}
