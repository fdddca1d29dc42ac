"""Text from objects that may be hostile: bounded, and always encodable."""

from __future__ import annotations

from typing import Any

_GAP = " ... "


def clean(text: str) -> str:
    """``text`` as a plain str, with what UTF-8 cannot hold (lone surrogates) replaced."""
    text = str.__str__(text)  # of a subclass too, whatever its methods do
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
    return text


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters: the start and the end."""
    if len(text) <= limit:
        return text
    half = (limit - len(_GAP)) // 2
    return text[:half] + _GAP + text[-half:]


def type_name(value: object) -> str:
    """The name of the value's type, whatever its metaclass says."""
    name = type.__dict__["__name__"].__get__(type(value))
    return clean(shorten(str(name), 200))


def text_of(value: object, limit: int = 10_000) -> str:
    """``str(value)``, or its type if that fails in any way."""
    return _ask(str, value, limit)


def repr_of(value: object, limit: int = 10_000) -> str:
    """``repr(value)``, or its type if that fails in any way."""
    return _ask(repr, value, limit)


def _ask(kind: Any, value: object, limit: int) -> str:
    try:
        return clean(shorten(clean(kind(value)), limit))
    except BaseException:  # its methods are the user's: they may raise SystemExit too
        return f"<unprintable {type_name(value)} object>"
