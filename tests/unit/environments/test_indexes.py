from __future__ import annotations

from pathlib import Path

import pytest

from cellburst.environments.indexes import configured
from cellburst.errors import EnvironmentRefused


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for kind in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL"):
        monkeypatch.delenv(kind, raising=False)
    for kind in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(kind, raising=False)
    monkeypatch.setattr("cellburst.environments.indexes._files", lambda: [tmp_path / "pip.conf"])
    return tmp_path / "pip.conf"


def test_the_public_one_needs_no_address() -> None:
    assert configured() == ("", [])


def test_both_tools_are_asked(monkeypatch: pytest.MonkeyPatch, nothing_configured: Path) -> None:
    nothing_configured.write_text(
        "[global]\nindex-url = https://a.example/all\nextra-index-url =\n  https://b.example/x\n"
    )
    monkeypatch.setenv("UV_INDEX", "corp=https://c.example/x")

    assert configured() == ("https://a.example/all", ["https://c.example/x", "https://b.example/x"])


def test_one_on_this_computer_is_of_no_use_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:3141/root")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "http://localhost/x file:///wheels")

    assert configured() == ("", [])


def test_passwords_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://ann:fake-password@corp.example/all")

    with pytest.raises(EnvironmentRefused, match=r"index at corp.example is configured with a password") as refusal:
        configured()
    assert "fake-password" not in str(refusal.value)
