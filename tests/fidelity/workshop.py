"""The folders and the environment in which kernels are run, and the end of everything that was started."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import cellburst
from tests.processes import end_processes

_FOREIGN = ("CELLBURST_", "JUPYTER_", "JPY_", "PYTEST_", "IPYTHON", "MPL", "COV_", "PYTHON")
_FROZEN = "frozen"
_MOST_FILES = 500


class Workshop:
    """A home of its own; ``work`` is the working directory of every kernel, emptied before each, and ``copies`` is for
    what only its copying is timed of."""

    def __init__(self, *, workers: int = 2, shared: Path | None = None) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="cbf-"))
        self.work = self.home / "work"
        self.copies = self.home / "copies"
        self._shared = shared or self.home / "shared"
        self._workers = workers
        for folder in (self.work, self.copies, self._shared / "mpl", self.home / "user", self.home / "jupyter"):
            folder.mkdir(parents=True, exist_ok=True)

    def environment(self) -> dict[str, str]:
        """The same for every kernel, so that what it holds can be compared."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        return {
            **kept,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
            "HOME": str(self.home / "user"),
            "IPYTHONDIR": str(self.home / "user" / "ipython"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "jupyter"),
            "MPLCONFIGDIR": str(self._shared / "mpl"),
            "PYTHONHASHSEED": "0",
            "CELLBURST_DATA_DIR": str(self.home / "data"),
            "CELLBURST_RUNTIME_DIR": str(self.home / "run"),
            "CELLBURST_WORKERS": str(self._workers),
            "CELLBURST_IDLE_EXIT": "120",
            "FIDELITY_WORK": str(self.work),
            **({"PYTHONPATH": str(self._shared / _FROZEN)} if (self._shared / _FROZEN).exists() else {}),
        }

    @property
    def probe(self) -> Path:
        """The probe's package."""
        frozen = self._shared / _FROZEN / "probe"
        return frozen if frozen.exists() else Path(__file__).parent / "probe"

    def end_controller(self) -> None:
        """End the controller and all that it started; the next kernel starts another."""
        end_processes(self.home)
        for folder in ("data", "run"):
            shutil.rmtree(self.home / folder, ignore_errors=True)

    def empty(self) -> None:
        """Clear the working directory; the folder itself stays the same."""
        for entry in self.work.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink()

    def forget_copies(self) -> None:
        """Remove what only its copying was timed of."""
        for entry in self.copies.iterdir():
            entry.unlink()

    def files(self) -> dict[str, str]:
        """Size and digest of each file in the working directory, without what Python keeps for itself."""
        found: dict[str, str] = {}
        for path in sorted(self.work.rglob("*")):
            name = str(path.relative_to(self.work))
            if "__pycache__" in name or ".ipynb_checkpoints" in name or not path.is_file():
                continue
            try:
                data = path.read_bytes()
            except OSError as error:
                found[name] = type(error).__name__
                continue
            found[name] = f"{len(data)} bytes, {hashlib.sha1(data, usedforsecurity=False).hexdigest()[:16]}"
            if len(found) >= _MOST_FILES:
                break
        return found

    def close(self) -> None:
        """End every process that was started for this home, and remove it."""
        end_processes(self.home)
        shutil.rmtree(self.home, ignore_errors=True)


def freeze_code(shared: Path) -> None:
    """Copy cellburst and the probe, so that edits made meanwhile are not seen."""
    ignored = shutil.ignore_patterns("__pycache__")
    for source in (Path(cellburst.__file__).parent, Path(__file__).parent / "probe"):
        shutil.copytree(source, shared / _FROZEN / source.name, ignore=ignored)
