"""Merkle trees as RFC 9162, section 2.1, hashes them: a root over a list, and proof that a leaf is in it.

Leaves are bytes; hashes are 32 bytes of SHA-256.
"""

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256().digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf; its prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves in their order; of none it is the hash of nothing."""
    return levels(leaves)[-1][0] if leaves else EMPTY


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Every level of the tree, leaf hashes first and the root alone last.

    A node without a neighbour rises unchanged, which is the RFC's split at the largest power of two.
    """
    tree = [[leaf_hash(leaf) for leaf in leaves]]
    while len(tree[-1]) > 1:
        below = tree[-1]
        above = [node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        tree.append(above + below[len(above) * 2 :])
    return tree


def inclusion_path(tree: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """The hashes that lead from the leaf at ``index`` to the root of ``levels()``, lowest first.

    Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < len(tree[0]):
        raise IndexError(f"A tree of {len(tree[0])} leaves has no leaf {index}.")
    path = []
    for level in tree[:-1]:
        neighbour = index ^ 1
        if neighbour < len(level):
            path.append(level[neighbour])
        index >>= 1
    return path


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected_root: bytes) -> bool:
    """Whether ``path`` proves that ``leaf`` stands at ``index`` among ``size`` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf_hash(leaf)
    for neighbour in path:
        if last == 0:
            return False
        if node % 2 or node == last:
            found = node_hash(neighbour, found)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, neighbour)
        node, last = node >> 1, last >> 1
    return last == 0 and found == expected_root
