"""From a problem to routes: arrays, search, pool and master; `assemble` makes a plan of the routes."""
