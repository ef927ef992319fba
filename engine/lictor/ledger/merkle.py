"""An RFC 6962 Merkle tree over leaves in order: its root, and proofs that a leaf is in it or that it only grew.

Rules (RFC 6962, section 2.1):

    leaf hash   SHA-256(0x00 || leaf)
    node hash   SHA-256(0x01 || left || right)         left holds the largest power of two of leaves below the whole
    no leaves   SHA-256("")

Bytes only: what a leaf is, its caller says. A proof is the list of hashes the RFC calls a path, lowest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

__all__ = [
    "Frontier",
    "consistency",
    "inclusion",
    "leaf_hash",
    "proves_consistency",
    "proves_inclusion",
]


class Frontier:
    """A tree that grows at its right end, kept as the roots of its full subtrees: at most one of each height."""

    __slots__ = ("_roots", "size")

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes | None] = []  # by height

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Adds the leaves, in order."""
        nodes = [sha256(b"\0" + leaf).digest() for leaf in leaves]
        self.size += len(nodes)
        height = 0
        while nodes:
            if height == len(self._roots):
                self._roots.append(None)
            left = self._roots[height]
            if left is not None:
                nodes.insert(0, left)
            self._roots[height] = nodes.pop() if len(nodes) % 2 else None
            nodes = [sha256(b"\1" + left + right).digest() for left, right in zip(*[iter(nodes)] * 2, strict=True)]
            height += 1

    def root(self) -> bytes:
        """The hash that stands for all leaves so far, and their order."""
        roots = [root for root in self._roots if root is not None]
        if not roots:
            return sha256().digest()
        node = roots[0]
        for left in roots[1:]:
            node = _node(left, node)
        return node


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf, which no node can have."""
    return sha256(b"\0" + leaf).digest()


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that the leaf at that index is among the leaves."""
    proof: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_root(leaves, middle, high))
            high = middle
        else:
            proof.append(_root(leaves, low, middle))
            low = middle
    return proof[::-1]


def proves_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the tree with that size and root has that leaf at that index."""
    if not 0 <= index < size:
        return False
    node, last = leaf_hash(leaf), size - 1
    for other in proof:
        if last == 0:
            return False  # more hashes than the tree is high
        if index & 1 or index == last:
            node = _node(other, node)
            while not index & 1 and index:  # a right edge without neighbours on these levels
                index, last = index >> 1, last >> 1
        else:
            node = _node(node, other)
        index, last = index >> 1, last >> 1
    return last == 0 and node == root


def consistency(leaves: Sequence[bytes], earlier: int) -> list[bytes]:
    """The proof that the leaves begin with the first `earlier` of them (at least one)."""
    proof: list[bytes] = []
    low, high, whole = 0, len(leaves), True
    while earlier < high:
        middle = low + _split(high - low)
        if earlier <= middle:
            proof.append(_root(leaves, middle, high))
            high = middle
        else:
            proof.append(_root(leaves, low, middle))
            low, whole = middle, False
    if not whole:
        proof.append(_root(leaves, low, high))
    return proof[::-1]


def proves_consistency(earlier: int, size: int, earlier_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree of `size` leaves begins with the tree of `earlier` ones (at least one)."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and earlier_root == root
    index, last = earlier - 1, size - 1
    while index & 1:  # the subtree that both trees share whole
        index, last = index >> 1, last >> 1
    hashes = list(proof)
    if index:
        if not hashes:
            return False
        old = new = hashes.pop(0)
    else:
        old = new = earlier_root
    for other in hashes:
        if last == 0:
            return False
        if index & 1 or index == last:
            old, new = _node(other, old), _node(other, new)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            new = _node(new, other)
        index, last = index >> 1, last >> 1
    return last == 0 and (old, new) == (earlier_root, root)


def _root(leaves: Sequence[bytes], low: int, high: int) -> bytes:
    frontier = Frontier()
    frontier.extend(leaves[low:high])
    return frontier.root()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1
