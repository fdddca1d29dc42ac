"""Without the extra the package can be imported, and says what to install when it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cellburst.errors import UsageError
from cellburst.testing.fakecloud import FakeCloud, FakeCloudError, started


def test_importing_it_loads_neither_moto_nor_boto3() -> None:
    code = "import sys, cellburst.testing.fakecloud; print({'moto', 'boto3', 'botocore', 'cheroot'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True)
    assert done.stdout.strip() == "set()"


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(started, "_NEEDED", ("cheroot", "no_such_module"))
    with pytest.raises(UsageError, match=r'no_such_module.*pip install "cellburst\[fakecloud\]"'):
        FakeCloud().start()


def test_what_was_not_started_says_so() -> None:
    with pytest.raises(FakeCloudError, match="with FakeCloud"):
        FakeCloud().environment()
