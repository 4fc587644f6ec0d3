"""The bodies of requests in the reference: a branch in its three forms, a plan file, small ones; with examples."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from api.plans.comparing import NEWEST
from api.readers import upload
from api.schemas.asked import ID_PATTERN
from optimizer.ingest.forms.columns import PROBLEM_FORMAT, REQUIRED_SHEETS, columns_of
from optimizer.ingest.forms.columns import SHEETS as _SHEETS
from optimizer.ingest.plans.formats import FORMATS

if TYPE_CHECKING:
    from pydantic import BaseModel

_TYPES: dict[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
}


def example_branch() -> dict[str, Any]:
    """Return a small branch: two technicians, three orders, one of them with a part."""
    document: dict[str, Any] = json.loads(files("api").joinpath("examples/branch.json").read_text(encoding="utf-8"))
    return document


def _longer(order_id: str, service: str) -> dict[str, Any]:
    """Return the small branch with an order that takes longer."""
    document = example_branch()
    # A plan file's problem is taken as it stands, without public days: only the order is to differ.
    document["branch"]["holidays"] = "none"
    document["orders"] = [
        row | ({"service": service} if row["order_id"] == order_id else {}) for row in document["orders"]
    ]
    return document


@cache
def branch_schema() -> dict[str, Any]:
    """Return the JSON schema of a branch: an array of objects for each sheet (`branch` is one), a property a column."""
    sheets: dict[str, Any] = {name: {"type": "array", "items": _row_schema(name)} for name in _SHEETS}
    sheets["branch"] = _row_schema("branch")
    return {
        "title": "Branch",
        "type": "object",
        "required": ["format", *REQUIRED_SHEETS],
        "additionalProperties": False,
        "properties": {
            "format": {"const": PROBLEM_FORMAT},
            "policy": {"type": ["string", "object"], "description": "a policy by name, or its table"},
            **sheets,
        },
    }


def _row_schema(sheet: str) -> dict[str, Any]:
    columns = columns_of(sheet)
    properties = {}
    for column in columns:
        types = sorted({_TYPES[kind] for kind in column.kind.json_types})
        if "number" in types and "integer" in types:
            types.remove("integer")
        if not column.required:
            types.append("null")
        properties[column.json_name] = {"type": types if len(types) > 1 else types[0], "description": column.meaning}
    return {
        "type": "object",
        "required": [column.json_name for column in columns if column.required],
        "additionalProperties": False,
        "properties": properties,
    }


BRANCH_BODY: dict[str, Any] = {
    "required": True,
    "description": "a branch: JSON, one workbook, or a zip archive of its CSV files; the body itself, no form",
    "content": {
        upload.JSON: {
            "schema": branch_schema(),
            "examples": {"small": {"summary": "two technicians, three orders", "value": example_branch()}},
        },
        upload.WORKBOOK: {"schema": {"type": "string", "format": "binary"}},
        upload.ARCHIVE: {"schema": {"type": "string", "format": "binary"}},
    },
}

PLAN_FILE_BODY: dict[str, Any] = {
    "required": True,
    "description": "a plan file with its problem and travel times, or with routes only; `branch` beside it",
    "content": {
        upload.JSON: {
            "schema": {
                "title": "PlanFile",
                "type": "object",
                "required": ["routes", "problem"],
                "properties": {
                    "format": {"enum": list(FORMATS)},
                    "routes": {"type": ["array", "object"]},
                    "problem": branch_schema(),
                    "matrix": {"type": "object"},
                    "facts_sha256": {"type": "string"},
                    "branch": {
                        "description": "the branch as it is now, with which the plan is judged, too: in JSON, as the "
                        "plan of this id was made from it, or as it was submitted last for each day (`newest`)",
                        "oneOf": [
                            {"const": NEWEST},
                            {"type": "string", "pattern": ID_PATTERN},
                            branch_schema(),
                        ],
                    },
                },
            },
            "examples": {
                "routes only": {
                    "summary": "who visits whom, in which order",
                    "value": {"routes": {"T1": ["O1", "O2"], "T2": ["O3"]}, "problem": example_branch()},
                },
                "with the branch as it is now": {
                    "summary": "O1 takes half an hour longer by now",
                    "value": {
                        "routes": {"T1": ["O1", "O2"], "T2": ["O3"]},
                        "problem": example_branch(),
                        "branch": _longer("O1", "PT90M"),
                    },
                },
            },
        }
    },
}


#: One event of a stream.
EVENT: dict[str, Any] = {
    "title": "Event",
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$", "description": "its number, for Last-Event-ID"},
        "event": {"enum": ["status", "progress", "acknowledgement", "edit"]},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": {"type": "object"}},
    },
}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the documentation of a small JSON body, with an example made of its fields' own."""
    schema = model.model_json_schema()
    example = {name: field["examples"][0] for name, field in schema["properties"].items() if field.get("examples")}
    return {
        "required": True,
        "content": {"application/json": {"schema": schema, "examples": {"example": {"value": example}}}},
    }
