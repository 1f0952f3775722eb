"""What users do with a network besides one run, each on any target, as one table of everything that was recorded."""

import numpy as np

import eqsim as es
from eqsim.units import Hz, ms


def station(target, folder=None):
    """Return a network with each kind of monitor, which record to files of a folder or, without one, to memory."""

    def file(name):
        return None if folder is None else folder / f"{name}.h5"

    es.seed(9)
    J = es.TimedArray([1.4, 2.1, 0.9, 2.2], dt=2 * ms)
    model = """
    dV/dt = (J(t) + g - V)/tau + 0.3*xi/ms**0.5 : 1 (unless refractory)
    dg/dt = -g/(3*ms) : 1
    tau : ms
    n : integer
    V(0) = 0.8*rand()
    """
    cells = es.NeuronGroup(
        8, model, "V > 1", "V = 0; n += 1", "0.5*ms + i*0.1*ms", {"high": "g > 0.9"}, method="euler", name="cells"
    )
    cells.tau = 2 * ms
    cells.run_regularly("g += 0.3*rand()", dt=0.9 * ms)
    cells.run_on_event("high", "g *= 0.5")
    chance = es.PoissonGroup(5, 300 * Hz, name="chance")
    feed = es.Synapses(
        chance, cells, "w : 1\ndA/dt = -A/(9*ms) : 1 (event-driven)", "g += w; A += 1", "w += 0.05*A", name="feed"
    )
    feed.connect(p=0.6)
    feed.w, feed.delay = "0.5 + 0.3*rand()", "rand()*2*ms"
    feed.post.delay = "0.4*ms + 0.1*j*ms"
    loop = es.Synapses(cells, on_pre="V_post += 0.1", delay=0.7 * ms, name="loop")
    loop.connect("i != j", p=0.5)
    monitors = [
        es.StateMonitor(cells, ["V", "g", "n"], record=[0, 3, 7], dt=0.2 * ms, name="trace", file=file("trace")),
        es.StateMonitor(feed, "w", dt=1 * ms, name="weights"),
        es.SpikeMonitor(cells, ["V", "g"], name="spikes", file=file("spikes")),
        es.EventMonitor(cells, "high", ["g", "n"], name="high", file=file("high")),
        es.SpikeMonitor(cells[2:6], record=False, name="counts"),
        es.SpikeMonitor(chance, name="inputs"),
        es.PopulationRateMonitor(cells[1:7], name="rate"),
    ]
    return es.Network(cells, chance, feed, loop, *monitors, target=target, dt=0.1 * ms)


def recorded(net):
    """Return all that can be seen of such a network, by name; times of events as steps."""
    found = {"t": np.array(net.t_)}
    for name in ("spikes", "high", "inputs"):
        found |= {f"{name}.i": net[name].i, f"{name}.steps": np.rint(net[name].t_ * 10).astype(int)}
    found |= {f"{name}.count": net[name].count for name in ("spikes", "high", "counts", "inputs")}
    for name, variables in {"trace": "Vgn", "weights": "w", "spikes": "Vg", "high": "gn"}.items():
        found |= {f"{name}.{variable}": getattr(net[name], f"{variable}_") for variable in (*variables, "t")}
    found |= {"rate": net["rate"].rate_, "rate.t": net["rate"].t_}
    for name in ("cells", "feed"):
        found |= {f"{name}.{key}": values for key, values in net[name].get_states(units=False).items()}
    return {name: np.array(values) for name, values in found.items()}


def in_parts(target, folder):
    """Run, change values, and delays while spikes are under way, and run on."""
    net = station(target)
    net.run(3.1 * ms)
    net.run(0 * ms)
    net.run(0.1 * ms)
    net["cells"].V[2:4] = 0.9
    net["feed"].w = "0.4 + 0.1*j"
    net["cells"].tau = "(1.5 + 0.1*i)*ms"
    net["feed"].post.delay, net["feed"].delay, net["loop"].delay = 0.2 * ms, "rand()*ms", 1.1 * ms
    net.run(3 * ms)
    return recorded(net)


def to_files(target, folder):
    """Record to files, in runs of which some record nothing."""
    net = station(target, folder)
    for duration in (3, 0, 0.1, 3.2):
        net.run(duration * ms)
    return recorded(net)


def until(target, folder):
    """End runs by conditions, on a state and on a count, and go on without one."""
    net = station(target)
    level = 1.2
    net.run(20 * ms, until="cells.g > level")
    first = net.t_
    net.run(20 * ms, until="cells.n >= 2")
    second = net.t_
    net.run(1 * ms)
    assert 0 < first < second < 19
    return {**recorded(net), "ends": np.array([first, second])}


def back(target, folder):
    """Go back to two stored states, with a value changed in between."""
    net = station(target)
    net.run(1.5 * ms)
    net.store("early")
    net.run(1.5 * ms)
    net.store()
    net["cells"].tau = 1 * ms
    net.run(1 * ms)
    net.restore()
    net.run(2 * ms)
    late = recorded(net)
    net.restore("early")
    net.run(3.5 * ms)
    for name, values in recorded(net).items():
        np.testing.assert_array_equal(values, late[name], err_msg=name)
    return late


def from_a_file(target, folder):
    """Go on in another network, from a file."""
    first, second = station(target), station(target)
    first.run(2.7 * ms)
    first.save(folder / f"{target}.state")
    second.load(folder / f"{target}.state")
    second.run(2.3 * ms)
    first.run(2.3 * ms)
    found = recorded(second)
    for name, values in recorded(first).items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)
    return found


def swept(target, folder):
    """Sweep a parameter and a delay from a state in the middle of a run, and go on."""
    net = station(target)
    net.run(1 * ms)

    def last(net):
        return net["cells"].V_

    def spikes(net):
        return net["counts"].count

    params = {"cells.tau": [1, 2] * ms, "loop.delay": [0.3, 0.7] * ms}
    table = net.sweep(params, 2.5 * ms, measure={"last": last, "spikes": spikes}, workers=1)
    assert not table["error"].any()
    net.run(3 * ms)
    return {**recorded(net), "last": table["last"].values, "swept": table["spikes"].values.astype(int)}


ACTS = {act.__name__: act for act in (in_parts, to_files, until, back, from_a_file, swept)}
