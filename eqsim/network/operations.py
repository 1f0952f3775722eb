"""Python functions that a network calls while it runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from eqsim.lowering.program import check_slot
from eqsim.network.arguments import Sealed, check_shared
from eqsim.network.display import operation_html
from eqsim.network.labels import label
from eqsim.text.errors import ArgumentError


class NetworkOperation(Sealed):
    """A Python function called in each step of a run, or every ``dt``; made by ``network_operation``."""

    def __init__(
        self, function: Callable[..., Any], dt: Any = None, when: str = "start", order: int = 0, name: str | None = None
    ) -> None:
        self._owner = label("NetworkOperation", name)
        if not callable(function):
            hint = "give a function of t, or of nothing"
            found = type(function).__name__
            raise ArgumentError("only a function can be called", owner=self._owner, found=found, hint=hint)
        check_slot(when, self._owner)
        check_shared(self._owner, dt=dt, order=order)
        self._takes_time = takes_time(function, self._owner)
        self._function, self._dt, self._when, self._order, self._name = function, dt, when, order, name
        self._revision = 0

    @property
    def name(self) -> str | None:
        """The name, given or from the network."""
        return self._name

    def _call(self, time: Any) -> None:
        """Call the function at a time."""
        self._function(*((time,) if self._takes_time else ()))

    def __call__(self, *arguments: Any) -> Any:
        """Call the function, as it could be called before."""
        return self._function(*arguments)

    def _repr_html_(self) -> str:
        return operation_html(self)

    def __repr__(self) -> str:
        return f"<{label('NetworkOperation', self._name)}: {getattr(self._function, '__name__', self._function)}>"


def network_operation(
    function: Callable[..., Any] | None = None,
    dt: Any = None,
    when: str = "start",
    order: int = 0,
    name: str | None = None,
) -> Any:
    """Make a Python function part of a network: called with the time, or with nothing, as it is written.

    Use it as a call, ``network_operation(f, dt=1*ms)``, or as a decorator, with or without brackets. The network must
    list what comes of it. A run returns to Python for every call: what statements can do is much faster as
    ``run_regularly``.

    Parameters
    ----------
    function
        ``f(t)`` with the time (a quantity, or a number in a unitless network), or ``f()``.
    dt
        The time between two calls; each step by default.
    when, order
        The slot of the step, and the rank in it.
    name
        The name in the network.

    Raises
    ------
    ArgumentError
        For what cannot be called so, or a slot that there is not.

    """
    if function is None:
        return lambda decorated: NetworkOperation(decorated, dt, when, order, name)
    return NetworkOperation(function, dt, when, order, name)


def takes_time(function: Callable[..., Any], owner: str) -> bool:
    """Return whether a function is called with the time; raise ArgumentError for one that takes anything else."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return True  # a function that does not tell; the field's habit is f(t)
    for arguments in ((), (0,)):
        try:
            signature.bind(*arguments)
        except TypeError:
            continue
        return bool(arguments)
    raise ArgumentError(f"the function takes {signature}", owner=owner, hint="give a function of t, or of nothing")
