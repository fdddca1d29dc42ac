"""numpy arrays: small ones own their memory again, and large ones never are copied into the stream."""

from __future__ import annotations

from typing import Any


def reduce_array(array: Any, small: int) -> tuple[Any, ...] | None:
    """A better way to pickle an array than numpy's own; None if there is none.

    Below ``small`` bytes the array comes back owning its memory, so that `resize` works. Above, numpy would
    copy dates and views with gaps into the stream; here their bytes are one buffer.
    """
    if array.dtype.hasobject:
        return None
    if array.nbytes < small:
        return array.__reduce__() if array.flags.writeable else None
    if not (array.flags.c_contiguous or array.flags.f_contiguous):
        array = array.copy(order="C")
        if array.dtype.kind not in "mM":
            return array.__reduce_ex__(5)  # type: ignore[no-any-return]
    elif array.dtype.kind not in "mM":
        return None
    return with_dtype, (array.view("i8"), array.dtype)


def with_dtype(array: Any, dtype: Any) -> Any:
    """The array of dates or time spans that ``reduce_array`` sent as whole numbers."""
    return array.view(dtype)
