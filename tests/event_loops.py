"""Coroutines run in a thread of their own: a browser that another test left open keeps its loop in the main one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")


def run_apart(function: Callable[[], Awaitable[T]]) -> T:
    """Run what a function begins to its end, and return its result."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, function).result()
