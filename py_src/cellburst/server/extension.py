"""How the interface comes into a Jupyter server, and how it leaves."""

from __future__ import annotations

import atexit

from jupyter_server.serverapp import ServerApp

from cellburst.paths import Folders
from cellburst.server.base import handlers
from cellburst.server.service import SETTING, Service
from cellburst.settings import Settings


def load(server_app: ServerApp) -> None:
    """Add the handlers. Raises ValueError for a setting in the environment that cannot be read."""
    settings = Settings.load()
    service = Service(Folders.of(settings), settings)
    service.events.register(server_app.event_logger)
    web_app = server_app.web_app
    web_app.settings[SETTING] = service
    web_app.add_handlers(".*$", handlers(web_app.settings["base_url"]))  # type: ignore[no-untyped-call]
    atexit.register(service.close)
