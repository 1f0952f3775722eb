"""Texts that are right and unusual: forms of the notation, of published models, and names that other notations keep."""

import pytest

from eqsim.checking.check import check, check_expression
from eqsim.checking.checked import External, Scope
from eqsim.checking.units import parse_unit
from eqsim.language.parse import parse, parse_expression, parse_statements, with_arguments

NAMES = {"E": "mV", "tau": "ms", "sigma": "mV", "g": "nS", "C": "pF"}
EXTERNALS = {name: External("scalar", parse_unit(unit)[0]) for name, unit in NAMES.items()}
EXTERNALS["I_ext"] = External("timed_array", parse_unit("nA")[0])

MODELS = {
    "prime": "v' = -v/tau : mV",
    "two primes": "x'' = -x/ms**2 : 1\nx'(0) = 1/ms\nx(0) = 2",
    "second order": "d2x/dt2 = -x/ms**2 - dx_dt/ms : 1",
    "second order with a caret": "d^2x/dt^2 = -x/ms**2 : 1",
    "second order with a blank": "d^2 x/dt^2 = -x/ms**2 : 1",
    "semicolons": "dv/dt = -v/tau : mV; dw/dt = -w/tau : 1;; x : 1;",
    "open bracket": "dv/dt = (E\n  - v  # leak\n  )/tau : mV",
    "backslash": "dv/dt = (E - v)\\\n  /tau : mV",
    "backslash and comment": "dv/dt = (E - v) \\ # leak\n  /tau : mV",
    "trailing operator": "dv/dt = E/tau - # drive\n   v/tau : mV",
    "leading operator": "dv/dt = E/tau\n   - v/tau\n   : mV",
    "no blanks": "dv/dt=(E-v)/tau:mV(unless refractory)",
    "many blanks": "  d v / d t  =  -v / tau  :  mV  ( unless   refractory )",
    "tabs": "\tdv/dt\t=\t-v/tau\t:\tmV",
    "line ends": "dv/dt = -v/tau : mV\r\ndw/dt = -w/tau : 1\r\n",
    "comments": "# a model\ndv/dt = -v/tau : mV # : 1 (shared)\n# w : 1",
    "powers of units": "a : 1/second\nb : second**0.5\nc : amp/meter**2\nd : second**-0.5\ne0 : 1/sqrt(second)",
    "units of densities": "a : mS/cm2\nb : msiemens*cm**-2\nc : uF/cm2\nd : (mV)\nf : volt**(1/2)\nk : 1/(mV*ms)",
    "noise by a root": "dv/dt = -v/tau + sigma*(2/tau)**0.5*xi : volt",
    "noise by a unit": "dv/dt = -v/tau + sigma*xi*second**-0.5 : volt",
    "two noises": "dv/dt = -v/tau + sigma*xi_1*tau**-.5 + sigma*xi_2/tau**.5 : volt",
    "one noise for all": "dv/dt = -v/tau + sigma*xi_a*tau**-.5 : volt\nxi_a (shared)",
    "choice": "dv/dt = (E - v if v < 0*mV else -v)/tau : volt",
    "chained comparison": "dv/dt = (E - v)*int(-70*mV < v <= 0*mV)/tau : volt",
    "zero fits": "dv/dt = 0 : mV\nx = 0 : nS\ny = inf : mV\nv(0) = 0\nz = clip(v, 0, inf) : mV\nb = v > 0 : boolean",
    "integers": "k : integer\nm = i % 5 + k//2 : integer\nx = t/ms % 10 : 1\ny = t % (10*ms) : second",
    "conditions": "b : boolean\nc = b and not (t > 5*ms) or True : bool\nd = b == c : boolean",
    "input": "dv/dt = I_ext(t)/C + I_ext(t, i)/C : mV",
    "names of units": "mV : 1\ns : 1\nm : 1\nA : amp\nF = m*s*mV : 1\nV = A*ohm : volt\nh : 1\nK : 1",
    "names of functions": "exp : 1\nmin = exp : 1\nsum : 1\nabs = min + sum : 1\nint : 1\nrange : 1\nfloat : 1",
    "names of directives": "rate : Hz\nnoise : 1\nmethod : 1\nthreshold = E : mV\nreset : mV\nevent : 1\nuses : 1",
    "names with endings": "x_pre : 1\ny_post = x_pre : 1\ntau_ : ms\nlambda_ : 1\nN_E : 1",
    "letters of the world": "dα/dt = -α/τ : 1\nτ : second\nΔT : mV\n電圧 = ΔT : mV",
    "fast sodium": "I_Na = g*m**3*h*(v - E) + \\\n  g*(v - E) : amp\nv : volt\nm : 1\nh : 1",
    "rates": "alpha = 0.32*(mV**-1)*4*mV/exprel((13*mV - v)/(4*mV))/ms : Hz\nv : volt\nb = 4./(1+exp(-v/E))/ms : Hz",
    "one over a time": "dg_e/dt = -g_e*(1./tau) : siemens",
    "shared": "x : 1 ( shared , constant )\ny = x : 1 (constant  over   dt, shared)",
    "defaults": "R = 100*Mohm : Mohm (parameter)\nx = R*nA : mV (parameter, constant)",
    "draws": "r = rand() + randn() + poisson(5) + binomial(5, 0.1) : 1 (constant over dt)",
    "functions": "v : mV\nu = sqrt(v**2) + min(v, 0*mV, E) : mV\nq = sign(v) + heaviside(v) + arctan2(v, E) : 1",
    "unitless": "dv/dt = (I - v)/10\nI\nk (constant)\ns = 2*v\nv(0) = 1\nJ = 5 (parameter)",
}


@pytest.mark.parametrize("name", MODELS)
def test_model(name):
    checked = check(parse(MODELS[name]), Scope(externals=EXTERNALS))
    assert checked.definitions


@pytest.mark.parametrize(
    "text",
    [
        "v > E", "-10*mV < v < 0*mV", "rand() < 10*Hz*dt", "not (v < 0)", "True", "(v > E) or v < -1*volt", "i == 0",
        "v > E  # comment", "\n  v > E\n", "v > E and\n  t > 1*ms", "(v > E\n and t > 1*ms)", "v > E \\\n and True",
        "timestep(t - lastspike, dt) > 5 and not_refractory", "v/mV > theta + i",
    ],
)  # fmt: skip
def test_threshold(text):
    model = parse("dv/dt = -v/tau : mV\ntheta : 1")
    assert check(with_arguments(model, "", threshold=text), Scope(externals=EXTERNALS)).threshold is not None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("5*ms", "time"), ("t_ref", "time"), ("2*ms + i*ms", "time"), ("rand()*ms", "time"), ("0", "time"),
        ("v > -20*mV", "condition"), ("b", "condition"), ("not b", "condition"), ("t < lastspike + t_ref", "condition"),
    ],
)  # fmt: skip
def test_refractoriness(text, kind):
    model = parse("dv/dt = -v/tau : mV (unless refractory)\nt_ref : second\nb : boolean")
    model = with_arguments(model, "", threshold="v > 0*mV", refractory=text)
    assert check(model, Scope(externals=EXTERNALS)).refractory_kind == kind


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("v = 0*mV; w += 1", 2), ("v = 0*mV\nw += 1;", 2), ("\n  v = 0*mV  # reset\n\n  w *= 2\n", 2), ("", 0),
        ("v = (v +\n  E)", 1), ("u = v + E; v = u", 2), ("w **= 2; w //= 3; w %= 4; w -= 1; w /= 2", 5),
        ("w = w if v > E else 0", 1), ("v += E*int(v > 0)", 1), ("w = rand()", 1), ("w = -w", 1),
    ],
)  # fmt: skip
def test_statements(text, count):
    model = with_arguments(parse("dv/dt = -v/tau : mV\nw : 1"), "", threshold="v > E", reset=text)
    assert len(check(model, Scope(externals=EXTERNALS)).reset.statements) == count
    assert len(parse_statements(text).statements) == count


UNITS = """volt amp siemens farad ohm meter metre second kilogram gram hertz kelvin mole molar coulomb newton joule watt
radian mV uV nV kV mA uA nA pA fA mS uS nS pS mF uF nF pF kohm Mohm Gohm mm cm um nm ms us ns Hz kHz MHz mM uM nM mmol
umol cm2 um2 mm2 cm3 msiemens ufarad umetre nsiemens kvolt namp Gohm cmetre mkelvin 1"""


@pytest.mark.parametrize("unit", UNITS.split())
def test_every_unit_can_be_declared_and_written(unit):
    checked = check(parse(f"x = 2*{unit} : {unit}"), Scope())
    assert checked.definitions[0].unit == parse_unit(unit)[0]


def test_values():
    symbols = check(parse("v : mV\nb : boolean\nk : integer"), Scope()).symbols
    mV = symbols["v"].unit
    for text in ("-60*mV + rand()*10*mV", "i*mV", "0", "5*mV if i > 2 else E", "1e-3*volt", "E + v"):
        assert check_expression(parse_expression(text), Scope(externals=EXTERNALS), symbols, expect=mV).unit == mV
    for text in ("i > 2", "b", "not b or True"):
        assert check_expression(parse_expression(text), Scope(), symbols, expect="boolean").type == "boolean"
    for text in ("i", "3", "k + 1", "int(1.5)", "floor(2.5)"):
        assert check_expression(parse_expression(text), Scope(), symbols, expect="integer").type == "integer"


def test_names_that_no_text_can_use_are_in_nobodys_way():
    """What the surroundings hold under a name of the model, or of the language, does not matter."""
    other = External("other", what="a type")
    scope = Scope(externals={"N": other, "v": other, "exp": other, "mV": other})
    assert check(parse("dv/dt = exp(-N)*mV/ms : mV"), scope).externals.keys() <= {"exp", "mV"}


def test_names_nearby_are_only_for_hints():
    scope = Scope(nearby=frozenset({"tau_m"}))
    with pytest.raises(Exception, match="did you mean tau_m"):
        check(parse("dv/dt = -v/taum : mV"), scope)
