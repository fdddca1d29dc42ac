"""Arrays made again as views: of memory that came along, or of an array that this side already has."""

from __future__ import annotations

from typing import Any

from cellburst.payload import memory

Strides = tuple[int, ...]


def view_of(owner: Any, offset: int, shape: tuple[int, ...], strides: Strides, dtype: Any, writeable: bool) -> Any:
    """A view of an owner's memory, ``offset`` bytes after its start. Raises ValueError where that is outside."""
    row = memory.flat(owner)
    view = memory.numpy().ndarray(shape, dtype, buffer=row, offset=offset, strides=strides)
    if view.flags.writeable != writeable:
        set_writeable(view, writeable)
    return view


def on_buffer(buffer: Any, dtype: Any, shape: tuple[int, ...], order: Any) -> Any:
    """An array over a buffer, which is the base of its views."""
    return memory.numpy().ndarray(shape, dtype, buffer, order=order)


def owned(array: Any, writeable: bool) -> Any:
    """The array with memory of its own."""
    made = array.copy(order="K")
    return made if writeable else read_only(made)


def empty(shape: tuple[int, ...], strides: Strides, dtype: Any, writeable: bool) -> Any:
    """An array without elements."""
    numpy = memory.numpy()
    made = numpy.empty(shape, dtype)
    if made.strides != strides:
        made = numpy.lib.stride_tricks.as_strided(made, shape, strides)
    return made if writeable else read_only(made)


def around_record(record: Any) -> Any:
    """An array without axes that shows the same memory as one element of a structured array."""
    owner = memory.owner_of(record)
    place = memory.address(record) - memory.address(owner)
    return view_of(owner, place, (), (), record.dtype, bool(record.flags.writeable))


def record(whole: Any) -> Any:
    """The one element of an array without axes: for a structured type, one that shows the array's memory."""
    return whole[()]


def over(source: Any, offset: int, shape: tuple[int, ...], strides: Strides, dtype: Any, writeable: bool) -> Any:
    """An array over the memory of a `bytearray`, an `array.array` or tensors."""
    return view_of(memory.bytes_of(source), offset, shape, strides, dtype, writeable)


def view_by(
    known: Any, layout: Strides, offset: int, shape: tuple[int, ...], strides: Strides, dtype: Any, writeable: bool
) -> Any:
    """A view of the memory of ``known``, whose first element is ``offset`` bytes after that of ``known``.

    ``layout`` are the strides that ``known`` has on the side that sent this. Where it has others here, the view
    is of the same elements; a copy where no view can be.
    """
    if not memory.same_layout(layout, known):
        return _translated(known, layout, offset, shape, strides, dtype, writeable)
    owner = memory.owner_of(known)
    start = memory.address(known) - memory.address(owner) + offset
    return view_of(owner, start, shape, strides, dtype, writeable)


def as_class(cls: Any, plain: Any) -> Any:
    """An instance of a subclass that shows a plain array's memory."""
    base = plain.base
    if type(base) is type(plain) and _form(base) == _form(plain):
        plain = base  # whose view it was, so to speak
    return plain.view(cls)


def _form(array: Any) -> tuple[Any, ...]:
    return array.shape, array.strides, array.dtype, array.flags.writeable


def read_only(array: Any) -> Any:
    """The array, locked; whoever has it may unlock it again."""
    array.flags.writeable = False
    return array


def with_dtype(array: Any, dtype: Any) -> Any:
    """The array of dates or time spans that was sent as whole numbers."""
    return array.view(dtype)


def identity(value: Any) -> Any:
    """What it is given."""
    return value


def set_writeable(view: Any, writeable: bool) -> None:
    """Lock or unlock an array, whether or not its owner is locked. Raises ValueError where memory cannot be written."""
    if not writeable:
        view.flags.writeable = False
        return
    owner = memory.owner_of(view)
    owner.flags.writeable = True
    try:
        view.flags.writeable = True
    finally:
        owner.flags.writeable = False


def _translated(
    known: Any, layout: Strides, offset: int, shape: tuple[int, ...], strides: Strides, dtype: Any, writeable: bool
) -> Any:
    """The same elements of an array that is laid out otherwise here."""
    numpy = memory.numpy()
    other = mirror(known, layout)
    wanted = view_of(other, offset, shape, strides, dtype, True)
    if dtype != known.dtype:
        return wanted.copy()
    numbers = numpy.ndarray(known.shape, "i8", buffer=numpy.arange(known.size), strides=_of_numbers(layout, known))
    picked = numpy.ndarray(
        shape, "i8", buffer=numbers.ravel("K"), offset=offset // known.itemsize * 8, strides=_of_numbers(strides, known)
    )
    found = _affine(known, numbers, picked)
    if found is None:
        return wanted.copy()
    owner = memory.owner_of(known)
    start = memory.address(known) - memory.address(owner) + found[0]
    return view_of(owner, start, shape, found[1], dtype, writeable)


def mirror(known: Any, layout: Strides) -> Any:
    """A copy of an array with the given strides, which are those of an array without gaps. Raises ValueError."""
    numpy = memory.numpy()
    made = numpy.empty(known.shape, known.dtype, order="C")
    if not memory.same_layout(layout, made):
        made = numpy.empty(known.shape, known.dtype, order="F")
    if not memory.same_layout(layout, made):
        raise ValueError("it has become another layout here meanwhile")
    made[...] = known
    return made


def _of_numbers(strides: Strides, known: Any) -> Strides:
    return tuple(stride // known.itemsize * 8 for stride in strides)


def _affine(known: Any, numbers: Any, picked: Any) -> tuple[int, Strides] | None:
    """Offset and strides, in the memory of ``known``, of the elements with these numbers; None if there are none."""
    where = memory.numpy().empty(known.size, "i8")
    where[numbers] = _places(known.shape, known.strides)
    found = where[picked]
    if not found.size:
        return 0, picked.strides
    origin = int(found[(0,) * found.ndim])
    units = (tuple(int(i == axis) for i in range(found.ndim)) for axis in range(found.ndim))
    strides = tuple(
        int(found[unit]) - origin if count > 1 else known.itemsize
        for count, unit in zip(found.shape, units, strict=True)
    )
    return (origin, strides) if (found - origin == _places(found.shape, strides)).all() else None


def _places(shape: tuple[int, ...], strides: Strides) -> Any:
    """For each element, how many bytes after the first it lies."""
    total = memory.numpy().zeros(shape, "i8")
    for axis, (count, stride) in enumerate(zip(shape, strides, strict=True)):
        line = memory.numpy().arange(count) * stride
        total += line.reshape([-1 if i == axis else 1 for i in range(len(shape))])
    return total
