"""Python processes of their own, for what changes the process it runs in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BEGIN = """
import pickle, sys
from cellburst.library_state import registry
def get(name):
    return registry.find(name).get()
def put(name, value):
    registry.find(name).set(value)
def sent(name):
    return pickle.loads(pickle.dumps(get(name)))
"""


def run(code: str, folder: Path | None = None, **environment: str) -> str:
    """Execute; what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + code],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
