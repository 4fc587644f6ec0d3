"""What can be wrong with an instance file."""

from __future__ import annotations

from optimizer.errors import PaigongError


class FormatError(PaigongError):
    """An instance file is in no known format, or breaks its format; the message says where."""
