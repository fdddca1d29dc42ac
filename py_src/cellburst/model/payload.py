"""What is sent: the code, its inputs, and the place it expects to run in."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cellburst.model.blob import Packed


class Payload(Struct, frozen=True):
    """Everything a worker needs for every task of one run.

    ``kind`` "cell": ``source`` (IPython-transformed) is executed in a namespace made from
    ``inputs`` (a dict). "function": ``inputs`` is ``(fn, args, kwargs)``.
    ``collect`` "namespace" returns what the cell assigned, changed and deleted; "value" returns the
    last expression (or return value) and the names in ``out``.
    ``sweep`` unpickles to an object with ``__len__`` and ``__getitem__(index) -> dict``;
    ``positional`` passes its only value to the function without its name.
    ``filename`` and ``first_line`` make frames point at the notebook cell's own lines.
    ``needs_shell`` says that the source calls ``get_ipython()``. ``env`` is set around each task;
    ``futures`` are compiler flags of ``from __future__ import`` lines in earlier cells, ``umask`` is the
    submitter's (None: the pool's own).
    """

    kind: Literal["cell", "function"]
    inputs: Packed
    source: str = ""
    filename: str = "<cell>"
    first_line: int = 1
    collect: Literal["namespace", "value"] = "value"
    out: tuple[str, ...] = ()
    sweep: Packed | None = None
    positional: bool = False
    needs_shell: bool = False
    cwd: str = ""
    path: tuple[str, ...] = ()
    env: dict[str, str] = {}
    umask: int | None = None
    futures: int = 0
    keep_children: bool = False

    def packs(self) -> tuple[Packed, ...]:
        """The pickles inside."""
        return (self.inputs,) if self.sweep is None else (self.inputs, self.sweep)
