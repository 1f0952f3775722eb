"""A checked model says what every name means, in which unit it is kept, and what depends on what."""

import json
from pathlib import Path

import pytest

from eqsim.checking.check import check, check_code, check_expression
from eqsim.checking.checked import External, Role, Scope, Symbol
from eqsim.checking.dimensions import Unit
from eqsim.checking.units import unit_text
from eqsim.language.expr import names
from eqsim.language.parse import parse, parse_expression, parse_statements, with_arguments
from eqsim.text.errors import DefinitionError, EqsimError, ReadOnlyError, UnitsError, UnknownNameError
from tests.checking.models import check_adex, check_stdp, check_unitless, post, scalar, synapse, unit

REFERENCE = sorted((Path(__file__).parents[1] / "reference").glob("*.json"))


def checked(text, externals=None, **scope):
    return check(parse(text, "G"), Scope(externals=externals or {}, **scope))


def test_a_neuron_model():
    model = check_adex()
    kept = {name: unit_text(symbol.unit) for name, symbol in model.symbols.items() if symbol.role is not Role.UNIT}
    assert {name: kept[name] for name in ("V", "w", "I", "C", "t", "dt", "lastspike", "not_refractory")} == {
        "V": "mV", "w": "pA", "I": "pA", "C": "pF", "t": "ms", "dt": "ms", "lastspike": "ms", "not_refractory": "1"
    }  # fmt: skip
    assert model.symbols["V"].role is Role.STATE
    assert model.symbols["V"].held
    assert not model.symbols["w"].held
    assert model.symbols["I_0"].constant
    assert model.symbols["sigma_I"].shared
    assert model.symbols["mV"] == Symbol("mV", Role.UNIT, unit("mV"), shared=True, constant=True)
    assert model.refractory_kind == "time"
    assert model.subexpressions == ("I",)
    assert set(model.initials) == {"V"}
    assert [event.name for event in model.events] == ["fast"]
    local = model.reset.statements[0].target
    assert (local.role, unit_text(local.unit), local.name in model.symbols) == (Role.LOCAL, "mV", False)
    assert [symbol.name for symbol in model.symbols.values()][:3] == ["V", "w", "I"]


def test_every_name_in_every_formula_has_a_symbol():
    for model in (check_adex(), check_unitless(), check_stdp()):
        formulas = [d.value for d in model.definitions if d.value] + list(model.initials.values())
        formulas += [formula for formula in (model.threshold, model.refractory) if formula]
        codes = [path.code for path in model.pathways] + ([model.reset] if model.reset else [])
        for code in codes:
            for statement in code.statements:
                assert names(statement.value) | {statement.target.name} <= set(code.symbols)
        for formula in formulas:
            assert names(formula) <= set(model.symbols)


def test_a_unitless_model_has_plain_numbers_everywhere():
    model = check_unitless()
    assert model.unitless
    assert all(symbol.unit == Unit() for symbol in model.symbols.values())
    assert check_expression(parse_expression("t + 1"), Scope(), model.symbols).unit == Unit()
    with pytest.raises(UnitsError):
        check_expression(parse_expression("1*ms"), Scope(), model.symbols)


def test_a_synapse_sees_itself_then_its_groups_then_the_target_group():
    model = check_stdp()
    pre, on_post = model.pathways
    where = {name: (symbol.of, symbol.variable) for name, symbol in model.symbols.items()}
    assert where["v_pre"] == ("pre", "v")
    assert where["v_post"] == ("post", "v")
    assert where["g"] == ("post", "g")
    assert where["w"] == ("own", "w")
    assert [statement.target.name for statement in pre.code.statements] == ["apre", "w", "g"]
    assert (on_post.name, on_post.of) == ("post", "post")
    shadow = check(parse("v : nS\nx = v : nS\ny = v_post : mV"), synapse())
    assert shadow.symbols["v"].of == "own"


def test_always_there_wins_over_what_is_captured():
    externals = {name: scalar("pA") for name in ("t", "i", "N", "pi")}
    model = checked("x = t + i*N*pi*ms : ms", externals)
    assert model.externals == {}
    assert model.symbols["t"].role is Role.BUILTIN
    assert model.symbols["i"].type == "integer"


def test_own_variables_win_over_units_and_functions():
    assert checked("mV : nS\nx = 2*mV : nS").symbols["mV"].role is Role.PARAMETER
    assert checked("min : 1\nx = 2*min : 1").symbols["min"].role is Role.PARAMETER
    assert checked("x = exp(1) : 1", {"exp": scalar("mV")}).externals == {}


@pytest.mark.parametrize("captured", ["second", "ms", "us"])
def test_the_unit_of_a_captured_value_depends_on_its_dimension_alone(captured):
    assert unit_text(checked("dv/dt = -v/tau : 1", {"tau": scalar(captured)}).symbols["tau"].unit) == "ms"
    declared = checked("dv/dt = -v/tau : 1\nT : second", {"tau": scalar(captured)})
    assert unit_text(declared.symbols["tau"].unit) == "second"


def test_usual_units_of_captured_values():
    units = {"volt": "mV", "siemens": "nS", "farad": "pF", "amp": "pA", "ohm": "Mohm", "hertz": "Hz", "molar": "mM"}
    units |= {"siemens/meter**2": "mS/cm2", "farad/meter**2": "uF/cm2", "amp/cm2": "uA/cm2", "1": "1"}
    for given, kept in units.items():
        symbol = checked("x = int(c == c) : 1", {"c": scalar(given)}).symbols["c"]
        assert unit_text(symbol.unit) == kept
    assert checked("x = int(c == c) : 1", {"c": scalar("kilogram*amp")}).symbols["c"].unit.scale == 0


def test_only_used_externals_are_kept():
    externals = {"tau": scalar("ms"), "E": scalar("mV"), "I": External("timed_array", unit("mV"))}
    externals["f"] = External("function", unit("1"), arguments=(unit("mV"),))
    model = checked("dv/dt = (I(t) + I(t, i) - v*f(v))/tau : mV", externals)
    assert sorted(model.externals) == ["I", "f", "tau"]


def test_subexpressions_come_in_order_of_dependence():
    model = checked("a = b + c : 1\nb = 2*c : 1\nc = d : 1\nd : 1")
    assert [definition.name for definition in model.definitions] == ["a", "b", "c", "d"]
    assert model.subexpressions == ("c", "b", "a")


@pytest.mark.parametrize(
    "line",
    [
        "x = 0 : mV",
        "x = -inf : mV",
        "x = clip(v, 0, inf) : mV",
        "x = v + 0 : mV",
        "x = where(v > 0, v, 0) : mV",
        "x = v if 0 < v < 3*mV else nan : mV",
        "x = max(v, 0, -v) : mV",
        "x = v*mS/uA : 1",
        "x = sqrt(v**2) : mV",
        "x = v**(1/2)*v**0.5 : mV",
        "x = v**-1*v**2 : mV",
        "x = (v/mV)**n*mV : mV",
        "x = v**2/(mV**2) : 1",
        "x = exp(v/mV) + exprel(n) + log1p(n) + erf(n) : 1",
        "x = arctan2(v, 2*v) + sign(v) + heaviside(v) : 1",
        "x = mod(v, 3*mV) + v % (2*mV) + v//(1*mV)*mV + abs(v) : mV",
        "x = floor(n) + ceil(n) + int(n) + int(v > 0) : 1",
        "x = int(n) + i//2 + i % 2 + timestep(t, dt) : integer",
        "x = v > 0 and not (n < 3 or b) : boolean",
        "x = b == (v > 0) : boolean",
        "x = volt : mV",
        "x = poisson(3) + binomial(3, 0.5) + randn() + rand() : 1 (constant over dt)",
        "x = v + 1*volt - 3*uV : mV",
        "x = pi*e : 1",
    ],
)
def test_formulas_that_agree(line):
    checked(f"{line}\nv : mV\nn : 1\nb : boolean")


@pytest.mark.parametrize(
    ("line", "unit_of_value"),
    [("v + 1*volt", "mV"), ("1*volt + v", "volt"), ("v*g", "pA"), ("0 + v", "mV"), ("clip(0, v, v)", "mV")],
)
def test_a_local_takes_the_unit_of_its_first_value(line, unit_of_value):
    model = checked("v : mV\ng : nS")
    code = check_code(parse_statements(f"u = {line}; v += 0*u/u*mV"), Scope(), model.symbols)
    assert code.statements[0].target.unit == unit(unit_of_value)


def test_noise_has_the_unit_of_its_increments():
    model = checked("dv/dt = -v/ms + s*xi_a + s*xi : 1\ns : second**-0.5\nxi_a (shared)")
    assert model.symbols["xi"].unit == unit("ms**-0.5")
    assert model.symbols["xi_a"].shared
    assert not model.symbols["xi"].shared
    assert [definition.name for definition in model.definitions] == ["v", "s"]


def test_code_outside_a_model():
    model = check_adex()
    scope = Scope(externals={"step": scalar("volt")})
    code = check_code(parse_statements("V += step; sigma_I = 3*pA"), scope, model.symbols)
    assert code.statements[0].target.name == "V"
    assert unit_text(code.symbols["step"].unit) == "mV"
    with pytest.raises(ReadOnlyError):
        check_code(parse_statements("sigma_I = 3*pA"), scope, model.symbols, forbidden_shared=True)
    with pytest.raises(UnknownNameError):
        check_code(parse_statements("V += lastspikes*mV/ms"), scope, model.symbols)
    check_code(parse_statements("V += lastspike*mV/ms"), scope, model.symbols)


def test_expressions_outside_a_model():
    model = check_adex()
    value = check_expression(parse_expression("E_L + rand()*10*mV"), Scope(), model.symbols, expect=unit("volt"))
    assert unit_text(value.unit) == "volt"
    condition = check_expression(parse_expression("V > -50*mV and i > 3"), Scope(), model.symbols, expect="boolean")
    assert condition.type == "boolean"
    assert set(condition.symbols) == {"V", "i", "mV"}
    rule = check_expression(parse_expression("i + N_post - N_pre + v_pre/mV"), synapse(), {})
    assert (rule.unit.dimensionless, rule.symbols["v_pre"].of) == (True, "pre")
    assert check_expression(parse_expression("True"), Scope(), {}, expect=unit("1")).type == "boolean"


def test_a_synapse_does_not_see_what_only_its_target_calls_its_own():
    # i and t of the target group are not i and t of the synapse
    symbols = {**post(), "i": Symbol("i", Role.BUILTIN, Unit(), "integer")}
    with pytest.raises(UnknownNameError):
        check(parse("x = i_post : 1"), Scope("synapse", post=symbols))
    assert check(parse("x = i + j : 1"), Scope("synapse", post=symbols)).symbols["i"].of == "own"


def test_a_network_is_all_unitless_or_not_at_all():
    with pytest.raises(UnitsError):
        check(parse("w : 1"), Scope("synapse", unitless=True))
    with pytest.raises(UnitsError) as raised:
        check(parse("w\nx"), Scope("synapse", unitless=False))
    assert len(raised.value.mistakes) == 1


def test_stages_stop_each_other():
    names_and_units = "dv/dt = tua + exp(v) : mV\ntau : ms"
    with pytest.raises(UnknownNameError) as raised:
        checked(names_and_units)
    assert len(raised.value.mistakes) == 1
    with pytest.raises(DefinitionError) as raised:
        checked(names_and_units + "\nt : ms")
    assert len(raised.value.mistakes) == 1


@pytest.mark.parametrize("path", REFERENCE, ids=lambda path: path.stem)
def test_reference_models_check(path):
    case = json.loads(path.read_text(encoding="utf-8"))
    groups = {}
    for name, group in case.get("groups", {}).items():
        texts = {key: group.get(key) for key in ("threshold", "reset", "refractory", "events")}
        model = with_arguments(parse(group["equations"], name), name, **texts)
        groups[name] = check(model, Scope(externals=namespace(group)))
        for code in [*group.get("run_on_event", {}).values(), group.get("run_regularly", {}).get("code", "")]:
            check_code(parse_statements(code), Scope(), groups[name].symbols)
    for synapses in case.get("synapses", []):
        ends = [groups[end].symbols if end in groups else {} for end in (synapses["source"][0], synapses["target"][0])]
        scope = Scope("synapse", namespace(synapses), *ends)
        texts = {key: synapses.get(key) for key in ("on_pre", "on_post")}
        model = check(with_arguments(parse(synapses["model"], "S"), "S", **texts), scope)
        assert len(model.pathways) == sum(text is not None for text in texts.values())


def namespace(case):
    values = {
        name: check_expression(parse_expression(text), Scope(), {}) for name, text in case.get("namespace", {}).items()
    }
    return {name: External("scalar", value.unit, value.type) for name, value in values.items()}


def test_the_page_of_the_language_is_kept():
    with pytest.raises(EqsimError) as raised:
        checked("dV/dt = -V/ms : mV\ndw/dt = (a*(V - E_L) - w)/tau_w : nA\nE_L : mV\ntau_w : ms\na : Mohm")
    error = raised.value
    assert (error.object, error.line, error.column) == ("G", 2, 10)
    assert str(error).splitlines()[-2:] == [
        "  found: mV*Mohm, against nA of w",
        "  hint: a is declared in Mohm; a conductance (nS) would fit",
    ]
