"""The instance files beside the tests, and the plans that the tests value by hand."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
SIX_ORDERS = FOLDER / "six_orders.json"
THREE_REQUESTS = FOLDER / "three_requests.txt"

#: Order 4 stays out.
SIX_ORDERS_ROUTES = {"Ann": ("1",), "Ben": ("3", "2"), "Cai": ("5", "6")}

THREE_REQUESTS_ROUTES = {"1": ("3", "4"), "2": ("5",)}

#: Technician 1 lives 10 from the depot, with tool 0 and one of part 0. 2 takes both, 4 takes tool 1, 5 two of part 0.
FOUR_ERRANDS = FOLDER / "four_errands.txt"

#: Solomon's text; customers 1 (5 away), 2 (1.4) and 3 (6) ask for 4 each, a vehicle carries 10.
THREE_CUSTOMERS = FOLDER / "three_customers.txt"

#: Site-dependent: vehicle 1 serves 2 and 3 and carries 4, vehicle 2 serves 3 alone; no route lasts longer than 20.
TWO_VEHICLES = FOLDER / "two_vehicles.vrp"

#: Prize-collecting: 2 may be left out for 5, 3 for 20.
TWO_PRIZES = FOLDER / "two_prizes.vrp"

#: p2 takes two people at one moment, p3 a second service 10 to 20 after the first.
THREE_PATIENTS = FOLDER / "three_patients.json"

#: The same, but one of the two at p2 leaves sooner, which the rule book has no word for.
EARLY_LEAVER = FOLDER / "early_leaver.json"
