"""What a plan file claims beside the plan itself, and what of it nobody can check."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.domain.rules import Violation
    from optimizer.text.catalogue import Translate


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A statement of a plan file that is not judged: why not, and where it stands.

    Parameters
    ----------
    sentence
        English, with `{named}` places: a key of the catalogue.
    path
        JSON pointer to the statement.
    values
        What stands in those places.
    """

    sentence: str
    path: str
    values: Mapping[str, object] = field(default_factory=dict)

    def why(self, say: Translate) -> str:
        """Return in words why it is not judged."""
        return say(self.sentence, **self.values)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a plan file claims of its plan as a whole.

    Parameters
    ----------
    accepted
        What kept locks break, as the file lists it.
    kpis
        Key figures by name.
    bound
        Cents that no plan is said to cost less than; `None` where nothing is said.
    """

    accepted: tuple[Violation, ...] = ()
    kpis: Mapping[str, Any] = field(default_factory=dict)
    bound: int | None = None
