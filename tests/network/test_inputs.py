"""Values from outside onto a variable, and Poisson inputs: what arrives, when, at whom; laws; mistakes."""

import numpy as np
import pytest
from scipy import stats

import eqsim as es
from eqsim.units import Hz, Mohm, kHz, ms, mV, nA
from tests.network.plain import network, plain, source, steps
from tests.network.test_poisson import SEED, fits
from tests.targets.compiled import COMPILED

COUNTER = "n : 1"


def arrivals(size, N, rate, duration=1, target="numpy", part=None, dt=1 * ms, **options):
    """Return the arrivals at each neuron as whole numbers."""
    group = es.NeuronGroup(size, COUNTER)
    given = es.PoissonInput(group if part is None else group[part], "n", N, rate, 1, seed=SEED, **options)
    network(group, given, target=target, dt=dt).run(duration * ms)
    counts = np.asarray(group.n)
    assert np.array_equal(counts, np.rint(counts))
    return counts.astype(int)


# Poisson inputs


@pytest.mark.parametrize(
    ("N", "rate"),
    [
        (1, 300),  # one source
        (1000, 2),  # mean 2: a short table
        (1000, 0.1),
        (999, 9),
        (1000, 60),  # mean 60: a long table
        (1000, 400),  # mean 400: the general draw
        (3, 900),  # rare failures, the general draw
        (20, 1000),  # in each step
    ],
)
def test_arrivals_follow_the_binomial_law(N, rate):
    p = rate / 1000
    counts = arrivals(3000, N, rate * Hz)
    if p == 1:
        assert (counts == N).all()
    else:
        assert fits(counts, stats.binom(N, p)) > 0.01


def test_arrivals_of_steps_are_independent():
    # sums over 10 steps follow the law of 10 times as many sources, and neighbours do not go together
    counts = arrivals(3000, 100, 5 * Hz, duration=10)
    assert fits(counts, stats.binom(1000, 0.005)) > 0.01
    assert abs(np.corrcoef(counts[:-1], counts[1:])[0, 1]) < 4 / np.sqrt(len(counts))


@pytest.mark.parametrize("compiled", COMPILED)
@pytest.mark.parametrize("part", [None, slice(5, 400), [3, 9, 4, 300]])
@pytest.mark.parametrize(("N", "rate"), [(1000, 2 * Hz), (1000, 60 * Hz), (1000, 400 * Hz), (50, "20*Hz + i*Hz")])
def test_targets_agree(part, N, rate, compiled):
    one, other = (arrivals(500, N, rate, 20, target, part) for target in ("numpy", compiled))
    np.testing.assert_array_equal(one, other)
    assert one.sum() > 0


def test_parts_get_it_alone():
    counts = arrivals(6, 5, 1 * kHz, duration=3, part=[4, 1])
    assert counts.tolist() == [0, 15, 0, 0, 15, 0]


def test_arrivals_of_parts_follow_the_binomial_law():
    counts = arrivals(4000, 1000, 2 * Hz, part=slice(500, 3500))
    assert (counts[:500] == 0).all()
    assert (counts[3500:] == 0).all()
    assert fits(counts[500:3500], stats.binom(1000, 0.002)) > 0.01


def test_rates_of_a_text():
    # 0 before 5 ms, then in each step; a neuron of a part is counted within the part
    assert arrivals(3, 2, "int(t >= 5*ms)*kHz", 8).tolist() == [6, 6, 6]
    assert arrivals(4, 2, "int(i == 1)*kHz", 3, part=slice(1, 4)).tolist() == [0, 0, 6, 0]
    counts = arrivals(3000, 40, "(100 + 0*i)*Hz")
    assert fits(counts, stats.binom(40, 0.1)) > 0.01


def test_weights():
    w = 3 * mV
    group = es.NeuronGroup(3, "v : mV\nu : mV (constant)\nboth = v + u : mV")
    group.u = [1, 2, 3] * mV
    inputs = []
    for weight in (1 * mV, "w", "u*i", "10*u + 0*both", "clip(1000*mV - v, 0*mV, 1*mV)"):
        inputs.append(es.PoissonInput(group, "v", 2, 1 * kHz, weight))  # noqa: PERF401 - names are those of this frame
    assert inputs[1].namespace["w"] is w
    network(group, inputs).run(2 * ms)
    u = np.array([1, 2, 3])
    np.testing.assert_allclose(plain(group.v, "mV"), 2 * (2 * 1 + 2 * 3 + 2 * u * np.arange(3) + 20 * u) + 4)


def test_a_weight_in_the_namespace_of_the_group():
    group = es.NeuronGroup(2, "dv/dt = 0*v/tau : mV", namespace={"tau": 10 * ms, "w": 2 * mV})
    given = es.PoissonInput(group, "v", 1, 1 * kHz, "w")
    network(group, given).run(3 * ms)
    np.testing.assert_allclose(plain(group.v, "mV"), 6)
    with pytest.raises(es.EqsimError, match="'w2' is not known"):
        es.PoissonInput(group, "v", 1, 1 * kHz, "w2")


def test_captured_values_change_between_runs():
    group = es.NeuronGroup(1, "v : 1")
    w = 1
    given = es.PoissonInput(group, "v", 1, 1 * kHz, "w")
    net = network(group, given)
    net.run(2 * ms)
    given.namespace["w"] = 10 * w
    net.run(2 * ms)
    assert np.asarray(group.v).tolist() == [22]


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_refractory_neurons_are_held(target):
    # a spike in step 0 (refractory until step 3): arrivals in steps 0 to 2 are lost, but not for w
    group = es.NeuronGroup(
        2, "dv/dt = 0*mV/ms : mV (unless refractory)\nw : mV", threshold="v > 5*mV", reset="v = 0*mV", refractory=3 * ms
    )
    group.v = [9, 0] * mV
    inputs = [es.PoissonInput(group, name, 1, 1 * kHz, 1 * mV) for name in ("v", "w")]
    network(group, inputs, target=target).run(5 * ms)
    np.testing.assert_allclose(plain(group.v, "mV"), [2, 5])
    np.testing.assert_allclose(plain(group.w, "mV"), 5)


def test_arrivals_come_after_thresholds_and_before_resets():
    group = es.NeuronGroup(1, "v : 1", threshold="v >= 2", reset="v = 0")
    given = es.PoissonInput(group, "v", 1, 1 * kHz, 1)
    values = es.StateMonitor(group, "v")
    network(group, given, values).run(6 * ms)
    # 2 is found in the step after it was reached; the arrival of that step is reset with it
    assert plain(values.v)[0].tolist() == [0, 1, 2, 0, 1, 2]


def test_of_one_order_poisson_inputs_come_before_pathways():
    group = es.NeuronGroup(1, "v : 1")
    spikes = source((0, 0))
    synapses = es.Synapses(spikes, group, on_pre="v *= 10")
    synapses.connect()
    given = es.PoissonInput(group, "v", 1, 1 * kHz, 1, order=-1)
    network(synapses, spikes, group, given).run(1 * ms)
    assert np.asarray(group.v).tolist() == [10]


def test_another_slot():
    group = es.NeuronGroup(1, "v : 1")
    values = es.StateMonitor(group, "v")
    network(group, es.PoissonInput(group, "v", 1, 1 * kHz, 1, when="before_start"), values).run(3 * ms)
    assert plain(values.v)[0].tolist() == [1, 2, 3]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_single_precision_draws_the_same(dtype):
    group = es.NeuronGroup(500, COUNTER)
    given = es.PoissonInput(group, "n", 1000, 2 * Hz, 1, seed=SEED)
    network(group, given, dtype=dtype).run(5 * ms)
    np.testing.assert_array_equal(np.asarray(group.n), arrivals(500, 1000, 2 * Hz, 5))


def test_inputs_differ_from_each_other():
    es.seed(3)
    group = es.NeuronGroup(400, "a : 1\nb : 1")
    inputs = [es.PoissonInput(group, name, 100, 20 * Hz, 1) for name in "ab"]
    network(group, inputs).run(5 * ms)
    assert abs(np.corrcoef(group.a, group.b)[0, 1]) < 4 / np.sqrt(400)


def test_poisson_inputs_without_units():
    group = es.NeuronGroup(3000, "x' = -x/1e12")
    given = es.PoissonInput(group, "x", 50, 0.04, 2, seed=SEED)
    network(group, given, dt=0.5).run(0.5)
    assert fits(np.rint(np.asarray(group.x) / 2).astype(int), stats.binom(50, 0.02)) > 0.01


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("v", -1, 1 * Hz, 1 * mV), "whole number from 0"),
        (("v", 1.5, 1 * Hz, 1 * mV), "whole number"),
        (("v", 10, -1 * Hz, 1 * mV), "at least 0"),
        (("v", 10, 1 * ms, 1 * mV), "another unit"),
        (("v", 10, [1, 2] * Hz, 1 * mV), "one value"),
        (("v", 10, "lambda_", 1 * mV), "'lambda_' is not known"),
        (("v", 10, 1 * Hz, 1), "another unit"),
        (("v", 10, 1 * Hz, "1*nA"), "another unit"),
        (("v", 10, 1 * Hz, "1*mV*"), "operand is missing"),
        (("vv", 10, 1 * Hz, 1 * mV), "no variable 'vv'"),
        (("s", 10, 1 * Hz, 1 * mV), "subexpression"),
        (("c", 10, 1 * Hz, 1 * mV), "constant"),
        (("b", 10, 1 * Hz, 1), "real numbers"),
        (("all", 10, 1 * Hz, 1 * mV), "one value for all"),
    ],
)
def test_mistakes_of_poisson_inputs(arguments, message):
    model = "v : mV\ns = 2*v : mV\nc : mV (constant)\nb : integer\nall : mV (shared)"
    with pytest.raises(es.EqsimError, match=message) as raised:
        es.PoissonInput(es.NeuronGroup(2, model), *arguments, name="noise")
    assert raised.value.object == "PoissonInput 'noise'"


def test_a_source_spikes_once_in_a_step():
    group = es.NeuronGroup(2, COUNTER)
    with pytest.raises(es.EqsimError, match="at most once in a step") as raised:
        network(group, es.PoissonInput(group, "n", 10, 1001 * Hz, 1)).run(1 * ms)
    assert raised.value.hint


@pytest.mark.parametrize("kind", ["Synapses", "SpikeGeneratorGroup", "str", "slot"])
def test_what_takes_no_input(kind):
    group = es.NeuronGroup(1, COUNTER)
    things = {"Synapses": es.Synapses(group, group, "w : 1"), "SpikeGeneratorGroup": source((0, 0)), "str": "group"}
    with pytest.raises(es.EqsimError, match=r"takes no input|no slot"):
        es.PoissonInput(things.get(kind, group), "n", 1, 1 * Hz, 1, when="never" if kind == "slot" else "start")


def test_the_target_must_be_in_the_network():
    group = es.NeuronGroup(1, COUNTER)
    with pytest.raises(es.EqsimError, match="NeuronGroup"):
        network(es.PoissonInput(group, "n", 1, 1 * Hz, 1)).run(1 * ms)


# values from outside

CURRENT = "du/dt = I*Mohm/ms : mV\nI : nA"


def driven(value, op="+", n=1, model=CURRENT, variable="I", initial=None, duration=5, target="numpy", part=None):
    """Return the variable as each step sees it, shape (n, times), and its values after the run."""
    group = es.NeuronGroup(n, model)
    if initial is not None:
        setattr(group, variable, initial)
    given = es.Input(group if part is None else group[part], variable, value, op)
    values = es.StateMonitor(group, variable)
    network(group, given, values, target=target).run(duration * ms)
    seen = getattr(values, f"{variable}_")
    return np.asarray(seen), np.asarray(getattr(group, f"{variable}_"))


@pytest.mark.parametrize("target", ["numpy", "numba"])
@pytest.mark.parametrize(
    ("op", "value", "seen"),
    [("+", 3 * nA, 5), ("-", 3 * nA, -1), ("*", 3, 6), ("/", 4, 0.5), ("*", 0, 0), ("=", 3 * nA, 3)],
)
def test_operations_on_a_parameter_hold_for_each_step(op, value, seen, target):
    found, after = driven(value, op, initial=2 * nA, target=target)
    assert found.tolist() == [[seen] * 5]
    assert after.tolist() == [3 if op == "=" else 2]


def test_the_input_is_in_force_during_the_update():
    group = es.NeuronGroup(1, CURRENT)
    given = es.Input(group, "I", np.array([1, 2, 4, 8]) * nA)
    values = es.StateMonitor(group, "u")
    network(group, given, values).run(6 * ms)
    # exact for a current that is constant over the step; the last value is held
    np.testing.assert_allclose(plain(values.u, "mV"), [[0, 1, 3, 7, 15, 23]])
    assert plain(1 * Mohm) == 1


def test_the_parameter_is_what_it_was_to_the_last_bit():
    base = 0.1234567890123456
    _, after = driven(1e3 / 7 * nA, initial=base * nA, duration=50)
    assert after.tolist() == [base]


def test_what_statements_add_meanwhile_stays():
    group = es.NeuronGroup(1, CURRENT)
    group.I = 1 * nA
    group.run_regularly("I += 2*nA", when="resets")
    values = es.StateMonitor(group, "I")
    network(group, es.Input(group, "I", 10 * nA), values).run(4 * ms)
    np.testing.assert_allclose(plain(values.I, "nA"), [[11, 13, 15, 17]])
    np.testing.assert_allclose(plain(group.I, "nA"), [9])


def test_a_differential_variable_jumps_in_each_step():
    model = "dv/dt = 0*mV/ms : mV"
    found, after = driven(2 * mV, model=model, variable="v")
    assert found.tolist() == [[2, 4, 6, 8, 10]]
    assert after.tolist() == [10]
    found, _ = driven(2, "*", model=model, variable="v", initial=1 * mV)
    assert found.tolist() == [[2, 4, 8, 16, 32]]


def test_refractory_neurons_take_no_input():
    group = es.NeuronGroup(
        1, "dv/dt = 0*mV/ms : mV (unless refractory)", threshold="v > 2.5*mV", reset="v = 0*mV", refractory=3 * ms
    )
    values = es.StateMonitor(group, "v")
    network(group, es.Input(group, "v", 1 * mV), values).run(8 * ms)
    # above the threshold in step 2, and refractory in the steps 2 to 4
    assert plain(values.v, "mV")[0].tolist() == [1, 2, 3, 0, 0, 1, 2, 3]


@pytest.mark.parametrize("target", ["numpy", "numba"])
@pytest.mark.parametrize("part", [None, slice(1, 4), [4, 0, 2]])
def test_arrays_have_a_row_for_each_step_and_a_column_for_each_neuron(part, target):
    values = np.arange(6.0).reshape(2, 3)
    found, _ = driven(values * nA, "=", n=3 if part is None else 5, part=part, duration=4, target=target)
    which = np.arange(5)[part] if part is not None else np.arange(3)
    np.testing.assert_array_equal(found[which], values[[0, 1, 1, 1]].T)
    assert np.delete(found, which, axis=0).sum() == 0


def test_arrays_hold_each_value_for_a_step_of_the_target():
    group = es.NeuronGroup(1, CURRENT, dt=2 * ms)
    values = es.StateMonitor(group, "I", dt=2 * ms)
    network(group, es.Input(group, "I", np.array([1, 2, 3]) * nA), values).run(8 * ms)
    assert plain(values.I, "nA")[0].tolist() == [1, 2, 3, 3]


def test_timed_arrays_and_texts():
    slow = es.TimedArray(np.array([1, 5]) * nA, dt=2 * ms)
    assert driven(slow)[0].tolist() == [[1, 1, 5, 5, 5]]
    wide = es.TimedArray(np.array([[1, 2], [3, 4]]) * nA, dt=2 * ms)
    assert driven(wide, n=2)[0].tolist() == [[1, 1, 3, 3, 3], [2, 2, 4, 4, 4]]
    group = es.NeuronGroup(2, CURRENT)
    values = es.StateMonitor(group, "I")
    network(group, es.Input(group, "I", "slow(t)*(i + 1)"), values).run(5 * ms)
    assert plain(values.I, "nA").tolist() == [[1, 1, 5, 5, 5], [2, 2, 10, 10, 10]]


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_functions_of_the_time(target):
    found, after = driven(lambda t: (t.rescale("ms").magnitude + 1) * nA, initial=1 * nA, target=target)
    assert found.tolist() == [[2, 3, 4, 5, 6]]
    assert after.tolist() == [1]
    found, _ = driven(lambda t: np.array([1, 2]) * nA * (t > 2 * ms), "=", n=2, target=target)
    assert found.tolist() == [[0, 0, 0, 1, 1], [0, 0, 0, 2, 2]]


@pytest.mark.parametrize("value", [1 * mV, np.ones(2) * nA, None, "1"])
def test_functions_that_return_what_does_not_fit(value):
    with pytest.raises(es.EqsimError):
        driven(lambda _: value, n=3)


ROWS = np.array([[1, 1], [2, 2], [4, 4], [8, 8]])
COLUMNS = ROWS * [1, 3]
MADE = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "=": lambda _, value: value}


@pytest.mark.parametrize("variable", ["I", "v"])
@pytest.mark.parametrize("op", MADE)
@pytest.mark.parametrize(
    ("rows", "value"),
    [
        (ROWS * 0 + 3, lambda unit: 3 * unit),
        (ROWS, lambda unit: ROWS[:, 0] * unit),
        (COLUMNS, lambda unit: COLUMNS * unit),
        (COLUMNS, lambda unit: [row * unit for row in COLUMNS]),
        (ROWS, lambda unit: es.TimedArray(ROWS[:, 0] * unit, dt=1 * ms)),
        (COLUMNS, lambda unit: es.TimedArray(COLUMNS * unit, dt=1 * ms)),
        (ROWS, lambda unit: lambda t: 2.0 ** np.rint(plain(t, "ms")) * unit),
        (COLUMNS, lambda unit: lambda t: 2.0 ** np.rint(plain(t, "ms")) * np.array([1, 3]) * unit),
        (COLUMNS, lambda unit: f"2.0**(t/ms)*(1 + 2*i)*{'1' if isinstance(unit, int) else 'mV'}"),
    ],
    ids=["number", "times", "columns", "list", "timed", "timed columns", "function", "function of all", "text"],
)
def test_every_operation_with_every_kind_of_value(variable, op, rows, value):
    group = es.NeuronGroup(2, "dv/dt = 0*mV/ms : mV\nI : mV")
    setattr(group, variable, [5, 7] * mV)
    seen = es.StateMonitor(group, variable)
    network(group, es.Input(group, variable, value(1 if op in "*/" else mV), op), seen).run(4 * ms)
    now, expected = np.array([5.0, 7.0]), []
    for row in rows:
        expected.append(MADE[op](now, row))
        if variable == "v" or op == "=":  # on a parameter the other operations hold for the step alone
            now = expected[-1]
    np.testing.assert_allclose(getattr(seen, f"{variable}_").T, expected, rtol=1e-12)
    np.testing.assert_allclose(getattr(group, f"{variable}_"), now, rtol=1e-12)


def test_several_inputs_add_up_and_go():
    group = es.NeuronGroup(1, CURRENT)
    group.I = 1 * nA
    values = es.StateMonitor(group, "I")
    inputs = [es.Input(group, "I", 2 * nA), es.Input(group, "I", 10, "*"), es.Input(group, "I", 5 * nA, order=-1)]
    network(group, inputs, values).run(3 * ms)
    assert plain(values.I, "nA")[0].tolist() == [80, 80, 80]
    assert plain(group.I, "nA").tolist() == [1]


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_shared_variables(target):
    found, after = driven(2 * nA, n=3, model="x : nA\nI : nA (shared)", initial=1 * nA, target=target)
    assert found.reshape(-1)[:3].tolist() == [3, 3, 3]
    assert after.tolist() == 1


def test_inputs_to_rates():
    group = es.PoissonGroup(2, 0 * Hz)
    on = np.array([[0, 1], [1, 0], [0, 0]]) * kHz
    monitor = es.SpikeMonitor(group)
    network(group, es.Input(group, "rates", on), monitor).run(4 * ms)
    assert {k: steps(v) for k, v in monitor.spike_trains().items()} == {0: [1], 1: [0]}


def test_inputs_without_units():
    group = es.NeuronGroup(2, "x' = I\nI")
    values = es.StateMonitor(group, ["x", "I"])
    network(group, es.Input(group, "I", [[1, 2], [3, 4]]), es.Input(group, "I", lambda t: t), values, dt=0.5).run(2)
    np.testing.assert_allclose(values.I, [[1, 3.5, 4, 4.5], [2, 4.5, 5, 5.5]])
    np.testing.assert_allclose(values.x, [[0, 0.5, 2.25, 4.25], [0, 1, 3.25, 5.75]])


@pytest.mark.parametrize(
    ("variable", "value", "op", "message"),
    [
        ("I", 1 * mV, "+", "another unit"),
        ("I", 1 * nA, "*", "another unit"),
        ("I", 1, "+", "another unit"),
        ("I", 1 * nA, "**", "op is one of"),
        ("I", np.ones((3, 5)) * nA, "+", "no input to 'I' of 2 neurons"),
        ("I", np.ones((1, 2, 3)) * nA, "+", "TimedArray"),
        ("I", es.TimedArray(np.ones((3, 5)) * nA, dt=1 * ms), "+", "no input to 'I' of 2 neurons"),
        ("I", "foo", "+", "'foo' is not known"),
        ("I", None, "+", "numbers are due"),
        ("J", 1 * nA, "+", "no variable 'J'"),
        ("s", 1 * nA, "+", "subexpression"),
        ("c", 1 * nA, "+", "constant"),
        ("all", np.ones((3, 2)) * nA, "+", "no input to 'all'"),
        ("all", "i*nA", "+", "'i' differs between neurons"),
    ],
)
def test_mistakes_of_inputs(variable, value, op, message):
    group = es.NeuronGroup(2, "I : nA\ns = 2*I : nA\nc : nA (constant)\nall : nA (shared)")
    with pytest.raises(es.EqsimError, match=message) as raised:
        es.Input(group, variable, value, op, name="drive")
    if message != "TimedArray":
        assert raised.value.object == "Input 'drive'"


def test_a_sum_over_synapses_takes_no_input():
    group = es.NeuronGroup(2, CURRENT)
    synapses = es.Synapses(group, group, "I_post = 1*nA : nA (summed)")
    synapses.connect()
    with pytest.raises(es.EqsimError, match="sum over synapses") as raised:
        network(group, synapses, es.Input(group, "I", 1 * nA)).run(1 * ms)
    assert raised.value.hint


def test_a_state_that_is_restored_goes_on_alike():
    group = es.NeuronGroup(9, "v : 1\nI : 1", threshold="v > 20", reset="v = 0")
    inputs = [
        es.PoissonInput(group, "v", 1000, 2 * Hz, "I"),
        es.PoissonInput(group[3:7], "v", 1000, 2 * Hz, 1),
        es.Input(group, "I", np.arange(50.0)),
        es.Input(group[[8, 2]], "I", lambda t: float(t.rescale("ms").magnitude)),
    ]
    monitor = es.PopulationRateMonitor(group)
    net = network(group, inputs, monitor)
    net.run(4 * ms)
    net.store()
    runs = []
    for _ in range(2):
        net.restore()
        net.run(10 * ms)
        runs.append((monitor.t_.tolist(), monitor.rate_.tolist(), np.asarray(group.v).tolist()))
    assert runs[0] == runs[1]
    assert sum(runs[0][1]) > 0
