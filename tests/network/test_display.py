"""Notebooks show formulas as a paper prints them, values with units, and change nothing by showing them."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

import eqsim as es
from eqsim import units
from eqsim.checking.units import unit_table
from eqsim.language.expr import Binary, Call, Compare, Conditional, Logic, Name, Number, Unary
from eqsim.language.expression import parse_expression
from eqsim.network import latex
from eqsim.units import cm2, mS, ms, mV, nA, nS

REFERENCE = Path(__file__).resolve().parent.parent / "reference"

FORMULAS = {
    "(E_L - V + R*I)/tau_m": r"\frac{E_{L} - V + R\,I}{\tau_{m}}",
    "-g/tau_e": r"-\frac{g}{\tau_{e}}",
    "g_Na*m**3*h*(V - E_Na)": r"g_{\mathrm{Na}}\,m^{3}\,h\,\left(V - E_{\mathrm{Na}}\right)",
    "4*exp(-(V + 65*mV)/(18*mV))/ms": (r"4\,\exp\left(-\frac{V + 65\,\mathrm{mV}}{18\,\mathrm{mV}}\right)/\mathrm{ms}"),
    "sigma*sqrt(2/tau_m)*xi": r"\sigma\,\sqrt{\frac{2}{\tau_{m}}}\,\xi",
    "120*mS/cm2": r"120\,\mathrm{mS}/\mathrm{cm}^{2}",
    "(a + b)/ms": r"\frac{a + b}{\mathrm{ms}}",
    "exp(-t*k)": r"e^{-t\,k}",
    "2**(a/b)": r"2^{a/b}",
    "2**(a/(b*c))": r"2^{a/\left(b\,c\right)}",
    "(a/b)**2": r"\left(\frac{a}{b}\right)^{2}",
    "a - (b - c)": r"a - \left(b - c\right)",
    "a*-b": r"a\,\left(-b\right)",
    "-(a*b)": r"-a\,b",
    "-x**2": r"-x^{2}",
    "(-x)**2": r"\left(-x\right)^{2}",
    "2*3*x": r"2 \cdot 3\,x",
    "1.5e-5*x": r"1.5 \cdot 10^{-5}\,x",
    "1e20": r"10^{20}",
    "2.0*x": r"2\,x",
    "m_inf - x_pre": r"m_{\infty} - x_{\mathrm{pre}}",
    "I_syn_e + x1 + lambda_": r"I_{\mathrm{syn},e} + x_{1} + \lambda",
    "Iext(t, i)": r"\mathit{Iext}\left(t, i\right)",
    "abs(x) + floor(y) + ceil(z)": (r"\left| x \right| + \left\lfloor y \right\rfloor + \left\lceil z \right\rceil"),
    "log(x) + log10(y) + sign(z)": (r"\ln\left(x\right) + \log_{10}\left(y\right) + \mathrm{sgn}\left(z\right)"),
    "a//b + a%b": r"\left\lfloor a / b \right\rfloor + a \;\mathrm{mod}\; b",
    "V >= V_T and not u != 1": r"V \geq V_{T} \;\mathrm{and}\; \mathrm{not}\;u \neq 1",
    "x if a < b else y": r"x \;\mathrm{if}\; a < b \;\mathrm{else}\; y",
    "rand()*(5*uA)": r"\mathrm{rand}()\,\left(5\,\mu \mathrm{A}\right)",
    "clip(w, 0, w_max)": r"\mathrm{clip}\left(w, 0, w_{\mathrm{max}}\right)",
}
UNITS = {
    "mS/cm2": r"\mathrm{mS}/\mathrm{cm}^{2}",
    "uA": r"\mu \mathrm{A}",
    "Mohm": r"\mathrm{M}\Omega",
    "uohm": r"\mu \Omega",
    "umetre2": r"\mu \mathrm{m}^{2}",
    "usiemens": r"\mu \mathrm{S}",
    "molar": r"\mathrm{M}",
    "1/sqrt(second)": r"\frac{1}{\sqrt{\mathrm{s}}}",
    "1": "",
    "": "",
}


def typeset(text):
    """Typeset LaTeX as Matplotlib does; raises for what it does not understand."""
    MathTextParser("path").parse(f"${text}$")


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas(text):
    written = latex.formula(parse_expression(text), unit_table())
    assert written == FORMULAS[text]
    typeset(written)


@pytest.mark.parametrize("text", UNITS)
def test_units(text):
    assert latex.unit(text) == UNITS[text]


def test_all_units_are_upright():
    for name in unit_table():
        written = latex.unit(name)
        if written:
            typeset(written)
            assert re.fullmatch(r"(\\mu )?(\\mathrm\{[A-Za-z]+\})?(\\Omega)?(\^\{[23]\})?", written), name


def test_a_variable_may_bear_the_name_of_a_unit():
    assert latex.formula(parse_expression("mV*x"), ()) == r"\mathit{mV}\,x"


NAMES = st.sampled_from(["V", "tau_m", "g_Na", "x1", "m_inf", "alpha_pre", "dx_dt", "Iext", "mV", "cm2", "uA"])
NUMBERS = st.one_of(st.integers(0, 99), st.floats(0, 1e12), st.booleans())
EXPRESSIONS = st.recursive(
    NAMES.map(Name) | NUMBERS.map(Number),
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), inner, inner),
        st.builds(Unary, st.sampled_from(["-", "+", "not"]), inner),
        st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner, inner),
        st.builds(Logic, st.sampled_from(["and", "or"]), inner, inner),
        st.builds(Conditional, inner, inner, inner),
        st.builds(lambda f, x: Call(f, (x,)), st.sampled_from(["exp", "sqrt", "abs", "log", "exprel", "I_x"]), inner),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_every_formula_can_be_typeset(expr):
    typeset(latex.formula(expr, unit_table()))


# objects -------------------------------------------------------------------------------------------------------------


class Outside(dict):
    """The units of the language as names."""

    def __missing__(self, name):
        return getattr(units, name)


def value(text):
    return eval(text, {}, Outside()) if isinstance(text, str) else text


def reference_objects():
    """Yield the groups and synapses of the reference runs, before anything ran."""
    for path in sorted(REFERENCE.glob("*.json")):
        model = json.loads(path.read_text(encoding="utf-8"))
        made = {name: es.SpikeGeneratorGroup(spec["N"], [], []) for name, spec in model.get("inputs", {}).items()}
        for name, spec in model.get("groups", {}).items():
            options = {key: spec[key] for key in ("threshold", "reset", "refractory", "events") if spec.get(key)}
            names = {key: value(text) for key, text in spec.get("namespace", {}).items()}
            made[name] = es.NeuronGroup(spec["N"], spec["equations"], namespace=names, **options)
            yield made[name]
        for spec in model.get("synapses", []):
            source, target = (made[re.match(r"\w+", spec[end]).group()] for end in ("source", "target"))
            texts = {key: spec[key] for key in ("on_pre", "on_post") if key in spec}
            names = {key: value(text) for key, text in spec.get("namespace", {}).items()}
            yield es.Synapses(source, target, spec["model"], namespace=names, **texts)


def well_formed(html):
    """Return the text of HTML whose tags are all closed, and its formulas."""
    text = " ".join(ET.fromstring(html).itertext())
    formulas = re.findall(r"\$([^$]*)\$", text)
    return text, formulas


@pytest.mark.filterwarnings("ignore::eqsim.EqsimWarning")
def test_reference_models_can_be_typeset():
    number = 0
    for thing in reference_objects():
        _, formulas = well_formed(thing._repr_html_())
        block = thing._repr_latex_()
        lines = block.removeprefix("$$\\begin{aligned}\n").removesuffix("\n\\end{aligned}$$").split(" \\\\\n")
        for text in [*formulas, *(line.replace("&=", "=") for line in lines if line)]:
            typeset(text)
            number += 1
    assert number > 200


@pytest.fixture
def neurons():
    E_L, tau = -70 * mV, 20 * ms
    return es.NeuronGroup(
        4,
        """
        dV/dt = (E_L - V + R*I)/tau : mV (unless refractory)
        I : nA
        k : 1 (constant, shared)
        R = 100*Mohm : Mohm (parameter)
        fast = I > 1*nA : boolean
        V(0) = E_L + rand()*mV
        """,
        threshold="V > -50*mV",
        reset="V = E_L; R *= 2",
        refractory=5 * ms,
        events={"half": "V > -60*mV"},
        name="a <b> & 'c'",
    )


def test_equations_of_a_group(neurons):
    assert neurons._repr_latex_() == (
        "$$\\begin{aligned}\n"
        "\\frac{\\mathrm{d}V}{\\mathrm{d}t} &= \\frac{E_{L} - V + R\\,I}{\\tau} \\\\\n"
        "\\mathit{fast} &= I > 1\\,\\mathrm{nA} \\\\\n"
        "V(0) &= E_{L} + \\mathrm{rand}()\\,\\mathrm{mV}\n"
        "\\end{aligned}$$"
    )
    assert es.NeuronGroup(1, "x : 1")._repr_latex_() == ""


def cells(html):
    """Return the rows of all tables, as lists of texts."""
    return [["".join(cell.itertext()) for cell in row] for row in ET.fromstring(html).iter("tr")]


def test_group(neurons):
    neurons.I = [0, 1, 2, 3] * nA
    neurons.run_regularly("I = 0*nA")
    html = neurons._repr_html_()
    text, _ = well_formed(html)
    assert "NeuronGroup \"a <b> & 'c'\": 4 neurons" in text
    rows = cells(html)
    volts = r"$E_{L} + \mathrm{rand}()\,\mathrm{mV}$"
    assert [r"$V$", volts, r"$\mathrm{mV}$", ""] in rows
    assert ["$I$", "0 to 3", r"$\mathrm{nA}$", ""] in rows
    assert ["$k$", "0", "1", "constant, shared"] in rows
    assert ["$R$", r"$100\,\mathrm{M}\Omega$", r"$\mathrm{M}\Omega$", ""] in rows
    assert ["$E_{L}$", "-70", r"$\mathrm{mV}$", "from outside"] in rows
    assert ["threshold", r"$V > -50\,\mathrm{mV}$"] in rows
    assert ["reset", r"$V \leftarrow E_{L}$; $R \leftarrow R \cdot 2$"] in rows
    assert ["refractory", r"5 $\mathrm{ms}$"] in rows
    assert ["event half", r"$V > -60\,\mathrm{mV}$"] in rows
    assert ["regularly", r"$I \leftarrow 0\,\mathrm{nA}$"] in rows
    assert ["scheme", neurons.method_reason] in rows
    assert any(row[1:] == [r"$\mathrm{mV}$", "unless refractory"] for row in rows)


def test_showing_changes_nothing(neurons):
    """A default follows its parameters until it is needed; to be seen is not to be needed."""
    neurons._repr_html_()
    neurons._repr_latex_()
    neurons.namespace["E_L"] = -30 * mV
    assert -30 <= float(neurons.V_[0]) < -29
    values = next(row for row in cells(neurons._repr_html_()) if row[0] == "$V$")
    low, high = (float(word) for word in values[1].split(" to "))
    assert -30 <= low < high < -29


def test_subgroup(neurons):
    neurons.I = [0, 1, 2, 3] * nA
    rows = cells(neurons[1:3]._repr_html_())
    assert ["$I$", "1 to 2", r"$\mathrm{nA}$", ""] in rows
    assert "2 of 4 neurons of NeuronGroup" in well_formed(neurons[1:3]._repr_html_())[0]
    assert ": 1 to 2" in well_formed(neurons[1:3]._repr_html_())[0]
    assert ": 0, 3" in well_formed(neurons[[0, 3]]._repr_html_())[0]
    assert neurons[1:3]._repr_latex_() == neurons._repr_latex_()


def test_synapses(neurons):
    synapses = es.Synapses(
        neurons[:2],
        neurons,
        "w : nS\ndx/dt = -x/(20*ms) : 1 (event-driven)",
        on_pre={"pre": "I += w*mV", "later": "x += 1"},
        on_post="x -= 1",
        delay={"later": 2 * ms},
        name="s",
    )
    assert "Synapses 's': 0 synapses" in well_formed(synapses._repr_html_())[0]
    synapses.connect()
    synapses.w = "(1 + i)*nS"
    rows = cells(synapses._repr_html_())
    assert ["$w$", "1 to 2", r"$\mathrm{nS}$", ""] in rows
    assert ["from", "2 of NeuronGroup \"a <b> & 'c'\""] in rows
    assert ["pre (on spike of pre)", r"$I \leftarrow I + w\,\mathrm{mV}$"] in rows
    assert ["later (on spike of pre)", r"$x \leftarrow x + 1$, delayed by 2 ms"] in rows
    assert ["post (on spike of post)", r"$x \leftarrow x - 1$"] in rows
    assert synapses._repr_latex_().count("&=") == 1


def test_network_and_monitors(neurons):
    spikes, counted = es.SpikeMonitor(neurons, "R"), es.SpikeMonitor(neurons[1:], record=False)
    trace = es.StateMonitor(neurons, ["V", "fast"], record=[0, 2])
    net = es.Network(neurons, spikes, counted, trace, dt=0.1 * ms, target="numpy")
    assert ["a <b> & 'c'", "NeuronGroup", f"4 neurons, {neurons.method}"] in cells(net._repr_html_())
    assert net._built is None, "to show a network does not build it"
    neurons.I = [0, 1, 2, 3] * nA
    net.run(20 * ms)
    rows = cells(net._repr_html_())
    told = [re.split(r"  +", line)[:3] for line in net.schedule.splitlines()]
    assert [row[:3] for row in rows if len(row) == 4 and row[0] != "slot"] == told
    assert "20.0 ms reached" in well_formed(net._repr_html_())[0]
    assert spikes.num_spikes > 0
    rows = cells(spikes._repr_html_())
    assert ["kept", "index, time, R"] in rows
    first, last = spikes.t_[[0, -1]]
    assert ["events", f"{spikes.num_spikes}, from {first:g} to {last:g} ms"] in rows
    assert ["neurons with any", str(len(np.unique(spikes.i)))] in rows
    rows = cells(counted._repr_html_())
    assert ["kept", "counts alone"] in rows
    assert ["events", str(spikes.num_spikes - spikes.count[0])] in rows
    rows = cells(trace._repr_html_())
    assert ["$V$", r"$\mathrm{mV}$"] in rows
    assert ["elements", "2: 0, 2"] in rows
    assert ["times", "200, from 0 to 19.9 ms"] in rows
    assert ["size", "6.4 kB"] in rows


def test_without_units():
    group = es.NeuronGroup(2, "x' = -x*k\nk (constant)", threshold="x > 1", reset="x = 0", refractory=2)
    rows = cells(group._repr_html_())
    assert ["refractory", "2"] in rows
    trace = es.StateMonitor(group, "x")
    es.Network(group, trace, dt=0.5, target="numpy").run(10)
    assert ["times", "20, from 0 to 9.5"] in cells(trace._repr_html_())


def test_tables_of_values_and_functions_from_outside():
    I_ext = es.TimedArray(np.arange(5) * mS / cm2, dt=1 * ms)
    group = es.NeuronGroup(1, "dx/dt = -x/ms + I_ext(t)*cm2/mS/ms : 1", namespace={"I_ext": I_ext})
    assert [r"$I_{\mathrm{ext}}$", "5 values over time", r"$\mathrm{mS}/\mathrm{cm}^{2}$", "from outside"] in cells(
        group._repr_html_()
    )


def test_nothing_that_a_user_writes_is_markup():
    x = 3 * nS
    group = es.NeuronGroup(1, "y = x*int(1 < 2) : nS # <i>", name="<script>alert(1)</script>")
    assert "<script>" not in group._repr_html_() + es.Network(group)._repr_html_()
    assert x is not None
