"""The condition that ends a run."""

import numpy as np
import pytest

import eqsim as es
from eqsim.units import ms, mV
from tests.targets.compiled import TARGETS


def neurons():
    group = es.NeuronGroup(3, "dV/dt = I/(10*ms) : mV\nI : mV", method="euler", name="cells")
    group.I = [1, 2, 4] * mV
    return group


@pytest.mark.parametrize("target", TARGETS)
def test_ends_after_the_first_step_in_which_it_holds_for_any(target):
    group = neurons()
    monitor = es.StateMonitor(group, "V")
    network = es.Network(group, monitor, target=target)
    limit = 2 * mV
    network.run(100 * ms, until="cells.V > limit")
    # 4 mV in 10 ms: above 2 mV first after step 50 (of 0.1 ms), rounding apart
    assert float(network.t / ms) == pytest.approx(5.1, abs=0.11)
    assert group.V_.max() > 2 >= monitor.V_[:, -1].max()
    network.run(1 * ms)  # without the condition it goes on
    assert float(network.t / ms) == pytest.approx(6.1, abs=0.11)


@pytest.mark.parametrize("target", TARGETS)
def test_runs_to_the_end_where_it_never_holds(target):
    group = neurons()
    network = es.Network(group, target=target)
    network.run(3 * ms, until="cells.V > 50*mV and cells.I > 0*mV")
    assert float(network.t / ms) == pytest.approx(3)


def test_another_condition_in_the_next_run():
    group = neurons()
    network = es.Network(group, target="numpy")
    ends = []
    for limit in (1 * mV, 2 * mV):
        network.run(100 * ms, until="cells.V >= limit")
        ends.append(float(network.t / ms))
    np.testing.assert_allclose(ends, [2.5, 5.0], atol=0.11)


def test_with_python_functions():
    group = neurons()
    calls = []
    operation = es.network_operation(lambda: calls.append(1))
    network = es.Network(group, operation, target="numpy")
    network.run(100 * ms, until="cells.V > 0.1*mV")
    assert len(calls) == round(float(network.t / ms) / 0.1) <= 4


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("V > 1*mV", "V > 1*mV"),
        ("cell.V > 1*mV", "cell"),
        ("cells.W > 1*mV", "W"),
        ("cells.V > 1", "cells.V > 1"),
        ("cells.V", "V"),
        ("cells.V > 1*mV and others.V > 1*mV", "others"),
        ("cells.V > ", None),
        (3, None),
    ],
)
def test_mistakes_point_into_the_text_as_written(text, part):
    group = neurons()
    other = es.NeuronGroup(1, "V : mV", name="others")
    network = es.Network(group, other, target="numpy")
    with pytest.raises(es.EqsimError) as caught:
        network.run(1 * ms, until=text)
    assert caught.value.object == "Network"
    assert caught.value.hint
    if part is not None:
        assert caught.value.excerpt == text
        span = caught.value.mistakes[0].span
        assert part.endswith(span.text.strip()) or span.text.strip() in part
    assert float(network.t_) == 0
