"""Every sentence for people has its Chinese, with the same places to fill in.

The sentences are read from the source: whatever is passed to a translation function, in Python and in the templates,
and the tables of sentences that such calls pick from.
"""

from __future__ import annotations

import ast
import string
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
import typer
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from api.cli import app
from api.plans.conversion import AMOUNTS
from api.readers import upload
from api.refusals import parameters
from api.refusals.table import REFUSAL_TEXTS
from api.settings import Settings
from api.webhooks.guard import REFUSALS
from optimizer import cli_language
from optimizer.domain.rules import Rule
from optimizer.editing import edit_documents
from optimizer.errors import NoPlanError
from optimizer.explain import lock_clashes, violations
from optimizer.explain.cause_sentences import CAUSES
from optimizer.explain.sentences import ACCEPTED, AT_THE_DOOR, EXCEPTED, SENTENCES
from optimizer.faults.table import FAULTS
from optimizer.ingest import fault_workbook, template
from optimizer.ingest.forms.columns import SHEETS as ROWS
from optimizer.ingest.forms.columns import columns_of
from optimizer.promise.report import SOURCES
from optimizer.promise.sentences import CLOCKS, SPANS, WAITS, ZONES
from optimizer.report import columns
from optimizer.report.papers import phone_words
from optimizer.report.papers.route_sheet import EXTRA_FIELDS, FIELDS, HEADING, PICK_UP
from optimizer.report.wording import (
    ASIDE,
    CHANGE_KINDS,
    COVERAGES,
    EMPLOYMENTS,
    KINDS,
    RULE_NAMES,
    STATES,
    UNFINISHED,
)
from optimizer.review.differences import THINGS
from optimizer.running import broker
from optimizer.running.meanwhile import FIRST_PLAN_MADE
from optimizer.running.warming import GROUPS, STILL
from optimizer.text import catalogue, machine_errors, regional
from optimizer.text.catalogue import translator
from optimizer.text.dates import MONTHS, WEEKDAYS
from optimizer.whatif.case import UNKNOWN
from optimizer.whatif.sentences import ASKS
from optimizer.whatif.telling import FIXED
from optimizer.whatif_command import VERDICTS

SOURCE = Path(str(files("optimizer")))
SERVICE = Path(str(files("api")))

#: Names under which a translation function is called, and types whose first argument is a sentence.
TRANSLATES = {"t", "say", "translate", "_", "by_language"}
SENTENCE_TYPES = {"Phrase", "Assumption", "ArchiveError", "NotJudged", "Note", "doubt", "ScenarioError"}

#: The help of every command; what is a name or a number stands for itself.
HELP = [text for text in cli_language.texts_of(typer.main.get_command(app)) if text not in ("WGS-84", "127.0.0.1")]

#: Calls whose sentence is picked from a table: the file, the argument as written, and all that it can be.
PARAMETER_TEXTS = [*parameters.SENTENCES.values(), parameters.OTHERS]
SHEETS = [sheet for sheet in vars(columns).values() if isinstance(sheet, columns.Sheet)]
TABLES: dict[tuple[str, str], list[str]] = {
    ("running/warming.py", "sentence"): [*GROUPS.values(), STILL],
    ("running/broker.py", "hindrance.sentence"): [*broker.SENTENCES],
    ("console.py", "stage"): ["reading", "searching", "writing"],
    ("console.py", "sentence"): [*GROUPS.values(), STILL, FIRST_PLAN_MADE, *broker.SENTENCES],
    ("console.py", "str(error)"): [str(NoPlanError("overrun"))],
    ("api/cli.py", "meaning"): [str(about.description) for about in Settings.model_fields.values()],
    ("api/plans/conversion.py", "item.sentence"): [],  # an Assumption, a literal in the judge
    ("api/plans/conversion.py", "violation.rule.statement"): [rule.statement for rule in Rule],
    ("api/plans/conversion.py", "AMOUNTS[violation.unit]"): list(AMOUNTS.values()),
    ("api/readers/upload.py", "_REASONS.get(refused.code, _BROKEN)"): list(upload._REASONS.values()),
    ("api/readers/upload.py", "sentence"): [],  # what an ArchiveError is made with
    ("api/refusals/parameters.py", "cause"): [
        cause for cause, _ in (*parameters.SENTENCES.values(), parameters.OTHERS)
    ],
    ("api/refusals/parameters.py", "action"): [
        action for _, action in (*parameters.SENTENCES.values(), parameters.OTHERS)
    ],
    ("api/refusals/refusal.py", "sentence"): [],  # what `by_language` is given
    ("api/refusals/refusal.py", "text.title"): [text.title for text in REFUSAL_TEXTS.values()],
    ("api/refusals/refusal.py", "text.cause"): [text.cause for text in REFUSAL_TEXTS.values()],
    ("api/refusals/refusal.py", "text.action"): [text.action for text in REFUSAL_TEXTS.values()],
    ("api/routes/operating.py", "REFUSALS[error.code]"): list(REFUSALS.values()),
    ("plan_output.py", "item.sentence"): [],  # an Assumption, a literal in the judge
    ("cli.py", "sentence"): [],  # what `warm_up` says, in running/warming.py
    ("whatif/case.py", "sentence"): [],  # what a Note is made with
    ("whatif/case.py", "self.sentence"): [],
    ("errors.py", "self.sentence"): [],  # of a ScenarioError
    ("whatif/scenario_file.py", "faults[0].sentence"): [],
    ("cli_language.py", "paragraph"): HELP,
    ("cli_language.py", "option.show_default"): [],  # among the others
    ("cli_language.py", "sentence"): [sentence for _, sentence in (*cli_language.REFUSALS, *cli_language.CAUSES)],
    ("faults/decoding.py", "system_words(error)"): [],  # of the table in text/machine_errors.py
    ("faults/decoding.py", "reader_words(error)"): [],
    ("faults/issues.py", "sentence"): [text for f in FAULTS.values() for text in (f.cause, f.action)],
    ("faults/issues.py", "detail"): [],  # a Phrase, a literal there
    ("ingest/build/geocode.py", "system_words(error)"): [],
    ("ingest/build/geocode.py", "reader_words(error)"): [],
    ("ingest/forms/tables.py", "reader_words(error)"): [],
    ("ingest/mapping/own_table.py", "reader_words(error)"): [],
    ("ingest/places/own_tables.py", "reader_words(error)"): [],
    ("ingest/settings/profiles.py", "words"): [],
    ("travel/matrix_table.py", "reader_words(error)"): [],
    ("travel/matrix_table.py", "system_words(error)"): [],
    ("ingest/plans/claims.py", "self.sentence"): [],  # what a NotJudged is made with
    ("ingest/fault_workbook.py", "title"): [title for title, _ in fault_workbook._COLUMNS],
    ("ingest/template.py", "advice"): list(template._ADVICE),
    ("ingest/template.py", "title"): list(template._HEADINGS),
    ("ingest/template.py", "column.meaning"): [column.meaning for sheet in ROWS for column in columns_of(sheet)],
    ("ingest/template.py", "model.__doc__ or ''"): [str(model.__doc__) for model in ROWS.values()],
    ("ingest/settings/policy.py", "f'an array of {count} whole numbers'"): [
        f"an array of {n} whole numbers" for n in (4, 5)
    ],
    ("promise/report.py", "SOURCES[promise.source]"): list(SOURCES.values()),
    ("promise/report.py", "ZONES[promise.zone]"): list(ZONES.values()),
    ("promise/report.py", "CLOCKS[clock.name]"): list(CLOCKS.values()),
    ("promise/sentences.py", "CLOCKS[clock.name]"): list(CLOCKS.values()),
    ("promise/sentences.py", "MONTHS[day.month - 1]"): list(MONTHS),
    ("promise/sentences.py", "SPANS[clock.name]"): list(SPANS.values()),
    ("promise/sentences.py", "WAITS[clock.name]"): list(WAITS.values()),
    ("ingest/cells/unread_windows.py", "WEEKDAYS[real]"): list(WEEKDAYS),
    ("promise/sentences.py", "WEEKDAYS[day.weekday()]"): list(WEEKDAYS),
    ("promise/sentences.py", "WEEKDAYS[d.weekday()]"): list(WEEKDAYS),
    ("text/machine_errors.py", "system_words(error)"): [
        *machine_errors.OF_THE_SYSTEM.values(),
        *machine_errors.OF_READERS.values(),
        machine_errors._UNKNOWN,
        machine_errors._UNREAD,
        machine_errors.TOO_DEEP,
    ],
    ("text/regional.py", "_DISTANCES[region.distance_unit]"): [*regional._DISTANCES.values()],
    ("text/regional.py", "_LIMITS[region.distance_unit]"): [*regional._LIMITS.values()],
    ("text/regional.py", "_NAMES[region.distance_unit]"): [*regional._NAMES.values()],
    ("report/frames.py", "rule.statement"): [rule.statement for rule in Rule],
    ("report/page.py", "rule.statement"): [rule.statement for rule in Rule],
    ("report/wording.py", "heading"): [column.heading for sheet in SHEETS for column in sheet.all_columns],
    ("report/papers/changes.py", "CHANGE_KINDS[change.kind]"): list(CHANGE_KINDS.values()),
    ("report/papers/phone_words.py", "_WORK[order.kind]"): list(phone_words._WORK.values()),
    ("report/papers/register.py", "ASIDE[aside.state]"): list(ASIDE.values()),
    ("report/papers/register.py", "UNFINISHED[order.unfinished]"): list(UNFINISHED.values()),
    ("report/papers/route_sheet.py", "COVERAGES[said.coverage]"): list(COVERAGES.values()),
    ("report/papers/route_sheet.py", "UNFINISHED[order.unfinished]"): list(UNFINISHED.values()),
    ("report/papers/route_sheet.py", "caption"): [
        *FIELDS.values(),
        *EXTRA_FIELDS.values(),
        *PICK_UP.values(),
        *HEADING.values(),
    ],
    ("report/screen.py", "CHANGE_KINDS[change.kind]"): list(CHANGE_KINDS.values()),
    ("report/wording.py", "AT_THE_DOOR"): [AT_THE_DOOR],
    ("report/wording.py", "EMPLOYMENTS[employment]"): list(EMPLOYMENTS.values()),
    ("report/wording.py", "KINDS[kind]"): list(KINDS.values()),
    ("report/wording.py", "RULE_NAMES[rule]"): list(RULE_NAMES.values()),
    ("report/wording.py", "STATES[left.state]"): list(STATES.values()),
    ("report/workbook.py", "name"): list(RULE_NAMES.values()),
    ("report/workbook.py", "sheet.title"): [sheet.title for sheet in SHEETS],
    ("review/differences.py", "THINGS[self.sheet]"): list(THINGS.values()),
    ("editing/edit_documents.py", "expected"): list(edit_documents.EXPECTED.values()),
    ("explain/violations.py", "_template(violation, problem)"): [*violations.SENTENCES.values(), violations.BY_RULE],
    ("explain/violations.py", "violation.rule.statement"): [rule.statement for rule in Rule],
    ("explain/lock_clashes.py", "sentence"): [
        *lock_clashes.CLASHES.values(),
        lock_clashes.BY_RULE,
        lock_clashes.TOLD,
        lock_clashes.TOO_LONG,
        lock_clashes.NO_SHIFT,
    ],
    ("explain/lock_clashes.py", "AT_THE_DOOR"): [AT_THE_DOOR],
    ("explain/lock_clashes.py", "more[0]"): [lock_clashes.TOO_MANY, lock_clashes.PROPOSAL],
    ("explain/lock_clashes.py", "violation.rule.statement"): [rule.statement for rule in Rule],
    ("explain/sentences.py", "rules[0].statement"): [rule.statement for rule in Rule],
    ("explain/sentences.py", "_template(reason)"): list(SENTENCES.values()),
    ("whatif/telling.py", "FIXED[why.fixed_by]"): list(FIXED.values()),
    ("whatif/telling.py", "CHANGE_KINDS[change.kind]"): list(CHANGE_KINDS.values()),
    ("whatif/sentences.py", "ASKS[ask.kind]"): list(ASKS.values()),
    ("whatif/case.py", "UNKNOWN[kind]"): list(UNKNOWN.values()),
    ("whatif_command.py", "VERDICTS[verdict]"): list(VERDICTS.values()),
    ("explain/cause_sentences.py", "CAUSES[cause.kind, _known(left, cause)]"): list(CAUSES.values()),
    ("explain/sentences.py", "ACCEPTED[accepted.rule, kind]"): list(ACCEPTED.values()),
    ("explain/sentences.py", "EXCEPTED[accepted.rule, accepted.unit]"): list(EXCEPTED.values()),
}


@cache
def chinese() -> dict[str, str]:
    with (SOURCE / "text/locales/zh_CN.po").open("rb") as stream:
        catalog = read_po(stream, locale="zh_CN", abort_invalid=True)
    return {str(message.id): str(message.string) for message in catalog if message.id}


def places(sentence: str) -> set[str]:
    """Return the names of the places that a sentence leaves open."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


# --- the sentences of the source ------------------------------------------------------------------------------------


def literals(node: ast.expr, named: dict[str, list[str]]) -> list[str] | None:
    """Return what an argument can be when the source says so in place, else `None`."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.IfExp):
        branches = [literals(branch, named) for branch in (node.body, node.orelse)]
        return [text for branch in branches for text in branch or []] if None not in branches else None
    if isinstance(node, ast.Tuple | ast.List):
        items = [literals(item, named) for item in node.elts]
        return [text for item in items for text in item or []] if None not in items else None
    return named.get(node.id) if isinstance(node, ast.Name) else None


def named_literals(tree: ast.Module) -> dict[str, list[str]]:
    """Return the names of a file that stand for literal sentences: `x = "a" if c else "b"`, `for x in ("a", "b")`."""
    named: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.comprehension) and isinstance(node.target, ast.Name):
            target, value = node.target, node.iter
        else:
            continue
        texts = literals(value, named)
        if texts:
            named[target.id] = named.get(target.id, []) + texts
    return named


def called_name(function: ast.expr) -> str:
    if isinstance(function, ast.Call):  # translator(lang)("...")
        return "translate" if called_name(function.func) == "translator" else ""
    return getattr(function, "id", getattr(function, "attr", ""))


def sentences_of_python(path: Path) -> tuple[list[str], list[str]]:
    """Return the sentences that a file translates, and the arguments that it picks from elsewhere."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named, found, picked = named_literals(tree), [], []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        name, first = called_name(node.func), node.args[0]
        if name == "on_message" or name in TRANSLATES | SENTENCE_TYPES:
            texts = literals(first, named)
            if texts is not None:
                found += texts
            elif not is_str_translate(node):
                picked.append(ast.unparse(first))
    return found, picked


def is_str_translate(node: ast.Call) -> bool:
    """Return whether this is `str.translate`, whose one argument is a table of characters."""
    is_table = isinstance(node.args[0], ast.Dict | ast.DictComp)
    return is_table or (isinstance(node.args[0], ast.Name) and node.args[0].id.startswith("_TO_"))


def sentences_of_template(path: Path) -> tuple[list[str], list[str]]:
    """Return the sentences that a template translates, and the calls whose sentence is no literal."""
    found, picked = [], []
    for call in Environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
        name = getattr(call.node, "name", getattr(call.node, "attr", ""))
        if name in TRANSLATES:
            first = call.args[0]
            if isinstance(first, nodes.Const):
                found.append(first.value)
            else:
                picked.append(str(first))
    return found, picked


@cache
def source_files() -> list[Path]:
    templates = [path for path in SOURCE.rglob("*") if path.suffix in (".jinja", ".js")]
    return sorted([*SOURCE.rglob("*.py"), *SERVICE.rglob("*.py"), *templates])


def place(path: Path) -> str:
    return path.relative_to(SOURCE if path.is_relative_to(SOURCE) else SERVICE.parent).as_posix()


@cache
def read(path: Path) -> tuple[list[str], list[str]]:
    return sentences_of_python(path) if path.suffix == ".py" else sentences_of_template(path)


# --- the tests ------------------------------------------------------------------------------------------------------


def test_every_sentence_of_the_source_has_its_chinese() -> None:
    missing = {
        f"{place(path)}: {sentence}"
        for path in source_files()
        for sentence in read(path)[0]
        if is_text(sentence) and not chinese().get(sentence)
    }
    assert missing == set()


def test_every_sentence_of_a_table_has_its_chinese() -> None:
    missing = {text for texts in TABLES.values() for text in texts if is_text(text) and not chinese().get(text)}
    assert missing == set()


def test_a_sentence_that_is_no_literal_comes_from_a_known_table() -> None:
    picked = {(place(path), written) for path in source_files() for written in read(path)[1]}
    assert picked <= TABLES.keys(), "name the table of these sentences in TABLES"


def test_no_table_is_listed_that_no_call_picks_from() -> None:
    picked = {(place(path), written) for path in source_files() for written in read(path)[1]}
    assert TABLES.keys() <= picked


def test_no_chinese_is_kept_for_a_sentence_that_nobody_says() -> None:
    said = {sentence for path in source_files() for sentence in read(path)[0]}
    said |= {text for texts in TABLES.values() for text in texts}
    assert chinese().keys() - said == set()


def test_english_and_chinese_leave_the_same_places_open() -> None:
    differing = {key: text for key, text in chinese().items() if text and places(key) != places(text)}
    assert differing == {}


def test_no_chinese_is_empty_or_english() -> None:
    lacking = {key for key, text in chinese().items() if is_text(key) and not any(c >= "\u4e00" for c in text)}
    assert lacking == set()


def is_text(sentence: str) -> bool:
    """Return whether there is something to translate, outside the places: `#` and `{km} km` read alike in both."""
    outside = "".join(text for text, *_ in string.Formatter().parse(sentence))
    return sum(character.isalpha() for character in outside) > 2


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("say('a')", (["a"], [])),
        ("say('a' if late else 'b', n=3)", (["a", "b"], [])),
        ("[wording.translate(h) for h in ('a', 'b')]", (["a", "b"], [])),
        ("t(TABLE[key])", ([], ["TABLE[key]"])),
        ("t(f'{n} visits')", ([], ["f'{n} visits'"])),
        ("text.translate({1: 2})", ([], [])),
    ],
)
def test_the_reader_of_sentences(tmp_path: Path, sentence: str, expected: tuple[list[str], list[str]]) -> None:
    path = tmp_path / "code.py"
    path.write_text(sentence, encoding="utf-8")
    assert sentences_of_python(path) == expected


def test_a_template_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "page.jinja"
    path.write_text("{{ t('Parts') }} {{ t(name) if name else t('None {n}', n=1) }}", encoding="utf-8")
    found, picked = sentences_of_template(path)
    assert found == ["Parts", "None {n}"]
    assert len(picked) == 1


def test_chinese_is_what_the_translator_answers() -> None:
    assert translator("zh")("{count} violations", count=3) == "违规 3 处"
    assert translator("en")("{count} violations", count=3) == "3 violations"


def test_the_catalogue_is_read_as_any_reader_of_such_files_reads_it() -> None:
    assert catalogue._chinese() == {key: text for key, text in chinese().items() if text}
