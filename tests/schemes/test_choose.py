"""Which scheme takes which equations: every cell of the language's table, the automatic choice, and the words."""

from __future__ import annotations

import pytest

from eqsim.analysis.analyse import analyse
from eqsim.checking.check import check
from eqsim.checking.checked import External, Scope
from eqsim.checking.dimensions import Unit
from eqsim.language.parse import parse
from eqsim.schemes.choose import choose
from eqsim.text.errors import SchemeError


def system(text):
    return analyse(check(parse(text, "NeuronGroup 'exc'"), Scope(externals={"I": External("timed_array", Unit())})))


EQUATIONS = {
    "linear": "dx/dt = y - x\ndy/dt = 1 - y",
    "linear in own variable": "dx/dt = -x*y\ndy/dt = -y",
    "any": "dx/dt = x - x**3",
    "explicit time": "dx/dt = -x + sin(t)",
    "timed array": "dx/dt = -x + I(t)",
    "additive noise": "dx/dt = -x + s*xi\ns",
    "additive noise, any": "dx/dt = x - x**3 + s*xi\ns",
    "state-dependent noise": "dx/dt = -x + x*xi",
    "several noises": "dx/dt = -x + x*xi_a + x*xi_b",
}
TAKES = {
    "exact": {"linear", "timed array"},
    "exponential_euler": {"linear", "linear in own variable", "explicit time", "timed array", "additive noise"},
    "euler": set(EQUATIONS),
    "rk2": {"linear", "linear in own variable", "any", "explicit time", "timed array"},
    "rk4": {"linear", "linear in own variable", "any", "explicit time", "timed array"},
    "heun": set(EQUATIONS),
    "milstein": set(EQUATIONS) - {"several noises"},
}
AUTOMATIC = {
    "linear": "exact",
    "linear in own variable": "exponential_euler",
    "any": "rk4",
    "explicit time": "exponential_euler",
    "timed array": "exact",
    "additive noise": "exponential_euler",
    "additive noise, any": "heun",
    "state-dependent noise": "milstein",
    "several noises": "heun",
}


@pytest.mark.parametrize("equations", EQUATIONS)
@pytest.mark.parametrize("name", TAKES)
def test_the_table(name, equations):
    if equations in TAKES[name]:
        choice = choose(system(EQUATIONS[equations]), name)
        assert choice.scheme.name == name
        assert choice.reason.startswith(f"{name}, as asked for")
    else:
        with pytest.raises(SchemeError, match=f"{name} does not fit these equations") as caught:
            choose(system(EQUATIONS[equations]), name)
        assert caught.value.object == "NeuronGroup 'exc'"
        assert caught.value.line is not None
        assert caught.value.hint


@pytest.mark.parametrize("equations", EQUATIONS)
def test_the_automatic_choice(equations):
    assert choose(system(EQUATIONS[equations]), None).scheme.name == AUTOMATIC[equations]


def test_reasons_say_what_was_passed_over():
    reason = choose(system(EQUATIONS["linear in own variable"]), None).reason
    assert reason == (
        "exponential_euler: every equation is linear in its own variable; "
        "not exact, since the term '-x*y' multiplies or mixes x and y in dx/dt"
    )
    assert "corrected" in choose(system("dx/dt = x*xi"), None).reason
    assert "corrected" not in choose(system("dx/dt = x*xi"), None, "ito").reason
    assert "corrected" in choose(system("dx/dt = x*xi"), "heun", "ito").reason


def test_a_refusal_points_at_the_term():
    with pytest.raises(SchemeError) as caught:
        choose(system("dx/dt = -x\ndw/dt = 3 - w**2 + x"), "exponential_euler")
    assert (caught.value.line, caught.value.column) == (2, 13)
    assert "'w**2' is not linear in w" in str(caught.value)
    assert "exponential_rosenbrock" in caught.value.hint


def test_milstein_refuses_noise_that_needs_area_integrals():
    crossed = "dx/dt = y*xi_a\ndy/dt = x*xi_b"
    with pytest.raises(SchemeError, match="depends on y, which another noise drives"):
        choose(system(crossed), "milstein")
    assert choose(system(crossed), None).scheme.name == "heun"


@pytest.mark.parametrize(("name", "scheme"), [("midpoint", "rk2"), ("linear", "exact"), ("euler_maruyama", "euler")])
def test_other_names(name, scheme):
    assert choose(system(EQUATIONS["linear"]), name).scheme.name == scheme


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(SchemeError, match="there is no integration scheme 'rk_4'") as caught:
        choose(system(EQUATIONS["any"]), "rk_4")
    assert "did you mean rk4?" in caught.value.hint


def test_a_path_is_a_scheme_too(tmp_path):
    file = tmp_path / "third.scheme"
    file.write_text("# third - Heun's third-order method\norder = 3\n\nk = f(x, t)\nx' = x + dt*k\n", encoding="utf-8")
    choice = choose(system(EQUATIONS["any"]), str(file))
    assert (choice.scheme.name, choice.scheme.order, choice.scheme.noise) == ("third", 3, "none")
    with pytest.raises(SchemeError, match="it takes no noise, and dx/dt has xi"):
        choose(system(EQUATIONS["additive noise"]), str(file))
    with pytest.raises(SchemeError, match="cannot be read"):
        choose(system(EQUATIONS["any"]), str(tmp_path / "none.scheme"))


def test_nothing_to_integrate():
    assert "no differential equation" in choose(system("v"), None).reason
    assert choose(system("v"), "rk4").scheme.name == "rk4"
