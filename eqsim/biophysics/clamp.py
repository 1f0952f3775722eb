"""The voltage clamp: a model whose potential follows a command, and the current that this takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from eqsim.analysis.dependence import depends
from eqsim.analysis.linearity import Obstacle, linear_form
from eqsim.biophysics.potentials import magnitude_free
from eqsim.checking.checked import Role
from eqsim.checking.units import parse_unit
from eqsim.checking.vocabulary import time_unit
from eqsim.inputs import section_input
from eqsim.language.expr import Binary, Call, Expr, Name, Number, Unary, names
from eqsim.language.model import Definition, Initial, Model
from eqsim.language.parse import parse
from eqsim.network.capture import caller, usable
from eqsim.network.conductance import ConductanceNeuron
from eqsim.network.equations import model_text
from eqsim.network.network import Network
from eqsim.network.neurons import NeuronGroup, defined_names, offered
from eqsim.network.solution import Solution
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.timed_array import TimedArray
from eqsim.text.errors import ArgumentError, UnknownVariableError
from eqsim.text.nearest import nearest
from eqsim.units import with_unit

_OWNER = "voltage_clamp"
_CURRENT = "I_clamp"
_HELD = "unless refractory"


class _Clamped(NeuronGroup):
    """Neurons whose potential follows a command."""

    def __init__(self, model: Model, size: int, values: Mapping[str, Any], frame: Any, method: str | None) -> None:
        written = model if method is None else replace(model, method=parse(f"method {method}", _OWNER).method)
        self._follow(_OWNER, size, (size,), written, values, None, frame)
        self._name, self._dt, self._order, self._seed = None, None, 0, None


def voltage_clamp(
    model: Any,
    V: Any,
    durations: Any = None,
    *,
    dt: Any = None,
    params: Mapping[str, Any] | None = None,
    voltage: str = "V",
    current: str | None = None,
    method: str | None = None,
) -> Solution:
    """Hold the potential of a neuron at commands, and record the current that this takes.

    Parameters
    ----------
    model
        A text, ``Equations``, a model of the library, or a group: a ``ConductanceNeuron`` or ``NeuronGroup``, whose
        parameters then hold (of the group itself nothing changes).
    V
        The command: a ``TimedArray``, or a value for each section; a value may be an array, with one for each of
        several neurons that are clamped side by side: ``[-65, [-40, -20, 0], -65]*mV``.
    durations
        How long each section lasts.
    dt
        The time step, 0.01 ms by default.
    params
        Values of the model's parameters by name.
    voltage, current
        The names of the potential and of the external current: ``V``, and ``input`` where the model has it, else ``I``.
    method
        The scheme for the other states; as the model says, or chosen, by default.

    Returns
    -------
    Solution
        ``r.t``, shape (times,); ``r.I``, the current, outward positive as the amplifier gives it, ``r.V``, and every
        other state by its name, such as ``r.n`` and ``r['IK.n']``: shape (times,), or (times, n) for n neurons. What
        charges the membrane at a step is not in it. States that are linear in themselves begin where they rest at the
        first command, others at the model's own initial values.

    Raises
    ------
    EqsimError
        For a model without such a potential or current, a potential that the current does not enter linearly, and
        values that do not fit.

    """
    frame = caller()
    command = _command(V, durations, dt)
    written, group, given = _model(model)
    current = current or ("input" if "input" in defined_names(written) else "I")
    clamped = _clamped(written, voltage, current, columns=command.values.ndim == 2)
    size = command.columns if group is None or group.N == 1 else group.N
    if command.columns not in {1, size}:
        found, hint = f"{command.columns} commands for {size} neurons", "give one command, or one for each neuron"
        raise ArgumentError("these commands do not fit the group", owner=_OWNER, found=found, hint=hint)
    values = usable({**offered(clamped, None, frame), **given}, defined_names(clamped), strict=True)
    made = _Clamped(clamped, size, {**values, "_command": command}, frame, method)
    _take_over(made, group)
    for name, value in (params or {}).items():
        if all(line.name != name or line.kind != "parameter" for line in clamped.definitions):
            raise _no_parameter(name, made)
        made._assign(name, value, None, frame)  # noqa: SLF001
    recorded = [line.name for line in clamped.definitions if line.kind == "derivative"]
    monitor = StateMonitor(made, [voltage, _CURRENT, *recorded], record=True)
    Network(made, monitor, dt=command.dt).run(command.duration)
    shown = {voltage: "V", _CURRENT: "I"}
    kept = {shown.get(name, name): name for name in monitor.record_variables}
    single = size == 1 and command.values.ndim == 1
    rows = {show: getattr(monitor, f"{name}_") for show, name in kept.items()}
    found_values = {show: values[0] if single else values.T for show, values in rows.items()}
    units = {show: made._variables.unit(name) for show, name in kept.items()}  # noqa: SLF001
    unit = time_unit(bool(made._system.unitless))  # noqa: SLF001
    return Solution(monitor.t_, unit, found_values, units, made.method or "", made.method_reason)


def _command(V: Any, durations: Any, dt: Any) -> TimedArray:
    if isinstance(V, TimedArray):
        if durations is not None or dt is not None:
            hint = "leave out durations and dt"
            raise ArgumentError("a TimedArray has its own times", owner=_OWNER, hint=hint)
        return V
    if durations is None:
        hint = "write for instance V=[-65, 0]*mV, durations=[5, 20]*ms"
        raise ArgumentError("how long each command lasts is missing", owner=_OWNER, hint=hint)
    values, lengths = ([one] if np.ndim(magnitude_free(one)) == 0 else one for one in (V, durations))
    return section_input(values, lengths, dt=with_unit(0.01, parse_unit("ms")[0]) if dt is None else dt)


def _model(model: Any) -> tuple[Model, NeuronGroup | None, Mapping[str, Any]]:
    """Return the model as written, the group that has its values, and what its names stand for."""
    if isinstance(model, ConductanceNeuron):
        return model._written, model, model.namespace  # noqa: SLF001
    if isinstance(model, NeuronGroup):
        return parse(model.model, _OWNER), model, model.namespace
    text, given = model_text(model, _OWNER)
    return parse(text, _OWNER), None, given


def _clamped(model: Model, voltage: str, current: str, *, columns: bool) -> Model:
    """Return a model whose potential is the command, with the current that this takes as one more line."""
    lines = {line.name: line for line in model.definitions}
    slope = _line(lines, voltage, "derivative", "potential", "voltage")
    injected = _line(lines, current, "parameter", "external current", "current")
    assert slope.value is not None
    aliases = {line.name: line.value for line in lines.values() if line.kind == "subexpression" and line.value}
    form = linear_form(slope.value, frozenset({current}), aliases)
    if isinstance(form, Obstacle) or current not in form:
        why = str(form) if isinstance(form, Obstacle) else f"d{voltage}/dt does not depend on {current}"
        hint = "name the external current by current="
        raise ArgumentError(f"no {current} holds {voltage}", owner=_OWNER, found=why, hint=hint)
    taken = Binary("/", Unary("-", form.get("", Number(0))), form[current])
    arguments: tuple[Expr, ...] = (Name("t"), Name("i")) if columns else (Name("t"),)
    held = replace(slope, kind="subexpression", value=Call("_command", arguments), flags=())
    measured = replace(injected, name=_CURRENT, kind="subexpression", value=taken, flags=())
    states = frozenset(line.name for line in lines.values() if line.kind == "derivative") - {voltage}
    resting = {name: rest for name in states if (rest := _rest(lines[name], states, aliases)) is not None}
    initials = {one.name: one for one in model.initials if one.name != voltage}
    initials |= {name: Initial(name, rest, lines[name].span) for name, rest in resting.items()}
    free = [
        held if line is slope else replace(line, flags=tuple(flag for flag in line.flags if flag.text != _HELD))
        for line in model.definitions
    ]
    return replace(
        model,
        definitions=(*free, measured),
        initials=tuple(initials.values()),
        threshold=None,
        reset=None,
        refractory=None,
        events=(),
    )


def _line(lines: Mapping[str, Definition], name: str, kind: str, what: str, keyword: str) -> Definition:
    line = lines.get(name)
    if line is None or line.kind != kind:
        known = [other.name for other in lines.values() if other.kind == kind]
        close = nearest(name, known)
        meant = f"did you mean {close!r}? " if close else ""
        hint = f"{meant}name it by {keyword}=; there are {', '.join(known) or 'none'}"
        raise UnknownVariableError(f"the model has no {kind} {name!r}, its {what}", owner=_OWNER, hint=hint)
    return line


def _rest(line: Definition, states: frozenset[str], aliases: Mapping[str, Expr]) -> Expr | None:
    """Return where a state rests that is linear in itself and knows no other one."""
    assert line.value is not None
    form = linear_form(line.value, frozenset({line.name}), aliases)
    if isinstance(form, Obstacle) or line.name not in form:
        return None
    rest = Binary("/", Unary("-", form.get("", Number(0))), form[line.name])
    noisy = any(name.startswith("xi") for name in names(line.value))
    return None if noisy or depends(rest, states, aliases) else rest


def _take_over(made: _Clamped, group: NeuronGroup | None) -> None:
    """Give the clamped neurons the parameters of a group."""
    if group is None:
        return
    held, own = group._variables, made._variables  # noqa: SLF001
    for name in own.entries.keys() & held.entries.keys() - held.waiting.keys() - own.linkable:
        if own.symbols[name].role is Role.PARAMETER:
            values = held.read(name)
            own.write(name, values if own.is_shared(name) else np.broadcast_to(values, (made.N,)).copy())


def _no_parameter(name: str, made: _Clamped) -> UnknownVariableError:
    known = [line.name for line in made._checked.definitions if line.kind == "parameter"]  # noqa: SLF001
    close = nearest(name, known)
    hint = f"did you mean {close!r}?" if close else f"its parameters are {', '.join(known)}"
    return UnknownVariableError(f"there is no parameter {name!r}", owner=_OWNER, hint=hint)
