"""The procedures of the runtime, compiled by Numba from the very functions that Python runs."""

from __future__ import annotations

from numba import njit

from eqsim.targets import generate, queue

_OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy"}

compress = njit(**_OPTIONS)(queue.compress)
due_now = njit(**_OPTIONS)(queue.due_now)
push_uniform = njit(**_OPTIONS)(queue.push_uniform)
due_uniform = njit(**_OPTIONS)(queue.due_uniform)
push_varied = njit(**_OPTIONS)(queue.push_varied)
due_varied = njit(**_OPTIONS)(queue.due_varied)
emit = njit(**_OPTIONS)(generate.emit)
single = njit(**_OPTIONS)(generate.single)
