"""A store like a busy year's: 1,000 runs, and one of 100,000 tasks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from lab_server import Lab

ROOT = Path(__file__).parents[1]
FILL = """
from benchmarks.server import BIG, fill
from cellburst.paths import Folders
from cellburst.settings import Settings
fill(Folders.of(Settings.load()))
print(BIG)
"""


def filled(lab: Lab) -> str:
    """Fill the store; the id of the run of 100,000 tasks."""
    environment = lab.environment | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", FILL], env=environment, stdout=-1, text=True, timeout=200, check=True)
    return done.stdout.strip()


def keep_measure(name: str, value: object) -> None:
    """For whoever looks: build/measures.json."""
    path = ROOT / "build" / "measures.json"
    path.parent.mkdir(exist_ok=True)
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(known | {name: value}, indent=1) + "\n")
