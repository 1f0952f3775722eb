"""The reference runs, repeated through the public API alone and compared spike by spike and trace by trace."""

import ast
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

import eqsim as es
from eqsim import units

REFERENCE = Path(__file__).parent / "reference"


@dataclass(frozen=True)
class Case:
    """What to record and how near it must come; the model itself is in the .json.

    ``traces`` maps an array of the .npz to (variable, unit; None for plain numbers); ``every`` is the recording step.
    Spikes before ``exact`` ms must be the same, and traces are compared up to there; ``rate`` bounds the relative
    difference of the number of spikes afterwards. ``exact=None``: the whole run, nothing in it is chaotic.
    """

    name: str
    tolerance: float
    traces: dict[str, tuple[str, str | None]]
    record: list[int] | bool = True
    every: str | None = None
    of: str = "G"
    exact: float | None = None
    rate: float = 0.1
    method: str | None = None
    final: dict[str, str] = field(default_factory=dict)
    small: bool = True

    def __str__(self):
        return f"{self.name}-{self.method}" if self.method else self.name


CONDUCTANCES = {"trace_v": ("v", "volt"), "trace_ge": ("ge", "siemens"), "trace_gi": ("gi", "siemens")}
CASES = (
    Case("lif_refractory", 1e-9, {"trace_v_mV": ("v", "mV")}, [20, 50, 99]),
    Case("coba_400", 1e-8, CONDUCTANCES, [0, 319, 399], exact=100, small=False),
    Case("coba_400_delay", 1e-8, CONDUCTANCES, [0, 319, 399], exact=100, small=False),
    Case("cuba_400", 1e-9, {key: (name, "volt") for key, (name, _) in CONDUCTANCES.items()}, [0, 319, 399], exact=100,
         small=False),
    Case("cobahh_200", 1e-6, {"trace_v": ("v", "volt"), **{f"trace_{x}": (x, None) for x in "mnh"}}, [0, 159, 199],
         exact=60, small=False),
    Case("hh_exponential_euler", 1e-8, {x: (x, None) for x in "vmhn"}, every="0.5*ms"),
    *(Case("fhn_methods", 1e-9, {f"{x}_{method}": (x, None) for x in "vw"}, every="1*ms", method=method)
      for method in ("euler", "rk2", "rk4")),
    Case("adex_patterns", 1e-6, {"trace_v_mV": ("v", "mV"), "trace_w_pA": ("w", "pA")}, every="0.5*ms"),
    Case("stdp_pairs", 1e-9, {"trace_w": ("w", None)}, [0, 17, 149], every="1*ms", of="S0", final={"w_end": "w"}),
    Case("stp_tsodyks", 1e-9, {"trace_v": ("v", None)}, final={"x_end": "x", "u_end": "u"}),
    Case("hetero_delays", 1e-9, {"trace_v": ("v", None)}, [0, 1, 2]),
    Case("gap_junctions_summed", 1e-9, {"trace_v": ("v", None)}, every="1*ms"),
    Case("schedule_and_events", 1e-9, {x: (x, None) for x in ("v", "theta", "c")}),
)  # fmt: skip

SLOW_WITHOUT_COMPILING = {
    "adex_patterns", "gap_junctions_summed", "hetero_delays", "hh_exponential_euler", "lif_refractory", "stp_tsodyks",
}  # fmt: skip


class Run:
    """One case built, run and recorded; attributes are the monitors and what they saw in plain numbers."""

    def __init__(self, case, target, *, start=True):
        self.case = case
        self.model = json.loads((REFERENCE / f"{case.name}.json").read_text(encoding="utf-8"))
        self.arrays = np.load(REFERENCE / f"{case.name}.npz")
        self.dt = self.value(self.model["dt"])
        self.objects = {name: self.input(spec) for name, spec in self.model.get("inputs", {}).items()}
        self.objects |= {name: self.group(spec) for name, spec in self.model.get("groups", {}).items()}
        for number, spec in enumerate(self.model.get("synapses", [])):
            self.objects[f"S{number}"] = self.synapses(spec)
        every = {"dt": self.value(case.every)} if case.every else {}
        variables = [name for name, _ in case.traces.values()]
        self.states = es.StateMonitor(self.objects[case.of], variables, record=case.record, **every)
        self.spikes = self.events = None
        monitors = [self.states]
        if "spike_i" in self.arrays:
            kept = ["theta"] if "spike_theta" in self.arrays else None
            self.spikes = es.SpikeMonitor(self.objects["G"], **({"variables": kept} if kept else {}))
            monitors.append(self.spikes)
        if "half_i" in self.arrays:
            self.events = es.EventMonitor(self.objects["G"], "half")
            monitors.append(self.events)
        self.network = es.Network(*self.objects.values(), *monitors, dt=self.dt, target=target)
        if start:
            self.network.run(self.value(self.model["duration"]))

    def value(self, text):
        """Evaluate an expression of the .json: numbers, units, arrays of the .npz, signs, products and lists."""

        def of(node):
            match node:
                case ast.Constant(value):
                    return value
                case ast.Name(name):
                    return getattr(units, name) if hasattr(units, name) else self.arrays[name]
                case ast.UnaryOp(ast.USub(), operand):
                    return -of(operand)
                case ast.BinOp(left, ast.Mult(), right):
                    return of(left) * of(right)
                case ast.List(items):
                    return [of(item) for item in items]
            raise ValueError(f"not understood in {text!r}: {ast.dump(node)}")

        return of(ast.parse(str(text), mode="eval").body)

    def input(self, spec):
        assert spec["kind"] == "SpikeGeneratorGroup"
        return es.SpikeGeneratorGroup(spec["N"], self.value(spec["indices"]), self.value(spec["times"]))

    def group(self, spec):
        options = {key: spec[key] for key in ("threshold", "reset", "events") if spec.get(key)}
        if "refractory" in spec:
            text = spec["refractory"]  # a time, or an expression of the language that is left to the simulator
            options["refractory"] = text if any(c in text for c in "<>+") else self.value(text)
        namespace = {name: self.value(text) for name, text in spec.get("namespace", {}).items()}
        method = self.case.method or spec["method"]
        group = es.NeuronGroup(spec["N"], spec["equations"], method=method, namespace=namespace, **options)
        for name, text in spec.get("init", {}).items():
            setattr(group, name, self.value(text))
        for event, code in spec.get("run_on_event", {}).items():
            group.run_on_event(event, code)
        if "run_regularly" in spec:
            group.run_regularly(spec["run_regularly"]["code"], dt=self.value(spec["run_regularly"]["dt"]))
        return group

    def synapses(self, spec):
        options = {key: spec[key] for key in ("on_pre", "on_post") if key in spec}
        namespace = {name: self.value(text) for name, text in spec.get("namespace", {}).items()}
        delay = self.value(spec.get("delay", "0*ms"))
        uniform = np.ndim(delay) == 0
        synapses = es.Synapses(
            self.part(spec["source"]),
            self.part(spec["target"]),
            spec["model"],
            namespace=namespace,
            **options,
            **({"delay": delay} if uniform and "delay" in spec else {}),
        )
        if "connect" in spec:
            synapses.connect(
                **{k.arg: k.value.value for k in ast.parse(f"f({spec['connect']})").body[0].value.keywords}
            )
        else:
            synapses.connect(i=self.arrays[spec["i"]], j=self.arrays[spec["j"]])
        if not uniform:
            synapses.delay = delay
        for name, text in spec.get("init", {}).items():
            setattr(synapses, name, self.value(text))
        return synapses

    def part(self, text):
        """Return a group, or the subgroup that ``G[:320]`` names."""
        name, _, bounds = text.removesuffix("]").partition("[")
        if not bounds:
            return self.objects[name]
        start, stop = (int(bound) if bound else None for bound in bounds.split(":"))
        return self.objects[name][start:stop]

    def steps(self, times):
        return np.rint(plain(times, "ms") / plain(self.dt, "ms")).astype(int)


def plain(value, unit):
    return np.asarray(value if unit is None else value.rescale(unit).magnitude)


def pairs(steps, indices):
    return sorted(zip(steps.tolist(), np.asarray(indices).tolist(), strict=True))


def assert_near(found, expected, tolerance, what):
    assert found.shape == expected.shape, what
    assert np.all(np.isfinite(found)), what
    bound = tolerance * np.max(np.abs(expected), axis=-1, keepdims=True)
    worst = np.max(np.abs(found - expected) - bound)
    assert worst <= 0, f"{what} differs by {np.max(np.abs(found - expected)):.3g}, allowed {np.min(bound):.3g}"


def assert_same_events(run, monitor, prefix):
    """Compare (step, neuron) pairs one by one before ``exact``, and their number after it."""
    case, dt = run.case, float(plain(run.dt, "ms"))
    found = pairs(run.steps(monitor.t), monitor.i)
    expected = pairs(np.rint(run.arrays[f"{prefix}_t_ms"] / dt).astype(int), run.arrays[f"{prefix}_i"])
    limit = np.inf if case.exact is None else round(case.exact / dt)
    assert [pair for pair in found if pair[0] < limit] == [pair for pair in expected if pair[0] < limit]
    late, wanted = (sum(step >= limit for step, _ in events) for events in (found, expected))
    assert late == pytest.approx(wanted, rel=case.rate)


def runs():
    for case in CASES:
        yield pytest.param(case, "numba", id=f"{case}-numba")
        if case.small:
            slow = [pytest.mark.slow] if case.name in SLOW_WITHOUT_COMPILING else []
            yield pytest.param(case, "numpy", id=f"{case}-numpy", marks=slow)


@pytest.mark.parametrize(("case", "target"), tuple(runs()))
def test_reference(case, target):
    run = Run(case, target)
    if run.spikes is not None:
        assert len(run.arrays["spike_i"]) > 0
        assert_same_events(run, run.spikes, "spike")
    if run.events is not None:
        assert_same_events(run, run.events, "half")
        order = np.lexsort((run.spikes.i, run.steps(run.spikes.t)))
        wanted = np.lexsort((run.arrays["spike_i"], run.arrays["spike_t_ms"]))
        found = np.asarray(run.spikes.theta)[order]
        assert_near(found, run.arrays["spike_theta"][wanted], case.tolerance, "theta at the spike")

    clock = run.arrays["t_ms" if "t_ms" in run.arrays else "trace_t_ms"]
    times = plain(run.states.t, "ms")
    np.testing.assert_allclose(times, clock, rtol=0, atol=1e-9)
    within = slice(None) if case.exact is None else times < case.exact
    for key, (name, unit) in case.traces.items():
        found = plain(getattr(run.states, name), unit)
        assert_near(found[:, within], run.arrays[key][:, within], case.tolerance, key)
    for key, name in case.final.items():
        assert_near(np.asarray(getattr(run.objects["S0"], name)), run.arrays[key], case.tolerance, key)


def test_all_reference_runs_are_used():
    assert {case.name for case in CASES} == {path.stem for path in REFERENCE.glob("*.json")}


def test_a_wrong_trace_is_told():
    right = np.ones((2, 5))
    with pytest.raises(AssertionError, match="differs"):
        assert_near(right + 2e-9, right, 1e-9, "x")
    with pytest.raises(AssertionError):
        assert_near(right * np.nan, right, 1e-9, "x")
