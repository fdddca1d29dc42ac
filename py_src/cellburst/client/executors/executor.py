"""``cellburst.Executor``: the standard library's way to call functions elsewhere, on the workers of a target."""

from __future__ import annotations

import atexit
import itertools
import os
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from types import TracebackType
from typing import Any

from cellburst.client.connecting.discover import offline
from cellburst.client.executors.futures import Call, CallFuture
from cellburst.client.executors.mapping import in_order, members
from cellburst.client.executors.queue import Calls, refuse_for_good
from cellburst.client.executors.run import CallRun
from cellburst.client.executors.threads import Sender
from cellburst.client.options.submission import MACHINE_OPTIONS, SubmitOptions
from cellburst.client.runs.run import Run
from cellburst.client.starting.calls import name_of
from cellburst.errors import UsageError
from cellburst.wire.worker import MARKER
from cellburst.worker.chunks import call_each

OPTIONS = frozenset(
    {"retries", "timeout", "seed", "name", "at_most_once", "on_interrupt", "quiet", "yes", *MACHINE_OPTIONS}
)
_senders: weakref.WeakSet[Sender] = weakref.WeakSet()


class Executor(futures.Executor):
    """A ``concurrent.futures.Executor`` whose calls are the tasks of one run.

    ``target`` is where they run, ``parallel`` how many at once (None: as many as the target takes). Options as in
    ``submit``: name, retries, timeout (for each call), seed, at_most_once; on_interrupt "detach" lets a ``with`` block
    that is interrupted wait for its calls, as the standard library does; ``quiet`` prints nothing of what they
    print. ``yes`` and the options about machines (docs/targets.md) are as in ``submit``, too. The run begins with the
    first call and ends with ``shutdown``, or with this process.

    Raises UsageError for options that cannot be meant.
    """

    def __init__(self, target: str = "local", parallel: int | None = None, **options: Any) -> None:
        for name in options:
            if name not in OPTIONS:
                raise UsageError(f"an Executor has no option {name!r}; there are: {', '.join(sorted(OPTIONS))}")
        self._options = submit_options(target=target, parallel=parallel, **options)
        self._options.check()
        self._calls = Calls()
        self._beginning = threading.Lock()
        self._sender: Sender | None = None
        self._run: CallRun | None = None
        # an executor that nobody has any more ends as one that was shut down without waiting
        weakref.finalize(self, self._calls.close).atexit = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> futures.Future[Any]:
        """Call ``fn(*args, **kwargs)`` on a worker; returns at once.

        What cannot travel is told by the future: UnpicklableError, which is a PicklingError here. Raises
        RuntimeError after ``shutdown``, and BrokenExecutor when the controller cannot be had any more.
        """
        return self.submit_named(name_of(fn), fn, args, kwargs)

    def submit_named(
        self, name: str, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> CallFuture:
        """The same under a name of the caller's choice, where ``fn`` is only what calls the user's function."""
        if self._sender is None:
            self._begin(name, getattr(fn, "__globals__", {}))
        future = CallFuture(self._calls.take_back)
        self._calls.add(Call(future, name, fn, args, kwargs))
        return future

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
        buffersize: int | None = None,
    ) -> Iterator[Any]:
        """``map(fn, *iterables)`` on workers: results in order, as they come.

        All arguments are taken at once, or only ``buffersize`` calls ahead of what was read. ``chunksize`` puts so many
        calls into one task; tiny ones need no chunks. Raises TimeoutError while it is read, ``timeout`` seconds
        after this call, and ValueError for sizes below 1.
        """
        if chunksize < 1:
            raise ValueError("chunksize must be >= 1.")
        if buffersize is not None and buffersize < 1:
            raise ValueError("buffersize must be None or > 0")
        name, arguments = name_of(fn), zip(*iterables)  # noqa: B905 as map does
        if chunksize == 1:
            return in_order(lambda args: self.submit_named(name, fn, args, {}), arguments, timeout, buffersize)
        chunks = iter(lambda: list(itertools.islice(arguments, chunksize)), [])
        sent = in_order(lambda chunk: self.submit_named(name, call_each, (fn, chunk), {}), chunks, timeout, buffersize)
        return members(sent)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; wait for those that were taken, or cancel those that no worker has begun with."""
        self._calls.close()
        if cancel_futures:
            for future in self._calls.futures():
                future.cancel()
        sender = self._sender
        if wait and sender is not None and not sender.is_current:
            sender.wait()

    def cancel(self) -> None:
        """Cancel every call that has not ended, also those that workers are executing."""
        for future in self._calls.futures():
            future.interrupt()

    @property
    def run(self) -> Run | None:
        """The run that has the calls as its tasks; None before the first one."""
        return None if self._run is None else Run(self._run.id, self._run.connection)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and issubclass(kind, KeyboardInterrupt) and self._options.on_interrupt == "cancel":
            self.cancel()
        self.shutdown(wait=True)

    def __repr__(self) -> str:
        told = "no calls yet" if self._run is None else f"run {self._run.id}"
        return f"<cellburst.Executor on {self._options.target}: {told}>"

    def _begin(self, name: str, namespace: dict[str, Any]) -> None:
        with self._beginning:
            self._calls.check()
            if self._sender is not None:
                return
            if MARKER in os.environ:
                raise UsageError(
                    "a task cannot use an Executor: its calls would wait for the worker that waits for them; "
                    "inside of a task use concurrent.futures.ThreadPoolExecutor"
                )
            connection = offline()
            self._run = CallRun(connection, self._options, name, namespace)
            sender = Sender(self._calls, self._run, connection, quiet=self._options.quiet)
            sender.start()
            _senders.add(sender)
            self._sender = sender


def submit_options(**given: Any) -> SubmitOptions:
    """Options of an executor as those of a submission. Raises UsageError for a time that is none."""
    from cellburst.client.options.submission import seconds

    if given.get("timeout") is not None:
        given = {**given, "timeout": seconds(given["timeout"])}
    return SubmitOptions(**given)


def _finish() -> None:
    """At the end of the interpreter: what was submitted is executed, as with the standard library's executors."""
    refuse_for_good()
    for sender in list(_senders):
        sender.finish()


def _after_fork() -> None:
    for sender in list(_senders):
        sender.after_fork()


atexit.register(_finish)
os.register_at_fork(after_in_child=_after_fork)
