"""Environments that are really built with uv from the package index, packed, and unpacked elsewhere."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from msgspec.structs import replace
from packaging.requirements import Requirement

from cellburst.environments import bootstrap, lock
from cellburst.environments.distributions import normalized
from cellburst.model.environment import Environment
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.testing.fakecloud import FakeCloud
from tests.integration.machines import ENV, Store, booted, with_agent

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SMALL = {"numpy", "cloudpickle"}
TELL = """
import json, os, sys, time
import cloudpickle, numpy
config = json.load(open(sys.argv[1]))
with open(os.path.join(config["data"], "told"), "w") as file:
    said = {"python": sys.version_info[:2], "file": numpy.__file__, "sum": int(numpy.arange(5).sum())}
    json.dump({**said, "base": sys.base_prefix, "cached": os.path.exists(numpy.__cached__)}, file)
"""


UV = """#!/bin/sh
# uv that gets Pythons from this machine: python install VERSION --install-dir FOLDER ...
if [ "$1 $2" != "python install" ]; then exec {uv} "$@"; fi
mkdir -p "$5/cpython-$3-here" && cd {prefix} && tar -cf - --exclude site-packages --exclude __pycache__ \\
  --exclude test --exclude 'config-*' bin/python$3 lib/python$3 | tar -xf - -C "$5/cpython-$3-here"
"""
USE = """
import cellburst, numpy, os, sys
print("prefix", sys.prefix, os.path.realpath(sys.executable))
run = cellburst.map(lambda x: float(numpy.sqrt(x)), {"x": [4, 9]})
run.wait()
print("found", list(run.results))
"""


@pytest.fixture(scope="module", autouse=True)
def index() -> None:
    """Skip where no package index is in reach."""
    from cellburst.environments.machine import tools

    try:
        urllib.request.urlopen(f"{tools._PUBLIC}/json", timeout=10).close()
    except (urllib.error.URLError, OSError) as error:
        pytest.skip(f"no package index: {error}")


@pytest.fixture
def blobs(folders: Folders) -> BlobFolder:
    return BlobFolder(folders.blobs)


@pytest.fixture
def store(cloud: FakeCloud, blobs: BlobFolder) -> Store:
    return Store(blobs)


@pytest.fixture
def environment(folders: Folders, blobs: BlobFolder) -> Environment:
    whole = lock.current(folders)
    few = tuple(package for package in whole.packages if package.name in SMALL)
    return with_agent(replace(whole, packages=few, sources=()), blobs, TELL)


def required_by(names: set[str]) -> set[str]:
    """These packages and all that they require here."""
    found: set[str] = set()
    while names - found:
        name = (names - found).pop()
        found.add(name)
        for text in importlib.metadata.requires(name) or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                names.add(normalized(requirement.name))
    return found


def test_it_is_built_once_and_moves(environment: Environment, store: Store, tmp_path: Path) -> None:
    uv = pytest.importorskip("uv").find_uv_bin()
    programs = {"uv": UV.format(uv=uv, prefix=sys.base_prefix)}
    parcel = bootstrap.parcel(environment)
    store.upload(parcel)

    with booted(tmp_path / "first", parcel, 240, programs) as first:
        assert "installing 2 packages (first time for this environment)" in first.console
        told = json.loads((first.root / "data" / "told").read_text())
    [archive, record] = store.keys(f"{ENV}/env/")
    assert (told["sum"], told["python"], told["cached"]) == (10, list(sys.version_info[:2]), True)
    assert record.startswith(f"{ENV}/env/{environment.build}-linux-")

    shutil.rmtree(tmp_path / "first")  # and everything that the archive could still refer to
    with booted(tmp_path / "second", parcel, 60, machine="m2") as second:
        assert "fetching the environment" in second.console
        assert "installing" not in second.console
        again = json.loads((second.root / "data" / "told").read_text())
    assert again["file"] == told["file"].replace("/first/", "/second/")
    assert again["base"].startswith(str(tmp_path / "second"))

    store.put(archive, store.get(archive)[: 1 << 20])
    with booted(tmp_path / "third", parcel, 240, programs, machine="m3") as third:
        assert "the environment in the bucket is not what was put there: it is built anew" in third.console
        assert json.loads((third.root / "data" / "told").read_text())["sum"] == 10


def test_a_task_runs_in_it(folders: Folders, blobs: BlobFolder, store: Store, tmp_path: Path) -> None:
    """With this very cellburst, and what it and the task need."""
    whole = lock.current(folders)
    names = required_by({"cellburst", "numpy"})
    packages = tuple(package for package in whole.packages if package.name in names)
    parcel = bootstrap.parcel(replace(whole, packages=packages, sources=()))
    store.upload(parcel)

    with booted(tmp_path / "m1", parcel, 240, until="the environment is kept") as machine:
        python = machine.root / "env" / "venv" / "bin" / "python"
        places = {"CELLBURST_DATA_DIR": str(folders.data), "CELLBURST_RUNTIME_DIR": str(folders.runtime)}
        variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **places}
        done = subprocess.run([python, "-c", USE], capture_output=True, text=True, env=variables, cwd=tmp_path)

    assert done.stderr == ""
    assert "found [2.0, 3.0]" in done.stdout
