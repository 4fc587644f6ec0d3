"""The instance files beside the tests, and the plans that the tests value by hand."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
SIX_ORDERS = FOLDER / "six_orders.json"
THREE_REQUESTS = FOLDER / "three_requests.txt"

#: Order 4 stays out.
SIX_ORDERS_ROUTES = {"Ann": ("1",), "Ben": ("3", "2"), "Cai": ("5", "6")}

THREE_REQUESTS_ROUTES = {"1": ("3", "4"), "2": ("5",)}
