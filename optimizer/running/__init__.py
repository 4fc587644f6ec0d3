"""How a solve is run: its budget, the routes it starts from, the child process, its limits, compiling beforehand."""
