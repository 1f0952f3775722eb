"""The values of a group's variables: in and out, with units and without, all of them or some."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import kHz, ms, mV, nS, second, uV, volt
from tests.network.plain import plain

MODEL = """
dV/dt = (E - V)/tau : mV
w     : nS
k     : integer
on    : boolean
r     : 1
E     : mV (shared)
twice = 2*V + w/nS*mV : mV
tau   = 10*ms : ms (parameter)
"""


@pytest.fixture
def G():
    return es.NeuronGroup(5, MODEL)


def state(group):
    """Return everything that a user can see of a group, to compare before and after a mistake."""
    return {name: np.array(values) for name, values in group.get_states(units=False).items()}, dict(group.namespace)


def assert_unchanged(group, before):
    values, namespace = state(group)
    assert namespace == before[1]
    assert values.keys() == before[0].keys()
    for name, value in values.items():
        np.testing.assert_array_equal(value, before[0][name], err_msg=name)


def test_a_value_with_unit_is_kept_in_the_declared_unit(G):
    G.V = -60 * mV
    np.testing.assert_array_equal(G.V_, np.full(5, -60.0))
    G.V = -0.06 * volt
    np.testing.assert_array_equal(G.V_, np.full(5, -60.0))
    G.V = [1, 2, 3, 4, 5] * uV
    np.testing.assert_allclose(G.V_, [0.001, 0.002, 0.003, 0.004, 0.005], rtol=1e-15)


def test_values_come_out_with_their_unit(G):
    G.V = [1, 2, 3, 4, 5] * mV
    assert plain(G.V, "volt") == pytest.approx(np.arange(1, 6) / 1000)
    assert plain(G.V[2], "mV") == 3.0
    assert G.V[2] == 0.003 * volt
    assert G.V[2].dimensionality == (1 * mV).dimensionality


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (2, [0, 0, 7, 0, 0]),
        (-1, [0, 0, 0, 0, 7]),
        (np.int64(3), [0, 0, 0, 7, 0]),
        (slice(1, 3), [0, 7, 7, 0, 0]),
        (slice(None, None, -2), [7, 0, 7, 0, 7]),
        ([0, 4], [7, 0, 0, 0, 7]),
        (np.array([False, True, False, True, False]), [0, 7, 0, 7, 0]),
        ("i > 2", [0, 0, 0, 7, 7]),
        ("i % 2 == 0 and i != 0", [0, 0, 7, 0, 7]),
        ("i > 10", [0, 0, 0, 0, 0]),
        ([], [0, 0, 0, 0, 0]),
    ],
)
def test_some_elements_are_written_and_read(G, index, expected):
    G.V[index] = 7 * mV
    np.testing.assert_array_equal(G.V_, expected)
    assert (plain(G.V[index], "mV") == 7).all()
    assert np.size(plain(G.V[index], "mV")) == np.count_nonzero(expected)


def test_one_value_for_each_chosen_element(G):
    G.V[[3, 1]] = [30, 10] * mV
    np.testing.assert_array_equal(G.V_, [0, 10, 0, 30, 0])
    G.V[::2] = np.array([1, 2, 3]) * mV
    np.testing.assert_array_equal(G.V_, [1, 10, 2, 30, 3])
    assert plain(G.V[[3, 1]], "mV").tolist() == [30, 10]


def test_texts_are_evaluated_for_each_neuron(G):
    G.w = "i*nS"
    np.testing.assert_array_equal(G.w_, [0, 1, 2, 3, 4])
    G.V = "10*mV + w/nS*2*mV"
    np.testing.assert_array_equal(G.V_, [10, 12, 14, 16, 18])


def test_a_text_counts_neurons_by_their_index_wherever_it_writes(G):
    G.V[1:3] = "i*mV"
    G.V["i >= 3"] = "(10*i + N)*mV"
    np.testing.assert_array_equal(G.V_, [0, 1, 2, 35, 45])


def test_a_condition_may_use_values(G):
    G.V = [3, 1, 4, 1, 5] * mV
    G.V["V < 2*mV"] = "V - 10*mV"
    np.testing.assert_array_equal(G.V_, [3, -9, 4, -9, 5])
    limit = 3.5 * mV
    assert plain(G.V["V > limit"], "mV").tolist() == [4, 5]


def test_augmented_assignment(G):
    G.V = "i*mV"
    G.V += 5 * mV
    np.testing.assert_array_equal(G.V_, [5, 6, 7, 8, 9])
    G.V *= 2
    np.testing.assert_array_equal(G.V_, [10, 12, 14, 16, 18])
    G.V[1:3] += 1 * mV
    G.V["i == 4"] -= 8 * mV
    np.testing.assert_array_equal(G.V_, [10, 13, 15, 16, 10])
    G.r += 1
    G.r -= 0.5
    np.testing.assert_array_equal(np.asarray(G.r), np.full(5, 0.5))


def test_augmented_assignment_takes_any_unit_of_the_dimension(G):
    G.V = "i*mV"
    G.V += 0.001 * volt
    np.testing.assert_array_equal(G.V_, [1, 2, 3, 4, 5])
    G.V[2:] -= 1000 * uV
    np.testing.assert_array_equal(G.V_, [1, 2, 2, 3, 4])


def test_augmented_assignment_changes_nothing_else(G):
    alias = G.V
    before = G.V[:]
    G.V += 1 * mV
    assert plain(before, "mV").tolist() == [0] * 5  # what was read is a copy
    assert plain(alias, "mV").tolist() == [1] * 5  # what stands for the variable follows it


def test_plain_values_are_written_through(G):
    G.V_ = [1, 2, 3, 4, 5]
    assert plain(G.V, "mV").tolist() == [1, 2, 3, 4, 5]
    G.V_[2] = 30
    assert plain(G.V[2], "mV") == 30
    G.V_ *= 2
    assert plain(G.V, "mV").tolist() == [2, 4, 60, 8, 10]


def test_a_variable_counts_like_an_array(G):
    G.V = "i*mV"
    assert len(G.V) == 5
    assert [float(v.rescale("mV")) for v in G.V] == [0, 1, 2, 3, 4]
    assert plain(G.V + 1 * mV, "mV").tolist() == [1, 2, 3, 4, 5]
    assert plain(1 * mV - G.V, "mV").tolist() == [1, 0, -1, -2, -3]
    assert plain(-2 * G.V, "mV").tolist() == [0, -2, -4, -6, -8]
    assert plain(np.mean(G.V), "mV") == 2
    assert plain(G.V.max(), "mV") == 4
    assert plain((G.V - G.E) / (G.V + 1 * mV)) == pytest.approx(np.arange(5) / np.arange(1, 6))
    np.testing.assert_array_equal(np.asarray(G.V), np.arange(5.0))


def test_units_of_one_dimension_mix_in_arithmetic(G):
    G.V = "i*mV"
    assert plain(G.V + 1 * volt, "mV").tolist() == [1000, 1001, 1002, 1003, 1004]
    np.testing.assert_allclose(plain(1 * volt + G.V, "mV"), [1000, 1001, 1002, 1003, 1004], rtol=1e-15)
    assert plain(G.V - 0.001 * volt, "mV").tolist() == [-1, 0, 1, 2, 3]


def test_comparisons_have_no_unit(G):
    G.V = "i*mV"
    values = G.V
    for high in (values > 2.5 * mV, 2.5 * mV < values):
        assert high.tolist() == [False, False, False, True, True]
        assert plain(G.V[high], "mV").tolist() == [3, 4]
        assert not hasattr(high, "units")


def test_comparisons_mix_units_of_one_dimension(G):
    G.V = "i*mV"
    values = G.V
    for high in (values > 0.0025 * volt, 0.0025 * volt < values):
        assert high.tolist() == [False, False, False, True, True]


def test_the_sum_of_a_variable(G):
    G.V = "i*mV"
    assert plain(np.sum(G.V), "mV") == 10
    assert plain(G.V.sum(), "mV") == 10


def test_shared(G):
    G.E = -70 * mV
    assert plain(G.E, "mV") == -70
    assert np.shape(G.E) == ()
    assert G.E_ == -70
    G.E = "-30*mV - 3*mV"
    assert plain(G.E, "mV") == -33
    G.E += 3 * mV
    assert plain(G.E, "mV") == -30
    G.E_ = -20
    assert plain(G.E, "volt") == pytest.approx(-0.02)


def test_a_shared_variable_takes_one_value(G):
    with pytest.raises(es.EqsimError, match="E"):
        G.E = [1, 2, 3, 4, 5] * mV
    with pytest.raises(es.EqsimError, match="E"):
        G.E = "i*mV"  # differs between neurons
    assert plain(G.E, "mV") == 0


def test_booleans(G):
    assert G.on[:].dtype == bool
    G.on = True
    assert G.on[:].tolist() == [True] * 5
    G.on = "i % 2 == 0"
    assert G.on[:].tolist() == [True, False, True, False, True]
    G.on[0] = False
    G.on["i == 1"] = "not on"
    assert G.on[:].tolist() == [False, True, True, False, True]
    G.on = [1, 0, 0, 1, 1]
    assert G.on[:].tolist() == [True, False, False, True, True]
    assert np.asarray(G.on).dtype == bool


@pytest.mark.parametrize("value", [3, 0.5, np.nan, [0, 1, 2, 0, 1]])
def test_a_boolean_is_no_number(G, value):
    before = state(G)
    with pytest.raises(es.EqsimError, match="on"):
        G.on = value
    assert_unchanged(G, before)


def test_integers(G):
    G.k = "2*i"
    G.k[1] = 7
    G.k[2] += 3
    assert np.issubdtype(np.asarray(G.k).dtype, np.integer)
    assert np.asarray(G.k).tolist() == [0, 7, 7, 6, 8]
    G.k = 2.0
    assert np.asarray(G.k).tolist() == [2] * 5
    G.k = 2**53 + 1
    assert np.asarray(G.k).tolist() == [2**53 + 1] * 5


@pytest.mark.parametrize("value", [2.5, [1, 2, 3, 4, 5.5], np.nan, np.inf, 1e300])
def test_an_integer_is_whole(G, value):
    G.k = 3
    before = state(G)
    with pytest.raises(es.EqsimError, match="k"):
        G.k = value
    assert_unchanged(G, before)


def test_subexpressions_are_read_and_not_written(G):
    G.V, G.w = "i*mV", 3 * nS
    assert plain(G.twice, "mV").tolist() == [3, 5, 7, 9, 11]
    assert plain(G.twice[1:3], "mV").tolist() == [5, 7]
    assert np.asarray(G.twice_).tolist() == [3, 5, 7, 9, 11]
    for write in ("G.twice = 3*mV", "G.twice[2] = 3*mV", "G.twice += 3*mV", "G.twice_ = 3"):
        with pytest.raises(es.EqsimError, match=r"twice.*subexpression"):
            exec(write)


@pytest.mark.parametrize("name", ["i", "N", "t", "dt", "lastspike", "not_refractory"])
def test_what_is_always_there_is_read_only(name):
    group = es.NeuronGroup(5, MODEL, threshold="V > 1*mV", reset="V = 0*mV", refractory=1 * ms)
    with pytest.raises((es.EqsimError, AttributeError), match=f"{name}|read-only"):
        setattr(group, name, 3)
    assert group.N == 5
    assert np.asarray(group.i).tolist() == [0, 1, 2, 3, 4]


def test_unknown_variables_suggest_the_nearest(G):
    with pytest.raises(AttributeError, match="'Vv'") as raised:
        G.Vv = 3 * mV
    assert isinstance(raised.value, es.EqsimError)
    assert "'V'" in raised.value.hint
    with pytest.raises(es.EqsimError, match="'tauu'") as raised:
        G.tauu  # noqa: B018
    assert "'tau'" in raised.value.hint
    assert not hasattr(G, "Vv")
    assert "V" in dir(G)


@pytest.mark.parametrize(
    ("write", "told"),
    [
        ("G.V = 3*nS", ["V", "nS", "mV"]),
        ("G.V = 3", ["V", "mV"]),
        ("G.V = np.arange(5.)", ["V", "mV"]),
        ("G.r = 3*mV", ["r", "mV"]),
        ("G.V[2] = 3*second", ["V", "second", "mV"]),
        ("G.V += 1*nS", []),
        ("G.V = '3*nS'", ["nS", "mV"]),
        ("G.V['i > 2'] = 'w'", ["nS", "mV"]),
        ("G.on = 'i'", ["condition", "value of on"]),
        ("G.V['i'] = 3*mV", ["condition"]),
        ("G.V['V > 3*nS'] = 3*mV", ["nS", "mV"]),
    ],
)
def test_another_unit_is_an_error_that_names_both(G, write, told):
    G.V = "i*mV"
    before = state(G)
    with pytest.raises((es.EqsimError, ValueError)) as raised:
        exec(write)
    for word in told:
        assert word in str(raised.value)
    assert_unchanged(G, before)


def test_units_of_one_dimension_mix():
    group = es.NeuronGroup(2, "f : Hz\ng : mV*mS")
    group.f = 2 * kHz
    np.testing.assert_array_equal(group.f_, [2000, 2000])
    group.f = 3 / second
    np.testing.assert_array_equal(group.f_, [3, 3])
    group.f = "1/(2*ms)"
    np.testing.assert_allclose(group.f_, [500, 500], rtol=1e-15)


def test_zero_and_infinity_fit_any_unit(G):
    G.V = 5 * mV
    G.V = 0
    np.testing.assert_array_equal(G.V_, np.zeros(5))
    G.V = np.inf
    assert np.isinf(G.V_).all()
    G.V = "-inf"
    assert (-np.inf == G.V_).all()


@pytest.mark.parametrize(
    "write",
    [
        "G.V = [1, 2, 3]*mV",
        "G.V[:2] = [1, 2, 3]*mV",
        "G.V['i > 2'] = [1, 2, 3]*mV",
        "G.V = np.ones((5, 1))*mV",
        "G.V[7] = 3*mV",
        "G.V[-6] = 3*mV",
        "G.V[[0, 5]] = 3*mV",
        "G.V[np.array([True, False])] = 3*mV",
        "G.V[1.5] = 3*mV",
        "G.V = 'unknown*mV'",
        "G.V = 'V +'",
        "G.V = None",
        "G.V = [1*mV, 2*nS, 3*mV, 4*mV, 5*mV]",
        "G.V_ = [1, 2, 3]",
        "G.V[None] = 'i*nS'",
    ],
)
def test_nothing_is_half_written(G, write):
    G.V = "i*mV"
    before = state(G)
    with pytest.raises(es.EqsimError):
        exec(write)
    assert_unchanged(G, before)


def test_random_texts_draw_for_each_neuron_and_each_time_anew():
    group = es.NeuronGroup(1000, MODEL, seed=1)
    group.r = "rand()"
    first = np.asarray(group.r).copy()
    assert ((first >= 0) & (first < 1)).all()
    assert len(set(first.tolist())) == 1000
    group.r = "rand()"
    second_time = np.asarray(group.r).copy()
    assert len({*first.tolist(), *second_time.tolist()}) == 2000
    group.r = "rand() - rand()"
    assert (np.asarray(group.r) != 0).all()


def test_states_are_written_and_read_together(G):
    G.V, G.w, G.E, G.on, G.k = "i*mV", "i*nS", 5 * mV, "i > 2", "i"
    saved = G.get_states()
    assert plain(saved["V"], "mV").tolist() == [0, 1, 2, 3, 4]
    assert {"V", "w", "k", "on", "r", "E", "tau"} == set(saved)
    G.V, G.w, G.E, G.on, G.k = 0 * mV, 0 * nS, 0 * mV, False, 0
    assert plain(saved["V"], "mV").tolist() == [0, 1, 2, 3, 4]  # a copy
    G.set_states(saved)
    again = G.get_states(units=False)
    assert again["V"].tolist() == again["w"].tolist() == again["k"].tolist() == [0, 1, 2, 3, 4]
    assert again["on"].tolist() == [False, False, False, True, True]
    assert np.asarray(again["E"]) == 5
    assert set(G.get_states(["V"])) == {"V"}
    G.set_states({"V": np.full(5, 7.0)}, units=False)
    assert plain(G.V, "mV").tolist() == [7] * 5


@pytest.mark.parametrize("values", ["dict(V=3*mV, w=3*mV)", "dict(V=3*mV, Q=3)", "dict(V=3*mV, w=[1, 2]*nS)"])
def test_states_are_set_all_or_none(G, values):
    before = state(G)
    with pytest.raises(es.EqsimError):
        G.set_states(eval(values))
    assert_unchanged(G, before)


def test_get_states_of_an_unknown_name(G):
    with pytest.raises(es.EqsimError, match="'Q'"):
        G.get_states(["Q"])


def test_the_size_may_be_a_tuple():
    group = es.NeuronGroup((3, 4), "V : mV")
    assert (group.N, group.shape, len(group)) == (12, (3, 4), 12)
    group.V = "i*mV"
    np.testing.assert_array_equal(group.V_, np.arange(12))


@pytest.mark.parametrize("size", [0, -1, 2.5, "5", None, True, (), (3, 0), np.array([2, 3])])
def test_a_size_is_a_positive_whole_number(size):
    with pytest.raises(es.EqsimError, match="N"):
        es.NeuronGroup(size, "V : mV")


def test_sizes_of_numpy():
    assert es.NeuronGroup(np.int64(3), "V : mV").N == 3
