"""How the elements of kernels are spread over the threads of a device: what one may do beside another."""

import pytest

from eqsim.language.expr import Binary, Name, Number
from eqsim.lowering.kernel import Add, Append, If, Kernel, Let, Load, Store
from eqsim.targets.spread import spread

REAL, ONE = {"V": "real", "w": "real", "u": "real", "n": "count"}, Number(1.0)
X, Y = Name("x"), Binary("+", Name("x"), ONE)


def kernel(domain, *body, lists=()):
    return Kernel("k", domain, REAL, body, {}, dict.fromkeys(lists, "real"))


def ways(*arguments, fast=False, lists=(), **options):
    return [(one.way, one.owner) for one in spread(kernel(*arguments, lists=lists), fast=fast, **options)]


@pytest.mark.parametrize(
    ("expected", "domain", "body"),
    [
        ("apart", "each", (Load("x", "V", "_i"), Store("V", "_i", Y))),
        ("apart", "each", (Load("x", "V", "0"), Store("w", "_i", Y))),
        ("alone", "each", (Load("x", "V", "0"), Store("V", "_i", Y))),
        ("alone", "each", (Store("V", "0", ONE),)),
        ("alone", "listed", (Add("V", "0", ONE),)),
        ("apart", "listed", (Add("n", "0", Number(1)),)),  # integers are the same in any order
        ("alone", "listed", (Load("x", "n", "0"), Add("n", "0", X))),
        ("apart", "listed", (Add("V", "_i", ONE),)),
        ("alone", "once", (Store("V", "0", ONE),)),
        ("apart", "arrivals", (Load("x", "V", "_j"), Store("w", "_k", Y))),
        ("owned_j", "arrivals", (Load("x", "w", "_k"), Add("V", "_j", X))),
        ("owned_j", "synapses", (Load("x", "V", "_j"), Store("V", "_j", Y), Store("w", "_k", X))),
        ("owned_i", "backward", (Add("V", "_i", ONE),)),
        ("alone", "arrivals", (Load("x", "V", "_i"), Add("V", "_j", X))),
        ("alone", "arrivals", (Load("x", "V", "_j"), Store("V", "_j", Y), Store("w", "_i", ONE))),
    ],
)
def test_what_may_be_done_at_once(expected, domain, body):
    assert ways(domain, *body) == [(expected.split("_")[0], expected[5:] if "_" in expected else "")]


def test_what_adds_to_both_ends_becomes_two():
    body = (Load("x", "w", "_k"), Add("V", "_j", X), Add("u", "_i", X), Store("w", "_k", ONE))
    assert ways("arrivals", *body) == [("alone", "")]  # the weight that is added is written, too
    body = (Add("V", "_j", ONE), Add("w", "_i", ONE))
    both = spread(kernel("arrivals", *body, Add("n", "0", Number(1))), fast=False)
    assert ["_atomic_add" in str(one.kernel) for one in both] == [True, False]
    first, second = spread(kernel("arrivals", *body), fast=False)
    assert (first.kernel.body, first.owner) == (body[:1], "_j")
    assert (second.kernel.body, second.owner) == (body[1:], "_i")
    assert ways("arrivals", *body, fast=True) == [("apart", "")]


def test_sums_in_any_order_are_single_instructions():
    (one,) = spread(kernel("arrivals", Load("x", "w", "_k"), Add("V", "_j", X)), fast=True)
    assert one.way == "apart"
    assert "_atomic_add(V, _j, x)" in str(one.kernel)
    assert ways("arrivals", Load("x", "V", "_j"), Add("V", "_j", X), fast=True) == [("owned", "_j")]


def test_an_element_that_may_come_twice_comes_alone():
    assert ways("arrivals", Store("w", "_k", ONE), twice=True) == [("alone", "")]


def test_places_in_records_are_known_or_counted():
    (one,) = spread(kernel("listed", Load("x", "V", "_i"), Append("L", X), lists="L"), fast=False)
    assert (one.way, one.lists) == ("apart", ("L",))
    assert "_at_L = _length_L + _q" in str(one.kernel)
    condition = If(Name("m"), (Append("L", X), Append("M", X)))
    body = (Load("x", "V", "_i"), Let("m", Binary("*", X, X), "boolean"), condition)
    (one,) = spread(kernel("listed", *body, lists="LM"), fast=False)
    assert (one.way, one.lists) == ("picked", ("L", "M"))
    assert ways("listed", Append("L", ONE), Append("L", ONE), lists="L") == [("alone", "")]
    assert ways("listed", If(X, (If(X, (Append("L", ONE),)),)), lists="L") == [("alone", "")]
    assert ways("once", Append("L", ONE), lists="L") == [("alone", "")]
