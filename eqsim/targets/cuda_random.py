"""The draws of ``eqsim.random`` for CUDA: the same texts, bit for bit in uniforms and integers.

A compiler for devices makes one instruction of a product and a sum, which rounds once instead of twice. The laws of
integers say that nobody may, so their products are spelled as calls of an instruction that cannot be joined to another.
"""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
from numba.cuda import libdevice

from eqsim.random import draws, laws
from eqsim.random import philox as generator
from eqsim.targets.cuda_grid import SIMULATED, device, float64

_library: Any = np if SIMULATED else math


class _Products(ast.NodeTransformer):
    """Turns products into calls of ``_times``."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _times(node.left, node.right) if isinstance(node.op, ast.Mult) else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Mult) or not isinstance(node.target, ast.Name):
            return node
        return ast.Assign([node.target], _times(ast.Name(node.target.id, ast.Load()), node.value))


def _times(left: ast.expr, right: ast.expr) -> ast.Call:
    return ast.Call(ast.Name("_times", ast.Load()), [left, right], [])


def compiled(function: Callable[..., Any], **replaced: Any) -> Any:
    """Compile a function's text with some of the names it uses bound to functions of the device."""
    bound = FunctionType(function.__code__, {**function.__globals__, **replaced}, function.__name__)
    return device(bound)


def separate(function: Callable[..., Any], **replaced: Any) -> Any:
    """Compile a function's text with its products kept apart from sums."""
    if SIMULATED:
        return compiled(function, **replaced)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    text = ast.unparse(ast.fix_missing_locations(_Products().visit(tree)))
    names: dict[str, Any] = {**function.__globals__, **replaced, "_times": times}
    exec(compile(text, inspect.getfile(function), "exec"), names)  # noqa: S102 - a function of ours
    return device(names[function.__name__])


@device
def times(left: Any, right: Any) -> Any:
    """Return a product that is rounded before anything is added to it."""
    return libdevice.dmul_rn(float64(left), float64(right))


philox = compiled(generator.philox)
words = compiled(draws.words, philox=philox)
fraction = compiled(draws.fraction)
uniform = compiled(draws.uniform, words=words, fraction=fraction)
normal = compiled(draws.normal, words=words, fraction=fraction, log=_library.log, cos=_library.cos, sqrt=_library.sqrt)
pair = compiled(draws.pair, words=words, fraction=fraction)

log1p_of = separate(laws.log1p_of)
log_of = separate(laws.log_of, log1p_of=log1p_of)
exp_of = separate(laws.exp_of)
geometric_inverse = separate(laws.geometric_inverse, log1p_of=log1p_of, log_of=log_of)
stirling_tail = separate(laws.stirling_tail)
poisson_inverse = separate(laws.poisson_inverse, exp_of=exp_of)
poisson_rejection = separate(laws.poisson_rejection, log_of=log_of, stirling_tail=stirling_tail)
poisson_trial = separate(laws.poisson_trial, poisson_inverse=poisson_inverse, poisson_rejection=poisson_rejection)
binomial_inverse = separate(laws.binomial_inverse, exp_of=exp_of, log1p_of=log1p_of)
binomial_rejection = separate(laws.binomial_rejection, log_of=log_of, stirling_tail=stirling_tail)
binomial_trial = separate(laws.binomial_trial, binomial_inverse=binomial_inverse, binomial_rejection=binomial_rejection)


@device
def poisson(stream: Any, kind: Any, number: Any, step: Any, element: Any, lam: Any) -> Any:
    """Return a draw of the Poisson law with mean `lam`; 0 where that is not above 0."""
    trial, count = 0, -1
    while count < 0:
        u, v = pair(stream, kind, number, step, element, trial)
        count = poisson_trial(u, v, lam)
        trial += 1
    return count


@device
def binomial(stream: Any, kind: Any, number: Any, step: Any, element: Any, n: Any, p: Any) -> Any:
    """Return a draw of the binomial law of `n` tries with chance `p`."""
    trial, count = 0, -1
    while count < 0:
        u, v = pair(stream, kind, number, step, element, trial)
        count = binomial_trial(u, v, n, p)
        trial += 1
    return count


@device
def geometric(stream: Any, kind: Any, number: Any, step: Any, element: Any, p: Any) -> Any:
    """Return a draw of how many tries with chance `p` fail before one succeeds."""
    return geometric_inverse(uniform(stream, kind, number, step, element), p)
