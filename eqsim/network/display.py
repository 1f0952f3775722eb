"""What a notebook shows of an object: equations as formulas, values with units, schemes with their reasons.

Showing an object changes nothing: a default that has not been evaluated yet is shown as its formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from eqsim.checking.checked import CheckedCode, CheckedModel
from eqsim.checking.units import unit_text
from eqsim.checking.vocabulary import time_unit
from eqsim.language.expr import Binary, Call, Expr, Name
from eqsim.lowering.program import Program
from eqsim.network import latex
from eqsim.network.labels import label
from eqsim.network.timed_array import TimedArray
from eqsim.network.variables import Indices, Variables
from eqsim.units import has_unit, magnitude, unit_of, with_unit

Row = Sequence[str]  # cells that are HTML already
_LEFT = ' style="text-align:left"'


# formulas ------------------------------------------------------------------------------------------------------------


def equations(checked: CheckedModel) -> list[tuple[str, str]]:
    """Return both sides of each equation of a model as LaTeX, in the order of its lines, then the initial values."""
    units = latex.unit_names(checked.symbols)
    lines = [
        (
            latex.derivative(definition.name) if definition.kind == "derivative" else latex.variable(definition.name),
            latex.formula(definition.value, units),
        )
        for definition in checked.definitions
        if definition.value is not None and definition.kind != "parameter"
    ]
    return lines + [(f"{latex.variable(n)}(0)", latex.formula(value, units)) for n, value in checked.initials.items()]


def statements(code: CheckedCode) -> list[str]:
    """Return statements as LaTeX; ``w += b`` is written out as what it means."""
    units = latex.unit_names(code.symbols)
    lines = []
    for statement in code.statements:
        name, value = statement.target.name, statement.value
        if statement.op != "=":
            value = Binary(statement.op[:-1], Name(name), value)  # type: ignore[arg-type]  # += is + and so on
        lines.append(rf"{latex.variable(name)} \leftarrow {latex.formula(value, units)}")
    return lines


def model_latex(thing: Any) -> str:
    """Return the equations of a group or of synapses as one block of LaTeX."""
    lines = [f"{left} &= {right}" for left, right in equations(thing._checked)]
    if not lines:
        return ""
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"


# objects -------------------------------------------------------------------------------------------------------------


def group_html(group: Any, index: Indices | None = None) -> str:
    """Return a group of neurons as HTML; with ``index``, the values of a part of it."""
    checked: CheckedModel = group._checked
    units = latex.unit_names(checked.symbols)
    facts: list[tuple[str, str]] = []
    if checked.threshold is not None:
        facts.append(("threshold", _math(latex.formula(checked.threshold, units))))
    if checked.reset is not None:
        facts.append(("reset", _code(checked.reset)))
    if checked.refractory is not None:
        facts.append(("refractory", _formula(checked.refractory, group._variables.namespace, units)))
    facts += [(f"event {event.name}", _math(latex.formula(event.condition, units))) for event in checked.events]
    facts += [
        (f"on {operation.event}" if operation.event else "regularly", _code(operation.code))
        for operation in group._operations
    ]
    facts.append(("scheme", escape(group.method_reason)))
    title = f"{label(type(group).__name__, group.name)}: {_count(group.N, 'neuron')}" if index is None else ""
    return _block(title, _model(checked), _values(group._variables, checked, index), _facts(facts))


def subgroup_html(part: Any) -> str:
    """Return a part of a group as HTML: which neurons, and their values."""
    whole, index = part.group, part.indices
    title = f"{len(index)} of {_count(whole.N, 'neuron')} of {label(type(whole).__name__, whole.name)}"
    if len(index):
        title += f": {_listed(index)}"
    return _block(title, group_html(whole, index))


def library_html(model: Any, checked: CheckedModel) -> str:
    """Return a model of the library as HTML: what it is, its paper, its equations and its defaults."""
    units = latex.unit_names(checked.symbols)
    rows = [
        (
            _math(latex.variable(d.name)),
            _math(latex.formula(d.value, units)) if d.value else "0",
            _unit(unit_text(d.unit)),
        )
        for d in checked.definitions
        if d.kind == "parameter"
    ]
    facts = [("what it is", escape(model.about)), ("paper", escape(model.reference))]
    if checked.threshold is not None:
        facts.append(("threshold", _math(latex.formula(checked.threshold, units))))
    if checked.reset is not None:
        facts.append(("reset", _code(checked.reset)))
    facts += [(f"on_{pathway.of}", _code(pathway.code)) for pathway in checked.pathways]
    return _block(model.path, _facts(facts), _model(checked), _table(("parameter", "default", "unit"), rows))


def synapses_html(synapses: Any) -> str:
    """Return synapses as HTML: their ends, equations, pathways and values."""
    checked: CheckedModel = synapses._checked
    facts = [("from", escape(_end(synapses.source))), ("to", escape(_end(synapses.target)))]
    for pathway in checked.pathways:
        delay = _span(synapses._delay_values(pathway.name))
        late = "" if delay == "0" else f", delayed by {delay} {escape(_time(synapses))}".rstrip()
        facts.append((f"{pathway.name} (on {pathway.event} of {pathway.of})", f"{_code(pathway.code)}{late}"))
    if checked.definitions:
        facts.append(("scheme", escape(synapses.method_reason)))
    title = f"{label('Synapses', synapses.name)}: {_count(len(synapses), 'synapse')}"
    return _block(title, _model(checked), _values(synapses._variables, checked, None), _facts(facts))


def network_html(network: Any) -> str:
    """Return a network as HTML: its objects and, once it is built, what happens in a step."""
    rows = [
        (escape(name), escape(type(thing).__name__), escape(repr(thing).strip("<>").partition(": ")[2]))
        for name, thing in network._objects.items()
    ]
    title = f"Network: {_count(len(rows), 'object')}"
    if rows:
        title += f", {network.t} reached"
    objects = _table(("object", "kind", "what it is"), rows)
    built = network._built
    program = built[1] if built is not None and built[0] == network._revisions() else None
    return _block(title, objects, _schedule(program) if program is not None else "")


def state_monitor_html(monitor: Any) -> str:
    """Return a monitor of variables as HTML: what it records of how many, and how much there is."""
    variables: Variables = monitor.source._variables
    rows = [(_math(latex.variable(name)), _unit(unit_text(variables.unit(name)))) for name in monitor.record_variables]
    elements, times = monitor.record, monitor.t_
    facts = [("of", escape(_end(monitor.source))), ("elements", f"{len(elements)}: {_listed(elements)}")]
    facts.append(("times", f"{len(times)}{_between(times, monitor.source)}"))
    facts.append(("size", _size(8 * len(elements) * len(times) * len(rows))))
    title = label(type(monitor).__name__, monitor.name)
    return _block(title, _table(("variable", "unit"), rows), _facts(facts))


def rate_monitor_html(monitor: Any) -> str:
    """Return a monitor of a population's rate as HTML: of whom, for how long, and the mean."""
    times, rates = monitor.t_, monitor.rate_
    facts = [("of", escape(_end(monitor.source))), ("times", f"{len(times)}{_between(times, monitor.source)}")]
    if len(rates):
        facts.append(("mean rate", f"{rates.mean():.6g} {'Hz' if has_unit(monitor.rate) else ''}".rstrip()))
    return _block(label(type(monitor).__name__, monitor.name), _facts(facts))


def event_monitor_html(monitor: Any) -> str:
    """Return a monitor of events as HTML: of whom, how many, and what is kept with them."""
    count, kept = monitor.num_events, ("index", "time", *monitor._variables)
    facts = [("of", escape(_end(monitor.source))), ("event", escape(monitor._event))]
    facts.append(("events", f"{count}{_between(monitor.t_, monitor.source) if monitor._keep else ''}"))
    facts.append(("neurons with any", str(int(np.count_nonzero(monitor.count)))))
    facts.append(("kept", escape(", ".join(kept)) if monitor._keep else "counts alone"))
    facts.append(("size", _size(count * (12 + 8 * len(monitor._variables)) if monitor._keep else 8 * monitor.source.N)))
    return _block(label(type(monitor).__name__, monitor.name), _facts(facts))


def drive_html(drive: Any) -> str:
    """Return an input as HTML: onto which variable of whom, and its formulas."""
    units = latex.unit_names(drive._symbols())
    facts = [("onto", f"{_math(latex.variable(drive.variable))} of {escape(_end(drive.target))}")]
    facts += [(what, _formula(value, drive.namespace, units)) for what, value in drive._formulas()]
    return _block(label(type(drive).__name__, drive.name), _facts(facts))


def sources_html(group: Any) -> str:
    """Return a group of given spikes as HTML: how many sources, how many spikes, from when to when."""
    unit = unit_text(group._times_unit) if has_unit(with_unit(1.0, group._times_unit)) else ""
    facts = [("spikes", str(len(group._times)))]
    if len(group._times):
        facts.append(("times", f"{_span(group._times)} {escape(unit)}".rstrip()))
    if group._period is not None:
        facts.append(("period", escape(_value(group._period))))
    return _block(f"{label(type(group).__name__, group.name)}: {_count(group.N, 'source')}", _facts(facts))


def operation_html(operation: Any) -> str:
    """Return a Python function of a network as HTML: its name, and when it is called."""
    every = "each step" if operation._dt is None else f"every {_value(operation._dt)}"
    facts = [("calls", escape(getattr(operation._function, "__name__", type(operation._function).__name__)))]
    facts += [("when", f"{escape(operation._when)}, order {operation._order}"), ("how often", escape(every))]
    return _block(label(type(operation).__name__, operation.name), _facts(facts))


# parts ---------------------------------------------------------------------------------------------------------------


def _model(checked: CheckedModel) -> str:
    about = {definition.name: definition for definition in checked.definitions}
    shown = [d for d in checked.definitions if d.value is not None and d.kind != "parameter"]
    rows = []
    for number, (left, right) in enumerate(equations(checked)):
        definition = about[shown[number].name] if number < len(shown) else None
        unit = _unit(unit_text(definition.unit)) if definition and not checked.unitless else ""
        flags = escape(", ".join(sorted(definition.flags))) if definition else "initial value"
        rows.append((_math(f"{left} = {right}"), unit, flags))
    return _table(("equation", "unit", ""), rows)


def _values(variables: Variables, checked: CheckedModel, index: Indices | None) -> str:
    """Return the table of stored values, then of captured ones."""
    units = latex.unit_names(checked.symbols)
    rows = []
    for definition in checked.definitions:
        name = definition.name
        if name not in variables.entries:
            continue
        if name in variables.waiting:
            value = _math(latex.formula(variables.waiting[name], units))
        else:
            value = _span(variables.read(name, None if variables.is_shared(name) else index))
        what = "" if definition.kind == "derivative" else escape(", ".join(sorted(definition.flags - {"parameter"})))
        rows.append((_math(latex.variable(name)), value, _unit(unit_text(definition.unit)), what))
    for name, value in variables.namespace.items():
        if not name.startswith("_"):
            rows.append((_math(latex.variable(name)), *_outside(value), "from outside"))
    return _table(("name", "value", "unit", ""), rows)


def _outside(value: Any) -> tuple[str, str]:
    if isinstance(value, TimedArray):
        return f"{len(value.values)} values over time", _unit(unit_text(value.unit))
    if callable(value):
        return "a function", ""
    unit = unit_of(value)
    return _span(magnitude(value, unit)), _unit(unit_text(unit)) if has_unit(value) else ""


def _formula(formula: Expr, namespace: Mapping[str, Any], units: frozenset[str]) -> str:
    """Return a formula as HTML; one that stands for a value that was handed over, as that value."""
    name = formula.name if isinstance(formula, Name) else formula.function if isinstance(formula, Call) else ""
    if name in namespace and name.startswith("_"):
        value, unit = _outside(namespace[name])
        return f"{value} {unit}".rstrip()
    return _math(latex.formula(formula, units))


def _value(value: Any) -> str:
    """Return one value with its unit as plain text."""
    unit = unit_of(value)
    return f"{_span(magnitude(value, unit))} {unit_text(unit) if has_unit(value) else ''}".rstrip()


def _schedule(program: Program) -> str:
    rows = [
        (
            launch.when.slot,
            str(launch.when.order),
            launch.title,
            "" if launch.when.period == 1 else f"every {launch.when.period} steps",
        )
        for launch in program.launches
    ]
    return _table(("slot", "order", "what happens", ""), [tuple(map(escape, row)) for row in rows])


def _code(code: CheckedCode) -> str:
    return "; ".join(_math(line) for line in statements(code))


def _end(end: Any) -> str:
    whole = getattr(end, "group", end)
    name = label(type(whole).__name__, whole.name)
    return name if whole is end else f"{end.N} of {name}"


def _time(thing: Any) -> str:
    unitless = thing._variables.system.unitless
    return "" if unitless else unit_text(time_unit(unitless))


def _between(times: Any, source: Any) -> str:
    return f", from {times.min():.6g} to {times.max():.6g} {escape(_time(source))}".rstrip() if len(times) else ""


def _listed(index: Any) -> str:
    if len(index) > 1 and (np.diff(index) == 1).all():
        return f"{index[0]} to {index[-1]}"
    shown = ", ".join(str(element) for element in index[:8])
    return shown if len(index) <= 8 else f"{shown}, …"


def _span(values: Any) -> str:
    """Return one value for all, or the least and the greatest."""
    plain = np.asarray(values)
    if plain.size == 0:
        return "none"
    least, most = plain.min(), plain.max()
    one = least == most or np.isnan(least)
    return _plain(least) if one else f"{_plain(least)} to {_plain(most)}"


def _plain(value: Any) -> str:
    return str(bool(value)) if isinstance(value, bool | np.bool_) else f"{value:.6g}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


def _unit(text: str) -> str:
    return _math(latex.unit(text)) if text != "1" else "1"


def _math(text: str) -> str:
    return f"${escape(text)}$"


def _table(head: Row, rows: Iterable[Row]) -> str:
    body = "".join(f"<tr>{''.join(f'<td{_LEFT}>{cell}</td>' for cell in row)}</tr>" for row in rows)
    top = "".join(f"<th{_LEFT}>{cell}</th>" for cell in head)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>" if body else ""


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    body = "".join(f"<tr><th{_LEFT}>{escape(what)}</th><td{_LEFT}>{cell}</td></tr>" for what, cell in facts)
    return f"<table><tbody>{body}</tbody></table>"


def _block(title: str, *parts: str) -> str:
    top = f"<p><strong>{escape(title)}</strong></p>" if title else ""
    return f"<div>{top}{''.join(parts)}</div>"
