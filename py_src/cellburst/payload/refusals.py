"""Kinds of objects that cannot travel, each with the words for it."""

from __future__ import annotations

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
    "weakref.WeakMethod": "a weak reference",
}
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


def describe(value: Any) -> str | None:
    """What the object is, if it is of a kind that never travels: "an open file"."""
    if isinstance(value, io.IOBase) and not isinstance(value, (io.BytesIO, io.StringIO)):
        return "a closed file" if _closed(value) else "an open file"
    for kind, words in _TYPES:
        if isinstance(value, kind):
            return words
    if type(value).__module__ == "_ctypes" or type(value).__name__ in ("c_void_p", "c_char_p", "c_wchar_p"):
        return "a C pointer"
    for kind in type(value).__mro__:
        if words := _NAMES.get(f"{kind.__module__}.{kind.__qualname__}", ""):
            return words
    return _database(type(value))


def _database(kind: type) -> str | None:
    if kind.__module__.partition(".")[0] not in _DATABASES:
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
