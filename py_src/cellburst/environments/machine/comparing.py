"""An image that has its packages already: whether they are those of the sender."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

from .telling import Teller, Trouble

_PLACES = ("/opt/cellburst/venv/bin/python", "/opt/venv/bin/python", "/opt/conda/bin/python")
_NAMED = 5  # differences that are told by name
_ASK = """
import json, re, sys
from importlib.metadata import distributions
found = {}
for item in distributions():
    name = item.metadata["Name"]
    if name:
        found.setdefault(re.sub("[-_.]+", "-", name).lower(), item.version)
print(json.dumps({"python": "%d.%d" % sys.version_info[:2], "packages": found}))
"""


def compared(recipe: dict[str, Any], teller: Teller) -> str:
    """The image's Python of the sender's version. What differs is told. Raises Trouble if there is no such Python."""
    wanted = str(recipe["python"]).rstrip("t")
    named = [recipe["executable"], *_PLACES, shutil.which(f"python{wanted}") or "", shutil.which("python3") or ""]
    seen = []
    for python in dict.fromkeys(str(name) for name in named if name):
        said = _asked(python)
        if said is None:
            continue
        if said["python"] == wanted:
            _check(recipe, said["packages"], python)
            _tell(recipe, said["packages"], teller)
            return python
        seen.append(f"{said['python']} ({python})")
    raise Trouble(
        f"the image has no Python {wanted}, which the notebook has"
        + (f", but {', '.join(seen)}" if seen else "")
        + "; name another image, or leave image = out of the target to have the environment built"
    )


def _asked(python: str) -> dict[str, Any] | None:
    if not os.access(python, os.X_OK):
        return None
    try:
        done = subprocess.run([python, "-c", _ASK], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
        said: dict[str, Any] = json.loads(done.stdout)
        return said
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _check(recipe: dict[str, Any], found: dict[str, str], python: str) -> None:
    lacking = [name for name in recipe["needs"] if name not in found]
    if lacking:
        raise Trouble(
            f"the image lacks {', '.join(lacking)}, which cellburst needs there: {python} -m pip install "
            f"'cellburst[aws]=={recipe['cellburst']['version']}' when you make the image"
        )


def _tell(recipe: dict[str, Any], found: dict[str, str], teller: Teller) -> None:
    wanted: dict[str, str] = dict(recipe["packages"])
    wanted.update({item["name"]: item["version"] for item in recipe["archives"]})
    others = [
        f"{name} {found.get(name, 'is missing')} (the notebook has {version})"
        for name, version in sorted(wanted.items())
        if found.get(name) != version
    ]
    if others:
        more = f", and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        teller.say(f"the image differs: {'; '.join(others[:_NAMED])}{more}")
