"""What is sent: the code, its inputs, and the place it expects to run in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cellburst.model.blob import Packed

REACHING = "AWS_"
"""Variables that begin so say how a cloud is reached, and with whose rights."""


class KeyOrigin(Struct, frozen=True, array_like=True):
    """What the keys of a run were made of, by which points that are added later get theirs.

    ``own`` is a digest of the code, its inputs and the run's circumstances; ``base`` of that, the user's ``modules``
    (as named) and the environment together: if it is another later on, the points are not what they would have been.
    """

    own: bytes
    base: bytes
    modules: tuple[str, ...]


class Payload(Struct, frozen=True):
    """Everything a worker needs for every task of one run.

    ``kind`` "cell": ``source`` (IPython-transformed) is executed in a namespace made from
    ``inputs`` (a dict). "function": ``inputs`` is ``(fn, args, kwargs)``.
    ``collect`` "namespace" returns what the cell assigned, changed and deleted; "value" returns the
    last expression (or return value) and the names in ``out``.
    ``sweep`` unpickles to an object with ``__len__`` and ``__getitem__(index) -> dict``;
    ``positional`` passes its only value to the function without its name.
    ``filename`` and ``first_line`` make frames point at the notebook cell's own lines.
    ``needs_shell`` says that the source calls ``get_ipython()``. Around each task ``env`` is set, what the notebook
    has changed of its environment, above ``ambient``, what the kernel was started with and the pool was not; ``unset``
    is deleted. ``dropped`` are names of ``env`` whose values were not stored, so that no task can start. ``seal`` is
    the key for variables that come back; it is not stored either.
    ``states`` is what the kernel has changed of its libraries' state (a dict), which each task finds.
    ``futures`` are compiler flags of ``from __future__ import`` lines in earlier cells, ``umask`` is the
    submitter's (None: the pool's own). ``stack`` says how deep the code of a cell is in the submitter's stack, as
    frames of Python and calls of C code that Python counts, and the same for a cell that awaits; () if that is unknown.
    ``objective`` is the number that tasks are compared by: logged, in the value, or a variable of the cell. ``keys``
    has 16 bytes for each task, under which its result is kept; ``keyed`` is None where
    a task that is added cannot have one. ``seeding`` "params" gives equal parameters the same
    seed, wherever they stand in the sweep. With ``shows_params`` each result tells the task's parameters as shown,
    because the run does not.
    """

    kind: Literal["cell", "function"]
    inputs: Packed
    source: str = ""
    filename: str = "<cell>"
    first_line: int = 1
    collect: Literal["namespace", "value"] = "value"
    out: tuple[str, ...] = ()
    sweep: Packed | None = None
    states: Packed | None = None
    positional: bool = False
    needs_shell: bool = False
    cwd: str = ""
    path: tuple[str, ...] = ()
    ambient: dict[str, str] = {}
    env: dict[str, str] = {}
    unset: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    seal: bytes = b""
    umask: int | None = None
    futures: int = 0
    keep_children: bool = False
    stack: tuple[int, ...] = ()
    objective: str = ""
    keys: Packed | None = None
    keyed: KeyOrigin | None = None
    seeding: Literal["index", "params"] = "index"
    shows_params: bool = False

    def completed(self, env: Mapping[str, str]) -> Payload:
        """With values for variables that were not stored, as far as ``env`` has them."""
        found = {name: env[name] for name in self.dropped if name in env}
        dropped = tuple(name for name in self.dropped if name not in found)
        return replace(self, env={**self.env, **found}, dropped=dropped) if found else self

    def packs(self) -> tuple[Packed, ...]:
        """The pickles inside."""
        return tuple(packed for packed in (self.inputs, self.sweep, self.states, self.keys) if packed is not None)
