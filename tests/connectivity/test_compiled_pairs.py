"""Pairs that compiled code gives are those of NumPy, one by one."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.connectivity import condition, generator, replacement, rules, walk
from eqsim.connectivity.condition import pairs_condition
from eqsim.connectivity.ends import Ends
from eqsim.connectivity.generator import pairs_generator
from eqsim.connectivity.pairs import pairs_arrays, pairs_probability
from eqsim.language.parse import parse_expression, parse_generator
from eqsim.random import pieces
from eqsim.text.errors import ConnectError

STREAM = 2**63 + 12345
SIZES = [(1, 1), (1, 700), (700, 1), (63, 64), (128, 129), (301, 407)]


def both(made):
    """Return what NumPy gives and what compiled code gives."""
    with patch.object(pieces, "MANY", 10**12), patch.object(pieces, "SOME", 10**12):
        plain = made()
    with patch.object(pieces, "MANY", 1):
        return plain, made()


def assert_same(plain, compiled):
    for one, other in zip(plain, compiled, strict=True):
        np.testing.assert_array_equal(one, other)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from([(1, 1), (1, 5000), (5000, 1), (300, 400), (77, 1023)]),
    st.sampled_from([1e-6, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.999999]),
    st.integers(0, 5),
)
def test_geometric_skipping(sizes, p, call):
    ends = Ends(*sizes, STREAM, call)
    plain = pairs_probability(ends, p)
    with patch.object(walk, "PIECE", 64), patch.object(walk, "_GAPS", 256):
        assert_same(plain, walk.rows_walked(ends, p))


@pytest.mark.parametrize("p", [0.001, 0.4])
def test_geometric_skipping_where_more_are_taken_than_expected(p):
    ends = Ends(300, 400, STREAM)
    plain = pairs_probability(ends, p)
    with (
        patch.object(walk, "PIECE", 64),
        patch.object(walk, "_GAPS", 256),
        patch.object(walk, "sqrt", lambda x: -x / 8),
    ):
        assert_same(plain, walk.rows_walked(ends, p))


@pytest.mark.parametrize(("sizes", "p"), [((1100, 1000), 0.95), ((2**16 + 1, 300), 0.06)])
def test_many_pairs(sizes, p):
    ends = Ends(*sizes, STREAM)
    plain, compiled = both(lambda: pairs_probability(ends, p))
    source, target = compiled
    assert source.dtype == target.dtype == (np.uint16 if sizes[0] < 2**16 else np.int32)
    assert_same(plain, compiled)


def test_gaps_that_need_more_than_31_bits_are_left_to_numpy():
    assert walk.longest_gap(1e-8) > 2**31 > walk.longest_gap(1e-7)


def ends_with_positions(sizes, shift):
    rng = np.random.default_rng(0)
    return Ends(*sizes, STREAM, 2, {"x_pre": rng.random(sizes[0])}, {"x_post": rng.random(sizes[1])}, shift=shift)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("text", [None, "i != j", "rand() < 0.5"])
@pytest.mark.parametrize("p", [None, "0.9*exp(-((x_pre - x_post)/0.2)**2)", "x_post*1.5 - 0.2", "rand()"])
def test_pairs_with_a_chance_of_their_own(sizes, text, p):
    ends = ends_with_positions(sizes, 0)
    holds = parse_expression(text, "", "") if text else None
    chance = parse_expression(p, "", "") if p else 1.0
    with patch.object(condition, "_BLOCK", 1000):
        assert_same(*both(lambda: pairs_condition(ends, holds, chance)))


def test_chances_that_32_bits_cannot_tell():
    ends = Ends(400, 500, STREAM)
    ordinal = np.arange(200_000)
    # exactly the word that was drawn for a pair: further bits decide
    word = ends._word(ordinal)
    law = lambda i, j, number: (word[number] + 0.5) / 2.0**32
    plain, compiled = both(lambda: condition.pairs_where(ends, None, law))
    assert 0.49 < plain[0].size / ordinal.size < 0.51
    assert_same(plain, compiled)


def test_the_first_chance_that_is_no_number_is_named():
    ends = ends_with_positions((300, 40), None)
    chance = parse_expression("where(i == 7 and j > 5, nan, 0.5)", "", "")
    holds = parse_expression("j != 6", "", "")
    messages = []
    for count in (10**12, 1):
        with patch.object(pieces, "MANY", count), patch.object(pieces, "SOME", 10**12):
            with pytest.raises(ConnectError) as raised:
                pairs_condition(ends, holds, chance)
            messages.append(str(raised.value))
    assert messages[0] == messages[1]
    assert "i = 7, j = 7" in messages[0]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("shift", [None, 0, 5, -3])
@pytest.mark.parametrize("multapses", [False, True])
@pytest.mark.parametrize("self_connections", [True, False])
@pytest.mark.parametrize("part", [0, 0.3, 0.5, 0.8, 1])
def test_degrees(sizes, shift, multapses, self_connections, part):
    ends = Ends(*sizes, STREAM, 1, shift=shift)
    n_pre, n_post = (size - (not self_connections and shift is not None) for size in sizes)
    with patch.object(replacement, "_PIECE", 64):
        if n_pre or not part:
            rule = rules.fixed_indegree(int(part * n_pre), self_connections, multapses)
            assert_same(*both(lambda: rule.pairs(ends)))
        if n_post or not part:
            other = rules.fixed_outdegree(int(part * n_post), self_connections, multapses)
            assert_same(*both(lambda: other.pairs(ends)))


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("part", [0.02, 0.5, 0.51, 1])
@pytest.mark.parametrize("multapses", [False, True])
def test_totals(sizes, part, multapses):
    ends = Ends(*sizes, STREAM, 1)
    rule = rules.fixed_total(int(part * sizes[0] * sizes[1]), multapses)
    assert_same(*both(lambda: rule.pairs(ends)))


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_the_number_of_threads_does_not_count(threads):
    ends = Ends(1000, 1500, STREAM)
    with patch.object(pieces, "cores", lambda: threads):
        found = rules.fixed_total(10**6 + 7, multapses=True).pairs(ends)
        walked = pairs_probability(ends, 0.7)
    assert_same(rules.fixed_total(10**6 + 7, multapses=True).pairs(ends), found)
    assert_same(pairs_probability(ends, 0.7), walked)


def test_arrays_are_copied_into_the_narrowest_type():
    i, j = np.arange(10**6, dtype=np.uint16), np.zeros(1, np.int32)
    source, target = pairs_arrays(Ends(2**16, 3, STREAM), i, j)
    assert not np.shares_memory(source, i)
    assert source.dtype == target.dtype == np.uint16
    assert_same((i, np.broadcast_to(j, i.shape)), (source, target))


@pytest.mark.parametrize("inner", ["i", "j"])
@pytest.mark.parametrize(
    "text",
    [
        "k for k in sample(40, p=0.3)",
        "k for k in sample(40, p=1)",
        "2*k + 1 for k in sample(3, 23, p=0.12 + 0.01*(OUTER % 3)) if k != OUTER",
        "k for k in sample(OUTER % 40, p=0.3)",
        "k for k in sample(40, size=OUTER % 41)",
        "39 - k for k in sample(0, 40, 3, size=13)",
    ],
)
def test_samples(text, inner):
    ends = Ends(*((90, 47) if inner == "j" else (47, 90)), STREAM, 2)
    read = parse_generator(text.replace("OUTER", "j" if inner == "i" else "i"), "", "")
    with patch.object(generator, "_CHUNK", 64), patch.object(walk, "PIECE", 64), patch.object(walk, "_GAPS", 256):
        plain, compiled = both(lambda: pairs_generator(ends, read, inner))
    assert len(plain[0]) > 100
    assert_same(plain, compiled)
