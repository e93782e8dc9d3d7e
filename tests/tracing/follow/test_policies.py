"""Taint along random chains: equal to the definitions in plain Python, and conserved."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracing.follow.chains import NAMES, chains, followed
from tests.tracing.follow.oracle import Tx, merged, trace

CONSERVING = st.sampled_from(["haircut", "fifo", "lifo"])


def something(found):
    unspent = {output: {s: a for s, a in by.items() if a} for output, by in found.unspent.items()}
    return (
        {output: by for output, by in unspent.items() if by},
        +found.seed,
        +found.fees,
        +found.stopped,
        +found.paid,
    )


@settings(max_examples=400, deadline=None)
@given(chains(), NAMES, st.booleans(), st.sets(st.integers(1, 5), max_size=2), st.booleans())
def test_the_kernels_agree_with_the_definitions(drawn, policy, cross, cuts, fees):
    blocks, sources, subsidies = drawn
    expected = trace(blocks, sources, policy, subsidies=subsidies, cross=cross)
    cuts = {cut for cut in cuts if cut < len(blocks)}
    actual = followed(
        blocks, sources, policy, subsidies=subsidies, cross=cross, cuts=cuts, fees=fees
    )
    assert something(expected) == something(actual)


@settings(max_examples=100, deadline=None)
@given(chains(), CONSERVING)
def test_every_base_unit_of_a_source_is_somewhere_once(drawn, policy):
    blocks, sources, subsidies = drawn
    found = followed(blocks, sources, policy, subsidies=subsidies)
    assert +found.seed == merged([found.fees, found.stopped, *found.unspent.values()])


@settings(max_examples=100, deadline=None)
@given(chains(), NAMES)
def test_a_source_is_followed_as_if_it_were_alone(drawn, policy):
    blocks, sources, subsidies = drawn
    together = followed(blocks, sources, policy, subsidies=subsidies)
    for name, outputs in sources.items():
        alone = followed(blocks, {name: outputs}, policy, subsidies=subsidies)
        assert merged(alone.unspent.values()).get(name) == merged(together.unspent.values()).get(
            name
        )


@settings(max_examples=50, deadline=None)
@given(chains(), NAMES)
def test_the_order_of_sources_does_not_matter(drawn, policy):
    blocks, sources, subsidies = drawn
    names = sorted(sources)
    one = followed(blocks, sources, policy, subsidies=subsidies, names=names)
    other = followed(blocks, sources, policy, subsidies=subsidies, names=names[::-1])
    assert something(one) == something(other)


def test_claytons_case():
    """A thief's 50 are paid in after 30 clean, then 40 and 25 are drawn, 10 stay, 5 are the fee."""
    blocks = [
        [Tx([(None, 0, 30)], [30]), Tx([(None, 0, 50)], [50])],
        [Tx([(0, 0, 30), (1, 0, 50)], [40, 25, 10])],
    ]
    stolen = {"theft": {(1, 0)}}

    def has(policy):
        found = followed(blocks, stolen, policy)
        outputs = [found.unspent.get((2, n), {}).get("theft", 0) for n in range(3)]
        return outputs, found.fees["theft"]

    assert ([10, 25, 10], 5) == has("fifo")
    assert ([40, 10, 0], 0) == has("lifo")
    assert ([25, 16, 6], 3) == has("haircut")
    assert ([40, 25, 10], 5) == has("poison")
