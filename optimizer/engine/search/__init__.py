"""Neighbourhood search over routes: ruin a few neighbouring strings, insert greedily, accept as annealing does.

Read `lns.py` first: it is the loop. `schedule.py` times a route, `state.py` holds the routes being changed,
`insertion.py` and `ruin.py` are the two halves of a move, `accept.py` cools, `islands.py` runs several at once.
"""
