"""YAML files, in which no name may be there twice."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from cellburst.sweeps.file_error import FileError


def document_of(name: str, text: str) -> Any:
    """What a file says. Raises SweepError with line and column, also for a name that is there twice in one place."""
    try:
        yaml = import_module("yaml")
    except ImportError:
        raise FileError(name, 'YAML files need PyYAML: pip install "cellburst[yaml]"') from None
    try:
        return _document(name, yaml, text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise FileError(name, error.problem or "it is no YAML", line, column) from None
    except yaml.YAMLError as error:
        raise FileError(name, " ".join(str(error).split())) from None


def _document(name: str, yaml: Any, text: str) -> Any:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        for mapping in _mappings(yaml, node):
            _refuse_twice(name, yaml, mapping)
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _refuse_twice(name: str, yaml: Any, mapping: Any) -> None:
    """YAML itself would take the last one, and forget the others."""
    seen: set[str] = set()
    for key, _ in mapping.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        if key.value in seen:
            mark = key.start_mark
            raise FileError(name, f"the name {key.value!r} is there twice", mark.line + 1, mark.column + 1)
        seen.add(key.value)


def _mappings(yaml: Any, node: Any) -> Iterator[Any]:
    """All mappings of a document, each once, also where an anchor leads back."""
    waiting, known = [node], set()
    while waiting:
        here = waiting.pop()
        if id(here) in known:
            continue
        known.add(id(here))
        if isinstance(here, yaml.MappingNode):
            yield here
            waiting += [part for pair in here.value for part in pair]
        elif isinstance(here, yaml.SequenceNode):
            waiting += here.value
