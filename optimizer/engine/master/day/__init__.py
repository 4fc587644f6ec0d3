"""A part of a day as one CP-SAT model: every rule one constraint or one price, the same for all questions.

Files in the order in which a model is made: `answers.py` (what is asked, and what comes back), `scope.py` (what the
model does not hold, by rule), `pieces.py`, `variables.py`, `routes.py`, `clock.py`, `shared.py`, `prices.py`,
`solving.py`.
"""
