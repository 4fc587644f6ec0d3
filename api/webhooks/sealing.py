"""Secrets of webhooks as they are kept: sealed with a key that is not in the database, nor in a copy of it.

A delivery is signed with its webhook's secret, so that the secret has to be known again, not only recognised. It is
hidden by HMAC-SHA-256 in counter mode over a number used once, and authenticated by a tag of the same function under
another name (encrypt, then authenticate: Bellare and Namprempre, 2000), as the standard library has no cipher.
"""

from __future__ import annotations

import hmac
import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: The file of the key in the data folder, for its owner alone.
KEY_FILE = "webhook.key"
#: How a sealed secret begins; what does not is one of an earlier version, in plain.
MARK = "sealed:"
_NUMBER_BYTES = 16
_TAG_BYTES = 16


class SealError(Exception):
    """A secret was sealed with another key."""


class Seal:
    """Seals secrets and opens them.

    Parameters
    ----------
    key
        At least 32 random bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, data: Path, given: str = "") -> Seal:
        """Return the seal of a service: its key is given, or lies in the data folder, where it is made the first time.

        Raises
        ------
        OSError
            When it can be neither read nor made.
        """
        if given:
            return cls(given.encode())
        path = data / KEY_FILE
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(path.read_bytes().strip())
        key = secrets.token_hex(32).encode()
        with os.fdopen(handle, "wb") as file:
            file.write(key + b"\n")
        return cls(key)

    def close(self, secret: str) -> str:
        """Return a secret as it is kept."""
        number, plain = secrets.token_bytes(_NUMBER_BYTES), secret.encode()
        hidden = self._mixed(number, plain)
        return MARK + (number + hidden + self._tag(number + hidden)).hex()

    def open(self, kept: str) -> str:
        """Return the secret that is kept so; one in plain as it is.

        Raises
        ------
        SealError
            When it was sealed with another key, or is no longer what was kept.
        """
        if not is_sealed(kept):
            return kept
        try:
            content = bytes.fromhex(kept.removeprefix(MARK))
        except ValueError:
            raise SealError from None
        body, tag = content[:-_TAG_BYTES], content[-_TAG_BYTES:]
        if not hmac.compare_digest(tag, self._tag(body)):
            raise SealError
        return self._mixed(body[:_NUMBER_BYTES], body[_NUMBER_BYTES:]).decode()

    def _mixed(self, number: bytes, content: bytes) -> bytes:
        blocks = -(-len(content) // 32)
        stream = b"".join(
            hmac.digest(self._key, b"hide" + number + n.to_bytes(4, "big"), "sha256") for n in range(blocks)
        )
        return bytes(one ^ other for one, other in zip(content, stream, strict=False))

    def _tag(self, content: bytes) -> bytes:
        return hmac.digest(self._key, b"tag" + content, "sha256")[:_TAG_BYTES]


def is_sealed(kept: str) -> bool:
    """Return whether a secret is kept sealed."""
    return kept.startswith(MARK)
