"""matplotlib: what was drawn, without letting anything be drawn or scaled."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING, Any

from .atoms import is_a, type_name

if TYPE_CHECKING:
    from .walk import Walk

_DATA = ("_xorig", "_yorig", "_verts3d", "_offsets", "_A")
_RECTANGLE = ("_x0", "_y0", "_width", "_height")
_TEXTS = ("_text", "_label", "_color", "_edgecolor", "_facecolor", "_linewidth", "_linestyle", "_marker_function")


def describe(walk: Walk, path: str, obj: Any) -> str | None:
    kind = type(obj)
    artist: Any = sys.modules.get("matplotlib.artist")
    if artist is not None and is_a(obj, artist.Artist):
        return _artist(walk, path, obj)
    if not _is_drawing(kind):
        return None
    if is_a(obj, dict):
        return f"{type_name(kind)} {len(obj)}"
    return f"{type_name(kind)} {getattr(obj, 'name', '')!r}"


def _artist(walk: Walk, path: str, obj: Any) -> str:
    kind = type(obj)
    walk.inner = True
    own = object.__getattribute__(obj, "__dict__")
    parts = [type_name(kind), f"visible={obj._visible} zorder={obj.zorder} alpha={obj._alpha}"]
    parts += [f"{name}={own[name]!r}" for name in _TEXTS if isinstance(own.get(name), (str, int, float, tuple))]
    names = (*_DATA, *_RECTANGLE) if kind.__name__ == "Rectangle" else _DATA  # of others drawing changes the size
    parts += [f"{name}={_data(own[name])}" for name in names if name in own]
    if hasattr(obj, "_axstack"):  # a figure
        parts.append(f"size={obj.bbox_inches.bounds[2:]!r} dpi={obj._dpi!r} number={getattr(obj, 'number', None)!r}")
    if type(obj).__name__.endswith("Axis"):
        return " ".join([*parts, f"scale={getattr(obj._scale, 'name', None)!r}"])
    patch = own.get("patch")
    children = [child for child in obj.get_children() if child is not patch and type(child).__name__ != "Spine"]
    texts = [walk.child(f"{path}.children[{number}]", child) for number, child in enumerate(children)]
    return " ".join([*parts, f"[{', '.join(texts)}]"])


def _data(value: Any) -> str:
    """Numbers, however they are kept: a drawn figure keeps some in other types than one that was not."""
    numpy: Any = sys.modules["numpy"]
    try:
        found = numpy.ma.filled(numpy.ma.asarray(value, dtype=float), numpy.nan)
    except (TypeError, ValueError):  # dates, texts
        return repr(numpy.asarray(value).tolist())
    digest = hashlib.sha1(found.tobytes(), usedforsecurity=False).hexdigest()[:12]
    return f"{found.shape} {digest} {found.ravel()[:3].tolist()}"


def _is_drawing(kind: type) -> bool:
    module = type.__getattribute__(kind, "__module__")
    return isinstance(module, str) and module.partition(".")[0] in {"matplotlib", "mpl_toolkits"}
