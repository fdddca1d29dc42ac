"""Describes the namespace and the process of a kernel, from inside, without changing either.

Loaded into kernels under a name of its own (``kernels.py``); imports only what every kernel has loaded.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from . import (
    arrays,
    classes,
    code,
    containers,
    copying,
    figures,
    frames,
    garbage,
    instances,
    live,
    namespace,
    patches,
    states,
    tensors,
    values,
)
from .walk import Walk

# the first that answers describes an object
HANDLERS = (
    values.describe,
    containers.describe,
    code.describe,
    classes.describe,
    live.describe,
    arrays.describe,
    frames.describe,
    figures.describe,
    tensors.describe,
    instances.describe,
)


def describe(target: str) -> int:
    """Write the description of this kernel to ``target`` as JSON; how many places it has."""
    shell: Any = sys.modules["IPython"].get_ipython()  # type: ignore[attr-defined]
    garbage_seconds = garbage.take()
    found = {**description(shell.user_ns, namespace.roots(shell), shell), "garbage": garbage_seconds}
    unfinished = f"{target}.part"
    with open(unfinished, "w", encoding="ascii") as file:
        json.dump(found, file)
    os.replace(unfinished, target)
    garbage.take()  # what this was made of is no cell's
    return len(found["names"])


def description(user_ns: dict[str, Any], roots: dict[str, Any], shell: Any = None) -> dict[str, Any]:
    """What is in a namespace (``names``), in the process (``states``), and how large (``sizes``, in bytes)."""
    walk = Walk(user_ns, HANDLERS)
    walk.run(roots)
    return {
        "names": walk.entries,
        "sizes": walk.sizes,
        "states": {**states.describe(shell), **states.found(patches.describe, shell)},
    }


copy_seconds = copying.seconds
listen = garbage.listen


def forget_last_input(_: Any = None) -> bool:
    """Take back the count of the cell that has just been refused, so that it can be run again under its number."""
    shell: Any = sys.modules["IPython"].get_ipython()  # type: ignore[attr-defined]
    history = shell.history_manager
    for inputs in (history.input_hist_raw, history.input_hist_parsed):
        if len(inputs) > 1:
            inputs.pop()
    shell.execution_count -= 1
    return True
