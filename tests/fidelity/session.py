"""Runs many notebooks, some at the same time; the controller of each line of work stays warm over its notebooks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from jupyter_core.utils import ensure_event_loop

from tests.fidelity.kernels import Kernel
from tests.fidelity.notebooks import Notebook
from tests.fidelity.passes import Passes, run_notebook, run_otherwise
from tests.fidelity.record import Record
from tests.fidelity.results import BookResult, joined, judge_notebook, silent
from tests.fidelity.workshop import Workshop, freeze_code

_LIBRARIES = ("numpy", "pandas", "matplotlib.pyplot", "IPython")
_BUSY = "%%remote {target} --detach --quiet\nimport time\ntime.sleep(1)"
_WARM = """
%%remote {target}
import importlib.util, os
for _name in {libraries}:
    if importlib.util.find_spec(_name.partition(".")[0]):
        importlib.import_module(_name)
        if _name == "matplotlib.pyplot":
            importlib.import_module(_name).plot([1, 2])
os.getpid()
"""
_FAIL = "%%remote {target}\n1 / 0"
_WORKERS = 2

RESULT = "execute_result"
Found = SimpleQueue["BookResult | BaseException | None"]


class NotWorkingError(Exception):
    """The very first remote cell failed."""


def run_all(
    books: Sequence[Notebook],
    *,
    target: str,
    processes: int = 1,
    fresh: bool = False,
    freeze: bool = False,
    times: int = 1,
) -> Iterator[BookResult]:
    """The findings of each notebook, as they come; ``processes`` notebooks at the same time, with a controller each.

    ``fresh`` ends the controller after each notebook; ``freeze`` runs a copy of cellburst as it is now; ``times`` is
    how often each notebook is run, for the least that its cells cost.
    """
    shared = Path(tempfile.mkdtemp(prefix="cbf-shared-"))
    if freeze:
        freeze_code(shared)
    workshops = [Workshop(shared=shared) for _ in range(max(1, min(processes, len(books))))]
    waiting: SimpleQueue[Notebook] = SimpleQueue()
    for book in books:
        waiting.put(book)
    found: Found = SimpleQueue()
    threads = [Thread(target=_work, args=(workshop, target, fresh, times, waiting, found)) for workshop in workshops]
    try:
        for thread in threads:
            thread.start()
        yield from _results(found, len(threads))
    finally:
        while not waiting.empty():
            waiting.get()
        for workshop in workshops:
            workshop.close()
        for thread in threads:
            thread.join()
        shutil.rmtree(shared, ignore_errors=True)


def _results(found: Found, threads: int) -> Iterator[BookResult]:
    """What the threads find, until each has said None. Raises what one of them raised."""
    while threads:
        result = found.get()
        if result is None:
            threads -= 1
        elif isinstance(result, BaseException):
            raise result
        else:
            yield result


def _work(
    workshop: Workshop, target: str, fresh: bool, times: int, waiting: SimpleQueue[Notebook], found: Found
) -> None:
    try:
        warm(workshop, target)
        while True:
            book = waiting.get_nowait()
            found.put(joined([_judged(book, workshop, target) for _ in range(times)]))
            if fresh and not waiting.empty():
                workshop.end_controller()
                warm(workshop, target)
    except Empty:
        pass
    except BaseException as error:
        found.put(error)
    finally:
        ensure_event_loop().close()  # jupyter_client has made one for this thread
        found.put(None)


def _judged(book: Notebook, workshop: Workshop, target: str) -> BookResult:
    passes = run_notebook(book, workshop, target) if book.runnable else Passes()
    result = judge_notebook(book, passes)
    if silent(result) and (otherwise := run_otherwise(book, workshop)):
        return judge_notebook(book, replace(passes, otherwise=otherwise))
    return result


def warm(workshop: Workshop, target: str) -> None:
    """Start what cells are run by, and let each worker do once what most of them do. Raises NotWorkingError."""
    kernel = Kernel(workshop, extension=True)
    warmed: set[str] = set()
    try:
        for _ in range(3 * _WORKERS):
            kernel.run(Record(_BUSY.format(target=target)))  # so that the next goes to another worker
            record = Record(_WARM.strip().format(target=target, libraries=_LIBRARIES))
            kernel.run(record)
            if record.reply["status"] != "ok":
                raise NotWorkingError("\n".join(record.reply.get("traceback", ())))
            kernel.run(Record(_FAIL.format(target=target)))
            warmed |= {output.content["data"]["text/plain"] for output in record.outputs if output.kind == RESULT}
            if len(warmed) >= _WORKERS:
                break
    finally:
        kernel.close()
