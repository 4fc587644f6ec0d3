"""Keys of settings: one model a table, read by pydantic; every fault is noted by the full name of its key.

Keys name their units: `_min` minutes in TOML (ISO 8601 durations under the bare name in JSON), `_cents`,
`_cents_per_min`, `_pct`, `_km`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, ValidationError, create_model

from optimizer.faults.issues import IssueLog, Phrase, nearest
from optimizer.ingest.cells.dates_and_times import iso_duration
from optimizer.ingest.cells.values import MAX_INT, fault, parse_duration, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pydantic import ValidationInfo


def kind(parse: Callable[..., object], write: Callable[[Any], object] | None = None) -> Any:
    """Return the kind of a field: how it is read, and how it is written where JSON does not know its value."""
    return Annotated[Any, PlainValidator(parse), *([] if write is None else [PlainSerializer(write)])]


def duration(*, parse: Callable[[object], int] = parse_duration, none_word: str = "") -> Any:
    """Return the kind of a field in seconds; `none_word` stands for `None`, when there is such a value."""

    def read(value: object, info: ValidationInfo) -> int | None:
        if none_word and value == none_word:
            return None
        is_json = info.context == "json"
        if not (isinstance(value, str) and "P" in value if is_json else type(value) in (int, float)):
            expected = "a duration as text, e.g. PT45M" if is_json else "minutes as a number"
            raise fault("CELL_TYPE", expected=Phrase(expected))
        return parse(value)

    def write(seconds: int | None) -> str:
        return none_word if seconds is None else iso_duration(seconds)

    return kind(read, write)


def whole_number(low: int, high: int = MAX_INT) -> Callable[[object], int]:
    """Return the parser of a number that is written as a whole one."""

    def parse(value: object) -> int:
        if type(value) is not int:
            raise fault("CELL_TYPE", expected=Phrase("a whole number"))
        return whole(low, high)(value)

    return parse


def _text(value: object) -> str | None:
    if not isinstance(value, str | None):
        raise fault("CELL_TYPE", expected=Phrase("text"))
    return value


NAME = kind(_text)


def table_models(kinds: Mapping[str, Any], keys: Mapping[str, str] | None = None) -> dict[str, type[BaseModel]]:
    """Return the model of a table, as written in `toml` and in `json`; a key that is not written changes nothing.

    Parameters
    ----------
    kinds
        What each field of the domain holds, in the order of writing.
    keys
        The key of a field where it is another than the field's name; fields in seconds are named by rule.
    """

    def key_of(field: str, form: str) -> str:
        if field.endswith("_s"):
            return field.removesuffix("_s") + ("_min" if form == "toml" else "")
        return (keys or {}).get(field, field)

    def model_of(form: str) -> type[BaseModel]:
        held: dict[str, Any] = {name: (one, Field(None, alias=key_of(name, form))) for name, one in kinds.items()}
        return create_model(form, __config__=ConfigDict(extra="forbid"), **held)

    return {form: model_of(form) for form in ("toml", "json")}


def names_of(model: type[BaseModel]) -> dict[str, str]:
    """Return the fields of a table by the keys that are written."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def values_of(table: BaseModel) -> dict[str, Any]:
    """Return what is written in a table, by field."""
    return {name: getattr(table, name) for name in names_of(type(table)).values() if name in table.model_fields_set}


def write_table(models: Mapping[str, type[BaseModel]], values: object) -> dict[str, Any]:
    """Return every key of a table in its JSON form, so that reading it back needs no other."""
    names = names_of(models["json"]).values()
    made = models["json"].model_construct(**{name: getattr(values, name) for name in names if name != "base"})
    return made.model_dump(mode="json", by_alias=True, exclude={"base"})


def read_table(
    models: Mapping[str, type[BaseModel]],
    entries: Mapping[str, Any],
    log: IssueLog,
    *,
    file: str,
    inside: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what is rightly written in a table, by field, after noting what is wrong.

    Parameters
    ----------
    inside
        Names of the tables that the table is in, its own the last; none for the policy itself.
    """
    form = form_of(log)
    wrong: list[list[str]] = []
    try:
        return values_of(models[form].model_validate(entries, context=form))
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            names = [str(part) for part in error["loc"] if part != "[key]"]
            if names not in wrong:
                wrong.append(names)
                code, value, details = _fault(models[form], names, error)
                log.add(code, value=value, **location_of_key(log, [*inside, *names], file), **details)
    return values_of(models[form].model_validate(_without(entries, wrong), context=form))


def form_of(log: IssueLog) -> str:
    """Return the form in which the keys of an input are written."""
    return "json" if log.form == "json" else "toml"


def location_of_key(log: IssueLog, names: Sequence[str], file: str) -> dict[str, Any]:
    """Return where a key stands, by the names of the tables that it is in and its own."""
    column = ".".join(names)
    return {"file": file, "column": column, "path": f"/policy/{column.replace('.', '/')}" if log.form == "json" else ""}


def _fault(model: type[BaseModel], names: list[str], error: Any) -> tuple[str, object, dict[str, Any]]:
    """Return code, value and details of an error: ours as they are, and those that pydantic itself finds."""
    if error["type"] in ("model_type", "dict_type"):
        return "CELL_TYPE", error["input"], {"expected": Phrase("a table")}
    if error["type"] != "extra_forbidden":
        return error["type"], error["input"], error.get("ctx", {})
    for name in names[:-1]:
        inner: Any = model.model_fields[names_of(model)[name]].annotation
        model = inner
    return "POLICY_KEY", names[-1], {"near": nearest(names[-1], names_of(model))}


def _without(entries: Mapping[str, Any], wrong: list[list[str]]) -> dict[str, Any]:
    """Return a table without the keys whose names are given."""
    kept = {}
    for key, value in entries.items():
        below = [names[1:] for names in wrong if names[0] == key]
        if [] not in below:
            kept[key] = _without(value, below) if below else value
    return kept
