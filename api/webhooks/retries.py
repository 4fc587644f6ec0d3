"""When a delivery that failed is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long a failed delivery rests: about 1, 4, 16, 64 seconds and so on, up to an hour, ten attempts in all."""

    first_s: float = 1.0
    factor: float = 4.0
    longest_s: float = 3_600.0
    most_attempts: int = 10

    def delay_s(self, attempts: int, random: Random) -> float:
        """Return the rest after so many attempts, up to a quarter less by chance: receivers are not hit in step."""
        return min(self.longest_s, self.first_s * self.factor ** (attempts - 1)) * random.uniform(0.75, 1.0)
