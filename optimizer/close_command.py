"""What `paigong close` says: what became of the day's orders, and where the next day is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from optimizer.day.order_states import OrderState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from optimizer.console import Speaker
    from optimizer.day.close import ClosedDay


def closed_sentences(closed: ClosedDay, out: Path, say: Speaker, *, is_new: bool) -> Iterator[str]:
    """Yield what a person reads of a day that is closed."""
    count = Counter(order.state for order in closed.orders)
    yield say(
        "{day} is closed, as of {moment}: {done} done, {carried} carried over, {under_way} under way, {open} open, "
        "{archived} archived, {cancelled} cancelled.",
        day=closed.day.isoformat(),
        moment=f"{closed.as_of:%Y-%m-%d %H:%M}",
        done=count[OrderState.DONE],
        carried=count[OrderState.CARRIED_OVER],
        under_way=count[OrderState.UNDER_WAY],
        open=count[OrderState.OPEN],
        archived=count[OrderState.ARCHIVED],
        cancelled=count[OrderState.CANCELLED],
    )
    if is_new:
        yield say("The next day is {day}. Written to {folder}", day=closed.next_day.isoformat(), folder=str(out))
    else:
        yield say("It was closed before: {folder} is the same to the byte.", folder=str(out))
