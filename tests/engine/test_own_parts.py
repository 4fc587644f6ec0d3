"""Own parts go first, and the branch gives the rest."""

from __future__ import annotations

import numpy as np

from optimizer.engine.own_parts import drawn_from_branch


def test_the_branch_gives_what_own_parts_do_not_cover() -> None:
    left = np.array([4, 0], np.int64)
    assert [drawn_from_branch(left, 0, 3), drawn_from_branch(left, 0, 3), drawn_from_branch(left, 1, 2)] == [0, 2, 2]
    assert left.tolist() == [0, 0]
