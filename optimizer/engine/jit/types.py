"""What numba must know to take `ByAddress`: a pointer to a block of numbers, whose attributes are arrays.

The block never changes while a kernel runs, which the loads say, so that the optimizer of the compiler keeps what it
has read once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.datamodel import models, register_default
from numba.core.imputils import lower_getattr_generic
from numba.core.pythonapi import NativeValue, unbox
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.np.numpy_support import from_dtype

#: Words before the shape of an array in the block: two owners, items, item size, address.
HEAD_WORDS = 5


class AddressType(types.Type):
    """The type of one class of `ByAddress`; equal when the arrays have equal names, kinds and dimensions.

    Made of the name of the class, and of the kind and number of dimensions of each array by its name, in order.
    """

    def __init__(self, name: str, arrays: dict[str, tuple[str, int]]) -> None:
        self.arrays = arrays
        self.types = {key: types.Array(from_dtype(np.dtype(kind)), ndim, "C") for key, (kind, ndim) in arrays.items()}
        self.begins = {}
        begin = 0
        for key, (_, ndim) in arrays.items():
            self.begins[key] = begin
            begin += HEAD_WORDS + 2 * ndim
        super().__init__(name=f"{name}({', '.join(f'{key} {kind}{ndim}' for key, (kind, ndim) in arrays.items())})")


@register_default(AddressType)
class _AddressModel(models.OpaqueModel):
    """A plain pointer."""


@unbox(AddressType)
def _unbox(typ: AddressType, obj: Any, c: Any) -> Any:
    address = c.pyapi.object_getattr_string(obj, "address")
    pointer = c.pyapi.long_as_voidptr(address)
    c.pyapi.decref(address)
    return NativeValue(pointer)


@infer_getattr
class _Attributes(AttributeTemplate):
    key = AddressType

    def generic_resolve(self, typ: AddressType, attr: str) -> Any:
        return typ.types.get(attr)


@lower_getattr_generic(AddressType)
def _read(context: Any, builder: Any, typ: AddressType, value: Any, attr: str) -> Any:
    kind = typ.types[attr]
    array = context.make_array(kind)(context, builder)
    word = ir.IntType(64)
    block = builder.bitcast(value, word.as_pointer())
    forever = builder.module.add_metadata([])

    def load(offset: int) -> Any:
        read = builder.load(builder.gep(block, [ir.Constant(word, typ.begins[attr] + offset)]))
        read.set_metadata("invariant.load", forever)
        return read

    array.meminfo = ir.Constant(array.meminfo.type, None)
    array.parent = ir.Constant(array.parent.type, None)
    array.nitems, array.itemsize = load(2), ir.Constant(word, kind.dtype.bitwidth // 8)
    array.data = builder.inttoptr(load(4), array.data.type)
    shape = [load(HEAD_WORDS + n) for n in range(kind.ndim)]
    array.shape = _packed(builder, shape)
    strides = [ir.Constant(word, kind.dtype.bitwidth // 8)]
    for size in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], size))
    array.strides = _packed(builder, strides)
    return array._getvalue()


def _packed(builder: Any, values: list[Any]) -> Any:
    packed = ir.Constant(ir.ArrayType(values[0].type, len(values)), ir.Undefined)
    for n, value in enumerate(values):
        packed = builder.insert_value(packed, value, n)
    return packed
