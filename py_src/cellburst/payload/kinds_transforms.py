"""Changes of matplotlib's transforms and figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cellburst.payload.figures import set_state, state_of
from cellburst.payload.kinds import (
    AttributeChanges,
    Judge,
    Kind,
    Part,
    attribute_changes,
    same_attributes,
    set_attributes,
)
from cellburst.payload.kinds_objects import STATEFUL, attribute_parts
from cellburst.payload.transform_nodes import PARENTS, Node, attributes_of, follow, followed


def _parts(node: Node) -> Iterable[Part]:
    return [part for part in attribute_parts(node) if part[0] != (".", PARENTS)]


def _freeze(node: Node, _: Judge) -> Any:
    return attributes_of(node), list(map(id, followed(node)))


def _same(frozen: Any, node: Node, _: Judge) -> bool:
    return same_attributes(frozen[0], attributes_of(node)) and bool(frozen[1] == list(map(id, followed(node))))


def _content(node: Node, frozen: Any) -> Any:
    return attribute_changes(frozen and frozen[0], attributes_of(node)), followed(node)


def _replace(node: Node, content: tuple[AttributeChanges, list[Node]]) -> None:
    (changed, deleted), others = content
    if deleted is None:
        deleted = [name for name in attributes_of(node) if name not in changed]
    set_attributes(node, (changed, deleted))
    follow(node, others)


def _figure_content(figure: Any, frozen: Any) -> Any:
    return state_of(figure), STATEFUL.content(figure, frozen)[1]


def _replace_figure(figure: Any, content: Any) -> None:
    state, deleted = content
    set_attributes(figure, ({}, deleted))
    set_state(figure, state)


TRANSFORM = Kind("transform", _freeze, _same, _content, _replace, _parts)
FIGURE = Kind("figure", STATEFUL.freeze, STATEFUL.same, _figure_content, _replace_figure, STATEFUL.parts)
