"""Python functions of users as functions of the model language."""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from eqsim.checking.dimensions import Unit
from eqsim.lowering.kernel import UserFunction
from eqsim.network.c_text import checked_c
from eqsim.text.errors import ArgumentError
from eqsim.units import magnitude, unit_of, with_unit

_MODULES = frozenset({"math", "numpy"})
_HINT = "define it with def at the top of a file or a cell, from arguments, numbers, math and numpy alone"


class Function:
    """A Python function that texts may call; made by ``function``.

    ``texts`` are those that targets compile.
    """

    def __init__(self, fn: Callable[..., Any], arguments: Sequence[Any] | None, result: Any, c: str | None) -> None:
        self._owner = f"function {getattr(fn, '__name__', fn)!r}"
        fn = getattr(fn, "py_func", fn)  # one that Numba has compiled already
        if not inspect.isfunction(fn):
            raise ArgumentError(f"{fn!r} is no Python function", owner=self._owner, hint=_HINT)
        parameters = inspect.signature(fn).parameters.values()
        if any(one.kind not in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD} for one in parameters):
            found, hint = str(inspect.signature(fn)), "write def f(x, y): … with as many arguments as a text gives"
            what = "a function of a text takes arguments one by one"
            raise ArgumentError(what, owner=self._owner, found=found, hint=hint)
        count = len(parameters)
        self.fn = fn
        if arguments is not None and (isinstance(arguments, str) or not isinstance(arguments, Sequence)):
            hint = "write for instance arguments=[mV, ms], 1 for a plain number"
            found = type(arguments).__name__
            raise ArgumentError("the units of arguments are a list", owner=self._owner, found=found, hint=hint)
        self.units = (Unit(),) * count if arguments is None else tuple(_unit(u, self._owner) for u in arguments)
        if len(self.units) != count:
            raise ArgumentError(
                f"{count} arguments, but {len(self.units)} units",
                owner=self._owner,
                hint="give a unit for each argument, 1 for a plain number",
            )
        self.result = _unit(result, self._owner)
        own = [one.name for one in parameters]
        in_c = "" if c is None else checked_c(c, fn.__name__, own, self._owner)
        self.texts = UserFunction(fn.__name__, count, _source(fn, self._owner), in_c)

    def __call__(self, *values: Any) -> Any:
        """Return the function's value for quantities or arrays of them."""
        if len(values) != len(self.units):
            what = f"the function takes {len(self.units)} arguments"
            raise ArgumentError(what, owner=self._owner, found=str(len(values)), hint="give a value for each")
        plain = [magnitude(value, unit, self._owner) for value, unit in zip(values, self.units, strict=True)]
        return with_unit(np.vectorize(self.fn, otypes=[np.float64])(*plain), self.result)

    def __repr__(self) -> str:
        return f"<{self._owner}>"


def function(
    fn: Callable[..., Any], arguments: Sequence[Any] | None = None, result: Any = 1, c: str | None = None
) -> Function:
    """Make a Python function of numbers usable in texts.

    Parameters
    ----------
    fn
        A function of positional arguments, each a number; it is compiled, so it may use arithmetic, ``math`` and
        ``numpy``, and constants defined outside it.
    arguments
        The unit in which it takes each argument (``[mV, ms]``; 1 for a plain number); all plain by default.
    result
        The unit of its value.
    c
        The same function in C99, for targets that compile C: a text that defines a function of the same name, whose
        arguments and value are of type ``double``. It may define others, which it calls, and use ``<math.h>``.

    Raises
    ------
    ArgumentError
        For a function whose source cannot be found or refers to more than that, and for a text in C that does not
        define it.

    """
    return Function(fn, arguments, result, c)


def _unit(value: Any, owner: str) -> Unit:
    """Return a unit that was given as a quantity of magnitude 1, or as 1 for a plain number."""
    number = isinstance(value, int | float | np.ndarray) and not isinstance(value, bool) and np.ndim(value) == 0
    if not number or magnitude(value, unit_of(value), owner) != 1:
        hint = "write for instance mV, or 1 for a plain number"
        raise ArgumentError("this is no unit", owner=owner, found=str(value), hint=hint)
    return unit_of(value)


def _source(fn: Callable[..., Any], owner: str) -> str:
    """Return the text of a module that defines a function named ``value`` alone."""
    try:
        text = textwrap.dedent(inspect.getsource(fn))
        tree = ast.parse(text.strip().rstrip(","))
    except (OSError, TypeError, SyntaxError, IndentationError):
        raise ArgumentError("the function's source cannot be found", owner=owner, hint=_HINT) from None
    named = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == fn.__name__]
    lambdas = [n for n in ast.walk(tree) if isinstance(n, ast.Lambda)]
    if named:
        defined = ast.FunctionDef(
            "value",
            _bare(named[0].args),
            named[0].body,
            [],
            None,
            None,
            type_params=[],  # type: ignore[call-arg,unused-ignore]
        )
    elif len(lambdas) == 1:
        body: list[ast.stmt] = [ast.Return(lambdas[0].body)]
        defined = ast.FunctionDef("value", _bare(lambdas[0].args), body, [], None, None, type_params=[])  # type: ignore[call-arg,unused-ignore]
    else:
        raise ArgumentError("the function's source cannot be told from its line", owner=owner, hint=_HINT)
    lines = ["import math", "", "import numpy", "", *_constants(fn, defined, owner), ""]
    return "\n".join(lines) + "\n" + ast.unparse(ast.fix_missing_locations(defined)) + "\n"


def _bare(arguments: ast.arguments) -> ast.arguments:
    """Return arguments without annotations and defaults."""
    names = [ast.arg(argument.arg) for argument in (*arguments.posonlyargs, *arguments.args)]
    return ast.arguments([], names, None, [], [], None, [])


def _constants(fn: Callable[..., Any], defined: ast.FunctionDef, owner: str) -> list[str]:
    """Return a line for every name that a function takes from outside: a module, or a number as it is now."""
    variables = inspect.getclosurevars(fn)
    outside = {**variables.globals, **variables.nonlocals}
    _refuse_unknown(fn, defined, owner)
    lines = []
    for name in sorted({n.id for n in ast.walk(defined) if isinstance(n, ast.Name)} & outside.keys()):
        value = outside[name]
        if inspect.ismodule(value) and value.__name__ in _MODULES:
            lines.append(f"{name} = {value.__name__}")
        elif isinstance(value, bool | int | float | np.number) and math.isfinite(value):
            lines.append(f"{name} = {value.item() if isinstance(value, np.generic) else value!r}")
        elif callable(value) and getattr(value, "__module__", None) in _MODULES:
            lines.append(f"from {value.__module__} import {value.__name__} as {name}")
        else:
            raise ArgumentError(f"the function refers to {name!r}, which is no number", owner=owner, hint=_HINT)
    return lines


def _refuse_unknown(fn: Callable[..., Any], defined: ast.FunctionDef, owner: str) -> None:
    """Raise ArgumentError for a name that stands for nothing where the function is defined."""
    names = [node for node in ast.walk(defined) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    missing = sorted(read & inspect.getclosurevars(fn).unbound)
    if missing:
        hint = "define it before the function, or take it as an argument"
        raise ArgumentError(f"the function uses {missing[0]!r}, which is not defined", owner=owner, hint=hint)
