"""CP-SAT chooses among the routes of the pool. With `bounds` the only home of ortools.

Four files in the order in which a model is made: `variables.py`, `constraints.py`, `objective.py`, `model.py`.
"""
