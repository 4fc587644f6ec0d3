"""A promise profile: how many days a branch promises, and how long each of its clocks runs (docs/rules.md, Clocks)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PromiseProfile:
    """What is promised, as data. The defaults are those of the profile `branch`.

    Parameters
    ----------
    area_days, outside_days
        Working days after the request day until the due day, inside the service area and outside it.
    outside_m
        Matrix distance from the branch up to which a day is promised, in metres; beyond it one is agreed.
    first_contact_s
        From the request to the first call to the customer.
    passed_on_s
        From the receipt to passing the order on.
    dispatch_s
        From the receipt until the order has a window and a provisional technician; `None` starts no such clock.
    acknowledge_s
        From the dispatch until the technician confirms it.
    emergency_contact_s, emergency_on_site_s
        From the technician's receipt of an emergency to the call and to the arrival, in wall time.
    call_back_s, consultation_call_back_s
        From the end of the work, or of a consultation, until the customer is called back.
    running_late_from_s, running_late_to_s
        Who runs late calls the customer so long before the promised time, at the latest and at the earliest.
    """

    name: str = "branch"
    area_days: int = 2
    outside_days: int = 3
    outside_m: int = 80_000
    first_contact_s: int = 7200
    passed_on_s: int = 1800
    dispatch_s: int | None = None
    acknowledge_s: int = 900
    emergency_contact_s: int = 1800
    emergency_on_site_s: int = 7200
    call_back_s: int = 86_400
    consultation_call_back_s: int = 7200
    running_late_from_s: int = 300
    running_late_to_s: int = 600
