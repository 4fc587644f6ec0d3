"""Limits of a process's own memory and work, where the system has them (Windows has not)."""

from __future__ import annotations

from contextlib import suppress


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
