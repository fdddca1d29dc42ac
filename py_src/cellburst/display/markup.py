"""HTML that is escaped by construction: text becomes markup only through ``element``."""

from __future__ import annotations

import html

from cellburst.display.formatting import clean

_TAGS = frozenset({"div", "span", "b", "table", "caption", "thead", "tbody", "tr", "th", "td", "code"})


class Markup(str):
    """Text that is HTML already; only this module makes it."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str) -> Markup:
    """``<tag attributes>children</tag>``; children that are not ``Markup`` are escaped.

    ``aria_label="x"`` becomes ``aria-label="x"``. Raises ValueError for a tag that does not belong
    here (nothing that loads, runs or links) and for event attributes.
    """
    if tag not in _TAGS:
        raise ValueError(f"<{tag}> is not among the tags that cellburst shows")
    words = [tag]
    for name, value in attributes.items():
        if name.startswith("on"):
            raise ValueError(f"{name} would run a script")
        words.append(f'{name.rstrip("_").replace("_", "-")}="{_escape(value)}"')
    return Markup(f"<{' '.join(words)}>{join(*children)}</{tag}>")


def join(*children: str) -> Markup:
    """Children one after another, those that are not ``Markup`` escaped."""
    return Markup("".join(child if isinstance(child, Markup) else _text(child) for child in children))


def with_code(text: str) -> Markup:
    """The text with what stands between backticks set as code."""
    parts = text.split("`")
    return join(*(element("code", part) if place % 2 else part for place, part in enumerate(parts)))


def _text(text: str) -> str:
    """The text escaped, each dollar sign in an element of its own: between two of them notebooks see maths."""
    return _escape(text).replace("$", "<span>$</span>")


def _escape(text: str) -> str:
    return html.escape(clean(text), quote=True)
