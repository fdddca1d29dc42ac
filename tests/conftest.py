"""Every test has folders of its own, and leaves no process behind."""

from __future__ import annotations

import faulthandler
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from cellburst.paths import Folders
from cellburst.settings import Settings
from tests.cloud import cloud, fake_cloud  # noqa: F401
from tests.processes import end_processes, kept_signals

_OURS = ("CELLBURST_", "JUPYTER_", "AWS_")
_SLOW = 180.0  # seconds


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--real-aws", action="store_true", help="make tests/aws against AWS itself, too; it says its price"
    )


def pytest_configure() -> None:
    faulthandler.enable()
    hypothesis.settings.register_profile("busy machine", deadline=None)
    hypothesis.settings.load_profile("busy machine")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what it runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A limit is there to end what hangs: tests that start many processes have more time, on a busy machine, too.

    Where tests are shared out, what may take longest begins first: otherwise one process has it left in the end.
    """
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(_SLOW))
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_limit, reverse=True)


def _limit(item: pytest.Item) -> float:
    """Seconds, as far as a test has a limit of its own."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Of ``-n auto``: two more than there are cores, because many tests wait for machines and processes."""
    from cellburst.pool.capacity import usable_cores

    return usable_cores() + 2


@pytest.fixture(autouse=True)
def modules_of_tests() -> Iterator[None]:
    """No test makes this process forget them, or have others of the same names."""
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "tests"}
    yield
    lost = [name for name, module in before.items() if sys.modules.get(name) is not module]
    sys.modules.update(before)
    assert not lost, f"it makes this process forget {', '.join(lost)}"


@pytest.fixture(autouse=True)
def signals_of_tests() -> Iterator[None]:
    """No test leaves its handlers behind: an interrupt would not reach a later one."""
    with kept_signals() as left:
        yield
    assert not left, f"it leaves its own {', '.join(left)}"


@pytest.fixture(autouse=True)
def folders(
    modules_of_tests: None, signals_of_tests: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Folders]:
    """Empty data and runtime folders with short names (a socket's name holds 100 bytes), and no cloud of its own."""
    ours = _OURS[:2] if request.config.getoption("--real-aws") else _OURS
    for name in [name for name in os.environ if name.startswith(ours)]:
        monkeypatch.delenv(name)
    home = Path(tempfile.mkdtemp(prefix="cb-"))
    monkeypatch.setenv("CELLBURST_DATA_DIR", str(home / "data"))
    monkeypatch.setenv("CELLBURST_RUNTIME_DIR", str(home / "run"))
    monkeypatch.setenv("CELLBURST_TARGETS", str(home / "targets.toml"))
    found = Folders.of(Settings.load())
    yield found
    client = sys.modules.get("cellburst.client.connecting.discover")
    if client is not None:
        client.disconnect()
    if found.runtime.exists():
        end_processes(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def settings() -> Settings:
    """Small, quick settings in this test's folders."""
    return Settings.load()
