"""Kinds of objects that cannot travel, each with the words for it."""

from __future__ import annotations

import functools
import io
import weakref
from types import (
    AsyncGeneratorType,
    CoroutineType,
    FrameType,
    GeneratorType,
    TracebackType,
)
from typing import Any

from cellburst.payload import closed_files

_TYPES: tuple[tuple[type, str], ...] = (
    (GeneratorType, "a generator"),
    (CoroutineType, "a coroutine"),
    (AsyncGeneratorType, "an asynchronous generator"),
    (FrameType, "a stack frame"),
    (TracebackType, "a traceback"),
    (weakref.ReferenceType, "a weak reference"),
    (memoryview, "a memoryview (send bytes(...) of it)"),
)
_NAMES = {
    "cellburst.payload.placeholders.Placeholder": "a placeholder",
    "_thread.lock": "a lock",
    "_thread.RLock": "a lock",
    "_thread._local": "a thread-local variable",
    "threading.Thread": "a thread",
    "threading.Event": "an event of threads",
    "threading.Condition": "a lock",
    "threading.Semaphore": "a lock",
    "threading.Barrier": "a lock",
    "_socket.socket": "a network socket",
    "_ssl._SSLContext": "a TLS context",
    "ssl.SSLContext": "a TLS context",
    "mmap.mmap": "a memory map",
    "sqlite3.Connection": "a database connection",
    "sqlite3.Cursor": "a database cursor",
    "sqlalchemy.engine.base.Engine": "a database engine",
    "subprocess.Popen": "a running process",
    "multiprocessing.process.BaseProcess": "a process",
    "multiprocessing.queues.Queue": "a queue of processes",
    "multiprocessing.connection._ConnectionBase": "a pipe",
    "_queue.SimpleQueue": "a queue of threads",
    "queue.Queue": "a queue of threads",
    "concurrent.futures._base.Executor": "an executor",
    "concurrent.futures._base.Future": "a future",
    "_asyncio.Future": "a future",
    "asyncio.events.AbstractEventLoop": "an event loop",
    "select.epoll": "a selector",
    "selectors.BaseSelector": "a selector",
    "zmq.sugar.socket.Socket": "a network socket",
    "zmq.sugar.context.Context": "a ZeroMQ context",
    "_ctypes._Pointer": "a C pointer",
    "_ctypes.CFuncPtr": "a C function pointer",
    "_contextvars.Context": "a context of variables",
    "_contextvars.ContextVar": "a context variable",
    "_contextvars.Token": "a token of a context variable",
    "weakref.WeakMethod": "a weak reference",
    **dict.fromkeys(("builtins.map", "builtins.filter", "builtins.zip", "builtins.enumerate"), "an iterator"),
    **dict.fromkeys(("builtins.callable_iterator", "builtins.iterator", "builtins.reversed"), "an iterator"),
    "weakref.finalize": "a finalizer",
    "tempfile._TemporaryFileWrapper": "an open file",
    "tempfile.TemporaryDirectory": "a temporary directory",
    "zipfile.ZipFile": "an open file",
    "tarfile.TarFile": "an open file",
    "ipywidgets.widgets.widget.Widget": "a widget",
    "comm.base_comm.BaseComm": "a channel to the notebook's front end",
    "ipykernel.comm.comm.Comm": "a channel to the notebook's front end",
}
# For each kind: how to have what it holds here after a cell that made it, and how to have it in a cell that reads it.
_WAYS: dict[str, tuple[str, str]] = {
    "a generator": ("how far it had got is lost: keep list(...) of it", "send list(...) of it, or make it in the cell"),
    "an iterator": ("how far it had got is lost: keep list(...) of it", "send list(...) of it, or make it in the cell"),
    "an asynchronous generator": ("how far it had got is lost: collect it in the cell", "make it in the cell"),
    "a coroutine": ("await it in the cell that makes it", "make and await it in one cell"),
    "a future": ("await it, or take its result, in the cell that makes it", "send its result"),
    "a stack frame": ("keep what you need of its variables", "keep what you need of its variables"),
    "a traceback": (
        "keep the exception: its traceback comes with it",
        "send the exception: its traceback goes with it",
    ),
    "a weak reference": ("keep the object itself", "send the object itself"),
    "an open file": ("keep what you read from it, or open it again here", "open it in the cell"),
    "a closed file": ("keep its name or what you read from it", "send its name or what you read from it"),
    "a lock": ("make one here if it is needed here", "make it in the cell"),
    "a thread": ("join it, and keep its results, in the cell that starts it", "start it in the cell"),
    "a process": ("join it, and keep its results, in the cell that starts it", "start it in the cell"),
    "a running process": ("wait for it, and keep its output, in the cell that starts it", "start it in the cell"),
    "a network socket": ("keep what you received, or connect again here", "connect in the cell"),
    "a database connection": ("keep what you fetched, or connect again here", "connect in the cell"),
    "a database cursor": ("keep what you fetched, or connect again here", "connect in the cell"),
    "a database engine": ("keep what you fetched, or connect again here", "make it in the cell"),
    "an executor": ("keep the results of what it ran", "make it in the cell"),
    "a memory map": ("keep bytes(...) of what you need of it", "map the file in the cell"),
    "a memoryview (send bytes(...) of it)": ("keep bytes(...) of it", "send bytes(...) of it"),
    "a placeholder": ("make the object here", "make the object in the cell"),
    "a widget": ("make it here: it belongs to the notebook", "use its value: the widget belongs to the notebook"),
}
_OTHER_WAY = (
    "keep what you need of it in another form, or make it here",
    "make it inside the cell, or do not use it there",
)
_NOT_ELSEWHERE = frozenset({"a placeholder", "a widget", "a channel to the notebook's front end", "a finalizer"})
_DATABASES = frozenset(
    {
        "psycopg",
        "psycopg2",
        "pymysql",
        "MySQLdb",
        "oracledb",
        "cx_Oracle",
        "pyodbc",
        "duckdb",
        "snowflake",
        "asyncpg",
        "aiosqlite",
        "redis",
        "pymongo",
    }
)


def way_back(words: str) -> str:
    """What to do about an object of a kind that ``describe`` gave, left by a cell."""
    return _WAYS.get(words, _OTHER_WAY)[0]


def way_there(words: str) -> str:
    """What to do about an object of a kind that ``describe`` gave, read by a cell."""
    return _WAYS.get(words, _OTHER_WAY)[1]


def describe(value: Any) -> str | None:
    """What the object is, if it is of a kind that never travels: "an open file"."""
    if isinstance(value, io.IOBase) and not isinstance(value, (io.BytesIO, io.StringIO)):
        if closed_files.is_closed(value):
            return None
        return "a closed file" if _closed(value) else "an open file"
    for kind, words in _TYPES:
        if isinstance(value, kind):
            return words
    if type(value).__module__ == "_ctypes" or type(value).__name__ in ("c_void_p", "c_char_p", "c_wchar_p"):
        return "a C pointer"
    return _by_name(_type_of(value))


def _type_of(value: Any) -> type:
    return type(value)


@functools.lru_cache(1024)
def _by_name(kind: type) -> str | None:
    for base in kind.__mro__:
        if words := _NAMES.get(f"{base.__module__}.{base.__qualname__}", ""):
            return words
    if kind.__module__ == "itertools":
        return "an iterator"
    return None if issubclass(kind, BaseException) else _database(kind)


def belongs_here(kind: type) -> str | None:
    """What its instances are, if they could be pickled but mean nothing elsewhere."""
    words = _by_name(kind)
    return words if words in _NOT_ELSEWHERE else None


def _database(kind: type) -> str | None:
    if str(kind.__module__).partition(".")[0] not in _DATABASES:  # a class of Cython may have anything there
        return None
    name = kind.__name__.lower()
    if "cursor" in name:
        return "a database cursor"
    return "a database connection" if "connection" in name or "client" in name or name == "redis" else None


def _closed(file: io.IOBase) -> bool:
    try:
        return bool(file.closed)
    except Exception:
        return False


def absent_device(value: Any, devices: frozenset[str] | None) -> str | None:
    """The device that a tensor lies on, if it is none of ``devices`` (such as "cpu", "cuda"); None: not asked."""
    if devices is None or type(value).__module__.partition(".")[0] not in ("torch", "cupy", "jaxlib"):
        return None
    device = getattr(value, "device", None)
    if device is None:
        return None
    if type(value).__module__.startswith("cupy"):
        device = f"cuda:{getattr(device, 'id', 0)}"
    kind = str(getattr(device, "type", None) or device).partition(":")[0]
    return None if kind == "cpu" or kind in devices or str(device) in devices else str(device)
