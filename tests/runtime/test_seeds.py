"""Random numbers: the same for the same seed, in whatever order and however often things are asked."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms
from tests.network.plain import network

NOISE = "dx/dt = -x/(10*ms) + xi/ms**0.5 : 1"
NOISY = {"model": NOISE, "method": "euler", "namespace": {"ms": ms}}


def walk(seed=None, scope=None, n=5, duration=20, network_seed=None, pieces=1, target="numpy", extra=0):
    """Return the records of a group under noise."""
    if scope is not None:
        es.seed(scope)
    others = [es.NeuronGroup(2, **NOISY) for _ in range(extra)]
    group = es.NeuronGroup(n, **NOISY, seed=seed)
    M = es.StateMonitor(group, "x")
    net = network(*others, group, M, seed=network_seed, target=target)
    for _ in range(pieces):
        net.run(duration / pieces * ms)
    return np.asarray(M.x)


def test_the_same_seed_gives_the_same_numbers():
    np.testing.assert_array_equal(walk(scope=7), walk(scope=7))
    np.testing.assert_array_equal(walk(seed=7), walk(seed=7))
    assert not np.array_equal(walk(scope=7), walk(scope=8))
    assert not np.array_equal(walk(seed=7), walk(seed=8))


def test_another_run_goes_on_and_does_not_begin_again():
    np.testing.assert_array_equal(walk(seed=7, pieces=4), walk(seed=7))
    x = walk(seed=7, duration=40)
    steps = np.diff(x, axis=1)
    assert len(np.unique(steps)) == steps.size


def test_without_a_seed_no_two_are_alike():
    assert not np.array_equal(walk(), walk())


def test_the_seed_in_force_repeats_what_was_done_under_it():
    es.seed(12345)
    assert es.seed() == 12345
    first = walk()
    es.seed(es.seed())
    np.testing.assert_array_equal(walk(), first)


def test_streams_of_objects_do_not_depend_on_one_another():
    # an object's own seed makes it independent of how many were made before
    np.testing.assert_array_equal(walk(seed=3, scope=1, extra=0), walk(seed=3, scope=2, extra=3))
    es.seed(1)
    first, second = es.NeuronGroup(500, "x : 1"), es.NeuronGroup(500, "x : 1")
    first.x = second.x = "randn()"
    assert abs(np.corrcoef(np.asarray(first.x), np.asarray(second.x))[0, 1]) < 0.2
    assert len(np.unique([np.asarray(first.x), np.asarray(second.x)])) == 1000


def test_the_number_of_neurons_does_not_matter_to_the_first():
    np.testing.assert_array_equal(walk(seed=4, n=3), walk(seed=4, n=50)[:3])


def test_neighbouring_seeds_are_unrelated():
    first, second = walk(seed=1, n=200), walk(seed=2, n=200)
    assert abs(np.corrcoef(first[:, -1], second[:, -1])[0, 1]) < 0.3


def test_the_seed_of_a_network_counts_for_the_run_alone():
    def values(scope, network_seed):
        es.seed(scope)
        group = es.NeuronGroup(20, NOISE + "\nstart = rand() : 1 (parameter)", method="euler", namespace={"ms": ms})
        net = network(group, seed=network_seed)
        net.run(5 * ms)
        return np.asarray(group.start), np.asarray(group.x)

    start, x = values(1, 10)
    other_start, same_x = values(2, 10)
    assert not np.array_equal(start, other_start)
    np.testing.assert_array_equal(x, same_x)
    same_start, other_x = values(1, 11)
    np.testing.assert_array_equal(start, same_start)
    assert not np.array_equal(x, other_x)


def test_objects_of_a_seeded_network_have_streams_of_their_own():
    first, second = (es.NeuronGroup(300, **NOISY) for _ in range(2))
    network(first, second, seed=5).run(2 * ms)
    assert abs(np.corrcoef(np.asarray(first.x), np.asarray(second.x))[0, 1]) < 0.25


def test_what_is_drawn_in_one_place_does_not_move_what_is_drawn_in_another():
    def values(more):
        group = es.NeuronGroup(30, **NOISY, seed=1)
        if more:
            group.x = "rand()"
            group.x = 0
        S = es.Synapses(group, model="w : 1", seed=2)
        S.connect(p=0.5)
        S.w = "rand()"
        net = network(group, S)
        net.run(3 * ms)
        return np.asarray(group.x), np.asarray(S.i), np.asarray(S.w)

    for one, other in zip(values(more=False), values(more=True), strict=True):
        np.testing.assert_array_equal(one, other)


def test_draws_of_the_run_differ_from_those_of_values():
    group = es.NeuronGroup(300, "x : 1\ny : 1", seed=1)
    group.x = "rand()"
    group.run_regularly("y = rand()")
    network(group).run(1 * ms)
    assert len(np.intersect1d(np.asarray(group.x), np.asarray(group.y))) == 0


def test_statements_of_one_group_draw_apart():
    group = es.NeuronGroup(300, "a : 1\nb : 1\nc : 1", threshold="a < 2", reset="c = rand()")
    group.run_regularly("a = rand()")
    group.run_regularly("b = rand()")
    network(group).run(1 * ms)
    values = [np.asarray(getattr(group, name)) for name in "abc"]
    assert len(np.unique(values)) == 900


def test_noise_and_statements_draw_apart():
    group = es.NeuronGroup(
        2000, "dx/dt = xi/ms**0.5 : 1\na : 1\nb : 1", "x < 99", "b = randn()", method="euler", seed=5
    )
    group.run_regularly("a = randn()")
    network(group).run(1 * ms)
    x, a, b = (np.asarray(getattr(group, name)) for name in "xab")
    for one, other in ((x, a), (x, b), (a, b)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 5 / np.sqrt(2000)


def test_pathways_draw_apart():
    group = es.NeuronGroup(40, "x : 1", threshold="x < 1", reset="")
    S = es.Synapses(
        group, model="a : 1\nb : 1\nc : 1", on_pre={"pre": "a = rand()", "two": "b = rand()"}, on_post="c = rand()"
    )
    S.connect()
    network(group, S).run(1 * ms)
    values = [np.asarray(getattr(S, name)) for name in "abc"]
    assert len(np.unique(values)) == 4800


def test_operations_with_steps_of_their_own_draw_apart():
    group = es.NeuronGroup(300, "x : 1\ny : 1")
    group.run_regularly("x = rand()")
    group.run_regularly("y = rand()", dt=3 * ms)
    M = es.StateMonitor(group, ["x", "y"])
    network(group, M).run(9 * ms)
    assert len(np.unique(np.asarray(M.x))) == 2700
    assert len(np.intersect1d(np.asarray(M.x), np.asarray(M.y))) == 0


@pytest.mark.parametrize("value", [-1, 2**64, 1.5, "seven", None.__class__])
def test_seeds_that_cannot_be(value):
    with pytest.raises(es.EqsimError, match="seed"):
        es.seed(value)
    with pytest.raises(es.EqsimError, match="seed"):
        es.NeuronGroup(1, "x : 1", seed=value)


def test_seeds_of_numpy_count_too():
    np.testing.assert_array_equal(walk(seed=np.int64(7)), walk(seed=7))


# moments of noise ----------------------------------------


def increments(model, n=4000, dt=1, method="euler", steps=1, **values):
    group = es.NeuronGroup(n, model, method=method, seed=11, namespace={"ms": ms})
    for name, value in values.items():
        setattr(group, name, value)
    network(group, dt=dt * ms).run(steps * dt * ms)
    return group


@pytest.mark.parametrize("dt", [0.1, 1, 10])
def test_white_noise_has_the_variance_of_the_step(dt):
    x = np.asarray(increments("dx/dt = xi/ms**0.5 : 1", dt=dt).x)
    assert x.mean() == pytest.approx(0, abs=5 * np.sqrt(dt / 4000))
    assert x.var() == pytest.approx(dt, rel=5 * np.sqrt(2 / 4000))
    z = (x - x.mean()) / x.std()
    assert np.mean(z**4) == pytest.approx(3, abs=5 * np.sqrt(96 / 4000))


def test_noises_of_one_name_are_one_and_others_apart():
    group = increments("dx/dt = xi_a/ms**0.5 : 1\ndy/dt = 2*xi_a/ms**0.5 : 1\ndz/dt = xi_b/ms**0.5 : 1\n")
    x, y, z = (np.asarray(getattr(group, name)) for name in "xyz")
    np.testing.assert_allclose(y, 2 * x, rtol=1e-12)
    assert abs(np.corrcoef(x, z)[0, 1]) < 5 / np.sqrt(4000)
    assert z.var() == pytest.approx(1, rel=0.12)


def test_noises_add_in_one_equation():
    x = np.asarray(increments("dx/dt = (3*xi_a + 4*xi_b)/ms**0.5 : 1").x)
    assert x.var() == pytest.approx(25, rel=5 * np.sqrt(2 / 4000))


def test_noises_of_neurons_are_independent():
    group = es.NeuronGroup(2, **NOISY, seed=9)
    M = es.StateMonitor(group, "x")
    network(group, M).run(3000 * ms)
    steps = np.diff(np.asarray(M.x), axis=1)
    assert abs(np.corrcoef(steps)[0, 1]) < 5 / np.sqrt(3000)
    lagged = np.corrcoef(steps[0, 1:], steps[0, :-1])[0, 1]
    assert lagged == pytest.approx(-0.05, abs=5 / np.sqrt(3000))


def test_shared_noise_is_one_for_all():
    model = "dx/dt = xi_a/ms**0.5 : 1\ndy/dt = (xi_a + xi_b)/ms**0.5 : 1\nxi_a (shared)"
    group = increments(model, n=2000)
    x, y = np.asarray(group.x), np.asarray(group.y)
    assert len(np.unique(x)) == 1
    assert x[0] != 0
    assert len(np.unique(y)) == 2000
    assert (y - x).var() == pytest.approx(1, rel=0.2)


def test_shared_noise_changes_with_the_step():
    group = es.NeuronGroup(3, "dx/dt = xi_a/ms**0.5 : 1\nxi_a (shared)", method="euler", seed=9, namespace={"ms": ms})
    M = es.StateMonitor(group, "x")
    network(group, M).run(2000 * ms)
    steps = np.diff(np.asarray(M.x)[0])
    assert steps.var() == pytest.approx(1, rel=0.2)
    np.testing.assert_array_equal(M.x[0], M.x[2])


def test_an_ornstein_uhlenbeck_process_is_exact_at_any_step():
    # variance after a long time tau/2, whatever dt: exponential_euler takes the noise exactly
    group = es.NeuronGroup(4000, "dx/dt = -x/(10*ms) + xi/ms**0.5 : 1", seed=5, namespace={"ms": ms})
    assert group.method == "exponential_euler"
    network(group, dt=20 * ms).run(400 * ms)
    x = np.asarray(group.x)
    assert x.var() == pytest.approx(5, rel=5 * np.sqrt(2 / 4000))


@pytest.mark.parametrize(
    ("method", "noise"), [("heun", "stratonovich"), ("milstein", "stratonovich"), ("euler", "ito"), ("milstein", "ito")]
)
def test_state_dependent_noise_is_read_as_asked(method, noise):
    # dx = s x dW: the mean is exp(s^2 t/2) x0 in Stratonovich's sense and x0 in Itô's
    group = es.NeuronGroup(
        20_000, "dx/dt = 0.5*x*xi/ms**0.5 : 1\nx(0) = 1", method=method, noise=noise, seed=3, namespace={"ms": ms}
    )
    network(group, dt=0.02 * ms).run(2 * ms)
    x = np.asarray(group.x)
    mean = np.exp(0.25) if noise == "stratonovich" else 1.0
    assert x.mean() == pytest.approx(mean, abs=5 * x.std() / np.sqrt(20_000) + 0.01)


LAWS = {
    "rand()": (0.5, 1 / 12),
    "randn()": (0, 1),
    "poisson(3.5)": (3.5, 3.5),
    "poisson(200)": (200, 200),
    "binomial(20, 0.3)": (6, 4.2),
    "2 + 3*randn()": (2, 9),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("where", ["value", "run"])
def test_laws(law, where):
    group = es.NeuronGroup(20_000, "x : 1", seed=17)
    if where == "value":
        group.x = law
    else:
        group.run_regularly(f"x = {law}")
        network(group).run(1 * ms)
    x = np.asarray(group.x)
    mean, variance = LAWS[law]
    assert x.mean() == pytest.approx(mean, abs=5 * np.sqrt(variance / 20_000))
    assert x.var() == pytest.approx(variance, rel=0.1)
    if law.startswith(("poisson", "binomial")):
        np.testing.assert_array_equal(x, np.rint(x))


def test_laws_with_a_mean_for_each_neuron():
    group = es.NeuronGroup(3000, "x : 1\nm : 1", seed=17)
    group.m = "1 + i % 3"
    group.run_regularly("x += poisson(m)")
    network(group).run(50 * ms)
    x = np.asarray(group.x).reshape(1000, 3)
    np.testing.assert_allclose(x.mean(axis=0), [50, 100, 150], rtol=0.02)
