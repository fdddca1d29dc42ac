"""From a snapshot to what has to be sent: new bindings, and new contents of objects that both sides have."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from cellburst.payload import graph, log_handlers
from cellburst.payload.ancestry import names_above
from cellburst.payload.classify import LONG
from cellburst.payload.graph import Node
from cellburst.payload.kinds import NotReplaceableError
from cellburst.payload.kinds_frames import INDEX, has_new_table
from cellburst.payload.namespaces import Namespace
from cellburst.payload.paths import Path
from cellburst.payload.rebuild import BUILTINS, sentence
from cellburst.payload.snapshot import Snapshot, is_users

REPLACED = "replaced"
"""The kind of an update that says: the object that this path leads to is another one from now on."""
_BUILTINS = id(vars(builtins))
_UNSEEN = "it cannot be pickled again on the worker, so changes made to it are not seen"


class Update(NamedTuple):
    """An object, the name of its kind, what it now contains, and the variables that lead to it.

    ``whole``: it holds too much to judge each object in it, so all that it contains is sent anew.
    """

    obj: Any
    kind: str
    content: Any
    names: tuple[str, ...]
    whole: bool = False


@dataclass
class Changes:
    """What a cell did to its namespace. ``lost`` has, by name, changes that cannot be told or sent.

    ``ended`` are objects whose finalizers and weak references have noticed that the cell let them go. ``looked_up``
    are pandas indexes that were first asked for a label.
    """

    assigned: dict[str, Any] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    updates: list[Update] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)
    ended: tuple[Path, ...] = ()
    looked_up: tuple[Path, ...] = ()
    references: References = field(default_factory=lambda: References({}, set()))


class References:
    """By ``id``, the paths of the objects that the other side has too; made when they are asked for.

    ``texts`` are variables that are texts: what else is one of them stays that very object.
    """

    def __init__(
        self,
        nodes: Mapping[int, Node],
        replaced: set[int],
        anchor: Callable[[Any], Any] = lambda _: None,
        texts: Mapping[int, tuple[str, Any]] = MappingProxyType({}),
    ) -> None:
        self.nodes = nodes
        self._texts = texts
        self.kinds: set[type] = set()  # of objects that are sent
        self._anchor = anchor
        self._replaced = replaced
        self._paths: dict[int, Path] = {}
        self._of_loggers: dict[int, Path] = log_handlers.lists_of_loggers()
        self.ids = frozenset((*nodes, *texts, *self._of_loggers, _BUILTINS))

    def get(self, key: int, /) -> Path | None:
        node = self.nodes.get(key)
        if node is None or key in self._replaced:
            if key in self._texts:
                return self._text_at(key)
            return BUILTINS if key == _BUILTINS else self._of_loggers.get(key)
        path = self._paths.get(key)
        if path is None:
            path = self._paths[key] = node.path()  # one tuple per object, so that pickle writes it once
        return path

    def _text_at(self, key: int) -> Path:
        path = self._paths.get(key)
        if path is None:
            name, text = self._texts[key]
            path = self._paths[key] = (
                "",
                name,
                ("like", text[:1] + text[1:]),
            )  # another text, to be sent with the path
        return path

    def anchor(self, owner: Any, /) -> Any:
        """The array, also here, that shows the memory of this owner; None if there is none."""
        array = self._anchor(owner)
        return array if array is not None and self.get(id(array)) is not None else None


def find_changes(before: Snapshot, after: Namespace) -> Changes:
    """Compare; looks at every object of the snapshot and at none that is new."""
    before.settle()
    now = {name: value for name, value in after.items() if is_users(name)}
    found = Changes(
        ended=tuple(node.path() for node in before.ended),
        assigned={n: v for n, v in now.items() if n not in before.variables or before.variables[n] is not v},
        deleted=tuple(name for name in before.variables if name not in now),
        lost=dict.fromkeys(names_above(before.unjudged), _UNSEEN),
    )
    contents, replaced = _contents(before, found)
    for node in replaced:
        names = [name for name in node.parents if isinstance(name, str)]
        found.assigned.update({name: node.obj for name in names if name in now and now[name] is node.obj})
    found.updates = [
        Update(node.obj, node.kind.name, content, tuple(sorted(before.names_of(node))), node.whole)
        for node, content in contents
    ]
    found.updates += [Update(None, REPLACED, node.path(), tuple(sorted(before.names_of(node)))) for node in replaced]
    found.looked_up = tuple(
        node.path() for node in before.nodes.values() if node.kind is INDEX and _is_asked_first(node)
    )
    nodes = {**{id(node.obj): node for node in graph.shared_dicts(before.nodes)}, **before.nodes}
    texts = {
        id(value): (name, value)
        for name, value in before.variables.items()
        if (type(value) is str or type(value) is bytes) and 1 < len(value) < LONG
    }
    found.references = References(nodes, {id(node.obj) for node in replaced}, before.anchor, texts)
    return found


def _is_asked_first(node: Node) -> bool:
    judged = node.obj is not None and node.frozen is not None and not node.whole
    return judged and has_new_table(node.obj, node.frozen)


def _contents(before: Snapshot, found: Changes) -> tuple[list[tuple[Node, Any]], list[Node]]:
    """The new contents of changed nodes, and the nodes that other objects must take the place of."""
    contents: dict[int, tuple[Node, Any]] = {}
    replaced: dict[int, Node] = {}
    waiting = [(node, False) for node in before.changed_nodes()]
    complete: set[int] = set()
    while waiting:
        node, everything = waiting.pop()
        key = id(node)
        if key in replaced or key in complete:
            continue
        if everything:
            complete.add(key)
        try:
            contents[key] = node, graph.content(node, complete=everything)
        except NotReplaceableError:
            contents.pop(key, None)
            replaced[key] = node
            waiting.extend((parent, True) for parent in node.parents if isinstance(parent, Node))
        except Exception as error:
            found.lost.update(dict.fromkeys(names_above([node]), f"its state cannot be read: {sentence(error)}"))
    return list(contents.values()), list(replaced.values())
