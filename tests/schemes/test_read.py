"""Scheme files: what comes with eqsim, and mistakes in one's own."""

from __future__ import annotations

import pytest

from eqsim.schemes.read import available, read
from eqsim.text.errors import EqsimError


def test_what_is_available():
    assert set(available()) == {
        "euler", "exact", "exponential_euler", "exponential_rosenbrock", "heun", "milstein", "rk2", "rk4",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(available()))
def test_every_scheme_cites_its_source(name):
    assert any(year in available()[name].citation for year in ("19", "20"))


def test_a_scheme_as_read():
    scheme = available()["rk2"]
    assert [str(line) for line in scheme.lines] == [
        "k1 = f(x, t)",
        "k2 = f(x + dt/2*k1, t + dt/2)",
        "x' = x + dt*k2",
    ]
    assert (scheme.order, scheme.noise, scheme.strong_order, scheme.also) == (2, "none", None, ("midpoint",))
    assert available()["exact"].requires == {"linear", "no explicit time"}


@pytest.mark.parametrize(
    ("text", "line", "column", "words", "hint"),
    [
        ("order = 1\nx' = x + dt*F(x, t)", 2, 1, "'F' is no word of a scheme", "did you mean f"),
        ("order = 1\nx' = x + dt*k2", 2, 1, "'k2' is not known here", ""),
        ("order = 1\nx' = x + dt*f(x)", 2, 1, "f takes a state and a time", "write f(x, t)"),
        ("order = 1\nk = f(x, t)", 1, 1, "the last line must give x'", ""),
        ("order = first\nx' = x", 1, 1, "'order' must be a number", ""),
        ("order = 1\nnoise = white\nx' = x", 2, 1, "'noise' cannot be 'white'", "additive"),
        ("order = 1\nrequires = luck\nx' = x", 2, 1, "cannot require 'luck'", "linear"),
        ("order = 1\nx' = x +* dt", 2, None, "", ""),
        ("order = 1\nt = dt\nx' = x", 2, 1, "'t' cannot be given a value", ""),
        ("order = 1\nx' = x\ny = x", 3, 1, "nothing can follow x'", ""),
        ("order = 1\nfast\nx' = x", 2, 1, "reads 'fact = value'", ""),
        ("order = 1\nx' = flow(x, dt) + 1", 2, 1, "flow stands alone", "write x' = flow(x, dt)"),
    ],
)
def test_mistakes(tmp_path, text, line, column, words, hint):
    file = tmp_path / "own.scheme"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(EqsimError) as caught:
        read(file)
    assert caught.value.line == line
    assert column is None or caught.value.column == column
    assert words in str(caught.value)
    assert hint in (caught.value.hint or "")
    assert str(file) in str(caught.value)
