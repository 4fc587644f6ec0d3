"""One kind of fault of an input."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault: what is wrong, the way out, and whether the input can still be used."""

    cause: str
    action: str
    is_error: bool = True


def warning(cause: str, action: str) -> Fault:
    """Make a doubt: a person should look, the input is used."""
    return Fault(cause, action, is_error=False)
