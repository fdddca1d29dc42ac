"""An environment, built from nothing: a Python, and the packages in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import Any

from . import requirements
from .telling import Teller, Trouble

DONE = "environment.json"
"""Written last: what is in the folder, which is whole."""


def build(recipe: dict[str, Any], uv: str, folder: str, archives: list[str], teller: Teller) -> None:
    """Make ``folder`` the environment of ``recipe``; ``archives`` are unpacked packages. Raises Trouble."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    cache = os.path.join(os.path.dirname(folder), "cache")
    run = _Uv(uv, cache)
    count = len(recipe["packages"]) + len(archives)
    teller.say(f"getting Python {recipe['python']} (first time for this environment)")
    python, own = _python(recipe, run, folder)
    venv = os.path.join(folder, "venv")
    run("venv", "--relocatable", "--no-project", "--python", python, venv, what="the environment cannot be made")
    teller.say(f"installing {count} {'package' if count == 1 else 'packages'} (first time for this environment)")
    _install(recipe, run, os.path.join(venv, "bin", "python"), folder)
    _add(archives, site_packages(venv))
    shutil.rmtree(cache, ignore_errors=True)
    if own:
        _link_near(folder, python)
    with open(os.path.join(folder, DONE), "w") as file:
        json.dump({"build": recipe["build"], "python": os.path.relpath(python, folder) if own else python}, file)


def site_packages(venv: str) -> str:
    """Where the packages of a virtual environment are. Raises Trouble if it is none."""
    library = os.path.join(venv, "lib")
    found = (
        [os.path.join(library, name, "site-packages") for name in os.listdir(library)] if os.path.isdir(library) else []
    )
    if not found:
        raise Trouble(f"{venv} is no virtual environment")
    return found[0]


def settle(folder: str) -> str:
    """Make an environment work where it is now, and tell its Python. Raises Trouble if it does not work.

    A virtual environment knows its Python by an absolute path, which is another one after unpacking elsewhere.
    """
    python = os.path.join(folder, "venv", "bin", "python")
    try:
        with open(os.path.join(folder, DONE)) as file:
            said = json.load(file)
        _point(os.path.join(folder, "venv", "pyvenv.cfg"), os.path.normpath(os.path.join(folder, said["python"])))
        tried = subprocess.run([python, "-c", "import ssl, ctypes"], stderr=subprocess.PIPE, check=False)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Trouble(f"the environment is not whole: {error}") from None
    if tried.returncode:
        raise Trouble(f"its Python does not start here: {tried.stderr.decode(errors='replace')[-200:].strip()}")
    return python


def _point(config: str, base: str) -> None:
    """Say in a virtual environment's own file where its Python is."""
    with open(config) as file:
        lines = [line for line in file.read().splitlines() if not line.startswith("home")]
    with open(config, "w") as file:
        file.write("\n".join([f"home = {os.path.dirname(base)}", *lines]) + "\n")


class _Uv:
    """uv as a function of its arguments."""

    def __init__(self, program: str, cache: str) -> None:
        self._program = program
        self._environment = dict(os.environ, UV_CACHE_DIR=cache, UV_NO_PROGRESS="1", UV_NO_CONFIG="1")

    def __call__(self, *arguments: str, what: str, timeout: float | None = None) -> str:
        """Its standard output. Raises Trouble, which begins with ``what`` and ends with what uv said."""
        command = [self._program, *arguments]
        try:
            done = subprocess.run(
                command,
                env=self._environment,
                capture_output=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Trouble(f"{what}: uv took longer than {timeout:.0f} s") from None
        said = done.stderr.decode(errors="replace").strip()
        if done.returncode:
            print(said, file=sys.stderr, flush=True)
            raise Trouble(f"{what}: {_brief(said)}")
        return done.stdout.decode().strip()


def _python(recipe: dict[str, Any], run: _Uv, folder: str) -> tuple[str, bool]:
    """A Python of the version, and whether it is in ``folder``: one that can be moved, or else the image's own."""
    place = os.path.join(folder, "python")
    mirror = ["--mirror", recipe["python_mirror"]] if recipe["python_mirror"] else []
    what = f"Python {recipe['python']} cannot be fetched"
    try:
        run("python", "install", recipe["python"], "--install-dir", place, "--no-bin", *mirror, what=what, timeout=300)
        found = [_program(os.path.join(place, name), recipe["python"]) for name in sorted(os.listdir(place))]
        return next(filter(None, found)), True
    except Trouble as trouble:
        shutil.rmtree(place, ignore_errors=True)
        system = _system(recipe["python"])
        if not system:
            raise Trouble(
                f"{trouble}; this image has no python{recipe['python']} either: let the machines reach the internet, "
                "or name an image that has it (image = in the target)"
            ) from None
        return system, False


def _system(version: str) -> str:
    """The image's own Python of that version, by the path that it has itself; "" if there is none."""
    found = shutil.which(f"python{version}")
    if found is None:
        return ""
    asked = subprocess.run(
        [found, "-c", "import sys; print(sys._base_executable)"], stdout=subprocess.PIPE, check=False
    )
    return os.path.realpath(asked.stdout.decode().strip()) if asked.returncode == 0 else ""


def _program(folder: str, version: str) -> str:
    """The Python in a folder of uv's; "" for a link that only names another folder."""
    program = os.path.join(folder, "bin", f"python{version}")
    return program if os.path.exists(program) and not os.path.islink(folder) else ""


def _install(recipe: dict[str, Any], run: _Uv, python: str, folder: str) -> None:
    if not recipe["packages"]:
        return
    file = os.path.join(folder, "requirements.txt")
    options = ["--python", python, "--compile-bytecode", "--link-mode", "hardlink", *requirements.sources(recipe)]
    failed: list[Trouble] = []
    for lines, more in requirements.attempts(recipe):
        with open(file, "w") as opened:
            opened.write("\n".join(lines) + "\n")
        try:
            run("pip", "install", "-r", file, *options, *more, what="the packages cannot be installed")
            return
        except Trouble as trouble:
            failed.append(trouble)
    raise failed[0]


def _add(folders: list[str], site: str) -> None:
    """Packages that came as archives."""
    for folder in folders:
        shutil.copytree(folder, site, dirs_exist_ok=True)


def _link_near(folder: str, python: str) -> None:
    """A link that holds wherever the folder is moved to."""
    link = os.path.join(folder, "venv", "bin", "python")
    os.unlink(link)
    os.symlink(os.path.relpath(python, os.path.dirname(link)), link)


def _brief(said: str) -> str:
    """What uv said, without its frames, in one line."""
    lines = [re.sub("^\\W+", "", line) for line in said.splitlines() if line.strip()]
    return " ".join(lines)[-600:] or "uv gave no reason"
