"""How many threads take part is found by trying."""

from itertools import pairwise

import numpy as np

from eqsim.targets.pace import Pace


def spent(pace, cost, pieces):
    """Let a pace choose for so many pieces; return which ways it chose and what they cost together.

    A piece on trial is a quarter of another one, as for a team of threads.
    """
    ways, total = [], 0.0
    for piece in range(pieces):
        way = pace.next()
        ways.append(way)
        total += cost(way, piece) / (4 if pace.trying else 1)
        pace.took(cost(way, piece))
    return ways, total


def test_the_faster_way_is_found_and_trials_cost_little():
    costs = {4: 1.0, 2: 0.6, 1: 5.0}
    ways, total = spent(Pace((4, 2, 1)), lambda way, _: costs[way], 2000)
    assert ways[0] == 4
    assert ways.count(2) > 1800
    assert total < 0.6 * 2000 * 1.05


def test_it_follows_when_another_way_becomes_the_faster():
    cost = lambda way, piece: (1.0 if way == 2 else 1.7) if piece < 500 else (9.0 if way == 2 else 2.0)
    ways, _ = spent(Pace((2, 1)), cost, 1500)
    assert ways[100:500].count(2) > 350
    assert ways[510:].count(1) > 900


def test_threads_that_wake_slowly_are_not_misjudged():
    # whenever both take part again, the first piece costs five times as much
    woken = {"before": 1}

    def cost(way, piece):
        first, woken["before"] = way == 2 and woken["before"] == 1, way
        return 1.7 if way == 1 else 5.0 if first else 1.0

    pace = Pace((2, 1), present=1)
    ways = []
    for piece in range(400):
        ways.append(pace.next())
        pace.took(cost(ways[-1], piece))
    assert pace.ways[pace.present] == 2
    assert ways.index(2) < 5
    assert ways.count(1) < 40


def test_one_piece_that_the_machine_stops_changes_little():
    # one in forty pieces of two threads takes as long as a hundred others: no reason for only one
    stops = np.random.default_rng(2).random(4000) < 1 / 40
    way_cost = lambda way, piece: (100.0 if stops[piece] else 1.0) if way == 2 else (101.0 if stops[piece] else 1.7)
    ways, _ = spent(Pace((2, 1)), way_cost, 4000)
    assert ways.count(2) > 3300


def test_lucky_trials_of_a_bad_way_cost_little():
    luck = np.random.default_rng(1).random(3000)
    _, total = spent(Pace((2, 1)), lambda way, piece: 1.0 if way == 1 else (0.6 if luck[piece] < 0.5 else 5.0), 3000)
    assert total < 3000 * 1.05


def test_ways_that_cost_the_same_do_not_alternate():
    ways, _ = spent(Pace((2, 1)), lambda way, piece: 1.0 + 0.01 * ((piece * 7919) % 3), 1000)
    assert sum(one != other for one, other in pairwise(ways)) < 500


def test_a_slow_first_piece_decides_nothing():
    # two threads, of which one has just been started, against one
    _, total = spent(Pace((2, 1)), lambda way, piece: (3.0 if piece == 0 else 1.0) if way == 2 else 1.7, 100)
    assert total < 2.0 + 100 * 1.05


def test_one_way_needs_no_trial():
    ways, _ = spent(Pace((1,)), lambda way, piece: 1.0, 100)
    assert set(ways) == {1}
