"""The bound over every total of work: straight lines below the cost, less the part of the spread that bends down."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from optimizer.engine.bounds.labels import UNIT


@dataclass
class Envelope:
    """Lines `units + work price * S` that no plan with S seconds of the staff's work in all is below.

    The spread of n people with weight w costs w (n ΣW² - S²) // 3600 // n // 100 cents. Its first part is in the
    routes; the second, -w S² / 360 000 n, depends on S alone, and the bound is the least over all S.

    Parameters
    ----------
    weight, people
        w and n; a weight of 0 where nothing is spread, and S does not count.
    most_s
        No plan has more work.
    """

    weight: int
    people: int
    most_s: int
    lines: list[tuple[int, int]] = field(default_factory=list)

    def add(self, units: int, work_price: int) -> None:
        """Add a line; those that lie below others everywhere go."""
        if not self.weight:
            self.lines = [max([(units, 0), *self.lines])]
            return
        self.lines.append((units, work_price))
        kept = {
            max((self.at(s), line) for line in self.lines if self._value(line, s) == self.at(s))[1]
            for s in self._corners()
        }
        self.lines = [line for line in self.lines if line in kept]

    @staticmethod
    def _value(line: tuple[int, int], work_s: Fraction) -> Fraction:
        return line[0] + line[1] * work_s

    def at(self, work_s: Fraction | int) -> Fraction:
        """Return the highest line at a total of work, in units."""
        return max(self._value(line, Fraction(work_s)) for line in self.lines)

    def _corners(self, least_s: int = 0, most_s: int | None = None) -> list[Fraction]:
        """Return both ends and where two lines cross: between these the bound bends down, so that none is lower."""
        most_s = self.most_s if most_s is None else most_s
        found = {Fraction(least_s), Fraction(most_s)}
        for n, (units, price) in enumerate(self.lines):
            for other_units, other_price in self.lines[:n]:
                if price != other_price:
                    work_s = Fraction(other_units - units, price - other_price)
                    if least_s < work_s < most_s:
                        found.add(work_s)
        return sorted(found)

    def below_spread(self, work_s: Fraction | int) -> Fraction:
        """Return what the second part of the spread takes off at a total of work, in units, a cent of rounding too."""
        if not self.weight:
            return Fraction(0)
        return self.bend() * Fraction(work_s) ** 2 + UNIT

    def lowest_within(self, least_s: int, most_s: int, price: Fraction) -> Fraction:
        """Return the lowest of the lines between two totals of work, at so many units off for each second of it."""
        return min(self.at(s) - price * s for s in self._corners(least_s, most_s))

    def bend(self) -> Fraction:
        """Return the units that a second of work squared takes off, shared by all people."""
        return Fraction(self.weight * UNIT, 360_000 * self.people)

    def lowest(self, least_s: int = 0, most_s: int | None = None) -> tuple[Fraction, Fraction]:
        """Return the total of work with the lowest bound, of all or between two, and that bound in units."""
        if not self.weight:
            return Fraction(0), Fraction(self.lines[0][0])
        return min(
            ((s, self.at(s) - self.below_spread(s)) for s in self._corners(least_s, most_s)),
            key=lambda pair: (pair[1], pair[0]),
        )

    def bound_cents(self) -> int:
        """Return whole cents that no plan costs less than."""
        return -int(-self.lowest()[1] // UNIT)
