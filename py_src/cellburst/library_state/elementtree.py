"""The prefixes of XML namespaces that were registered with ElementTree."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State

_USUAL = frozenset({"xml", "html", "rdf", "wsdl", "xs", "xsi", "dc"})


def _prefixes() -> dict[str, str]:
    module: Any = sys.modules["xml.etree.ElementTree"]
    found: dict[str, str] = module._namespace_map
    return found


def _get() -> dict[str, str] | None:
    prefixes = _prefixes()
    if len(prefixes) == len(_USUAL) and _USUAL.issuperset(prefixes.values()):
        return None
    return {address: prefix for address, prefix in prefixes.items() if prefix not in _USUAL} or None


def _set(value: dict[str, str] | None) -> None:
    prefixes, wanted = _prefixes(), value or {}
    for address in [address for address, prefix in prefixes.items() if prefix not in _USUAL]:
        if address not in wanted:
            del prefixes[address]
    prefixes.update(wanted)


STATES = (State("XML namespaces", "xml.etree.ElementTree", _get, _set),)
