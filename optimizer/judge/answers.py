"""What the papers may ask the judge: who may serve what, who owes a part, what the stock gives.

Whoever prints a plan imports these names from here; the judge's other modules are its own.
"""

from optimizer.judge.facts import skill_gaps
from optimizer.judge.hard_rules import is_past_due, past_due_loan, refusals
from optimizer.judge.stock import Draw, holds_of, outside_of, pickup_day_of, stock_shortages

__all__ = [
    "Draw",
    "holds_of",
    "is_past_due",
    "outside_of",
    "past_due_loan",
    "pickup_day_of",
    "refusals",
    "skill_gaps",
    "stock_shortages",
]
