"""The run loop as data: what its words are, and that they name the parts of arrays that are a lane's."""

import numpy as np
import pytest

import eqsim as es
from eqsim.lowering.slices import bounds
from eqsim.targets.layout import Layout
from eqsim.targets.script import script, signature
from eqsim.units import ms, mV


def network(threads):
    es.seed(1)
    cells = es.NeuronGroup(300, "dV/dt = -V/(10*ms) : mV\ndg/dt = -g/(5*ms) : mV", "V > 5*mV", "V = 0*mV", name="cells")
    cells.V = "6*mV*rand()"
    feed = es.Synapses(cells, cells, "w : mV", on_pre="g += w", delay=1 * ms, name="feed")
    feed.connect(p=0.1)
    feed.w = 0.1 * mV
    slow = es.StateMonitor(cells, "V", record=[0], dt=0.3 * ms)
    return es.Network(cells, feed, es.SpikeMonitor(cells), slow, dt=0.1 * ms, threads=threads)


def given(threads):
    """Return a network's program, its script, and the arguments of each launch by lane and parity of the step."""
    net = network(threads)
    _, program, storages, _ = net._build()
    layout = Layout(program, storages)
    made = script(program, layout)
    arrays = [storages[a.object].arrays[a.variable] for a in layout.arrays]
    reals = np.array([storages[a.object].constants[a.variable] for a in layout.reals], np.float64)
    integers = np.array([storages[a.object].constants[a.variable] for a in layout.integers], np.int64)
    words = made.words(arrays, reals, integers)

    def arguments(launch, call, parity, lane):
        values, place = {}, call[0]
        for one in signature(launch, layout):
            values[one.name] = words[parity, lane, place : place + one.words].tolist()
            place += one.words
        return values

    return net, program, storages, made, arguments


def test_a_thread_alone_is_given_whole_arrays():
    _net, program, storages, made, arguments = given(1)
    assert made.calls[:, 1].tolist() == [launch.when.period for launch in program.launches]
    assert 3 in made.calls[:, 1]
    for launch, call in zip(program.launches, made.calls, strict=True):
        values = arguments(launch, call, 0, 0)
        for name, address in launch.arrays.items():
            array = storages[address.object].arrays[address.variable]
            assert values[name] == [array.ctypes.data, len(array)]
        update = getattr(launch.call, "name", "") == "update"
        assert not update or (values["_begin"], values["_end"]) == ([0], [300])
        assert not update or np.array(values["dt"]).view(np.float64) == 0.1 * ms / es.units.second


@pytest.mark.parametrize("threads", [2, 3])
def test_lanes_are_given_their_own_sections_and_slices(threads):
    _net, program, storages, made, arguments = given(threads)
    assert made.lanes == threads
    lanes, seen = program.lanes, set()
    for stretch in made.stretches:
        for place in range(*stretch[:2]):
            launch, call = program.launches[place], made.calls[place]
            if launch.call == "compress":
                for name in ("events", "count"):
                    array = storages[launch.arrays[name].object].arrays[launch.arrays[name].variable]
                    length = len(array) // (2 * threads)
                    for parity in range(2):
                        for lane in range(threads):
                            first = array.ctypes.data + (parity * threads + lane) * length * array.itemsize
                            assert arguments(launch, call, parity, lane)[name] == [first, length]
                assert launch.arrays["events"] in lanes.alternating
                seen.add("alternating")
            if getattr(launch.call, "name", "") == "update":
                slices = [arguments(launch, call, 0, lane) for lane in range(threads)]
                assert [one["_begin"][0] for one in slices] + [slices[-1]["_end"][0]] == bounds(300, threads)
                seen.add("slices")
            if launch.call == "due_uniform":
                own = [arguments(launch, call, 0, lane) for lane in range(threads)]
                assert [one["lane"] for one in own] == [[lane] for lane in range(threads)]
                assert [one["lanes"] for one in own] == [[threads]] * threads
                assert len({one["ring"][0] for one in own}) == threads
                seen.add("private")
    assert seen == {"alternating", "slices", "private"}
    assert made.stretches[:, 2].sum() >= 1
