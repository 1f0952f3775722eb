"""What is handed over wrongly gets one clear message, and leaves nothing half-built."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import Hz, ms, mV
from tests.network.plain import network

MODEL = "dV/dt = (I - V)/(10*ms) : mV; I : mV; w : 1; L : mV (linked); n : integer"


def group(size=4, **more):
    return es.NeuronGroup(size, MODEL, threshold="V > 10*mV", reset="V = 0*mV", **more)


def synapses(**more):
    made = es.Synapses(group(), group(), "w : mV", on_pre="V_post += w", **more)
    made.connect(i=[0, 0, 1], j=[1, 1, 2])
    return made


def run_with_table(table, method=None):
    made = es.NeuronGroup(2, "dV/dt = (table(t) - V)/(10*ms) : mV", method=method, namespace={"table": table})
    network(made).run(1 * ms)


MESSAGES = {
    "name": (
        lambda: group(name=5),
        "a name is a text\n  --> NeuronGroup\n  found: 5\n  hint: write for instance name='exc', or leave it out",
    ),
    "dt of another unit": (
        lambda: group().run_regularly("V = 0*mV", dt=5 * mV),
        (
            "dt must be a time\n  --> NeuronGroup\n  found: mV\n"
            "  hint: write for instance dt=1*ms, or a number in a network without units"
        ),
    ),
    "several dt": (
        lambda: es.StateMonitor(group(), "V", dt=[1, 2] * ms),
        (
            "dt is one positive time\n  --> StateMonitor\n  found: 2 values\n"
            "  hint: write for instance dt=1*ms, or a number in a network without units"
        ),
    ),
    "no positive dt": (
        lambda: es.network_operation(lambda: None, dt=-1 * ms),
        (
            "dt is one positive time\n  --> NetworkOperation\n  found: -1.0 ms\n"
            "  hint: write for instance dt=1*ms, or a number in a network without units"
        ),
    ),
    "order": (
        lambda: group().run_regularly("V = 0*mV", order="x"),
        (
            "order is a whole number\n  --> NeuronGroup\n  found: 'x'\n"
            "  hint: of two objects in one slot, that of lower order comes first"
        ),
    ),
    "namespace": (
        lambda: group(namespace=5),
        (
            "a namespace gives values by name\n  --> NeuronGroup\n  found: 5\n"
            "  hint: give a dictionary, as in namespace={'tau': 10*ms}"
        ),
    ),
    "seed": (
        lambda: es.PoissonGroup(2, 10 * Hz, seed=-1),
        "a seed is an integer from 0 to 2**64 - 1\n  --> PoissonGroup\n  found: -1\n  hint: write for instance seed=42",
    ),
    "events": (
        lambda: group(events=["up"]),
        (
            "events give conditions by name\n  --> NeuronGroup\n  found: list\n"
            "  hint: write for instance events={'up': 'V > -40*mV'}"
        ),
    ),
    "too many neurons": (
        lambda: es.NeuronGroup((10**6, 10**6), "x : 1"),
        (
            "N is a whole number from 1 to 2147483647\n  --> NeuronGroup\n  found: 1000000000000\n"
            "  hint: write for instance N=100"
        ),
    ),
    "an empty part": (
        lambda: group()[10:20],
        "[10:20] is no part of the group\n  --> NeuronGroup\n  hint: the group has 4 elements, from 0 to 3",
    ),
    "a slice of text": (
        lambda: group()["a":],
        "slice('a', None, None) is no slice\n  --> NeuronGroup\n  hint: write whole numbers, as in [:10]",
    ),
    "out of range": (
        lambda: group()[[0, 7]],
        "index 7 is out of range for 4 elements\n  --> NeuronGroup\n  hint: indexes go from 0 to 3",
    ),
    "plain values with a unit": (
        lambda: setattr(group(), "V_", 5 * ms),
        "'V' takes numbers, not array(5.) * ms\n  --> NeuronGroup\n  hint: give plain numbers in the declared unit",
    ),
    "nothing to record": (
        lambda: es.StateMonitor(group(), None),
        "variables are names\n  --> StateMonitor\n  found: None\n  hint: write one as 'V', several as ['V', 'w']",
    ),
    "no variables to record": (
        lambda: es.StateMonitor(group(), []),
        "nothing to record\n  --> StateMonitor\n  hint: write for instance StateMonitor(group, 'V', record=True)",
    ),
    "recorded twice": (
        lambda: es.StateMonitor(group(), ["V", "w", "V"]),
        "'V' stands twice among the variables\n  --> StateMonitor\n  hint: name each of them once",
    ),
    "which spikes": (
        lambda: es.SpikeMonitor(group(), record=[0, 1]),
        "record is True or False\n  --> SpikeMonitor\n  found: a list\n  hint: write record=True",
    ),
    "a monitor's attribute": (
        lambda: setattr(es.SpikeMonitor(group()), "t", 5),
        "'t' is read-only\n  --> SpikeMonitor\n  hint: it is fixed when the object is made, or follows from the run",
    ),
    "a misspelt delay": (
        lambda: setattr(synapses().pre, "dealy", 1 * ms),
        "there is no attribute 'dealy' to set\n  --> pathway 'pre' of Synapses\n  hint: did you mean 'delay'?",
    ),
    "the step of a network": (
        lambda: setattr(network(group()), "dt", 1 * ms),
        "'dt' is read-only\n  --> Network\n  hint: it is fixed when the object is made, or follows from the run",
    ),
    "values before connect": (
        lambda: setattr(es.Synapses(group(), group(), "w : mV", on_pre="V += w"), "w", 1 * mV),
        (
            "there are no synapses yet that could have 'w'\n  --> Synapses\n"
            "  hint: call connect() first, or give a default: a line such as 'w = 1*mV : mV (parameter)'"
        ),
    ),
    "a method for nothing": (
        lambda: synapses(method="eulr"),
        (
            "there is no integration scheme 'eulr'\n  --> Synapses, method, line 1, column 1\n"
            "   1 | eulr\n     | ^^^^\n"
            "  hint: did you mean euler? known are euler, exact, exponential_euler, exponential_rosenbrock, "
            "heun, milstein, rk2, rk4, and paths of .scheme files"
        ),
    ),
    "indexes with a unit": (
        lambda: synapses().connect(i=[1, 2] * ms, j=[0, 1]),
        (
            "i must be a list of whole numbers\n  --> Synapses\n  found: values with a unit\n"
            "  hint: an index counts neurons"
        ),
    ),
    "a complex matrix": (
        lambda: synapses().connect(matrix=1j * np.eye(4)),
        (
            "a matrix holds real numbers\n  --> Synapses\n  found: ndarray of complex128\n"
            "  hint: give plain numbers in the unit of the variable"
        ),
    ),
    "no formula of distance": (
        lambda: es.rules.distance(None),
        (
            "the probability is a formula, as a text\n  --> rules.distance\n  found: NoneType\n"
            "  hint: write for instance es.rules.distance('0.2*exp(-d/50)')"
        ),
    ),
    "a rule's number": (
        lambda: es.rules.fixed_indegree(2.5),
        (
            "k of fixed_indegree must be a whole number of at least 0\n  --> rules.fixed_indegree\n  found: 2.5\n"
            "  hint: give an int"
        ),
    ),
    "times of another unit": (
        lambda: es.SpikeGeneratorGroup(2, [0, 1], [1, 2] * mV),
        (
            "spikes come at times\n  --> SpikeGeneratorGroup\n  found: mV\n"
            "  hint: give times such as [1, 5]*ms, or numbers in a network without units"
        ),
    ),
    "times that never come": (
        lambda: es.SpikeGeneratorGroup(2, [0], [np.inf] * ms),
        (
            "times are finite and at least zero\n  --> SpikeGeneratorGroup\n  found: inf\n"
            "  hint: give times such as [1, 5]*ms, or numbers in a network without units"
        ),
    ),
    "a period that is too short": (
        lambda: es.SpikeGeneratorGroup(2, [0], [3] * ms, period=2 * ms),
        (
            "all spikes come within the period\n  --> SpikeGeneratorGroup\n  found: a spike at 3, a period of 2\n"
            "  hint: give a longer period"
        ),
    ),
    "a negative rate, assigned": (
        lambda: setattr(es.PoissonGroup(2, 10 * Hz), "rates", -1 * Hz),
        "a rate is at least 0 and finite\n  --> PoissonGroup\n  found: -1\n  hint: give rates such as 10*Hz",
    ),
    "input onto a linked variable": (
        lambda: es.Input(group(), "L", 1 * mV),
        (
            "'L' is linked: it has no values of its own\n  --> Input\n"
            "  hint: give the input to the group that has the variable"
        ),
    ),
    "an input's function": (
        lambda: es.Input(group(), "I", lambda: 1 * mV),
        (
            "the function takes no time\n  --> Input\n  found: f()\n"
            "  hint: write def current(t): …, or give the value itself"
        ),
    ),
    "a link to a link": (
        lambda: es.linked(group(), "L"),
        "'L' is itself linked: it has no values\n  --> NeuronGroup\n  hint: link to the group that has the variable",
    ),
    "no column": (
        lambda: es.TimedArray(np.ones((3, 2)), dt=1 * ms)(1 * ms),
        "values of shape (3, 2) are read as (t, i)\n  --> TimedArray\n  found: no column\n  hint: write I(t, i)",
    ),
    "a column too many": (
        lambda: es.TimedArray([1, 2], dt=1 * ms, name="stimulus")(1 * ms, 0),
        "values of shape (2,) are read as (t)\n  --> TimedArray 'stimulus'\n  found: a column\n  hint: write I(t)",
    ),
    "columns in a text": (
        lambda: run_with_table(es.TimedArray(np.ones((3, 2)) * mV, dt=1 * ms)),
        (
            "table takes 2 arguments\n  --> NeuronGroup, line 1, column 10\n"
            "   1 | dV/dt = (table(t) - V)/(10*ms) : mV\n     |          ^^^^^^^^\n"
            "  found: 1 argument\n  hint: write table(t, i)"
        ),
    ),
    "a table within a step": (
        lambda: run_with_table(es.TimedArray([1, 2] * mV, dt=0.5 * ms), "exact"),
        (
            "'table' changes within a step: exact does not fit\n  --> NeuronGroup\n"
            "  found: a value of table holds for 0.5, a step is 1\n"
            "  hint: let each value hold for a whole number of steps, or use exponential_euler"
        ),
    ),
    "no unit": (
        lambda: es.function(np.sin, arguments=[mV]),
        (
            "<ufunc 'sin'> is no Python function\n  --> function 'sin'\n"
            "  hint: define it with def at the top of a file or a cell, from arguments, numbers, math and numpy alone"
        ),
    ),
    "a replaced name": (
        lambda: es.Equations("dV/dt = -V/tau : 1", tau=[1, 2]),
        (
            "a text cannot use this value\n  --> Equations\n  found: tau = list\n"
            "  hint: a name is replaced by another name, a number, a quantity, a TimedArray or a function"
        ),
    ),
    "what is no member": (
        lambda: network(es.NeuronGroup),
        (
            "this cannot be part of a network\n  --> Network\n  found: an object of class type\n"
            "  hint: list groups, synapses, inputs, monitors and operations"
        ),
    ),
    "where to save": (
        lambda: network(group()).save(5),
        "file is the path of a file\n  --> Network\n  found: 5\n  hint: write for instance file='records.h5'",
    ),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_message(case):
    act, message = MESSAGES[case]
    with pytest.raises(es.EqsimError) as raised:
        act()
    assert str(raised.value) == message
    assert raised.value.hint
    assert raised.value.object


def test_too_few_columns_are_refused_before_a_run():
    table = es.TimedArray(np.ones((3, 2)) * mV, dt=1 * ms)
    made = es.NeuronGroup(3, "I = table(t, i) : mV", namespace={"table": table})
    net = network(made)
    with pytest.raises(es.EqsimError, match=r"'table\(t, i\)' reads 3 columns"):
        net.run(1 * ms)
    assert net.t_ == 0


@pytest.mark.parametrize("target", ["numpy", "numba"])
def test_columns_beyond_the_last_are_the_last(target):
    table = es.TimedArray([[1, 2], [3, 4]] * mV, dt=1 * ms)
    made = es.NeuronGroup(3, "I = table(t, i + 1) : mV; J = table(t, i - 2) : mV", namespace={"table": table})
    trace = es.StateMonitor(made, ["I", "J"])
    network(made, trace, target=target).run(2 * ms)
    assert trace.I_.T.tolist() == [[2, 2, 2], [4, 4, 4]]
    assert trace.J_.T.tolist() == [[1, 1, 1], [3, 3, 3]]
    assert made.I_.tolist() == [4, 4, 4]


def test_a_table_off_the_grid_is_told_once():
    with pytest.warns(es.EqsimWarning, match="'table' changes within a step") as told:
        run_with_table(es.TimedArray([1, 2] * mV, dt=1.5 * ms))
    assert len(told) == 1


def test_tables_on_the_grid_are_not_mentioned():
    run_with_table(es.TimedArray([1, 2] * mV, dt=3 * ms), "exact")  # warnings are errors


def test_a_run_within_a_run():
    made = group()
    made.L = es.linked(made, "V")

    @es.network_operation
    def again():
        net.run(1 * ms)

    net = network(made, again)
    with pytest.raises(es.EqsimError, match="while the network runs"):
        net.run(2 * ms)


def test_lists_of_quantities_keep_their_units():
    made = group(2)
    made.V = [1 * mV, 0.002 * 1000 * mV]
    assert made.V_.tolist() == [1, 2]
    with pytest.raises(es.EqsimError, match="another unit"):
        made.w = [1 * mV, 2 * mV]
    generator = es.SpikeGeneratorGroup(1, [0, 0], [1 * ms, 0.003 * 1000 * ms])
    spikes = es.SpikeMonitor(generator)
    network(generator, spikes).run(5 * ms)
    assert spikes.t_.tolist() == [1, 3]
    assert es.TimedArray([1 * mV, 2 * mV], dt=1 * ms)(1 * ms) == 2 * mV


def test_synapses_of_one_pair_by_their_number():
    made = synapses()
    made.w[0, 1, 1] = 3 * mV
    made.w[:, :, 0] = 1 * mV
    assert made.w_.tolist() == [1, 3, 1]
    with pytest.raises(es.EqsimError, match="out of range"):
        made.w[0, 1, 2]


def test_parts_of_sources_are_like_parts_of_neurons():
    generator = es.SpikeGeneratorGroup(4, [0, 3], [1, 2] * ms, name="given")
    part = generator[1:][2:]
    assert len(part) == part.N == 1
    assert part.name == "given"
    with pytest.raises(es.EqsimError, match="twice"):
        generator[[1, 1]]


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (lambda: es.Input(group(), "I", 2 * mV, name="current"), ["current", "$I$ of NeuronGroup", "2 $"]),
        (lambda: es.PoissonInput(group(), "V", 100, "5*Hz*(1 + w)", 2 * mV), ["100", "Hz", "weight"]),
        (lambda: es.SpikeGeneratorGroup(3, [0, 2], [1, 4] * ms, period=5 * ms), ["3 sources", "1 to 4 ms", "5 ms"]),
        (lambda: es.PoissonGroup(3, 10 * Hz), ["3 neurons", "10"]),
        (lambda: es.network_operation(print_now, dt=2 * ms), ["print_now", "every 2 ms", "start, order 0"]),
    ],
)
def test_what_a_notebook_shows(made, shown):
    html = made()._repr_html_()
    assert all(part in html for part in shown), html


def print_now(t):
    """Stand for a function of a script."""
