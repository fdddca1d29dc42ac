"""Real kernels, and what they publish for a cell."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.manager import KernelManager

_PATIENCE = 100.0


@dataclass
class Outcome:
    """What a cell published, as a notebook would hold it; ``displays`` have the time at which they arrived."""

    stdout: str = ""
    stderr: str = ""
    value: str = ""
    error: dict[str, Any] = field(default_factory=dict)
    displays: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    ended: float = 0.0

    @property
    def traceback(self) -> str:
        return "\n".join(self.error.get("traceback", ()))

    @property
    def shown(self) -> str:
        """The plain text of the last display."""
        return str(self.displays[-1][2]["data"]["text/plain"])


class Kernel:
    """One IPython kernel with the extension loaded."""

    def __init__(self, *arguments: str) -> None:
        self._sockets = tempfile.mkdtemp(prefix="cbk-")  # ports might be taken meanwhile by another
        connection = os.path.join(self._sockets, "kernel.json")
        self.manager = KernelManager(kernel_name="python3", transport="ipc", connection_file=connection)
        self.manager.start_kernel(extra_arguments=list(arguments))
        self.client: Any = self.manager.client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=_PATIENCE)
            assert not self.run("%config InteractiveShell.colors='NoColor'\n%load_ext cellburst").error
        except BaseException:
            self.close()
            raise

    def run(self, code: str) -> Outcome:
        """Execute a cell and wait for its end."""
        return self.finish(self.start(code))

    def start(self, code: str) -> str:
        """Execute a cell; the id to give to ``finish``."""
        asked: str = self.client.execute(code)
        return asked

    def finish(self, asked: str) -> Outcome:
        """Wait for the end of a cell."""
        found = Outcome()
        while not found.ended:
            self._take(found, asked)
        return found

    def until_shown(self, asked: str, text: str) -> Outcome:
        """Wait until a display of a cell has ``text``."""
        found = Outcome()
        deadline = time.monotonic() + _PATIENCE
        while not (found.displays and text in found.shown):
            assert time.monotonic() < deadline, f"{text!r} was never shown; the last: {found.shown!r}"
            assert not found.ended, found
            self._take(found, asked)
        return found

    def _take(self, found: Outcome, asked: str) -> None:
        message = self.client.get_iopub_msg(timeout=_PATIENCE)
        if message["parent_header"].get("msg_id") != asked:
            return
        kind, content = message["msg_type"], message["content"]
        if kind != "status":
            found.kinds.append(kind)
        if kind == "stream":
            setattr(found, content["name"], getattr(found, content["name"]) + content["text"])
        elif kind == "error":
            found.error = content
        elif kind == "execute_result":
            found.value = content["data"]["text/plain"]
        elif kind.endswith("display_data"):
            found.displays.append((time.monotonic(), kind, content))
        elif kind == "status" and content["execution_state"] == "idle":
            found.ended = time.monotonic()

    def interrupt(self) -> None:
        """What the stop button does."""
        self.manager.interrupt_kernel()

    def kill(self) -> None:
        """SIGKILL, out of the blue; ``close`` would interrupt it first."""
        provisioner: Any = self.manager.provisioner
        os.kill(provisioner.process.pid, signal.SIGKILL)
        provisioner.process.wait()

    def close(self) -> None:
        """End it at once."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        shutil.rmtree(self._sockets, ignore_errors=True)
