"""A kernel of the harness: runs cells, collects what they publish, and is asked for a description after each."""

from __future__ import annotations

import json
import re
import sys
import time
import uuid
from collections.abc import Iterable
from queue import Empty
from typing import Any

from jupyter_client.manager import KernelManager

from tests.fidelity.messages import Mailbox
from tests.fidelity.record import Record
from tests.fidelity.work import since, work
from tests.fidelity.workshop import Workshop

_PATIENCE = 60.0
# Below cellburst, whose modules are nobody's own: else each cell would send it along and pay for that.
_NAME = "cellburst._fidelity_probe"
_MODULE = f"__import__('sys').modules[{_NAME!r}]"

_SETUP = """
def _load():
    import importlib.util, sys
    spec = importlib.util.spec_from_file_location({name!r}, {path!r})
    sys.modules[{name!r}] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.listen()
_load()
del _load
"""


class KernelDied(Exception):
    """The kernel ended while it ran a cell, or did not end the cell in time."""


class Kernel:
    """One IPython kernel in the workshop; ``extension`` loads cellburst into it. Raises KernelDied."""

    def __init__(self, workshop: Workshop, *, extension: bool, patience: float = _PATIENCE) -> None:
        self._workshop = workshop
        self._patience = patience
        self._description = workshop.home / "description.json"
        self.manager = KernelManager(kernel_name="python3")
        name = workshop.home / "jupyter" / uuid.uuid4().hex[:8]
        self.manager.connection_file = f"{name}.json"
        self.manager.transport, self.manager.ip = "ipc", str(name)  # ports might be taken meanwhile by another
        spec: Any = self.manager.kernel_spec
        spec.argv = [
            sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}",
            "--InteractiveShell.colors=NoColor", "--HistoryManager.hist_file=:memory:",
        ]  # fmt: skip
        self._log = open(workshop.home / "kernels.log", "ab")  # noqa: SIM115 - for the kernel's life
        self.manager.start_kernel(
            cwd=str(workshop.work), env=workshop.environment(), stdout=self._log, stderr=self._log
        )
        self.client: Any = self.manager.client()
        self.client.start_channels()
        self.mailbox = Mailbox()
        try:
            self.client.wait_for_ready(timeout=_PATIENCE)
            self._quietly(_SETUP.format(name=_NAME, path=str(workshop.probe / "__init__.py")))
            if extension:
                self._quietly("get_ipython().run_line_magic('load_ext', 'cellburst')")
        except RuntimeError as error:
            self.close()
            raise KernelDied(f"the kernel did not start: {error}") from error
        except BaseException:
            self.close()
            raise

    def run(self, record: Record) -> None:
        """Execute a record's cell as a user would. Raises KernelDied."""
        before = work(self._workshop.home)
        started = time.perf_counter()
        asked = self.client.execute(record.source, allow_stdin=False, stop_on_error=False)
        record.outputs = self.mailbox.outputs(asked)
        record.reply = self._finish(asked)
        record.seconds = time.perf_counter() - started
        record.work = since(before, self._workshop.home)
        record.files = self._workshop.files()

    def describe(self, record: Record) -> None:
        """Ask the kernel for its names and states. Raises KernelDied when it does not answer."""
        self._description.unlink(missing_ok=True)
        problem = self._ask(f"{_MODULE}.describe({str(self._description)!r})")
        if not self._description.exists():
            raise KernelDied(f"the kernel could not be described: {problem}")
        found = json.loads(self._description.read_text("ascii"))
        record.names, record.states = found["names"], found["states"]
        record.sizes, record.garbage = found["sizes"], found["garbage"]

    def copy_seconds(self, names: Iterable[str]) -> float:
        """How long copying these variables to another process would take."""
        said = self._ask(f"{_MODULE}.copy_seconds({sorted(names)!r}, {str(self._workshop.copies)!r})")
        found = re.search(r"'text/plain': '([\d.e+-]+)'", said)
        return float(found.group(1)) if found else 0.0

    def forget(self) -> None:
        """Take back the count of the last cell."""
        self._ask(f"{_MODULE}.forget_last_input()")

    def collect_garbage(self) -> None:
        """Have the kernel look for garbage now."""
        self._ask("__import__('gc').collect()")

    def keep_garbage(self) -> None:
        """Have the kernel look for garbage no more."""
        self._ask("__import__('gc').disable()")

    def settle(self, seconds: float = 0.0) -> None:
        """Take in what is still published, for so long after the last message."""
        while self._take(seconds or 0.001):
            continue

    def _quietly(self, code: str) -> None:
        asked = self.client.execute(code, silent=True, store_history=False, allow_stdin=False)
        reply = self._finish(asked)
        assert reply.get("status") == "ok", reply

    def _ask(self, expression: str) -> str:
        """Let the kernel evaluate an expression without running a cell; what it says of it."""
        asked = self.client.execute(
            "", silent=True, store_history=False, allow_stdin=False, user_expressions={"_": expression}
        )
        return str(self._finish(asked).get("user_expressions", {}).get("_", ""))

    def _finish(self, asked: str) -> dict[str, Any]:
        """Wait until a request has been answered and everything it published is in."""
        deadline = time.monotonic() + self._patience
        interrupted = False
        while not self.mailbox.idle(asked):
            if not self._take(0.5) and not self.manager.is_alive():
                raise KernelDied("the kernel has died")
            if time.monotonic() > deadline:
                if interrupted:
                    raise KernelDied(f"the cell did not end within {self._patience:g} s, nor when it was interrupted")
                interrupted = True
                deadline += 15.0
                self.manager.interrupt_kernel()
        while True:
            reply = self.client.get_shell_msg(timeout=_PATIENCE)
            if reply["parent_header"].get("msg_id") == asked:
                return dict(reply["content"])

    def _take(self, timeout: float) -> bool:
        try:
            self.mailbox.put(self.client.get_iopub_msg(timeout=timeout))
        except Empty:
            return False
        return True

    def close(self) -> None:
        """End it at once."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()
        self._log.close()
