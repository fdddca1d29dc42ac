"""Metrics that any language may write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cellburst.worker.metrics_file import read_metrics


def read(tmp_path: Path, text: str | bytes) -> tuple[dict[str, Any], str]:
    path = tmp_path / "metrics"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_metrics(path, "metrics.json")


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("", {}),
        (" \n", {}),
        ('{"a": 1, "b": 0.5, "c": "x", "d": true, "e": null}', {"a": 1, "b": 0.5, "c": "x", "d": True, "e": None}),
        ('{\n  "a": 1,\n  "b": {"c": 2}, "d": [1]\n}\n', {"a": 1}),
        ('{"a": 1}\n\n{"b": 2}\n{"a": 3}\n', {"a": 3, "b": 2}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ('{"a": 1e400}', {"a": float("inf")}),
        (f'{{"a": {10**30}}}', {"a": "1e+30"}),
        ("{}", {}),
    ],
)
def test_scalars_are_read(tmp_path: Path, text: str, metrics: dict[str, Any]) -> None:
    assert read(tmp_path, text) == (metrics, "")


@pytest.mark.parametrize(
    ("text", "metrics", "said"),
    [
        ('{"a": }', {}, "metrics.json: line 1, column 7: Expecting value"),
        ('{\n"a": 1,\n"b" 2\n}', {}, "metrics.json: line 3, column 5: Expecting ':' delimiter"),
        ('{"a": 1}\n{"b": 2\n{"c": 3}\n', {"a": 1, "c": 3}, "metrics.json: line 2, column 8: Expecting ',' delimiter"),
        ("[1, 2]", {}, 'metrics.json: line 1, column 1: an object is expected, as in {"loss": 0.5}'),
        ('{"a": 1}\n7\n', {"a": 1}, "metrics.json: line 2, column 1: an object is expected"),
        (b'{"a": "\xff"}', {}, "metrics.json is no UTF-8 text: byte 7"),
        ('{"a": ' + "[" * 100_000, {}, "metrics.json: line 1, column"),
    ],
)
def test_where_it_is_wrong_is_said(tmp_path: Path, text: str | bytes, metrics: dict[str, Any], said: str) -> None:
    found, note = read(tmp_path, text)
    assert found == metrics
    assert note.startswith(said)


def test_a_file_that_is_missing_too_large_or_a_folder(tmp_path: Path) -> None:
    assert read_metrics(tmp_path / "missing", "m") == ({}, "")
    assert read_metrics(tmp_path, "m") == ({}, "m cannot be read: Is a directory")
    found, note = read(tmp_path, b" " * ((16 << 20) + 1))
    assert (found, note) == ({}, "metrics.json is larger than 16 MiB")


def test_too_many_names_and_too_long_ones_are_cut(tmp_path: Path) -> None:
    lines = "\n".join(f'{{"{"n" * 500}{number}": "{"v" * 500}"}}' for number in range(1500))
    found, note = read(tmp_path, lines)
    assert len(found) == 1000
    assert "1,500 names, of which 1,000 are kept" in note
    assert all(len(name) <= 200 and len(value) <= 200 for name, value in found.items())
