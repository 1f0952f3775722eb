"""What a membrane does by physics alone, and how its channels are measured.

Equilibrium potentials of ions, the rest of an equivalent circuit, the voltage clamp of a model, and gates fitted to
conductances that a clamp measured. All take and return quantities with units.
"""

from eqsim.biophysics.clamp import voltage_clamp
from eqsim.biophysics.gates import GateFit, fit_gate
from eqsim.biophysics.potentials import SteadyState, ghk, ghk_current, nernst, steady_state

__all__ = ["GateFit", "SteadyState", "fit_gate", "ghk", "ghk_current", "nernst", "steady_state", "voltage_clamp"]
