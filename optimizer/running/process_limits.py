"""Limits of a process's own memory, work and threads; those that the system keeps, Windows has not."""

from __future__ import annotations

import gc
import os
from contextlib import suppress

#: How many objects are made before garbage is looked for: a command makes little of it, and the standard 700 took a
#: tenth of its time.
GARBAGE_AFTER = 50_000

#: What libraries of numbers read when they are loaded: how many threads they start.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

#: Where Linux keeps how nice a whole session is to others: where it shares a core by sessions, this is what counts.
OWN_SESSION = "/proc/self/autogroup"


def cap(**limits: int) -> None:
    """Limit this process, each resource by its name in `resource` without `RLIMIT_`; a stricter limit stays.

    Only the standard library is loaded, so that a child can call it before anything else.
    """
    try:
        import resource
    except ImportError:
        return
    for name, most in limits.items():
        what = getattr(resource, f"RLIMIT_{name}")
        with suppress(ValueError, OSError):
            hard = resource.getrlimit(what)[1]
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def seldom_look_for_garbage() -> None:
    """Let this process, which ends soon, look for garbage seldom; called first, it saves most."""
    gc.set_threshold(GARBAGE_AFTER)


def leave_garbage() -> None:
    """Let this process end without looking for garbage: the system takes it all back, and looking took 0.2 s."""
    gc.freeze()


def start_no_threads() -> None:
    """Let libraries of this process and of its children start no threads, unless the user has said how many.

    Called before numpy is loaded: its threads, which have nothing to do here, waited for work for a tenth of a second.
    """
    for name, count in ONE_THREAD.items():
        os.environ.setdefault(name, count)


def stand_back(niceness: int) -> None:
    """Let this process and its session, which is its own, stand back behind others on a core, as `nice` counts."""
    if niceness <= 0:
        return
    with suppress(OSError, AttributeError):
        os.nice(niceness)
    with suppress(OSError), open(OWN_SESSION, "w", encoding="ascii") as session:
        session.write(str(niceness))
