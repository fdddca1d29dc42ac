"""What a package index has for machines of another kind, asked with uv."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest
from msgspec.structs import replace

from cellburst.environments import resolving
from cellburst.environments.machine import tools
from cellburst.errors import EnvironmentRefused
from cellburst.model.environment import Environment, Package

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def index() -> None:
    """Skip where no package index is in reach."""
    pytest.importorskip("uv")
    try:
        urllib.request.urlopen(f"{tools._PUBLIC}/json", timeout=10).close()
    except (urllib.error.URLError, OSError) as error:
        pytest.skip(f"no package index: {error}")


def environment(*packages: tuple[str, str], platform: str = "linux-x86_64") -> Environment:
    named = tuple(Package(name, version) for name, version in packages)
    return Environment("", "3.11", platform, named, Package("cellburst", "0"), target="linux-aarch64")


def test_what_there_are_wheels_of_is_not_missing() -> None:
    assert resolving.missing(environment(("numpy", "2.2.6"), ("cloudpickle", "3.1.1"))) == []


def test_each_missing_package_is_named() -> None:
    found = resolving.missing(environment(("numpy", "2.2.6"), ("pywin32", "306"), ("cloudpickle", "77.0")))

    assert {(one.name, one.version, one.source) for one in found} == {
        ("pywin32", "306", False),
        ("cloudpickle", "77.0", False),
    }
    assert all(one.why for one in found)


def test_a_package_that_has_to_be_compiled_is_told_apart() -> None:
    [found] = resolving.missing(environment(("docopt", "0.6.2")))

    assert (found.name, found.source) == ("docopt", True)


def test_an_index_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    elsewhere = replace(environment(("cloudpickle", "3.1.1")), index="http://index.invalid/all")

    with pytest.raises(EnvironmentRefused, match="the package index cannot be reached"):
        resolving.missing(elsewhere)
