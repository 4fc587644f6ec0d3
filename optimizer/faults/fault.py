"""One kind of fault of an input."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault: what is wrong and the way out.

    Parameters
    ----------
    is_error
        The input cannot be used with it.
    is_note
        Said so that nobody wonders; mostly nothing is wrong. In JSON it is a `warning` like others.
    """

    cause: str
    action: str
    is_error: bool = True
    is_note: bool = False


def warning(cause: str, action: str) -> Fault:
    """Make a doubt: a person should look, the input is used."""
    return Fault(cause, action, is_error=False)


def note(cause: str, action: str) -> Fault:
    """Make a remark on what is mostly as it should be: it asks nothing of anybody."""
    return Fault(cause, action, is_error=False, is_note=True)
