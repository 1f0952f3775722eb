"""Steps queued on a device: kernels one after another, and, where the driver can, a step as one graph.

A kernel takes a few microseconds on the device, a launch from Python tens. All launches of a step have the same
arguments in every step (the count of steps is on the device too), so a step is recorded once and queued again and
again.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import cuda
from numba.cuda.core.errors import NumbaPerformanceWarning

from eqsim.targets.cuda_calls import Call
from eqsim.targets.cuda_grid import SIMULATED

_WORTH = 8  # steps with the same arguments for which recording one pays

Bound = Sequence[tuple[Call, tuple[Any, ...]]]


class Steps:
    """A stream, and the step that was recorded last."""

    def __init__(self) -> None:
        self.stream = cuda.stream()
        self._configured: dict[tuple[Any, tuple[int, int]], Any] = {}
        self._graph: Any = None
        self._graph_of: list[Any] = []  # what the recorded step takes: kept, so that no address is another's

    def launch(self, function: Any, arguments: tuple[Any, ...], grid: tuple[int, int]) -> None:
        """Queue one kernel."""
        configured = self._configured.get((function, grid))
        if configured is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NumbaPerformanceWarning)  # some kernels are meant to have few threads
                configured = function[grid[0], grid[1], self.stream]
            if not SIMULATED:  # where a kernel itself is configured anew for each launch
                self._configured[function, grid] = configured
        configured(*arguments)

    def carry_out(self, bound: Bound, steps: int) -> None:
        """Queue steps, and wait until they are done; the last launch of a step is also made before the first."""
        call, arguments = bound[-1]
        self.launch(call.function, (*arguments[:2], type(arguments[2])(0), *arguments[3:]), (1, 1))
        taken = [argument for _, arguments in bound for argument in arguments]
        if not _same(taken, self._graph_of):
            self._graph, self._graph_of = None, []
            if steps > _WORTH and not SIMULATED:
                self._launch_all(bound)  # which loads what the driver has not loaded yet
                steps -= 1
                self._record(bound)
                self._graph_of = taken
        for _ in range(steps):
            if self._graph is not None:
                _launch_graph(self._graph, self.stream)
            else:
                self._launch_all(bound)
        self.stream.synchronize()

    def _launch_all(self, bound: Bound) -> None:
        for call, arguments in bound:
            self.launch(call.function, arguments, (call.blocks, call.threads))

    def _record(self, bound: Bound) -> None:
        """Record a step; do without where the driver cannot."""
        try:
            _begin(self.stream)
            try:
                self._launch_all(bound)
            finally:
                recorded = _end(self.stream)
            self._graph = _instantiated(recorded)
        except Exception:  # noqa: BLE001 - drivers differ in what they can record; a step in pieces is as right
            self._graph = None


def _same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two steps take the same: the same arrays, and constants of the same values."""
    if len(one) != len(other):
        return False
    return all(a is b or (isinstance(a, np.generic) and a == b) for a, b in zip(one, other, strict=True))


def _checked(result: Any) -> Any:
    """Return what a call of the driver gives besides its error; raise RuntimeError for one."""
    error, *values = result
    if int(error) != 0:
        raise RuntimeError(f"the CUDA driver says {error}")
    return values[0] if values else None


def _driver() -> Any:
    from cuda.bindings import driver  # noqa: PLC0415 - part of what a device needs, and absent without one

    return driver


def _begin(stream: Any) -> None:
    driver = _driver()
    mode = driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED
    _checked(driver.cuStreamBeginCapture(driver.CUstream(int(stream)), mode))


def _end(stream: Any) -> Any:
    driver = _driver()
    return _checked(driver.cuStreamEndCapture(driver.CUstream(int(stream))))


def _instantiated(recorded: Any) -> Any:
    return _checked(_driver().cuGraphInstantiate(recorded, 0))


def _launch_graph(graph: Any, stream: Any) -> None:
    driver = _driver()
    _checked(driver.cuGraphLaunch(graph, driver.CUstream(int(stream))))
