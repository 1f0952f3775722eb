"""The targets agree: networks of every feature give the same spikes and, to 1e-9 of the largest, the same values.

The NumPy target interprets kernels one statement after another, in code that shares nothing with compiled kernels but
the kernels themselves.
"""

import functools

import numpy as np
import pytest

import eqsim as es
from eqsim.units import Hz, cm2, mS, ms, mV, nS, pA, pF, uF
from tests.network.plain import source
from tests.runtime.everything import Everything
from tests.targets.compiled import COMPILED, CYTHON

EVERY = "everything"


def lif():
    """Linear equations, exactly; refractoriness by text; defaults; initial values; subgroups; no delays."""
    model = """
    dV/dt = (E_L - V + R*I)/tau : mV (unless refractory)
    dg/dt = -g/(5*ms)           : nS
    R     = 100*Mohm            : Mohm (parameter)
    E_L   = -60*mV              : mV (parameter)
    I                           : nA
    tau   : ms (constant)
    on    = V > -55*mV : boolean
    k     : integer
    V(0)  = E_L + i*mV
    """
    cells = es.NeuronGroup(17, model, "V > -50*mV", "V = -60*mV; k += 1", "1*ms + i*0.1*ms", name="cells")
    cells.I, cells.tau = "(0.12 + 0.01*i)*nA", "(10 + i)*ms"
    S = es.Synapses(cells[:5], cells[3:], "w : mV", on_pre="V += w; g += 1*nS", on_post="w += 0.01*mV")
    S.connect("i != j")
    S.w = "(i - 2)*0.1*mV"
    return [
        cells,
        S,
        es.StateMonitor(cells, ["V", "g", "on", "k"]),
        es.SpikeMonitor(cells, "V"),
        es.SpikeMonitor(cells[2:5]),
    ]


def hodgkin_huxley():
    """Conditionally linear equations by exponential_euler; removable singularities; a condition as refractoriness."""
    model = """
    dV/dt = (I - gK*n**4*(V + 77*mV) - gNa*m**3*h*(V - 50*mV) - 0.3*mS/cm2*(V + 54.387*mV))/(1*uF/cm2) : mV
    dm/dt = (m_inf*(1 - m) - 4*exp(-(V + 65*mV)/(18*mV))*m)/ms : 1
    dh/dt = (0.07*exp(-(V + 65*mV)/(20*mV))*(1 - h) - 1/(exp(-(V + 35*mV)/(10*mV)) + 1)*h)/ms : 1
    dn/dt = (0.1/exprel(-(V + 55*mV)/(10*mV))*(1 - n) - 0.125*exp(-(V + 65*mV)/(80*mV))*n)/ms : 1
    m_inf = 1/exprel(-(V + 40*mV)/(10*mV)) : 1
    I : uA/cm2
    """
    values = {"gK": 36 * mS / cm2, "gNa": 120 * mS / cm2, "cm2": cm2, "mS": mS, "uF": uF, "mV": mV, "ms": ms}
    cells = es.NeuronGroup(
        9, model, "V > 0*mV", refractory="V > 0*mV", method="exponential_euler", namespace=values, name="cells"
    )
    cells.V, cells.m, cells.h, cells.n, cells.I = -65 * mV, 0.05, 0.6, 0.32, "2*i*uA/cm2"
    return [cells, es.StateMonitor(cells, ["V", "m", "h", "n"]), es.SpikeMonitor(cells)]


def adex():
    """Nonlinear equations by rk4; inputs over time, one for all and one for each; values held over a step."""
    model = """
    dV/dt = (-g_L*(V - E_L) + g_L*D_T*exp(clip((V - V_T)/D_T, -99, 5)) - w + J(t) + K(t, i) + held)/C : mV
    dw/dt = (a*(V - E_L) - w)/(30*ms) : pA
    a     = 2*nS : nS (shared, parameter)
    held  = 3*(V/mV)*pA : pA (constant over dt)
    total : pA
    V(0)  = E_L
    """
    values = {
        "g_L": 10 * nS, "E_L": -70 * mV, "D_T": 2 * mV, "V_T": -50 * mV, "C": 200 * pF,
        "J": es.TimedArray([700, 900, 800] * pA, dt=15 * ms),
        "K": es.TimedArray(np.arange(20).reshape(4, 5) * 20 * pA, dt=9 * ms),
    }  # fmt: skip
    cells = es.NeuronGroup(
        5, model, "V > -30*mV", "V = -58*mV; w += 100*pA", namespace=values, name="cells", method="rk4"
    )
    cells.run_regularly("w = clip(w, -500*pA, 400*pA)", dt=5 * ms)
    return [cells, es.StateMonitor(cells, ["V", "w", "held"], dt=1 * ms), es.SpikeMonitor(cells, ["V", "w"])]


def plastic():
    """Pathways, event-driven equations, delays of all kinds, both ends written, sums, synapses with the clock."""
    random = np.random.default_rng(8)
    spikes = sorted(
        {(int(k), int(i)) for k, i in zip(random.integers(0, 400, 300), random.integers(0, 12, 300), strict=True)}
    )
    gen = source(*spikes, n=12, dt=0.1)
    cells = es.NeuronGroup(
        7,
        "dV/dt = (gap + g - V)/(4*ms) : 1\ngap : 1\ng : 1\nn : 1",
        "V > 1",
        "V = 0",
        2 * ms,
        name="cells",
        method="euler",
    )
    model = """
    w : 1
    dA/dt = -A/(20*ms) : 1 (event-driven)
    dB/dt = -B/(15*ms) : 1 (event-driven)
    ds/dt = -s/(3*ms)  : 1 (clock-driven)
    g_post = s : 1 (summed)
    scale = 0.7 : 1 (shared, parameter)
    """
    feed = es.Synapses(
        gen,
        cells,
        model,
        {"pre": "s += scale*w; A += 0.1; w = clip(w - B, 0, 3)", "late": "n_post = mod(3*n_post + i, 101)"},
        "B += 0.08; w = clip(w + A, 0, 3)",
        delay={"late": 1.55 * ms},
        name="feed",
    )
    feed.connect(i=random.integers(0, 12, 60), j=random.integers(0, 7, 60))
    feed.w, feed.delay = "1.5 + 0.1*j", "(i % 5)*0.3*ms"
    feed.post.delay = "j*0.2*ms"
    gaps = es.Synapses(cells, model="gap_post = 0.2*(V_pre - V_post) : 1 (summed)")
    gaps.connect("abs(i - j) == 1")
    loop = es.Synapses(cells, on_pre="V_post += 0.05; n_pre += 1")
    loop.connect("i != j")
    loop.delay = 0.7 * ms
    return [
        gen, cells, feed, gaps, loop, es.StateMonitor(cells, ["V", "gap", "g", "n"]),
        es.StateMonitor(feed, ["w", "s", "A"], dt=1 * ms),
        es.SpikeMonitor(cells), es.SpikeMonitor(gen),
    ]  # fmt: skip


def functions():
    """Every function of the language, all operators, conditions, statements and events."""
    model = """
    dx/dt = 1/ms : 1
    a = exp(-x/9) + log(x + 2) + log10(x + 2) + sqrt(x + 1) + expm1(x/50) + log1p(x) + exprel(x/30) : 1
    b = sin(x) + cos(x) + tan(x/30) + sinh(x/30) + cosh(x/30) + tanh(x/10) : 1
    c = arcsin(x/90) + arccos(x/90) + arctan(x) + arctan2(x, 3) + erf(x/9) + heaviside(x - 3) + sign(x - 5) : 1
    d = abs(x - 7) + floor(x/3) + ceil(x/3) + int(x/2) + mod(x, 3) + x % 4 + x // 5 +
        clip(x, 3, 8) + min(x, 5) + max(x, 6, 7) : 1
    e1 = where(x > 4 and not (x > 7), x**2, x**0.5) + (3 if x < 2 or 8 <= x < 12 else -3) +
         timestep(x*ms, 0.3*ms) + x**-2 : 1
    y : 1
    z : 1
    n : integer
    x(0) = 0.37 + i
    """
    cells = es.NeuronGroup(6, model, events={"up": "d > 20", "even": "int(x) % 2 == 0"}, name="cells")
    cells.run_regularly("u = a + b; y = u*0.1 - z; z += y; z *= 0.9; z /= 1.1; n += int(x); n %= 17", dt=0.5 * ms)
    cells.run_regularly("y **= 2; y //= 3", when="end", dt=0.7 * ms)
    cells.run_on_event("up", "y -= 1")
    cells.run_on_event("even", "z += rand()*0.1 + 0.01*randn() + poisson(3) + binomial(5, 0.4) + poisson(100)")
    return [
        cells,
        es.StateMonitor(cells, [*"abcdxyzn", "e1"]),
        es.EventMonitor(cells, "up", "d"),
        es.EventMonitor(cells, "even"),
    ]


def noisy():
    """Noise, additive and not, shared and named, in both readings, by several schemes."""
    texts = {
        "euler": "dx/dt = -x/(5*ms) + (xi_a + 0.5*xi_b)/ms**0.5 : 1\ndy/dt = -y*Hz + xi_a/ms**0.5 : 1\nxi_b (shared)",
        "exponential_euler": "dx/dt = -x/(5*ms) + 0.3*xi/ms**0.5 : 1\ny : 1",
        "heun": "dx/dt = -x/(5*ms) + 0.3*x*xi_a/ms**0.5 + 0.1*y*xi_b/ms**0.5 : 1\n"
        "dy/dt = -y**3/ms + 0.1*xi_b/ms**0.5 : 1",
        "milstein": "dx/dt = -x/(5*ms) + 0.3*x*xi/ms**0.5 : 1\ny : 1",
    }
    made = []
    for number, (method, text) in enumerate(texts.items()):
        noise = "ito" if method == "milstein" else None
        cells = es.NeuronGroup(
            6,
            text,
            "x > 0.7",
            "x = rand()",
            1 * ms,
            method=method,
            noise=noise,
            seed=number,
            namespace={"ms": ms, "Hz": Hz},
        )
        cells.x = "0.5 + 0.1*i"
        made += [cells, es.StateMonitor(cells, ["x", "y"]), es.SpikeMonitor(cells)]
    return made


def unitless():
    """A model without units, of second order."""
    cells = es.NeuronGroup(
        4,
        "d2x/dt2 = -k*x - 0.1*dx_dt\nk\nx(0) = 1 + i\ny' = x - y",
        threshold="x > 0.5",
        refractory=1.5,
        name="cells",
        method="rk4",
    )
    cells.k = "1 + 0.3*i"
    return [cells, es.StateMonitor(cells, ["x", "dx_dt", "y"]), es.SpikeMonitor(cells)]


def clocks():
    """Objects with time steps of their own, on a common grid."""
    fast = es.NeuronGroup(3, "dx/dt = (2 + 0.1*i - x)/(3*ms) : 1", "x > 1", "x = 0", name="fast")
    slow = es.NeuronGroup(3, "dy/dt = -y/(5*ms) : 1\nn : 1", dt=0.15 * ms, name="slow")
    S = es.Synapses(fast, slow, on_pre="y += 1", delay=0.35 * ms)
    S.connect()
    slow.run_regularly("n += y", dt=0.25 * ms)
    return [
        fast,
        slow,
        S,
        es.StateMonitor(fast, "x"),
        es.StateMonitor(slow, ["y", "n"], dt=0.45 * ms),
        es.SpikeMonitor(fast),
    ]


CASES = {f.__name__: f for f in (lif, hodgkin_huxley, adex, plastic, functions, noisy, clocks)}


def run(name, target, dtype="float64", duration=40 * ms):
    """Return everything that a network recorded and its last values, by name."""
    es.seed(3)
    if name == EVERY:
        everything = Everything(target, dtype)
        everything.net.run(duration)
        return everything.results()
    objects = unitless() if name == "unitless" else CASES[name]()
    net = es.Network(*objects, dt=0.1 if name == "unitless" else 0.1 * ms, target=target, dtype=dtype)
    net.run(40 if name == "unitless" else duration)
    found = {}
    for thing in net:
        if isinstance(thing, es.StateMonitor):
            found |= {f"{thing.name}.{v}": np.asarray(getattr(thing, f"{v}_")) for v in (*thing.record_variables, "t")}
        elif isinstance(thing, es.EventMonitor):
            found |= {f"{thing.name}.events": np.stack([np.rint(thing.t_ / 0.05), thing.i])}
        elif isinstance(thing, es.NeuronGroup | es.Synapses):
            found |= {f"{thing.name}.{key}": np.asarray(v) for key, v in thing.get_states(units=False).items()}
    return found


def assert_near(found, expected, tolerance):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name].shape == values.shape, name
        assert found[name].dtype == values.dtype, name
        if values.dtype.kind in "bi" or name.endswith("events"):
            np.testing.assert_array_equal(found[name], values, err_msg=name)
        elif values.size:
            assert np.isfinite(values).all(), name
            bound = tolerance * max(np.abs(values).max(), 1e-300)
            assert np.abs(found[name] - values).max() <= bound, (
                f"{name}: {np.abs(found[name] - values).max()} > {bound}"
            )


@pytest.fixture(scope="module")
def interpreted():
    """Return what a network gives on the NumPy target; one that is run once is enough."""
    return functools.cache(lambda name: run(name, "numpy"))


@pytest.mark.parametrize("target", COMPILED)
@pytest.mark.parametrize("name", [*CASES, "unitless", EVERY])
def test_targets_agree(name, target, interpreted):
    expected = interpreted(name)
    events = [values for key, values in expected.items() if key.endswith("events")]
    assert all(values.shape[1] > 2 for values in events)
    assert_near(run(name, target), expected, 1e-9)


@pytest.mark.parametrize("target", [CYTHON])
@pytest.mark.parametrize("name", ["lif", "plastic"])
def test_they_agree_when_compiled_as_users_do(name, target, interpreted, monkeypatch):
    monkeypatch.delenv("EQSIM_CFLAGS")
    assert_near(run(name, target), interpreted(name), 1e-9)


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("numpy", "lif"), ("numpy", "plastic"), ("numpy", "unitless"), ("numba", "lif"), ("numba", "unitless"),
        pytest.param("cython", "plastic", marks=CYTHON.marks),
        pytest.param("numba", "plastic", marks=pytest.mark.slow),  # lif has synapses, too
    ],
)  # fmt: skip
def test_single_precision_is_double_precision_to_its_digits(name, target):
    # over a time in which no spike falls on another step for a rounding
    double, single = (run(name, target, dtype, 8 * ms) for dtype in ("float64", "float32"))
    assert double.keys() == single.keys()
    for key, values in double.items():
        if key.endswith("events"):
            np.testing.assert_array_equal(single[key], values, err_msg=key)
        elif values.dtype.kind == "f" and values.size and not key.endswith(".t"):
            assert single[key].dtype == np.float32, key
            assert np.abs(single[key] - values).max() <= 3e-5 * max(np.abs(values).max(), 1e-300), key
        else:
            np.testing.assert_array_equal(single[key], values, err_msg=key)


@pytest.mark.parametrize("compiled", COMPILED)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_powers_of_all_kinds_agree_to_rounding(dtype, compiled):
    texts = (
        "x**2",
        "x**4",
        "x**7",
        "x**-3",
        "x**20",
        "x**0.5",
        "x**(5/2)",
        "x**-0.5",
        "x**0.25",
        "x**(1/3)",
        "x**y",
        "10**(x/7)",
    )
    texts += "(-x)**3", "(-x)**5", "(-x)**k", "k**6", "k**-2", "k**x"
    model = "x : 1\ny : 1\nk : integer\n" + "\n".join(f"p{n} = {text} : 1" for n, text in enumerate(texts))
    found = {}
    for target in ("numpy", compiled):
        cells = es.NeuronGroup(40, model, name="cells")
        cells.x, cells.y, cells.k = "0.3 + 0.17*i", "0.37*i - 5", "i % 7 - 3"
        cells.k[cells.k == 0] = 4
        M = es.StateMonitor(cells, [f"p{n}" for n in range(len(texts))], record=True)
        es.Network(cells, M, dtype=dtype, target=target).run(0.1 * ms)
        found[target] = [np.asarray(getattr(M, f"p{n}_"))[:, 0] for n in range(len(texts))]
    for text, *both in zip(texts, found[compiled], found["numpy"], strict=True):
        # single precision rounds exponents such as x/7, too, in more than one order
        np.testing.assert_allclose(*both, rtol=1e-15 if dtype == "float64" else 2e-6, err_msg=text)


def test_single_precision_is_kept_from_values_to_records():
    cells = es.NeuronGroup(2, "dV/dt = -V/(7*ms) : mV")
    cells.V = [0.1, 1e-30] * mV
    M = es.StateMonitor(cells, "V")
    net = es.Network(cells, M, dtype="float32", target="numpy")
    net.run(1 * ms)
    assert cells.V_.dtype == M.V_.dtype == np.float32
    np.testing.assert_allclose(cells.V_[0], 0.1 * np.exp(-1 / 7), rtol=1e-5)


def test_an_unknown_target_names_the_known():
    with pytest.raises(es.EqsimError, match="'nunba'") as raised:
        es.Network(target="nunba")
    assert "numba" in str(raised.value).replace("nunba", "")
