"""How long it takes to copy a cell's data to another process: pickled into a new file, which is mapped and read there.

Measured in a forked child, so that whatever the notebook's objects do when they are pickled is not done here. The files
stay: in memory that was just freed a copy is made many times faster than in new memory, at least in a virtual machine.
"""

from __future__ import annotations

import io
import mmap
import os
import pickle
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

_LONGEST = 20  # seconds


def seconds(names: Iterable[str], folder: str) -> float:
    """For the notebook's variables of these names, and for open figures, if pyplot is one; in files in ``folder``.

    What cannot be pickled counts nothing.
    """
    shell: Any = sys.modules["IPython"].get_ipython()  # type: ignore[attr-defined]
    wanted = {name: shell.user_ns[name] for name in names if name in shell.user_ns}
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and any(value is pyplot for value in wanted.values()):
        managers = sys.modules["matplotlib._pylab_helpers"].Gcf.get_all_fig_managers()
        wanted.update({f"figure {manager.num}": manager.canvas.figure for manager in managers})
    return _in_a_child(wanted, folder) if wanted else 0.0


def _in_a_child(wanted: Mapping[str, Any], folder: str) -> float:
    there, here = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of forking with threads: the child runs nothing but this
        child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(_LONGEST)
            sys.stdout = sys.stderr = io.StringIO()
            os.write(here, repr(sum(_of_one(value, folder) for value in wanted.values())).encode())
        finally:
            os._exit(0)
    os.close(here)
    with open(there, "rb") as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return float(said or 0.0)


def _of_one(value: Any, folder: str) -> float:
    descriptor, _ = tempfile.mkstemp(dir=folder)
    buffers: list[pickle.PickleBuffer] = []
    started = time.perf_counter()
    try:
        parts = [memoryview(pickle.dumps(value, 5, buffer_callback=buffers.append))]
        parts += [buffer.raw() for buffer in buffers]
        for part in parts:
            while part:
                part = part[os.write(descriptor, part) :]
        there = memoryview(mmap.mmap(descriptor, 0, mmap.MAP_PRIVATE))
        body, *rest = _cut(there, [len(buffer.raw()) for buffer in buffers])
        pickle.loads(body, buffers=rest)
    except Exception:
        return 0.0
    finally:
        os.close(descriptor)
    return time.perf_counter() - started


def _cut(whole: memoryview, sizes: list[int]) -> list[memoryview]:
    """What comes before parts of these sizes, and these."""
    first = len(whole) - sum(sizes)
    found = [whole[:first]]
    for size in sizes:
        found.append(whole[first : first + size])
        first += size
    return found
