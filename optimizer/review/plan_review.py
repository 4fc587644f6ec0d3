"""The verdict on a plan file: its plan judged by the rules of its format, its claims, and what nobody can judge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optimizer.domain.rules import Rule, Violation
from optimizer.ingest.plans.claims import NotJudged
from optimizer.ingest.plans.formats import PLAN_FORMAT
from optimizer.judge.verdict import Assumption, judge_plan
from optimizer.review.claims import wrong_accepted, wrong_bound, wrong_figures, wrong_reasons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.ingest.plans.plan_file import PlanFile
    from optimizer.judge.verdict import Judgement
    from optimizer.text.catalogue import Translate

#: How long proofs are asked for again, unless the caller says otherwise.
PROOFS_S = 20.0


@dataclass(frozen=True, slots=True)
class Review:
    """What is found of a plan file.

    Parameters
    ----------
    judgement
        The judge's, with the wrong claims among its violations.
    not_judged
        What the file states and nobody can check; the verdict does not speak of it.
    """

    judgement: Judgement
    not_judged: tuple[NotJudged, ...]

    def not_judged_texts(self, say: Translate) -> list[str]:
        """Return what is not judged in words, the places of one kind together."""
        places: dict[str, list[str]] = {}
        for one in self.not_judged:
            places.setdefault(one.why(say), []).append(one.path)
        return [f"{', '.join(paths)}: {why}" for why, paths in places.items()]


def review_plan(file: PlanFile, *, seconds: float | None = PROOFS_S) -> Review:
    """Judge a plan file: its plan, and every claim that it makes.

    Parameters
    ----------
    seconds
        How long proofs may be asked for again; what is not answered by then is not judged.
    """
    judgement = judge_plan(file.problem, file.matrix, file.plan, rules=file.rules)
    found: list[Violation | NotJudged] = []
    if file.is_timed:
        is_clean = judgement.is_clean
        found += wrong_accepted(file, judgement.accepted)
        found += wrong_bound(file)
        found += wrong_figures(file, is_clean=is_clean)
        found += wrong_reasons(file, is_clean=is_clean, seconds=seconds)
    wrong = (one for one in found if isinstance(one, Violation))
    not_judged = (one for one in found if isinstance(one, NotJudged))
    judgement = replace(
        judgement,
        violations=(*judgement.violations, *wrong),
        assumptions=(*_about_format(file), *judgement.assumptions),
    )
    return Review(judgement, (*file.not_judged, *not_judged))


def _about_format(file: PlanFile) -> Iterator[Assumption]:
    if file.format == PLAN_FORMAT:
        return
    later = [str(rule) for rule in Rule if rule not in file.rules]
    if later:
        sentence = "The plan file has the format {format}: it is judged by the rules of then, without {rules}."
        yield Assumption(sentence, {"format": file.format, "rules": ", ".join(later)})
    else:
        yield Assumption(
            "The plan file has the format {format}: it is judged by the rules of then.", {"format": file.format}
        )
