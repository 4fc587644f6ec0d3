"""The warm-up: a child process compiles what Python calls of the kernels, group by group, once for a version.

An abort or an out-of-memory of the compiler costs the child, not whoever waits for it.
"""

from __future__ import annotations

import gc
import logging
import queue
import time
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from optimizer.domain.order import Customer, Interval, Order, PartNeed, Place, SkillNeed, Visit
from optimizer.domain.problem import BRANCH_PLACE, Branch, Problem
from optimizer.domain.stock import Part
from optimizer.domain.technician import Break, HeldSkill, Shift, Technician
from optimizer.domain.units import at
from optimizer.engine.jit.kernels import is_warm, mark_warm
from optimizer.running.processes import Child
from optimizer.travel.matrix import TravelMatrix

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.running.entry import Parent

#: The groups of kernels in the order in which they are compiled, and what is said before each.
GROUPS = {
    "timing": "Compiling the solver's kernels (1 of 3: timing), once for this version.",
    "construction": "Compiling the solver's kernels (2 of 3: first plans), once for this version.",
    "search": "Compiling the solver's kernels (3 of 3: search), once for this version.",
}

#: Said when a group has been silent for so long, again and again.
STILL, STILL_S = "Still compiling; it may take minutes on a slow machine.", 5.0
#: How often whoever waits for the compiler looks at what goes on beside it.
LOOK_S = 0.1

_log = logging.getLogger(__name__)


def warm_up(
    on_message: Callable[[str], None] | None = None,
    is_over: Callable[[], bool] = lambda: False,
    on_interrupt: Callable[[], None] | None = None,
) -> float:
    """Compile the kernels if this version has not been compiled on this machine; return the seconds that took.

    Where that fails, a log line says why, and whoever calls a kernel next tries again.

    Parameters
    ----------
    on_message
        Called with a sentence before each group of kernels, and with another one every few seconds that it takes.
    is_over
        Asked several times a second meanwhile; once it says so, compiling is given up.
    on_interrupt
        Called at Ctrl-C, in place of the exception.
    """
    if is_warm():
        return 0.0
    began_s = time.monotonic()
    child = Child("optimizer.running.warming")
    try:
        has_ended = _follow(child, on_message, is_over, on_interrupt)
    except BaseException:
        child.end()
        raise
    code = child.end(grace_s=None if has_ended else 0.0)
    if code == 0:
        mark_warm()
    elif has_ended:
        _log.warning("compiling the kernels ended with code %s (%s)", code, child.last_words.rpartition("\n")[2])
    return time.monotonic() - began_s


def _follow(
    child: Child,
    on_message: Callable[[str], None] | None,
    is_over: Callable[[], bool],
    on_interrupt: Callable[[], None] | None,
) -> bool:
    """Say what the compiler is at; return whether it has ended by itself."""
    said_s = time.monotonic()
    while not is_over():
        sentence: str | None = None
        try:
            group = child.messages.get(timeout=LOOK_S)
            if group is None:
                return True
            sentence = GROUPS[group.decode()]
        except queue.Empty:
            sentence = STILL if time.monotonic() - said_s >= STILL_S else None
        except KeyboardInterrupt:
            if on_interrupt is None:
                raise
            on_interrupt()
        if sentence is not None:
            said_s = time.monotonic()
            if on_message is not None:
                on_message(sentence)
    return False


def compile_kernels(on_group: Callable[[str], None]) -> None:
    """Compile all groups in this process, or load them from the cache.

    Parameters
    ----------
    on_group
        Called with the name of each group before it is compiled.
    """
    from optimizer.engine.indexing import build_arrays
    from optimizer.engine.jit.kernels import compile_kernel
    from optimizer.engine.search.entries import construction_drafts, search_calls, timing_calls
    from optimizer.engine.search.state import make_state

    on_group("timing")
    arrays = build_arrays(*tiny_problem()).arrays
    state = make_state(arrays, 0)
    for called, args in timing_calls(arrays):
        compile_kernel(called, *args)
    on_group("construction")
    for called, args in construction_drafts(arrays, state):
        compile_kernel(called, *args, for_python=False)
    on_group("search")
    for called, args in search_calls(arrays, state):
        compile_kernel(called, *args)


def load_kernels() -> None:
    """Load what Python calls of the compiled kernels into this process, from the cache where they are in it."""
    from optimizer.engine.indexing import build_arrays
    from optimizer.engine.jit.kernels import compile_kernel, runs_plain
    from optimizer.engine.search.entries import search_calls, timing_calls
    from optimizer.engine.search.state import make_state

    if runs_plain():
        return
    arrays = build_arrays(*tiny_problem()).arrays
    for called, args in (*timing_calls(arrays), *search_calls(arrays, make_state(arrays, 0))):
        compile_kernel(called, *args)


def tiny_problem() -> tuple[Problem, TravelMatrix]:
    """Return a tiny world and its travel: two technicians, four visits ten minutes apart, a break, a part, windows."""
    place = Place(30.27, 120.16)
    names = [f"V{n}" for n in range(4)]
    visits = tuple(
        Visit(name, name, place, base_s=1800, skills=(SkillNeed("any"),), parts=(PartNeed("P", 1),)) for name in names
    )
    windows = (Interval(at(9), at(11)), Interval(at(14), at(16)))
    orders = tuple(Order(name, "C", promised=windows) for name in names)
    rest = Break(Interval(at(11, 30), at(12, 30)), 3600)
    shifts = tuple(Shift(f"T{n}", 0, at(8), at(17), 3600, rest, at(8)) for n in range(2))
    problem = Problem(
        branch=Branch("B", "B", place),
        first_day=date(2026, 1, 5),
        as_of_s=-at(8),
        customers=(Customer("C", "C"),),
        orders=orders,
        visits=visits,
        technicians=tuple(Technician(f"T{n}", f"T{n}", skills=(HeldSkill("any", 2),)) for n in range(2)),
        shifts=shifts,
        parts=(Part("P", "P", on_hand=3),),
    )
    keys = (BRANCH_PLACE, *names)
    seconds = np.full((1, 5, 5), 600, np.int32)
    seconds[0, range(5), range(5)] = 0
    return problem, TravelMatrix(keys, ("car",), seconds, seconds.copy())


def serve(parent: Parent) -> None:
    """Compile all groups, and name each to the parent before."""
    # Nearly all that numba makes of a kernel is kept until the end. Looking for garbage as often as Python does took 46
    # CPU s in place of 39; never looking took twice the memory.
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)
    compile_kernels(lambda group: parent.send(group.encode()))
