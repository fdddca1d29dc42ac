"""Changes of pictures and of their pixels, in place."""

from __future__ import annotations

import sys
from typing import Any

import xxhash

from cellburst.payload import images
from cellburst.payload.images import Core, content_of, make_core
from cellburst.payload.kinds import Judge, Kind, NotReplaceableError
from cellburst.payload.kinds_objects import INSTANCE, STATEFUL


def _freeze(core: Core, _: Judge) -> Any:
    mode, size, pixels, palette = content_of(core)
    return mode, size, xxhash.xxh3_128(pixels).hexdigest(), palette


def _same(frozen: Any, core: Core, judge: Judge) -> bool:
    return bool(frozen == _freeze(core, judge))


def _content(core: Core, frozen: Any) -> Any:
    content = content_of(core)
    if frozen is not None and frozen[0] != content[0]:
        raise NotReplaceableError  # drawn over in another mode
    return content


def _replace(core: Core, content: Any) -> None:
    mode, size, _, palette = content
    if core.mode != mode or core.size != size:
        raise ValueError(f"a picture of {core.size} in mode {core.mode} was expected to be one of {size} in {mode}")
    core.paste(make_core(*content), (0, 0, *size))
    if palette is not None:
        core.putpalette(palette[0], *palette)


PIXELS = Kind("pixels", _freeze, _same, _content, _replace)


def image_kind(obj: Any) -> Kind | None:
    """The kind of a picture or of its pixels; None if it is neither."""
    if "PIL.Image" not in sys.modules:
        return None
    kind: Any = type(obj)
    if images.is_core(kind):
        return PIXELS
    if images.is_image(kind):
        return INSTANCE if images.is_whole(obj) else STATEFUL
    return None
