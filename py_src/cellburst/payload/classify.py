"""Which kind an object is of."""

from __future__ import annotations

import builtins
import functools
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any

from cellburst.payload import (
    arrays,
    figures,
    file_maps,
    frames,
    functions,
    library_objects,
    reducers,
    transform_nodes,
    type_parameters,
    weak,
)
from cellburst.payload.kinds import Kind
from cellburst.payload.kinds_arrays import ARRAY, FILE_MAP, RECORD
from cellburst.payload.kinds_code import CELL, CLASS, FUNCTION, WRAPPER, WRAPPERS
from cellburst.payload.kinds_data import BYTES, DECIMAL_CONTEXT, FIXED, GENERATOR, OPAQUE, data_kind
from cellburst.payload.kinds_exceptions import EXCEPTION, exception_kind
from cellburst.payload.kinds_frames import BACKED, FRAME, INDEX, OPAQUE_FRAME, frame_kind
from cellburst.payload.kinds_images import PIXELS, image_kind
from cellburst.payload.kinds_iterators import COUNTER, PASSING, POSITION, STEPPING, UNSETTABLE, iterator_kind
from cellburst.payload.kinds_objects import (
    ATOMS,
    INSTANCE,
    MAPPING,
    SEQUENCE,
    STATEFUL,
    is_dynamic,
    object_kind,
    only_atoms,
)
from cellburst.payload.kinds_sets import FROZEN_SET, SET, WEAK
from cellburst.payload.kinds_tensors import STORAGE, TENSOR, tensor_kind
from cellburst.payload.kinds_transforms import FIGURE, TRANSFORM
from cellburst.payload.kinds_wrapping import CACHED, METHOD, PARTIAL, PROXY, TUPLE, VIEW, wrapping_kind
from cellburst.payload.namespaces import Namespace
from cellburst.payload.pickler import has_reducer
from cellburst.payload.placeholders import Placeholder
from cellburst.payload.steps import has_default_reduce

# In the order in which contents are put into this side's objects: an object before what finds it by its value,
# a counter before what it counts.
KINDS = {
    kind.name: kind
    for kind in (
        *(
            FUNCTION,
            CELL,
            CLASS,
            WRAPPER,
            INSTANCE,
            STATEFUL,
            TRANSFORM,
            FIGURE,
            EXCEPTION,
            TUPLE,
            METHOD,
            PARTIAL,
            VIEW,
            PROXY,
            FIXED,
            OPAQUE,
            GENERATOR,
            DECIMAL_CONTEXT,
        ),
        *(
            BYTES,
            PIXELS,
            STORAGE,
            TENSOR,
            ARRAY,
            FILE_MAP,
            RECORD,
            INDEX,
            BACKED,
            OPAQUE_FRAME,
            FRAME,
            SEQUENCE,
            MAPPING,
            SET,
            FROZEN_SET,
            WEAK,
            CACHED,
        ),
        *(UNSETTABLE, STEPPING, PASSING, COUNTER, POSITION),
    )
}
_BUILTINS = vars(builtins)
LONG = 4096  # characters or bytes from which on a text is not sent again
_IMMUTABLE = (
    *(ModuleType, CodeType, Enum, PurePath, Decimal, Fraction),
    *(date, time, timedelta, tzinfo, property, staticmethod, classmethod),
)
# All instances of these types are of one kind; none of the notebook's, which would be kept alive.
KINDS_OF_TYPES: dict[type, Kind] = {
    list: SEQUENCE,
    tuple: TUPLE,
    set: SET,
    frozenset: FROZEN_SET,
    MethodType: METHOD,
    CellType: CELL,
}
_never: set[type] = set()  # types none of whose instances can change; not of the notebook's either
_arrays: set[type] = set()  # numpy's own type, when there has been one
_REDUCED_AS_OBJECTS = frozenset({OrderedDict, defaultdict, Counter, deque})


def kind_of(obj: Any, namespace: Namespace | None) -> Kind | None:
    """How to treat an object; None for what cannot change or travels by name."""
    kind = type(obj)
    if (known := KINDS_OF_TYPES.get(kind)) is not None:
        return known
    if kind in _arrays:
        return _kind_of_array(obj)
    if kind in _never:
        return None
    if kind in ATOMS:
        return FIXED if (kind is str or kind is bytes) and len(obj) >= LONG else None
    if kind is dict:
        return MAPPING if obj is not _BUILTINS else None
    if isinstance(obj, _IMMUTABLE):
        if isinstance(obj, Enum):
            if is_dynamic(kind):
                return INSTANCE
            _never.add(kind)
            return None
        return WRAPPER if kind in WRAPPERS else None
    if isinstance(obj, type):
        return CLASS if is_dynamic(obj) else None
    if kind is FunctionType:
        return FUNCTION if functions.is_notebook_function(obj, namespace) else None
    if kind is BuiltinFunctionType:
        return None if obj.__self__ is None or isinstance(obj.__self__, (ModuleType, type)) else METHOD
    if kind in type_parameters.KINDS:
        return None if obj.__module__ == "typing" else FIXED
    if kind in _REDUCED_AS_OBJECTS:
        return object_kind(obj)
    if kind is SimpleNamespace:
        return INSTANCE
    return _kind_of_set(obj) or wrapping_kind(obj) or iterator_kind(kind) or _kind_by_reduction(obj, kind)


def _kind_of_set(obj: Any) -> Kind | None:
    if isinstance(obj, set) and type(obj).__reduce__ is set.__reduce__:
        return SET
    if isinstance(obj, frozenset) and type(obj).__reduce__ is frozenset.__reduce__:
        return FROZEN_SET
    return WEAK if weak.is_container(type(obj)) else None


def _kind_by_reduction(obj: Any, kind: Any) -> Kind | None:
    if kind is Placeholder:
        return FIXED
    if kind.__module__.startswith("cellburst.worker."):  # a stream of ours, in the place of the kernel's
        return None
    if found := exception_kind(obj):
        return found
    if transform_nodes.is_node(kind):
        return _always(TRANSFORM, kind)
    if figures.is_figure(kind) and has_default_reduce(kind):
        return FIGURE
    if found := image_kind(obj):
        return found
    plain = getattr(sys.modules.get("numpy"), "ndarray", None)
    if plain is not None and isinstance(obj, plain):
        if kind is plain:
            _arrays.add(kind)
            return _kind_of_array(obj)
        if obj.base is not None and file_maps.find(obj) is not None:
            return FILE_MAP
        return ARRAY if arrays.is_plain_subclass(kind) else data_kind(obj)
    if found := tensor_kind(obj):
        return found
    if frames.is_frame(kind):
        return frame_kind(obj)
    if role := frames.role(kind):
        return {"index": INDEX, "dtype": FIXED, "backed": BACKED}[role]
    if library_objects.is_by_attributes(kind):
        return MAPPING if isinstance(obj, dict) else INSTANCE
    if not _by_attributes(kind):
        return _data_kind(obj, kind)
    return _always(object_kind(obj), kind)


def _kind_of_array(array: Any) -> Kind:
    return FILE_MAP if array.base is not None and file_maps.find(array) is not None else ARRAY


def _always(found: Kind, kind: Any) -> Kind:
    """What is found for an instance is so for all of its type."""
    if kind.__module__ != "__main__":
        KINDS_OF_TYPES[kind] = found
    return found


@functools.lru_cache(512)
def _by_attributes(kind: Any) -> bool:
    return not has_reducer(kind) and has_default_reduce(kind)


def _data_kind(obj: Any, kind: Any) -> Kind | None:
    if kind.__module__ == "numpy" and hasattr(kind, "dtype") and not hasattr(kind, "__setitem__"):
        _never.add(kind)  # a numpy scalar or a data type
        return None
    if reducers.is_record(kind) and obj.base is not None:
        return RECORD
    return data_kind(obj)


def is_plain(obj: Any) -> bool:
    """Whether an object is a frozen set or tuple of plain scalars, which needs no look at all."""
    return type(obj) in (tuple, frozenset) and only_atoms(obj)
