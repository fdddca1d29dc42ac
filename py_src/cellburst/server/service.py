"""What every operation works with; one for each Jupyter server."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from cellburst.paths import Folders
from cellburst.server.commanding import Commanding
from cellburst.server.controllers import Controllers
from cellburst.server.events import Events
from cellburst.server.standings import Standings
from cellburst.server.stores import Stores
from cellburst.server.watcher import Watcher
from cellburst.settings import Settings

SETTING = "cellburst_service"
"""Its name among the settings of the web application."""
_THREADS = 4


class Service:
    """The user's stores, and threads in which they are read: the server's own loop never waits for a disk."""

    def __init__(self, folders: Folders, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self.folders = folders
        self.settings = settings
        self.clock = clock
        self.stores = Stores(folders)
        self.controllers = Controllers()
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="cellburst")
        self.commanding = Commanding(folders, settings)
        self.events = Events()
        self.watcher = Watcher(Standings(folders), self.events.send)

    def close(self) -> None:
        """Wait for what is being read or asked, and close the stores."""
        self.watcher.close()
        self.commanding.close()
        self.threads.shutdown(wait=True, cancel_futures=True)
        self.stores.close()
