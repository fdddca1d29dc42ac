"""Where things are on disk: the one place that names files."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from cellburst.settings import Settings

_SOCKET_LIMIT = 100  # sun_path holds 108 bytes on Linux, 104 on macOS, with the closing zero


@dataclass(frozen=True)
class Folders:
    """The folders and files of one user and Python environment."""

    data: Path
    runtime: Path
    env: str

    @classmethod
    def of(cls, settings: Settings) -> Folders:
        """The folders of this interpreter; creates nothing."""
        data = Path(settings.data_dir or _jupyter_data() / "cellburst")
        runtime = Path(settings.runtime_dir or _jupyter_runtime() / "cellburst")
        env = environment_id()
        if len(os.fsencode(runtime / f"{env}.pool.sock")) > _SOCKET_LIMIT:
            import hashlib
            import tempfile

            name = hashlib.sha256(os.fsencode(runtime)).hexdigest()[:12]
            # not TMPDIR's, if it can be helped: a notebook and a terminal may have different ones
            short = "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir()
            runtime = Path(short, f"cellburst-{os.getuid()}-{name}")
        return cls(data, runtime, env)

    @property
    def store(self) -> Path:
        return self.data / "stores" / f"{self.env}.db"

    @property
    def stores(self) -> Path:
        return self.data / "stores"

    @property
    def blobs(self) -> Path:
        return self.data / "blobs"

    @property
    def outputs(self) -> Path:
        return self.data / "outputs" / self.env

    @property
    def files(self) -> Path:
        return self.data / "files" / self.env

    @property
    def spool(self) -> Path:
        return self.data / "spool" / self.env

    @property
    def targets(self) -> Path:
        """The file of targets, which may not be there."""
        given = Settings.load().targets
        return Path(given).expanduser() if given else _jupyter_config() / "cellburst" / "targets.toml"

    @property
    def prices(self) -> Path:
        return self.data / "prices"

    @property
    def controller_file(self) -> Path:
        return self.runtime / f"{self.env}.json"

    @property
    def controller_socket(self) -> Path:
        return self.runtime / f"{self.env}.sock"

    @property
    def lock(self) -> Path:
        return self.runtime / f"{self.env}.lock"

    @property
    def log(self) -> Path:
        return self.runtime / f"{self.env}.log"

    @property
    def pool_file(self) -> Path:
        return self.runtime / f"{self.env}.pool.json"

    @property
    def pool_socket(self) -> Path:
        return self.runtime / f"{self.env}.pool.sock"

    @property
    def pool_lock(self) -> Path:
        return self.runtime / f"{self.env}.pool.lock"

    def create(self) -> None:
        """Make the folders, for this user only.

        Raises PermissionError when one of them belongs to somebody else.
        """
        for folder in (self.data, self.runtime, self.stores, self.blobs, self.outputs, self.spool):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.data, self.runtime):
            facts = folder.stat()
            if facts.st_uid != os.getuid():
                raise PermissionError(
                    f"{folder} belongs to another user; set CELLBURST_DATA_DIR and CELLBURST_RUNTIME_DIR"
                )
            if facts.st_mode & 0o077:
                folder.chmod(0o700)


def environment_id() -> str:
    """Twelve hexadecimal digits for this Python environment."""
    import hashlib  # a pool and a controller are told the id and need not load it to start

    identity = f"{os.path.realpath(sys.prefix)}\0{sys.version}\0{sys.implementation.cache_tag}"
    return hashlib.sha256(identity.encode()).hexdigest()[:12]


def _jupyter_data() -> Path:
    from jupyter_core.paths import jupyter_data_dir  # costs tens of milliseconds, often not needed

    return Path(jupyter_data_dir())


def _jupyter_runtime() -> Path:
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir())


def _jupyter_config() -> Path:
    from jupyter_core.paths import jupyter_config_dir

    return Path(jupyter_config_dir())
