"""The three moments of a day, and what a plan changes of the published one."""
