"""What generated Numba code needs and Numba lacks: arrays at addresses, choice without branches, no aliasing."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.extending import intrinsic

# nnan and ninf are left out: they would make checks for NaN and infinity vanish
BLOCK = 128  # synapses that are dealt with together
FASTMATH = frozenset({"nsz", "arcp", "contract", "afn", "reassoc"})


class NoAlias(CompilerBase):  # type: ignore[misc]
    """Numba's compiler with arrays declared not to overlap, so that loops over many arrays vectorise without checks.

    Kernels keep that promise: lowering gives one argument to one piece of memory.
    """

    def define_pipelines(self) -> list[Any]:
        """Return Numba's own passes."""
        self.state.flags.noalias = True
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


def kernel(signature: Any) -> Any:
    """Compile a kernel, from the cache on disk where it is there already."""
    return njit(
        signature,
        cache=True,
        nogil=True,
        fastmath=set(FASTMATH),
        error_model="numpy",
        pipeline_class=NoAlias,
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
    )


_TABLE = types.Array(types.int64, 2, "C")
_LONGS = types.Array(types.int64, 1, "C")
_SIGNATURE = types.int64(
    types.int64,
    types.int64,
    _TABLE,
    types.Array(types.float64, 1, "C"),
    _LONGS,
    types.int64,
    types.int64,
    types.int64,
    _LONGS,
    _LONGS,
)


def driver(function: Any) -> Any:
    """Compile a run loop, from the cache on disk where it is there already."""
    return njit(_SIGNATURE, cache=True, nogil=True, error_model="numpy", no_cfunc_wrapper=True)(function)


@intrinsic
def array_at(_typing: Any, table: Any, row: Any, dtype: Any) -> Any:
    """Return the one-dimensional array whose address and length stand in a row of a table of integers."""
    array = types.Array(dtype.dtype, 1, "C")

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        base = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        first = builder.mul(arguments[1], context.get_constant(types.intp, 2))
        address = builder.load(builder.gep(base, [first]))
        length = builder.load(builder.gep(base, [builder.add(first, context.get_constant(types.intp, 1))]))
        return _array(context, builder, array, address, length)

    return array(table, row, dtype), codegen


_ENTRY = types.void(types.int64, types.CPointer(types.int64))


def entry(function: Any) -> Any:
    """Compile what a run loop calls by its address with a step and a pointer to its arguments."""
    options = {"cache": True, "error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return njit(_ENTRY, **options)(function)


def address_of(function: Any) -> int:
    """Return where the code of a function begins that has been compiled for one signature."""
    (compiled,) = function.overloads.values()
    return int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))


@intrinsic
def given_array(_typing: Any, given: Any, place: Any, dtype: Any) -> Any:
    """Return the one-dimensional array whose address and length are two of the words given."""
    array = types.Array(dtype.dtype, 1, "C")

    def codegen(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        after = builder.add(arguments[1], context.get_constant(types.intp, 1))
        address, length = (builder.load(builder.gep(arguments[0], [at])) for at in (arguments[1], after))
        return _array(context, builder, array, address, length)

    return array(given, types.intp, dtype), codegen


@intrinsic
def given_real(_typing: Any, given: Any, place: Any) -> Any:
    """Return the number in double precision whose bits are one of the words given."""

    def codegen(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(builder.load(builder.gep(arguments[0], [arguments[1]])), ir.DoubleType())

    return types.float64(given, types.intp), codegen


@intrinsic
def invoke(_typing: Any, entry: Any, step: Any, words: Any, first: Any) -> Any:
    """Call the entry at an address with a step and a pointer to words, the first of which is said.

    The first two arguments of what Numba compiles are where its value and its error go; an entry has neither.
    """

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[2])(context, builder, arguments[2]).data
        given, pointer = builder.gep(data, [arguments[3]]), cgutils.voidptr_t
        value, error = cgutils.alloca_once(builder, pointer), cgutils.alloca_once(builder, pointer)
        kind = ir.FunctionType(ir.IntType(32), [value.type, error.type, ir.IntType(64), given.type])
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), [value, error, arguments[1], given])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, words, types.int64), codegen


@intrinsic
def word_at(_typing: Any, address: Any) -> Any:
    """Return the word at an address."""

    def codegen(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.load(builder.inttoptr(arguments[0], ir.IntType(64).as_pointer()))

    return types.int64(types.int64), codegen


@intrinsic
def section(_typing: Any, whole: Any, number: Any, count: Any) -> Any:
    """Return one of ``count`` equal sections of an array, as an array."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        source = context.make_array(signature.args[0])(context, builder, arguments[0])
        length = builder.sdiv(builder.extract_value(source.shape, 0), arguments[2])
        data = builder.gep(source.data, [builder.mul(arguments[1], length)])
        return _array(context, builder, whole, builder.ptrtoint(data, length.type), length)

    return whole(whole, number, count), codegen


def _array(context: Any, builder: Any, kind: Any, address: Any, length: Any) -> Any:
    size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    result = context.make_array(kind)(context, builder)
    context.populate_array(
        result,
        data=builder.inttoptr(address, result.data.type),
        shape=cgutils.pack_array(builder, [length]),
        strides=cgutils.pack_array(builder, [size]),
        itemsize=size,
        meminfo=None,
    )
    return result._getvalue()  # noqa: SLF001 - the struct proxy's way to give its value


@intrinsic
def at(_typing: Any, index: Any) -> Any:
    """Return an index that is not negative as one that cannot be, which arrays take without a look at its sign."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.cast(builder, arguments[0], signature.args[0], types.int64)

    return types.uint64(index), codegen


@intrinsic
def scratch(_typing: Any, dtype: Any) -> Any:
    """Return an array of ``BLOCK`` entries that lasts as long as the call, from the stack."""
    array = types.Array(dtype.dtype, 1, "C")

    def codegen(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        length = context.get_constant(types.intp, BLOCK)
        data = cgutils.alloca_once(builder, context.get_data_type(dtype.dtype), size=BLOCK)
        return _array(context, builder, array, builder.ptrtoint(data, length.type), length)

    return array(dtype), codegen


@intrinsic
def bits_at(_typing: Any, flags: Any, index: Any) -> Any:
    """Return which of 64 bytes, from an index on, are not zero, as the bits of a word; the first is the lowest."""
    byte, count = ir.IntType(8), 64

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        vector = ir.VectorType(byte, count)
        first = builder.bitcast(builder.gep(data, [arguments[1]]), vector.as_pointer())
        some = builder.icmp_unsigned("!=", builder.load(first, align=1), ir.Constant(vector, [0] * count))
        return builder.bitcast(some, ir.IntType(count))

    return types.uint64(flags, index), codegen


@intrinsic
def lowest_bit(_typing: Any, bits: Any) -> Any:
    """Return the place of the lowest bit that is set in a word, of which there is one."""

    def codegen(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word, bit = ir.IntType(64), ir.IntType(1)
        count = cgutils.get_or_insert_function(builder.module, ir.FunctionType(word, [word, bit]), "llvm.cttz.i64")
        return builder.call(count, [arguments[0], ir.Constant(bit, 1)])

    return types.int64(bits), codegen


@intrinsic
def prefetch(_typing: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of an entry, which need not exist, to be there when it is used."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        entry = builder.gep(data, [context.cast(builder, arguments[1], signature.args[1], types.int64)])
        address, word = builder.bitcast(entry, cgutils.voidptr_t), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [address.type, word, word, word])
        ask = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        read, soon, values = ir.Constant(word, 0), ir.Constant(word, 3), ir.Constant(word, 1)
        builder.call(ask, [address, read, soon, values])
        return context.get_dummy_value()

    return types.void(array, index), codegen


@intrinsic
def wide(_typing: Any) -> Any:
    """Let the function in which this stands use the widest vectors of the processor.

    By itself the compiler keeps to half the width on processors that have 512 bits, for the sake of their clock; loops
    over neurons are arithmetic throughout and gain a quarter.
    """

    def codegen(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')  # llvmlite has no name for it
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def flush_subnormals(_typing: Any) -> Any:
    """Let this thread count results too small for a normal number as 0; return what `restore_control` takes back.

    A current that decays without input ends as such a number, with which processors are tens of times slower.
    """

    def codegen(_context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        before = _control(builder)
        bits = 1 << 24 if builder.module.triple.startswith(("aarch64", "arm64")) else 0x8040
        _set_control(builder, builder.or_(before, ir.Constant(before.type, bits)))
        return before

    return types.int64(), codegen


@intrinsic
def restore_control(_typing: Any, before: Any) -> Any:
    """Let this thread count as it did before."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _set_control(builder, context.cast(builder, arguments[0], signature.args[0], types.int64))
        return context.get_dummy_value()

    return types.void(before), codegen


def _control(builder: Any) -> Any:
    """Return the word that says how the processor computes; 0 where there is none that we know."""
    long = ir.IntType(64)
    if builder.module.triple.startswith(("aarch64", "arm64")):
        get = cgutils.get_or_insert_function(builder.module, ir.FunctionType(long, []), "llvm.aarch64.get.fpcr")
        return builder.call(get, [])
    if builder.module.triple.startswith("x86"):
        place = cgutils.alloca_once(builder, ir.IntType(32))
        builder.call(_mxcsr(builder, "stmxcsr"), [place])
        return builder.zext(builder.load(place), long)
    return ir.Constant(long, 0)


def _set_control(builder: Any, word: Any) -> None:
    if builder.module.triple.startswith(("aarch64", "arm64")):
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(64)])
        builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.aarch64.set.fpcr"), [word])
    elif builder.module.triple.startswith("x86"):
        place = cgutils.alloca_once_value(builder, builder.trunc(word, ir.IntType(32)))
        builder.call(_mxcsr(builder, "ldmxcsr"), [place])


def _mxcsr(builder: Any, name: str) -> Any:
    kind = ir.FunctionType(ir.VoidType(), [ir.PointerType()])
    return cgutils.get_or_insert_function(builder.module, kind, f"llvm.x86.sse.{name}")


@intrinsic
def ticks(_typing: Any) -> Any:
    """Return what the processor's counter of time says, which takes some nanoseconds."""

    def codegen(_context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        steady = not builder.module.triple.startswith(("x86", "i686"))  # elsewhere the cycles are the kernel's alone
        name = "llvm.readsteadycounter" if steady else "llvm.readcyclecounter"
        counter = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.IntType(64), []), name)
        return builder.call(counter, [])

    return types.int64(), codegen


@intrinsic
def select(typing: Any, condition: Any, then: Any, otherwise: Any) -> Any:
    """Return one of two values without a branch; both are evaluated."""
    result = typing.unify_types(then, otherwise)

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        chosen = context.cast(builder, arguments[0], signature.args[0], types.boolean)
        pair = [
            context.cast(builder, value, kind, result)
            for value, kind in zip(arguments[1:], signature.args[1:], strict=True)
        ]
        return builder.select(chosen, *pair)

    return result(condition, then, otherwise), codegen
