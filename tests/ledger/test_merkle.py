"""The Merkle tree agrees with the definition in RFC 6962, and its proofs prove what is so and nothing else."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lictor.ledger.merkle import Frontier, consistency, inclusion, leaf_hash, proves_consistency, proves_inclusion

LEAVES = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def slow_root(leaves):
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


def slow_path(m, leaves):
    """PATH(m, D[n]) of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*slow_path(m, leaves[:k]), slow_root(leaves[k:])]
    return [*slow_path(m - k, leaves[k:]), slow_root(leaves[:k])]


def slow_proof(m, leaves, *, whole=True):
    """PROOF and SUBPROOF of section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [slow_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*slow_proof(m, leaves[:k], whole=whole), slow_root(leaves[k:])]
    return [*slow_proof(m - k, leaves[k:], whole=False), slow_root(leaves[:k])]


def root(leaves):
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


@given(st.lists(st.binary(max_size=40), max_size=70), st.integers(0, 70))
def test_the_root_is_the_rfcs_root(leaves, cut):
    """However the leaves come, all at once or in pieces, the root is the one the RFC defines."""
    frontier = Frontier()
    frontier.extend(leaves[:cut])
    frontier.extend(leaves[cut:])

    assert (frontier.size, frontier.root()) == (len(leaves), slow_root(leaves))


# The roots of the RFC's own test vectors: eight leaves, added one by one.
@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_known_roots(size, expected):
    """The roots are those other implementations are tested by."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]

    assert root([bytes.fromhex(leaf) for leaf in leaves[:size]]).hex() == expected


@given(LEAVES, st.data())
def test_inclusion_is_proved(leaves, data):
    """Every leaf's proof is the RFC's, and is accepted."""
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = inclusion(leaves, index)

    assert proof == slow_path(index, leaves)
    assert proves_inclusion(leaves[index], index, len(leaves), proof, root(leaves))


@given(LEAVES, st.data())
def test_growth_is_proved(leaves, data):
    """That a tree began as a smaller one is proved by the RFC's proof, which is accepted."""
    earlier = data.draw(st.integers(1, len(leaves)))
    proof = consistency(leaves, earlier)

    assert proof == slow_proof(earlier, leaves)
    assert proves_consistency(earlier, len(leaves), root(leaves[:earlier]), root(leaves), proof)


def altered(data, proof):
    """Another proof: a hash changed, dropped, added, or two swapped."""
    other = list(proof)
    way = data.draw(
        st.sampled_from(["add", *(["change", "drop"] if proof else []), *(["swap"] if len(proof) > 1 else [])])
    )
    place = data.draw(st.integers(0, max(len(proof) - 1, 0)))
    if way == "add":
        other.insert(data.draw(st.integers(0, len(proof))), data.draw(st.binary(min_size=32, max_size=32)))
    elif way == "change":
        other[place] = data.draw(st.binary(min_size=32, max_size=32))
    elif way == "drop":
        del other[place]
    else:
        other[0], other[-1] = other[-1], other[0]
    return other


@settings(max_examples=300)
@given(LEAVES, st.data())
def test_a_false_inclusion_is_not_proved(leaves, data):
    """Another leaf, place, size, proof or root is refused."""
    index = data.draw(st.integers(0, len(leaves) - 1))
    size = len(leaves)
    true = [leaves[index], index, size, inclusion(leaves, index), root(leaves)]
    what = data.draw(st.integers(0, 4))
    false = {
        0: lambda: leaves[index] + b"x",
        1: lambda: data.draw(st.integers(-2, size + 2)),
        2: lambda: data.draw(st.integers(0, index)),
        3: lambda: altered(data, true[3]),
        4: lambda: data.draw(st.binary(min_size=32, max_size=32)),
    }[what]()
    changed = [*true[:what], false, *true[what + 1 :]]
    holds = what == 1 and 0 <= false < size and inclusion(leaves, false) == true[3] and leaves[false] == leaves[index]

    assert proves_inclusion(*changed) == (changed == true or holds)


@settings(max_examples=300)
@given(LEAVES, st.data())
def test_a_false_growth_is_not_proved(leaves, data):
    """Another earlier size, root or proof is refused."""
    size = len(leaves)
    earlier = data.draw(st.integers(1, size))
    true = [earlier, size, root(leaves[:earlier]), root(leaves), consistency(leaves, earlier)]
    what = data.draw(st.sampled_from([0, 2, 3, 4]))
    false = {
        0: lambda: data.draw(st.integers(-1, size + 2).filter(lambda other: other != earlier)),
        2: lambda: data.draw(st.binary(min_size=32, max_size=32)),
        3: lambda: data.draw(st.binary(min_size=32, max_size=32)),
        4: lambda: altered(data, true[4]),
    }[what]()
    changed = [*true[:what], false, *true[what + 1 :]]

    assert proves_consistency(*changed) == (changed == true)


def test_a_leaf_is_no_node():
    """The hash of a leaf that spells two nodes is not the hash of their parent."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert leaf_hash(left + right) != root([b"a", b"b"])


def test_an_empty_proof_of_growth_proves_nothing():
    """Growth from a tree that is no full subtree of the other takes at least one hash."""
    assert not proves_consistency(3, 5, root([b"a", b"b", b"c"]), root([b"a", b"b", b"c", b"d", b"e"]), [])
