"""Steps from checked rows to a Problem: places, calendar, what is known at the moment, orders of several days."""
