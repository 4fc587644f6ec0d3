"""How a solve is run: budget, routes to start from, the child process and what forks it, limits, compiling."""
