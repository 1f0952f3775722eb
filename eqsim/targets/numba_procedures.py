"""The procedures of the runtime, compiled by Numba: all but three from the very functions that Python runs."""

from __future__ import annotations

from types import FunctionType

from numba import njit

from eqsim.targets import generate, queue
from eqsim.targets.intrinsics import prefetch
from eqsim.targets.numba_counts import draw_counts
from eqsim.targets.numba_flags import compress
from eqsim.targets.numba_intervals import draw_spikes

_compiled = njit(cache=True, nogil=True, error_model="numpy")

gather = _compiled(queue.gather)
due_now = _compiled(queue.due_now)
push_uniform = _compiled(queue.push_uniform)
due_uniform = _compiled(queue.due_uniform)
push_varied = _compiled(queue.push_varied)
due_varied = _compiled(FunctionType(queue.due_varied.__code__, {**vars(queue), "prefetch": prefetch}, "due_varied"))
emit = _compiled(generate.emit)
single = _compiled(generate.single)

__all__ = [
    "compress",
    "draw_counts",
    "draw_spikes",
    "due_now",
    "due_uniform",
    "due_varied",
    "emit",
    "gather",
    "push_uniform",
    "push_varied",
    "single",
]
