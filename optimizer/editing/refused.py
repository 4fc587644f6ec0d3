"""What an edit breaks, in words: the rule, by how much, and the exception that would let it be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optimizer.editing.remedies import exception_for
from optimizer.explain.violations import violation_sentence
from optimizer.ingest.write import exception_to_json

if TYPE_CHECKING:
    from collections.abc import Collection

    from optimizer.domain.rules import Violation
    from optimizer.editing.editor import Edited
    from optimizer.text.catalogue import Translate


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an edit is not applied.

    Parameters
    ----------
    text, action
        What is broken, and the way out, each a sentence.
    allow
        The edit that would allow it, as it is sent, without a name and a reason; `None` where nobody can.
    """

    violation: Violation
    text: str
    action: str
    allow: dict[str, Any] | None


def refused_for(edited: Edited, visit_ids: Collection[str], say: Translate) -> list[Refused]:
    """Return what an edited plan breaks.

    Parameters
    ----------
    visit_ids
        The visits that were edited.
    """
    return [_refused(violation, edited, visit_ids, say) for violation in edited.broken]


def _refused(violation: Violation, edited: Edited, visit_ids: Collection[str], say: Translate) -> Refused:
    exception = exception_for(violation, edited, visit_ids)
    allow = None
    action = say("Edit the plan otherwise: nobody can allow this.")
    if exception is not None:
        said = exception_to_json(exception)
        allow = {"edit": "allow", "visit": said["visit_id"], "rule": said["rule"], "amount": said["amount"],
                 "technician": said.get("technician_id", "")}  # fmt: skip
        action = say(
            "Edit the plan otherwise, or add an exception by name: rule {rule}, amount {amount}.",
            rule=allow["rule"],
            amount=allow["amount"],
        )
    return Refused(violation, violation_sentence(violation, edited.problem, say), action, allow)
