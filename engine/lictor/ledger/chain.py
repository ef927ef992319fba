"""The hash of a row over the row before it, and the digest of a blob. Bytes only.

Rules:

    hash(0) = SHA-256("lictor ledger 1")                     before the first row
    hash(n) = SHA-256(0x02 || hash(n-1) || body(n))          body as stored, UTF-8
    digest  = SHA-256(salt || bytes)                         salt: 16 random bytes, or none where nothing is personal

0x00 and 0x01 begin the leaves and nodes of an RFC 6962 tree, so 0x02 keeps a row's hash from ever being one of them; a
row's hash is its leaf in that tree. A salt is forgotten with its blob, and then no guess at the bytes can be tested.
"""

from __future__ import annotations

from hashlib import sha256

__all__ = ["GENESIS", "LINK", "SALT_LENGTH", "digest", "follow"]

GENESIS = sha256(b"lictor ledger 1").digest()
LINK = b"\x02"
SALT_LENGTH = 16


def follow(previous: bytes, body: bytes) -> bytes:
    """The hash of the row that holds `body` after the row whose hash is `previous`."""
    return sha256(LINK + previous + body).digest()


def digest(salt: bytes, data: bytes) -> bytes:
    """The digest that stands for the bytes under this salt."""
    summed = sha256(salt)
    summed.update(data)
    return summed.digest()
