"""Grids need the page's files: where nobody has built them, empty ones do. What is kept is written in the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cellburst.widgets import assets, keeping


@pytest.fixture(autouse=True)
def page_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (assets._FOLDER / "widget.js").exists():
        for name in ("widget.js", "widget.css"):
            (tmp_path / name).write_text("")
        monkeypatch.setattr(assets, "_FOLDER", tmp_path)
        assets.page.cache_clear()


@pytest.fixture(autouse=True)
def written_in_the_end(folders: object) -> Iterator[None]:
    yield
    keeping.flush_all()
