"""How long it takes to copy a cell's data: pickle's own way out and in, with the bytes of arrays copied once.

Measured in a forked child, so that whatever the notebook's objects do when they are pickled is not done here.
"""

from __future__ import annotations

import io
import os
import pickle
import signal
import sys
import time
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

_LONGEST = 20  # seconds


def seconds(names: Iterable[str]) -> float:
    """For the notebook's variables of these names; what cannot be pickled counts nothing."""
    shell: Any = sys.modules["IPython"].get_ipython()  # type: ignore[attr-defined]
    wanted = {name: shell.user_ns[name] for name in names if name in shell.user_ns}
    return _in_a_child(wanted) if wanted else 0.0


def _in_a_child(wanted: Mapping[str, Any]) -> float:
    there, here = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of forking with threads: the child runs nothing but this
        child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(_LONGEST)
            sys.stdout = sys.stderr = io.StringIO()
            os.write(here, repr(sum(map(_of_one, wanted.values()))).encode())
        finally:
            os._exit(0)
    os.close(here)
    with open(there, "rb") as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return float(said or 0.0)


def _of_one(value: Any) -> float:
    buffers: list[pickle.PickleBuffer] = []
    started = time.perf_counter()
    try:
        body = pickle.dumps(value, 5, buffer_callback=buffers.append)
        pickle.loads(body, buffers=[bytearray(buffer.raw()) for buffer in buffers])
    except Exception:
        return 0.0
    return time.perf_counter() - started
