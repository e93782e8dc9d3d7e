"""The tree: every public test case, and the two ways of growing and proving it held together."""

import base64
import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qazyna.log import merkle
from qazyna.log.merkle import BadProof, Growing

CASES = json.loads((Path(__file__).parent / "vectors" / "rfc6962.json").read_text("utf-8"))


def decoded(text):
    return base64.b64decode(text or "")


def checked(kind, case):
    proof = [decoded(each) for each in case["proof"] or ()]
    if kind == "inclusion":
        merkle.verify_inclusion(
            case["leafIdx"],
            case["treeSize"],
            decoded(case["leafHash"]),
            proof,
            decoded(case["root"]),
        )
    elif kind == "consistency":
        merkle.verify_consistency(
            case["size1"], case["size2"], decoded(case["root1"]), decoded(case["root2"]), proof
        )
    elif kind == "subtreeinclusion":
        merkle.verify_subtree_inclusion(
            case["leafIdx"],
            case["start"],
            case["end"],
            decoded(case["leafHash"]),
            proof,
            decoded(case["root"]),
        )
    else:
        assert kind == "subtreeconsistency"
        merkle.verify_subtree_consistency(
            case["start"],
            case["end"],
            case["size"],
            decoded(case["root1"]),
            decoded(case["root2"]),
            proof,
        )


def test_no_public_case_is_missing():
    assert 518 == len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_public_case(name):
    case = CASES[name]
    if case["wantErr"]:
        with pytest.raises(BadProof):
            checked(name.partition("/")[0], case)
    else:
        checked(name.partition("/")[0], case)


# against the definition, written down as plainly as RFC 6962 has it


def defined(leaves):
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return merkle.leaf_hash(leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(defined(leaves[:k]), defined(leaves[k:]))


def leaves(count):
    return [f"leaf {n}".encode() for n in range(count)]


def hashes_of(count):
    @cache
    def hashes(level, index):
        start = index << level
        assert start + (1 << level) <= count, "not a complete node of this tree"
        return defined(leaves(count)[start : start + (1 << level)])

    return hashes


@pytest.mark.parametrize("size", range(20))
def test_every_way_to_a_root_is_the_definition(size):
    growing = Growing()
    for leaf in leaves(size):
        growing.add(merkle.leaf_hash(leaf))

    assert defined(leaves(size)) == growing.root()
    assert defined(leaves(size)) == merkle.root(size, hashes_of(size))
    assert defined(leaves(size)) == merkle.fold([merkle.leaf_hash(x) for x in leaves(size)])


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_what_is_in_can_be_proven_and_nothing_else(data):
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(index, size, hashes_of(size))
    root, leaf = defined(leaves(size)), merkle.leaf_hash(leaves(size)[index])

    merkle.verify_inclusion(index, size, leaf, proof, root)
    other = data.draw(st.integers(0, size - 1))
    if other != index:
        with pytest.raises(BadProof):
            merkle.verify_inclusion(other, size, leaf, proof, root)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_growth_can_be_proven_and_a_rewritten_past_cannot(data):
    second = data.draw(st.integers(1, 70))
    first = data.draw(st.integers(1, second))
    proof = merkle.consistency_proof(first, second, hashes_of(second))
    before, after = defined(leaves(first)), defined(leaves(second))

    merkle.verify_consistency(first, second, before, after, proof)
    rewritten = leaves(first)
    rewritten[data.draw(st.integers(0, first - 1))] = b"another"
    with pytest.raises(BadProof):
        merkle.verify_consistency(first, second, defined(rewritten), after, proof)


def test_a_tree_grows_on_from_its_edge():
    whole, begun = Growing(), Growing()
    for leaf in leaves(11):
        begun.add(merkle.leaf_hash(leaf))
    resumed = Growing(11, begun.edge)
    for leaf in leaves(23):
        whole.add(merkle.leaf_hash(leaf))
    for leaf in leaves(23)[11:]:
        resumed.add(merkle.leaf_hash(leaf))
    assert whole.root() == resumed.root()


def test_an_edge_of_another_size_is_refused():
    with pytest.raises(BadProof):
        Growing(3, [merkle.EMPTY_ROOT])
