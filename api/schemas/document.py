"""The OpenAPI document: what the framework makes of the endpoints, with the bodies that it does not know by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from api.schemas.bodies import body_components
from api.schemas.branch import branch_components

if TYPE_CHECKING:
    from fastapi.routing import APIRoute


class DescribedApp(FastAPI):
    """An application whose document names every body, so that generated clients have classes with names."""

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        document = super().openapi()
        made = document["components"]["schemas"] | branch_components() | body_components()
        return document | {"components": document["components"] | {"schemas": dict(sorted(made.items()))}}


def operation_id(route: APIRoute) -> str:
    """Return what a generated client calls an operation: `submit_plan` is `submitPlan`."""
    first, *others = route.name.split("_")
    return first + "".join(word.capitalize() for word in others)
