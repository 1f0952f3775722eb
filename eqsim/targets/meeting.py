"""Where the threads of a run wait for one another, and which slice of a group each owns, for generated Numba code."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from eqsim.lowering import slices

# a look at the counter takes some tens of nanoseconds: about what a thread that runs should need to arrive
_PATIENCE = 2000


@intrinsic
def _add(_typing: Any, array: Any) -> Any:
    """Add one to an array's first entry, as one operation that no thread can come between."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        builder.atomic_rmw("add", data, ir.Constant(ir.IntType(64), 1), "acq_rel")
        return context.get_dummy_value()

    return types.void(array), codegen


@intrinsic
def _look(_typing: Any, array: Any) -> Any:
    """Return an array's first entry as it is now."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.load_atomic(data, "acquire", 8)

    return types.int64(array), codegen


@intrinsic
def _pause(_typing: Any) -> Any:
    """Tell the processor that this thread waits, where there is a word for it."""

    def codegen(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        if builder.module.triple.startswith(("x86", "i686")):
            kind = ir.FunctionType(ir.VoidType(), [])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse2.pause"), [])
        return context.get_dummy_value()

    return types.void(), codegen


_give_way = types.ExternalFunction("sched_yield", types.int32())


@njit(error_model="numpy")
def meet(sync: Any, goal: Any) -> None:
    """Wait until all threads are here: spin briefly, for they should come soon, then let others have the processor.

    The first entry of ``sync`` counts arrivals from the beginning of a run; ``goal`` is what it will be then.
    """
    _add(sync)
    looks = 0
    while _look(sync) < goal:
        looks += 1
        if looks < _PATIENCE:
            _pause()
        else:
            _give_way()


part = njit(error_model="numpy")(slices.part)
