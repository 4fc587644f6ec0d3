"""One rule a file: feasible when trivial, infeasible when broken, feasible right beside the break, the amount."""
