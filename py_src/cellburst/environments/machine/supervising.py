"""The agent: started, started again after a crash, and the machine ended when it is done."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import Any

from .telling import Teller

_STARTS = 3
_TAIL = 2000  # bytes of its last words that are told


def environment(agent: dict[str, Any], python: str, places: list[str]) -> dict[str, str]:
    """What the agent and everything below it finds in its environment."""
    data = agent.get("data") or "/var/lib/cellburst"
    own = {
        "AWS_DEFAULT_REGION": agent["region"],
        "AWS_METADATA_SERVICE_TIMEOUT": "5",  # botocore gives up after one second and one attempt
        "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "10",
        "CELLBURST_DATA_DIR": os.path.join(data, "data"),
        "CELLBURST_RUNTIME_DIR": os.path.join(data, "run"),
        "PATH": os.pathsep.join([os.path.dirname(python), os.environ.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        "HOME": os.environ.get("HOME", "/root"),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
    }
    if places:  # an image's own environment is not written to
        own["PYTHONPATH"] = os.pathsep.join(places)
    if agent.get("endpoint"):
        own["AWS_ENDPOINT_URL"] = agent["endpoint"]
    if agent.get("metadata"):
        own["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = agent["metadata"]
    return dict(os.environ, **own)


def supervise(agent: dict[str, Any], python: str, places: list[str], folder: str, teller: Teller) -> bool:
    """Let the agent run to its end; False if it crashed too often, which is told."""
    config = os.path.join(folder, "agent.json")
    with open(config, "w") as file:
        json.dump(agent, file)
    found = environment(agent, python, places)
    for name in ("CELLBURST_DATA_DIR", "CELLBURST_RUNTIME_DIR"):
        os.makedirs(found[name], mode=0o700, exist_ok=True)
    last = ""
    for start in range(1, _STARTS + 1):
        code, last = _run([python, "-m", "cellburst.agent", config], found, os.path.join(folder, "agent.log"))
        if code == 0:
            return True
        print(f"cellburst: the agent ended with {code}, start {start} of {_STARTS}", flush=True)
        time.sleep(start)
    teller.fail(f"the agent ended {_STARTS} times ({code}): {last}")
    return False


def _run(command: list[str], environment: dict[str, str], log: str) -> tuple[int, str]:
    """Its exit code and the last line that it wrote; everything goes to the console, too."""
    with open(log, "ab") as file:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert process.stdout is not None
        tail = b""
        for line in process.stdout:
            os.write(1, line)
            file.write(line)
            tail = (tail + line)[-_TAIL:]
    lines = tail.decode(errors="replace").strip().splitlines()
    return process.wait(), lines[-1] if lines else "it said nothing"
