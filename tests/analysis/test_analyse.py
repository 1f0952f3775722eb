"""Linearity, noise and traits of models, and what they cost."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest

from eqsim.analysis.analyse import analyse
from eqsim.analysis.linearity import Obstacle, linear_form
from eqsim.checking.check import check
from eqsim.checking.checked import External, Scope
from eqsim.checking.dimensions import Unit
from eqsim.language.expression import parse_expression
from eqsim.language.parse import parse
from eqsim.text.errors import NotYetError, SchemeError


def system(text, **externals):
    return analyse(check(parse(text), Scope(externals=externals)))


def form(text, states, **aliases):
    found = linear_form(parse_expression(text), frozenset(states), {k: parse_expression(v) for k, v in aliases.items()})
    return found if isinstance(found, Obstacle) else {name: str(value) for name, value in found.items()}


@pytest.mark.parametrize(
    ("text", "states", "result"),
    [
        ("(E - V)/tau", ["V"], {"V": "-1/tau", "": "E/tau"}),
        ("-V", ["V"], {"V": "-1"}),
        ("a*(3 - 2*V)", ["V"], {"V": "a*-2", "": "a*3"}),
        ("w + x", ["V"], {"": "w + x"}),
        ("V - V", ["V"], {"V": "0"}),
        ("-V if w > 0 else 2*V + 1", ["V"], {"V": "-1 if w > 0 else 2", "": "0 if w > 0 else 1"}),
        ("x*V + y*w", ["V", "w"], {"V": "x", "w": "y"}),
        ("+V*1.0", ["V"], {"V": "1.0"}),
        ("(v**2 - (v - 1)**2)/tau", ["v"], {"v": "2*(1/tau)", "": "-(1/tau)"}),  # hidden
        ("(v*v - 2*v)/v", ["v"], {"v": "1", "": "-2"}),
    ],
)
def test_coefficients(text, states, result):
    assert form(text, states) == result


@pytest.mark.parametrize(
    ("text", "states", "term"),
    [
        ("I - V**2", ["V"], "V**2"),
        ("g*(E - V) + V", ["V", "g"], "g*(E - V)"),
        ("D*exp((V - T)/D) - V", ["V"], "exp((V - T)/D)"),
        ("int(V > 0) - V", ["V"], "int(V > 0)"),
        ("V if V > 0 else 2*V", ["V"], "V if V > 0 else 2*V"),
        ("1/V", ["V"], "1/V"),
        ("abs(V)", ["V"], "abs(V)"),
        ("foo(V)", ["V"], "foo(V)"),
        ("rand()*V*V", ["V"], "rand()*V*V"),
        ("2**V", ["V"], "2**V"),
        ("1e-12*V**2 + V", ["V"], "V**2"),  # too small for numbers to tell, not for SymPy
    ],
)
def test_the_term_that_is_not_linear(text, states, term):
    assert str(form(text, states).term) == term


def test_subexpressions_are_taken_apart_only_where_they_follow_the_states():
    assert form("(I_syn + I_ext - V)/tau", ["V"], I_syn="g*(E - V)", I_ext="a*b") == {
        "V": "(-g - 1)/tau",
        "": "(g*E + I_ext)/tau",
    }
    assert form("alpha*(1 - m) - beta*m", ["m"], alpha="exp(V)", beta="exp(-V)") == {"m": "-alpha - beta", "": "alpha"}


COBA = """
    dV/dt   = (E_L - V + (g_e*(E_e - V) + g_i*(E_i - V))/g_L)/tau_m : mV (unless refractory)
    dg_e/dt = -g_e/tau_e : nS
    dg_i/dt = -g_i/tau_i : nS
    E_L = -60*mV : mV (parameter)
    E_e : mV
    E_i : mV
    g_L : nS
    tau_m : ms
    tau_e : ms
    tau_i : second
"""
CUBA = """
    dv/dt = (ge + gi - (v - E))/taum : volt (unless refractory)
    dge/dt = -ge/taue : volt
    dgi/dt = -gi/taui : volt
    E : volt
    taum : ms
    taue : ms
    taui : ms
"""
ADEX = """
    dV/dt = (-g_L*(V - E_L) + g_L*D_T*exp((V - V_T)/D_T) - w + I)/C : mV
    dw/dt = (a*(V - E_L) - w)/tau_w : pA
    I : pA
    g_L : nS
    E_L : mV
    D_T : mV
    V_T : mV
    C : pF
    a : nS
    tau_w : ms
"""
HH = """
    dv/dt = (gl*(El - v) - g_na*(m*m*m)*h*(v - ENa) - g_kd*(n*n*n*n)*(v - EK) + I)/Cm : volt
    dm/dt = alpha_m*(1 - m) - beta_m*m : 1
    dn/dt = alpha_n*(1 - n) - beta_n*n : 1
    dh/dt = alpha_h*(1 - h) - beta_h*h : 1
    alpha_m = 0.32*(mV**-1)*(13*mV - v + VT)/(exp((13*mV - v + VT)/(4*mV)) - 1.)/ms : Hz
    beta_m = 0.28*(mV**-1)*(v - VT - 40*mV)/(exp((v - VT - 40*mV)/(5*mV)) - 1)/ms : Hz
    alpha_h = 0.128*exp((17*mV - v + VT)/(18*mV))/ms : Hz
    beta_h = 4./(1 + exp((40*mV - v + VT)/(5*mV)))/ms : Hz
    alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV - v + VT)/(5*mV))/ms : Hz
    beta_n = .5*exp((10*mV - v + VT)/(40*mV))/ms : Hz
    I : amp
    gl : siemens
    g_na : siemens
    g_kd : siemens
    Cm : farad
    El : volt
    ENa : volt
    EK : volt
    VT : volt
"""


@pytest.mark.parametrize(
    ("text", "linear", "own"), [(COBA, False, True), (CUBA, True, True), (ADEX, False, False), (HH, False, True)]
)
def test_traits_of_known_models(text, linear, own):
    traits = system(text).traits
    assert (traits.linear, traits.conditionally_linear) == (linear, own)
    assert (traits.noise, traits.explicit_time) == ("none", False)


def test_drift_counts_in_the_declared_units():
    states = {state.name: state for state in system(COBA).states}
    assert str(states["V"].drift) == "(E_L - V + (g_e*(E_e - V) + g_i*(E_i - V))/g_L)/tau_m"  # all mV, nS and ms
    assert str(states["g_i"].drift) == "-g_i/tau_i/1000.0"  # tau_i is kept in seconds
    assert states["V"].held
    assert not states["g_e"].held
    assert str(states["V"].linear.coefficient) == "(-1 + (-g_e - g_i)/g_L)/tau_m"


def test_reasons_name_the_term():
    reasons = system(ADEX).traits.reasons
    assert reasons["V"] == "the term 'exp((V - V_T)/D_T)' is not linear in V"
    assert "w" not in reasons


def test_structure_answers_without_sympy():
    code = (
        "import sys; sys.path.insert(0, 'tests/analysis')\n"
        "from test_analyse import *\n"
        "[system(text) for text in (COBA, CUBA, ADEX, HH)]\n"
        "system('dv/dt = v - v**3/3 - w + I\\ndw/dt = 0.08*(v + 0.7 - 0.8*w)\\nI')\n"
        "assert 'sympy' not in sys.modules\n"
        "assert system('dv/dt = (v**2 - (v - 1)**2)/tau\\ntau').traits.linear\n"
        "assert 'sympy' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # a fresh process, where nothing was loaded before


def test_rates_at_their_holes_are_finite():
    aliases = {alias.name: alias.value for alias in system(HH).aliases}
    assert str(aliases["alpha_m"]) == "1280/exprel((0.013 - v + VT)/0.004)"
    assert str(aliases["beta_m"]) == "1400/exprel((v - VT - 0.04)/0.005)"


# noise ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("dx/dt = -x", "none"),
        ("dx/dt = -x + s*xi\ns", "additive"),
        ("dx/dt = -x + s*xi_a + s*xi_b\ns", "additive"),
        ("dx/dt = -x + sin(t)*xi", "additive"),
        ("dx/dt = -x + x*xi", "diagonal"),
        ("dx/dt = -x + s*xi\ns = 2*x", "diagonal"),
        ("dx/dt = -x + x*xi_a\ndy/dt = -y + y*xi_b", "diagonal"),
        ("dx/dt = -x + y*xi_a\ndy/dt = -y", "diagonal"),  # y has no noise of its own
        ("dx/dt = -x + y*xi_a\ndy/dt = -y + xi_a", "diagonal"),  # the same noise
        ("dx/dt = -x + y*xi_a\ndy/dt = -y + xi_b", "general"),
        ("dx/dt = -x + x*xi_a + xi_b", "general"),
    ],
)
def test_kind_of_noise(text, kind):
    assert system(text).traits.noise == kind


def test_noise_is_taken_out_of_the_drift():
    (state,) = system("dx/dt = (mu - x)/tau + sigma*sqrt(2/tau)*xi : mV\nmu : mV\nsigma : mV\ntau : ms").states
    assert str(state.drift) == "(mu - x)/tau"
    assert {name: str(g) for name, g in state.diffusion.items()} == {"xi": "sigma*sqrt(2/tau)"}  # no factor in ms


def test_noise_in_a_second_counts_in_milliseconds():
    (state,) = system("dx/dt = -x/(10*ms) + 0.5*second**-0.5*xi : 1").states
    assert str(state.diffusion["xi"]) == "0.015811388300841896"  # 0.5/sqrt(1000)


def test_noise_under_a_function_is_refused():
    with pytest.raises(SchemeError, match="white noise must be a factor") as caught:
        system("dx/dt = -x + exp(xi)")
    assert caught.value.column is not None


# time ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "explicit"),
    [
        ("dx/dt = -x + sin(t)", True),
        ("dx/dt = -x + I(t)", False),
        ("dx/dt = -x + J\nJ = I(t)", False),
        ("dx/dt = -x + I(t - 1)", True),
        ("dx/dt = -x + J\nJ = I(t)*t", True),
        ("dx/dt = -x + rand()", True),
        ("dx/dt = -x", False),
    ],
)
def test_explicit_time(text, explicit):
    assert system(text, I=External("timed_array", Unit())).traits.explicit_time is explicit


def test_hertz_is_per_second_and_steps_count_in_milliseconds():
    (state,) = system("dx/dt = 1*Hz : 1").states
    assert str(state.drift) == "0.001"


def test_event_driven_states_do_not_decide():
    text = "dx/dt = -x**2 : 1 (clock-driven)\ndy/dt = -y/(10*ms) : 1 (event-driven)"
    synapse = analyse(check(parse(text.replace("-x**2", "-x**2/ms")), Scope(kind="synapse")))
    assert [state.name for state in synapse.stepped] == ["x"]
    assert not synapse.traits.linear


def test_a_delayed_variable_is_told_to_be_missing():
    with pytest.raises(NotYetError):
        system("dx/dt = -x(t - 1)")


def test_scales_of_captured_constants():
    unit = Unit((Fraction(2), Fraction(1), Fraction(-3), Fraction(-1), *([Fraction(0)] * 3)), Fraction(0))
    (state,) = system("dV/dt = (E - V)/(10*ms) : mV", E=External("scalar", unit)).states
    assert str(state.drift) == "(E - V)/10"  # the checker keeps E in mV, next to V
