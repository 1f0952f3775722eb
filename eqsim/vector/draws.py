"""The draws of ``eqsim.random``, compiled: the same texts, with logarithm and cosine that vectorise.

Called in compiled loops. Uniforms and integers equal those of ``eqsim.random``; normals agree within 4 ulp. They
are compiled without fast-math and inlined: loops vectorise, and the caller's options do not reach into them.
"""

from __future__ import annotations

import math
from types import FunctionType
from typing import Any

import numba

from eqsim.random import draws, laws
from eqsim.random import philox as generator
from eqsim.vector.logarithm import log
from eqsim.vector.trigonometric import cos


def compiled(function: Any, inline: bool = True, **replaced: Any) -> Any:
    """Compile a function's text with some of the names it uses bound to compiled functions."""
    bound = FunctionType(function.__code__, {**function.__globals__, **replaced}, function.__name__)
    bound.__doc__, bound.__module__ = function.__doc__, function.__module__
    return numba.njit(error_model="numpy", forceinline=inline)(bound)


philox = compiled(generator.philox)
words = compiled(draws.words, philox=philox)
fraction = compiled(draws.fraction)
uniform = compiled(draws.uniform, words=words, fraction=fraction)
normal = compiled(draws.normal, words=words, fraction=fraction, log=log, cos=cos, sqrt=math.sqrt)
pair = compiled(draws.pair, words=words, fraction=fraction)

log1p_of = compiled(laws.log1p_of)
log_of = compiled(laws.log_of, log1p_of=log1p_of, inline=False)
exp_of = compiled(laws.exp_of)
geometric_inverse = compiled(laws.geometric_inverse, log1p_of=log1p_of, log_of=log_of, inline=False)
stirling_tail = compiled(laws.stirling_tail, inline=False)
poisson_inverse = compiled(laws.poisson_inverse, exp_of=exp_of)
poisson_rejection = compiled(laws.poisson_rejection, log_of=log_of, stirling_tail=stirling_tail, inline=False)
poisson_trial = compiled(laws.poisson_trial, poisson_inverse=poisson_inverse, poisson_rejection=poisson_rejection)
binomial_inverse = compiled(laws.binomial_inverse, exp_of=exp_of, log1p_of=log1p_of)
binomial_rejection = compiled(laws.binomial_rejection, log_of=log_of, stirling_tail=stirling_tail, inline=False)
binomial_trial = compiled(laws.binomial_trial, binomial_inverse=binomial_inverse, binomial_rejection=binomial_rejection)


@numba.njit(error_model="numpy", forceinline=True)
def poisson(stream: Any, kind: Any, number: Any, step: Any, element: Any, lam: Any) -> Any:
    """Return a draw of the Poisson law with mean `lam`; 0 where that is not above 0."""
    trial = 0
    count = -1
    while count < 0:
        u, v = pair(stream, kind, number, step, element, trial)
        count = poisson_trial(u, v, lam)
        trial += 1
    return count


@numba.njit(error_model="numpy", forceinline=True)
def binomial(stream: Any, kind: Any, number: Any, step: Any, element: Any, n: Any, p: Any) -> Any:
    """Return a draw of the binomial law of `n` tries with chance `p`."""
    trial = 0
    count = -1
    while count < 0:
        u, v = pair(stream, kind, number, step, element, trial)
        count = binomial_trial(u, v, n, p)
        trial += 1
    return count


@numba.njit(error_model="numpy", forceinline=True)
def geometric(stream: Any, kind: Any, number: Any, step: Any, element: Any, p: Any) -> Any:
    """Return a draw of how many tries with chance `p` fail before one succeeds."""
    return geometric_inverse(uniform(stream, kind, number, step, element), p)
