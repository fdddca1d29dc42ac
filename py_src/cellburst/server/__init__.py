"""The Jupyter server extension: the user's runs over REST, for the panel.

It reads the run stores and passes commands on to the controllers. It imports no user code and opens no pickle.
"""

from __future__ import annotations

from typing import Any

from cellburst._version import __version__ as __version__


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """What `jupyter server` asks for."""
    return [{"module": "cellburst.server"}]


def _load_jupyter_server_extension(server_app: Any) -> None:
    """Add the interface to a server that starts."""
    from cellburst.server.extension import load

    load(server_app)
