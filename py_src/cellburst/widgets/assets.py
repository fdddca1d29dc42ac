"""The page's part of the widget, as it was built into the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cellburst.errors import UsageError

_FOLDER = Path(__file__).parent / "static"
_MISSING = (
    "this installation of cellburst has no built widget: it was installed from a checkout without JavaScript. "
    "`make labextension` in the checkout builds it; `pip install cellburst` brings it along"
)


@cache
def page() -> tuple[str, str]:
    """Script and sheet. Raises UsageError if the package was installed without them."""
    try:
        return (_FOLDER / "widget.js").read_text("utf-8"), (_FOLDER / "widget.css").read_text("utf-8")
    except OSError:
        raise UsageError(_MISSING) from None
