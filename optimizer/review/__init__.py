"""A plan file judged whole: its claims beside its plan, and the plan against the branch as it is now."""
