"""Loads, stores and exchanges of one array element that several threads may touch at once.

Numba has none of these for processors, so they are written as LLVM's own instructions. On x86 and
ARM64 the loads and stores cost nothing over plain ones.
"""

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

tools: Any = cgutils
ir: Any = tools.ir
"""LLVM's types, as Numba itself sees them."""


def _at(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    """The address of `array[index]`, unchecked: the caller holds the index inside the array."""
    kind = signature.args[0]
    array = context.make_array(kind)(context, builder, args[0])
    return tools.get_item_pointer(
        context, builder, kind, array, [args[1]], wraparound=False, boundscheck=False
    )


def _checked(array: Any, index: Any) -> None:
    if not (isinstance(array, types.Array) and array.ndim == 1 and array.dtype == types.uint32):
        raise TypeError("an array of uint32 is needed")
    if index != types.intp:
        raise TypeError("the index must be intp")


@intrinsic
def _load(typing: Any, array: Any, index: Any) -> Any:
    """`array[index]`, as one indivisible read."""
    _checked(array, index)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _at(context, builder, signature, args)
        return builder.load_atomic(pointer, "monotonic", 4)

    return types.uint32(array, index), generate


@intrinsic
def _store(typing: Any, array: Any, index: Any, value: Any) -> Any:
    """`array[index] = value`, as one indivisible write."""
    _checked(array, index)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _at(context, builder, signature, args)
        builder.store_atomic(args[2], pointer, "monotonic", 4)
        return context.get_dummy_value()

    return types.void(array, index, types.uint32), generate


@intrinsic
def _exchange(typing: Any, array: Any, index: Any, expected: Any, value: Any) -> Any:
    """Put `value` where `expected` stands; true if it did stand there."""
    _checked(array, index)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _at(context, builder, signature, args)
        done = builder.cmpxchg(pointer, args[2], args[3], "monotonic", "monotonic")
        return builder.extract_value(done, 1)

    return types.boolean(array, index, types.uint32, types.uint32), generate


@intrinsic
def _prefetch(typing: Any, array: Any, index: Any) -> Any:
    """Ask for `array[index]` to be brought near; it changes nothing."""
    _checked(array, index)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _at(context, builder, signature, args)
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        name = "llvm.prefetch.p0i8"
        function = tools.get_or_insert_function(builder.module, kind, name)
        flags = [ir.Constant(number, value) for value in (0, 3, 1)]
        builder.call(function, [builder.bitcast(pointer, byte), *flags])
        return context.get_dummy_value()

    return types.void(array, index), generate


# Numba's own types know these only as called by a compiler.
load: Any = _load
store: Any = _store
exchange: Any = _exchange
prefetch: Any = _prefetch
