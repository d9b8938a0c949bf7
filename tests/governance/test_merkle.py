"""RFC 9162 hashing: the vectors everybody publishes, and the law for trees of any size."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance import merkle

ABC = "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1"
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
# The tree of certificate transparency's own tests: eight leaves, the root after each number of them.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def plain_root(leaves: list[bytes]) -> bytes:
    """The definition of the RFC, word for word: split at the largest power of two below n."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert merkle.root([]).hex() == NOTHING


def test_the_root_of_three_letters_is_the_published_one() -> None:
    assert merkle.root([b"a", b"b", b"c"]).hex() == ABC


@pytest.mark.parametrize("size", sorted(ROOTS))
def test_the_roots_of_certificate_transparency_are_found(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_is_the_one_of_the_definition(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == plain_root(leaves)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_every_leaf_is_proved_and_no_other_is(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    tree = merkle.levels(leaves)
    path = merkle.inclusion_path(tree, index)

    def proves(leaf: bytes, at: int, size: int, along: list[bytes]) -> bool:
        return merkle.is_included(leaf, at, size, along, tree[-1][0])

    assert proves(leaves[index], index, len(leaves), path)
    assert not proves(leaves[index] + b"!", index, len(leaves), path)
    assert not proves(leaves[index], index, len(leaves), [*path, merkle.EMPTY])
    assert not path or not proves(leaves[index], index, len(leaves), path[:-1])


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_that_is_not_there_has_no_proof(index: int) -> None:
    with pytest.raises(IndexError):
        merkle.inclusion_path(merkle.levels([b"a", b"b", b"c"]), index)

    assert not merkle.is_included(b"a", index, 3, [], merkle.root([b"a"]))
