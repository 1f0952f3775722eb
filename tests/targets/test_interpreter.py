"""The reference interpreter means what a plain loop over elements means, however it takes elements together."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
import naive

from eqsim.language.expr import Binary, Compare, Name, Number
from eqsim.language.parse import parse_expression
from eqsim.lowering.kernel import Add, Append, Draw, If, Kernel, Let, Load, Store
from eqsim.random import Kind, normal
from eqsim.targets.independence import needs
from eqsim.targets.interpreter import interpret

N_PRE, N_POST, STREAM = 5, 4, 11


def expr(text):
    return parse_expression(text)


def kernel(domain, body, arrays, **more):
    return Kernel(
        "k", domain, arrays, tuple(body), more.get("scalars", {}), more.get("lists", {}), more.get("invariant", ())
    )


def copied(arguments):
    """Return arguments with arrays of their own; arrays that are one object stay one."""
    copies = {id(value): value.copy() for value in arguments.values() if isinstance(value, np.ndarray)}
    return {name: copies.get(id(value), value) for name, value in arguments.items()}


def same(kernel, arguments, step=3, dt=0.1):
    """Carry a kernel out both ways and require the same memory, to the last bit."""
    mine, plain = copied(arguments), copied(arguments)
    interpret(kernel, mine, step, dt, STREAM)
    naive.run(kernel, plain, step, dt, STREAM)
    for name, value in mine.items():
        assert np.array_equal(value, plain[name], equal_nan=True), f"{name}\n{kernel}\n{value}\n{plain[name]}"
    return mine


# kernels made at random ----------------------------------------------------------------------------------------------

INDEXES = {
    "each": ["_i"],
    "listed": ["_i"],
    "synapses": ["_i", "_j", "_k"],
    "arrivals": ["_i", "_j", "_k"],
    "backward": ["_i", "_j", "_k"],
}
ARRAYS = {"a": "_i", "b": "_i", "c": "_j", "w": "_k"}  # through which index an array is reached, as a rule


@st.composite
def formulas(draw, known):
    operands = st.one_of(st.sampled_from(sorted(known)).map(Name), st.sampled_from([0.5, 1.25, -3.0]).map(Number))
    left, right = draw(operands), draw(operands)
    return Binary(draw(st.sampled_from(["+", "-", "*"])), left, right)


@st.composite
def bodies(draw, domain, known, depth=0):
    """Return instructions that read and write in every way there is, also through shared indexes."""
    known, body = set(known), []
    for position in range(draw(st.integers(1, 4))):
        array = draw(st.sampled_from([name for name, index in ARRAYS.items() if index in INDEXES[domain]]))
        index = ARRAYS[array] if draw(st.integers(0, 9)) else "0"
        what = draw(st.sampled_from(["load", "let", "store", "add", "append", "if", "draw"]))
        local = f"x{depth}_{position}"
        match what:
            case "load":
                body.append(Load(local, array, index))
                known.add(local)
            case "let":
                body.append(Let(local, draw(formulas(known))))
                known.add(local)
            case "draw":
                body.append(Draw(local, "uniform", position + 10 * depth, INDEXES[domain][-1]))
                known.add(local)
            case "store":
                body.append(Store(array, index, draw(formulas(known))))
            case "add":
                body.append(Add(array, index, draw(formulas(known))))
            case "append":
                body.append(Append("list", draw(formulas(known))))
            case "if" if depth < 2:
                condition = Compare(draw(st.sampled_from(["<", ">="])), draw(formulas(known)), Number(0.7))
                body.append(If(condition, draw(bodies(domain, known, depth + 1))))
    return tuple(body)


@st.composite
def cases(draw):
    domain = draw(st.sampled_from(sorted(INDEXES)))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    size = draw(st.integers(0, 12))
    source, target = np.sort(rng.integers(0, N_PRE, size)), rng.integers(0, N_POST, size).astype(np.uint8)
    start = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=N_PRE))])
    runs = np.sort(rng.choice(N_PRE, draw(st.integers(0, 3)), replace=False))
    order = np.argsort(target, kind="stable")
    begin = np.concatenate([[0], np.cumsum(np.bincount(target, minlength=N_POST))])
    if domain == "backward":
        runs = runs[runs < N_POST]
        start_of = begin
    else:
        start_of = start
    count = len(runs)
    arguments = {
        "a": rng.normal(size=N_PRE), "b": rng.normal(size=N_PRE), "c": rng.normal(size=N_POST),
        "w": rng.normal(size=max(size, 1)), "p": 0.75,
        "list": np.zeros(200), "list_count": np.array([1]),
        "_n": N_PRE, "_events": np.append(runs, [99]).astype(np.int32), "_count": np.array([count]),
        "_start": start, "_target": target, "_source": source.astype(np.uint8), "_permutation": order.astype(np.int32),
        "_run_source": runs.astype(np.int32), "_runs": np.array([count]),
        "_run_begin": start_of[runs], "_run_end": start_of[runs + 1],
    }  # fmt: skip
    # a group connected to itself: two names, one memory
    if draw(st.booleans()):
        arguments["c"] = arguments["a"]
    body = draw(bodies(domain, {"p", "t", "dt", "_step", *INDEXES[domain]}))
    return kernel(domain, body, dict.fromkeys(ARRAYS, "real"), scalars={"p": "real"}, lists={"list": "real"}), arguments


@settings(max_examples=400)
@given(cases())
def test_interpreter_is_a_plain_loop(case):
    same(*case)


# by hand -------------------------------------------------------------------------------------------------------------


def test_each_steps_a_membrane():
    body = [
        Load("V", "V", "_i"), Load("I", "I", "_i"),
        Let("V_new", expr("I + (V - I)*decay")),
        Store("V", "_i", Name("V_new")), Store("spike", "_i", expr("V_new > 1")),
        Store("last", "_i", expr("_step + 1")),
    ]  # fmt: skip
    arrays = {"V": "real", "I": "real", "spike": "flag", "last": "count"}
    k = kernel("each", body, arrays, scalars={"tau": "real"}, invariant=(Let("decay", expr("exp(-dt/tau)")),))
    V, drive = np.array([0.0, 0.9, 0.5]), np.array([2.0, 2.0, 0.0])
    got = same(
        k,
        {"V": V, "I": drive, "spike": np.zeros(3, np.uint8), "last": np.zeros(3, np.int64), "tau": 10.0, "_n": 3},
        dt=1.0,
    )
    assert got["V"] == pytest.approx(drive + (V - drive) * np.exp(-0.1), rel=1e-15)
    assert got["spike"].tolist() == [0, 1, 0]
    assert got["spike"].dtype == np.uint8
    assert got["last"].tolist() == [4, 4, 4]


def test_single_precision_stays_single():
    k = kernel(
        "each",
        [Load("x", "x", "_i"), Let("y", expr("x/3 + heaviside(k)")), Append("l", Name("y"))],
        {"x": "real"},
        lists={"l": "real"},
        scalars={"k": "integer"},
    )
    values = np.array([1, 2], np.float32)
    arguments = {"x": values, "k": np.int64(2), "_n": 2, "l": np.zeros(2), "l_count": np.zeros(1, np.int64)}
    interpret(k, arguments, 0, 0.1, STREAM)
    assert arguments["l"].tolist() == (values / np.float32(3) + np.float32(1)).tolist()


def test_many_synapses_on_one_target_add_up_in_order():
    size = 1000
    rng = np.random.default_rng(0)
    # numbers of very different size: another order of additions gives other bits
    w = rng.normal(size=size) * 10.0 ** rng.integers(-8, 8, size)
    arguments = {
        "w": w,
        "g": np.zeros(3),
        "_start": np.array([0, 400, size]),
        "_target": rng.integers(0, 3, size).astype(np.uint16),
    }
    k = kernel("synapses", [Load("w", "w", "_k"), Add("g", "_j", Name("w"))], {"w": "real", "g": "real"})
    got = same(k, arguments)
    back = {name: value[::-1].copy() if name in {"w", "_target"} else value for name, value in arguments.items()}
    assert np.any(got["g"] != same(k, back | {"_start": np.array([0, 600, size])})["g"])


def test_a_later_arrival_sees_what_an_earlier_one_wrote():
    # depression at the source: each synapse of it releases a share of what is left
    body = [Load("x", "x", "_i"), Add("g", "_j", expr("0.5*x")), Store("x", "_i", expr("0.5*x"))]
    arguments = {
        "x": np.ones(2), "g": np.zeros(3), "_target": np.array([0, 1, 2, 0], np.uint8), "_runs": np.array([2]),
        "_run_source": np.array([0, 1], np.int32), "_run_begin": np.array([0, 3]), "_run_end": np.array([3, 4]),
    }  # fmt: skip
    got = same(kernel("arrivals", body, {"x": "real", "g": "real"}), arguments)
    assert got["x"].tolist() == [0.125, 0.5]
    assert got["g"].tolist() == [1.0, 0.25, 0.125]


def test_backward_reaches_the_synapses_of_a_target():
    source, target = np.array([0, 0, 1, 2], np.uint8), np.array([1, 2, 2, 1])
    body = [Load("x", "x", "_i"), Load("y", "y", "_j"), Add("w", "_k", expr("x + y"))]
    arguments = {
        "x": np.array([1.0, 2.0, 3.0]), "y": np.array([0.0, 10.0, 20.0]), "w": np.zeros(4), "_source": source,
        "_permutation": np.argsort(target, kind="stable").astype(np.int32), "_runs": np.array([1]),
        "_run_source": np.array([2], np.int32), "_run_begin": np.array([2]), "_run_end": np.array([4]),
    }  # fmt: skip
    got = same(kernel("backward", body, {"x": "real", "y": "real", "w": "real"}), arguments)
    assert got["w"].tolist() == [0, 21, 22, 0]


def test_subgroups_that_overlap_share_memory():
    # neurons 0-3 onto neurons 1-4 of one group: what synapse k writes as target, synapse k + 1 reads as source
    v = np.array([1.0, 0, 0, 0, 0])
    k = kernel("synapses", [Load("x", "pre", "_i"), Add("post", "_j", expr("2*x"))], {"pre": "real", "post": "real"})
    arguments = {"_start": np.arange(5), "_target": np.arange(4, dtype=np.uint8), "pre": v[:4], "post": v[1:]}
    interpret(k, arguments, 0, 0.1, STREAM)
    assert v.tolist() == [1, 2, 4, 8, 16]
    k = kernel("each", [Load("x", "pre", "_i"), Store("post", "_i", expr("3*x"))], {"pre": "real", "post": "real"})
    interpret(k, {"_n": 4, "pre": v[:4], "post": v[1:]}, 0, 0.1, STREAM)
    assert v.tolist() == [1, 3, 9, 27, 81]


def test_listed_and_once():
    k = kernel(
        "listed",
        [Store("V", "_i", Number(-1)), Append("i", Name("_i")), Append("s", Name("_step"))],
        {"V": "real"},
        lists={"i": "integer", "s": "count"},
    )
    arguments = {
        "V": np.zeros(5), "_events": np.array([1, 3, 4], np.int32), "_count": np.array([2]),
        "i": np.zeros(4, np.int32), "i_count": np.array([1]), "s": np.zeros(4, np.int64), "s_count": np.array([0]),
    }  # fmt: skip
    got = same(k, arguments, step=7)
    assert got["V"].tolist() == [0, -1, 0, -1, 0]
    assert (got["i"].tolist(), got["i_count"][0], got["s"].tolist()) == ([0, 1, 3, 0], 3, [7, 7, 0, 0])
    k = kernel("once", [Load("x", "x", "0"), Let("y", expr("x + t")), Store("x", "0", Name("y"))], {"x": "real"})
    assert same(k, {"x": np.array([2.0])}, step=5, dt=0.5)["x"].tolist() == [4.5]


def test_draws_depend_on_element_and_step_alone():
    k = kernel("listed", [Draw("z", "normal", 3, "_i"), Store("x", "_i", Name("z"))], {"x": "real"})
    arguments = {"x": np.zeros(6), "_events": np.array([2, 5], np.int32), "_count": np.array([2])}
    got = same(k, arguments, step=9)
    assert got["x"][[2, 5]].tolist() == normal(STREAM, Kind.RUN, 3, 9, np.array([2, 5])).tolist()
    poisson = kernel(
        "each",
        [Load("lam", "x", "_i"), Draw("n", "poisson", 0, "_i", (Name("lam"),)), Store("x", "_i", Name("n"))],
        {"x": "real"},
    )
    same(poisson, {"x": np.linspace(0, 30, 40), "_n": 40})


def test_a_table_is_held_over_its_step():
    held = expr("held(table, columns, 0.2, t, _i)")
    k = kernel(
        "each",
        [Store("x", "_i", type(held)("_held", held.arguments))],
        {"x": "real", "table": "real"},
        scalars={"columns": "integer"},
    )
    table = np.array([[0.0, 1.0], [10.0, 11.0], [20.0, 21.0]])
    for step, row in [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (9, 2)]:
        arguments = {"x": np.zeros(2), "table": table.ravel(), "columns": 2, "_n": 2}
        interpret(k, arguments, step, 0.1, STREAM)
        assert arguments["x"].tolist() == table[row].tolist(), step


def test_elements_that_cannot_meet_are_taken_together():
    arguments = {"x": np.zeros(3), "g": np.zeros(3)}
    i = np.array([0, 0, 1])
    adds = needs(
        kernel("arrivals", [Load("x", "x", "_i"), Add("g", "_j", Name("x"))], {"x": "real", "g": "real"}), arguments
    )
    assert adds.together({"_i": i, "_j": i, "_k": np.arange(3)})
    reads = needs(kernel("arrivals", [Load("g", "g", "_j"), Add("g", "_j", Name("g"))], {"g": "real"}), arguments)
    assert reads.together({"_j": np.array([2, 0, 1])})
    assert not reads.together({"_j": i})
