"""A real JupyterLab of a test's own: free port, token, empty folders, ended with everything that it started."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.processes import end_processes

START = 60.0
SERVER = "import sys; sys.modules['rfc3987_syntax'] = None; from jupyterlab.labapp import main; sys.exit(main())"
"""``-m jupyterlab`` without what jsonschema can do without: importing that takes most of the time until it answers."""
API = "cellburst/api/v1/"
_FOREIGN = ("CELLBURST_", "JUPYTER", "IPYTHON", "XDG_")


@dataclass
class Lab:
    """Where a JupyterLab is, and the folders that it and every Python of the test share."""

    home: Path
    base: str = "/"
    options: tuple[str, ...] = ()
    python_path: Path = Path(sys.executable)
    folder: Path | None = None
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def root(self) -> Path:
        """What the file browser shows; notebooks are put there."""
        return self.folder or self.home / "notebooks"

    @property
    def log(self) -> Path:
        return self.home / "lab.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.base}"

    def page_url(self, path: str = "lab") -> str:
        """The address that a person is given, with the token in it."""
        return f"{self.url}{path}?token={self.token}"

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the user's: no settings, no runs, no configuration."""
        ours = {
            "HOME": str(self.home),
            "CELLBURST_DATA_DIR": str(self.home / "data"),
            "CELLBURST_RUNTIME_DIR": str(self.home / "run"),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "share"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "jupyter"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.home / "workspaces"),
            "JUPYTER_TOKEN": self.token,
            "IPYTHONDIR": str(self.home / "ipython"),
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        return kept | ours

    def start(self) -> None:
        """Start, or start again on the same port; returns when it answers."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.configure(
            "@jupyterlab/apputils-extension", "notification", {"fetchNews": "false", "checkForUpdates": False}
        )
        self.port = self.port or free_port()
        command = [
            str(self.python_path),
            "-c",
            SERVER,
            "--no-browser",
            "--allow-root",
            "--ServerApp.ip=127.0.0.1",
        ]
        command += [f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0", f"--ServerApp.base_url={self.base}"]
        command += [f"--ServerApp.root_dir={self.root}", "--LabApp.expose_app_in_browser=True"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *self.options], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-4000:]}")

    def configure(self, extension: str, plugin: str, settings: dict[str, object]) -> None:
        """Keep settings as JupyterLab's settings editor would."""
        path = self.home / "settings" / extension / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))

    def stop(self) -> None:
        """End the server and its kernels; controllers and workers go on."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(15)
        self.process = None

    def kill(self) -> None:
        """End the server, when nobody looks any more at what it would tidy up in seconds."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(15)
            self.process = None

    def python(self, code: str, *arguments: str, timeout: float = 120) -> str:
        """What a script that a user starts in a terminal prints."""
        command = [str(self.python_path), "-c", code, *arguments]
        done = subprocess.run(
            command, env=self.environment, cwd=self.root, capture_output=True, text=True, timeout=timeout, check=False
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def background(self, code: str, *arguments: str) -> Iterator[None]:
        """The same, while something else is done; the script is ended afterwards if it has not ended."""
        command = [str(self.python_path), "-c", code, *arguments]
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, env=self.environment, cwd=self.root, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.kill()
            process.wait(15)

    def ask(self, path: str) -> Any:
        """The JSON of an answer of our interface, as another client than the page gets it."""
        return json.loads(self._fetch(f"{self.url}{API}{path}"))

    def await_kernels(self, state: str, seconds: float = 60.0) -> None:
        """Wait until the server knows every kernel to be in a state. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while {one["execution_state"] for one in json.loads(self._fetch(f"{self.url}api/kernels"))} != {state}:
            if time.monotonic() > end:
                raise TimeoutError(f"a kernel is not {state} after {seconds:g} s")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            self._fetch(f"{self.url}api/status", timeout=1)
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
            return False
        return True

    def _fetch(self, url: str, timeout: float = 30) -> bytes:
        request = urllib.request.Request(url, headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            body: bytes = answer.read()
        return body


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


@contextmanager
def serving(base: str = "/", options: Sequence[str] = ()) -> Iterator[Lab]:
    """A running JupyterLab in empty folders with short names (a socket's name holds 100 bytes)."""
    home = Path(tempfile.mkdtemp(prefix="cb-"))
    lab = Lab(home, base, tuple(options))
    try:
        lab.start()
        yield lab
    finally:
        lab.kill()
        end_processes(home)
        shutil.rmtree(home, ignore_errors=True)
