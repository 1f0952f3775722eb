"""Lines, directives and arguments of a model are read as written, wherever the author breaks them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.language.expr import Binary, Name, Number
from eqsim.language.model import Generator
from eqsim.language.names import free_names
from eqsim.language.parse import parse, parse_expression, parse_generator, parse_statements, with_arguments
from eqsim.text.errors import EqsimError, ModelSyntaxError


def shape(text):
    """The definitions of a model without their places."""
    return [
        (d.name, d.kind, str(d.value) if d.value else None, d.unit and d.unit.text, [f.text for f in d.flags])
        for d in parse(text).definitions
    ]


def test_the_five_forms_of_a_line():
    model = parse(
        """
dV/dt = (E_L - V + R*I)/tau_m + sigma*sqrt(2/tau_m)*xi : mV (unless refractory)
I     = I_ext(t) + I_syn : nA
I_syn : nA
R     = 100*Mohm : Mohm (parameter)  # a default
V(0)  = E_L                          # an initial value
"""
    )
    kinds = [(d.name, d.kind, d.unit.text, [flag.text for flag in d.flags]) for d in model.definitions]
    assert kinds == [
        ("V", "derivative", "mV", ["unless refractory"]),
        ("I", "subexpression", "nA", []),
        ("I_syn", "parameter", "nA", []),
        ("R", "parameter", "Mohm", ["parameter"]),
    ]
    assert model.definitions[3].value == parse_expression("100*Mohm")
    assert [(initial.name, initial.value) for initial in model.initials] == [("V", Name("E_L"))]
    assert not model.unitless


@pytest.mark.parametrize(
    "text",
    [
        "dv/dt = -v/tau + a : mV (unless refractory)",
        "d v / dt=-v/tau+a:mV(unless   refractory)",
        "v' = -v/tau + a : mV (unless refractory)",
        "dv/dt = -v/tau +\n a : mV (unless refractory)",
        "dv/dt = -v/tau\n + a : mV (unless refractory)",
        "dv/dt = -v/tau + \\\n a : mV (unless refractory)",
        "dv/dt = -v/tau + a # the leak\n : mV (unless refractory)",
        "dv/dt =\n\n -v/tau + a\r\n : mV (unless refractory)\r\n",
        "\tdv/dt = -v/tau + a : mV (unless refractory) ;",
    ],
)
def test_one_equation_in_many_layouts(text):
    assert shape(text) == [("v", "derivative", "-v/tau + a", "mV", ["unless refractory"])]


def test_a_bracket_holds_lines_together():
    text = "dv/dt = (a\n  - b  # comment (with a bracket\n  )/tau : mV\nb : mV; a : mV"
    assert [line[0] for line in shape(text)] == ["v", "b", "a"]


def test_a_second_order_equation_is_two_of_first_order():
    expected = [
        ("x", "derivative", "dx_dt", "mm", ["unless refractory"]),
        ("dx_dt", "derivative", "-k*x", "(mm)/ms", ["unless refractory"]),
    ]
    for left in ("d2x/dt2", "d^2 x/dt^2", "x''"):
        assert shape(f"{left} = -k*x : mm (unless refractory)") == expected
    initials = parse("x'' = -k*x : mm\nx(0) = 1*mm\nx'(0) = 2*mm/ms").initials
    assert [initial.name for initial in initials] == ["x", "dx_dt"]
    assert [line[3] for line in shape("x'' = -x\ny = x")] == [None, None, None]


def test_a_fractional_order_is_kept():
    (definition,) = parse("d^0.8 x/dt^0.8 = -x : 1").definitions
    assert (definition.name, definition.order) == ("x", 0.8)


def test_a_bracket_is_flags_only_if_all_its_words_are():
    assert shape("x = (shared)*2 : 1 (shared)") == [("x", "subexpression", "shared*2", "1", ["shared"])]
    assert shape("x = f (y)") == [("x", "subexpression", "f(y)", None, [])]
    assert shape("x : amp/(meter**2) (constant, shared)") == [
        ("x", "parameter", None, "amp/(meter**2)", ["constant", "shared"])
    ]
    assert shape("I (constant)") == [("I", "parameter", None, None, ["constant"])]


def test_directives():
    model = parse(
        """model AdExIF
reference Brette & Gerstner (2005), J Neurophysiol 94:3637; eqs 1-3 # of it
dv/dt = -v/ms : 1
threshold v > 1 and (
    v < 2)
reset v = 0; v += 1
refractory 5*ms
event half v > 0.5
on_pre v += 1
on_post v -= 1
method rk4
noise ito
uses Ca, Na
"""
    )
    assert (model.word, model.name, str(model.method), model.noise, model.uses) == (
        "model",
        "AdExIF",
        "rk4",
        "ito",
        ("Ca", "Na"),
    )
    assert model.reference == "Brette & Gerstner (2005), J Neurophysiol 94:3637; eqs 1-3 # of it"
    assert str(model.threshold) == "v > 1 and v < 2"
    assert [(s.target, s.op) for s in model.reset.statements] == [("v", "="), ("v", "+=")]
    assert model.refractory.span.line == 7
    assert [(event.name, str(event.condition)) for event in model.events] == [("half", "v > 0.5")]
    assert [(path.name, path.of) for path in model.pathways] == [("pre", "pre"), ("post", "post")]


@pytest.mark.parametrize(
    "word",
    ["model", "channel", "rate", "event", "reset", "threshold", "method", "noise", "refractory", "on_pre", "uses"],
)
def test_a_variable_may_bear_the_name_of_a_directive(word):
    assert [line[0] for line in shape(f"{word} : 1\n{word}2 = {word} : 1")] == [word, f"{word}2"]
    assert [line[0] for line in shape(f"{word} (constant)\nx = 1")] == [word, "x"]


def test_ions_are_named_with_a_point_where_they_are_used():
    (definition,) = parse("channel ICa\nuses Ca\nI = g*(V - Ca.E) : uA/cm2").definitions
    assert definition.value == Binary("*", Name("g"), Binary("-", Name("V"), Name("Ca.E")))
    with pytest.raises(ModelSyntaxError):
        parse("I = g*(V - Ca.E) : uA/cm2")


def test_arguments_win_over_directives():
    model = parse("dv/dt = -v/ms : 1\nthreshold v > 1\nreset v = 0\non_pre v += 1\nevent a v > 2\nmethod euler")
    model = with_arguments(
        model,
        "NeuronGroup 'exc'",
        threshold="v > 3",
        events={"b": "v > 4"},
        on_pre={"fast": "v += 1", "slow": "v += 2"},
        on_post="v = 0",
        noise="ito",
    )
    assert (str(model.threshold), str(model.method), model.noise) == ("v > 3", "euler", "ito")
    assert model.threshold.span.source.part == "threshold"
    assert model.reset.statements[0].op == "="
    assert [event.name for event in model.events] == ["a", "b"]
    assert [(path.name, path.of, path.code.source.part) for path in model.pathways] == [
        ("fast", "pre", "on_pre fast"),
        ("slow", "pre", "on_pre slow"),
        ("post", "post", "on_post"),
    ]


def test_mistakes_of_all_arguments_come_together():
    with pytest.raises(ModelSyntaxError) as raised:
        with_arguments(parse("v : 1"), "G", threshold="v >", reset="v + 1", noise="none", events={"2x": "v"})
    assert [one.span.source.part for one in raised.value.mistakes] == ["threshold", "reset", "events", "noise"]


def test_an_empty_reset_is_no_statement_at_all():
    assert with_arguments(parse("v : 1"), "G", reset="").reset.statements == ()


def test_statements():
    code = parse_statements("v = 0; w += b  # jump\nx = clip(x,\n   0, 1); ;\ny **= 2; z //= 3; u %= 4")
    assert [(s.target, s.op, str(s.value)) for s in code.statements] == [
        ("v", "=", "0"),
        ("w", "+=", "b"),
        ("x", "=", "clip(x, 0, 1)"),
        ("y", "**=", "2"),
        ("z", "//=", "3"),
        ("u", "%=", "4"),
    ]
    assert code.statements[1].target_span.column == 8
    assert code.statements[1].span.text == "w += b"


def test_generators():
    k, i = Name("k"), Name("i")
    assert parse_generator("i") == Generator(i)
    assert parse_generator("i + 1 if i < 3") == Generator(
        parse_expression("i + 1"), condition=parse_expression("i < 3")
    )
    assert parse_generator("k for k in range(i-3, i+4) if k != i") == Generator(
        k, "k", "range", (parse_expression("i - 3"), parse_expression("i + 4")), condition=parse_expression("k != i")
    )
    assert parse_generator("2*k for k in sample(0, N_post, 2, p=0.1)") == Generator(
        parse_expression("2*k"), "k", "sample", (Number(0), Name("N_post"), Number(2)), p=Number(0.1)
    )
    assert parse_generator("sample(N_post, size=10)").size == Number(10)


def test_free_names():
    model = parse(
        "dv/dt = (f(v) - w + x_pre)/tau : 1\ntau = 5*ms : ms\nthreshold v > v_t\nreset u = v_r; v = u + b; q += 1"
    )
    assert free_names(model) == {"f", "w", "x_pre", "ms", "v_t", "v_r", "b", "q"}
    assert free_names(parse_generator("k + d for k in range(n)")) == {"d", "n"}
    assert free_names(parse_statements("a = a + 1")) == {"a"}


LINES = st.lists(
    st.sampled_from(
        [
            "dv/dt = -v/ms : 1",
            "x : mV (shared)",
            "(",
            ")",
            "threshold v >",
            "reset v = 0;",
            "w = a +",
            ": 1",
            "\\",
            "#",
            "'",
        ]
    ),
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(LINES, st.sampled_from(["\n", "; ", " ", "\r\n"]))
def test_any_lines_are_read_or_refused_inside_the_text(lines, between):
    text = between.join(lines)
    try:
        parse(text, "G")
    except EqsimError as error:
        for mistake in error.mistakes:
            assert 0 <= mistake.span.start <= mistake.span.stop <= len(text)
