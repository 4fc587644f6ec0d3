"""The bodies of requests in the reference: a branch in its three forms, a plan file, small ones; with examples."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from api.plans.comparing import NEWEST
from api.readers import upload
from api.schemas.asked import ID_PATTERN
from api.schemas.branch import TEXT, named
from optimizer.ingest.plans.formats import FORMATS

if TYPE_CHECKING:
    from pydantic import BaseModel


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


BRANCH_BODY: dict[str, Any] = {
    "required": True,
    "description": "a branch: JSON, one workbook, or a zip archive of its CSV files; the body itself, no form",
    "content": {
        upload.JSON: {
            "schema": named("Branch"),
            "examples": {"small": {"summary": "two technicians, three orders", "value": example_branch()}},
        },
        upload.WORKBOOK: {"schema": {"type": "string", "format": "binary"}},
        upload.ARCHIVE: {"schema": {"type": "string", "format": "binary"}},
    },
}

_PLAN_TO_JUDGE: dict[str, Any] = {
    "title": "PlanToJudge",
    "type": "object",
    "required": ["routes", "problem"],
    "properties": {
        "format": {"type": "string", "enum": list(FORMATS)},
        "routes": {
            "description": "as in a plan file; or by technician the visits in their order",
            "anyOf": [
                {"type": "array", "items": {"type": "object"}},
                {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}},
            ],
        },
        "problem": named("Branch"),
        "matrix": {"type": "object"},
        "facts_sha256": TEXT,
        "branch": {
            "description": "the branch as it is now, with which the plan is judged, too: in JSON, as the "
            "plan of this id was made from it, or as it was submitted last for each day (`newest`)",
            "anyOf": [
                {"type": "string", "const": NEWEST},
                {"type": "string", "pattern": ID_PATTERN},
                named("Branch"),
            ],
        },
    },
}

PLAN_FILE_BODY: dict[str, Any] = {
    "required": True,
    "description": "a plan file with its problem and travel times, or with routes only; `branch` beside it",
    "content": {
        upload.JSON: {
            "schema": named("PlanToJudge"),
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


_EVENT: dict[str, Any] = {
    "title": "Event",
    "description": "One event of a stream.",
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$", "description": "its number, for Last-Event-ID"},
        "event": {"type": "string", "enum": ["status", "progress", "acknowledgement", "edit", "erasure"]},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": {"type": "object"}},
    },
}

#: OpenAPI 3.1 describes each event of a stream; a client that knows no streams reads all of it as one text.
_EVENT_STREAM: dict[str, Any] = {
    "title": "EventStream",
    "description": "Each event; or, for who reads the stream as a whole, its text.",
    "anyOf": [named("Event"), TEXT],
}

#: The bodies that are no class of their own, by their names.
_OTHERS = {"PlanToJudge": _PLAN_TO_JUDGE, "Event": _EVENT, "EventStream": _EVENT_STREAM}
_small: dict[str, type[BaseModel]] = {}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the documentation of a small JSON body, with an example made of its fields' own."""
    _small[model.__name__] = model
    fields = model.model_json_schema()["properties"]
    example = {name: field["examples"][0] for name, field in fields.items() if field.get("examples")}
    return {
        "required": True,
        "content": {"application/json": {"schema": named(model.__name__), "examples": {"example": {"value": example}}}},
    }


def body_components() -> dict[str, Any]:
    """Return the components of bodies by name; of a branch, see `branch.py`."""
    made = dict(_OTHERS)
    for name, model in _small.items():
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        made |= schema.pop("$defs", {})
        made[name] = schema
    return made
