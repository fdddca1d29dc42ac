"""What a task's variables are before its cell runs, so that what the cell changed can be told afterwards.

Numbers and texts cost nothing, containers and instances a shallow copy of their references, large arrays that
are still a private map of a blob one look at the page table, and only what is left a digest of its pickle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pickle import PickleBuffer
from typing import Any

import xxhash

from cellburst.abc import BlobStore
from cellburst.payload import graph, lifetimes, memory, tensor_memory
from cellburst.payload.ancestry import Ancestry
from cellburst.payload.collecting import uncollected
from cellburst.payload.digests import content_id
from cellburst.payload.graph import Node
from cellburst.payload.kinds_arrays import ARRAY
from cellburst.payload.namespaces import Namespace
from cellburst.payload.pickler import ReferringPickler

_SHELL = re.compile(
    r"In|Out|get_ipython|exit|quit|_[iod]h|_sh|_i{1,3}|_i\d+"
    r"|__(?:name|package|loader|spec|builtins?|session|debug|warningregistry)__"
)


def is_users(name: str) -> bool:
    """Whether a variable is the user's, and neither Python's nor IPython's own."""
    return not _SHELL.fullmatch(name)


class Snapshot:
    """The variables of a namespace and every mutable object that they lead to, as they were when it was taken."""

    def __init__(self, namespace: Namespace) -> None:
        self.namespace = namespace
        self.variables = {name: value for name, value in namespace.items() if is_users(name)}
        self.loosened: lifetimes.Loosened | None = None
        self.kinds: set[type] = set()  # of instances with finalizers, and of all that a delta sent
        self._ancestry: Ancestry | None = None  # and what follows: once they are asked for, when the cell has ended
        self._arrays: list[tuple[Node, int]] | None = None
        self.ended: list[Node] = []  # of objects that the cell has ended, if somebody may have noticed that
        with uncollected():
            self._look()

    def _look(self) -> None:
        self.nodes = graph.walk(self.variables, self.namespace)
        self.numbers = {key: number for number, key in enumerate(self.nodes)}
        self._answering: dict[int, Any] = {}
        self.unjudged: list[Node] = []  # what cannot be pickled again, so that changes in it are not seen
        for node in self.nodes.values():
            self._failed = False
            try:
                graph.freeze(node, self)
            except Exception:
                self._failed = True
            if self._failed:
                self.unjudged.append(node)

    @classmethod
    def take(cls, namespace: Namespace, blobs: BlobStore | None = None) -> Snapshot:
        """Remember ``namespace``; call it when the inputs are in place and before the cell runs.

        ``blobs`` is where the inputs came from; maps know it already. Until ``settle`` it does not keep alive what
        the cell may end.
        """
        taken = cls(namespace)
        taken.kinds, found = lifetimes.mortals(taken.nodes)
        if found:
            taken.loosened = lifetimes.Loosened(found, taken.nodes, taken.variables)
        return taken

    def settle(self) -> None:
        """The cell has ended: hold everything that is still there."""
        if self.loosened is not None:
            self.loosened.tighten()
            self.ended += self.loosened.ended
            self.loosened = None
            self.numbers = {key: number for key, number in self.numbers.items() if key in self.nodes}
            self.unjudged = [node for node in self.unjudged if node.obj is not None]

    def changed_names(self, namespace: Namespace) -> set[str]:
        """The variables that are bound to what they were and lead to something that changed in place."""
        names = {name for node in self.changed_nodes() for name in self.names_of(node)}
        return {name for name in names if namespace.get(name) is self.variables[name]}

    def changed_nodes(self) -> list[Node]:
        """The objects that changed in place, each judged without what it refers to."""
        unjudged = set(map(id, self.unjudged))
        return [node for node in self.nodes.values() if id(node) not in unjudged and not self._is_same(node)]

    def anchor(self, owner: Any) -> Any:
        """The array of the snapshot that answers for the memory of this owner; None if there is none."""
        if tensor_memory.is_row(owner):  # of memory that a tensor has from somebody else
            return memory.around(owner, self._answering.values())
        return self._answering.get(id(owner))

    def claim(self, owner: Any, array: Any, /) -> bool:
        """Whether this array is the one that answers for the memory of that owner: the first that asks is."""
        return self._answering.setdefault(id(owner), array) is array

    def names_of(self, node: Node) -> set[str]:
        """The variables that lead to an object that changed; for memory, to any array that shows what changed of it."""
        if self._ancestry is None:
            self._ancestry = Ancestry(self.nodes.values())
        return self._ancestry.names_above([node, *self._showing(node)])

    def _showing(self, node: Node) -> Iterator[Node]:
        if node.kind is not ARRAY or node.whole or node.frozen is None or node.frozen.memory is None:
            return
        owner = memory.owner_of(node.obj)
        changed = node.frozen.memory.addresses()
        if self._arrays is None:
            arrays = [other for other in self.nodes.values() if other.kind is ARRAY]
            self._arrays = [(other, id(memory.owner_of(other.obj))) for other in arrays]
        for other, owned_by in self._arrays:
            if owned_by == id(owner) and other is not node:
                low, high = memory.extent(other.obj)
                if any(first < high and low < end for first, end in changed):
                    yield other

    def _is_same(self, node: Node) -> bool:
        try:
            return graph.is_same(node, self)
        except Exception:  # it can no longer be looked at as before
            return False

    def __call__(self, obj: Any, /) -> Any:
        """What its pickle and its buffers are, other objects of the snapshot being named; None without a pickle."""
        digest = xxhash.xxh3_128()
        buffers: list[str] = []

        def take(buffer: PickleBuffer) -> bool:
            buffers.append(content_id(buffer.raw()))
            return False

        try:
            ReferringPickler(digest.update, take, self.namespace, _Others(self, id(obj))).dump(obj)
        except Exception:
            self._failed = True
            return None
        return digest.hexdigest(), tuple(buffers)


class _Others:
    """The numbers of all objects but one."""

    tells_tables = False  # to be asked for a label is no change of an index

    def __init__(self, snapshot: Snapshot, but: int) -> None:
        self._snapshot = snapshot
        self._but = but
        self.ids = snapshot.numbers

    def get(self, key: int, /) -> int | None:
        return None if key == self._but else self._snapshot.numbers.get(key)

    def anchor(self, owner: Any, /) -> Any:
        return self._snapshot.anchor(owner)
