"""What grid and page share; anywidget's class, or what says that it is missing when a widget is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from cellburst.errors import UsageError

if TYPE_CHECKING:
    AnyWidget = Any
else:
    try:
        from anywidget import AnyWidget
    except ImportError:

        class AnyWidget(traitlets.HasTraits):
            """Stands in for anywidget's: only says what to install."""

            def __new__(cls, *args: Any, **kwargs: Any) -> Any:
                raise UsageError('a widget needs anywidget and ipywidgets: pip install "cellburst[widgets]"')


class Page(AnyWidget):  # type: ignore[misc]
    """``spec`` is written by both sides, and its ``serial`` says which is newer; all else by the kernel alone."""

    _esm = traitlets.Unicode("").tag(sync=True)
    _css = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    mode = traitlets.Unicode("edit").tag(sync=True)
    notice = traitlets.Unicode("").tag(sync=True)
    spec = traitlets.Dict().tag(sync=True)
    facts = traitlets.Dict().tag(sync=True)
    progress = traitlets.Dict().tag(sync=True)
    points = traitlets.Dict().tag(sync=True)
