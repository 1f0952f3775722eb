"""A model integrated over time in one call, without a network around it."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from eqsim.checking.units import unit_named, unit_text
from eqsim.checking.vocabulary import FUNCTIONS, reserved, time_unit
from eqsim.language.model import Kind, Model
from eqsim.language.names import called_names, free_names
from eqsim.language.parse import parse
from eqsim.network.arguments import whole_number
from eqsim.network.capture import caller, scalar
from eqsim.network.driven_input import Input
from eqsim.network.equations import Equations, model_text
from eqsim.network.functions import Function
from eqsim.network.labels import label
from eqsim.network.network import Network
from eqsim.network.neurons import NeuronGroup
from eqsim.network.operations import takes_time
from eqsim.network.solution import Solution
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.timed_array import TimedArray
from eqsim.text.errors import ArgumentError, UnknownVariableError
from eqsim.text.nearest import nearest
from eqsim.units import joined, unit_of, with_unit

_OWNER = "integrate"


@dataclass
class _Given:
    """What ``params`` says, by what becomes of it."""

    lines: list[str] = field(default_factory=list)  # of parameters that the text does not define
    outside: dict[str, Any] = field(default_factory=dict)  # values of names that it takes from outside
    fixed: dict[str, Any] = field(default_factory=dict)  # values of parameters
    driven: dict[str, Any] = field(default_factory=dict)  # parameters that follow a function of the time


def integrate(
    model: Any,
    T: Any,
    dt: Any = None,
    method: str | None = None,
    init: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    record: str | Sequence[str] | bool | None = None,
    n: int = 1,
    noise: Literal["stratonovich", "ito"] | None = None,
    seed: int | None = 0,
) -> Solution:
    """Integrate a model over a time and return its variables.

    Threshold and reset that stand in the text work as in a ``NeuronGroup``.

    Parameters
    ----------
    model
        A text, ``Equations``, the path of a ``.eqs`` file, or a model of the library.
    T
        How long: a quantity, or a number where the model has no units.
    dt
        The time step: 0.1 ms by default; a number, which must be given, where the model has no units.
    method
        The integration scheme; chosen automatically by default.
    init
        Initial values by variable: a value, one for each neuron (n,), or a text. Others begin with what the text says.
    params
        By name, for parameters of the model and for names that its text takes from outside: a value; one for each
        neuron (n,); a ``TimedArray``, which the parameter then follows, or which the text reads as ``I(t)``; or a
        Python function of the time, which the parameter follows and which is called in each step (this takes time).
        Names that are not given are looked up where the call stands.
    record
        Which variables to return, subexpressions among them, or ``True`` for all; the differential variables by
        default.
    n
        How many neurons, or repetitions with noises of their own.
    noise
        ``'stratonovich'`` (default) or ``'ito'``: how state-dependent noise is read.
    seed
        The seed of its random numbers; ``None`` takes them from ``es.seed``.

    Returns
    -------
    Solution
        ``r.t`` and the variables, as ``r.v`` or ``r['v']``: shape (times,), or (times, n) for n above 1, with T/dt + 1
        rows; the first is the initial state, the last the state at T.

    Raises
    ------
    EqsimError
        For mistakes in the text, and for values that do not fit.

    """
    frame = caller()
    text, values = _text_of(model)
    size = whole_number(n, "n", _OWNER)
    written = parse(text, label("NeuronGroup", "model"))
    starts = _starts(written, _named(init, "init"), size)
    given = _sorted_out(written, _named(params, "params"), size)
    # a name that is given a value here, or stands in a text that the caller did not write, is meant as it is there
    taken = {*given.fixed, *given.driven, *starts}
    taken |= set() if isinstance(model, str | Equations) else {line.name for line in written.definitions}
    around = {**frame.f_globals, **frame.f_locals, **values, **given.outside}
    group = NeuronGroup(
        size,
        "\n".join([text.rstrip(), *given.lines]),
        method=method,
        noise=noise,
        namespace={name: value for name, value in around.items() if name not in taken},
        seed=seed,
        name="model",
    )
    for name, value in (*given.fixed.items(), *starts.items()):
        setattr(group, name, value)
    if group._system.unitless and dt is None:
        raise ArgumentError("a model without units needs a time step", owner=_OWNER, hint="write for instance dt=0.01")
    monitor = StateMonitor(group, _recorded(group, record), name="record")
    inputs = [Input(group, name, value, "=") for name, value in given.driven.items()]
    net = Network(group, monitor, *inputs, dt=dt)
    net.run(T)
    net._check_finite = False  # a step more is for the record at its beginning; nobody asks where it leads
    net.run(net.dt)
    return _solution(group, monitor)


def _text_of(model: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the lines of a model, however it is given, and the values that belong to it."""
    if isinstance(model, str) and "\n" not in model and model.strip().endswith(".eqs"):
        return model_text(Path(model.strip()), _OWNER)
    lines = getattr(model, "text", None)
    if isinstance(lines, str) and not isinstance(model, Equations | str | os.PathLike):
        values = getattr(model, "values", {})
        return lines, values if isinstance(values, Mapping) else {}
    return model_text(model, _OWNER)


def _named(values: Any, what: str) -> dict[str, Any]:
    if values is None:
        return {}
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        found, hint = type(values).__name__, f"write for instance {what}={{'v': 0.1}}"
        raise ArgumentError(f"{what} are values by name", owner=_OWNER, found=found, hint=hint)
    return dict(values)


def _starts(model: Model, init: Mapping[str, Any], n: int) -> dict[str, Any]:
    """Return the initial values; raise EqsimError for those of what is no differential variable."""
    states = [definition.name for definition in model.definitions if definition.kind == "derivative"]
    for name in init:
        if name not in states:
            near = nearest(name, states)
            known = f"it has {', '.join(states) or 'none'}; values of parameters go in params"
            hint = f"did you mean {near!r}?" if near else known
            raise UnknownVariableError(f"the model has no differential variable {name!r}", owner=_OWNER, hint=hint)
    return {name: _fitting(name, value, n) for name, value in init.items()}


def _sorted_out(model: Model, params: Mapping[str, Any], n: int) -> _Given:
    """Return what becomes of each of the parameters; raise EqsimError for one that the model cannot take."""
    kinds = {definition.name: definition.kind for definition in model.definitions}
    outside = {name for name in free_names(model) - FUNCTIONS.keys() if reserved(name, "neuron") is None}
    called = called_names(model)
    given = _Given()
    for name, value in params.items():
        kind = kinds.get(name)
        _check_parameter(name, kind, kinds, outside)
        if kind is None and isinstance(value, str):
            what = f"{name!r} stands in no line of its own, so that it takes no text"
            hint = f"add the line '{name}', with its unit where the model has units, or give a value"
            raise ArgumentError(what, owner=_OWNER, found=repr(value), hint=hint)
        if kind is None and (name in called or scalar(value)):
            given.outside[name] = value
        elif _follows(value):
            given.driven[name] = value
            _check_columns(name, value, n)
            sample = _at(value, 0.0 if model.unitless else with_unit(0.0, time_unit(unitless=False)), name)
        else:
            given.fixed[name] = sample = _fitting(name, value, n)
        if kind is None and name not in given.outside:
            given.lines.append(name if model.unitless else f"{name} : {unit_text(unit_of(sample))}")
    return given


def _check_parameter(name: str, kind: Kind | None, kinds: Mapping[str, Kind], outside: Collection[str]) -> None:
    if kind not in {None, "parameter"}:
        hint = "give its initial value in init" if kind == "derivative" else "change what it is made of"
        found = "a differential variable" if kind == "derivative" else "a subexpression"
        raise ArgumentError(f"{name!r} is no parameter of the model", owner=_OWNER, found=found, hint=hint)
    if kind is None and name not in outside:
        known = [other for other, its in kinds.items() if its == "parameter"]
        known += sorted(other for other in outside if not unit_named(other))
        near = nearest(name, known)
        hint = f"did you mean {near!r}?" if near else f"it has {', '.join(known) or 'none'}"
        raise UnknownVariableError(f"the model has no parameter {name!r}", owner=_OWNER, hint=hint)


def _follows(value: Any) -> bool:
    """Whether a parameter is to follow a value over time."""
    return isinstance(value, TimedArray) or (callable(value) and not isinstance(value, Function))


def _check_columns(name: str, value: Any, n: int) -> None:
    if isinstance(value, TimedArray) and value.values.ndim == 2 and value.columns != n:
        found, hint = f"shape {value.values.shape}", f"write n={value.columns}, or give values of shape (times,)"
        what = f"the values of {name!r} over time have a column for each of {value.columns} neurons, not of {n}"
        raise ArgumentError(what, owner=_OWNER, found=found, hint=hint)


def _at(value: Any, time: Any, name: str) -> Any:
    """Return what a TimedArray or a function of the time gives at a time."""
    if isinstance(value, TimedArray):
        return value(time, None if value.values.ndim == 1 else np.arange(value.columns))
    if not takes_time(value, _OWNER):
        hint = f"write def {name}(t): …, or give the value itself"
        raise ArgumentError(f"the function for {name!r} takes no time", owner=_OWNER, found="f()", hint=hint)
    return value(time)


def _fitting(name: str, value: Any, n: int) -> Any:
    """Return a value for all neurons or one for each; raise ArgumentError for another shape."""
    if isinstance(value, str):
        return value
    value = joined(value)
    shape = np.shape(value)
    if shape not in {(), (1,), (n,)}:
        hint = f"write n={shape[0]}" if len(shape) == 1 else "values over time are given as a TimedArray"
        what = f"the values of {name!r} do not fit {n} neurons" if n > 1 else f"{name!r} has one value for one neuron"
        raise ArgumentError(what, owner=_OWNER, found=f"shape {shape}", hint=hint)
    return value


def _recorded(group: NeuronGroup, record: str | Sequence[str] | bool | None) -> str | Sequence[str] | bool:
    if record is not None:
        return record
    states = [state.name for state in group._system.states]
    if not states:
        hint = "name what to return, as in record=['x']"
        raise ArgumentError("the model has no differential variable", owner=_OWNER, hint=hint)
    return states


def _solution(group: NeuronGroup, monitor: StateMonitor) -> Solution:
    rows = {name: monitor._recorded(name).T for name in monitor.record_variables}
    return Solution(
        monitor.t_,
        time_unit(group._system.unitless),
        {name: values[:, 0] if group.N == 1 else values for name, values in rows.items()},
        {name: group._variables.unit(name) for name in rows},
        group.method or "",
        group.method_reason,
    )
