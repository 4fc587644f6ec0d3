"""What a problem and a plan are: frozen dataclasses, standard library only.

Facts live here, formulas of the engine do not. Read `rules.py` first, then `problem.py` and `plan.py`.
"""
