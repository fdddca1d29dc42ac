"""A fake cloud for tests: ``cloud`` is empty for each test, with boto3's variables set; one process serves a session.

A test says ``def test_...(cloud: FakeCloud)``; it needs no import (tests/conftest.py has the fixtures).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import pytest

from cellburst.testing.fakecloud import FakeCloud

QUICK = {"CELLBURST_MACHINE_IDLE": "5", "CELLBURST_MACHINE_LEASE": "30"}
"""Of what becomes of machines without work, or without a word, the order matters in tests and not the time."""


@pytest.fixture(scope="session")
def fake_cloud() -> Iterator[FakeCloud]:
    """The session's: whoever uses it directly finds what others left there."""
    if find_spec("moto") is None or find_spec("cheroot") is None:
        pytest.skip('needs pip install "cellburst[fakecloud]"')
    with outliving() as cloud:
        yield cloud


@contextmanager
def outliving() -> Iterator[FakeCloud]:
    """A cloud that knows nothing of the folders of whoever is first: what names these is ended after him."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CELLBURST_")]:
            patch.delenv(name)
        cloud = FakeCloud(seed=1, speed=60).start()
    with cloud:
        yield cloud


@pytest.fixture
def cloud(fake_cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    """Emptied afterwards."""
    use(fake_cloud, monkeypatch)
    yield fake_cloud
    fake_cloud.reset()


def use(cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let boto3 go there, with nothing that it remembers of another one."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {**cloud.environment(), **QUICK}.items():
        monkeypatch.setenv(name, value)
    if "boto3" in sys.modules:
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
