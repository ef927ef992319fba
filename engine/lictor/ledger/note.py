"""Signed notes (C2SP signed-note) with Ed25519: keys as text, a text signed, a signature checked.

Rules: a note is text that ends in a line break, an empty line, and a line for each signature, `— name base64`. What is
signed is the text. A key's name is its owner's, with neither space nor `+`; a key is known by four bytes of the hash of
its name and itself, so that a signature of another key is never taken for a wrong one.

    private key    PRIVATE+KEY+<name>+<hash>+<base64 of 0x01 and the seed>
    verifier key   <name>+<hash>+<base64 of 0x01 and the public key>
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lictor.errors import UsageError

__all__ = ["Signer", "Verifier", "new_signer", "read_signer", "read_verifier"]

_ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"
_DASH = "\u2014"
_KEY_LENGTH = 32
_KNOWN_BY = 4


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the name it signs under."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        """The name alone: a key does not belong in a log."""
        return f"Signer({self.name!r})"

    @property
    def verifier(self) -> Verifier:
        """The key that checks what this one signs."""
        return Verifier(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def text(self) -> str:
        """The private key as text, to be kept where nobody else can read it."""
        known_by = self.verifier.known_by.hex()
        return f"{_PRIVATE}{self.name}+{known_by}+{_encoded(_ED25519 + self.seed)}"

    def sign(self, text: str) -> str:
        """The text as a signed note."""
        assert text.endswith("\n")
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return f"{text}\n{_DASH} {self.name} {_encoded(self.verifier.known_by + signature)}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name its signatures stand under."""

    name: str
    key: bytes

    @property
    def known_by(self) -> bytes:
        """The four bytes by which a signature names this key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:_KNOWN_BY]

    def text(self) -> str:
        """The key as text, to be given to everybody."""
        return f"{self.name}+{self.known_by.hex()}+{_encoded(_ED25519 + self.key)}"

    def open(self, note: str) -> str:
        """The text of the note, if this key has signed it; otherwise a `UsageError` that says why it cannot be so."""
        text, empty, signatures = note.rpartition("\n\n")
        if not empty or not signatures.endswith("\n"):
            raise UsageError("this is no signed note", hint="it ends in an empty line and lines of signatures")
        text += "\n"
        for line in signatures[:-1].split("\n"):
            dash, _, rest = line.partition(" ")
            name, _, encoded = rest.rpartition(" ")
            data = _decoded(encoded)
            if dash != _DASH or data is None or len(data) <= _KNOWN_BY:
                raise UsageError("a signature of the note is malformed")
            if (name, data[:_KNOWN_BY]) == (self.name, self.known_by):
                try:
                    Ed25519PublicKey.from_public_bytes(self.key).verify(data[_KNOWN_BY:], text.encode())
                except InvalidSignature:
                    raise UsageError(f"the signature of `{self.name}` is not that of this text") from None
                return text
        raise UsageError(f"the note is not signed by key `{self.name}+{self.known_by.hex()}`")


def new_signer(name: str, seed: bytes) -> Signer:
    """The key of that name that follows from 32 random bytes."""
    if not name or "+" in name or any(char.isspace() or not char.isprintable() for char in name):
        raise UsageError(
            f"`{name}` cannot be a key's name", hint="write one without spaces and `+`, such as `example.org/ledger`"
        )
    return Signer(name, seed)


def read_signer(text: str) -> Signer:
    """The private key in the text."""
    name, known_by, seed = _fields(text.strip().removeprefix(_PRIVATE)) if text.startswith(_PRIVATE) else _NO_FIELDS
    signer = Signer(name, seed)
    if len(seed) != _KEY_LENGTH or signer.verifier.known_by.hex() != known_by:
        raise UsageError("this is no private key", hint="`lictor ledger key` makes one")
    return signer


def read_verifier(text: str) -> Verifier:
    """The verifier key in the text."""
    name, known_by, key = _fields(text.strip())
    verifier = Verifier(name, key)
    if len(key) != _KEY_LENGTH or verifier.known_by.hex() != known_by:
        raise UsageError("this is no verifier key", hint="`lictor ledger key` says it when the key is made")
    return verifier


_NO_FIELDS = ("", "", b"")


def _fields(text: str) -> tuple[str, str, bytes]:
    parts = text.split("+", 2)
    data = _decoded(parts[2]) if len(parts) == len(_NO_FIELDS) else None
    if data is None or data[:1] != _ED25519:
        return _NO_FIELDS
    return parts[0], parts[1], data[1:]


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _encoded(data) == text else None  # the last bits, which say nothing, must be those we write
