"""Which variables lead to an object of a snapshot, for one object or for many of a graph full of cycles."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator

from cellburst.payload.graph import Node

_FEW = 1  # questions that are answered one by one, before it is worth to look at all nodes at once


def names_above(nodes: Iterable[Node]) -> set[str]:
    """The variables that lead to any of these nodes."""
    return {parent for node in _above(nodes) for parent in node.parents if isinstance(parent, str)}


class Ancestry:
    """Answers ``names_above`` again and again, for nodes that stay as they are meanwhile."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = nodes
        self._asked = 0
        self._found: dict[int, int] = {}
        self._names: list[str] = []

    def names_above(self, nodes: Collection[Node]) -> set[str]:
        """The variables that lead to any of these nodes."""
        self._asked += 1
        if self._asked <= _FEW:
            return names_above(nodes)
        if not self._found:
            self._look_at_all()
        found = 0
        for node in nodes:
            found |= self._found.get(id(node), 0)
        return {name for number, name in enumerate(self._names) if found >> number & 1}

    def _look_at_all(self) -> None:
        """Note the numbers of the names, as bits, at each node: first where they are known, then further down."""
        below: dict[int, list[Node]] = {}
        numbers: dict[str, int] = {}
        waiting: deque[Node] = deque()
        nodes = list(self._nodes)
        found = self._found = dict.fromkeys(map(id, nodes), 0)
        for node in nodes:  # it grows by parents that have ended
            bits = 0
            for parent in node.parents:
                if type(parent) is str:
                    bits |= 1 << numbers.setdefault(parent, len(numbers))
                elif (key := id(parent)) in below:
                    below[key].append(node)
                else:
                    below[key] = [node]
                    if key not in found:
                        found[key] = 0
                        nodes.append(parent)  # type: ignore[arg-type]
            if bits:
                found[id(node)] = bits
                waiting.append(node)
        self._names = list(numbers)
        while waiting:
            node = waiting.popleft()
            names = found[id(node)]
            for child in below.get(id(node), ()):
                if names & ~found[id(child)]:
                    found[id(child)] |= names
                    waiting.append(child)


def _above(nodes: Iterable[Node]) -> Iterator[Node]:
    """The nodes and all that lead to them, each once."""
    waiting = list(nodes)
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        waiting.extend(parent for parent in node.parents if isinstance(parent, Node))
