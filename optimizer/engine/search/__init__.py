"""Neighbourhood search over routes: ruin a few neighbouring strings, insert greedily, accept as annealing does.

Read `lns.py` first: it is the loop. `timing.py` times a route, `state.py` holds the routes being changed, `ruin.py` and
`insertion.py` are the two halves of a move, `route_edits.py` carries them out, `synchronization.py` binds visits across
routes, `accept.py` cools, `islands.py` runs several searches at once.
"""
