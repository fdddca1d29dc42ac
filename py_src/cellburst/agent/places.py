"""Where things are on a machine of a run, and with which settings its pool runs."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

from cellburst.model.agent import AgentConfig
from cellburst.paths import Folders
from cellburst.settings import Settings

_GRACE = 300.0  # seconds that a pool keeps outcomes for the next agent
_SOCKET_LIMIT = 100  # bytes of a socket's name


def folders_of(config: AgentConfig) -> Folders:
    """All below ``config.data``, but for a socket whose name would be too long there."""
    data, env = Path(config.data), config.prefix.partition("/")[0]
    runtime = data / "run"
    if len(os.fsencode(runtime / f"{env}.pool.sock")) > _SOCKET_LIMIT:
        name = hashlib.sha256(os.fsencode(runtime)).hexdigest()[:12]
        runtime = Path("/tmp", f"cellburst-{os.getuid()}-{name}")
    return Folders(data, runtime, env)


def settings_of(config: AgentConfig, workers: int) -> Settings:
    """Those of the machine's environment, for a pool of so many workers in these folders."""
    folders = folders_of(config)
    loaded = Settings.load()
    return replace(
        loaded,
        data_dir=str(folders.data),
        runtime_dir=str(folders.runtime),
        workers=workers,
        pool_grace=max(loaded.pool_grace, _GRACE),
    )
