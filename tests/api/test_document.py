"""The OpenAPI document: what clients are generated from. Each test is a rule, whatever endpoints there are."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from copy import deepcopy
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from jsonschema_rs import validator_for

from api.main import create_app
from api.refusals.refusal import MEDIA_TYPE
from api.refusals.table import REFUSAL_TEXTS
from api.settings import Settings
from api.store.engine import Store
from optimizer.domain.problem import LockLevel
from optimizer.ingest.cells.tidy import Shape
from optimizer.ingest.forms.columns import SHEETS, columns_of
from tests.api.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.conftest import Server

DOCUMENT: dict[str, Any] = create_app(Settings(), Store("sqlite:///never-opened.db")).openapi()
COMPONENTS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
#: How a job may have ended; these come in a job's `failure`, not as an answer.
FAULTS_OF_JOBS = {"LOCKS_CONFLICT", "TIME_TOO_SHORT", "SOLVER_DEFECT", "WORKER_LOST"}
#: What any address may answer: to a request that is no HTTP or meets no operation, by a defect, at the end.
FAULTS_OF_HTTP = {"BAD_REQUEST", "METHOD_NOT_ALLOWED", "INTERNAL", "TOO_MANY_CONNECTIONS"}
#: Words that say how something stands: a client has a class for each.
STANDINGS = ("state", "status", "stage", "level", "role", "severity")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*")


# --- ways through it ------------------------------------------------------------------------------------------------


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference leads to."""
    while "$ref" in schema:
        schema = COMPONENTS[schema["$ref"].removeprefix("#/components/schemas/")]
    return schema


def parts_of(schema: Any, *, known: set[str] | None = None) -> Iterator[dict[str, Any]]:
    """Yield a schema and every schema within it, those that it refers to among them, each once."""
    known = set() if known is None else known
    if not isinstance(schema, dict) or schema.get("$ref") in known:
        return
    if "$ref" in schema:
        known.add(schema["$ref"])
        yield from parts_of(resolved(schema), known=known)
    yield schema
    for name in ("properties", "$defs"):
        for part in schema.get(name, {}).values():
            yield from parts_of(part, known=known)
    for part in (schema.get("items"), schema.get("additionalProperties"), schema.get("contentSchema")):
        yield from parts_of(part, known=known)
    for part in chain.from_iterable(schema.get(name, ()) for name in ("anyOf", "oneOf", "allOf")):
        yield from parts_of(part, known=known)


def bodies(*, asked: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield operation, media type and schema of every body that is asked for, or of every one that is answered."""
    for label, operation in OPERATIONS.items():
        given = [operation.get("requestBody", {})] if asked else list(operation["responses"].values())
        for body in given:
            for media_type, content in body.get("content", {}).items():
                yield label, media_type, content["schema"]


def parameters() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield operation and each of its parameters."""
    for label, operation in OPERATIONS.items():
        for parameter in operation.get("parameters", ()):
            yield label, parameter


def every_schema() -> Iterator[dict[str, Any]]:
    """Yield every schema of the document."""
    for schema in COMPONENTS.values():
        yield from parts_of(schema)
    for _, _, schema in (*bodies(asked=True), *bodies(asked=False)):
        yield from parts_of(schema)
    for _, parameter in parameters():
        yield from parts_of(parameter["schema"])


def types_of(schema: dict[str, Any]) -> set[str]:
    """Return the types that a schema takes, those of its alternatives among them."""
    stated = schema.get("type", [])
    found = {stated} if isinstance(stated, str) else set(stated)
    for part in chain(schema.get("anyOf", ()), schema.get("oneOf", ())):
        found |= types_of(resolved(part))
    return found


def words_of(schema: dict[str, Any]) -> list[str]:
    """Return the words that a text may be, if it may be these only."""
    schema = resolved(schema)
    alternatives = [part for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    if len(alternatives) == 1:
        return words_of(alternatives[0])
    return [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]


# --- what generators need -------------------------------------------------------------------------------------------


def test_every_array_says_what_it_holds() -> None:
    arrays = [schema for schema in every_schema() if "array" in types_of(schema | {"anyOf": [], "oneOf": []})]
    assert len(arrays) > 20
    assert [schema for schema in arrays if "items" not in schema] == []


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "answered"])
def test_every_body_is_a_named_component(asked: bool) -> None:
    for label, media_type, schema in bodies(asked=asked):
        if media_type.endswith("json"):
            assert "$ref" in schema, (label, media_type)
        name = schema.get("$ref", "").removeprefix("#/components/schemas/")
        assert name in COMPONENTS or schema["type"] == "string", (label, media_type)


def test_components_have_names_of_classes_and_references_lead_to_them() -> None:
    assert [name for name in COMPONENTS if not re.fullmatch(r"([A-Z][a-z]+)+", name)] == []
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert referred == set(COMPONENTS)


def test_how_something_stands_is_an_enum() -> None:
    found = 0
    for schema in every_schema():
        for name, part in schema.get("properties", {}).items():
            if name in STANDINGS and "string" in types_of(resolved(part)):
                assert words_of(part), (schema.get("title"), name)
                found += 1
    assert found > 5
    for label, parameter in parameters():
        if parameter["name"] in STANDINGS:
            assert words_of(parameter["schema"]), label


def test_a_column_of_words_is_an_enum() -> None:
    assert words_of(COMPONENTS["LockRow"]["properties"]["level"]) == list(LockLevel)
    for sheet, rows in SHEETS.items():
        for column in columns_of(sheet):
            if column.kind.words:
                assert words_of(COMPONENTS[rows.__name__]["properties"][column.json_name]) == list(column.kind.words)


@pytest.mark.parametrize(
    ("shape", "form"), [(Shape.DURATION, "duration"), (Shape.DATE, "date"), (Shape.MOMENT, "date-time")]
)
def test_a_column_of_times_has_a_format(shape: Shape, form: str) -> None:
    columns = [(rows, column) for sheet, rows in SHEETS.items() for column in columns_of(sheet)]
    found = [(rows, column) for rows, column in columns if column.shape is shape]
    assert found
    for rows, column in found:
        schema = COMPONENTS[rows.__name__]["properties"][column.json_name]
        assert form in {part.get("format") for part in parts_of(schema)}, column


def test_an_example_of_a_moment_has_its_format_and_its_offset() -> None:
    for schema in every_schema():
        for example in schema.get("examples", ()):
            if isinstance(example, str) and MOMENT.fullmatch(example):
                assert re.search(r"(Z|[+-]\d{2}:\d{2})$", example), schema
                assert any("format" in part or "pattern" in part for part in parts_of(schema)), schema


def test_operations_have_names_of_methods() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name)] == []
    assert OPERATIONS["POST /v1/plans"]["operationId"] == "submitPlan"


def test_a_field_more_in_an_answer_breaks_nobody() -> None:
    for label, _, schema in bodies(asked=False):
        closed = [part for part in parts_of(schema) if part.get("additionalProperties") is False]
        assert closed == [], label


def test_a_field_more_in_a_branch_or_a_small_body_is_refused() -> None:
    for label, media_type, schema in bodies(asked=True):
        if media_type.endswith("json") and label != "POST /v1/plans/judge":
            assert resolved(schema)["additionalProperties"] is False, label


def test_what_is_no_json_says_what_it_is() -> None:
    for label, media_type, schema in (*bodies(asked=True), *bodies(asked=False)):
        if media_type == "text/event-stream":
            event = COMPONENTS["Event"]
            assert {"$ref": "#/components/schemas/Event"} in resolved(schema)["anyOf"], label
            assert event["properties"]["event"]["enum"]
            assert event["properties"]["data"]["contentMediaType"] == "application/json"
        elif media_type.startswith("text/"):
            assert schema == {"type": "string"}, label
        elif not media_type.endswith("json"):
            assert schema == {"type": "string", "format": "binary"}, label


def test_what_may_be_asked_with_head_is_written_down_once() -> None:
    methods = {label.partition(" ")[0] for label in OPERATIONS}
    assert methods <= {"GET", "POST", "PUT", "PATCH", "DELETE"}


# --- what it says ----------------------------------------------------------------------------------------------------


def test_the_document_is_openapi() -> None:
    schemathesis.openapi.from_dict(deepcopy(DOCUMENT)).validate()


@pytest.mark.night
def test_the_document_is_the_same_whoever_asks_and_wherever_it_is_made(server: Server) -> None:
    made = server.http.get("/openapi.json").content
    assert made == server.http.get("/openapi.json", headers={"Accept-Language": "zh"}).content
    code = (
        "import json; from api.main import create_app; from api.settings import Settings;"
        "from api.store.engine import Store;"
        "print(json.dumps(create_app(Settings(), Store('sqlite:///never-opened.db')).openapi()))"
    )
    env = os.environ | {"PYTHONHASHSEED": "1"}
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, check=True)
    assert json.loads(other.stdout) == json.loads(made) == DOCUMENT
    assert [*json.loads(other.stdout)["paths"]] == [*DOCUMENT["paths"]]


@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_is_described(label: str) -> None:
    operation = OPERATIONS[label]
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    needs_key = label not in ("GET /healthz", "GET /readyz")
    assert ("security" in operation) == needs_key
    for status, answer in operation["responses"].items():
        assert answer["description"], status
        if status.startswith("4"):
            content = answer["content"]
            assert list(content) == [MEDIA_TYPE]
            assert content[MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert content[MEDIA_TYPE]["examples"]
    assert needs_key == {"401", "403", "422", "429", "503"}.issubset(operation["responses"])
    assert {parameter["in"] for parameter in operation.get("parameters", ())} <= {"path", "query", "header"}


def documented_faults() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield operation, status, code and example of every fault in the document."""
    for label, operation in OPERATIONS.items():
        for status, answer in operation["responses"].items():
            for code, example in answer.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {}).items():
                yield label, status, code, example["value"]


def test_every_fault_is_documented() -> None:
    documented = {code for _, _, code, _ in documented_faults()}
    assert documented | FAULTS_OF_JOBS | FAULTS_OF_HTTP == set(REFUSAL_TEXTS)
    assert not documented & (FAULTS_OF_JOBS | FAULTS_OF_HTTP)


def test_an_example_of_a_fault_is_what_the_document_says() -> None:
    validator = validator_for(DOCUMENT["components"]["schemas"]["Problem"] | {"components": DOCUMENT["components"]})
    for label, status, code, example in documented_faults():
        validator.validate(example)
        assert (example["code"], str(example["status"])) == (code, status), label
