"""Functions that the user has hooked into the shell: on events, on inputs, on types to display, on exceptions."""

from __future__ import annotations

from typing import Any

from cellburst.library_state.shell_part import Part, Uses, is_users

_TRANSFORMERS = ("input_transformers_cleanup", "input_transformers_post", "ast_transformers")
_TABLES = ("type_printers", "singleton_printers", "deferred_printers")
_first: dict[tuple[str, str], dict[Any, Any]] = {}
_EVENTS = frozenset({"events"})


def formatters_of(shell: Any) -> dict[str, dict[Any, Any]]:
    """The user's own printers by kind of text and type."""
    found: dict[str, dict[Any, Any]] = {}
    for kind, formatter in shell.display_formatter.formatters.items():
        for table in _TABLES:
            printers = getattr(formatter, table)
            if not printers or printers == _first.get((kind, table)):
                continue
            own = {(table, key): printer for key, printer in printers.items() if _is_made_here(printer)}
            if own:
                found.setdefault(kind, {}).update(own)
    return found


def remember(shell: Any) -> None:
    """In a worker: the printers that there are now are nobody's own."""
    _first.clear()
    for kind, formatter in shell.display_formatter.formatters.items():
        _first.update({(kind, table): dict(getattr(formatter, table)) for table in _TABLES})


def _is_made_here(function: Any) -> bool:
    return getattr(function, "__module__", None) == "__main__"


def _get_formatters(shell: Any, _: Uses | None) -> Any:
    return formatters_of(shell) or None


def _set_formatters(shell: Any, value: Any, _: Uses | None) -> None:
    for kind, own in formatters_of(shell).items():
        for table, key in own:
            _put_back(shell.display_formatter.formatters[kind], table, key)
    for kind, own in (value or {}).items():
        formatter = shell.display_formatter.formatters[kind]
        for (table, key), printer in own.items():
            known = vars(formatter).setdefault("_cellburst_before", {})
            known.setdefault((table, key), getattr(formatter, table).get(key))
            getattr(formatter, table)[key] = printer


def _put_back(formatter: Any, table: str, key: Any) -> None:
    before = vars(formatter).get("_cellburst_before", {}).get((table, key))
    if before is None and table == "type_printers":
        before = formatter._type_printers_default().get(key) if hasattr(formatter, "_type_printers_default") else None
    if before is None:
        getattr(formatter, table).pop(key, None)
    else:
        getattr(formatter, table)[key] = before


def _get_events(shell: Any, _: Uses | None) -> Any:
    found = {event: [one for one in known if is_users(one)] for event, known in shell.events.callbacks.items()}
    return {event: own for event, own in found.items() if own} or None


def _set_events(shell: Any, value: Any, uses: Uses | None) -> None:
    value = value or {}
    were_sent = uses is None or _wants_events(uses)
    for event, known in shell.events.callbacks.items():
        new = list(value.get(event, ()))
        if were_sent:
            known[:] = [one for one in known if not is_users(one)] + new
        else:
            known += [one for one in new if one not in known]


def _get_transformers(shell: Any, _: Uses | None) -> Any:
    found = {name: [one for one in getattr(shell, name, ()) if is_users(one)] for name in _TRANSFORMERS}
    return {name: own for name, own in found.items() if own} or None


def _set_transformers(shell: Any, value: Any, uses: Uses | None) -> None:
    value = value or {}
    for name in _TRANSFORMERS:
        known = getattr(shell, name)
        new = list(value.get(name, ()))
        if uses is None or _wants_transformers(uses):
            known[:] = [one for one in known if not is_users(one)] + new
        else:
            known += [one for one in new if one not in known]


def _get_handler(shell: Any, uses: Uses | None) -> Any:
    """What the worker's shell was told by ``set_custom_exc``; a kernel uses its own by itself."""
    return None if uses is not None else getattr(shell, "handler_of_cell", None)


def _set_handler(shell: Any, value: Any, uses: Uses | None) -> None:
    if uses is None:
        shell.handler_of_cell = value
    elif value is not None:
        shell.set_custom_exc(*value)


def _wants_events(uses: Uses) -> bool:
    return uses.calls_shell and bool(uses.attributes & _EVENTS)


def _wants_transformers(uses: Uses) -> bool:
    return uses.calls_shell and not uses.attributes.isdisjoint(_TRANSFORMERS)


def _wants_handler(uses: Uses) -> bool:
    return uses.calls_shell and "set_custom_exc" in uses.attributes


def _wants_formatters(uses: Uses) -> bool:
    return uses.calls_shell


PARTS = (
    Part("formatters", _get_formatters, _set_formatters, _wants_formatters, holds=True),
    Part("events", _get_events, _set_events, _wants_events, holds=True),
    Part("transformers", _get_transformers, _set_transformers, _wants_transformers, holds=True),
    Part("exception handler", _get_handler, _set_handler, _wants_handler, holds=True),
)
