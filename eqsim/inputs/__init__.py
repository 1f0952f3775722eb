"""Inputs over time, made by one call each: sections, ramps, pulses, waves and noise.

Every function returns a ``TimedArray``, which a text reads as ``I(t)`` or, with a column for each neuron, ``I(t, i)``,
and which ``Input`` takes as a value. Its ``duration`` is how long it lasts; afterwards its last value goes on.
"""

from eqsim.inputs.noise import ou_process, wiener_process
from eqsim.inputs.sections import constant_input, ramp_input, section_input, spike_input
from eqsim.inputs.waves import sinusoidal_input, square_input

__all__ = [
    "constant_input",
    "ou_process",
    "ramp_input",
    "section_input",
    "sinusoidal_input",
    "spike_input",
    "square_input",
    "wiener_process",
]
