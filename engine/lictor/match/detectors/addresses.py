"""Payment addresses of Bitcoin, Ethereum and TRON, told from other strings by their checksums."""

from __future__ import annotations

import hashlib
import re

from lictor.match.found import Match, match_of
from lictor.text.plain import plain

__all__ = ["address"]

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:0x[0-9a-fA-F]{40}|(?:bc1|BC1)[0-9a-zA-Z]{11,71}|[13T][1-9A-HJ-NP-Za-km-z]{25,34})(?![A-Za-z0-9])"
)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_CONSTANTS = (1, 0x2BC830A3)
_VERSIONS = {"1": 0x00, "3": 0x05, "T": 0x41}


def address(text: str) -> list[Match]:
    """The addresses in the text whose checksum holds."""
    view = plain(text)
    return [
        match_of(view, token.start(), token.end(), token[0]) for token in _TOKEN.finditer(view.text) if _holds(token[0])
    ]


def _holds(token: str) -> bool:
    if token.startswith("0x"):
        return _is_ethereum(token[2:])
    if token[:3] in ("bc1", "BC1"):
        return _is_bech32(token)
    return _is_base58(token)


def _is_base58(token: str) -> bool:
    value = 0
    for char in token:
        value = value * 58 + _BASE58.index(char)
    if value.bit_length() > 200:
        return False
    raw = value.to_bytes(25, "big")
    digest = hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()
    return raw[0] == _VERSIONS[token[0]] and digest[:4] == raw[21:]


def _is_bech32(token: str) -> bool:
    if token != token.lower() and token != token.upper():
        return False
    human, _, data = token.lower().rpartition("1")
    if human != "bc" or any(char not in _BECH32 for char in data):
        return False
    values = [3, 3, 0, 2, 3, *(_BECH32.index(char) for char in data)]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> bit & 1 else 0
    return check in _BECH32_CONSTANTS


def _is_ethereum(digits: str) -> bool:
    """An address in one case has no checksum; one in both must have its capitals where the hash says."""
    if digits == digits.lower() or digits == digits.upper():
        return True
    digest = _keccak256(digits.lower().encode()).hex()
    return all(c.isdigit() or c.isupper() == (int(d, 16) > 7) for c, d in zip(digits, digest, strict=False))


def _keccak256(data: bytes) -> bytes:
    """Keccak-256 as Ethereum uses it: SHA-3 before its padding was changed, which hashlib does not have."""
    rate, mask = 136, (1 << 64) - 1
    padded = bytearray(data) + b"\x01" + bytes(rate - 1 - len(data) % rate)
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]

    def rotate(value: int, by: int) -> int:
        return ((value << by) | (value >> (64 - by))) & mask if by else value

    for begin in range(0, len(padded), rate):
        for index in range(rate // 8):
            lanes[index % 5][index // 5] ^= int.from_bytes(padded[begin + 8 * index : begin + 8 * index + 8], "little")
        register = 1
        for _ in range(24):
            columns = [a[0] ^ a[1] ^ a[2] ^ a[3] ^ a[4] for a in lanes]
            for x in range(5):
                parity = columns[x - 1] ^ rotate(columns[(x + 1) % 5], 1)
                lanes[x] = [lane ^ parity for lane in lanes[x]]
            x, y, current = 1, 0, lanes[1][0]
            for step in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                current, lanes[x][y] = lanes[x][y], rotate(current, (step + 1) * (step + 2) // 2 % 64)
            for y in range(5):
                row = [lanes[x][y] for x in range(5)]
                for x in range(5):
                    lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & mask & row[(x + 2) % 5])
            for bit in range(7):
                register = (register << 1 ^ (register >> 7) * 0x71) % 256
                if register & 2:
                    lanes[0][0] ^= 1 << ((1 << bit) - 1)
    return b"".join(lanes[i % 5][i // 5].to_bytes(8, "little") for i in range(4))
