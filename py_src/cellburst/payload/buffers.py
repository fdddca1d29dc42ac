"""Views of the bytes of another object, which go on showing them."""

from __future__ import annotations

import pickle
from array import array
from typing import Any


def reduce_view(view: memoryview, _: Any) -> Any:
    """How to pickle a memoryview: as one of the object that it shows. Raises PicklingError for other objects."""
    if is_released(view):
        return make_released, ()
    shown = view.obj
    strides: Any = view.strides
    step, rest = (1, 0) if view.ndim != 1 or not len(view) else divmod(strides[0], view.itemsize)
    if (
        not (type(shown) in (bytes, bytearray, array) or _is_array(shown))
        or rest
        or not (view.c_contiguous or step != 1)
    ):
        raise pickle.PicklingError("it is a memoryview of something that does not travel (send bytes(...) of it)")
    whole = memoryview(shown).cast("B")
    first = _address(view if step > 0 else view[::-1]) - _address(whole)
    size = view.nbytes if step == 1 else (len(view) - 1) * abs(step) * view.itemsize + view.itemsize
    return make_view, (shown, first, size, view.format, view.shape if view.ndim != 1 else None, step, view.readonly)


def make_view(
    shown: Any, first: int, size: int, form: str, shape: tuple[int, ...] | None, step: int, readonly: bool
) -> memoryview:
    """The view that ``reduce_view`` took apart."""
    part = memoryview(shown).cast("B")[first : first + size]
    view = part.cast(form) if shape is None else part.cast(form, shape)  # type: ignore[call-overload]
    if step != 1:
        view = view[::step]
    return view.toreadonly() if readonly and not view.readonly else view  # type: ignore[no-any-return]


def is_released(view: memoryview) -> bool:
    """Whether it shows nothing any more."""
    try:
        return view.obj is view  # never: asked of a released one, it raises
    except ValueError:
        return True


def make_released() -> memoryview:
    """A view that shows nothing any more."""
    view = memoryview(b"")
    view.release()
    return view


def _is_array(shown: Any) -> bool:
    kind = type(shown)
    return kind.__module__ == "numpy" and kind.__name__ == "ndarray" and bool(shown.flags.c_contiguous)


def _address(view: memoryview) -> int:
    from cellburst.payload import maps

    return maps.address(view)
