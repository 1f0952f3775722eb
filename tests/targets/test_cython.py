"""The Cython target: what it says where something is missing, its cache, names that are words of Cython."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

import eqsim as es
from eqsim.language.expr import Binary, Name
from eqsim.lowering.kernel import Kernel, Load, Store
from eqsim.targets import compiler, cython_source, extension
from eqsim.targets.invariants import without_invariants
from eqsim.units import ms
from tests.targets.compiled import REASON

ROOT = Path(__file__).resolve().parent.parent.parent
needs_compiler = pytest.mark.skipif(bool(REASON), reason=REASON)


def network(target="cython", model="dx/dt = -x/(5*ms) : 1", **options):
    group = es.NeuronGroup(3, model, namespace={"ms": ms}, **options)
    return group, es.Network(group, target=target, dt=0.1 * ms)


def refusal(*arguments, **options):
    _, net = network(*arguments, **options)
    with pytest.raises(es.EqsimError) as caught:
        net.run(1 * ms)
    assert net.t == 0 * ms
    assert "target='numba'" in caught.value.hint
    return caught.value


# what is missing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["no_such_compiler", sys.executable])
def test_a_machine_without_a_compiler(monkeypatch, command):
    monkeypatch.setenv("CC", command)
    error = refusal()
    assert "needs a C compiler" in str(error)
    assert command in str(error)
    assert "apt install gcc" in error.hint
    assert "CC" in error.hint


@needs_compiler
def test_a_machine_without_cython(monkeypatch):
    monkeypatch.setitem(sys.modules, "Cython", None)
    error = refusal()
    assert "Cython, which is not installed" in str(error)
    assert "eqsim[cython]" in error.hint


@needs_compiler
def test_a_machine_without_the_headers_of_python(monkeypatch, tmp_path):
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    error = refusal()
    assert "headers of Python" in str(error)
    assert str(tmp_path) in str(error)
    assert "python3-dev" in error.hint


@needs_compiler
def test_what_the_compiler_refuses_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("EQSIM_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiler, "_OWN", ("-Ddouble=nonsense", "-fPIC"))
    assert "error" in str(refusal())
    assert not list(tmp_path.rglob("*.so"))


def test_functions_of_python_are_refused_by_name():
    twice = es.function(lambda x: 2 * x)
    group = es.NeuronGroup(
        2, "dx/dt = twice(x)/ms : 1", method="euler", name="cells", namespace={"ms": ms, "twice": twice}
    )
    net = es.Network(group, target="cython")
    with pytest.raises(es.EqsimError) as caught:
        net.run(1 * ms)
    assert caught.value.object == "function 'twice'"
    assert "'cells' calls" in str(caught.value)
    assert "target='numba'" in caught.value.hint
    assert net.t == 0 * ms


# the cache ---------------------------------------------------------------------------------------------------------

TINY = """
import eqsim as es
from eqsim.units import ms
G = es.NeuronGroup(3, "dx/dt = -x/tau : 1", namespace={"tau": 5*ms})
G.x = "1 + i"
es.Network(G, target="cython").run(1*ms)
print(*[float(x).hex() for x in G.x_])
"""


def start(folder):
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "EQSIM_CACHE_DIR": str(folder)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", TINY], **pipes, env=surroundings, cwd=ROOT)


def finish(process):
    output, errors = process.communicate(timeout=500)
    assert process.returncode == 0, errors
    assert errors == ""
    return output


def kept(folder):
    return {path: path.stat().st_mtime_ns for path in Path(folder).rglob("*") if path.is_file()}


@needs_compiler
@pytest.mark.slow
def test_processes_started_at_once_share_an_empty_cache(tmp_path):
    (output,) = {finish(process) for process in [start(tmp_path) for _ in range(3)]}
    assert float.fromhex(output.split()[0]) == pytest.approx(np.exp(-0.2), rel=1e-14)
    before = kept(tmp_path)
    assert sorted(path.suffix for path in before) == [".pyx", ".so"]
    finish(start(tmp_path))
    assert kept(tmp_path) == before

    (module,) = [path for path in before if path.suffix == ".so"]
    module.write_bytes(b"no module")
    assert finish(start(tmp_path)) == output
    assert module.stat().st_size > 1000


@needs_compiler
def test_flags_of_the_user_are_part_of_what_is_kept(monkeypatch):
    before = extension.found_compiler().identity
    monkeypatch.setenv("EQSIM_CFLAGS", "-O0 -g")
    after = extension.found_compiler()
    assert after.flags[-2:] == ("-O0", "-g")
    assert after.identity != before


# names, types, flags -----------------------------------------------------------------------------------------------


@needs_compiler
def test_names_that_are_words_of_cython():
    taken = []
    for word in sorted(cython_source.RESERVED):
        try:
            es.Equations(f"{word} : 1")
        except es.EqsimError:
            continue
        taken.append(word)
    assert {"cdef", "double", "range", "struct"} <= set(taken)
    model = "\n".join(f"{word} : 1" for word in taken) + "\ndx/dt = (" + " + ".join(taken) + ")/ms : 1"
    group, net = network(model=model, method="euler")
    for number, word in enumerate(taken):
        setattr(group, word, number)
    net.run(0.1 * ms)
    np.testing.assert_allclose(group.x_, 0.1 * sum(range(len(taken))))


@needs_compiler
def test_quotients_of_integers_are_real():
    group, net = network(model="k : integer\nm : integer\ny = k/m : 1\nz = k//m + k % m : 1\nx : 1")
    group.run_regularly("x = y + 10*z")
    group.k, group.m = [7, -7, 9], [2, 2, -4]
    net.run(0.1 * ms)
    np.testing.assert_allclose(group.x_, [3.5 + 40, -3.5 - 30, -2.25 - 60])


@pytest.mark.parametrize("size", [1, 127, 128, 129, 300])
@needs_compiler
def test_flags_in_blocks(size):
    # flags are copied block by block; none is lost at the edges
    group = es.NeuronGroup(size, "dV/dt = 1/ms : 1", "V > 1", "V = 0", refractory="V > 0.5", method="euler")
    group.V = "i % 7/7.0"
    other = es.NeuronGroup(size, "dV/dt = 1/ms : 1", "V > 1", "V = 0", refractory="V > 0.5", method="euler")
    other.V = "i % 7/7.0"
    found = []
    for cells, target in ((group, "cython"), (other, "numpy")):
        monitor = es.SpikeMonitor(cells)
        es.Network(cells, monitor, target=target, dt=0.1 * ms).run(5 * ms)
        found.append((monitor.i.tolist(), monitor.t_.tolist(), cells.V_.tolist()))
    assert found[0] == found[1]
    assert len(found[0][0]) > 2 * size


@needs_compiler
def test_quotients_in_functions_that_jump_are_divided():
    # 49*(1/49) is less than 1: where the last digit decides, what is the same for all is not taken out
    group, net = network(model="x : 1\ny = floor(x/n) : 1\nz = int(x/n >= 1) : 1\nn : 1 (shared)\nw : 1\nu : 1")
    group.run_regularly("w = y; u = z")
    group.x, group.n = [48, 49, 98], 49
    net.run(0.1 * ms)
    np.testing.assert_array_equal(group.w_, [0, 1, 2])
    np.testing.assert_array_equal(group.u_, [0, 1, 1])


def test_what_is_the_same_for_all_is_computed_once():
    a, b, x = Name("a"), Name("b"), Name("x")
    value = Binary("+", Binary("/", x, a), Binary("*", Binary("*", a, x), b))
    body = (Load("x", "own", "_i"), Store("own", "_i", value))
    kernel = Kernel("update", "each", {"own": "real"}, body, {"_n": "integer", "a": "real", "b": "real"}, {})
    changed, bound = without_invariants(kernel, {"a": "real", "b": "real", "x": "real"})
    assert bound == ()
    assert [str(let.value) for let in changed.invariant] == ["1.0/a", "a*b"]
    assert str(changed.body[1].value) == "x*_same_1 + _same_2*x"
