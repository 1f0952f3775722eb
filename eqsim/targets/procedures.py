"""The procedures of the runtime by name, and the order of their parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from eqsim.targets import counts, generate, intervals, queue

PROCEDURES: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            queue.compress,
            queue.gather,
            queue.due_now,
            queue.push_uniform,
            queue.due_uniform,
            queue.push_varied,
            queue.due_varied,
            generate.emit,
            generate.single,
            counts.draw_counts,
            intervals.draw_spikes,
        )
    }
)

# the arrays whose lengths a procedure reads, for targets whose arrays do not know theirs
LENGTHS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "gather": frozenset({"parts", "part_counts"}),
        "push_uniform": frozenset({"ring", "ring_count"}),
        "due_uniform": frozenset({"ring", "ring_count"}),
        "push_varied": frozenset({"ring_source"}),
        "due_varied": frozenset({"ring_source"}),
        "emit": frozenset({"spike_step"}),
        "draw_counts": frozenset({"marks", "bounds"}),
    }
)


def parameters(name: str) -> tuple[str, ...]:
    """Return the names of a procedure's parameters, in order."""
    code = PROCEDURES[name].__code__
    return code.co_varnames[: code.co_argcount]
