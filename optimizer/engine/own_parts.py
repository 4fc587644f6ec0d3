"""Own parts are used before those of the branch: the one place that says what a visit then draws from the branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.engine.jit.kernels import kernel

if TYPE_CHECKING:
    from optimizer.engine.arrays import IntArray


@kernel
def drawn_from_branch(left: IntArray, part: int, quantity: int) -> int:
    """Take a need from what a technician has left of own parts; return the quantity that the branch must give.

    Parameters
    ----------
    left : int64 (at least n_parts,)
        Own parts left. Modified in place.
    part, quantity : int
        Index of the part, and how much of it a visit needs.
    """
    drawn: int = max(0, quantity - left[part])
    left[part] -= quantity - drawn
    return drawn
