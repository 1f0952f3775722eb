"""A formula is grouped as Python groups it, points back exactly into its text, and prints to what reads the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eqsim.language.expr import Binary, Call, Compare, Conditional, Logic, Name, Number, Unary, walk
from eqsim.language.parse import parse_expression
from eqsim.text.errors import EqsimError, ModelSyntaxError
from tests.language.strategies import expressions

a, b, c = Name("a"), Name("b"), Name("c")


@settings(max_examples=300, deadline=None)
@given(expressions())
def test_what_is_printed_is_read_as_the_same_tree(expr):
    assert parse_expression(str(expr)) == expr


@settings(max_examples=200, deadline=None)
@given(expressions())
def test_spans_hold_the_text_of_their_node(expr):
    text = str(expr)
    for node in walk(parse_expression(text)):
        if isinstance(node, Name):
            assert node.span.text == node.name
        elif not isinstance(node, Logic | Compare):
            assert parse_expression(node.span.text) == node


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a - b - c", Binary("-", Binary("-", a, b), c)),
        ("a**b**c", Binary("**", a, Binary("**", b, c))),
        ("-a**b", Unary("-", Binary("**", a, b))),
        ("a**-b", Binary("**", a, Unary("-", b))),
        ("not a and b", Logic("and", Unary("not", a), b)),
        ("a or b and c", Logic("or", a, Logic("and", b, c))),
        ("a < b < c", Logic("and", Compare("<", a, b), Compare("<", b, c))),
        ("a if b else c", Conditional(b, a, c)),
        ("where(b, a, c)", Conditional(b, a, c)),
        ("max(a, b, c)", Call("max", (Call("max", (a, b)), c))),
        ("rand()", Call("rand", ())),
        ("0x10 + 1e-3 + .5", Binary("+", Binary("+", Number(16), Number(0.001)), Number(0.5))),
        ("True", Number(True)),
        ("a \\\n + b  # comment", Binary("+", a, b)),
        ("a\n+ b", Binary("+", a, b)),
    ],
)
def test_precedence_and_forms(text, tree):
    assert parse_expression(text) == tree
    assert [type(node.value) for node in walk(parse_expression(text)) if isinstance(node, Number)] == [
        type(node.value) for node in walk(tree) if isinstance(node, Number)
    ]


def test_columns_count_characters_not_bytes():
    tree = parse_expression("größe*µ + größe/ß")
    assert [node.span.text for node in walk(tree)][:3] == ["größe*µ + größe/ß", "größe*µ", "größe"]
    assert tree.right.right.span.column == 17


def test_names_are_read_in_one_spelling():
    assert parse_expression("\u00b5") == parse_expression("\u03bc") == Name("\u03bc")  # micro sign and Greek letter


def test_spans_lead_through_continued_lines():
    tree = parse_expression("(a +  # first\n   b)*c", "G", "threshold")
    last = tree.right
    assert (last.span.line, last.span.column, last.span.source.part) == (2, 7, "threshold")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "#",
        "a.b",
        "a[0]",
        "[a]",
        "{a}",
        "'a'",
        'f"{a}"',
        "lambda: 1",
        "a := 3",
        "(a := 3)",
        "f(*a)",
        "f(**a)",
        "f(x=1)",
        "a, b",
        "(a, b)",
        "()",
        "1j",
        "a & b",
        "a | b",
        "~a",
        "a ^ b",
        "a << 2",
        "a @ b",
        "a is b",
        "a in b",
        "a not in b",
        "await a",
        "yield",
        "None",
        "...",
        "a;b",
        "__import__('os').system('true')",
        "[x for x in a]",
        "f(x for x in a)",
        "f(a)(b)",
        "(f)(a)",
        "\x00",
        "a\x00b",
        "a\x0cb",
        "\ud800",
        "\u2028",
        "9" * 5000,
        "1e400",
        "1_0_",
        "08",
        "ｉｆ",
        "f()()",
        "a b",
        "1 2",
        "a if b",
        "a else b",
        "a == not b",
        "(" * 300 + "a" + ")" * 300,
        "-" * 100_000 + "a",
        "+".join("a" * 10_000),
        "**".join("a" * 3_000),
        " and ".join("a" * 3_000),
        "<".join("a" * 3_000),
        "min(" + ",".join("a" * 3_000) + ")",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_formula_is_refused_at_its_place(text):
    with pytest.raises(ModelSyntaxError) as raised:
        parse_expression(text)
    error = raised.value
    assert error.hint
    assert 1 <= error.line <= text.count("\n") + 1
    assert 1 <= error.column <= len(text) + 1


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab1.0()+-*/<>=! ,'\"ifelsnotd\n\\#;:[]{}^&é²\x00"), max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        tree = parse_expression(text)
    except EqsimError:
        return
    assert parse_expression(str(tree)) == tree
