"""Seed scopes: what repeats, what does not, and that contexts keep apart."""

import contextvars
import threading

import numpy as np
import pytest
from scipy import stats

from eqsim import random
from eqsim.text.errors import EqsimError


def apart(function):
    """Call a function in a context of its own, which leaves this one's scope alone."""
    return contextvars.copy_context().run(function)


def streams(value, count=5):
    random.seed(value)
    return [random.next_stream() for _ in range(count)]


def test_the_same_seed_gives_the_same_streams():
    assert apart(lambda: streams(42)) == apart(lambda: streams(42))
    assert len({*apart(lambda: streams(42)), *apart(lambda: streams(43))}) == 10


def test_opening_the_scope_again_starts_again():
    assert apart(lambda: streams(42) == streams(42))


def test_the_seed_in_force_is_returned_and_repeats_the_run():
    def unseeded():
        in_force = random.seed()
        assert random.seed() == in_force
        return in_force

    value = apart(unseeded)
    assert 0 <= value < 2**63
    assert apart(lambda: random.seed(7)) == 7
    assert apart(lambda: (random.seed(np.int64(7)), random.seed())) == (7, 7)


def test_streams_are_those_of_the_seed_and_the_number():
    assert apart(lambda: streams(42)) == [random.stream_of(42, number) for number in range(5)]


def test_an_own_seed_takes_no_number_and_repeats():
    def made():
        random.seed(1)
        return random.next_stream(seed=9), random.next_stream(), random.next_stream(seed=9)

    own, first, again = apart(made)
    assert own == again != first
    assert first == random.stream_of(1, 0)
    assert own not in {random.stream_of(9, number) for number in range(1000)}


def test_threads_and_contexts_do_not_disturb_each_other():
    alone = {value: apart(lambda value=value: streams(value, 200)) for value in (1, 2, 3)}
    together, ready = {}, threading.Barrier(3)

    def made(value):
        random.seed(value)
        ready.wait()
        together[value] = [random.next_stream() for _ in range(200)]

    before = random.seed()
    threads = [threading.Thread(target=made, args=(value,)) for value in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
    assert random.seed() == before


def test_copied_contexts_give_no_two_objects_one_stream():
    def made():
        random.seed(5)
        return [contextvars.copy_context().run(random.next_stream) for _ in range(10)]

    assert len(set(apart(made))) == 10


def test_neighbouring_seeds_and_numbers_are_unrelated():
    table = np.array([[random.stream_of(seed, number) for number in range(64)] for seed in range(64)], np.uint64)
    assert len(np.unique(table)) == table.size
    assert stats.kstest((table / 2.0**64).ravel(), "uniform").pvalue > 1e-4
    bits = lambda words: np.bitwise_count(words).astype(float)
    for neighbours in (table[1:] ^ table[:-1], table[:, 1:] ^ table[:, :-1]):
        # half of the 64 bits differ, with a binomial spread
        assert bits(neighbours).mean() == pytest.approx(32, abs=4 * 4 / np.sqrt(neighbours.size))
        assert bits(neighbours).std() == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize("value", [-1, 2**64, 1.5, "42", None])
def test_what_is_no_seed_is_refused(value):
    call = random.next_stream if value is not None else (lambda _: random.seed("none"))
    with pytest.raises(EqsimError, match="a seed is an integer from 0"):
        call(value)
    if value is not None:
        with pytest.raises(EqsimError, match="a seed is an integer from 0"):
            apart(lambda: random.seed(value))


@pytest.mark.parametrize("value", [0, 2**64 - 1])
def test_every_64_bit_seed_is_taken(value):
    assert apart(lambda: random.seed(value)) == value
    assert 0 <= random.next_stream(seed=value) < 2**64
