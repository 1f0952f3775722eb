"""From the objects of a network to the launches of its program: what is laid out first, and spikes timed in steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from eqsim.checking.dimensions import Unit
from eqsim.network import assemble, assemble_inputs, assemble_monitors
from eqsim.network.clocks import Clocks
from eqsim.network.driven_input import Input
from eqsim.network.event_monitor import EventMonitor
from eqsim.network.inputs import SpikeGeneratorGroup
from eqsim.network.members import Members, depth
from eqsim.network.neurons import NeuronGroup
from eqsim.network.poisson_input import PoissonInput
from eqsim.network.population_rate import PopulationRateMonitor
from eqsim.network.state_monitor import StateMonitor
from eqsim.network.synapses import Synapses
from eqsim.network.variables import BEFORE_EVER, NEVER, Variables
from eqsim.random import stream_of
from eqsim.runtime.clock import whole_steps
from eqsim.text.errors import ArgumentError
from eqsim.units import magnitude, with_unit

PlainTime = Callable[[Any, str], float]  # a time as a number, and what it is, for messages


def assembled(
    members: Members, clocks: Clocks, dtype: str, plain: PlainTime, unit: Unit, lanes: int
) -> assemble.Assembly:
    """Return the launches of all objects, and where their storage is.

    Times count in ``unit``; ``lanes`` threads share the work.
    """
    keys: dict[int, str] = {}
    for name, thing in members.items():
        held = thing._variables if isinstance(getattr(thing, "_variables", None), Variables) else thing
        keys[id(held)] = name
    assembly = assemble.Assembly(keys, clocks.periods, clocks.steps, dtype, lanes=lanes)
    grouped = [thing for thing in members.values() if isinstance(thing, NeuronGroup | SpikeGeneratorGroup)]
    for thing in grouped:
        name = thing._name or ""
        assembly.storages[name] = assemble.prepare(thing._variables, dtype, clocks.steps[name])
        _first_time(thing, clocks.steps[name], plain, unit)
    assembly.link([thing._variables for thing in grouped])
    adders: tuple[tuple[type, Callable[..., None]], ...] = (
        (NeuronGroup, assemble.add_neurons),
        (SpikeGeneratorGroup, assemble.add_generator),
        (Synapses, assemble.add_synapses),
        (PoissonInput, assemble_inputs.add_poisson_input),
        (Input, assemble_inputs.add_input),
        (StateMonitor, assemble_monitors.add_state_monitor),
        (EventMonitor, assemble_monitors.add_event_monitor),
        (PopulationRateMonitor, assemble_monitors.add_population_rate),
    )
    for kind, add in adders:
        # synapses at which others begin or end are laid out before those
        for name, thing in sorted(members.items(), key=lambda item: depth(item[1])):
            if isinstance(thing, kind):
                add(assembly, thing)
                held = thing.__dict__.get("_variables")
                if isinstance(held, Variables):
                    assembly.storages[name] = held.storage
    return assembly


def override_streams(members: Members, seed: int) -> None:
    """Let the random numbers of a run depend on a seed and on the place of each object, not on the objects' own."""
    for number, thing in enumerate(members.values()):
        held = thing.__dict__.get("_variables")
        if isinstance(held, Variables):
            held.storage.constants["_stream"] = assemble.signed(stream_of(seed, number))


def _first_time(thing: Any, dt: float, plain: PlainTime, unit: Unit) -> None:
    arrays = thing._variables.storage.arrays
    if "lastspike" in arrays:
        arrays["lastspike"][arrays["lastspike"] == NEVER] = -round(BEFORE_EVER / dt)
    if isinstance(thing, SpikeGeneratorGroup):
        _time_spikes(thing, dt, plain, unit)


def _time_spikes(group: SpikeGeneratorGroup, dt: float, plain: PlainTime, unit: Unit) -> None:
    scale = group._times_unit
    times = magnitude(with_unit(group._times, scale), unit, group._owner)
    steps = np.floor(np.minimum(np.asarray(times) / dt + 1e-3, 2.0**62)).astype(np.int64)
    order = np.lexsort((group._indices, steps))
    steps, which = steps[order], group._indices[order]
    twice = np.flatnonzero((np.diff(steps) == 0) & (np.diff(which) == 0))
    if len(twice):
        what = f"source {which[twice[0]]} spikes twice in the step at {steps[twice[0]] * dt:g}"
        hint = "leave one of the spikes out, or take a shorter step"
        raise ArgumentError(what, owner=group._owner, hint=hint)
    arrays = group._variables.storage.arrays
    arrays["_times"], arrays["_indices"] = steps, which
    arrays["_cursor"] = np.zeros(1, np.int64)
    length = 0.0 if group._period is None else plain(group._period, f"the period of {group._owner}")
    period = whole_steps(length, dt)
    if length and abs(length / dt - period) > 1e-3:
        found, hint = f"{length:g}, against a step of {dt:g}", "give a whole number of steps"
        raise ArgumentError("the period ends within a step", owner=group._owner, found=found, hint=hint)
    group._variables.storage.constants["_period"] = period
