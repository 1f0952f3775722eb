"""Every form of connect, against the pairs that a person would write down."""

import numpy as np
import pytest
from scipy import sparse

import eqsim as es
from eqsim.units import ms
from tests.network.plain import network, plain, source


def make(n=4, m=5, model="w : 1", **more):
    pre, post = es.NeuronGroup(n, "x : um\ny : 1", threshold="y < 0", reset=""), es.NeuronGroup(m, "x : um\nz : 1")
    pre.x, post.x = "10*i*um", "10*i*um"
    return es.Synapses(pre, post, model, **more)


def pairs(S):
    return list(zip(np.asarray(S.i).tolist(), np.asarray(S.j).tolist(), strict=True))


def all_pairs(n, m):
    return [(i, j) for i in range(n) for j in range(m)]


def test_all_to_all():
    S = make()
    S.connect()
    assert pairs(S) == all_pairs(4, 5)
    assert (len(S), S.N) == (20, 20)
    assert S.N_outgoing.tolist() == [5] * 4
    assert S.N_incoming.tolist() == [4] * 5


CONDITIONS = {
    "i == j": lambda i, j: i == j,
    "i != j": lambda i, j: i != j,
    "abs(i - j) <= 1": lambda i, j: abs(i - j) <= 1,
    "i > 1 and j < 2 or j == 4": lambda i, j: (i > 1 and j < 2) or j == 4,
    "(i + j) % 3 == 0": lambda i, j: (i + j) % 3 == 0,
    "abs(x_pre - x_post) < 15*um": lambda i, j: abs(i - j) < 1.5,
    "i < N_pre/2 and j >= N_post - reach": lambda i, j: i < 2 and j >= 3,
    "y_pre > 1": lambda i, j: i > 1,
    "z > 2 and z_post < 4": lambda i, j: j == 3,
    "True": lambda i, j: True,
    "i < 0": lambda i, j: False,
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions(condition):
    reach = 2
    S = make()
    S.source.y, S.target.z = "i", "i"
    S.connect(condition)
    assert pairs(S) == [(i, j) for i, j in all_pairs(4, 5) if CONDITIONS[condition](i, j)]
    assert reach == 2


def test_several_synapses_a_pair():
    S = make()
    S.connect("i == j", n=3)
    assert pairs(S) == [(i, i) for i in range(4) for _ in range(3)]
    T = make()
    T.connect("i == j", n="i")
    assert pairs(T) == [(i, i) for i in range(4) for _ in range(i)]
    U = make()
    U.connect(i=[2, 0], j=[1, 1], n=2)
    assert sorted(pairs(U)) == [(0, 1), (0, 1), (2, 1), (2, 1)]


def test_probability_in_the_mean():
    S = make(200, 300)
    S.connect(p=0.1)
    assert len(S) == pytest.approx(6000, abs=5 * np.sqrt(6000))
    assert len(set(pairs(S))) == len(S)
    assert S.N_outgoing.std() == pytest.approx(np.sqrt(300 * 0.09), rel=0.2)
    assert pairs(S) == sorted(pairs(S))


def test_probability_text():
    S = make(100, 100)
    S.connect("i != j", p="1.0 if abs(i - j) < 3 else 0.5*exp(-(x_pre - x_post)**2/(200*um)**2)")
    near = [(i, j) for i, j in all_pairs(100, 100) if 0 < abs(i - j) < 3]
    assert set(near) <= set(pairs(S))
    far = [abs(i - j) for i, j in pairs(S) if abs(i - j) >= 3]
    chance = sum(0.5 * np.exp(-((d / 20) ** 2)) * 2 * (100 - d) for d in range(3, 100))
    assert len(far) == pytest.approx(chance, abs=5 * np.sqrt(chance))
    assert 0 not in far


@pytest.mark.parametrize("p", [0, 1, 1.0, "0", "1"])
def test_probabilities_at_the_ends(p):
    S = make()
    S.connect(p=p)
    assert len(S) == 20 * float(p)


@pytest.mark.parametrize("p", [-0.1, 1.1, np.nan, "3*mV", [0.1, 0.2]])
def test_probabilities_that_cannot_be(p):
    S = make()
    with pytest.raises(es.EqsimError):
        S.connect(p=p)
    assert len(S) == 0


def test_arrays_keep_their_order():
    S = make()
    S.connect(i=[3, 0, 3, 1], j=[0, 4, 2, 4])
    assert pairs(S) == [(3, 0), (0, 4), (3, 2), (1, 4)]
    S.connect(i=np.array([0, 0], dtype=np.uint8), j=np.array([1, 1], dtype=np.int32))
    assert pairs(S)[4:] == [(0, 1), (0, 1)]
    S.connect(i=2, j=3)
    assert pairs(S)[6:] == [(2, 3)]
    S.connect(i=1, j=[0, 2])
    assert pairs(S)[7:] == [(1, 0), (1, 2)]
    S.connect(i=[], j=[])
    assert len(S) == 9


GENERATORS = {
    "i": [(i, i) for i in range(4)],
    "i + 1": [(i, i + 1) for i in range(4)],
    "(i + 2) % N_post": [(i, (i + 2) % 5) for i in range(4)],
    "i if i != 2": [(0, 0), (1, 1), (3, 3)],
    "k for k in range(3)": [(i, k) for i in range(4) for k in range(3)],
    "k for k in range(i, i + 2)": [(i, k) for i in range(4) for k in (i, i + 1)],
    "k for k in range(0, 5, 2)": [(i, k) for i in range(4) for k in (0, 2, 4)],
    "k for k in range(4, -1, -2)": [(i, k) for i in range(4) for k in (4, 2, 0)],
    "k for k in range(0, N_post) if k != i": [(i, k) for i in range(4) for k in range(5) if k != i],
    "4 - k for k in range(i)": [(i, 4 - k) for i in range(4) for k in range(i)],
    "k for k in sample(N_post, p=1)": [(i, k) for i in range(4) for k in range(5)],
}


@pytest.mark.parametrize("text", GENERATORS)
def test_texts_for_j(text):
    S = make()
    S.connect(j=text)
    assert pairs(S) == GENERATORS[text]


def test_texts_for_i():
    S = make(5, 4)
    S.connect(i="j + k for k in range(2)")
    assert sorted(pairs(S)) == [
        (j + k, j) for j, k in sorted(((j, k) for j in range(4) for k in range(2)), key=lambda a: (sum(a), a[0]))
    ]


def test_texts_that_leave_the_group():
    S = make()
    with pytest.raises(es.EqsimError) as raised:
        S.connect(j="k for k in range(i - 1, i + 2)")
    assert "skip_if_invalid" in str(raised.value)
    assert len(S) == 0
    S.connect(j="k for k in range(i - 1, i + 2)", skip_if_invalid=True)
    assert pairs(S) == [(i, k) for i in range(4) for k in range(i - 1, i + 2) if 0 <= k < 5]


def test_samples():
    S = make(50, 100)
    S.connect(j="k for k in sample(N_post, size=10)")
    assert S.N_outgoing.tolist() == [10] * 50
    assert len(set(pairs(S))) == 500
    T = make(200, 100)
    T.connect(j="k for k in sample(0, N_post, 2, p=0.2)")
    assert len(T) == pytest.approx(2000, abs=5 * np.sqrt(2000))
    assert (np.asarray(T.j) % 2 == 0).all()
    U = make(50, 60)
    U.connect(i="k for k in sample(N_pre, size=7)")
    assert U.N_incoming.tolist() == [7] * 60


def test_texts_of_bare_names_are_those_of_the_target():
    S = make()
    S.target.z, S.source.y = [0, 1, 1, 0, 1], [0, 1, 2, 3]
    S.connect(j="k for k in range(N_post) if y_pre == 1")
    assert pairs(S) == [(1, k) for k in range(5)]


RULES = {
    "one_to_one": (es.rules.one_to_one, (), lambda n, m: {(k, k) for k in range(n)}),
    "all": (es.rules.all_to_all, (), lambda n, m: set(all_pairs(n, m))),
}


@pytest.mark.parametrize("name", RULES)
def test_rules(name):
    rule, arguments, expected = RULES[name]
    S = make(5, 5)
    S.connect(rule=rule(*arguments))
    assert set(pairs(S)) == expected(5, 5)
    assert len(S) == len(set(pairs(S)))


def test_rules_with_fixed_numbers():
    S, T, U = make(20, 30), make(20, 30), make(20, 30)
    S.connect(rule=es.rules.fixed_indegree(7))
    assert S.N_incoming.tolist() == [7] * 30
    T.connect(rule=es.rules.fixed_outdegree(7))
    assert T.N_outgoing.tolist() == [7] * 20
    U.connect(rule=es.rules.fixed_total(100))
    assert len(U) == 100


def test_rules_within_one_group():
    group = es.NeuronGroup(6, "x : 1")
    S = es.Synapses(group)
    S.connect(rule=es.rules.all_to_all(self_connections=False))
    assert set(pairs(S)) == {(i, j) for i, j in all_pairs(6, 6) if i != j}


@pytest.mark.parametrize(
    "form", [sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix, sparse.csr_array, np.asarray]
)
def test_matrices(form):
    dense = np.zeros((4, 5))
    dense[[0, 3, 2, 0], [4, 1, 2, 0]] = [0.5, 1.5, -2, 7]
    S = make()
    S.connect(matrix=form(dense), values="w")
    assert sorted(zip(pairs(S), np.asarray(S.w).tolist(), strict=True)) == [
        ((0, 0), 7),
        ((0, 4), 0.5),
        ((2, 2), -2),
        ((3, 1), 1.5),
    ]
    assert pairs(S) == sorted(pairs(S))


def test_matrices_of_a_variable_with_unit():
    S = make(model="w : mV")
    S.connect(matrix=sparse.csr_matrix(np.eye(4, 5)), values="w")
    assert plain(S.w, "mV").tolist() == [1] * 4


def test_several_calls_add_up():
    S = make(model="w : 1\nk = 10*i + j : 1 (parameter)")
    S.connect(i=[3, 1], j=[0, 0])
    S.w = [30, 10]
    S.connect("i == j")
    S.w["w == 0"] = "-1"
    S.connect(j="k for k in range(2) if i == 0")
    assert pairs(S) == [(3, 0), (1, 0), (0, 0), (1, 1), (2, 2), (3, 3), (0, 0), (0, 1)]
    assert np.asarray(S.w).tolist() == [30, 10, -1, -1, -1, -1, 0, 0]
    assert np.asarray(S.k).tolist() == [30, 10, 0, 11, 22, 33, 0, 1]


BAD = {
    "an array alone": {"i": [1, 2]},
    "arrays of two lengths": {"i": [1, 2, 3], "j": [1, 2]},
    "source out of range": {"i": [4], "j": [0]},
    "target out of range": {"i": [0], "j": [5]},
    "negative": {"i": [-1], "j": [0]},
    "not whole": {"i": [0.5], "j": [0]},
    "condition and arrays": {"condition": "i == j", "i": [0], "j": [0]},
    "condition and text": {"condition": "i == j", "j": "i"},
    "two texts": {"i": "j", "j": "i"},
    "no condition": {"condition": "i + j"},
    "unknown name": {"condition": "q == j"},
    "units": {"condition": "x_pre > 3*mV"},
    "syntax": {"condition": "i =="},
    "rule and condition": {"condition": "i == j", "rule": es.rules.one_to_one()},
    "matrix of another shape": {"matrix": sparse.csr_matrix(np.eye(3))},
    "values without matrix": {"condition": "i == j", "values": "w"},
    "values into nothing": {"matrix": sparse.csr_matrix(np.eye(4, 5)), "values": "q"},
    "rule of two sizes": {"rule": es.rules.one_to_one()},
    "negative number": {"n": -1},
    "broken number": {"n": 1.5},
    "not a text": {"condition": 5},
    "text that leaves the group": {"j": "i + 3"},
    "generator without end": {"j": "k for k in range(i"},
    "more than there are": {"j": "k for k in sample(N_post, size=6)"},
    "rule and matrix": {"matrix": sparse.csr_matrix(np.eye(4, 5)), "rule": es.rules.one_to_one()},
    "matrix and arrays": {"matrix": sparse.csr_matrix(np.eye(4, 5)), "i": [0], "j": [0]},
    "probability of arrays": {"i": [0], "j": [0], "p": 0.5},
    "values of the target": {"matrix": sparse.csr_matrix(np.eye(4, 5)), "values": "z"},
}


@pytest.mark.parametrize("what", BAD)
def test_nothing_is_connected_after_a_mistake(what):
    S = make(model="w = 5 : 1 (parameter)", on_pre="w += 1")
    S.connect(i=[3, 1], j=[0, 2])
    S.w, S.delay = [7, 8], [1, 2] * ms
    with pytest.raises(es.EqsimError) as raised:
        S.connect(**BAD[what])
    assert raised.value.object == "Synapses"
    assert pairs(S) == [(3, 0), (1, 2)]
    assert np.asarray(S.w).tolist() == [7, 8]
    assert plain(S.delay, "ms").tolist() == [1, 2]


@pytest.mark.parametrize("what", BAD)
def test_every_mistake_has_a_hint(what):
    try:
        make().connect(**BAD[what])
    except es.EqsimError as error:
        assert error.hint, error


def test_a_mistake_is_quoted():
    S = make()
    with pytest.raises(es.EqsimError) as raised:
        S.connect("x_pre > 3*mV and i != j")
    assert (raised.value.line, raised.value.column) == (1, 9)
    assert "x_pre > 3*mV" in raised.value.excerpt


def test_connections_within_one_group():
    group = es.NeuronGroup(4, "x : 1")
    S = es.Synapses(group)
    S.connect("i != j")
    assert pairs(S) == [(i, j) for i, j in all_pairs(4, 4) if i != j]
    assert S.target is S.source is group


def test_sources_of_spikes_connect_too():
    gen = source((0, 0), n=3)
    post = es.NeuronGroup(2, "x : 1")
    S = es.Synapses(gen, post, on_pre="x += 1")
    S.connect("i % 2 == j")
    assert pairs(S) == [(0, 0), (1, 1), (2, 0)]


def test_the_same_seed_gives_the_same_synapses():
    def built(seed):
        group = es.NeuronGroup(100, "x : 1")
        S = es.Synapses(group, seed=seed)
        S.connect(p=0.1)
        S.connect(p=0.1)
        return pairs(S)

    assert built(1) == built(1)
    assert built(1) != built(2)
    half = len(built(1)) // 2
    assert built(1)[: half // 2] != built(1)[half : half + half // 2]


def test_synapses_that_connect_nothing_are_connected():
    S = make(on_pre="z += 1", model="")
    S.connect("i > 100")
    pre = S.source
    assert len(S) == 0
    del pre
    gen, post = source((0, 0)), es.NeuronGroup(2, "x : 1")
    T = es.Synapses(gen, post, "w : 1", on_pre="x += w")
    T.connect("i > 100")
    T.w = "rand()"
    network(gen, post, T).run(2 * ms)
    assert np.asarray(post.x).tolist() == [0, 0]
    assert np.asarray(T.w).tolist() == []


@pytest.mark.parametrize(("source_", "target"), [(None, None), (5, None), ("G", None), (es.NeuronGroup(2, "x : 1"), 7)])
def test_ends_are_groups(source_, target):
    with pytest.raises(es.EqsimError, match="group"):
        es.Synapses(source_, target)
