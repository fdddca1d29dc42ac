"""Objects that are in the middle of something: generators, iterators, files, locks, references; nothing is consumed."""

from __future__ import annotations

import _io
import asyncio
import io
import logging
import threading
import types
import weakref
from typing import TYPE_CHECKING, Any

from .atoms import is_a, type_name
from .containers import items, pairs

if TYPE_CHECKING:
    from .walk import Walk

_LOCKS = (type(threading.Lock()), type(threading.RLock()))
_WEAK = (weakref.WeakKeyDictionary, weakref.WeakValueDictionary, weakref.WeakSet)
_MACHINERY = frozenset({"ipykernel", "tornado", "zmq", "asyncio", "jupyter_client", "concurrent"})
_STATES = {
    types.GeneratorType: ("gi_frame", "gi_running", "gi_code"),
    types.CoroutineType: ("cr_frame", "cr_running", "cr_code"),
    types.AsyncGeneratorType: ("ag_frame", "ag_running", "ag_code"),
}


def describe(walk: Walk, path: str, obj: Any) -> str | None:
    kind = type(obj)
    if type_name(kind).startswith("cellburst."):
        return f"an object of cellburst's: {type_name(kind)}"
    if kind in _STATES:
        return _suspended(walk, path, obj)
    if is_a(obj, *_WEAK):
        pairs_of = [*obj.items()] if hasattr(obj, "items") else [*obj]
        return f"{type_name(kind)} {items(walk, f'{path}.items()', walk.fresh(pairs_of))}"
    if is_a(obj, weakref.ref):
        target = obj()
        return f"{type_name(kind)} " + ("dead" if target is None else walk.child(f"{path}()", target))
    if is_a(obj, io.BytesIO, io.StringIO):
        return f"{type_name(kind)} " + ("closed" if obj.closed else f"{obj.getvalue()!r} at {obj.tell()}")
    if is_a(obj, _io._IOBase):
        return f"{type_name(kind)} {_quiet(obj, 'name')!r} {_quiet(obj, 'mode')!r} closed={_quiet(obj, 'closed')}"
    if is_a(obj, *_LOCKS):
        return f"{type_name(kind)} {'held' if 'unlocked' not in repr(obj) else 'free'}"
    if is_a(obj, logging.Logger, logging.Handler):
        return f"{type_name(kind)} {_quiet(obj, 'name')!r} {obj.level}"
    if is_a(obj, asyncio.Future):
        return f"{type_name(kind)} done={obj.done()} cancelled={obj.cancelled()}"
    if _is_machinery(kind):
        return f"{type_name(kind)} of the kernel"
    if is_a(obj, threading.Thread):
        return f"{type_name(kind)} daemon={obj.daemon} alive={obj.is_alive()}"
    if kind is types.FrameType:
        return f"frame of {obj.f_code.co_name} at line {obj.f_lineno}"
    if kind is types.TracebackType:
        return f"traceback at line {obj.tb_lineno} of {obj.tb_frame.f_code.co_name}"
    return None


def _is_machinery(kind: type) -> bool:
    """Whether an object is a part of the running kernel, from which one would come to all of it."""
    module = str(type.__getattribute__(kind, "__module__"))
    if module.partition(".")[0] in _MACHINERY:
        return True
    return any(base.__module__ == "traitlets.config.configurable" for base in kind.__mro__) and module != "__main__"


def _suspended(walk: Walk, path: str, obj: Any) -> str:
    frame_name, running, code = _STATES[type(obj)]
    frame = getattr(obj, frame_name)
    text = f"{type(obj).__name__} {obj.__qualname__} of {getattr(obj, code).co_name} running={getattr(obj, running)}"
    if frame is None:
        return f"{text} ended"
    return f"{text} at line {frame.f_lineno}, {frame.f_lasti} {pairs(walk, f'{path}.locals', dict(frame.f_locals))}"


def _quiet(obj: Any, name: str) -> Any:
    try:
        return getattr(obj, name)
    except Exception as error:
        return type(error).__name__
