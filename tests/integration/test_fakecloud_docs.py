"""Every example of docs/fakecloud.md."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cloud import use

pytest.importorskip("boto3")
pytest.importorskip("moto")

TEXT = (Path(__file__).parents[2] / "docs" / "fakecloud.md").read_text()


@pytest.mark.slow
def test_the_examples_work(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 4
    before = dict(os.environ)
    names: dict[str, Any] = {}
    try:
        exec(blocks[0], names)
        use(names["cloud"], monkeypatch)
        for block in blocks[1:]:
            exec(block, names)
    finally:
        names["cloud"].stop()
        for name in set(os.environ) - set(before):
            del os.environ[name]
    said = capsys.readouterr().out
    assert re.search(r"I am i-[0-9a-f]{17}\n", said)
    assert "Client.InstanceInitiatedShutdown" in said
    assert re.search(r"^0\.0167", said, re.MULTILINE)


def test_what_it_names_is_there() -> None:
    from cellburst.testing.fakecloud import FakeCloud

    named = set(re.findall(r"`cloud\.(\w+)", TEXT))
    assert len(named) > 15
    assert [name for name in named if not hasattr(FakeCloud, name)] == []
