"""How cheap a plan can be at best: column generation over the routes of technician-days, and a bound that always holds.

`scope.py` says what becomes of each rule, `pricing.py` lays out a technician-day, `labels.py` is the labelling kernel,
`master_lp.py` chooses among columns, `generation.py` tells the story. With `master` the only home of ortools.
"""
