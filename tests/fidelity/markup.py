"""HTML that is escaped by construction: text becomes markup only through ``element``."""

from __future__ import annotations

import html


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str) -> Markup:
    """``<tag attributes>children</tag>``; children that are not ``Markup`` are escaped; ``class_`` makes ``class``."""
    words = [tag]
    words += [f'{name.rstrip("_").replace("_", "-")}="{html.escape(text)}"' for name, text in attributes.items()]
    return Markup(f"<{' '.join(words)}>{join(*children)}</{tag}>")


def join(*children: str) -> Markup:
    """Children one after another, those that are not ``Markup`` escaped."""
    return Markup("".join(child if isinstance(child, Markup) else html.escape(child) for child in children))


def picture(data: str, words: str) -> Markup:
    """A PNG, given as a notebook holds it, inside the page."""
    source = "data:image/png;base64," + "".join(data.split())
    return Markup(f'<img alt="{html.escape(words)}" src="{html.escape(source)}">')
