"""All papers of a plan, made at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.domain.planning_context import PlanningContext
from optimizer.report.papers.call_list import make_call_list
from optimizer.report.papers.case import Case
from optimizer.report.papers.changes import changes_paper
from optimizer.report.papers.loan_card import make_loan_card
from optimizer.report.papers.model import Papers
from optimizer.report.papers.pick_list import make_pick_list, pick_totals
from optimizer.report.papers.register import make_register
from optimizer.report.papers.route_sheet import route_sheets
from optimizer.report.papers.tool_list import make_tool_list
from optimizer.report.wording import Wording

if TYPE_CHECKING:
    from optimizer.domain.plan import Plan
    from optimizer.domain.problem import Problem
    from optimizer.travel.matrix import TravelMatrix


def make_papers(
    problem: Problem, matrix: TravelMatrix, plan: Plan, context: PlanningContext | None, lang: str
) -> Papers:
    """Return every paper of a plan in one language, `en` or `zh`: words only, no layout.

    Parameters
    ----------
    context
        What the coordinator knows beside problem and plan; `None` is nothing: a draft, nothing set aside.
    """
    case = Case(problem, matrix, plan, context or PlanningContext(), Wording(lang, problem.branch.region))
    return Papers(
        route_sheets=route_sheets(case),
        pick_list=make_pick_list(case),
        pick_totals=pick_totals(case),
        tool_list=make_tool_list(case),
        loan_card=make_loan_card(case),
        call_list=make_call_list(case),
        register=make_register(case),
        changes=changes_paper(case),
        away=case.away,
    )
