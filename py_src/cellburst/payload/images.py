"""Pictures of PIL: with all their attributes, and the memory that some of them may share."""

from __future__ import annotations

import copyreg
import functools
import sys
from collections.abc import Callable
from typing import Any

Core = Any  # what has the pixels; two pictures, or a picture and something that draws in it, may have the same


@functools.lru_cache(256)
def is_image(kind: Any) -> bool:
    """Whether instances are pictures."""
    base = getattr(sys.modules.get("PIL.Image"), "Image", None)
    return base is not None and issubclass(kind, base)


def is_core(kind: Any) -> bool:
    """Whether instances are the pixels of pictures."""
    return bool(kind.__name__ == "ImagingCore" and "PIL.Image" in sys.modules)


def reducer_of(kind: Any) -> Callable[[Any, Any], Any] | None:
    """How instances are pickled; None if they have nothing to do with pictures."""
    if is_core(kind):
        return _reduce_core
    if kind.__name__ == "DeferredError" and kind.__module__ == "PIL._util":
        return _reduce_error
    return _reduce_image if is_image(kind) else None


def _reduce_image(image: Any, _: Any) -> Any:
    """By its attributes; one whose file stays open is as it itself says."""
    if getattr(image, "fp", None) is not None:
        image.load()
    if not is_whole(image):
        return NotImplemented
    return copyreg.__newobj__, (type(image),), vars(image), None, None, set_image  # type: ignore[attr-defined]


def is_whole(image: Any) -> bool:
    """Whether a picture is in memory, and needs no file."""
    attributes = vars(image)
    files = [value for value in attributes.values() if hasattr(type(value), "read")]
    return is_core(type(attributes.get("_im"))) and all(getattr(file, "closed", False) for file in files)


def set_image(image: Any, attributes: dict[str, Any]) -> None:
    """Give a picture what it was pickled by."""
    vars(image).update(attributes)


def _reduce_error(error: Any, _: Any) -> Any:
    """What a closed picture has in the place of its file, and which answers to any name with an error."""
    return type(error), (vars(error)["ex"],)


def _reduce_core(core: Core, _: Any) -> Any:
    return make_core, content_of(core)


def content_of(core: Core) -> tuple[str, tuple[int, int], bytes, tuple[str, bytes] | None]:
    """Mode, size, pixels, and the palette with its mode."""
    image = sys.modules["PIL.Image"].Image()
    image._im, image._mode, image._size = core, core.mode, core.size
    pixels = image.tobytes() if all(core.size) else b""
    return core.mode, core.size, pixels, _palette(core)


def _palette(core: Core) -> tuple[str, bytes] | None:
    if core.mode not in ("P", "PA"):
        return None
    mode = core.getpalettemode()
    return mode, core.getpalette(mode, mode)


def make_core(mode: str, size: tuple[int, int], pixels: bytes, palette: tuple[str, bytes] | None) -> Core:
    """Pixels as ``content_of`` has read them."""
    from PIL import Image

    library: Any = Image
    core = library.core.new(mode, size)
    if pixels:
        image = library.Image()
        image._im, image._mode, image._size = core, mode, size
        image.frombytes(pixels)
    if palette is not None:
        core.putpalette(palette[0], *palette)
    return core
