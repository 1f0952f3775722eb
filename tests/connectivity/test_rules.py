"""Named rules give the graphs that their names promise."""

import numpy as np
import pytest
from scipy import stats

from eqsim.connectivity import rules
from eqsim.connectivity.ends import Ends
from eqsim.text.errors import ArgumentError, ConnectError, EqsimError

SELF = {"shift": 0}


def listed(pairs):
    return list(zip(pairs[0].tolist(), pairs[1].tolist(), strict=True))


def degrees(pairs, ends):
    return np.bincount(pairs[0], minlength=ends.n_pre), np.bincount(pairs[1], minlength=ends.n_post)


def plausible(observed, expected):
    return stats.chisquare(observed, np.asarray(expected) * np.sum(observed) / np.sum(expected)).pvalue > 1e-6


def test_one_to_one_and_all_to_all():
    assert listed(rules.one_to_one().pairs(Ends(3, 3, 1))) == [(0, 0), (1, 1), (2, 2)]
    every = [(i, j) for i in range(3) for j in range(3)]
    assert listed(rules.all_to_all().pairs(Ends(3, 3, 1))) == every
    assert listed(rules.all_to_all().pairs(Ends(3, 3, 1, **SELF))) == [(i, j) for i, j in every if i != j]
    assert listed(rules.all_to_all(self_connections=True).pairs(Ends(3, 3, 1, **SELF))) == every
    # sources are neurons 2-4 of the group whose neurons 1-3 are targets
    assert listed(rules.all_to_all().pairs(Ends(3, 3, 1, shift=1))) == [(i, j) for i, j in every if i + 2 != j + 1]


@pytest.mark.parametrize("itself", [True, False])
@pytest.mark.parametrize(("rule", "side"), [("fixed_indegree", 1), ("fixed_outdegree", 0)])
def test_fixed_degrees(rule, side, itself):
    ends = Ends(200, 200, 4, **SELF)
    for degree in (0, 7, 180):
        pairs = getattr(rules, rule)(degree, self_connections=itself).pairs(ends)
        assert (degrees(pairs, ends)[side] == degree).all()
        assert len(set(listed(pairs))) == 200 * degree
        own = (pairs[0] == pairs[1]).sum()
        assert own > 0 if itself and degree > 7 else itself or own == 0
    other = degrees(getattr(rules, rule)(50, self_connections=itself).pairs(ends), ends)[1 - side]
    assert plausible(other, np.ones(200))


def test_fixed_degrees_between_groups_of_different_size():
    ends = Ends(10, 2000, 4)
    pairs = rules.fixed_indegree(3).pairs(ends)
    assert (degrees(pairs, ends)[1] == 3).all()
    assert plausible(degrees(pairs, ends)[0], np.ones(10))
    shifted = Ends(3, 6, 1, shift=2)  # sources are targets 2-4
    assert listed(rules.fixed_outdegree(5, self_connections=False).pairs(shifted)) == [
        (i, j) for i in range(3) for j in range(6) if j != i + 2
    ]
    backwards = rules.fixed_indegree(2, self_connections=False).pairs(Ends(3, 1, 1, shift=-1))
    assert listed(backwards) == [(0, 0), (2, 0)]


def test_fixed_total():
    ends = Ends(20, 30, 4)
    pairs = rules.fixed_total(100).pairs(ends)
    assert len(set(listed(pairs))) == 100
    assert listed(rules.fixed_total(600).pairs(ends)) == [(i, j) for i in range(20) for j in range(30)]
    seen = np.zeros((20, 30))
    for call in range(300):
        seen[rules.fixed_total(100).pairs(Ends(20, 30, 4, call))] += 1
    assert plausible(seen.ravel(), np.ones(600))


def test_small_world_without_rewiring_is_a_ring():
    ends = Ends(10, 10, 1, **SELF)
    ring = [(i, j) for i in range(10) for j in range(10) if (j - i) % 10 in {1, 2, 8, 9}]
    assert listed(rules.small_world(4, 0).pairs(ends)) == ring


@pytest.mark.parametrize(("n", "k", "p"), [(1000, 10, 0.1), (300, 6, 1.0), (9, 8, 0.5)])
def test_small_world_rewires_a_share(n, k, p):
    ends = Ends(n, n, 2, **SELF)
    pairs = rules.small_world(k, p).pairs(ends)
    assert (degrees(pairs, ends)[0] == k).all()
    assert len(set(listed(pairs))) == n * k
    assert (pairs[0] != pairs[1]).all()
    if n > 9:
        far = np.minimum((pairs[1] - pairs[0]) % n, (pairs[0] - pairs[1]) % n) > k // 2
        # a rewired synapse may come back to a neighbour that its source has left
        share = p * (1 - p * k / n)
        assert abs(far.mean() - share) < 6 * np.sqrt(share / (n * k)) + 0.002


def test_scale_free_grows_by_preference():
    n, m = 3000, 3
    ends = Ends(n, n, 2, **SELF)
    pairs = rules.scale_free(m).pairs(ends)
    out, into = degrees(pairs, ends)
    assert set(listed(pairs)) == {(j, i) for i, j in listed(pairs)}
    assert len(set(listed(pairs))) == pairs[0].size == 2 * (m * (m + 1) // 2 + (n - m - 1) * m)
    assert (pairs[0] != pairs[1]).all()
    assert out.min() == m
    # P(degree) = 2 m (m + 1)/(d (d + 1) (d + 2)); Bollobas et al. (2001), Random Struct Algor 18:279
    d = np.arange(m, 3 * m)
    law = 2 * m * (m + 1) / (d * (d + 1) * (d + 2))
    cells = np.append(law, 1 - law.sum())
    observed = np.bincount(np.minimum(into, 3 * m) - m, minlength=2 * m + 1)
    assert plausible(observed, cells)
    assert into.max() > 20 * m


def test_gaussian_falls_off_with_distance():
    x = np.linspace(0, 1000, 400)
    ends = Ends(400, 400, 3, pre={"x_pre": x, "y_pre": 0 * x}, post={"x_post": x, "y_post": 0 * x + 30}, **SELF)
    i, j = rules.gaussian(100.0, 0.8).pairs(ends)
    away = np.sqrt((x[:, None] - x) ** 2 + 900)
    p = 0.8 * np.exp(-(away**2) / (2 * 100.0**2))
    np.fill_diagonal(p, 0)
    assert (i != j).all()
    for low, high in [(30, 60), (60, 120), (120, 200), (200, 300)]:
        cell = (away >= low) & (away < high)
        spread = np.sqrt((p * (1 - p))[cell].sum())
        assert abs(cell[i, j].sum() - p[cell].sum()) < 5 * spread


def test_distance_around_a_ring_without_positions():
    ends = Ends(10, 20, 3, scalars={"reach": 2})
    expected = [(i, j) for i in range(10) for j in range(20) if min(abs(2 * i - j), 20 - abs(2 * i - j)) <= 2]
    assert listed(rules.distance("1 if d <= reach else 0").pairs(ends)) == expected
    assert listed(rules.distance("lambda r: int(r <= reach)").pairs(ends)) == expected


@pytest.mark.parametrize(
    "rule",
    [
        rules.fixed_indegree(5), rules.fixed_outdegree(5), rules.fixed_total(50), rules.small_world(4, 0.3),
        rules.scale_free(2), rules.gaussian(3.0, 0.5), rules.distance("exp(-d/3)"),
    ],
)  # fmt: skip
def test_rules_repeat_for_a_stream_and_differ_between_calls(rule):
    first = listed(rule.pairs(Ends(40, 40, 7)))
    assert listed(rule.pairs(Ends(40, 40, 7))) == first
    assert listed(rule.pairs(Ends(40, 40, 7, call=1))) != first
    assert listed(rule.pairs(Ends(40, 40, 8))) != first


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: rules.fixed_indegree(-1), "k of fixed_indegree must be a whole number"),
        (lambda: rules.fixed_outdegree(1.5), "n of fixed_outdegree"),
        (lambda: rules.fixed_total(True), "n of fixed_total"),
        (lambda: rules.small_world(3, 0.1), "even k"),
        (lambda: rules.small_world(4, 1.5), "p of small_world is a probability"),
        (lambda: rules.scale_free(0), "at least one other"),
        (lambda: rules.gaussian(0, 0.5), "sigma of gaussian must be above 0"),
        (lambda: rules.gaussian(1, -0.5), "p_max of gaussian is a probability"),
        (lambda: rules.distance("0.5"), "does not use the distance d"),
    ],
)
def test_arguments_are_checked_at_the_call(make, message):
    with pytest.raises(ArgumentError, match=message):
        make()


def test_a_formula_that_cannot_be_read_is_shown():
    with pytest.raises(EqsimError) as caught:
        rules.distance("lambda r: exp(-r/")
    assert caught.value.column > 10


@pytest.mark.parametrize(
    ("rule", "sizes", "message"),
    [
        (rules.one_to_one(), (3, 4), r"groups of one size[\s\S]*3 and 4"),
        (rules.fixed_indegree(5), (4, 9), "5 different sources were asked for and there are 4"),
        (
            rules.fixed_outdegree(9, self_connections=False),
            (9, 9),
            "9 different targets were asked for and there are 8",
        ),
        (rules.fixed_total(13), (3, 4), "13 different pairs"),
        (rules.small_world(4, 0.1), (4, 4), "more than k = 4"),
        (rules.scale_free(4), (4, 4), "more than m = 4"),
        (rules.distance("exp(-d/L)"), (4, 4), "'L' has no value"),
    ],
)
def test_groups_that_do_not_fit_a_rule(rule, sizes, message):
    with pytest.raises(ConnectError, match=message) as caught:
        rule.pairs(Ends(*sizes, 1, owner="Synapses 'a'", **SELF))
    assert caught.value.object == "Synapses 'a'"


def test_total_with_replacement_draws_each_pair_alike():
    ends = Ends(7, 5, 11)
    i, j = rules.fixed_total(70_000, multapses=True).pairs(ends)
    assert (np.diff(i) >= 0).all()
    counts = np.bincount(i * 5 + j, minlength=35)
    assert counts.sum() == 70_000
    # chi-squared with 34 degrees of freedom exceeds 65.2 with probability 1e-3
    assert ((counts - 2000) ** 2 / 2000).sum() < 65.2


@pytest.mark.parametrize("self_connections", [True, False])
def test_degrees_with_replacement(self_connections):
    ends = Ends(6, 6, 12, shift=0)
    j, i = rules.fixed_indegree(9000, self_connections, multapses=True).pairs(ends)[::-1]
    assert np.bincount(j).tolist() == [9000] * 6
    found = np.bincount(i * 6 + j, minlength=36).reshape(6, 6)
    expected = np.full((6, 6), 1500.0) if self_connections else 1800.0 * (1 - np.eye(6))
    assert (abs(found - expected) <= 5 * np.sqrt(expected)).all()
    i, j = rules.fixed_outdegree(20, self_connections, multapses=True).pairs(ends)
    assert np.bincount(i).tolist() == [20] * 6
    assert self_connections or (i != j).all()


def test_replacement_needs_somebody_to_draw():
    with pytest.raises(ConnectError):
        rules.fixed_total(1, multapses=True).pairs(Ends(0, 5, 1))
    with pytest.raises(ConnectError):
        rules.fixed_indegree(1, False, multapses=True).pairs(Ends(1, 1, 1, shift=0))
