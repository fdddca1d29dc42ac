"""``NAME=VALUES`` as typed in a shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellburst.errors import SweepError
from cellburst.sweeps.ranges import choice, loguniform
from cellburst.sweeps.text import binding, condition_for, constant


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("lr=0.1,0.01", "lr", [0.1, 0.01]),
        ("kernel=rbf, poly", "kernel", ["rbf", "poly"]),
        ("n=3", "n", [3]),
        ("depth=range(3, 6)", "depth", range(3, 6)),
        ("x=[1, 'a', None]", "x", [1, "a", None]),
        ("a,b=[(1,2),(3,4)]", "a,b", [(1, 2), (3, 4)]),
        ("flag=True,False", "flag", [True, False]),
        ("text='a,b',c", "text", ["a,b", "c"]),
        ("url=http://x/?a=1", "url", ["http://x/?a=1"]),
        ("size=10**6,", "size", ["10**6", ""]),
        ("size=[10**6, -2]", "size", [10**6, -2]),
        ("lr=loguniform(1e-5, 0.1)", "lr", loguniform(1e-5, 0.1)),
        ("k=choice(['a', 2])", "k", choice(["a", 2])),
        ("x=linspace(0, 1, 3)", "x", [0.0, 0.5, 1.0]),
        ("x=logspace(-2, 0, count=3)", "x", [0.01, 0.1, 1.0]),
    ],
)
def test_values_are_read(text: str, name: str, values: object) -> None:
    assert binding(text) == (name, values)


def test_a_file_has_a_value_on_each_line(tmp_path: Path) -> None:
    lines = tmp_path / "models.txt"
    lines.write_text("\ufeffarima\n# not this one\n\n  ets  \n", encoding="utf-8")
    assert binding(f"model=@{lines}") == ("model", ["arima", "ets"])
    lines.write_text("1\n2.5\n")
    assert binding(f"model=@{lines}") == ("model", [1, 2.5])
    lines.write_text("1\n2x\n")
    assert binding(f"model=@{lines}") == ("model", ["1", "2x"])


def test_files_are_found_by_a_pattern(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).touch()
    assert binding(f"file=glob('{tmp_path}/*.csv')") == ("file", [f"{tmp_path}/a.csv", f"{tmp_path}/b.csv"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lr", "write -p NAME=VALUES"),
        ("=3", "write -p NAME=VALUES"),
        ("lr=", "it has no values"),
        ("lr=[1, 2", r"-p lr: \[1, 2 does not parse at column"),
        ("n=range(3", r"-p n: range\(3 does not parse at column 6"),
        ("lr=[__import__('os')]", "is no plain value; what can be called here: arange, choice"),
        ("lr=[open('x')]", "is no plain value"),
        ("lr=range('a')", "cannot be interpreted"),
        ("lr=[9**9**9**9]", "a power of more than 1000"),
        ("lr=glob('/no/such/*')", "no file is like"),
        ("lr=@/no/such/file", "/no/such/file cannot be read: No such file"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, said: str) -> None:
    with pytest.raises(SweepError, match=said):
        binding(text)


def test_an_empty_or_binary_file_is_refused(tmp_path: Path) -> None:
    found = tmp_path / "x"
    found.write_text("# nothing\n")
    with pytest.raises(SweepError, match="has no lines"):
        binding(f"a=@{found}")
    found.write_bytes(b"ab\xff")
    with pytest.raises(SweepError, match=r"no UTF-8 text \(byte 2\)"):
        binding(f"a=@{found}")


def test_constants_and_conditions() -> None:
    assert constant("n=3") == ("n", 3)
    assert constant("words=a, b") == ("words", "a, b")
    assert constant("sizes=[1, 2]") == ("sizes", [1, 2])
    assert condition_for("gamma=kernel == 'rbf'") == ("gamma", "kernel == 'rbf'")
    with pytest.raises(SweepError, match="--const NAME=VALUE"):
        constant("n")
    with pytest.raises(SweepError, match="--when NAME="):
        condition_for("gamma")
