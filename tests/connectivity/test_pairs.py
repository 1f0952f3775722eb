"""Which pairs are connected: exact sets, laws of random ones, and what is refused."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from eqsim.connectivity import skipping
from eqsim.connectivity.condition import pairs_condition
from eqsim.connectivity.distinct import among_others, distinct
from eqsim.connectivity.ends import Ends
from eqsim.connectivity.generator import pairs_generator
from eqsim.connectivity.pairs import pairs_all, pairs_arrays, pairs_matrix, pairs_probability, repeated
from eqsim.language.parse import parse_expression, parse_generator
from eqsim.text.errors import ArgumentError, ConnectError

X = np.array([0.0, 1.0, 2.0, 5.0])
Y = np.array([0.5, 1.0, 4.0])
ENDS = Ends(4, 3, 7, pre={"x_pre": X}, post={"x_post": Y, "x": Y}, scalars={"d": 1.5}, owner="Synapses 'exc'")


def expr(text):
    return parse_expression(text, "Synapses 'exc'", "condition")


def generator(text):
    return parse_generator(text, "Synapses 'exc'", "j")


def listed(pairs):
    i, j = pairs
    assert i.dtype == j.dtype == np.int32
    return list(zip(i.tolist(), j.tolist(), strict=True))


def plausible(observed, expected):
    """Whether counts agree with a law, at one in a million."""
    return stats.chisquare(observed, np.asarray(expected) * np.sum(observed) / np.sum(expected)).pvalue > 1e-6


# given ---------------------------------------------------------------------------------------------------------------


def test_all_pairs_come_source_by_source():
    assert listed(pairs_all(ENDS)) == [(i, j) for i in range(4) for j in range(3)]
    assert listed(pairs_all(Ends(0, 3, 1))) == listed(pairs_all(Ends(3, 0, 1))) == []


def test_arrays_keep_their_order():
    assert listed(pairs_arrays(ENDS, [3, 0, 0], [2, 1, 1])) == [(3, 2), (0, 1), (0, 1)]
    assert (
        listed(pairs_arrays(ENDS, 2, [0, 2])) == listed(pairs_arrays(ENDS, np.array([2.0]), [0, 2])) == [(2, 0), (2, 2)]
    )
    assert listed(pairs_arrays(ENDS, [], [])) == []


@pytest.mark.parametrize(
    ("i", "j", "message"),
    [
        ([0, 4], [0, 0], r"the pair i = 4, j = 0 does not exist: the source has 4 neurons"),
        ([0, 1], [0, -1], r"the pair i = 1, j = -1 does not exist: the target has 3 neurons"),
        ([0, 1, 2], [0, 1], r"different lengths[\s\S]*3 and 2"),
        ([0.5], [0], r"i must be a list of whole numbers"),
        ([0], [[0]], r"j must be a list of whole numbers[\s\S]*shape \(1, 1\)"),
        ([0], ["a"], r"j must be a list of whole numbers"),
    ],
)
def test_arrays_that_cannot_be_pairs(i, j, message):
    with pytest.raises(ConnectError, match=message) as caught:
        pairs_arrays(ENDS, i, j)
    assert caught.value.object == "Synapses 'exc'"


@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csr_array, scipy.sparse.coo_array, scipy.sparse.csc_matrix])
def test_a_matrix_has_sources_as_rows(form):
    dense = np.array([[0, 1.5, 0], [2.5, 0, 3.5], [0, 0, 0], [0, 0, -1.0]])
    i, j, values = pairs_matrix(ENDS, form(dense))
    assert listed((i, j)) == [(0, 1), (1, 0), (1, 2), (3, 2)]
    assert values.tolist() == [1.5, 2.5, 3.5, -1.0]
    with pytest.raises(ConnectError, match=r"\(3, 4\), against \(4, 3\)[\s\S]*transpose"):
        pairs_matrix(ENDS, form(dense.T))


def test_stored_zeros_of_a_sparse_matrix_are_synapses():
    matrix = scipy.sparse.coo_array((np.zeros(2), ([1, 0], [2, 0])), shape=(4, 3))
    assert listed(pairs_matrix(ENDS, matrix)[:2]) == [(0, 0), (1, 2)]


def test_multiplicity():
    assert listed(repeated(ENDS, pairs_arrays(ENDS, [0, 1], [1, 2]), 2)) == [(0, 1), (0, 1), (1, 2), (1, 2)]
    assert listed(repeated(ENDS, pairs_arrays(ENDS, [0, 1], [1, 2]), np.array([0, 1]))) == [(1, 2)]
    for n in (-1, 0.5, np.array([1, np.nan])):
        with pytest.raises(ConnectError, match="n must be a whole number"):
            repeated(ENDS, pairs_arrays(ENDS, [0, 1], [1, 2]), n)


# one probability -----------------------------------------------------------------------------------------------------


def test_each_pair_is_as_likely_as_any_other():
    ends = Ends(30, 20, 3)
    seen = np.zeros((30, 20))
    for call in range(400):
        i, j = pairs_probability(Ends(30, 20, 3, call), 0.3)
        assert (np.diff(i.astype(int) * 20 + j) > 0).all(), "pairs come once, source by source"
        seen[i, j] += 1
    assert plausible(seen.ravel(), np.ones(600))
    variance = 600 * 400 * 0.3 * 0.7
    assert abs(seen.sum() - 600 * 400 * 0.3) < 5 * np.sqrt(variance)
    assert listed(pairs_probability(ends, 0.3)) != listed(pairs_probability(Ends(30, 20, 4), 0.3))


def test_degrees_are_binomial():
    i, j = pairs_probability(Ends(4000, 300, 5), 0.02)
    for index, size, others in ((i, 4000, 300), (j, 300, 4000)):
        degree = np.bincount(index, minlength=size)
        law = stats.binom(others, 0.02)
        edges = np.unique(law.ppf(np.linspace(0.1, 0.9, 8)))
        cell = np.searchsorted(edges, degree, "left")
        expected = np.diff(np.concatenate([[0], law.cdf(edges), [1]]))
        assert plausible(np.bincount(cell, minlength=edges.size + 1), expected)


def test_certain_and_impossible():
    assert listed(pairs_probability(ENDS, 1)) == listed(pairs_all(ENDS))
    assert listed(pairs_probability(ENDS, 0)) == listed(pairs_probability(Ends(0, 5, 1), 0.5)) == []
    assert listed(pairs_probability(Ends(1000, 1000, 1), 1e-300)) == []
    i, _ = pairs_probability(Ends(10**6, 10**6, 1), 1e-9)
    assert abs(i.size - 1000) < 5 * np.sqrt(1000)
    for p in (-0.1, 1.1, np.nan):
        with pytest.raises(ArgumentError, match="p is a probability"):
            pairs_probability(ENDS, p)


@given(p=st.sampled_from([0.001, 0.1, 0.5, 0.99]), chunk=st.sampled_from([2, 6, 64, 1000]))
def test_pieces_change_nothing(p, chunk):
    ends = Ends(50, 40, 9)
    with pytest.MonkeyPatch.context() as patch:
        whole = listed(pairs_probability(ends, p))
        patch.setattr(skipping, "_CHUNK", chunk)
        assert listed(pairs_probability(ends, p)) == whole


def test_memory_goes_with_the_pairs():
    tracemalloc.start()
    i, j = pairs_probability(Ends(200_000, 200_000, 1), 5e-5)  # 4e10 pairs, of which 2e6 are taken
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert abs(i.size - 2e6) < 5 * np.sqrt(2e6)
    assert peak < i.nbytes + j.nbytes + 10e6


# conditions ----------------------------------------------------------------------------------------------------------


def test_a_condition_sees_both_ends():
    close = pairs_condition(ENDS, expr("abs(x_pre - x_post) < d and i != j"))
    assert listed(close) == [(i, j) for i in range(4) for j in range(3) if abs(X[i] - Y[j]) < 1.5 and i != j]
    bare = pairs_condition(ENDS, expr("x > x_pre and N_pre == 4"))
    assert listed(bare) == [(i, j) for i in range(4) for j in range(3) if Y[j] > X[i]]
    assert listed(pairs_condition(ENDS, expr("i == 2"))) == [(2, 0), (2, 1), (2, 2)]
    assert listed(pairs_condition(ENDS)) == listed(pairs_all(ENDS))
    assert listed(pairs_condition(ENDS, expr("True"), n=2)) == [
        pair for pair in listed(pairs_all(ENDS)) for _ in range(2)
    ]


def test_multiplicity_is_a_formula_of_the_pair():
    assert listed(pairs_condition(ENDS, expr("i < 2"), n=expr("int(i == j)*2"))) == [(0, 0), (0, 0), (1, 1), (1, 1)]
    with pytest.raises(ConnectError, match="n must be a whole number"):
        pairs_condition(ENDS, n=expr("-i"))


def test_a_condition_thins_what_one_probability_takes():
    ends = Ends(300, 300, 5)
    taken = set(listed(pairs_probability(ends, 0.1)))
    assert set(listed(pairs_condition(ends, expr("i != j"), 0.1))) == {(i, j) for i, j in taken if i != j}
    constant = Ends(300, 300, 5, scalars={"p": 0.1})
    assert listed(pairs_condition(constant, expr("i != j"), expr("p"))) == listed(
        pairs_condition(ends, expr("i != j"), 0.1)
    )


def test_a_probability_of_its_own_for_each_pair():
    ends = Ends(60, 50, 8)
    p = np.minimum(1, np.arange(60)[:, None] * np.ones(50) / 40)
    seen = np.zeros((60, 50))
    for call in range(200):
        i, j = pairs_condition(Ends(60, 50, 8, call), expr("j > 0"), expr("i/40"))
        seen[i, j] += 1
    assert (seen[:, 0] == 0).all()
    assert (seen[0] == 0).all()
    assert (seen[40:, 1:] == 200).all()
    rows = seen[1:40, 1:].sum(1)
    spread = np.sqrt(200 * 49 * p[1:40, 0] * (1 - p[1:40, 0]))
    assert (np.abs(rows - 200 * 49 * p[1:40, 0]) < 5 * spread).all()
    with pytest.raises(ConnectError, match="not a number for i = 0, j = 0"):
        pairs_condition(ends, p=expr("i/j"))
    assert len(listed(pairs_condition(ends, expr("j > 0"), expr("1 if j > 0 else nan")))) == 60 * 49


def test_blocks_change_nothing(monkeypatch):
    ends = Ends(37, 23, 2, pre={"x_pre": np.arange(37.0)})
    arguments = (expr("rand() < 0.8 and x_pre != j"), expr("0.5 + 0.5*rand()"), expr("1 + poisson(1)"))
    whole = listed(pairs_condition(ends, *arguments))
    monkeypatch.setattr("eqsim.connectivity.condition._BLOCK", 50)
    assert listed(pairs_condition(ends, *arguments)) == whole
    assert len(set(whole)) == pytest.approx(37 * 23 * 0.8 * 0.75, rel=0.2)


# generators ----------------------------------------------------------------------------------------------------------

RING = Ends(8, 8, 3, pre={"x_pre": np.arange(8)}, post={"x_post": np.arange(8)}, owner="Synapses 'exc'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i", [(i, i) for i in range(8)]),
        ("i + 1 if i < 7", [(i, i + 1) for i in range(7)]),
        ("(i + 1) % N_post", [(i, (i + 1) % 8) for i in range(8)]),
        ("k for k in range(i)", [(i, k) for i in range(8) for k in range(i)]),
        ("k for k in range(i, 8, 3) if k != i", [(i, k) for i in range(8) for k in range(i, 8, 3) if k != i]),
        ("k for k in range(i, -1, -2)", [(i, k) for i in range(8) for k in range(i, -1, -2)]),
        ("7 - k for k in range(2) if x_post > x_pre", [(i, 7 - k) for i in range(8) for k in range(2) if 7 - k > i]),
        ("i + k for k in range(3) if j < N_post", [(i, i + k) for i in range(8) for k in range(3) if i + k < 8]),
        ("k for k in sample(N_post, size=N_post)", [(i, k) for i in range(8) for k in range(8)]),
        ("k for k in sample(2, 8, 2, p=1)", [(i, k) for i in range(8) for k in (2, 4, 6)]),
        ("k for k in sample(8, p=int(i == 2))", [(2, k) for k in range(8)]),
    ],
)
def test_a_generator_lists_what_python_would(text, expected):
    assert listed(pairs_generator(RING, generator(text))) == expected


def test_a_generator_of_sources_runs_for_every_target():
    found = pairs_generator(RING, generator("k for k in range(j - 1, j + 2) if k != j"), "i", skip_if_invalid=True)
    assert listed(found) == [(k, j) for j in range(8) for k in (j - 1, j + 1) if 0 <= k < 8]


def test_neighbours_with_multiplicity():
    text = "k for k in range(i - 3, i + 4) if i != k"
    found = listed(pairs_generator(RING, generator(text), n=expr("abs(i - j)"), skip_if_invalid=True))
    assert found == [
        (i, k) for i in range(8) for k in range(i - 3, i + 4) if i != k and 0 <= k < 8 for _ in range(abs(i - k))
    ]


def test_pairs_that_do_not_exist_are_named():
    with pytest.raises(ConnectError, match=r"the pair i = 7, j = 8 does not exist") as caught:
        pairs_generator(RING, generator("k + 1 for k in range(i, i + 1)"))
    assert (caught.value.object, caught.value.line, caught.value.column) == ("Synapses 'exc'", 1, 1)
    assert "skip_if_invalid" in caught.value.hint
    assert listed(pairs_generator(Ends(3, 0, 1), generator("i"), skip_if_invalid=True)) == []
    with pytest.raises(ConnectError, match="the target has 0 neurons"):
        pairs_generator(Ends(3, 0, 1), generator("i if i == j"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("i/2", r"j is an index, not a fraction[\s\S]*0\.5 for i = 1"),
        ("k for k in range(i/2)", r"range\(\) takes whole numbers"),
        ("k for k in range(0, 3, i)", r"the step of range\(\) must not be 0"),
        (
            "k for k in sample(i, size=2)",
            r"cannot have more members than its range[\s\S]*2 for i = 0, whose range has 0",
        ),
        ("k for k in sample(8, size=-1)", r"cannot have more members"),
        ("k for k in sample(8, p=i)", r"p is a probability[\s\S]*2 for i = 2"),
    ],
)
def test_generators_that_cannot_be_carried_out(text, message):
    with pytest.raises(ConnectError, match=message) as caught:
        pairs_generator(RING, generator(text))
    assert caught.value.line == 1


def test_a_sample_takes_each_member_with_its_probability():
    ends = Ends(1000, 40, 6)
    i, j = pairs_generator(ends, generator("k for k in sample(40, p=0.1 + 0.5*(i % 2))"))
    seen = np.zeros((2, 40))
    np.add.at(seen, (i % 2, j), 1)
    assert plausible(seen[0], np.ones(40))
    assert plausible(seen[1], np.ones(40))
    assert abs(seen[0].sum() - 2000) < 5 * np.sqrt(2000)
    assert abs(seen[1].sum() - 12000) < 5 * np.sqrt(12000)
    assert len(set(listed((i, j)))) == i.size


def test_draws_in_an_element():
    ends = Ends(5000, 10, 6)
    _, j = pairs_generator(ends, generator("int(rand()*N_post)"))
    assert plausible(np.bincount(j, minlength=10), np.ones(10))


# without replacement -------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 12).flatmap(lambda m: st.tuples(st.just(m), st.integers(0, m))), max_size=20))
def test_members_are_different_and_of_their_range(rows):
    population, size = np.array(rows, np.int64).reshape(-1, 2).T
    found = [
        (int(r), int(v))
        for row, value in distinct(Ends(1, 1, 5), population, size)
        for r, v in zip(row, value, strict=True)
    ]
    assert found == sorted(set(found))
    assert np.bincount([r for r, _ in found], minlength=len(rows)).tolist() == size.tolist()
    assert all(0 <= v < population[r] for r, v in found)


@pytest.mark.parametrize("size", [2, 3])  # drawn, and left out
def test_every_subset_is_as_likely(size):
    rows = 20_000
    parts = list(distinct(Ends(1, 1, 5), np.full(rows, 5), np.full(rows, size)))
    value = np.concatenate([value for _, value in parts]).reshape(rows, size)
    subsets, count = np.unique(value, axis=0, return_counts=True)
    assert len(subsets) == 10
    assert plausible(count, np.ones(10))


@given(st.integers(1, 4), st.data())
def test_ranks_among_others(rows, data):
    excluded = [data.draw(st.frozensets(st.integers(0, 9)).map(sorted)) for _ in range(rows)]
    kept = [(row, [v for v in range(12) if v not in excluded[row]]) for row in range(rows)]
    row = np.array([row for row, values in kept for _ in values])
    rank = np.array([rank for _, values in kept for rank in range(len(values))])
    flat = np.array([(r, v) for r, values in enumerate(excluded) for v in values], np.int64).reshape(-1, 2)
    assert among_others(row, rank, flat[:, 0], flat[:, 1]).tolist() == [v for _, values in kept for v in values]


def test_too_many_draws_in_one_formula():
    with pytest.raises(ConnectError, match="at most 16 random numbers"):
        pairs_condition(ENDS, expr(" + ".join(["rand()"] * 17) + " > 0"))


def test_a_condition_leaves_the_draws_of_other_pairs_alone():
    ends = Ends(60, 50, 8)
    every = listed(pairs_condition(ends, None, expr("0.3 + 0.001*i")))
    some = listed(pairs_condition(ends, expr("(i + j) % 3 == 0"), expr("0.3 + 0.001*i")))
    assert some == [(i, j) for i, j in every if (i + j) % 3 == 0]


def test_a_chance_that_32_bits_cannot_tell():
    ends = Ends(1, 1, 8)
    pair = np.arange(4000)
    word = np.array([ends.occurs(pair, np.full(4000, c)).mean() for c in (0.0, 2.0**-60, 0.25, 1.0)])
    assert word[[0, 1, 3]].tolist() == [0, 0, 1]
    assert abs(word[2] - 0.25) < 5 * np.sqrt(0.25 * 0.75 / 4000)
    # within the last of the 2**32 steps that holds a pair's word, half of the chance is half of the pairs
    floor = ends._word(pair)
    assert abs(ends.occurs(pair, (floor + 0.5) / 2**32).mean() - 0.5) < 5 * np.sqrt(0.25 / 4000)
