"""Edits of a plan by hand: what an edit is, what it makes of the plan, what it breaks and what it costs."""
