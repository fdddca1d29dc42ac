"""The fake cloud's S3 answers as a second implementation of S3 does (localstack-core 4.5.0), where that is installed.

``CELLBURST_LOCALSTACK`` names the Python of an environment made with
``uv pip install --exclude-newer 2025-07-01 'localstack-core[runtime]==4.5.0'`` (300 MB); without it there is no test.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cellburst.aws.session import Session
from cellburst.testing.fakecloud import FakeCloud
from tests.aws.second_opinion import answers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
_PYTHON = os.environ.get("CELLBURST_LOCALSTACK", "")
_ALONE = ["unshare", *(["-r"] if os.geteuid() else []), "-n", "-m", "-p", "--fork", "--kill-child", "--mount-proc"]
_ROOT = Path(__file__).parents[2]


@pytest.fixture
def second() -> dict[str, object]:
    """What localstack answers, in a network of its own."""
    if not _PYTHON:
        pytest.skip("CELLBURST_LOCALSTACK names no Python with localstack")
    if not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip("needs unshare and ip")
    if subprocess.run([*_ALONE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("namespaces are not permitted here")
    inside = f"ip link set lo up && exec {sys.executable} -m tests.aws.second_opinion {_PYTHON}"
    keys = {"AWS_ACCESS_KEY_ID": "not-a-key", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
    path = os.pathsep.join([str(_ROOT), *sys.path])
    found = subprocess.run(
        [*_ALONE, "sh", "-c", inside],
        cwd=_ROOT,
        env={**os.environ, **keys, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    told: dict[str, object] = json.loads(found.stdout.splitlines()[-1])
    return told


def test_what_we_build_on(cloud: FakeCloud) -> None:
    found = answers(Session(region="us-east-1", endpoint=cloud.endpoint))
    assert found["create"] == ""
    assert found["create what is there"] == found["in parts, what is there"] == "PreconditionFailed"
    assert found["read it"] == "first"
    assert found["eight at once"] == [1, 0]
    assert found["in order, by pages"] == sorted(found["in order, by pages"], key=str.encode)
    assert found["its end"] == "end"


def test_two_implementations_answer_alike(cloud: FakeCloud, second: dict[str, object]) -> None:
    ours = answers(Session(region="us-east-1", endpoint=cloud.endpoint))
    assert ours == second
