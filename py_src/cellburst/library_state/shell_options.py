"""Options of the shell, of its plain text formatter and of inline figures, as ``%config`` and its kin set them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from cellburst.library_state.shell_part import Part, Uses

_SHELL = (
    "ast_node_interactivity", "autoawait", "autocall", "automagic", "colors", "separate_in", "separate_out",
    "system_raise_on_error", "wildcards_case_sensitive",
)  # fmt: skip
_PLAIN_TEXT = ("float_precision", "max_seq_length", "max_width", "newline", "pprint", "verbose")
_INLINE = ("close_figures", "figure_formats", "print_figure_kwargs", "rc")
_MODE = ("traceback", "mode")
_COMMON_MODE = "Context"
_defaults: dict[tuple[type, str], Any] = {}

Options = dict[tuple[str, str], Any]


def _get(shell: Any, _: Uses | None) -> Options | None:
    found = {}
    for home, owner, names in _owners(shell):
        for name in names:
            value = getattr(owner, name, None)
            if value != _default(owner, name):
                found[home, name] = value.copy() if isinstance(value, dict | set | list) else value
    mode = getattr(getattr(shell, "InteractiveTB", None), "mode", _COMMON_MODE)
    if mode != _COMMON_MODE:
        found[_MODE] = mode
    return found or None


def _set(shell: Any, value: Options | None, _: Uses | None) -> None:
    value = value or {}
    if "inline" in {home for home, _ in value}:
        _inline(shell, load=True)
    for home, owner, names in _owners(shell):
        for name in names:
            wanted = value.get((home, name), _default(owner, name))
            if getattr(owner, name, None) != wanted:
                setattr(owner, name, wanted.copy() if isinstance(wanted, dict | set | list) else wanted)
    mode = value.get(_MODE, _COMMON_MODE)
    if getattr(getattr(shell, "InteractiveTB", None), "mode", mode) != mode:
        shell.InteractiveTB.set_mode(mode=mode)


def _owners(shell: Any) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
    yield "shell", shell, _SHELL
    yield "plain text", shell.display_formatter.formatters["text/plain"], _PLAIN_TEXT
    if (inline := _inline(shell, load=False)) is not None:
        yield "inline", inline, _INLINE


def _inline(shell: Any, *, load: bool) -> Any:
    """The options of inline figures; None as long as there have been none."""
    if load:
        from matplotlib_inline.config import InlineBackend

        made = InlineBackend.instance(parent=shell)
        made.shell = shell
        return made
    module: Any = sys.modules.get("matplotlib_inline.config")
    known = module is not None and module.InlineBackend.initialized()
    return module.InlineBackend.instance() if known else None


def _default(owner: Any, name: str) -> Any:
    key = (type(owner), name)
    if key not in _defaults:
        try:
            _defaults[key] = owner.trait_defaults(name)
        except Exception:  # another IPython, without this option
            _defaults[key] = None
    return _defaults[key]


def _wanted(uses: Uses) -> bool:
    return uses.calls_shell or "matplotlib" in sys.modules


PARTS = (Part("options", _get, _set, _wanted),)
