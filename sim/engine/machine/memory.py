"""Reaching the machine's records from compiled code: one pointer, and an accessor for each array.

    person_at(s, row), case_at(s, row), ...   a record, to be read and written
    pieces_of(s)                              the pieces of all intensities, as an array
    enough_room(s)                            whether all that may happen before the clinic is asked again finds room

`s` is the one record `MEMORY`, handed on as a pointer. It knows the addresses of the arrays, so that a function takes
one argument instead of twenty arrays with their owners, shapes and strides; compiling and calling take a fraction.
The arrays stay where they are while compiled code runs, and it is told so: else it would look for each again after
whatever it writes.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np import numpy_support

from sim.engine.machine.records import ARRAYS, MEMORY
from sim.jit import jit_merged


def _accessor(name: str) -> Any:
    """A function of (memory, row) -> that row of one of the arrays."""
    dtype = ARRAYS[name]
    record = numpy_support.from_dtype(dtype)
    offset = int(MEMORY.fields[f"{name}_at"][1])  # type: ignore[index]

    @intrinsic
    def at(typing_context: Any, s: Any, row: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = ir.IntType(64)
            begins = builder.ptrtoint(arguments[0], word)
            begins = builder.inttoptr(builder.add(begins, word(offset)), word.as_pointer())
            address = builder.load(begins)
            address.set_metadata("invariant.load", builder.module.add_metadata([]))
            place = builder.add(address, builder.mul(arguments[1], word(dtype.itemsize)))
            return builder.inttoptr(place, context.get_value_type(record))

        return record(s, types.int64), code

    return at


person_at = _accessor("people")
case_at = _accessor("cases")
due_at = _accessor("dues")
resource_at = _accessor("resources")
class_at = _accessor("classes")
sitting_at = _accessor("sittings")
stream_at = _accessor("streams")
entry_at = _accessor("diary")
arrival_at = _accessor("arrivals")
share_at = _accessor("shares")
heap_at = _accessor("heap")
day_at = _accessor("wheel")
short_at = _accessor("short")
offered_at = _accessor("table")
event_row_at = _accessor("events")
resource_row_at = _accessor("happenings")
later_at = _accessor("later")
waiting_row_at = _accessor("waiting")
reply_at = _accessor("reply")
order_at = _accessor("orders")
note_at = _accessor("notes")


@intrinsic
def _array_at(typing_context: Any, address: Any, rows: Any) -> Any:
    """(rows, 3) numbers that lie at an address, of which somebody else takes care."""
    kind = types.Array(types.float64, 2, "C")

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word = ir.IntType(64)
        array = cgutils.create_struct_proxy(kind)(context, builder)  # type: ignore[no-untyped-call]
        data = builder.inttoptr(arguments[0], context.get_data_type(types.float64).as_pointer())
        rows = arguments[1]
        array.data = data
        array.shape = cgutils.pack_array(builder, [rows, word(3)])  # type: ignore[no-untyped-call]
        array.strides = cgutils.pack_array(builder, [word(24), word(8)])  # type: ignore[no-untyped-call]
        array.itemsize = word(8)
        array.nitems = builder.mul(rows, word(3))
        array.meminfo = cgutils.get_null_value(array.meminfo.type)  # type: ignore[no-untyped-call]
        array.parent = cgutils.get_null_value(array.parent.type)  # type: ignore[no-untyped-call]
        return array._getvalue()

    return kind(types.int64, types.int64), code


@jit_merged
def pieces_of(s: Any) -> Any:
    """The pieces of all intensities, (n, 3) begin, factor, growth."""
    return _array_at(s.shares_at, s.shares_rows)  # type: ignore[call-arg]


@jit_merged
def enough_room(s: Any) -> bool:
    """Whether all that may happen before the clinic is asked again finds room (`Machine.make_room`)."""
    return bool(
        s.events < s.most_events
        and s.happenings < s.chunk
        and s.happenings + s.later < s.most_happenings
        and s.later < s.most_later
        and s.cases < s.most_cases
        and s.dues < s.most_dues
        and s.people < s.most_people
        and s.tables < s.most_tables
    )
